//! What a metric is held against: a value of its own unit, or what follows from its baseline. Where units differ the finding
//! offers every reading.

use super::Lower;
use super::bar::{Measured, example, words};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::policy::{Limit, MetricKind, NOT_A_CONDITION, Value, WRONG_UNIT};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Literal, Operator};
use crate::types;
use rust_decimal::Decimal;

code!(pub AMBIGUOUS_PERCENT, Error, "ambiguous-percent", "a `%` beside a baseline that can be read in two ways");
code!(pub NO_BASELINE, Error, "no-baseline", "a baseline of a metric that has none");

impl Lower<'_> {
    /// What stands on the right side of a bar.
    pub(super) fn limit(&mut self, of: &Measured, written: &Expr) -> Option<Limit> {
        if let Some(word) = baseline_in(written) {
            if !of.has_baseline {
                let message = format!("`{}` has no baseline to be held against", of.name);
                self.report(
                    Diagnostic::new(&NO_BASELINE, word, message)
                        .also(of.declared, "declared here, without `baseline`")
                        .help("say there what it is: `baseline stable` (what runs beside the change), `baseline pinned \"...\"` or `baseline offset 7d`"),
                );
                return None;
            }
            let (factor, plus) = self.baseline(of, written)?;
            return Some(Limit::Baseline { factor, plus });
        }
        if self.is_metric(written) {
            let message = format!("`{}` is held against another metric", of.text);
            self.report(Diagnostic::new(&NOT_A_CONDITION, written.span, message).help(
                "a bar is a value or `baseline`; measure the two as one `ratio` where their relation counts",
            ));
            return None;
        }
        self.quantity(of, written).map(Limit::Value)
    }

    /// `baseline * 1.15 + 2pp`, as its factor and what is added.
    fn baseline(&mut self, of: &Measured, written: &Expr) -> Option<(Decimal, Option<Value>)> {
        let (left, operator, right) = match &written.kind {
            ExprKind::Word(_) => return Some((Decimal::ONE, None)),
            ExprKind::Paren(inner) => return self.baseline(of, inner),
            ExprKind::Arithmetic(left, operator, right) => (left, *operator, right),
            _ => return self.no_baseline_form(written.span),
        };
        let (base, other) = match (baseline_in(left).is_some(), baseline_in(right).is_some(), operator) {
            (true, false, _) => (left, right),
            (false, true, Operator::Add | Operator::Multiply) => (right, left),
            _ => return self.no_baseline_form(written.span),
        };
        let (factor, plus) = self.baseline(of, base)?;
        if plus.is_some() {
            return self.no_baseline_form(written.span);
        }
        match operator {
            Operator::Multiply | Operator::Divide => {
                let by = self.factor(written, base, other)?;
                let product = match operator {
                    Operator::Divide => factor.checked_div(by),
                    _ => factor.checked_mul(by),
                };
                match product {
                    Some(product) => Some((product, None)),
                    None => self.no_baseline_form(written.span),
                }
            }
            Operator::Add => {
                self.difference(of, written, base, operator, other).map(|plus| (factor, Some(plus)))
            }
            Operator::Subtract => {
                let plus = self.difference(of, written, base, operator, other)?;
                Some((factor, Some(negative(plus))))
            }
        }
    }

    fn factor(&mut self, whole: &Expr, base: &Expr, written: &Expr) -> Option<Decimal> {
        let text = self.text(written.span).to_owned();
        match written.kind {
            ExprKind::Literal(Literal::Number) => {
                let number = types::number(&text, written.span);
                let number = self.checked(number)?;
                if number > Decimal::ZERO {
                    return Some(number);
                }
                let message = format!("`{}` is nothing, whatever the baseline is", self.text(whole.span));
                self.report(
                    Diagnostic::new(&WRONG_UNIT, written.span, message).help("write a factor above zero"),
                );
            }
            ExprKind::Literal(Literal::Ratio) => {
                let share = types::value(&text, Literal::Ratio, written.span);
                let share = self.checked(share)?.amount()?;
                let base = self.text(base.span).to_owned();
                let message = format!("`{}` can be read in two ways", self.text(whole.span));
                let mut finding = Diagnostic::new(&AMBIGUOUS_PERCENT, whole.span, message);
                for factor in [share, Decimal::ONE + share] {
                    let mended = format!("{base} * {}", factor.normalize());
                    finding = finding.fix(format!("write `{mended}`"), whole.span, mended);
                }
                self.report(finding);
            }
            ExprKind::Error => {}
            _ => {
                let message = format!("a baseline is multiplied by a number, and `{text}` is none");
                self.report(
                    Diagnostic::new(&WRONG_UNIT, written.span, message)
                        .help("write it as in `baseline * 1.15`"),
                );
            }
        }
        None
    }

    /// What is added to a baseline: of the metric's own unit, points for a ratio.
    fn difference(
        &mut self,
        of: &Measured,
        whole: &Expr,
        base: &Expr,
        operator: Operator,
        written: &Expr,
    ) -> Option<Value> {
        let value = self.literal(written)?;
        let fits = match (&value, of.kind) {
            (Some(Value::Points(_)), MetricKind::Ratio) => true,
            (_, MetricKind::Ratio) | (None, _) => false,
            (Some(value), kind) => takes(kind, value),
        };
        if fits {
            return value;
        }
        let sign = if operator == Operator::Subtract { "-" } else { "+" };
        let (base_text, text) = (self.text(base.span).to_owned(), self.text(written.span).to_owned());
        let finding = match (&value, of.kind) {
            (Some(Value::Ratio(share)), kind) => {
                let factor =
                    if operator == Operator::Subtract { Decimal::ONE - share } else { Decimal::ONE + share };
                let relative = format!("{base_text} * {}", factor.normalize());
                let whole_text = self.text(whole.span).to_owned();
                if kind == MetricKind::Ratio {
                    let absolute = format!("{base_text} {sign} {}", Value::Points(*share));
                    let message = format!("`{whole_text}` can be read in two ways, and they differ widely");
                    Diagnostic::new(&AMBIGUOUS_PERCENT, whole.span, message)
                        .label(format!(
                            "with a baseline of 1%: {} or {}",
                            at_one(sign, *share),
                            relative_at_one(factor)
                        ))
                        .fix(format!("write `{absolute}` for percentage points"), whole.span, absolute)
                        .fix(format!("write `{relative}` for a share of the baseline"), whole.span, relative)
                } else {
                    let message = format!("`{}` is {}, and `{text}` is a share of it", of.text, words(kind));
                    Diagnostic::new(&WRONG_UNIT, written.span, message).fix(
                        format!("write `{relative}`"),
                        whole.span,
                        relative,
                    )
                }
            }
            (Some(Value::Number(number)), MetricKind::Ratio) => {
                let points = format!("{base_text} {sign} {}", Value::Points(*number));
                let message = format!(
                    "`{}` is a ratio: what is added to its baseline are percentage points, not `{text}`",
                    of.text
                );
                Diagnostic::new(&WRONG_UNIT, written.span, message)
                    .fix(format!("write `{points}` if `{text}` is a share of one"), whole.span, points)
                    .fix(
                        format!("write `{base_text} {sign} {text}pp` if it is per cent"),
                        whole.span,
                        format!("{base_text} {sign} {text}pp"),
                    )
            }
            (Some(Value::Points(points)), MetricKind::Score) => {
                let number = format!("{}", points.normalize());
                let message =
                    format!("`{}` is a score, and percentage points are a difference of ratios", of.text);
                Diagnostic::new(&WRONG_UNIT, written.span, message).fix(
                    format!("write `{number}`"),
                    written.span,
                    number,
                )
            }
            (value, _) => self.mismatch(of, written, value.as_ref()),
        };
        self.report(finding);
        None
    }

    /// The value of a literal that a metric is held against; `Some(None)` where it is no literal.
    fn literal(&mut self, written: &Expr) -> Option<Option<Value>> {
        let text = self.sources.text_of(written.span);
        let value = match written.kind {
            ExprKind::Literal(Literal::Duration) => types::measured(text, written.span),
            ExprKind::Literal(shape) => types::value(text, shape, written.span),
            ExprKind::Error => return None,
            _ => return Some(None),
        };
        self.checked(value).map(Some)
    }

    /// A value of the metric's own unit.
    fn quantity(&mut self, of: &Measured, written: &Expr) -> Option<Value> {
        let value = self.literal(written)?;
        match value {
            Some(value) if takes(of.kind, &value) => Some(value),
            value => {
                let finding = self.mismatch(of, written, value.as_ref());
                self.report(finding);
                None
            }
        }
    }

    fn mismatch(&self, of: &Measured, written: &Expr, value: Option<&Value>) -> Diagnostic {
        let (text, span) = (self.text(written.span), written.span);
        let message = format!("`{}` is {}, and `{text}` is not", of.text, words(of.kind));
        let finding = Diagnostic::new(&WRONG_UNIT, span, message);
        let offer = |finding: Diagnostic, text: String| finding.fix(format!("write `{text}`"), span, text);
        match (of.kind, value) {
            (MetricKind::Ratio, Some(Value::Number(number))) => {
                let hundredfold = format!("{}", Value::Ratio(*number));
                let finding = if *number <= Decimal::ONE {
                    finding.fix(
                        format!("write `{hundredfold}` if `{text}` is a share of one"),
                        span,
                        hundredfold,
                    )
                } else {
                    finding
                };
                finding.fix(format!("write `{text}%` if it is per cent"), span, format!("{text}%"))
            }
            (MetricKind::Ratio, Some(Value::Points(share))) => offer(
                finding.note("percentage points are a difference of two ratios"),
                Value::Ratio(*share).to_string(),
            ),
            (MetricKind::Score, Some(Value::Ratio(share) | Value::Points(share))) => offer(
                finding.note("a score runs from 0 to 1 and is written as a number"),
                share.normalize().to_string(),
            ),
            (MetricKind::Duration, Some(Value::Number(number))) => {
                let whole = number.is_integer();
                ["ms", "s", "m"]
                    .into_iter()
                    .filter(|_| whole)
                    .fold(finding.help("say the unit of time"), |finding, unit| {
                        offer(finding, format!("{text}{unit}"))
                    })
            }
            (
                MetricKind::Duration | MetricKind::Money | MetricKind::Rate | MetricKind::Count,
                Some(Value::Ratio(share)),
            ) if of.has_baseline => finding
                .note("a share is always a share of something")
                .help(format!(
                    "write `baseline * {}` if so much more than the baseline is meant",
                    (Decimal::ONE + share).normalize()
                ))
                .help(format!("or hold it against a value: `{} {}`", of.text, example(of.kind))),
            (MetricKind::Count, Some(Value::Rate(_))) if of.aggregate.is_none() => {
                let text = format!("rate({})", of.name);
                let edits = vec![Edit { span: of.span, text: text.clone() }];
                let mut finding = finding.note("how many there are is no rate; how fast they grow is one");
                finding.fixes.push(Fix { title: format!("write `{text}`"), edits });
                finding
            }
            (MetricKind::Money, Some(Value::Rate(_))) => finding
                .note("what is spent in a span of time is an amount, with `over` behind the bar")
                .help(format!("write `{} <= $5 over 1h`", of.text)),
            (MetricKind::Money, Some(Value::Number(_))) => offer(finding, format!("${text}")),
            (MetricKind::Rate, Some(Value::Number(_))) => {
                let finding = offer(finding, format!("{text}/s"));
                offer(finding, format!("{text}/m"))
            }
            _ => finding.help(format!("write `{} {}`", of.text, example(of.kind))),
        }
    }

    fn no_baseline_form<T>(&mut self, span: Span) -> Option<T> {
        let message = format!("`{}` is no bar that follows from a baseline", self.text(span));
        self.report(
            Diagnostic::new(&NOT_A_CONDITION, span, message)
                .help("multiply `baseline` by a number, add to it or take from it, in this order and each once: `baseline * 1.15 + 2pp`"),
        );
        None
    }
}

