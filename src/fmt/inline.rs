//! What stands between the first word of a statement and its block: one space, or the author's own line breaks.

use crate::source::Span;
use crate::syntax::tree::{
    Clause, ClauseKind, Comment, Comparison, Expr, ExprKind, Operator, Use, UseTarget,
};

/// The comments of a file, each taken once, in order.
pub(super) struct Comments<'a> {
    source: &'a str,
    rest: &'a [Comment],
}

impl<'a> Comments<'a> {
    pub(super) fn new(source: &'a str, comments: &'a [Comment]) -> Self {
        Self { source, rest: comments }
    }

    /// Where the next one begins, if it does before `end`.
    pub(super) fn peek(&self, end: u32) -> Option<Span> {
        self.rest.first().map(|comment| comment.span).filter(|span| span.start < end)
    }

    /// The next one, if it begins before `end`.
    pub(super) fn take(&mut self, end: u32) -> Option<&'a str> {
        let span = self.peek(end)?;
        self.rest = self.rest.get(1..).unwrap_or_default();
        self.source.get(span.range())
    }
}

/// Writes an expression after the text that stands already.
pub(super) struct Inline<'a, 'c> {
    source: &'a str,
    comments: &'c mut Comments<'a>,
    out: String,
    /// How far the source is written.
    done: u32,
    /// The level of the statement.
    level: usize,
    /// How many brackets are open.
    depth: usize,
}

