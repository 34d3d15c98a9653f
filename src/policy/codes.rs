//! The findings of this room's core; each family has its own beside it.

use crate::code;
use crate::diag::Code;

code!(pub WRONG_UNIT, Error, "wrong-unit", "a comparison of things that have no common unit");
code!(pub NOT_A_CONDITION, Error, "not-a-condition", "an expression where a condition is asked for");
code!(pub BAD_SEATS, Error, "bad-seats", "an expression where seats are asked for");
code!(pub EMPTY_RANGE, Error, "empty-range", "a span that ends where it starts, or before");

/// Every finding of this room.
pub static CODES: &[&Code] = &[&WRONG_UNIT, &NOT_A_CONDITION, &BAD_SEATS, &EMPTY_RANGE];
