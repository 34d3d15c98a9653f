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
fn one_mistake_is_one_finding_and_the_rest_is_read() {
    check("window x : , hard {\n  a b\n}\n", "1:10 syntax-error nothing follows `:`");
    check("gate x {\n  require a >; b c\n}\n", "2:13 syntax-error nothing follows `>`");
    check("x {\n a b,\n}\n", "2:5 syntax-error nothing follows `,`");
    check("x a when not", "1:10 syntax-error nothing follows `not`");
    check("x a not when b", "1:5 syntax-error `not` stands behind `when`, before what must not hold");
    check("x a and", "1:5 syntax-error nothing follows `and`");
    check("d a when b because \"x\" when", "1:24 syntax-error nothing follows `when`");
    check("a : b : c", "1:7 syntax-error expected the end of the statement, found `:`");
    check("a because 5", "1:11 syntax-error a reason is a string");
    check("a b\n{\n c\n}\n", "2:1 syntax-error expected a statement, found `{`");
    check("/// doc\n\n5 x\n", "3:1 syntax-error expected a statement, found `5`");
    check("use foo..bar", "1:9 syntax-error expected names in braces or a name, found `.`");
    check("use std.{a b}", "1:9 syntax-error expected names in braces or a name, found `{`");
    check("use", "1:1 syntax-error expected a name or a string, but the statement ends");
    check("use std.x as y", "1:11 syntax-error expected the end of the statement, found `as`");
    check("x a < b < c", "1:3 chained-comparison a comparison cannot be compared again");
    check(
        "region a {} region b {}",
        "1:13 missing-end a new statement needs a line of its own, or `;` before it",
    );
    let (_, tree, _) = read("x {\n  a > \n}\n= c\ny {\n  5\n  b c\n}\n");
    assert_eq!(tree.nodes.len(), 3);
    assert!(matches!(tree.nodes[1].kind, NodeKind::Error));
    assert_eq!(entry(&tree.nodes[2]).block.as_ref().unwrap().nodes.len(), 2);
}

#[test]
fn brackets_are_matched_before_anything_else() {
    check("gate x { require (a > 5\n  audit b\n}\n", "1:18 unclosed-brace this `(` is never closed");
    check("gate x { require [a, b\n  audit b\n}\n", "1:18 unclosed-brace this `[` is never closed");
    check("region x { zone \"a b }\n", "1:17 unclosed-string this string has no closing `\"`");
    check(
        "x { y [\"a ] }\nz { w \"é} }\nv\n",
        "1:8 unclosed-string this string has no closing `\"`\n2:7 unclosed-string this string has no closing `\"`",
    );
    check("x (((", "1:3 unclosed-brace this `(` is never closed");
    check("x )))", "1:3 stray-brace this `)` closes nothing");
    check("a }\nb }\n", "1:3 stray-brace this `}` closes nothing\n2:3 stray-brace this `}` closes nothing");
    check("gate x {\n  a b\n}\n  c d\n}\nwindow z {}", "5:1 stray-brace this `}` closes nothing");
    check("gate x {\n  a b\nwindow y {\n c d\n}\n", "1:8 unclosed-brace this `{` is never closed");
    // The indent tells which one was forgotten.
    check(
        "gate x {\n  every {\n  a b\n}\nwindow y {\n c d\n}\n",
        "2:9 unclosed-brace this `{` is never closed",
    );
    let (_, tree, _) = read("gate x {\n  a b\nwindow y {\n c d\n}\nwindow z\n");
    assert_eq!(tree.nodes.len(), 3, "an unclosed block ends where the next declaration begins");
}

#[test]
fn strings_end() {
    check("gate x {\n  a \"unclosed\n  b c\n}\n", "2:5 unclosed-string this string has no closing `\"`");
    check(
        "gate x {\n  a \"\"\"unclosed\n  b c\n}\nwindow y (\n",
        "2:5 unclosed-string this string has no closing `\"\"\"`\n5:10 unclosed-brace this `(` is never closed",
    );
    check("x \"a\\qb\"", "1:5 bad-escape `\\q` is no escape");
    let tree = clean("x \"a\\n\\\"\\u{2026}\" \"\"\"\n    one\n      two\n    \"\"\"");
    let parts = entry(&tree.nodes[0]).head.as_ref().unwrap().phrase();
    assert!(matches!(&parts[0].kind, ExprKind::Text(text) if text == "a\n\"…"));
    assert!(matches!(&parts[1].kind, ExprKind::Text(text) if text == "one\n  two"), "{:?}", parts[1]);
}

#[test]
fn a_literal_that_runs_on_names_what_was_meant() {
    for (text, mend) in [
        ("5min", "5m"),
        ("2weeks", "14d"),
        ("1.5h", "1h30m"),
        ("0.5s", "500ms"),
        ("8:00", "08:00"),
        ("2025-1-1", "2025-01-01"),
        ("27-11-2025", "2025-11-27"),
        ("5-3", "5 - 3"),
        ("5/min", "5/m"),
        ("2025-11-27T09:00Z[UTC]", "2025-11-27T09:00Z"),
        ("5percent", "5%"),
    ] {
        let (_, _, found) = read(&format!("hold {text}, 2d"));
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert_eq!(found[0].fixes[0].edits[0].text, mend, "{text}");
    }
    check("hold 5x", "1:6 unknown-unit `x` is no unit");
    check("hold 3-day", "1:6 malformed-literal `3-day` is no literal");
}

