//! The schema with its patterns compiled and its words indexed, once for the whole run.

use super::captures::{Captures, Flat, LONGEST_PHRASE, Mismatch};
use super::declaration::{Declaration, Field};
use super::family;
use super::pattern::Pattern;
use crate::syntax::tree::Expr;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Every declaration, ready to be matched against.
#[derive(Debug)]
pub struct Schema {
    declarations: Vec<Kind>,
    by_keyword: BTreeMap<&'static str, usize>,
}

/// A declaration with its patterns compiled.
#[derive(Debug)]
pub struct Kind {
    /// The row it comes from.
    pub row: &'static Declaration,
    /// What stands behind its word.
    pub head: Pattern,
    /// What stands behind `:`.
    pub annotation: Pattern,
    /// What its block holds.
    pub body: Body,
}

/// What a block may hold.
#[derive(Debug)]
pub struct Body {
    /// Its fields, in the order of their rows.
    pub fields: Vec<Slot>,
    by_keyword: BTreeMap<&'static str, usize>,
}

/// A field with its patterns compiled.
#[derive(Debug)]
pub struct Slot {
    /// The row it comes from.
    pub row: &'static Field,
    /// What stands behind its word.
    pub pattern: Pattern,
    /// What stands behind `:`.
    pub annotation: Pattern,
    /// What its own block holds.
    pub body: Body,
}

/// A pattern that is no field's own, compiled when it is first asked for: `static PATHS: Shape = Shape::new("…")`.
#[derive(Debug)]
pub struct Shape {
    text: &'static str,
    pattern: std::sync::OnceLock<Pattern>,
}

/// The schema.
pub fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let declarations: Vec<Kind> = family::DECLARATIONS.iter().map(|row| Kind::new(row)).collect();
        let by_keyword = declarations.iter().enumerate().map(|(at, kind)| (kind.row.keyword, at)).collect();
        Schema { declarations, by_keyword }
    });
    &SCHEMA
}

impl Schema {
    /// Every declaration, in the order of the reference.
    pub fn kinds(&self) -> &[Kind] {
        &self.declarations
    }

    /// The declaration that begins with this word.
    pub fn kind(&self, keyword: &str) -> Option<&Kind> {
        self.declarations.get(*self.by_keyword.get(keyword)?)
    }

    /// The space in which names of this kind are unique.
    pub fn space(&self, keyword: &str) -> &'static str {
        self.kind(keyword).map_or("", |kind| kind.row.space)
    }
}

impl Kind {
    fn new(row: &'static Declaration) -> Self {
        Self {
            row,
            head: compiled(row.head),
            annotation: compiled(row.annotation),
            body: Body::new(row.fields),
        }
    }
}

impl Body {
    fn new(rows: &'static [Field]) -> Self {
        let fields: Vec<Slot> = rows
            .iter()
            .map(|row| Slot {
                row,
                pattern: compiled(row.pattern),
                annotation: compiled(row.annotation),
                body: Body::new(row.fields),
            })
            .collect();
        let by_keyword = fields.iter().enumerate().map(|(at, slot)| (slot.row.keyword, at)).collect();
        Self { fields, by_keyword }
    }

    /// The field that begins with this word; that which any name begins, where there is one.
    pub fn slot(&self, word: &str) -> Option<&Slot> {
        self.fields.get(self.position(word)?)
    }

    /// The position of the field that begins with this word; that of the field which any name begins, where there is one.
    pub(super) fn position(&self, word: &str) -> Option<usize> {
        self.by_keyword.get(word).or_else(|| self.by_keyword.get("")).copied()
    }
}

impl Shape {
    /// The shape of this pattern.
    pub const fn new(text: &'static str) -> Self {
        Self { text, pattern: std::sync::OnceLock::new() }
    }

    /// The compiled pattern.
    pub fn pattern(&self) -> &Pattern {
        self.pattern.get_or_init(|| compiled(self.text))
    }

    /// What the pattern captures of an expression.
    ///
    /// # Errors
    /// The first part that does not fit.
    pub fn captures<'t>(&self, expr: &'t Expr) -> Result<Captures<'t>, Mismatch> {
        let flat = Flat::new(None, Some(expr));
        if flat.len() > LONGEST_PHRASE {
            return Err(Mismatch {
                at: Some(expr.span),
                expected: vec!["fewer parts".to_owned()],
                atoms: Vec::new(),
            });
        }
        flat.matched(self.pattern())
    }
}

/// A pattern of the schema. One that does not compile matches nothing; `every_pattern_compiles` says which.
fn compiled(text: &'static str) -> Pattern {
    Pattern::compile(text).unwrap_or_else(|_| Pattern::nothing())
}
