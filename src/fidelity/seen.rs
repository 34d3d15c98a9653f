//! What is left of a trigger for an engine that sees metrics and nothing else: bars, and where it is blind.

use crate::calendar::Elapsed;
use crate::policy::{
    Aggregate, Bar, Baseline, Bound, Check, Id, Limit, Metric, Operator, Pipeline, Policy, StageKind,
};
use crate::simulate::DEFAULT_SPAN;

/// A check with negations carried out and gates opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen<'a> {
    /// All of these; a part that is not seen is left out, so that more fires.
    All(Vec<Seen<'a>>),
    /// Any of these.
    Any(Vec<Seen<'a>>),
    /// A metric stands on this side of a bar.
    Bar(SeenBar<'a>),
    /// Not seen.
    Blind(Blindness),
}

/// A bar whose metric has a query that tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenBar<'a> {
    /// The bar.
    pub bar: &'a Bar,
    /// How it is compared, negation included.
    pub operator: Operator,
    /// How long it must be so. One that is negated is over as soon as it is not so.
    pub sustained: Elapsed,
}

/// Why a part of a trigger is not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blindness {
    /// Evidence, a probe or an approval decides it.
    Evidence,
    /// No query of the metric tells it; why.
    Query(String),
}

/// Gates that name gates are followed so far; a policy has no cycle of them.
const DEEPEST: usize = 64;

/// What is seen of a check.
pub fn seen<'a>(policy: &'a Policy, check: &'a Check) -> Seen<'a> {
    below(policy, check, false, 0)
}

fn below<'a>(policy: &'a Policy, check: &'a Check, negated: bool, depth: usize) -> Seen<'a> {
    let parts = |checks: &mut dyn Iterator<Item = &'a Check>, all: bool, depth: usize| {
        let parts = checks.map(|part| below(policy, part, negated, depth)).collect();
        if all == negated { Seen::Any(parts) } else { Seen::All(parts) }
    };
    match check {
        Check::All(checks) => parts(&mut checks.iter(), true, depth),
        Check::Any(checks) => parts(&mut checks.iter(), false, depth),
        Check::Not(inner) => below(policy, inner, !negated, depth),
        Check::Gate(gate, _) if depth < DEEPEST => {
            parts(&mut policy.gates[*gate].requires.iter().map(|bound| &bound.check), true, depth + 1)
        }
        Check::Bar(bar) => match blindness(policy, bar) {
            Some(why) => Seen::Blind(Blindness::Query(why)),
            None if negated => {
                Seen::Bar(SeenBar { bar, operator: bar.operator.opposite(), sustained: Elapsed::ZERO })
            }
            None => {
                let sustained = bar.sustained.unwrap_or(Elapsed::ZERO);
                Seen::Bar(SeenBar { bar, operator: bar.operator, sustained })
            }
        },
        Check::Gate(..) | Check::Probe(..) | Check::Evidence(_) => Seen::Blind(Blindness::Evidence),
    }
}

/// Why no query tells a bar; none where one does.
fn blindness(policy: &Policy, bar: &Bar) -> Option<String> {
    let metric = &policy.metrics[bar.metric];
    let name = &metric.name;
    let Some(query) = &metric.prometheus else {
        return Some(format!("metric `{name}` has no `prometheus` query"));
    };
    let is_share =
        matches!(bar.aggregate, Some(Aggregate::P50 | Aggregate::P95 | Aggregate::P99 | Aggregate::Max));
    if query.contains("$quantile") && !is_share {
        return Some(format!("the query of metric `{name}` wants a `$quantile`, and nobody asks for one"));
    }
    let tells_apart = query.contains("$track");
    match (&bar.limit, &metric.baseline) {
        (Limit::Baseline { .. }, None) => Some(format!("metric `{name}` has no baseline")),
        (Limit::Baseline { .. }, Some(Baseline::Stable | Baseline::Pinned(_))) if !tells_apart => {
            Some(format!("the query of metric `{name}` has no `$track`, so that change and baseline are one"))
        }
        _ => None,
    }
}

