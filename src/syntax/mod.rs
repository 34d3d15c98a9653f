//! Text to a typed tree with spans and comments. Never fails: what cannot be read becomes an error node and a finding.

pub mod tree;
