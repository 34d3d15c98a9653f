//! The flat run of operands and operators that the grammar reads, folded by precedence.
//!
//! Loosest first: `or`, `and`, `not`, juxtaposition, `,`, comparisons, `+ -`, `* /`. Inside brackets and arguments a comma
//! is the loosest of all.

use super::build::Builder;
use super::codes::{self, CHAINED_COMPARISON, SYNTAX_ERROR, TOO_DEEP};
use super::grammar::Rule;
use super::malformed;
use super::tree::{Call, Comparison, Expr, ExprKind, Literal, Membership, Operator};
use crate::diag::Diagnostic;
use crate::source::Span;
use pest::iterators::{Pair, Pairs};
use std::iter::Peekable;

/// The longest run of `+ - * /` in one expression: each is a level of the tree.
const MAX_ARITHMETIC: usize = 64;

/// An operator as the grammar hands it on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Infix {
    Or,
    And,
    Comma,
    Compare(Comparison),
    In,
    Sum(Operator),
    Product(Operator),
}

impl Infix {
    fn of(text: &str) -> Self {
        match text {
            "or" => Self::Or,
            "and" => Self::And,
            "," => Self::Comma,
            "=" | "==" => Self::Compare(Comparison::Equal),
            "!=" => Self::Compare(Comparison::NotEqual),
            "<" => Self::Compare(Comparison::Less),
            "<=" => Self::Compare(Comparison::LessOrEqual),
            ">" => Self::Compare(Comparison::Greater),
            ">=" => Self::Compare(Comparison::GreaterOrEqual),
            "in" => Self::In,
            "+" => Self::Sum(Operator::Add),
            "-" => Self::Sum(Operator::Subtract),
            "*" => Self::Product(Operator::Multiply),
            _ => Self::Product(Operator::Divide),
        }
    }
}

/// A run of operands and operators, read from the left.
struct Run<'b, 'i> {
    pairs: Peekable<Pairs<'i, Rule>>,
    /// The operator that stands next, if one does.
    next: Option<Infix>,
    builder: &'b mut Builder<'i>,
    commas: Commas,
    arithmetic: usize,
}

/// What a comma does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Commas {
    /// It joins a list, tighter than juxtaposition.
    Join,
    /// It parts the members of a bracket, looser than everything.
    Part,
}

/// The expression that an `expr` pair holds.
pub(super) fn expression<'i>(builder: &mut Builder<'i>, pair: Pair<'i, Rule>) -> Expr {
    Run::new(builder, pair, Commas::Join).or()
}

/// The members of a bracket or of arguments, whose inner pairs these are.
pub(super) fn members<'i>(builder: &mut Builder<'i>, pairs: Pairs<'i, Rule>) -> Vec<Expr> {
    let mut members = Vec::new();
    for pair in pairs {
        let mut run = Run::new(builder, pair, Commas::Part);
        members.push(run.or());
        while run.take(|infix| infix == Infix::Comma) {
            members.push(run.or());
        }
    }
    members
}

impl<'b, 'i> Run<'b, 'i> {
    fn new(builder: &'b mut Builder<'i>, pair: Pair<'i, Rule>, commas: Commas) -> Self {
        let mut run =
            Self { pairs: pair.into_inner().peekable(), next: None, builder, commas, arithmetic: 0 };
        run.look();
        run
    }

    /// Learns which operator stands next.
    fn look(&mut self) {
        self.next = match self.pairs.peek() {
            Some(pair) if matches!(pair.as_rule(), Rule::joiner | Rule::operator | Rule::minus) => {
                Some(Infix::of(pair.as_str()))
            }
            _ => None,
        };
    }

    fn take(&mut self, wanted: impl Fn(Infix) -> bool) -> bool {
        let taken = self.next.is_some_and(wanted);
        if taken {
            self.pairs.next();
            self.look();
        }
        taken
    }

    fn several(
        &mut self,
        separator: Infix,
        member: fn(&mut Self) -> Expr,
        whole: fn(Vec<Expr>) -> ExprKind,
    ) -> Expr {
        let first = member(self);
        if self.next != Some(separator) {
            return first;
        }
        let mut span = first.span;
        let mut members = vec![first];
        while self.take(|infix| infix == separator) {
            let next = member(self);
            span = span.to(next.span);
            members.push(next);
        }
        Expr { span, kind: whole(members) }
    }

    fn or(&mut self) -> Expr {
        self.several(Infix::Or, Self::and, ExprKind::Or)
    }

    fn and(&mut self) -> Expr {
        self.several(Infix::And, Self::negation, ExprKind::And)
    }

    fn negation(&mut self) -> Expr {
        let Some(not) = self.pairs.next_if(|pair| pair.as_rule() == Rule::not) else { return self.phrase() };
        self.look();
        let span = self.builder.span(&not);
        let inner = self.phrase();
        Expr { span: span.to(inner.span), kind: ExprKind::Not(Box::new(inner)) }
    }

    fn phrase(&mut self) -> Expr {
        let first = self.list();
        if self.next.is_some() || self.pairs.peek().is_none() {
            return first;
        }
        let mut span = first.span;
        let mut parts = vec![first];
        while self.next.is_none() && self.pairs.peek().is_some() {
            // Behind a word such as `require` a `not` takes the rest of the phrase.
            let negated = self.pairs.peek().is_some_and(|pair| pair.as_rule() == Rule::not);
            let next = if negated { self.negation() } else { self.list() };
            span = span.to(next.span);
            parts.push(next);
        }
        Expr { span, kind: ExprKind::Phrase(parts) }
    }

    fn list(&mut self) -> Expr {
        match self.commas {
            Commas::Join => self.several(Infix::Comma, Self::comparison, ExprKind::List),
            Commas::Part => self.comparison(),
        }
    }

