//! What an editor can ask of a policy, as plain data in and plain data out: one feature a file, nothing of any protocol.
//!
//! Every feature stands on two things: an [`Analysis`], which is one immutable reading of a policy, and a [`Cursor`], which
//! says what stands at a place in it. Names, where they are declared and where they are used, are in [`symbol`](Symbol).

mod about;
mod actions;
mod analysis;
mod complete;
mod cursor;
mod errands;
mod folding;
mod formatting;
mod highlight;
mod hints;
mod hover;
mod links;
mod literal;
mod outline;
mod rename;
#[cfg(test)]
mod sample;
mod search;
mod selection;
mod signature;
mod statement;
mod symbol;
#[cfg(test)]
mod testing;
mod tokens;
mod walk;

pub use actions::{Action, ActionKind, actions};
pub use analysis::Analysis;
pub use complete::{Completion, Sort, completions};
pub use cursor::{Cursor, Place};
pub use errands::{Done, ERRANDS, Errand, Offered, Run, errands, next_slot};
pub use folding::{FoldKind, folds};
pub use highlight::Mention;
pub use hints::{Hint, hints};
pub use hover::{Hover, Page, hover};
pub use links::{Leads, links};
pub use outline::{Outlined, declared, outline};
pub use rename::Renamable;
pub use search::{Hit, search};
pub use signature::{Signature, signatures};
pub use symbol::Symbol;
pub use tokens::{Token, TokenKind, Trait, tokens};
