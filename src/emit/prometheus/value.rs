//! What triggers ask, recorded: one series for each metric, aggregate and span, and for each side of it.
//!
//! Queries are the author's, so nobody can make up samples for them. What is recorded has a name of ours: alerts are written over that,
//! and a unit test can give it any value. A value that is no number (a share of nothing) is no value.

use super::rule::{Rule, span};
use crate::calendar::Elapsed;
use crate::emit::escape;
use crate::emit::freeze::Ids;
use crate::fidelity::tells_tracks;
use crate::policy::{Aggregate, Baseline, Id, Metric, Policy};
use std::collections::BTreeMap;

/// A question to a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::emit) struct Asked {
    pub metric: Id<Metric>,
    pub aggregate: Option<Aggregate>,
    pub span: Elapsed,
}

/// The recorded series, by what they answer.
#[derive(Debug)]
pub(super) struct Values<'a> {
    policy: &'a Policy,
    /// How far apart samples are where an aggregate is taken over time.
    step: &'a str,
    names: BTreeMap<Asked, String>,
}

impl<'a> Values<'a> {
    /// What triggers ask, and of every other metric with a query what it measures by itself.
    pub fn new(policy: &'a Policy, step: &'a str, asked: impl IntoIterator<Item = Asked>) -> Self {
        let mut names: BTreeMap<Asked, String> =
            asked.into_iter().map(|asked| (asked, String::new())).collect();
        for (metric, declared) in policy.metrics.iter() {
            let Some(query) = &declared.prometheus else { continue };
            if !names.keys().any(|asked| asked.metric == metric) {
                let aggregate = query.contains("$quantile").then_some(Aggregate::P95);
                let span = crate::simulate::DEFAULT_SPAN;
                names.insert(Asked { metric, aggregate, span }, String::new());
            }
        }
        let mut ids = Ids::default();
        for (asked, name) in &mut names {
            let metric = policy.metrics[asked.metric].name.replace('-', "_");
            let aggregate = asked.aggregate.map_or("over", Aggregate::name);
            *name = ids.unique(format!("ops:{metric}:{aggregate}_{}", span(asked.span))).replace('-', "_");
        }
        Self { policy, step, names }
    }

    /// The name of what is recorded for a question.
    pub fn name(&self, asked: Asked) -> &str {
        self.names.get(&asked).map_or("", String::as_str)
    }

    /// The series of a question on one side, or on any of several (`canary|stable`).
    pub fn series(&self, asked: Asked, tracks: &str) -> String {
        let name = self.name(asked);
        let equals = if tracks.contains('|') { "=~" } else { "=" };
        let policy = escape::promql(&self.policy.name);
        format!("{name}{{policy={policy},track{equals}{}}}", escape::promql(tracks))
    }

    /// The series of the baseline of a question, without its offset, and the offset.
    pub fn baseline(&self, asked: Asked) -> (&'static str, Option<Elapsed>) {
        baseline(&self.policy.metrics[asked.metric])
    }

    /// The rules that record them.
    pub fn rules(&self) -> Vec<Rule> {
        let mut rules = Vec::new();
        for (asked, name) in &self.names {
            let metric = &self.policy.metrics[asked.metric];
            let tracks: &[&str] = match (&metric.baseline, tells_tracks(metric)) {
                (_, false) => &["canary"],
                (Some(Baseline::Pinned(_)), true) => &["canary", "stable", "pinned"],
                (_, true) => &["canary", "stable"],
            };
            for track in tracks {
                let Some(query) = measured(metric, asked, track, self.step) else { continue };
                let comment = format!("{}: metric {}", self.policy.place(metric.origin), metric.name);
                let mut rule = Rule::record(name, format!("(\n{query}\n) >= -Inf"), comment);
                rule.labels = vec![("policy", self.policy.name.clone()), ("track", (*track).to_owned())];
                rules.push(rule);
            }
        }
        rules
    }

    /// What the change differs by from what runs beside it.
    pub fn differences(&self) -> Vec<(String, Rule)> {
        let compared =
            self.names.iter().filter(|(asked, _)| tells_tracks(&self.policy.metrics[asked.metric]));
        let rules = compared.map(|(asked, name)| {
            let metric = &self.policy.metrics[asked.metric];
            let [change, beside] = ["canary", "stable"].map(|track| self.series(*asked, track));
            let comment = format!("{}: metric {}", self.policy.place(metric.origin), metric.name);
            let difference = format!("avg({change}) - avg({beside})");
            let mut rule = Rule::record(&format!("{name}:canary_minus_stable"), difference, comment);
            rule.labels = vec![("policy", self.policy.name.clone())];
            (name.clone(), rule)
        });
        rules.collect()
    }
}

/// The side that the baseline of a metric is on, and how long before.
pub(in crate::emit) fn baseline(metric: &Metric) -> (&'static str, Option<Elapsed>) {
    match &metric.baseline {
        Some(Baseline::Pinned(_)) => ("pinned", None),
        Some(Baseline::Offset(offset)) if tells_tracks(metric) => ("stable", Some(*offset)),
        Some(Baseline::Offset(offset)) => ("canary", Some(*offset)),
        Some(Baseline::Stable) | None => ("stable", None),
    }
}

/// A metric's query with everything filled in; none where it has no query.
pub(in crate::emit) fn measured(metric: &Metric, asked: &Asked, track: &str, step: &str) -> Option<String> {
    let query = metric.prometheus.as_deref()?.trim();
    let quantile = match asked.aggregate {
        Some(Aggregate::P50) => "0.5",
        Some(Aggregate::P99) => "0.99",
        Some(Aggregate::Max) => "1",
        _ => "0.95",
    };
    let fill = |window: &str| {
        query.replace("$window", window).replace("$quantile", quantile).replace("$track", track)
    };
    let whole = span(asked.span);
    let is_mean = matches!(asked.aggregate, None | Some(Aggregate::Mean));
    if query.contains("$quantile") || is_mean && query.contains("$window") {
        return Some(fill(&whole));
    }
    // The query tells of one moment, or of one step: what it tells is aggregated over the span.
    let call = match asked.aggregate {
        None | Some(Aggregate::Mean) => "avg_over_time(".to_owned(),
        Some(Aggregate::Max) => "max_over_time(".to_owned(),
        Some(Aggregate::Rate) => "rate(".to_owned(),
        Some(Aggregate::P50 | Aggregate::P95 | Aggregate::P99) => format!("quantile_over_time({quantile}, "),
    };
    Some(format!("{call}(\n{}\n)[{whole}:{step}])", fill(step)))
}
