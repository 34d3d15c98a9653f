//! How a change rolls out: pipelines, their stages, and the locks they hold.

use super::{Component, Environment, FreezeKind, Gate, Id, Origin, Region, Rollback, Seats, Service, Table};
use crate::calendar::Elapsed;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Something that one run of a pipeline holds at a time. It cannot be taken again by who holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// How long it is held at most; none means without end.
    pub lease: Option<Elapsed>,
    /// Why it is there.
    pub because: Option<String>,
}

/// The stages that carry a release out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The service it carries out; none means that it belongs to none.
    pub service: Option<Id<Service>>,
    /// How many runs of it there may be at once.
    pub runs: u32,
    /// Locks held from its first stage to its last: a concurrency group is one.
    pub holds: Vec<(Id<Lock>, Origin)>,
    /// What it does when a freeze begins half-way, the first answer that fits.
    pub on_freeze: Vec<FreezeAnswer>,
    /// What it does when a stage fails that says nothing of its own.
    pub on_failure: Option<(OnFailure, Origin)>,
    /// Its stages, in the order they are written.
    pub stages: Table<Stage>,
}

impl Pipeline {
    /// What it says of a freeze of this kind that begins while the change has so much of the traffic; none means that it says
    /// nothing, and so pauses.
    pub fn answer_to(&self, kind: Id<FreezeKind>, traffic: Decimal) -> Option<&FreezeAnswer> {
        self.on_freeze.iter().find(|answer| {
            answer.kind.is_none_or(|of| of == kind) && answer.from_traffic.is_none_or(|from| traffic >= from)
        })
    }
}

/// `soft: finish when traffic >= 50%`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeAnswer {
    /// For freezes of this kind; none means `otherwise`.
    pub kind: Option<Id<FreezeKind>>,
    /// Only from this share of traffic on.
    pub from_traffic: Option<Decimal>,
    /// What is done.
    pub reaction: Reaction,
    /// Where it is written.
    pub origin: Origin,
}

/// What a rollout does when a freeze begins half-way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reaction {
    /// `finish`: it goes on to its end
    Finish,
    /// `pause`: it stays where it is until the freeze is over
    Pause,
    /// `pause 4h then roll back`: it stays so long, then goes back
    PauseThenBack(Elapsed),
    /// `roll back`
    Back,
}

/// What happens when a stage fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailure {
    /// `rollback bad-answers`
    Rollback(Id<Rollback>),
    /// `pause`: it waits for a hand
    Pause,
    /// `stop`: what was done stays
    Stop,
}

/// What a stage is for: it says what may stand before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StageKind {
    /// Makes the artifact
    Build,
    /// Tests it
    Test,
    /// Changes a schema or an index in place
    Migrate,
    /// Adds to a schema, so that old and new versions both work
    Expand,
    /// Takes away from a schema what no version needs any more
    Contract,
    /// Puts the artifact where it will run, without traffic
    Deploy,
    /// Mirrors traffic to it
    Shadow,
    /// Gives it a small share of traffic
    Canary,
    /// Raises its share step by step
    Ramp,
    /// Gives it all traffic for good
    Promote,
    /// Checks what runs
    Verify,
}

impl StageKind {
    /// Every kind, in the order a rollout meets them.
    pub const ALL: [Self; 11] = [
        Self::Build,
        Self::Test,
        Self::Migrate,
        Self::Expand,
        Self::Deploy,
        Self::Shadow,
        Self::Canary,
        Self::Ramp,
        Self::Promote,
        Self::Verify,
        Self::Contract,
    ];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Test => "test",
            Self::Migrate => "migrate",
            Self::Expand => "expand",
            Self::Contract => "contract",
            Self::Deploy => "deploy",
            Self::Shadow => "shadow",
            Self::Canary => "canary",
            Self::Ramp => "ramp",
            Self::Promote => "promote",
            Self::Verify => "verify",
        }
    }
}

/// One step of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stage {
    /// Its name, unique in its pipeline.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What it is for.
    pub kind: StageKind,
    /// Stages that must be finished before it starts.
    pub after: Vec<After>,
    /// The command it runs.
    pub run: Option<String>,
    /// The command that undoes it; without one a `migrate` or a `contract` cannot be undone.
    pub undo: Option<String>,
    /// Components that must be ready before it starts.
    pub needs: Vec<(Id<Component>, Origin)>,
    /// Components that it starts; it finishes once they are ready. A `deploy` that names none starts its service's.
    pub starts: Vec<(Id<Component>, Origin)>,
    /// Pipelines that it runs and waits for.
    pub calls: Vec<(Id<Pipeline>, Origin)>,
    /// Names of the artifacts and pins that it makes.
    pub produces: Vec<(String, Origin)>,
    /// Names of the artifacts and pins that must be as an earlier stage made them.
    pub expects: Vec<(String, Origin)>,
    /// Locks it takes when it starts.
    pub holds: Vec<Holding>,
    /// Traffic it gives to the change.
    pub traffic: Option<Traffic>,
    /// How long each step of traffic (or the stage) must hold.
    pub hold: Option<Elapsed>,
    /// Gates that must pass before it is finished; before each next step of traffic too.
    pub gates: Vec<(Id<Gate>, Origin)>,
    /// Regions, in order; empty means all at once.
    pub region_plan: Vec<Vec<Id<Region>>>,
    /// How long a region must be healthy before the next.
    pub soak: Option<Elapsed>,
    /// The environment it acts on; none means that it says nothing of one.
    pub environment: Option<Id<Environment>>,
    /// Who must approve before it starts.
    pub approve: Option<Seats>,
    /// How long it may take; none means without end.
    pub timeout: Option<(Elapsed, Origin)>,
    /// How often it is tried again.
    pub retries: u32,
    /// What happens when it fails, where it differs from the pipeline's.
    pub on_failure: Option<(OnFailure, Origin)>,
    /// Caches it warms.
    pub warms: Vec<String>,
    /// `switch blue green`: it flips traffic from one colour to the other.
    pub switch: Option<(String, String)>,
}

/// A stage that must be finished before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct After {
    /// Its pipeline.
    pub pipeline: Id<Pipeline>,
    /// The stage.
    pub stage: Id<Stage>,
    /// Where it is written.
    pub origin: Origin,
}

/// A lock that a stage takes when it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The lock.
    pub lock: Id<Lock>,
    /// The stage of the same pipeline at whose end it is given back; none means its own.
    pub until: Option<Id<Stage>>,
    /// Where it is written.
    pub origin: Origin,
}

/// Traffic that a stage gives to the change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Traffic {
    /// `mirror 1%`: answers are not used
    Mirror(Decimal),
    /// `25%, 50%, 100%`: one share after the other
    Shares(Vec<Decimal>),
}
