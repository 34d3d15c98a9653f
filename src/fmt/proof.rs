//! The formatter's word is not taken for it: what it wrote is read again and compared, part by part.

use crate::source::{Sources, Span};
use crate::syntax::parse;
use crate::syntax::tree::{
    Attribute, Clause, ClauseKind, Entry, Expr, ExprKind, Node, NodeKind, Tree, UseTarget, Word,
};

/// Two texts whose trees are held against each other.
struct Texts<'a> {
    before: &'a str,
    after: &'a str,
}

/// Whether `after` reads without a finding, to the same tree and the same comments.
pub(super) fn same_meaning(before: &str, tree: &Tree, after: &str) -> bool {
    let mut sources = Sources::new();
    let file = sources.add("formatted", after);
    let (again, found) = parse(&sources, file);
    let texts = Texts { before, after };
    let docs = |tree: &Tree| tree.module_doc.iter().map(|line| line.text.clone()).collect::<Vec<_>>();
    found.is_empty()
        && docs(tree) == docs(&again)
        && all(&tree.comments, &again.comments, |a, b| texts.same(a.span, b.span))
        && all(&tree.nodes, &again.nodes, |a, b| texts.nodes(a, b))
}

fn all<T>(before: &[T], after: &[T], same: impl Fn(&T, &T) -> bool) -> bool {
    before.len() == after.len() && before.iter().zip(after).all(|(a, b)| same(a, b))
}

fn both<T>(before: Option<&T>, after: Option<&T>, same: impl Fn(&T, &T) -> bool) -> bool {
    match (before, after) {
        (Some(a), Some(b)) => same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    }
}

fn words(before: &Word, after: &Word) -> bool {
    before.text == after.text
}

impl Texts<'_> {
    fn same(&self, before: Span, after: Span) -> bool {
        self.before.get(before.range()) == self.after.get(after.range())
    }

    fn nodes(&self, before: &Node, after: &Node) -> bool {
        let kinds = match (&before.kind, &after.kind) {
            (NodeKind::Use(a), NodeKind::Use(b)) => match (&a.target, &b.target) {
                (UseTarget::File { path: a, .. }, UseTarget::File { path: b, .. }) => a == b,
                (UseTarget::Module { path: a, only: c }, UseTarget::Module { path: b, only: d }) => {
                    all(a, b, words) && both(c.as_ref(), d.as_ref(), |c, d| all(c, d, words))
                }
                _ => false,
            },
            (NodeKind::Entry(a), NodeKind::Entry(b)) => self.entries(a, b),
            _ => false,
        };
        kinds
            && all(&before.docs, &after.docs, |a, b| a.text == b.text)
            && all(&before.attributes, &after.attributes, |a, b| self.attributes(a, b))
    }

    fn attributes(&self, before: &Attribute, after: &Attribute) -> bool {
        words(&before.name, &after.name) && self.lists(&before.arguments, &after.arguments)
    }

    fn entries(&self, before: &Entry, after: &Entry) -> bool {
        words(&before.word, &after.word)
            && both(before.head.as_ref(), after.head.as_ref(), |a, b| self.exprs(a, b))
            && both(before.annotation.as_ref(), after.annotation.as_ref(), |a, b| self.exprs(a, b))
            && all(&before.clauses, &after.clauses, |a, b| self.clauses(a, b))
            && both(before.block.as_ref(), after.block.as_ref(), |a, b| {
                all(&a.nodes, &b.nodes, |a, b| self.nodes(a, b))
            })
    }

    fn clauses(&self, before: &Clause, after: &Clause) -> bool {
        match (&before.kind, &after.kind) {
            (ClauseKind::When(a), ClauseKind::When(b)) | (ClauseKind::Where(a), ClauseKind::Where(b)) => {
                self.exprs(a, b)
            }
            (ClauseKind::Because(a), ClauseKind::Because(b)) => a.value == b.value,
            _ => false,
        }
    }

    fn lists(&self, before: &[Expr], after: &[Expr]) -> bool {
        all(before, after, |a, b| self.exprs(a, b))
    }

    fn exprs(&self, before: &Expr, after: &Expr) -> bool {
        use ExprKind as Kind;
        match (&before.kind, &after.kind) {
            (Kind::Or(a), Kind::Or(b))
            | (Kind::And(a), Kind::And(b))
            | (Kind::Phrase(a), Kind::Phrase(b))
            | (Kind::List(a), Kind::List(b))
            | (Kind::Bracket(a), Kind::Bracket(b)) => self.lists(a, b),
            (Kind::Not(a), Kind::Not(b))
            | (Kind::Negative(a), Kind::Negative(b))
            | (Kind::Paren(a), Kind::Paren(b)) => self.exprs(a, b),
            (Kind::Compare(a, sign, b), Kind::Compare(c, other, d)) => {
                sign == other && self.exprs(a, c) && self.exprs(b, d)
            }
            (Kind::Arithmetic(a, sign, b), Kind::Arithmetic(c, other, d)) => {
                sign == other && self.exprs(a, c) && self.exprs(b, d)
            }
            (Kind::In(a), Kind::In(b)) => self.exprs(&a.member, &b.member) && self.lists(&a.of, &b.of),
            (Kind::Call(a), Kind::Call(b)) => {
                words(&a.name, &b.name) && self.lists(&a.arguments, &b.arguments)
            }
            (Kind::Range, Kind::Range) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Word(a), Kind::Word(b)) | (Kind::Text(a), Kind::Text(b)) => a == b,
            (Kind::Literal(a), Kind::Literal(b)) => a == b && self.same(before.span, after.span),
            _ => false,
        }
    }
}
