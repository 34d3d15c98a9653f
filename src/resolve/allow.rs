//! `@allow(name, "reason")`: which findings an author accepts, where, and why.

use super::codes::MISPLACED_ALLOW;
use crate::diag::{Diagnostic, Sink};
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
        Diagnostic::new(&MISPLACED_ALLOW, attribute.span, message)
            .help("write `@allow(name, \"reason\")` before the declaration or statement whose finding you accept")
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
