//! Kinds and units: what a literal is worth, and which values may meet.

mod value;

pub use value::Value;
