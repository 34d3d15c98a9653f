//! What an editor can ask of a policy, as plain data in and plain data out: one feature a file, nothing of any protocol.
//!
//! Every feature stands on two things: an [`Analysis`], which is one immutable reading of a policy, and a [`Cursor`], which
//! says what stands at a place in it. Names, where they are declared and where they are used, are in [`symbol`](Symbol).

mod analysis;
mod cursor;
mod symbol;

pub use analysis::Analysis;
pub use cursor::{Cursor, Place};
pub use symbol::Symbol;
