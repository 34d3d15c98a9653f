//! A rollout that somebody made up: when it begins, what fails, who approves, what freezes, and each metric as a few levels over time.

mod json;

use super::trace::{Sample, Side, Trace, TraceError};
use super::{Assumptions, Setting};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Baseline, Id, Metric, Pipeline, Policy};
use rust_decimal::Decimal;

/// Everything that a simulation asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scenario {
    /// The pipeline.
    pub pipeline: Id<Pipeline>,
    /// When it begins.
    pub start: Instant,
    /// What no trace says.
    pub assumed: Assumptions,
    /// What is measured, one a metric and side.
    pub series: Vec<Series>,
    /// How often it is measured.
    pub every: Elapsed,
    /// How long it is measured, from the start.
    pub lasts: Elapsed,
}

/// A metric over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The metric.
    pub metric: Id<Metric>,
    /// Whose.
    pub side: Side,
    /// What its levels are.
    pub shape: Shape,
    /// Its levels, each from its instant on, in order.
    pub levels: Vec<Level>,
}

/// What the levels of a series are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// What is measured, as it is
    Value,
    /// How fast what is counted grows, so many a second
    Growth,
}

/// What a metric is from an instant on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// From when on, since the start.
    pub from: Elapsed,
    /// In the metric's own unit; none where nothing is measured.
    pub value: Option<Decimal>,
}

impl Scenario {
    /// Reads a scenario, by docs/schema/scenario.schema.json.
    ///
    /// # Errors
    /// The first thing that is wrong, and how to mend it.
    pub fn read(policy: &Policy, text: &str) -> Result<Self, TraceError> {
        json::read(policy, text)
    }

    /// As JSON that [`Self::read`] reads. `property` is the title of what it breaks and `found` how, in words.
    pub fn write(&self, policy: &Policy, property: &str, found: &str) -> String {
        json::write(self, policy, property, found)
    }

    /// What was measured, sample by sample.
    pub fn trace(&self, policy: &Policy) -> Trace {
        let mut trace = Trace::default();
        // What is compared with so long before lies before everything else of its metric.
        let mut ordered: Vec<&Series> = self.series.iter().collect();
        ordered.sort_by_key(|series| series.side == Side::Change);
        for series in ordered {
            let offset = match (series.side, &policy.metrics[series.metric].baseline) {
                (Side::Baseline, Some(Baseline::Offset(offset))) => Some(*offset),
                _ => None,
            };
            let side = if offset.is_some() { Side::Change } else { series.side };
            let back = offset.unwrap_or(Elapsed::ZERO);
            let lasts =
                offset.map_or(self.lasts, |offset| self.lasts.min(Elapsed::seconds(offset.as_seconds() - 1)));
            for (since, value) in series.samples(self.every, lasts) {
                let at = self.start.plus(since).minus(back);
                // A series is in order, and each of its side is there once.
                let _ = trace.add(series.metric, side, Sample { at, region: None, value });
            }
        }
        trace
    }

    /// What to simulate, given its trace.
    pub fn setting<'a>(&'a self, policy: &'a Policy, trace: &'a Trace) -> Setting<'a> {
        Setting { policy, pipeline: self.pipeline, start: self.start, trace, assumed: &self.assumed }
    }
}

impl Series {
    /// A value of it, as a scenario writes it.
    pub fn text(&self, policy: &Policy, value: Decimal) -> String {
        json::text(policy, self, value)
    }

    fn samples(&self, every: Elapsed, lasts: Elapsed) -> Vec<(Elapsed, Decimal)> {
        let mut found = Vec::new();
        let mut counted = Decimal::ZERO;
        let step = every.as_seconds().max(1);
        let mut levels = self.levels.iter().peekable();
        let mut level = None;
        let mut since = 0;
        while since <= lasts.as_seconds() {
            while let Some(next) = levels.next_if(|next| next.from.as_seconds() <= since) {
                level = next.value;
            }
            if let Some(value) = level {
                match self.shape {
                    Shape::Value => found.push((Elapsed::seconds(since), value)),
                    Shape::Growth => {
                        found.push((Elapsed::seconds(since), counted));
                        let grown = value.checked_mul(Decimal::from(step));
                        counted = grown.and_then(|grown| counted.checked_add(grown)).unwrap_or(counted);
                    }
                }
            }
            since = since.saturating_add(step);
        }
        found
    }
}
