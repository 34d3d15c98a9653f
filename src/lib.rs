//! opsc, the compiler of `.ops`, a declarative policy language for release operations.
//!
//! A policy travels through the rooms in this order:
//!
//! ```text
//! text ─ syntax ─► tree ─ resolve ─► names ─ types ─► policy ─┬─ rules ─► diagnostics ─ render ─► terminal, SARIF
//!                                                             ├─ decide ─► allow | block | pending
//!                                                             ├─ verify (test)
//!                                                             └─ emit ─► files
//! ```
//!
//! The modules stand in reading order; each imports only those before it (`tests/house.rs` holds that).

pub mod world;
pub mod source;
pub mod calendar;
pub mod diag;
pub mod syntax;
pub mod schema;
pub mod resolve;
pub mod types;
pub mod policy;
pub mod graph;
pub mod segments;
pub mod decide;
pub mod schedule;
pub mod simulate;
pub mod verify;
pub mod review;
pub mod fidelity;
pub mod rules;
pub mod emit;
pub mod fmt;
pub mod import;
pub mod drift;
pub mod render;
pub mod ide;
pub mod lsp;
pub mod cli;

#[cfg(test)]
#[path = "../tests/support/mod.rs"]
mod support;
