//! Bars: a metric, an aggregate of it, and (in `limit`) what it is held against.

use super::Lower;
use super::check::Spans;
use super::condition::operator;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{Aggregate, Bar, Id, Metric, MetricKind, NOT_A_CONDITION};
use crate::schema::suggest::{closest, one_of};
use crate::source::Span;
use crate::syntax::tree::{Comparison, Expr, ExprKind, Word};

code!(pub BAD_AGGREGATE, Error, "bad-aggregate", "an aggregate that its metric cannot have");

/// The left side of a bar.
pub(super) struct Measured {
    pub metric: Id<Metric>,
    pub aggregate: Option<Aggregate>,
    /// What is compared: a count's rate is a rate.
    pub kind: MetricKind,
    pub has_baseline: bool,
    /// The metric's name.
    pub name: String,
    /// As written.
    pub text: String,
    pub span: Span,
    /// Where the metric is declared.
    pub declared: Span,
}

impl Lower<'_> {
    /// `p95(latency) <= baseline * 1.15`, with what stands behind it.
    pub(super) fn bar(
        &mut self,
        left: &Expr,
        comparison: Comparison,
        right: &Expr,
        spans: Spans,
        whole: Span,
    ) -> Option<Bar> {
        let measured = match &left.kind {
            ExprKind::Word(name) => self.measured(name, left.span, None)?,
            ExprKind::Call(call) => self.aggregated(&call.name, &call.arguments, left.span)?,
            ExprKind::Error => return None,
            _ if self.is_metric(right) => return self.turned(left, comparison, right),
            _ => return self.no_check(left.span.to(right.span)),
        };
        let limit = self.limit(&measured, right)?;
        Some(Bar {
            metric: measured.metric,
            aggregate: measured.aggregate,
            operator: operator(comparison),
            limit,
            over: spans.over,
            sustained: spans.sustained,
            text: self.text(whole).to_owned(),
            origin: self.origin(whole),
        })
    }

    /// What a metric of this name is compared with, as an example.
    pub(super) fn example_of(&self, name: &str) -> &'static str {
        let metric = self.policy.metrics.rows().iter().find(|metric| metric.name == name);
        metric.map_or("<= ...", |metric| example(metric.kind))
    }

    fn measured(&mut self, name: &str, span: Span, aggregate: Option<&Word>) -> Option<Measured> {
        match self.leaf(name) {
            Some("metric") => {}
            Some("fact") => {
                let message = format!("`{name}` is a fact: one value, without a span of time");
                self.report(
                    Diagnostic::new(&NOT_A_CONDITION, span, message)
                        .help("compare it without aggregate, `over` and `for`, or declare it as a `metric`"),
                );
                return None;
            }
            Some(keyword) => {
                let message = format!("`{name}` is a {keyword}, which has no value to compare");
                self.report(
                    Diagnostic::new(&NOT_A_CONDITION, span, message)
                        .help(format!("write `{keyword} {name}`")),
                );
                return None;
            }
            None => {
                self.no_leaf(name, span);
                return None;
            }
        }
        let id = self.metric_of(name)?;
        let metric = &self.policy.metrics[id];
        let (kind, has_baseline, declared) = (metric.kind, metric.baseline.is_some(), metric.origin.span);
        let (aggregate, kind) = match aggregate {
            Some(word) => {
                let aggregate = self.aggregate(word)?;
                (Some(aggregate), self.suited(name, kind, aggregate, word, span)?)
            }
            None => (None, kind),
        };
        Some(Measured {
            metric: id,
            aggregate,
            kind,
            has_baseline,
            name: name.to_owned(),
            text: name.to_owned(),
            span,
            declared,
        })
    }

    /// The row of a metric; nothing where its declaration made no sense, which was reported.
    fn metric_of(&self, name: &str) -> Option<Id<Metric>> {
        self.policy.metrics.find(name)
    }

    fn aggregated(&mut self, word: &Word, arguments: &[Expr], span: Span) -> Option<Measured> {
        let [Expr { kind: ExprKind::Word(name), span: at }] = arguments else {
            let message = format!("`{}` aggregates one metric", word.text);
            self.report(
                Diagnostic::new(&NOT_A_CONDITION, span, message)
                    .help(format!("name it alone, as in `{}(latency)`", word.text)),
            );
            return None;
        };
        let measured = self.measured(name, *at, Some(word))?;
        Some(Measured { text: self.text(span).to_owned(), span, ..measured })
    }

    fn aggregate(&mut self, word: &Word) -> Option<Aggregate> {
        let found = Aggregate::ALL.into_iter().find(|aggregate| aggregate.name() == word.text);
        if found.is_none() {
            let names = || Aggregate::ALL.iter().map(|aggregate| aggregate.name());
            let same = SAME.iter().find(|(other, _)| *other == word.text).map(|(_, name)| *name);
            let finding =
                Diagnostic::new(&BAD_AGGREGATE, word.span, format!("`{}` is no aggregate", word.text));
            self.report(match (same, closest(&word.text, names())) {
                (Some(name), _) => finding.fix(format!("write `{name}`"), word.span, name),
                (None, Some(near)) => finding.help(format!("did you mean `{near}`?")),
                (None, None) => finding.help(format!("there is {}", one_of(names()))),
            });
        }
        found
    }

    /// The kind of what an aggregate makes of a metric of this kind.
    fn suited(
        &mut self,
        name: &str,
        kind: MetricKind,
        aggregate: Aggregate,
        word: &Word,
        span: Span,
    ) -> Option<MetricKind> {
        let finding = |message: String| Diagnostic::new(&BAD_AGGREGATE, word.span.to(span), message);
        let finding = match (aggregate, kind) {
            (Aggregate::Rate, MetricKind::Count) => return Some(MetricKind::Rate),
            (Aggregate::Rate, MetricKind::Ratio | MetricKind::Rate) => {
                let message = format!("`{name}` is {}, and only a count has a rate", words(kind));
                finding(message).help(format!("it is so much already: write `{name}` alone"))
            }
            (Aggregate::Rate, _) => {
                finding(format!("`{name}` is {}, and only a count has a rate", words(kind)))
                    .help(format!("write `mean({name})` or `max({name})`"))
            }
            (Aggregate::P50 | Aggregate::P95 | Aggregate::P99, MetricKind::Count) => {
                let message = format!(
                    "`{name}` is a number of things: a span of time has one of it, and no percentiles"
                );
                finding(message)
                    .help(format!("write `{name}` for what a span counted, or `rate({name})` for how fast"))
            }
            _ => return Some(kind),
        };
        self.report(finding);
        None
    }

    /// `0.5% >= error-rate`: the other way round.
    fn turned(&mut self, left: &Expr, comparison: Comparison, right: &Expr) -> Option<Bar> {
        let sign = match comparison {
            Comparison::Equal => "==",
            Comparison::NotEqual => "!=",
            Comparison::Less => ">",
            Comparison::LessOrEqual => ">=",
            Comparison::Greater => "<",
            Comparison::GreaterOrEqual => "<=",
        };
        let span = left.span.to(right.span);
        let text = format!("{} {sign} {}", self.text(right.span), self.text(left.span));
        self.report(Diagnostic::new(&NOT_A_CONDITION, span, "what is measured stands first in a bar").fix(
            format!("write `{text}`"),
            span,
            text,
        ));
        None
    }
}

/// What people call aggregates elsewhere.
const SAME: [(&str, &str); 6] = [
    ("avg", "mean"),
    ("average", "mean"),
    ("median", "p50"),
    ("maximum", "max"),
    ("p0_95", "p95"),
    ("per_second", "rate"),
];

/// A kind as messages say it.
pub(super) fn words(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Ratio => "a ratio",
        MetricKind::Score => "a score from 0 to 1",
        MetricKind::Duration => "a duration",
        MetricKind::Count => "a number of things",
        MetricKind::Rate => "a rate",
        MetricKind::Money => "an amount of money",
    }
}

/// A bar of this kind, as an example.
pub(super) fn example(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Ratio => "<= 0.5%",
        MetricKind::Score => "<= 0.15",
        MetricKind::Duration => "<= 800ms",
        MetricKind::Count => "<= 10",
        MetricKind::Rate => "<= 5/s",
        MetricKind::Money => "<= $0.02",
    }
}
