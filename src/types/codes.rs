//! The findings of this room.

use crate::code;
use crate::diag::Code;

code!(pub IMPOSSIBLE_VALUE, Error, "impossible-value", "a literal that stands for nothing: 25:00, February 30th");
code!(pub UNKNOWN_ZONE, Error, "unknown-zone", "a zone that the IANA database does not know by this name");
code!(pub CLOCK_CHANGE, Error, "clock-change", "a local time that a clock change skips or repeats");
code!(pub DIFFERENT_INSTANTS, Error, "different-instants", "two readings of one instant that are not one instant");

/// Every finding of this room.
pub static CODES: &[&Code] = &[&IMPOSSIBLE_VALUE, &UNKNOWN_ZONE, &CLOCK_CHANGE, &DIFFERENT_INSTANTS];