#[test]
fn names_and_reserved_words() {
    check(
        "region café {}",
        "1:8 name-not-ascii `café` is no name: names are ASCII letters, digits, `_` and `-`",
    );
    check("région a", "1:1 name-not-ascii `région` is no name: names are ASCII letters, digits, `_` and `-`");
    check("region not { x y }", "1:8 syntax-error nothing follows `not`");
    check("a b; not c", "1:6 reserved-word `not` is a reserved word");
    check("and x", "1:1 reserved-word `and` is a reserved word");
    clean("us-east-1 prompt_pack_vNplus1 through in of for use within");
    clean("before a require not b and not c");
    clean("not-a true-ish orange order when-ready x andy");
}

#[test]
fn what_cannot_be_seen_is_shown() {
    check(
        "a\0b\u{7}",
        "1:2 invisible-character the character U+0000 cannot be seen\n1:4 invisible-character the character U+0007 cannot be seen",
    );
    check(
        "a \"x\u{202E}y\" // \u{2066}",
        "1:5 invisible-character the character U+202E cannot be seen\n1:12 invisible-character the character U+2066 cannot be seen",
    );
    clean("\u{FEFF}a b\r\nc {\r\n\td e\r\n}\r\n");
}

#[test]
fn documentation_stands_before_a_node() {
    check("/// doc\n", "1:1 misplaced-doc `///` stands on its own line before what it documents");
    check("x {\n a b /// doc\n}", "2:6 misplaced-doc `///` stands on its own line before what it documents");
    check("x y\n//! doc\n", "2:1 misplaced-doc `//!` stands at the head of the file");
    let tree = clean("//! m\n// c\n/// one\n///two\n@allow(x, \"why\")\n// d\ny z\n");
    assert_eq!(tree.nodes[0].docs.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
    assert_eq!(tree.nodes[0].attributes[0].arguments.len(), 2);
    assert_eq!(tree.comments.len(), 2);
}

#[test]
fn nesting_and_chains_are_bounded() {
    let deep = |depth: usize| format!("x {}{}\ny z )\n", "(".repeat(depth) + "a", ")".repeat(depth));
    let (_, _, found) = read(&deep(super::MAX_DEPTH));
    assert_eq!(found.len(), 1, "only the stray bracket: {found:?}");
    for text in [deep(super::MAX_DEPTH + 1), deep(100_000)] {
        let (_, _, found) = read(&text);
        let names: Vec<&str> = found.iter().map(|finding| finding.code.name).collect();
        assert_eq!(names, ["too-deep", "stray-brace"]);
    }
    let blocks = format!("{}{}", "a {\n".repeat(super::MAX_DEPTH), "}\n".repeat(super::MAX_DEPTH));
    clean(&blocks);
    let (_, _, found) = read(&format!("x a{}", " + a".repeat(10_000)));
    assert_eq!(found.len(), 1, "{found:?}");
    clean(&format!("x a{}", " or a".repeat(10_000)));
}

#[test]
fn a_sign_touches_what_it_signs() {
    let kinds = |text: &str| {
        let tree = clean(text);
        let head = entry(&tree.nodes[0]).head.clone().unwrap();
        format!("{:?}", head.phrase().iter().map(|part| &part.kind).map(short).collect::<Vec<_>>())
    };
    assert_eq!(kinds("x day -3"), r#"["word", "negative"]"#);
    assert_eq!(kinds("x day - 3"), r#"["arithmetic"]"#);
    assert_eq!(kinds("x f(day)-3"), r#"["arithmetic"]"#);
    assert_eq!(kinds("x day-3"), r#"["word"]"#);
    assert_eq!(kinds("x (a\n - 3)"), r#"["paren"]"#);
}

fn short(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Word(_) => "word",
        ExprKind::Negative(_) => "negative",
        ExprKind::Arithmetic(..) => "arithmetic",
        ExprKind::Paren(_) => "paren",
        _ => "other",
    }
}

#[test]
fn what_the_language_shows_is_read() {
    for text in [
        "pipeline p { on freeze { hard: pause 4h then roll back; soft: finish when traffic >= 50%; otherwise pause } }",
        "classify { T3 when any path \"a/**\", \"b/**\"; lower by approval 1 of sre-owner }",
        "r x { zone \"x\"; off-peak 01:00 .. 05:00; weekend Fri, Sat }",
        "x 2024-07-31T02:00Z = 2024-07-30T19:00[America/Los_Angeles]",
        "every month business day -3 through business day 2",
        "every rrule \"FREQ=WEEKLY\" at 08:00 for 10h",
        "use std.{\n  levers, // one\n  comms\n}",
        "fact pins-verified : bool { from ci; fresh 1h }",
        "lock schema because \"one\" ;;",
        "expect a in [b, c,] , d in [e]",
        "when p95(delta-s-drift) > 0.15 over 10m\n  // why\n\n  or coverage < 0.60\n  and not x",
        "a..b 1..5 f(a, b, ) [a,\n b c ] [] f()",
    ] {
        clean(text);
    }
}

#[test]
fn every_span_of_a_soft_newline_holds() {
    let (sources, tree, _) = read("x [a, // c\r\n  b]\r\ny \"é\" z\r\n");
    let head = entry(&tree.nodes[1]).head.as_ref().unwrap();
    assert_eq!(sources.text_of(head.phrase()[1].span), "z");
    assert_eq!(sources.text_of(tree.comments[0].span), "// c");
}
