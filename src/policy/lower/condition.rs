//! Conditions, as policies write them, to conditions over evidence with their units checked.

use super::Lower;
use super::seats::is_count;
use crate::diag::Diagnostic;
use crate::policy::{ApprovalRule, Fact, Id, Seats};
use crate::policy::{Condition, FactKind, NOT_A_CONDITION, Operator, Value, WRONG_UNIT};
use crate::schema::suggest::{closest, one_of};
use crate::source::Span;
use crate::syntax::tree::{Comparison, Expr, ExprKind};
use crate::types;
use rust_decimal::Decimal;

impl Lower<'_> {
    /// The condition that an expression says; nothing where a part of it made no sense, and every such part reported.
    pub fn condition(&mut self, written: &Expr) -> Option<Condition> {
        match &written.kind {
            ExprKind::And(terms) => self.conditions(terms).map(joined_seats),
            ExprKind::Or(terms) => self.conditions(terms).map(Condition::Any),
            ExprKind::Not(inner) => self.condition(inner).map(|inner| Condition::Not(Box::new(inner))),
            ExprKind::Paren(inner) => self.condition(inner),
            ExprKind::Bool(true) => Some(Condition::TRUE),
            ExprKind::Bool(false) => Some(Condition::Any(Vec::new())),
            ExprKind::Word(name) => self.holds(name, written),
            ExprKind::Compare(left, comparison, right) => self.compare(left, *comparison, right),
            ExprKind::In(within) => self.member(&within.member, &within.of, written.span),
            ExprKind::Phrase(parts) => self.approved(parts, written.span),
            ExprKind::Error => None,
            _ => self.no_condition(written.span),
        }
    }

    fn conditions(&mut self, terms: &[Expr]) -> Option<Vec<Condition>> {
        let conditions: Vec<Option<Condition>> = terms.iter().map(|term| self.condition(term)).collect();
        conditions.into_iter().collect()
    }

    fn holds(&mut self, name: &str, written: &Expr) -> Option<Condition> {
        let (id, kind) = self.fact(written)?;
        if kind == FactKind::Bool {
            return Some(Condition::Holds(id, self.origin(written.span)));
        }
        let example = example(&kind);
        let message = format!("`{name}` is {}, so it must be compared", words(&kind));
        self.report(
            Diagnostic::new(&WRONG_UNIT, written.span, message).help(format!("write `{name} {example}`")),
        );
        None
    }

    fn compare(&mut self, left: &Expr, comparison: Comparison, right: &Expr) -> Option<Condition> {
        if left.word() == Some("tier") {
            let id = self.id(right)?;
            let tiers = Condition::TierIn(vec![id], self.origin(left.span.to(right.span)));
            return match comparison {
                Comparison::Equal => Some(tiers),
                Comparison::NotEqual => Some(Condition::Not(Box::new(tiers))),
                _ => self.no_order(left.span.to(right.span), "a tier"),
            };
        }
        if left.word().is_none() {
            return self.no_condition(left.span.to(right.span));
        }
        let (id, kind) = self.fact(left)?;
        let value = self.value(left, &kind, right)?;
        let operator = operator(comparison);
        let ordered = !matches!(kind, FactKind::Bool | FactKind::Text);
        if !ordered && !matches!(operator, Operator::Equal | Operator::NotEqual) {
            return self.no_order(left.span.to(right.span), words(&kind));
        }
        Some(Condition::Compare(id, operator, value, self.origin(left.span.to(right.span))))
    }

    fn member(&mut self, left: &Expr, members: &[Expr], span: Span) -> Option<Condition> {
        let members: Vec<&Expr> = members.iter().flat_map(|member| member.list()).collect();
        if left.word() == Some("tier") {
            let tiers: Vec<Option<_>> = members.iter().map(|member| self.id(member)).collect();
            return Some(Condition::TierIn(
                tiers.into_iter().collect::<Option<Vec<_>>>()?,
                self.origin(span),
            ));
        }
        if left.word().is_none() {
            return self.no_condition(span);
        }
        let (id, kind) = self.fact(left)?;
        let values: Vec<Option<Value>> =
            members.iter().map(|member| self.value(left, &kind, member)).collect();
        Some(Condition::OneOf(id, values.into_iter().collect::<Option<Vec<_>>>()?, self.origin(span)))
    }

    /// `approved 1 of sre-owner`, `1 of sre-owner`, `approval two-eyes`, `tier T0`.
    fn approved(&mut self, parts: &[Expr], span: Span) -> Option<Condition> {
        match parts {
            [word, name] if matches!(word.word(), Some("approval" | "approved")) && name.word().is_some() => {
                let id = self.id::<ApprovalRule>(name)?;
                Some(Condition::Approval(id, self.origin(span)))
            }
            [word, name] if word.word() == Some("tier") && name.word().is_some() => {
                Some(Condition::TierIn(vec![self.id(name)?], self.origin(span)))
            }
            [word, by, seat @ ..] if word.word() == Some("approved") && by.word() == Some("by") => {
                self.seated(seat, span)
            }
            [word, seat @ ..] if word.word() == Some("approved") => self.seated(seat, span),
            [count, ..] if is_count(count) => self.seated(parts, span),
            _ => self.no_condition(span),
        }
    }

    fn seated(&mut self, parts: &[Expr], span: Span) -> Option<Condition> {
        let seat = self.seat(parts, span)?;
        Some(Condition::Approved(Seats { origin: self.origin(span), seats: vec![seat] }))
    }

    fn fact(&mut self, written: &Expr) -> Option<(Id<Fact>, FactKind)> {
        let id = self.id::<Fact>(written)?;
        let fact = self.policy.facts.rows().get(id.index())?;
        Some((id, fact.kind.clone()))
    }

    /// The value that a fact of this kind is held against.
    pub fn value(&mut self, fact: &Expr, kind: &FactKind, written: &Expr) -> Option<Value> {
        let value = match (&written.kind, kind) {
            (ExprKind::Word(word), FactKind::OneOf(choices)) => {
                if !choices.contains(word) {
                    return self.no_choice(fact, choices, word, written.span);
                }
                Value::Choice(word.clone())
            }
            (ExprKind::Bool(value), _) => Value::Bool(*value),
            (ExprKind::Text(text), _) => Value::Text(text.clone()),
            (ExprKind::Literal(shape), _) => {
                let value = types::value(self.sources.text_of(written.span), *shape, written.span);
                self.checked(value)?
            }
            (ExprKind::Compare(..), FactKind::Instant) => Value::Instant(self.instant(written)?),
            _ => return self.wrong_unit(fact, kind, written, None),
        };
        if kind.takes(&value) { Some(value) } else { self.wrong_unit(fact, kind, written, Some(&value)) }
    }

    fn wrong_unit(
        &mut self,
        fact: &Expr,
        kind: &FactKind,
        written: &Expr,
        value: Option<&Value>,
    ) -> Option<Value> {
        let text = self.sources.text_of(written.span).to_owned();
        let name = fact.word().unwrap_or_default();
        let finding = Diagnostic::new(
            &WRONG_UNIT,
            written.span,
            format!("`{name}` is {}, and `{text}` is not", words(kind)),
        );
        let finding = match (kind, value) {
            (FactKind::Ratio, Some(Value::Number(number))) => {
                let hundredfold = (number * Decimal::ONE_HUNDRED).normalize();
                finding.help(format!(
                    "write `{hundredfold}%` if `{text}` is a share of one, `{text}%` if it is per cent"
                ))
            }
            (FactKind::Ratio, Some(Value::Points(_))) => finding.help(format!(
                "percentage points are a difference of two ratios; write `{}%`",
                text.trim_end_matches("pp")
            )),
            (FactKind::Number, Some(Value::Ratio(ratio))) => {
                finding.help(format!("write `{}`, a number without a unit", ratio.normalize()))
            }
            (FactKind::Duration, Some(Value::Number(_))) => {
                finding.help(format!("say the unit: `{text}s`, `{text}m` or `{text}h`"))
            }
            (FactKind::Text, _) => finding.help("write it in quotes"),
            _ => finding.help(format!("write `{name} {}`", example(kind))),
        };
        self.report(finding);
        None
    }

    fn no_choice(&mut self, fact: &Expr, choices: &[String], word: &str, span: Span) -> Option<Value> {
        let name = fact.word().unwrap_or_default();
        let finding = Diagnostic::new(&WRONG_UNIT, span, format!("`{name}` is never `{word}`"));
        let all = || choices.iter().map(String::as_str);
        self.report(match closest(word, all()) {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.help(format!("it is {}", one_of(all()))),
        });
        None
    }

    fn no_order(&mut self, span: Span, what: &str) -> Option<Condition> {
        let message = format!("{what} has no order");
        self.report(
            Diagnostic::new(&WRONG_UNIT, span, message)
                .help("compare it with `==` or `!=`, or write `in [...]`"),
        );
        None
    }

    fn no_condition(&mut self, span: Span) -> Option<Condition> {
        let text = self.sources.text_of(span);
        let message = format!("`{text}` is no condition");
        self.report(Diagnostic::new(&NOT_A_CONDITION, span, message).help(
            "a condition is a fact (`warmup`), a comparison (`canary <= 5%`), `approved 1 of ROLE` or `tier in [...]`, joined by `and`, `or` and `not`",
        ));
        None
    }
}

