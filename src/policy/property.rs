//! What a policy promises of every rollout that meets a condition: the rollouts it speaks of, and how they must go.

use super::{Check, FreezeKind, Id, Lock, Origin, Pipeline, Severity, Stage, Switch, Tier, Window};
use crate::calendar::Elapsed;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// `property`: something that must be so of rollouts, tried on made-up ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// Its title.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Whose rollouts it speaks of.
    pub pipeline: Id<Pipeline>,
    /// Which of them: those in which all of these come to be so.
    pub circumstances: Vec<Circumstance>,
    /// How they must go: all of these.
    pub expected: Vec<Expected>,
}

/// One `where`: something that comes to be so in a rollout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Circumstance {
    /// What.
    pub situation: Situation,
    /// While any of these stages is under way; empty means at any time.
    pub during: Vec<Id<Stage>>,
    /// As written.
    pub text: String,
    /// Where it is written.
    pub origin: Origin,
}

/// What comes to be so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Situation {
    /// `coverage < 0.60 for 10m`
    Measured(Check),
    /// `migrate fails`: one of these does; none means any stage.
    Fails(Vec<Id<Stage>>),
    /// `freeze hard`: one is met of these kinds, or one of these windows; without either, any.
    Frozen {
        /// The kinds.
        kinds: Vec<Id<FreezeKind>>,
        /// The windows.
        windows: Vec<Id<Window>>,
    },
    /// `ramp unapproved`: nobody approves it.
    Unapproved(Id<Stage>),
    /// `tier T2`: the change has one of these tiers.
    Tier(Vec<Id<Tier>>),
}

/// One `expect`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Whether it must come, or must not.
    pub mode: Mode,
    /// Any of these.
    pub any: Vec<Happening>,
    /// How soon after all circumstances came to be so; none means at any time. Never together with [`Mode::Never`].
    pub within: Option<Elapsed>,
    /// As written.
    pub text: String,
    /// Where it is written.
    pub origin: Origin,
}

/// Whether something must come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mode {
    /// It must; what can be undone must stay so to the end.
    Comes,
    /// From when all circumstances are so, it must not.
    Never,
}

/// Something that a rollout comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Happening {
    /// `finished`: every stage is
    Finished,
    /// `rolled-back`: it went back, and every lever that it pulls has worked
    RolledBack,
    /// `paused`: it waits for a freeze to end, an approval or a hand
    Paused,
    /// `failed`: a stage failed, and what was done stays
    Failed,
    /// `stuck`: nothing that is awaited can come
    Stuck,
    /// `recovered`: a rollback counts as over
    Recovered,
    /// `incident`, `incident S1`: a rollback opened one
    Incident(Option<Id<Severity>>),
    /// `promote started`
    Started(Id<Stage>),
    /// `traffic above 25%`: a step gave more
    TrafficAbove(Decimal),
    /// `writes open`, `throttle off`, `banner on`
    Turned(Device, Switch),
    /// `lock schema free`: no run has it
    LockFree(Id<Lock>),
}

/// What a rollback turns on and off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Device {
    /// Writes are refused while it is on
    FrozenWrites,
    /// The limit on what is taken on
    Throttle,
    /// What users read above everything
    Banner,
}

impl Device {
    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::FrozenWrites => "writes",
            Self::Throttle => "throttle",
            Self::Banner => "banner",
        }
    }
}
