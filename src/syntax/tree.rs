//! The typed tree of a file: what stands where, with nothing yet said about what it means.
//!
//! Every part has its span. A part that could not be read is an error node, so that one mistake never hides the next.

use crate::source::Span;

/// One parsed file.
#[derive(Debug, Clone)]
pub struct Tree {
    /// `//!` lines, without the marker.
    pub module_doc: Vec<DocLine>,
    /// Items, in the order they stand.
    pub nodes: Vec<Node>,
    /// Every `//` comment that is not documentation, in order: the formatter needs them.
    pub comments: Vec<Comment>,
}

/// One line of `///` or `//!`, without the marker and one space behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocLine {
    /// The line with its marker.
    pub span: Span,
    /// What it says.
    pub text: String,
}

/// A `//` comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The comment with its marker, without the line end.
    pub span: Span,
}

/// An item or a statement: one rule of the grammar.
#[derive(Debug, Clone)]
pub struct Node {
    /// From its first doc line or attribute to its end.
    pub span: Span,
    /// `///` lines before it.
    pub docs: Vec<DocLine>,
    /// `@allow(...)` and the like.
    pub attributes: Vec<Attribute>,
    /// What it is.
    pub kind: NodeKind,
}

/// What a node is.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// `use ...`
    Use(Use),
    /// A word with what follows it.
    Entry(Entry),
    /// Text that is no node; its diagnostic was given when it was read.
    Error,
}

/// `@word(args)`.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// The whole attribute.
    pub span: Span,
    /// The word behind `@`.
    pub name: Word,
    /// What stands in its parentheses.
    pub arguments: Vec<Expr>,
}

/// A name as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where.
    pub span: Span,
    /// The name.
    pub text: String,
}

/// `use "path"` or `use std.tiers.{T0, T1}`.
#[derive(Debug, Clone)]
pub struct Use {
    /// From `use` to its end.
    pub span: Span,
    /// What is brought in.
    pub target: UseTarget,
}

/// What a `use` names.
#[derive(Debug, Clone)]
pub enum UseTarget {
    /// A file, as a path relative to the file that says it.
    File {
        /// The string literal.
        span: Span,
        /// Its value.
        path: String,
    },
    /// A module of the library, with the names taken from it; no names means all.
    Module {
        /// `std`, `tiers`.
        path: Vec<Word>,
        /// What stands in braces behind the last dot, if anything does.
        only: Option<Vec<Word>>,
    },
}

/// A declaration or a statement: `word head : annotation clauses { block }`.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The first word: what kind of declaration or which field; in a list of dates, the date.
    pub word: Word,
    /// What follows it on the line.
    pub head: Option<Expr>,
    /// What stands behind `:`.
    pub annotation: Option<Expr>,
    /// `when`, `where` and `because`, in the order they stand.
    pub clauses: Vec<Clause>,
    /// What stands in braces.
    pub block: Option<Block>,
}

/// `{ ... }`.
#[derive(Debug, Clone)]
pub struct Block {
    /// With its braces.
    pub span: Span,
    /// Statements, in the order they stand.
    pub nodes: Vec<Node>,
}

/// A clause behind a head.
#[derive(Debug, Clone)]
pub struct Clause {
    /// With its word.
    pub span: Span,
    /// Which.
    pub kind: ClauseKind,
}

/// Which clause it is.
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `when expr`
    When(Expr),
    /// `where expr`
    Where(Expr),
    /// `because "reason"`
    Because(Text),
}

/// A string's value, escapes and common indent resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The literal with its quotes.
    pub span: Span,
    /// What it says.
    pub value: String,
}

/// An expression with its span.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// What an expression is. One that holds a single part is that part.
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// `a or b or c`, at least two.
    Or(Vec<Expr>),
    /// `a and b and c`, at least two.
    And(Vec<Expr>),
    /// `not a`
    Not(Box<Expr>),
    /// Juxtaposition, flat: `week Fri 18:00 .. Mon 08:00`, at least two parts.
    Phrase(Vec<Expr>),
    /// `a, b, c`, at least two.
    List(Vec<Expr>),
    /// `..`, a part of a phrase.
    Range,
    /// `a <= b`
    Compare(Box<Expr>, Comparison, Box<Expr>),
    /// `a in [b, c]`
    In(Box<Membership>),
    /// `a + b * c`
    Arithmetic(Box<Expr>, Operator, Box<Expr>),
    /// `-a`
    Negative(Box<Expr>),
    /// `p95(latency)`
    Call(Box<Call>),
    /// `[a, b]`
    Bracket(Vec<Expr>),
    /// `(a)`; kept, so that layout and meaning agree on it.
    Paren(Box<Expr>),
    /// `true` or `false`
    Bool(bool),
    /// `retriever`, `us-east-1`, `hard`
    Word(String),
    /// `"text"`
    Text(String),
    /// Anything that begins with a digit or `$`, by its shape.
    Literal(Literal),
    /// Text that is no expression; its diagnostic was given when it was read.
    Error,
}

/// `a in [b, c]`. Behind a box, as a call is: it is rare, and no expression is smaller than the largest kind of one.
#[derive(Debug, Clone)]
pub struct Membership {
    /// What stands before `in`.
    pub member: Expr,
    /// What stands in the brackets.
    pub of: Vec<Expr>,
}

/// `p95(latency)`.
#[derive(Debug, Clone)]
pub struct Call {
    /// The word before the parenthesis.
    pub name: Word,
    /// What stands in the parentheses.
    pub arguments: Vec<Expr>,
}

/// The shape of a literal; `types` reads its value. The text is the span's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Literal {
    /// `42`, `0.15`
    Number,
    /// `5%`
    Ratio,
    /// `2pp`
    Points,
    /// `1h30m`, `250ms`, `2d`
    Duration,
    /// `5/s`
    Rate,
    /// `$0.02`
    Money,
    /// `2025-11-27T00:00:00Z`, `2025-11-27T09:00+09:00`
    Instant,
    /// `2025-09-14T22:00[Europe/Dublin]`
    ZonedDateTime,
    /// `2025-09-14T22:00`, a reading whose zone stands elsewhere
    LocalDateTime,
    /// `2025-11-27`
    Date,
    /// `18:00`, `24:00`
    Time,
    /// `3rd`
    Ordinal,
}

/// A comparison operator. `=` and `==` are one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `=` or `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

/// An arithmetic operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Expr {
    /// The parts of a phrase; one that is not a phrase is its own only part.
    pub fn phrase(&self) -> &[Expr] {
        match &self.kind {
            ExprKind::Phrase(parts) => parts,
            _ => std::slice::from_ref(self),
        }
    }

    /// The members of a list; one that is not a list is its own only member.
    pub fn list(&self) -> &[Expr] {
        match &self.kind {
            ExprKind::List(members) => members,
            _ => std::slice::from_ref(self),
        }
    }

    /// The name, where the expression is one.
    pub fn word(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Word(text) => Some(text),
            _ => None,
        }
    }
}
