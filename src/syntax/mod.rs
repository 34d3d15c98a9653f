//! Text to a typed tree with spans and comments. Never fails: what cannot be read becomes an error node and a finding.

mod build;
pub mod codes;
mod explain;
mod expression;
mod grammar;
mod layout;
mod malformed;
mod parsed;
mod rebase;
#[cfg(test)]
mod tests;
mod text;
pub mod tree;

pub use codes::CODES;
pub use explain::RESERVED;
pub use layout::MAX_DEPTH;
pub use parsed::{Parsed, parse_after};

use crate::diag::Diagnostic;
use crate::source::{FileId, Sources, Span};
use layout::{Item, Shape};
use pest::Parser;
use std::sync::Arc;
use tree::{Node, NodeKind, Tree};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 16 * 1024 * 1024;

/// The longest string literal, in bytes with its quotes.
pub const MAX_STRING: usize = 64 * 1024;

/// The longest name, in bytes.
pub const MAX_NAME: usize = 128;

/// Reads a file of `sources`. What cannot be read is an error node with one finding; a file that is not there is empty.
pub fn parse(sources: &Sources, file: FileId) -> (Tree, Vec<Diagnostic>) {
    let Parsed { tree, found, .. } = parsed::read(sources, file, None);
    (Arc::unwrap_or_clone(tree), found)
}

/// The nodes of one item: all that is read of it depends on its own text, so it can be kept by content.
fn parse_item(text: &str, file: FileId, item: &Item, known: &[Diagnostic]) -> (Vec<Node>, Vec<Diagnostic>) {
    let base = item.range.start;
    let error = |span| Node { span, docs: Vec::new(), attributes: Vec::new(), kind: NodeKind::Error };
    let whole = Span::new(file, base, item.range.end);
    let text = text.get(item.range.clone()).unwrap_or("");
    if item.shape == Shape::TooDeep {
        return (vec![error(whole)], Vec::new());
    }
    let mut builder = build::Builder { file, base, text, known, found: Vec::new() };
    let mut nodes = match grammar::OpsParser::parse(grammar::Rule::item, text) {
        Ok(mut pairs) => pairs.next().map(|item| builder.nodes(item.into_inner())).unwrap_or_default(),
        Err(_) => {
            builder.explain(whole);
            vec![error(whole)]
        }
    };
    if item.shape == Shape::Torn {
        for node in nodes.iter_mut().skip(1) {
            node.kind = NodeKind::Error;
        }
    }
    (nodes, builder.found)
}
