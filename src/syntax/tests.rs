//! What the grammar must read, and what it must say where it cannot.

use super::parse;
use super::tree::{Entry, ExprKind, Node, NodeKind, Tree};
use crate::diag::Diagnostic;
use crate::source::Sources;

fn read(text: &str) -> (Sources, Tree, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let file = sources.add("a.ops", text);
    let (tree, found) = parse(&sources, file);
    (sources, tree, found)
}

#[track_caller]
fn clean(text: &str) -> Tree {
    let (sources, tree, found) = read(text);
    let said: Vec<String> = found
        .iter()
        .map(|d| format!("{}: {} {}", sources.place(d.primary.span), d.code.name, d.message))
        .collect();
    assert!(said.is_empty(), "{said:#?}");
    tree
}

fn entry(node: &Node) -> &Entry {
    match &node.kind {
        NodeKind::Entry(entry) => entry,
        other => panic!("no entry: {other:?}"),
    }
}

#[test]
fn the_sample_is_read_whole() {
    let tree = clean(include_str!("../../tests/fixtures/sample.ops"));
    assert_eq!(tree.module_doc.len(), 1);
    let words: Vec<&str> = (tree.nodes.iter())
        .filter_map(|node| match &node.kind {
            NodeKind::Entry(entry) => Some(entry.word.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(words.iter().filter(|word| **word == "window").count(), 4);
    assert_eq!(words.last(), Some(&"target"));
    let pipeline = entry(&tree.nodes[words.iter().position(|word| *word == "pipeline").unwrap() + 5]);
    assert_eq!(pipeline.block.as_ref().unwrap().nodes.len(), 10);
}

#[test]
fn a_phrase_is_flat_and_a_comma_binds_tighter() {
    let tree = clean("x every week Fri 18:00 .. Mon 08:00, Tue");
    let parts = entry(&tree.nodes[0]).head.as_ref().unwrap().phrase();
    assert_eq!(parts.len(), 7);
    assert!(matches!(parts[4].kind, ExprKind::Range));
    assert!(matches!(parts[6].kind, ExprKind::List(_)), "{:?}", parts[6]);
}
