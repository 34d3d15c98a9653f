//! Says how the compiler reads policies, for the grammars of editors to be held against: the words of the schema, and of each file the
//! spans of its items, statements, names, texts and literals.
//!
//! `cargo run --example editor_truth -- FILE...` prints one JSON object.

use opsc::cli::System;
use opsc::fidelity::CAPABILITIES;
use opsc::schema::{Body, ClauseWord, MONTHS, Pattern, WEEKDAYS, schema};
use opsc::source::{Sources, Span};
use opsc::syntax::tree::{Call, ClauseKind, Entry, Expr, ExprKind, Node, NodeKind, UseTarget};
use opsc::syntax::{RESERVED, parse};
use opsc::world::World as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let world = System::default();
    let mut files = serde_json::Map::new();
    for path in std::env::args().skip(1) {
        let mut sources = Sources::new();
        let file = sources.add(path.clone(), String::from_utf8(world.read(&path)?)?);
        let (tree, found) = parse(&sources, file);
        let mut seen = Seen::default();
        for node in &tree.nodes {
            seen.node("item", node);
        }
        seen.leaves.sort_by_key(|(_, span)| *span);
        let findings: BTreeSet<&str> = found.iter().map(|diagnostic| diagnostic.code.name).collect();
        files.insert(
            path,
            json!({
                "findings": findings,
                "nodes": rows(&seen.nodes),
                "leaves": rows(&seen.leaves),
                "comments": tree.comments.iter().map(|comment| place(comment.span)).collect::<Vec<_>>(),
            }),
        );
    }
    println!("{}", json!({ "words": words(), "files": files }));
    Ok(())
}

/// The words of the schema: what a declaration begins with, what a statement in a block, and what may stand behind either.
fn words() -> Value {
    let mut fields = BTreeSet::new();
    let mut inner = BTreeSet::new();
    for kind in schema().kinds() {
        inner.extend([&kind.head, &kind.annotation].into_iter().flat_map(words_of));
        walk(&kind.body, &mut fields, &mut inner);
    }
    // What a target takes of its own is said by `fidelity`.
    fields.extend(CAPABILITIES.iter().flat_map(|target| target.options).map(|option| option.name));
    let clauses = [ClauseWord::When, ClauseWord::Where, ClauseWord::Because].map(ClauseWord::name);
    json!({
        "declarations": schema().kinds().iter().map(|kind| kind.row.keyword).collect::<BTreeSet<_>>(),
        "fields": fields,
        "inner": inner,
        "clauses": clauses,
        "reserved": RESERVED,
        "calendar": WEEKDAYS.iter().chain(&MONTHS).collect::<Vec<_>>(),
    })
}

fn walk(body: &Body, fields: &mut BTreeSet<&'static str>, inner: &mut BTreeSet<String>) {
    for slot in &body.fields {
        fields.insert(slot.row.keyword);
        inner.extend([&slot.pattern, &slot.annotation].into_iter().flat_map(words_of));
        walk(&slot.body, fields, inner);
    }
    fields.remove("");
}

/// The words that a pattern asks for by name: those it shows in small letters.
fn words_of(pattern: &Pattern) -> Vec<String> {
    let shown = pattern.to_string();
    let parts = shown.split(|c: char| c.is_whitespace() || "[]()|,".contains(c));
    parts.filter(|part| part.starts_with(|c: char| c.is_ascii_lowercase())).map(str::to_owned).collect()
}

#[derive(Default)]
struct Seen {
    nodes: Vec<(&'static str, Span)>,
    leaves: Vec<(String, Span)>,
}

impl Seen {
    fn node(&mut self, place: &'static str, node: &Node) {
        self.nodes.push((if matches!(node.kind, NodeKind::Error) { "error" } else { place }, node.span));
        for attribute in &node.attributes {
            self.leaf("name", attribute.name.span);
            attribute.arguments.iter().for_each(|argument| self.expr(argument));
        }
        match &node.kind {
            NodeKind::Use(import) => match &import.target {
                UseTarget::File { span, .. } => self.leaf("string", *span),
                UseTarget::Module { path, only } => {
                    path.iter().chain(only.iter().flatten()).for_each(|word| self.leaf("name", word.span));
                }
            },
            NodeKind::Entry(entry) => self.entry(entry),
            NodeKind::Error => {}
        }
    }

    fn entry(&mut self, entry: &Entry) {
        self.leaf("keyword", entry.word.span);
        for expr in entry.head.iter().chain(&entry.annotation) {
            self.expr(expr);
        }
        for clause in &entry.clauses {
            match &clause.kind {
                ClauseKind::When(expr) | ClauseKind::Where(expr) => self.expr(expr),
                ClauseKind::Because(text) => self.leaf("string", text.span),
            }
        }
        for node in entry.block.iter().flat_map(|block| &block.nodes) {
            self.node("statement", node);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Or(parts)
            | ExprKind::And(parts)
            | ExprKind::Phrase(parts)
            | ExprKind::List(parts)
            | ExprKind::Bracket(parts) => parts.iter().for_each(|part| self.expr(part)),
            ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::Paren(inner) => self.expr(inner),
            ExprKind::Compare(left, _, right) | ExprKind::Arithmetic(left, _, right) => {
                self.expr(left);
                self.expr(right);
            }
            ExprKind::In(membership) => {
                self.expr(&membership.member);
                membership.of.iter().for_each(|member| self.expr(member));
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::Range => self.leaf("range", expr.span),
            ExprKind::Bool(_) => self.leaf("boolean", expr.span),
            ExprKind::Word(_) => self.leaf("name", expr.span),
            ExprKind::Text(_) => self.leaf("string", expr.span),
            ExprKind::Literal(shape) => self.leaf(&format!("{shape:?}"), expr.span),
            ExprKind::Error => self.leaf("malformed", expr.span),
        }
    }

    fn call(&mut self, call: &Call) {
        self.leaf("name", call.name.span);
        call.arguments.iter().for_each(|argument| self.expr(argument));
    }

    fn leaf(&mut self, kind: &str, span: Span) {
        self.leaves.push((kind.to_owned(), span));
    }
}

fn rows<K: AsRef<str>>(seen: &[(K, Span)]) -> Vec<Value> {
    seen.iter().map(|(kind, span)| json!([kind.as_ref(), span.start, span.end])).collect()
}

fn place(span: Span) -> Value {
    json!([span.start, span.end])
}