/// Where `baseline` stands in an expression.
fn baseline_in(written: &Expr) -> Option<Span> {
    match &written.kind {
        ExprKind::Word(name) => (name == "baseline").then_some(written.span),
        ExprKind::Paren(inner) | ExprKind::Negative(inner) => baseline_in(inner),
        ExprKind::Arithmetic(left, _, right) => baseline_in(left).or_else(|| baseline_in(right)),
        _ => None,
    }
}

/// Whether a value has the unit of a kind.
fn takes(kind: MetricKind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (MetricKind::Ratio, Value::Ratio(_))
            | (MetricKind::Score | MetricKind::Count, Value::Number(_))
            | (MetricKind::Duration, Value::Duration(_) | Value::Milliseconds(_))
            | (MetricKind::Rate, Value::Rate(_))
            | (MetricKind::Money, Value::Money(_))
    )
}

fn negative(value: Value) -> Value {
    match value {
        Value::Number(value) => Value::Number(-value),
        Value::Ratio(value) => Value::Ratio(-value),
        Value::Points(value) => Value::Points(-value),
        Value::Rate(value) => Value::Rate(-value),
        Value::Money(value) => Value::Money(-value),
        Value::Duration(value) => Value::Duration(Elapsed::seconds(-value.as_seconds())),
        Value::Milliseconds(value) => Value::Milliseconds(-value),
        other => other,
    }
}

/// What `+ 2%` is at a baseline of 1 %, read as points.
fn at_one(sign: &str, share: Decimal) -> Value {
    let one = Decimal::new(1, 2);
    Value::Ratio(if sign == "-" { one - share } else { one + share })
}

/// What it is read as a share of the baseline.
fn relative_at_one(factor: Decimal) -> Value {
    Value::Ratio(Decimal::new(1, 2) * factor)
}
