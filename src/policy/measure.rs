//! What is measured, and what must hold of it: metrics, bars, gates, probes, pins.

use super::{Condition, Id, Operator, Origin, Value};
use crate::calendar::Elapsed;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Something that is measured while a change rolls out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// Its name: `error-rate`.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What its values are.
    pub kind: MetricKind,
    /// Which way is good.
    pub better: Better,
    /// What it counts as where nothing was measured.
    pub no_data: NoData,
    /// Where its baseline comes from; none means that it has none.
    pub baseline: Option<Baseline>,
    /// The PromQL expression that measures it. `$window` stands for the span of `over`, `$quantile` for the percentile as a share
    /// of one, `$track` for `canary` where the change is asked, `stable` where its baseline is, `pinned` where that is pinned. An
    /// aggregate is taken over time where the expression does not say `$quantile`; `$window` then stands for one step of that.
    pub prometheus: Option<String>,
}

/// What the values of a metric are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MetricKind {
    /// A share: compares with `%`, differs by `pp`
    Ratio,
    /// From 0 to 1: compares with numbers
    Score,
    /// A span of time
    Duration,
    /// A number of things
    Count,
    /// So many a second
    Rate,
    /// An amount of money
    Money,
}

impl MetricKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Ratio, Self::Score, Self::Duration, Self::Count, Self::Rate, Self::Money];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Score => "score",
            Self::Duration => "duration",
            Self::Count => "count",
            Self::Rate => "rate",
            Self::Money => "money",
        }
    }
}

/// Which way a metric is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Better {
    /// `better lower`
    Lower,
    /// `better higher`
    Higher,
}

/// What a metric counts as where nothing was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoData {
    /// As bad: a gate fails, a trigger fires.
    Fail,
    /// As unknown: a gate waits, a trigger does not fire.
    Hold,
    /// As good: a gate passes, a trigger does not fire.
    Pass,
}

/// What a metric is held against: the same metric, aggregate and span of time, from here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Baseline {
    /// `pinned "2025-08 gold set"`
    Pinned(String),
    /// `stable`: what runs beside the change
    Stable,
    /// `offset 7d`: the same, so long before
    Offset(Elapsed),
}

/// How the samples of a span become one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aggregate {
    /// The median
    P50,
    /// The 95th percentile
    P95,
    /// The 99th percentile
    P99,
    /// The arithmetic mean
    Mean,
    /// The greatest
    Max,
    /// The increase a second
    Rate,
}

impl Aggregate {
    /// Every aggregate.
    pub const ALL: [Self; 6] = [Self::P50, Self::P95, Self::P99, Self::Mean, Self::Max, Self::Rate];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::P50 => "p50",
            Self::P95 => "p95",
            Self::P99 => "p99",
            Self::Mean => "mean",
            Self::Max => "max",
            Self::Rate => "rate",
        }
    }
}

/// `p95(latency) <= baseline * 1.15 over 10m for 5m`. Units were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    /// What is measured.
    pub metric: Id<Metric>,
    /// How its samples become one value; none means their mean.
    pub aggregate: Option<Aggregate>,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub limit: Limit,
    /// The span that is aggregated; none means the hold of the stage that asks.
    pub over: Option<Elapsed>,
    /// How long it must be so before it counts; none means at once.
    pub sustained: Option<Elapsed>,
    /// As written.
    pub text: String,
    /// Where it is written.
    pub origin: Origin,
}

/// What a metric is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// A value of the metric's own kind
    Value(Value),
    /// `baseline * 1.15`, `baseline + 2pp`, `baseline`
    Baseline {
        /// What the baseline is multiplied by; 1 where nothing is said.
        factor: Decimal,
        /// What is added then; below zero where it is taken away. [`Value::Points`] for a ratio, else the metric's own kind.
        plus: Option<Value>,
    },
}

/// Something that is true, false or unknown of a rollout: what evidence says, and what is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Check {
    /// All of these; true where there is none.
    All(Vec<Check>),
    /// Any of these; false where there is none.
    Any(Vec<Check>),
    /// Not this.
    Not(Box<Check>),
    /// A metric stands on this side of a bar.
    Bar(Bar),
    /// What evidence says.
    Evidence(Condition),
    /// A probe answers yes: one that is declared, or one known by its name alone.
    Probe(String, Origin),
    /// A gate passes.
    Gate(Id<Gate>, Origin),
}

/// A check with the words that say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bound {
    /// What must hold, or what fires.
    pub check: Check,
    /// As written.
    pub text: String,
    /// Where it is written.
    pub origin: Origin,
}

/// What must hold before something goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// All of these.
    pub requires: Vec<Bound>,
}

/// A check that is run and answers yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Probe {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The command that asks it.
    pub run: Option<String>,
}

/// Versions that must be the same wherever a release runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pins {
    /// Their name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where they are declared.
    pub origin: Origin,
    /// Names of the versions: `release-id`.
    pub has: Vec<String>,
    /// Those whose version the policy itself says.
    pub versions: Vec<Version>,
}

/// `pin model-ver "2026-07" else "2026-05"`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Which of the pins.
    pub pin: String,
    /// The version that runs.
    pub pinned: String,
    /// The last one that is known to be good, where one is said.
    pub last_known_good: Option<String>,
    /// Where it is written.
    pub origin: Origin,
}

impl Version {
    /// The key that flag servers know it by: `model-ver` is `MODEL_VER`.
    pub fn key(&self) -> String {
        variable(&self.pin)
    }
}

/// A name as variables, secrets and flag servers write it: `model-key` is `MODEL_KEY`.
pub fn variable(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}