/// All of these, with the seats that stand side by side asked for at once: each wants another person.
pub(super) fn joined_seats(terms: Vec<Condition>) -> Condition {
    let mut joined: Vec<Condition> = Vec::with_capacity(terms.len());
    for term in terms {
        match (joined.last_mut(), term) {
            (Some(Condition::Approved(before)), Condition::Approved(more)) => {
                before.origin.span = before.origin.span.to(more.origin.span);
                before.seats.extend(more.seats);
            }
            (_, term) => joined.push(term),
        }
    }
    match joined.pop() {
        Some(only) if joined.is_empty() => only,
        last => {
            joined.extend(last);
            Condition::All(joined)
        }
    }
}

pub(super) fn operator(comparison: Comparison) -> Operator {
    match comparison {
        Comparison::Equal => Operator::Equal,
        Comparison::NotEqual => Operator::NotEqual,
        Comparison::Less => Operator::Less,
        Comparison::LessOrEqual => Operator::LessOrEqual,
        Comparison::Greater => Operator::Greater,
        Comparison::GreaterOrEqual => Operator::GreaterOrEqual,
    }
}

fn words(kind: &FactKind) -> &'static str {
    match kind {
        FactKind::Bool => "true or false",
        FactKind::OneOf(_) => "one of its own words",
        FactKind::Number => "a number",
        FactKind::Ratio => "a ratio",
        FactKind::Duration => "a duration",
        FactKind::Money => "an amount of money",
        FactKind::Rate => "a rate",
        FactKind::Instant => "an instant",
        FactKind::Text => "a text",
    }
}

fn example(kind: &FactKind) -> String {
    match kind {
        FactKind::Bool => "== true".to_owned(),
        FactKind::OneOf(choices) => format!("== {}", choices.last().map_or("", String::as_str)),
        FactKind::Number => "<= 0.5".to_owned(),
        FactKind::Ratio => "<= 5%".to_owned(),
        FactKind::Duration => "<= 15m".to_owned(),
        FactKind::Money => "<= $5".to_owned(),
        FactKind::Rate => "<= 5/s".to_owned(),
        FactKind::Instant => "< 2026-01-01T00:00Z".to_owned(),
        FactKind::Text => "== \"...\"".to_owned(),
    }
}