impl<'a, 'c> Inline<'a, 'c> {
    pub(super) fn new(source: &'a str, comments: &'c mut Comments<'a>, done: u32, level: usize) -> Self {
        Self { source, comments, out: String::new(), done, level, depth: 0 }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// Goes on to `next`: by a line break where the author made one, else by `space`.
    pub(super) fn go(&mut self, next: u32, space: &str) {
        let from = self.done;
        self.done = from.max(next);
        if !self.breaks(from, next) {
            self.out.push_str(space);
            return;
        }
        self.out.truncate(self.out.trim_end_matches(' ').len());
        let mut written = from;
        while let Some(span) = self.comments.peek(next) {
            match self.breaks(written, span.start) {
                true => self.new_line(),
                false => self.out.push_str("  "),
            }
            self.out.push_str(self.comments.take(next).unwrap_or(""));
            written = span.end;
        }
        self.new_line();
    }

    fn breaks(&self, start: u32, end: u32) -> bool {
        self.source.get(start as usize..end as usize).is_some_and(|between| between.contains('\n'))
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.level + self.depth.max(1) {
            self.out.push_str("  ");
        }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn leaf(&mut self, span: Span) {
        let text = self.source.get(span.range()).unwrap_or("");
        self.out.push_str(&text.replace("\r\n", "\n"));
        self.done = self.done.max(span.end);
    }

    pub(super) fn clause(&mut self, clause: &Clause) {
        self.go(clause.span.start, " ");
        let (word, span) = match &clause.kind {
            ClauseKind::When(expr) => ("when", expr.span),
            ClauseKind::Where(expr) => ("where", expr.span),
            ClauseKind::Because(text) => ("because", text.span),
        };
        self.push(word);
        self.go(span.start, " ");
        match &clause.kind {
            ClauseKind::When(expr) | ClauseKind::Where(expr) => self.expr(expr),
            ClauseKind::Because(text) => self.leaf(text.span),
        }
    }

    pub(super) fn import(&mut self, import: &Use) {
        self.push("use");
        match &import.target {
            UseTarget::File { span, .. } => {
                self.go(span.start, " ");
                self.leaf(*span);
            }
            UseTarget::Module { path, only } => {
                let mut glue = " ";
                for word in path {
                    self.go(word.span.start, glue);
                    self.leaf(word.span);
                    self.push(".");
                    glue = "";
                }
                match only {
                    None => self.out.truncate(self.out.trim_end_matches('.').len()),
                    Some(names) => {
                        self.push("{");
                        self.depth += 1;
                        let mut glue = "";
                        for name in names {
                            self.push(if glue.is_empty() { "" } else { "," });
                            self.go(name.span.start, glue);
                            self.leaf(name.span);
                            glue = " ";
                        }
                        self.close(import.span.end, "}");
                    }
                }
            }
        }
    }

    /// The members of a bracket whose opening sign is written, and its closing sign, which ends at `end`.
    pub(super) fn members(&mut self, members: &[Expr], end: u32, closing: &str) {
        self.depth += 1;
        for (at, member) in members.iter().enumerate() {
            self.push(if at > 0 { "," } else { "" });
            self.go(member.span.start, if at > 0 { " " } else { "" });
            self.expr(member);
        }
        self.close(end, closing);
    }

    fn close(&mut self, end: u32, closing: &str) {
        self.depth -= 1;
        // The closing sign stands where the statement does, not a step further in.
        let before = self.out.len();
        self.go(end.saturating_sub(1), "");
        let broke = self.out.get(before..).is_some_and(|added| added.contains('\n'));
        if broke && self.depth == 0 {
            self.out.truncate(self.out.trim_end_matches(' ').len());
            self.out.push_str(&"  ".repeat(self.level));
        }
        self.push(closing);
        self.done = self.done.max(end);
    }

    fn several(&mut self, members: &[Expr], word: &str) {
        for (at, member) in members.iter().enumerate() {
            if at > 0 {
                self.go(member.span.start, " ");
                self.push(word);
                self.push(" ");
            }
            self.expr(member);
        }
    }

    fn binary(&mut self, left: &Expr, operator: &str, right: &Expr) {
        self.expr(left);
        self.push(" ");
        self.push(operator);
        self.go(right.span.start, " ");
        self.expr(right);
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Or(members) => self.several(members, "or"),
            ExprKind::And(members) => self.several(members, "and"),
            ExprKind::Not(inner) => {
                self.push("not");
                self.go(inner.span.start, " ");
                self.expr(inner);
            }
            ExprKind::Phrase(parts) => {
                for (at, part) in parts.iter().enumerate() {
                    self.go(part.span.start, if at > 0 { " " } else { "" });
                    self.expr(part);
                }
            }
            ExprKind::List(members) => {
                for (at, member) in members.iter().enumerate() {
                    self.push(if at > 0 { "," } else { "" });
                    self.go(member.span.start, if at > 0 { " " } else { "" });
                    self.expr(member);
                }
            }
            ExprKind::Compare(left, comparison, right) => {
                let between =
                    self.source.get(left.span.end as usize..right.span.start as usize).unwrap_or("");
                self.binary(left, comparison_sign(*comparison, between), right);
            }
            ExprKind::Arithmetic(left, operator, right) => self.binary(left, operator_sign(*operator), right),
            ExprKind::In(within) => {
                self.expr(&within.member);
                self.push(" in [");
                self.members(&within.of, expr.span.end, "]");
            }
            ExprKind::Negative(inner) => {
                self.push("-");
                self.done = self.done.max(inner.span.start);
                self.expr(inner);
            }
            ExprKind::Call(call) => {
                self.leaf(call.name.span);
                self.push("(");
                self.members(&call.arguments, expr.span.end, ")");
            }
            ExprKind::Bracket(members) => {
                self.push("[");
                self.members(members, expr.span.end, "]");
            }
            ExprKind::Paren(inner) => {
                self.push("(");
                self.members(std::slice::from_ref(inner), expr.span.end, ")");
            }
            ExprKind::Range
            | ExprKind::Bool(_)
            | ExprKind::Word(_)
            | ExprKind::Text(_)
            | ExprKind::Literal(_)
            | ExprKind::Error => self.leaf(expr.span),
        }
    }
}

/// `=` and `==` are one; the author's spelling stays.
fn comparison_sign(comparison: Comparison, written: &str) -> &'static str {
    match comparison {
        Comparison::Equal if written.contains("==") => "==",
        Comparison::Equal => "=",
        Comparison::NotEqual => "!=",
        Comparison::Less => "<",
        Comparison::LessOrEqual => "<=",
        Comparison::Greater => ">",
        Comparison::GreaterOrEqual => ">=",
    }
}

fn operator_sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Add => "+",
        Operator::Subtract => "-",
        Operator::Multiply => "*",
        Operator::Divide => "/",
    }
}
