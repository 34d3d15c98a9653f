//! The decision against an engine that scans everything, against its laws, and against single cases.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test fails by panicking, and asks the environment how long to run"
)]

mod cases;
mod equal;
mod generate;
mod laws;
mod oracle;
mod record;
mod small;
