//! A rollout against recorded metrics: what each stage, gate, trigger and freeze would have done, and when. Pure: traces come
//! in as text. How it is told is in `docs/simulate.md`; language section 5, "pipelines ask".

mod back;
mod check;
mod csv;
mod event;
mod freeze;
mod judge;
mod plan;
mod prometheus;
mod reading;
mod rollout;
mod run;
mod scenario;
mod stage;
mod start;
mod together;
mod trace;
mod value;

pub use check::{Truth, bars};
pub use csv::fields as csv_fields;
pub use event::{Event, FailedBy, Met, Outcome, Seen, Timeline, Turned, What};
pub use judge::{Measured, asked_of_people};
pub use reading::{DEFAULT_SPAN, aggregate};
pub use scenario::{Level, Scenario, Series, Shape};
pub use trace::{Sample, Side, Trace, TraceError};

use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{FreezeKind, Id, Pipeline, Policy, Stage, Tier};
use std::collections::{BTreeMap, BTreeSet};

/// What is carried out, from when on, against what.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The pipeline.
    pub pipeline: Id<Pipeline>,
    /// When it begins.
    pub start: Instant,
    /// What was measured.
    pub trace: &'a Trace,
    /// What is taken as given.
    pub assumed: &'a Assumptions,
}

/// A stage of a pipeline.
pub type Place = (Id<Pipeline>, Id<Stage>);

/// What no trace says. Where nothing is said of it, a command takes no time and does not fail, approvals are given at once, and
/// facts and probes say yes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assumptions {
    /// The tier of the change; none means that no freeze admits it.
    pub tier: Option<Id<Tier>>,
    /// How long the command of a stage takes.
    pub took: BTreeMap<Place, Elapsed>,
    /// How many tries of a stage fail.
    pub failing: BTreeMap<Place, u32>,
    /// How long the approval of a stage takes; none means that it is never given.
    pub approvals: BTreeMap<Place, Option<Elapsed>>,
    /// Facts and probes that say no.
    pub denied: BTreeSet<String>,
    /// Freezes that no window of the policy is.
    pub freezes: Vec<Imposed>,
}

/// A freeze that begins although no window says so: it holds everywhere, and whom its kind admits goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Imposed {
    /// Its kind.
    pub kind: Id<FreezeKind>,
    /// When.
    pub during: Interval,
}

/// Carries the pipeline out, with those that it calls or waits for, and tells what happened.
pub fn simulate(setting: &Setting<'_>) -> Timeline {
    rollout::Rollout::new(setting).run()
}
