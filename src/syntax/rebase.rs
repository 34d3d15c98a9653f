//! Nodes moved to another place: the same words at other offsets.

use super::tree::{
    Attribute, Clause, ClauseKind, Entry, Expr, ExprKind, Node, NodeKind, Use, UseTarget, Word,
};
use crate::source::{FileId, Span};

/// From where to where nodes are moved.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shift {
    file: FileId,
    /// Modulo 2^32, so that it can also be backwards.
    by: u32,
}

impl Shift {
    /// From the offset `from` to the offset `to` of `file`.
    pub(super) fn new(file: FileId, from: usize, to: usize) -> Self {
        let by = Span::new(file, to, to).start.wrapping_sub(Span::new(file, from, from).start);
        Self { file, by }
    }

    /// A copy of a node at its new place.
    pub(super) fn moved(self, node: &Node) -> Node {
        let mut node = node.clone();
        self.node(&mut node);
        node
    }

    fn span(self, span: &mut Span) {
        span.file = self.file;
        span.start = span.start.wrapping_add(self.by);
        span.end = span.end.wrapping_add(self.by);
    }

    fn node(self, node: &mut Node) {
        self.span(&mut node.span);
        node.docs.iter_mut().for_each(|line| self.span(&mut line.span));
        for Attribute { span, name, arguments } in &mut node.attributes {
            self.span(span);
            self.word(name);
            self.expressions(arguments);
        }
        match &mut node.kind {
            NodeKind::Use(used) => self.used(used),
            NodeKind::Entry(entry) => self.entry(entry),
            NodeKind::Error => {}
        }
    }

    fn word(self, word: &mut Word) {
        self.span(&mut word.span);
    }

    fn used(self, used: &mut Use) {
        self.span(&mut used.span);
        match &mut used.target {
            UseTarget::File { span, path: _ } => self.span(span),
            UseTarget::Module { path, only } => {
                path.iter_mut().chain(only.iter_mut().flatten()).for_each(|word| self.word(word));
            }
        }
    }

    fn entry(self, entry: &mut Entry) {
        let Entry { word, head, annotation, clauses, block } = entry;
        self.word(word);
        head.iter_mut().chain(annotation).for_each(|expression| self.expression(expression));
        for Clause { span, kind } in clauses {
            self.span(span);
            match kind {
                ClauseKind::When(condition) | ClauseKind::Where(condition) => self.expression(condition),
                ClauseKind::Because(reason) => self.span(&mut reason.span),
            }
        }
        if let Some(block) = block {
            self.span(&mut block.span);
            block.nodes.iter_mut().for_each(|node| self.node(node));
        }
    }

    fn expressions(self, expressions: &mut [Expr]) {
        expressions.iter_mut().for_each(|expression| self.expression(expression));
    }

    fn expression(self, expression: &mut Expr) {
        self.span(&mut expression.span);
        match &mut expression.kind {
            ExprKind::Or(parts)
            | ExprKind::And(parts)
            | ExprKind::Phrase(parts)
            | ExprKind::List(parts)
            | ExprKind::Bracket(parts) => self.expressions(parts),
            ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::Paren(inner) => {
                self.expression(inner);
            }
            ExprKind::Compare(left, _, right) | ExprKind::Arithmetic(left, _, right) => {
                self.expression(left);
                self.expression(right);
            }
            ExprKind::In(membership) => {
                self.expression(&mut membership.member);
                self.expressions(&mut membership.of);
            }
            ExprKind::Call(call) => {
                self.word(&mut call.name);
                self.expressions(&mut call.arguments);
            }
            ExprKind::Range
            | ExprKind::Bool(_)
            | ExprKind::Word(_)
            | ExprKind::Text(_)
            | ExprKind::Literal(_)
            | ExprKind::Error => {}
        }
    }
}