impl<'a> Seen<'a> {
    /// Its bars, in the order they are written.
    pub fn bars(&self) -> Vec<SeenBar<'a>> {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().flat_map(Self::bars).collect(),
            Self::Bar(bar) => vec![*bar],
            Self::Blind(_) => Vec::new(),
        }
    }

    /// Why it may be so without being seen; empty where that cannot be.
    pub fn missed(&self) -> Vec<&Blindness> {
        match self {
            Self::Any(parts) => parts.iter().flat_map(Self::missed).collect(),
            Self::All(parts) => {
                let missed: Vec<Vec<&Blindness>> = parts.iter().map(Self::missed).collect();
                let is_seen = missed.iter().any(Vec::is_empty);
                if is_seen { Vec::new() } else { missed.into_iter().flatten().collect() }
            }
            Self::Bar(_) => Vec::new(),
            Self::Blind(why) => vec![why],
        }
    }

    /// Whether queries tell all of it.
    pub fn is_whole(&self) -> bool {
        match self {
            Self::All(parts) | Self::Any(parts) => parts.iter().all(Self::is_whole),
            Self::Bar(_) => true,
            Self::Blind(_) => false,
        }
    }

    /// Whether a part is left out, so that it may be seen where it is not so.
    pub fn is_partial(&self) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(Self::is_partial),
            Self::All(parts) => parts.iter().any(|part| part.is_partial() || !part.missed().is_empty()),
            Self::Bar(_) | Self::Blind(_) => false,
        }
    }

    /// The least time that any of its bars must be so.
    pub fn sustained(&self) -> Elapsed {
        self.bars().into_iter().map(|bar| bar.sustained).min().unwrap_or(Elapsed::ZERO)
    }
}

/// A trigger, and what it begins.
#[derive(Debug, Clone, Copy)]
pub struct Trigger<'a> {
    /// What begins: `rollback`, `incident`, `status`.
    pub of: &'static str,
    /// Its name.
    pub name: &'a str,
    /// What fires.
    pub bound: &'a Bound,
    /// The pipeline whose change is watched; none means whatever runs.
    pub pipeline: Option<Id<Pipeline>>,
}

/// Every trigger of a policy, in the order of its declarations.
pub fn triggers(policy: &Policy) -> Vec<Trigger<'_>> {
    let rollbacks = policy.rollbacks.rows().iter().flat_map(|rollback| {
        let of = |bound| Trigger {
            of: "rollback",
            name: &rollback.name,
            bound,
            pipeline: Some(rollback.pipeline),
        };
        rollback.triggers.iter().map(of)
    });
    let incidents = policy.incidents.rows().iter().flat_map(|incident| {
        let of = |bound| Trigger { of: "incident", name: &incident.name, bound, pipeline: None };
        incident.triggers.iter().map(of)
    });
    let statuses = policy.statuses.rows().iter().flat_map(|status| {
        let of = |bound| Trigger { of: "status", name: &status.name, bound, pipeline: None };
        status.triggers.iter().map(of)
    });
    rollbacks.chain(incidents).chain(statuses).collect()
}

/// The spans that a bar without `over` aggregates, each with the stages that ask it so: the hold of each stage that gives
/// traffic. One span without stages where no pipeline is watched.
pub fn spans(policy: &Policy, pipeline: Option<Id<Pipeline>>) -> Vec<(Elapsed, Vec<&str>)> {
    let mut spans: Vec<(Elapsed, Vec<&str>)> = Vec::new();
    let stages = pipeline.map_or(&[][..], |pipeline| policy.pipelines[pipeline].stages.rows());
    for stage in stages.iter().filter(|stage| stage.traffic.is_some() || stage.kind == StageKind::Promote) {
        let span = stage.hold.filter(|hold| *hold > Elapsed::ZERO).unwrap_or(DEFAULT_SPAN);
        match spans.iter_mut().find(|(known, _)| *known == span) {
            Some((_, stages)) => stages.push(&stage.name),
            None => spans.push((span, vec![&stage.name])),
        }
    }
    if spans.is_empty() { vec![(DEFAULT_SPAN, Vec::new())] } else { spans }
}

/// Whether a metric's query tells the change from what runs beside it.
pub fn tells_tracks(metric: &Metric) -> bool {
    metric.prometheus.as_ref().is_some_and(|query| query.contains("$track"))
}
