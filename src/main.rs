//! The `opsc` binary.

fn main() {}
