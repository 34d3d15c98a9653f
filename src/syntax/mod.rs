//! Text to a typed tree with spans and comments. Never fails: what cannot be read becomes an error node and a finding.

mod build;
pub mod codes;
mod explain;
mod expression;
mod grammar;
mod layout;
mod malformed;
#[cfg(test)]
mod tests;
mod text;
pub mod tree;

pub use codes::CODES;
pub use explain::RESERVED;
pub use layout::MAX_DEPTH;

use crate::diag::Diagnostic;
use crate::source::{FileId, Sources, Span};
use layout::{Item, Shape};
use pest::Parser;
use tree::{Node, NodeKind, Tree};

/// The largest file that is read, in bytes.
pub const MAX_FILE: usize = 16 * 1024 * 1024;

/// The longest string literal, in bytes with its quotes.
pub const MAX_STRING: usize = 64 * 1024;

/// The longest name, in bytes.
pub const MAX_NAME: usize = 128;

/// Reads a file of `sources`. What cannot be read is an error node with one finding; a file that is not there is empty.
pub fn parse(sources: &Sources, file: FileId) -> (Tree, Vec<Diagnostic>) {
    let mut tree = Tree { module_doc: Vec::new(), nodes: Vec::new(), comments: Vec::new() };
    let Some(source) = sources.get(file) else { return (tree, Vec::new()) };
    if source.text().len() > MAX_FILE {
        return (tree, vec![codes::too_large(Span::new(file, 0, 0), "file", "16 MiB")]);
    }
    let layout = layout::read(file, source.text());
    let mut found = Vec::new();
    let mut known = layout.found.as_slice();
    for item in &layout.items {
        let here =
            known.partition_point(|diagnostic| (diagnostic.primary.span.start as usize) < item.range.end);
        let (mine, later) = known.split_at(here);
        known = later;
        let (nodes, mut more) = parse_item(&layout.text, file, item, mine);
        tree.nodes.extend(nodes);
        found.append(&mut more);
    }
    found.extend(layout.found);
    found.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code.name));
    tree.module_doc = layout.module_doc;
    tree.comments = layout.comments;
    (tree, found)
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
