//! The decision against an engine that scans everything, against its laws, and against single cases.

mod cases;
mod equal;
mod generate;
mod laws;
mod oracle;
mod small;
