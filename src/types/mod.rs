//! Kinds and units: what a literal is worth, and which values may meet.

mod codes;
mod literal;
mod moment;
#[cfg(test)]
mod tests;
mod value;

pub use codes::{CLOCK_CHANGE, CODES, DIFFERENT_INSTANTS, IMPOSSIBLE_VALUE, UNKNOWN_ZONE};
pub use literal::{date, duration, integer, measured, number, ordinal, time, value};
pub use moment::{instant, zone};
pub use value::Value;
