//! The decision against an engine that scans everything, against its laws, and against single cases.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod cases;
mod compare;
mod equal;
mod generate;
mod laws;
mod oracle;
mod record;
mod rota;
mod seconds;
mod small;
mod smallest;
mod space;
#[path = "../support/mod.rs"]
mod support;
