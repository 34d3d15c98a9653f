//! The simulator against an interpreter that goes from second to second, and what it reads and writes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod case;
mod laws;
mod oracle;
#[path = "../support/mod.rs"]
mod support;
