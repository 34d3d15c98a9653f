//! Traces: samples of metrics over time, beside the change and beside its baseline.

use super::{csv, prometheus};
use crate::calendar::Instant;
use crate::policy::{Id, Metric, Policy, Region};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;

/// Whose samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The change's own
    Change,
    /// Those of what it is compared with
    Baseline,
}

/// One measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// When.
    pub at: Instant,
    /// Where; none means that it stands for everywhere.
    pub region: Option<Id<Region>>,
    /// In the metric's own unit: a share of one, seconds, so many a second, dollars.
    pub value: Decimal,
}

/// The samples of one metric and side by region, each in the order of time.
pub type Places = BTreeMap<Option<Id<Region>>, Vec<(Instant, Decimal)>>;

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    series: BTreeMap<(Id<Metric>, Side), Places>,
}

/// Why a trace, or a scenario, cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceError {
    /// The line, from 1; none where the whole is wrong.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl TraceError {
    /// Something that is wrong with the whole: what, and how to mend it.
    pub fn of_whole(message: String, help: String) -> Self {
        Self { line: None, message, help }
    }

    pub(super) fn new(line: Option<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { line, message: message.into(), help: help.into() }
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        formatter.write_str(&self.message)
    }
}

impl Trace {
    /// Reads a trace: Prometheus' answer to a range query where it begins with `{`, else CSV.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line and how to mend it.
    pub fn read(policy: &Policy, text: &str) -> Result<Self, TraceError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let trace = if text.trim_start().starts_with('{') {
            prometheus::read(policy, text)
        } else {
            csv::read(policy, text)
        }?;
        if trace.series.is_empty() {
            return Err(TraceError::new(
                None,
                "it has no sample",
                "record the time of a rollout, then try again",
            ));
        }
        Ok(trace)
    }

    /// Adds a sample.
    ///
    /// # Errors
    /// The latest instant of the same metric, side and region, where the sample is not behind it.
    pub fn add(&mut self, metric: Id<Metric>, side: Side, sample: Sample) -> Result<(), Instant> {
        let places = self.series.entry((metric, side)).or_default();
        let samples = places.entry(sample.region).or_default();
        match samples.last() {
            Some(&(latest, _)) if latest >= sample.at => Err(latest),
            _ => {
                samples.push((sample.at, sample.value));
                Ok(())
            }
        }
    }

    /// This trace with the series of another.
    ///
    /// # Errors
    /// A metric of whose same side both say something.
    pub fn join(mut self, other: Self) -> Result<Self, Id<Metric>> {
        for (key, places) in other.series {
            if self.series.insert(key, places).is_some() {
                return Err(key.0);
            }
        }
        Ok(self)
    }

    /// The samples of a metric.
    pub fn samples(&self, metric: Id<Metric>, side: Side) -> &Places {
        static NONE: Places = Places::new();
        self.series.get(&(metric, side)).unwrap_or(&NONE)
    }

    /// The instant of the first sample.
    pub fn start(&self) -> Option<Instant> {
        self.all().filter_map(|samples| samples.first()).map(|(at, _)| *at).min()
    }

    /// The instant of the last sample.
    pub fn end(&self) -> Option<Instant> {
        self.all().filter_map(|samples| samples.last()).map(|(at, _)| *at).max()
    }

    fn all(&self) -> impl Iterator<Item = &Vec<(Instant, Decimal)>> {
        self.series.values().flat_map(BTreeMap::values)
    }
}
