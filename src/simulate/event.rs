//! What happened, as plain data: names, not ids, so that it can be shown without the policy.

use super::Truth;
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Device, Id, Lock, Origin, Pipeline, Switch};
use rust_decimal::Decimal;
use serde::Serialize;

/// A rollout from its start to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The pipeline.
    pub pipeline: String,
    /// What is carried out: it, those that it calls or waits for, and what these need.
    pub carried_out: Vec<Id<Pipeline>>,
    /// When it began.
    pub start: Instant,
    /// When its last event was.
    pub end: Instant,
    /// How it ended.
    pub outcome: Outcome,
    /// The stage it had come to.
    pub stage: Option<String>,
    /// The greatest share of traffic that the pipeline, or one that it calls, gave to the change.
    pub traffic: Decimal,
    /// Whether writes are frozen at the end.
    pub writes_frozen: bool,
    /// What else a rollback turned on and did not turn off: `throttle`, `banner`.
    pub left_on: Vec<&'static str>,
    /// What rollbacks turned on and off, in order.
    pub turned: Vec<Turned>,
    /// Locks that a run still has at the end.
    pub held: Vec<Id<Lock>>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// Something that a rollback turned on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turned {
    /// When.
    pub at: Instant,
    /// What.
    pub what: Device,
    /// Which way.
    pub to: Switch,
}

/// How a rollout ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Outcome {
    /// Every stage is finished.
    Finished,
    /// It went back.
    RolledBack {
        /// The rollback; none means that the policy has none for it, and traffic alone was taken away.
        rollback: Option<String>,
        /// Whether it counts as recovered; none where nothing says when it does, or the trace ends before.
        recovered: Option<bool>,
    },
    /// It waits.
    Paused {
        /// Until when; none means for a hand, or without an end in sight.
        until: Option<Instant>,
        /// What for.
        because: String,
    },
    /// A stage failed, and what was done stays.
    Failed,
    /// Nothing that is awaited can come.
    Stuck {
        /// What waits for what.
        because: String,
    },
    /// The trace ends before it is known.
    TraceEnds,
}

/// Something that happened at an instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// The pipeline whose run did it.
    pub pipeline: String,
    /// The line of the policy that makes it so.
    pub origin: Option<Origin>,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", tag = "event")]
pub enum What {
    /// An approval that a stage waits for was given.
    Approved {
        /// The stage.
        stage: String,
    },
    /// A stage began.
    Started {
        /// The stage.
        stage: String,
    },
    /// A stage called a pipeline.
    Called {
        /// The stage.
        stage: String,
        /// The pipeline that it called.
        calls: String,
    },
    /// The command of a stage failed and is tried again.
    Retried {
        /// The stage.
        stage: String,
    },
    /// Regions were entered.
    Entered {
        /// The stage, or the rollback.
        by: String,
        /// The regions.
        regions: Vec<String>,
    },
    /// The change was given a share of traffic.
    Traffic {
        /// The stage.
        stage: String,
        /// The share, of one.
        share: Decimal,
    },
    /// Traffic was mirrored to the change.
    Mirrored {
        /// The stage.
        stage: String,
        /// The share, of one.
        share: Decimal,
    },
    /// A hold began.
    Held {
        /// The stage, or the rollback.
        by: String,
        /// How long, in seconds.
        lasts: Elapsed,
    },
    /// A region is let alone before the next.
    Soaked {
        /// The stage, or the rollback.
        by: String,
        /// How long, in seconds.
        lasts: Elapsed,
    },
    /// A gate was asked.
    Asked {
        /// The stage, or the rollback.
        by: String,
        /// The gate.
        gate: String,
        /// What it said.
        answer: Truth,
        /// The numbers it saw.
        seen: Vec<Seen>,
    },
    /// A freeze was met.
    Froze {
        /// The stage.
        stage: String,
        /// The windows that hold.
        windows: Vec<Met>,
        /// What was done: `pause`, `finish`, `roll back`, `pause 4h then roll back`, or `wait` where nothing was rolled out yet.
        reaction: String,
        /// The first instant at which the calendar lets it go on; none where that is not in sight.
        until: Option<Instant>,
    },
    /// A pause was over.
    Resumed {
        /// The stage.
        stage: String,
    },
    /// A stage finished.
    Finished {
        /// The stage.
        stage: String,
    },
    /// A stage failed.
    Failed {
        /// The stage.
        stage: String,
        /// Why.
        by: FailedBy,
    },
    /// A trigger of a rollback fired.
    Fired {
        /// The rollback.
        rollback: String,
        /// The trigger, as written.
        trigger: String,
        /// When it became true; it counted when the event was.
        since: Instant,
        /// The numbers it saw.
        seen: Vec<Seen>,
    },
    /// A rollback began.
    WentBack {
        /// The rollback; none means that the policy has none for it.
        rollback: Option<String>,
    },
    /// A lever was pulled.
    Pulled {
        /// The lever.
        lever: String,
        /// How long it takes at most, in seconds; none where it does not say.
        within: Option<Elapsed>,
    },
    /// None of the levers can be pulled any more.
    NoLever {
        /// The levers.
        levers: Vec<String>,
    },
    /// Another step was done.
    Did {
        /// As written.
        step: String,
    },
    /// It counts as recovered.
    Recovered {
        /// The rollback.
        rollback: String,
        /// How long after it began, in seconds.
        after: Elapsed,
    },
    /// It should have recovered by now.
    NotRecovered {
        /// The rollback.
        rollback: String,
        /// By when it should have, in seconds from its beginning.
        within: Elapsed,
    },
    /// An incident was declared.
    Incident {
        /// Its severity, where that is said.
        severity: Option<String>,
    },
}

/// A window that was met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Met {
    /// Its name, or that of the kind outside of whose `only` windows it is.
    pub window: String,
    /// The freeze kind.
    pub kind: Option<String>,
}

/// Why a stage failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailedBy {
    /// Its command, as often as it was tried
    Command,
    /// A gate
    Gate(String),
    /// A pipeline that it called
    Pipeline(String),
    /// Its timeout
    Timeout,
}

/// A bar as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// The bar, the fact or the probe, as written.
    pub text: String,
    /// What was measured, with its unit; none where there was no data, and for what is not measured.
    pub value: Option<String>,
    /// What it was held against, with its unit.
    pub limit: Option<String>,
    /// What it said.
    pub answer: Truth,
}
