//! What stood in a file, by the fields of its declaration: what lowering reads.

use super::captures::Captures;
use super::compiled::Kind;
use super::declaration::Field;
use crate::source::Span;
use crate::syntax::tree::{Clause, ClauseKind, Entry, Expr, Node, Text};

/// A declaration that the schema knows, by its parts. Where a part did not fit, it is left out and was reported.
#[derive(Debug)]
pub struct Declared<'t> {
    /// What kind it is.
    pub kind: &'static Kind,
    /// The node it was read from: docs and attributes.
    pub node: &'t Node,
    /// The node's entry: words and spans.
    pub entry: &'t Entry,
    /// The name or title it declares.
    pub name: Option<Name<'t>>,
    /// What its head captured.
    pub head: Captures<'t>,
    /// What stands behind `:`.
    pub annotation: Captures<'t>,
    /// Its fields.
    pub fields: Fields<'t>,
}

/// The name or title that a declaration gives.
#[derive(Debug, Clone, Copy)]
pub struct Name<'t> {
    /// Where it stands.
    pub span: Span,
    /// The name.
    pub text: &'t str,
}

/// Statements of a block, in the order they stand.
#[derive(Debug, Default)]
pub struct Fields<'t> {
    pub(super) given: Vec<Given<'t>>,
    pub(super) broken: Vec<&'static str>,
}

/// A statement that fits its field.
#[derive(Debug)]
pub struct Given<'t> {
    /// The field's row.
    pub field: &'static Field,
    /// The node it was read from.
    pub node: &'t Node,
    /// The node's entry.
    pub entry: &'t Entry,
    /// What its pattern captured.
    pub captures: Captures<'t>,
    /// What stands behind `:`.
    pub annotation: Captures<'t>,
    /// Its own block.
    pub fields: Fields<'t>,
}

impl<'t> Declared<'t> {
    /// The first field with this keyword.
    pub fn one(&self, keyword: &str) -> Option<&Given<'t>> {
        self.fields.one(keyword)
    }

    /// Every field with this keyword.
    pub fn all<'s>(&'s self, keyword: &'s str) -> impl Iterator<Item = &'s Given<'t>> + 's {
        self.fields.all(keyword)
    }

    /// The condition of its `when`.
    pub fn when(&self) -> Option<&'t Expr> {
        when(&self.entry.clauses)
    }

    /// The text of its `because`.
    pub fn because(&self) -> Option<&'t Text> {
        because(&self.entry.clauses)
    }

    /// Where its first line stands: word, head and annotation, without the block.
    pub fn span(&self) -> Span {
        first_line(self.entry)
    }
}

impl<'t> Fields<'t> {
    /// The first field with this keyword.
    pub fn one(&self, keyword: &str) -> Option<&Given<'t>> {
        self.given.iter().find(|given| given.field.keyword == keyword)
    }

    /// Every field with this keyword.
    pub fn all<'s>(&'s self, keyword: &'s str) -> impl Iterator<Item = &'s Given<'t>> + 's {
        self.given.iter().filter(move |given| given.field.keyword == keyword)
    }

    /// Whether a statement of this field stands there in a form that did not fit, which was reported.
    pub fn is_broken(&self, keyword: &str) -> bool {
        self.broken.contains(&keyword)
    }

    /// Every field, in the order they stand.
    pub fn iter(&self) -> std::slice::Iter<'_, Given<'t>> {
        self.given.iter()
    }
}

impl<'t> Given<'t> {
    /// The condition of its `when`.
    pub fn when(&self) -> Option<&'t Expr> {
        when(&self.entry.clauses)
    }

    /// The text of its `because`.
    pub fn because(&self) -> Option<&'t Text> {
        because(&self.entry.clauses)
    }

    /// Where its first line stands: word, head and annotation, without the block.
    pub fn span(&self) -> Span {
        first_line(self.entry)
    }

    /// The first part under this label.
    pub fn get(&self, label: &str) -> Option<&Expr> {
        self.captures.get(label)
    }
}

fn when(clauses: &[Clause]) -> Option<&Expr> {
    clauses.iter().find_map(|clause| match &clause.kind {
        ClauseKind::When(condition) => Some(condition),
        _ => None,
    })
}

fn because(clauses: &[Clause]) -> Option<&Text> {
    clauses.iter().find_map(|clause| match &clause.kind {
        ClauseKind::Because(text) => Some(text),
        _ => None,
    })
}

/// Word, head and annotation of an entry, without clauses and block.
pub(super) fn first_line(entry: &Entry) -> Span {
    let parts = [entry.head.as_ref(), entry.annotation.as_ref()];
    parts.into_iter().flatten().fold(entry.word.span, |span, part| span.to(part.span))
}
