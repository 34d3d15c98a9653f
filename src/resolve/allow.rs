//! `@allow(name, "reason")`: which findings an author accepts, where, and why.

use super::codes::{MISPLACED_ALLOW, UNKNOWN_CODE, UNUSED_ALLOW};
use crate::diag::{Code, Diagnostic, Level, Sink};
use crate::schema::suggest::closest;
use crate::source::Span;
use crate::syntax::tree::{Attribute, ExprKind, Node, NodeKind, Tree};

/// A finding that an author accepts within a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The attribute.
    pub span: Span,
    /// The code's name, and where it stands.
    pub code: String,
    /// Where the name stands.
    pub code_span: Span,
    /// Why.
    pub reason: String,
    /// The node it stands before: findings that start in it are accepted.
    pub within: Span,
}

/// Every `@allow` of a file; attributes that are none are reported.
pub fn allows(tree: &Tree, sink: &mut Sink) -> Vec<Allow> {
    let mut found = Vec::new();
    walk(&tree.nodes, &mut found, sink);
    found
}

/// What is left of `found` when the findings that authors accept are taken away: notes and warnings whose place lies
/// within the node that carries the `@allow`. Errors stay. An `@allow` that accepts nothing, or names no finding of
/// `known`, is itself reported.
pub fn accept(allows: &[Allow], found: Vec<Diagnostic>, known: &[&Code]) -> Vec<Diagnostic> {
    let mut used = vec![false; allows.len()];
    let mut sink = Sink::new();
    for finding in found {
        let span = finding.primary.span;
        let mut accepted = false;
        for (allow, used) in allows.iter().zip(&mut used) {
            let inside = allow.within.file == span.file
                && allow.within.start <= span.start
                && span.start < allow.within.end.max(allow.within.start + 1);
            if inside && allow.code == finding.code.name && finding.level != Level::Error {
                *used = true;
                accepted = true;
            }
        }
        if !accepted {
            sink.push(finding);
        }
    }
    for (allow, used) in allows.iter().zip(used) {
        if !used {
            sink.push(unused(allow, known));
        }
    }
    sink.into_sorted()
}

fn unused(allow: &Allow, known: &[&Code]) -> Diagnostic {
    let name = &allow.code;
    let Some(code) = known.iter().find(|code| code.name == name) else {
        let finding =
            Diagnostic::new(&UNKNOWN_CODE, allow.code_span, format!("no finding is called `{name}`"));
        return match closest(name, known.iter().map(|code| code.name)) {
            Some(near) => finding.fix(format!("write `{near}`"), allow.code_span, near),
            None => finding.help("`opsc explain` lists every finding"),
        };
    };
    if code.level == Level::Error {
        return Diagnostic::new(
            &UNUSED_ALLOW,
            allow.span,
            format!("`{name}` is an error, which cannot be accepted"),
        )
        .help("mend what it speaks of, and take the `@allow` away");
    }
    Diagnostic::new(&UNUSED_ALLOW, allow.span, format!("nothing here is `{name}`")).fix(
        "take the `@allow` away",
        allow.span,
        "",
    )
}

fn walk(nodes: &[Node], found: &mut Vec<Allow>, sink: &mut Sink) {
    for node in nodes {
        for attribute in &node.attributes {
            match read(attribute, node.span) {
                Ok(allow) => found.push(allow),
                Err(finding) => sink.push(finding),
            }
        }
        if let NodeKind::Entry(entry) = &node.kind
            && let Some(block) = &entry.block
        {
            walk(&block.nodes, found, sink);
        }
    }
}

fn read(attribute: &Attribute, within: Span) -> Result<Allow, Diagnostic> {
    let finding = |message: &str| {
        Diagnostic::new(&MISPLACED_ALLOW, attribute.span, message).help(
            "write `@allow(name, \"reason\")` before the declaration or statement whose finding you accept",
        )
    };
    if attribute.name.text != "allow" {
        return Err(finding(&format!("`@{}` is no attribute", attribute.name.text)));
    }
    let flat: Vec<_> = attribute.arguments.iter().flat_map(|argument| argument.list()).collect();
    match flat.as_slice() {
        [code, reason] => match (code.word(), &reason.kind) {
            (Some(name), ExprKind::Text(reason)) if !reason.trim().is_empty() => Ok(Allow {
                span: attribute.span,
                code: name.to_owned(),
                code_span: code.span,
                reason: reason.clone(),
                within,
            }),
            _ => Err(finding("`@allow` takes the name of a finding and a reason in quotes")),
        },
        _ => Err(finding("`@allow` takes the name of a finding and a reason")),
    }
}