    fn comparison(&mut self) -> Expr {
        let mut left = self.sum();
        let mut compared = false;
        while let Some(infix @ (Infix::Compare(_) | Infix::In)) = self.next {
            self.take(|_| true);
            let right = self.sum();
            let span = left.span.to(right.span);
            if compared {
                self.builder.found.push(chained(&left, &right, span));
                left = Expr { span, kind: ExprKind::Error };
                continue;
            }
            compared = true;
            let kind = match (infix, right.kind) {
                (Infix::Compare(comparison), kind) => {
                    ExprKind::Compare(Box::new(left), comparison, Box::new(Expr { span: right.span, kind }))
                }
                (_, ExprKind::Bracket(of)) => ExprKind::In(Box::new(Membership { member: left, of })),
                _ => {
                    let message = "`in` needs a list in brackets alone on its right";
                    self.builder.found.push(Diagnostic::new(&SYNTAX_ERROR, right.span, message));
                    ExprKind::Error
                }
            };
            left = Expr { span, kind };
        }
        left
    }

    fn sum(&mut self) -> Expr {
        let mut left = self.product();
        while let Some(Infix::Sum(operator)) = self.next {
            self.take(|_| true);
            let right = self.product();
            left = self.arithmetic(left, operator, right);
        }
        left
    }

    fn product(&mut self) -> Expr {
        let mut left = self.operand();
        while let Some(Infix::Product(operator)) = self.next {
            self.take(|_| true);
            let right = self.operand();
            left = self.arithmetic(left, operator, right);
        }
        left
    }

    fn arithmetic(&mut self, left: Expr, operator: Operator, right: Expr) -> Expr {
        self.arithmetic += 1;
        let span = left.span.to(right.span);
        if self.arithmetic > MAX_ARITHMETIC {
            if self.arithmetic == MAX_ARITHMETIC + 1 {
                let message = format!("more than {MAX_ARITHMETIC} operators in one expression");
                self.builder.found.push(Diagnostic::new(&TOO_DEEP, right.span, message));
            }
            return Expr { span, kind: ExprKind::Error };
        }
        Expr { span, kind: ExprKind::Arithmetic(Box::new(left), operator, Box::new(right)) }
    }

    fn operand(&mut self) -> Expr {
        // The grammar sees to it that an operand follows every operator.
        let Some(pair) = self.pairs.next() else {
            return Expr { span: self.builder.origin(), kind: ExprKind::Error };
        };
        let expr = operand(self.builder, pair, &mut self.pairs);
        self.look();
        expr
    }
}

fn operand<'i>(
    builder: &mut Builder<'i>,
    pair: Pair<'i, Rule>,
    rest: &mut Peekable<Pairs<'i, Rule>>,
) -> Expr {
    let span = builder.span(&pair);
    let literal = |literal| Expr { span, kind: ExprKind::Literal(literal) };
    match pair.as_rule() {
        Rule::word => {
            let name = builder.word(&pair);
            match rest.next_if(|next| next.as_rule() == Rule::arguments) {
                Some(arguments) => {
                    let whole = span.to(builder.span(&arguments));
                    let arguments = members(builder, arguments.into_inner());
                    Expr { span: whole, kind: ExprKind::Call(Box::new(Call { name, arguments })) }
                }
                None => Expr { span, kind: ExprKind::Word(name.text) },
            }
        }
        Rule::string if builder.is_unclosed(span) => Expr { span, kind: ExprKind::Error },
        Rule::string => Expr { span, kind: ExprKind::Text(builder.string(&pair)) },
        Rule::boolean => Expr { span, kind: ExprKind::Bool(pair.as_str() == "true") },
        Rule::range => Expr { span, kind: ExprKind::Range },
        Rule::bracket => {
            let members = members(builder, pair.into_inner());
            Expr { span, kind: ExprKind::Bracket(members) }
        }
        Rule::paren => match pair.into_inner().next() {
            Some(inner) => Expr { span, kind: ExprKind::Paren(Box::new(expression(builder, inner))) },
            None => Expr { span, kind: ExprKind::Error },
        },
        Rule::negative => {
            let mut inner = pair.into_inner().peekable();
            match inner.next() {
                Some(first) => {
                    let positive = operand(builder, first, &mut inner);
                    Expr { span, kind: ExprKind::Negative(Box::new(positive)) }
                }
                None => Expr { span, kind: ExprKind::Error },
            }
        }
        Rule::zoned => literal(Literal::ZonedDateTime),
        Rule::instant => literal(Literal::Instant),
        Rule::local => literal(Literal::LocalDateTime),
        Rule::date => literal(Literal::Date),
        Rule::time => literal(Literal::Time),
        Rule::duration => literal(Literal::Duration),
        Rule::ordinal => literal(Literal::Ordinal),
        Rule::points => literal(Literal::Points),
        Rule::ratio => literal(Literal::Ratio),
        Rule::rate => literal(Literal::Rate),
        Rule::number => literal(Literal::Number),
        Rule::money => literal(Literal::Money),
        Rule::malformed => {
            builder.found.push(malformed::literal(span, pair.as_str()));
            Expr { span, kind: ExprKind::Error }
        }
        _ => {
            builder.found.push(codes::not_ascii(span, pair.as_str()));
            Expr { span, kind: ExprKind::Error }
        }
    }
}

fn chained(left: &Expr, right: &Expr, span: Span) -> Diagnostic {
    Diagnostic::new(&CHAINED_COMPARISON, span, "a comparison cannot be compared again")
        .also(left.span, "already true or false")
        .also(right.span, "compared with that")
        .help("write two comparisons with `and` between them")
}
