//! The language server: the protocol alone. What it answers with is made in `ide`; here it is asked for and put into messages.
//!
//! One loop owns everything that changes (`Server`); it never reads a file, never checks and never waits for a
//! client. Policies are read on one thread, which keeps only the newest wish for each; requests are answered on others, from
//! a [`Snapshot`] that never changes. A feature is one file of `features` and one row of [`FEATURES`].

mod answers;
mod checks;
mod client;
mod diagnostics;
mod documents;
mod edits;
mod errands;
mod feature;
mod features;
#[cfg(test)]
mod law;
#[cfg(test)]
mod order;
mod position;
mod reply;
mod server;
mod snapshot;
mod symbols;
#[cfg(test)]
mod tests;
mod uri;
mod workspace;

pub use feature::{Feature, Row, row_of};
pub use features::FEATURES;
pub use lsp_server::{Connection, Message};
pub use position::{Encoding, Lines};
pub use reply::Refusal;
pub use server::{Ending, Setup, serve};
pub use snapshot::{Snapshot, View};
