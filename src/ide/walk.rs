//! Going through all that stands in a file: every node with the schema's row of it, every expression with what is in it.

use crate::schema::{Body, Kind, Slot, schema};
use crate::syntax::tree::{ClauseKind, Entry, Expr, ExprKind, Node, NodeKind};

/// What the schema knows of an entry.
#[derive(Debug, Clone, Copy)]
pub(super) enum Row {
    /// It is a declaration of this kind.
    Kind(&'static Kind),
    /// It is this field.
    Slot(&'static Slot),
    /// It is nothing that the schema knows.
    Unknown,
}

impl Row {
    fn body(self) -> Option<&'static Body> {
        match self {
            Self::Kind(kind) => Some(&kind.body),
            Self::Slot(slot) => Some(&slot.body),
            Self::Unknown => None,
        }
    }
}

/// Shows every node to `see`, those around before those within, in the order of the text.
pub(super) fn nodes<'t>(items: &'t [Node], see: &mut dyn FnMut(&'t Node, Row)) {
    for node in items {
        let row = match &node.kind {
            NodeKind::Entry(entry) => schema().kind(&entry.word.text).map_or(Row::Unknown, Row::Kind),
            NodeKind::Use(_) | NodeKind::Error => Row::Unknown,
        };
        see(node, row);
        within(node, row.body(), see);
    }
}

fn within<'t>(node: &'t Node, body: Option<&'static Body>, see: &mut dyn FnMut(&'t Node, Row)) {
    let NodeKind::Entry(Entry { block: Some(block), .. }) = &node.kind else { return };
    for inner in &block.nodes {
        let row = match &inner.kind {
            NodeKind::Entry(entry) => {
                body.and_then(|body| body.slot(&entry.word.text)).map_or(Row::Unknown, Row::Slot)
            }
            NodeKind::Use(_) | NodeKind::Error => Row::Unknown,
        };
        see(inner, row);
        within(inner, row.body(), see);
    }
}

/// The expressions of a node itself: of its attributes, head, annotation and clauses, in the order of the text.
pub(super) fn expressions(node: &Node) -> Vec<&Expr> {
    let mut found: Vec<&Expr> = node.attributes.iter().flat_map(|attribute| &attribute.arguments).collect();
    if let NodeKind::Entry(entry) = &node.kind {
        found.extend(entry.head.iter().chain(&entry.annotation));
        found.extend(entry.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::When(condition) | ClauseKind::Where(condition) => Some(condition),
            ClauseKind::Because(_) => None,
        }));
    }
    found
}

/// Shows an expression and all in it to `see`, those around before those within, in the order of the text.
pub(super) fn parts<'t>(expression: &'t Expr, see: &mut dyn FnMut(&'t Expr)) {
    see(expression);
    match &expression.kind {
        ExprKind::Or(inner)
        | ExprKind::And(inner)
        | ExprKind::Phrase(inner)
        | ExprKind::List(inner)
        | ExprKind::Bracket(inner) => inner.iter().for_each(|part| parts(part, see)),
        ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::Paren(inner) => parts(inner, see),
        ExprKind::Compare(left, _, right) | ExprKind::Arithmetic(left, _, right) => {
            parts(left, see);
            parts(right, see);
        }
        ExprKind::In(membership) => {
            parts(&membership.member, see);
            membership.of.iter().for_each(|part| parts(part, see));
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|part| parts(part, see)),
        ExprKind::Range
        | ExprKind::Bool(_)
        | ExprKind::Word(_)
        | ExprKind::Text(_)
        | ExprKind::Literal(_)
        | ExprKind::Error => {}
    }
}
