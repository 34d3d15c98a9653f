//! Windows that follow what is measured: evidence of the metric's name and kind says what it is.

use super::Lower;
use super::bar::words;
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{Bar, Check, Condition, Fact, FactKind, FactSource, Id, Limit, MetricKind, Value};
use crate::syntax::tree::Expr;

code!(pub NOT_IN_EVIDENCE, Error, "not-in-evidence", "a window that follows what no evidence can say");

/// How long a reading counts at least: whoever measures asks every few minutes.
const FRESH: Elapsed = Elapsed::minutes(10);

impl Lower<'_> {
    /// The condition of a window's `while`.
    pub fn followed(&mut self, written: &Expr) -> Option<Condition> {
        let check = self.check(written)?;
        self.evident(&check)
    }

    fn evident(&mut self, check: &Check) -> Option<Condition> {
        let all = |lower: &mut Self, parts: &[Check]| {
            let parts: Vec<Option<Condition>> = parts.iter().map(|part| lower.evident(part)).collect();
            parts.into_iter().collect::<Option<Vec<Condition>>>()
        };
        match check {
            Check::All(parts) => all(self, parts).map(Condition::All),
            Check::Any(parts) => all(self, parts).map(Condition::Any),
            Check::Not(part) => self.evident(part).map(|part| Condition::Not(Box::new(part))),
            Check::Evidence(condition) => Some(condition.clone()),
            Check::Bar(bar) => self.evident_bar(bar),
            Check::Probe(_, origin) | Check::Gate(_, origin) => {
                let message = "a decision runs no probe and asks no gate: it sees evidence alone";
                self.report(
                    Diagnostic::new(&NOT_IN_EVIDENCE, origin.span, message)
                        .help("say the bars themselves, or a fact that CI asserts"),
                );
                None
            }
        }
    }

    fn evident_bar(&mut self, bar: &Bar) -> Option<Condition> {
        let value = match &bar.limit {
            Limit::Value(Value::Milliseconds(_)) => {
                return self.not_in_evidence(bar, "evidence counts whole seconds", "write `1s` or more");
            }
            Limit::Value(value) => value.clone(),
            Limit::Baseline { .. } => {
                return self.not_in_evidence(
                    bar,
                    "evidence has one value of it, and no baseline",
                    "hold it against a value",
                );
            }
        };
        let fact = self.fact_of(bar)?;
        Some(match bar.sustained {
            Some(length) => Condition::Sustained(fact, bar.operator, value, length, bar.origin),
            None => Condition::Compare(fact, bar.operator, value, bar.origin),
        })
    }

    /// The fact by which evidence says what the metric is; one for each, whose readings all mean the same.
    fn fact_of(&mut self, bar: &Bar) -> Option<Id<Fact>> {
        let metric = &self.policy.metrics[bar.metric];
        let (name, kind) = (metric.name.clone(), metric.kind);
        let kind = match (kind, bar.aggregate) {
            (MetricKind::Count, Some(crate::policy::Aggregate::Rate)) | (MetricKind::Rate, _) => {
                FactKind::Rate
            }
            (MetricKind::Ratio, _) => FactKind::Ratio,
            (MetricKind::Score | MetricKind::Count, _) => FactKind::Number,
            (MetricKind::Duration, _) => FactKind::Duration,
            (MetricKind::Money, _) => FactKind::Money,
        };
        let meant = (bar.aggregate, bar.over);
        if let Some((fact, as_said, first)) = self.followed.get(&name).copied() {
            if as_said == meant {
                let longest = bar.sustained.max(Some(FRESH));
                if let Some(row) = self.policy.facts.get_mut(fact) {
                    row.fresh = row.fresh.max(longest);
                }
                return Some(fact);
            }
            let message =
                format!("evidence has one value of `{name}`, and two windows mean different ones by it");
            self.report(
                Diagnostic::new(&NOT_IN_EVIDENCE, bar.origin.span, message)
                    .also(first.span, "this one was said first")
                    .help("say the same aggregate and the same `over` in both"),
            );
            return None;
        }
        let metric = &self.policy.metrics[bar.metric];
        let row = Fact {
            name: name.clone(),
            doc: metric.doc.clone(),
            origin: metric.origin,
            kind,
            sources: vec![FactSource::Ci, FactSource::Operator],
            fresh: bar.over.max(bar.sustained).max(Some(FRESH)),
            private: false,
        };
        let fact = self.policy.facts.push(row);
        self.followed.insert(name, (fact, meant, bar.origin));
        Some(fact)
    }

    fn not_in_evidence(&mut self, bar: &Bar, why: &str, help: &str) -> Option<Condition> {
        let metric = &self.policy.metrics[bar.metric];
        let message =
            format!("a window cannot follow `{}`, {}, by this bar: {why}", metric.name, words(metric.kind));
        self.report(Diagnostic::new(&NOT_IN_EVIDENCE, bar.origin.span, message).help(help));
        None
    }
}
