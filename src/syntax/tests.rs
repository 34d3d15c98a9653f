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

/// `found` as `line:column code message`, a line a finding.
#[track_caller]
fn check(text: &str, expected: &str) {
    let (sources, _, found) = read(text);
    let said: Vec<String> = (found.iter())
        .map(|d| {
            let at = sources.position(d.primary.span);
            format!("{}:{} {} {}", at.line, at.column, d.code.name, d.message)
        })
        .collect();
    assert_eq!(said.join("\n"), expected, "in {text:?}");
}

#[test]
fn probe() {
    for text in [
        "window x : , hard {\n  a b\n  on c\n}\n",
        "gate x { require (a > 5\n  audit b\n}\n",
        "gate x { require [a, b\n  audit b\n}\n",
        "gate x {\n  require a >\n  audit b >= \n}\n",
        "gate x {\n  require a >; b c\n}\n",
        "gate x {\n  a \"unclosed\n  b c\n}\n",
        "gate x {\n  a \"\"\"unclosed\n  b c\n}\nwindow y\n",
        "gate x {\n  a b\nwindow y {\n c d\n}\n window z",
        "gate x {\n  every {\n  a b\n}\nwindow y {\n c d\n}\nwindow z",
        "gate x {\n  a b\n}\n  c d\n}\nwindow z {}",
        "hold 5min, 5x, 1.5h, 8:00, 2025-1-1, 5-3, 2025-11-27T09:00, 5/min, 3-day, 2025-11-27T09:00Z[UTC]",
        "region not { x y }",
        "region when { x y }",
        "region a not b",
        "use foo..bar\nuse std.{a b}\nuse\nuse std.x as y\nuse \"a\" b",
        "region a {} region b {}",
        "region café {}\nrégion a\n",
        "/// doc\n",
        "/// doc\n\n5 x\n",
        "x {\n a b /// doc\n //! doc\n}",
        "a\0b\x07",
        "x \"a\\qb\"",
        "x a < b < c",
        "x (((",
        "x )))",
        "a }\nb }\n",
        "{ a b }\n= c\n@allow\n@allow(",
        "a because 5\nb because\nc when\nd a when b because \"x\" when",
        "a : : b",
        "a : b : c",
        "a b\n{\n c\n}\n",
        "x $5x, $, %, 5 %",
        "x `a`",
        "stage build { after; run }\n",
        "a, b c\n",
        "x a,\n}\n",
        "x {\n a b,\n}\n",
        "x not not a",
        "x a not",
        "x a and",
        "x f(a, b, )  [a, b, ] [] f()",
        "x a in b, a in [b], a in [b] + 2",
        "x - 3, a -3, a - 3, f(x)-1, -a, a- 3",
        "and x\nor y\n",
        "x {\n and y\n}",
        "x true, false\ntrue",
        "a b; ; c d;",
        "\u{FEFF}a b\r\nc {\r\n d e\r\n}\r\n",
        "a..b 1..5 x ... y",
    ] {
        let (sources, tree, found) = read(text);
        println!("----- {text:?}");
        for d in &found {
            let at = sources.position(d.primary.span);
            println!("{}:{} {:?} {} {} [{}] {:?}", at.line, at.column, sources.text_of(d.primary.span), d.code.name, d.message, d.primary.text, d.help);
        }
        let _ = tree;
    }
}
