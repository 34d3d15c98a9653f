//! What a policy says of changes: classification, exceptions, emergencies, releases, targets.

use super::{
    Component, Condition, Environment, FreezeKind, Id, Origin, Party, Pipeline, Region, Seats, Tier, Window,
};
use crate::calendar::{Elapsed, Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a change's tier follows from its paths: the riskiest rule that matches gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classify {
    /// Where it is declared.
    pub origin: Origin,
    /// Rules, in the order they are written.
    pub rules: Vec<ClassifyRule>,
    /// The tier where no rule matches.
    pub otherwise: Option<Id<Tier>>,
    /// Who may let a stated tier be lower; none means nobody.
    pub lower_by: Option<Seats>,
}

/// `T3 when any path "migrations/**"`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassifyRule {
    /// The tier it gives.
    pub tier: Id<Tier>,
    /// Where it is written.
    pub origin: Origin,
    /// Any of these.
    pub tests: Vec<PathTest>,
}

/// A test over a change's paths.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathTest {
    /// Whether one path suffices or all must match.
    pub scope: PathScope,
    /// Globs; a path matches by any of them.
    pub globs: Vec<String>,
}

/// How many paths must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PathScope {
    /// `any path`
    Any,
    /// `every path`
    Every,
}

/// What another source says, held against the policy's own rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Which source: `runbook page, line 14`.
    pub name: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What it says.
    pub rulings: Vec<ClaimRuling>,
}

/// `hard blocks T1`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimRuling {
    /// The freeze kind it speaks of; none means outside every freeze.
    pub kind: Option<Id<FreezeKind>>,
    /// The tiers.
    pub tiers: Vec<Id<Tier>>,
    /// What it says happens.
    pub ruling: super::Ruling,
    /// Where it is written.
    pub origin: Origin,
}

/// How often an exception may be used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reuse {
    /// As often as wanted until it expires.
    Any,
    /// `once`
    Once,
    /// `for change "4821"`
    ForChange(String),
}

/// A dated permission to pass windows that would block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The tier it is for.
    pub tier: Id<Tier>,
    /// The windows it lifts.
    pub lifts: Vec<Id<Window>>,
    /// Regions; none means all that the windows have.
    pub regions: Option<Vec<Id<Region>>>,
    /// Components; none means all that the windows have.
    pub components: Option<Vec<Id<Component>>>,
    /// Environments; none means all that the windows have.
    pub environments: Option<Vec<Id<Environment>>>,
    /// Who owns it.
    pub owner: Party,
    /// Where it was asked for.
    pub ticket: String,
    /// The rollback lever that stands ready.
    pub lever: String,
    /// How caches are warmed.
    pub warmup: String,
    /// From when it counts; none means from when it is in the policy.
    pub starts: Option<Instant>,
    /// The first instant at which it counts no longer.
    pub expires: Instant,
    /// Who must approve each use.
    pub approve: Option<Seats>,
    /// How often it may be used.
    pub reuse: Reuse,
    /// Why it was given.
    pub because: Option<String>,
}

/// A way through in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlass {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Who may break the glass.
    pub by: Seats,
    /// The tiers it serves; none means all.
    pub tiers: Option<Vec<Id<Tier>>>,
    /// What must hold.
    pub requires: Vec<(Condition, String, Origin)>,
    /// Who is asked, in order, each within a time.
    pub escalation: Vec<Escalation>,
    /// What is owed afterwards, and by when.
    pub owes: Vec<(String, Option<Elapsed>)>,
}

/// Who is asked, and how long one waits for an answer before asking the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    /// Who.
    pub seats: Seats,
    /// How long; none means without end.
    pub within: Option<Elapsed>,
}

/// A planned release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Its tier.
    pub tier: Id<Tier>,
    /// Who owns it.
    pub owner: Option<Party>,
    /// What it changes; none means everything.
    pub components: Option<Vec<Id<Component>>>,
    /// Steps, in order (`then`), each of regions that go together; none means all at once.
    pub region_plan: Vec<Vec<Id<Region>>>,
    /// How long one step must be healthy before the next.
    pub soak: Option<Elapsed>,
    /// The pipeline that carries it out.
    pub by: Option<Id<Pipeline>>,
    /// Its environment; none means all.
    pub environment: Option<Id<Environment>>,
    /// When it is planned to start.
    pub at: Option<Instant>,
    /// Releases that are over before it starts. Planning keeps it; a decision does not ask.
    pub after: Vec<Id<Release>>,
}

/// What `opsc build` writes, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Which target: `flagd`.
    pub name: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The file or folder it writes, relative to the policy's root.
    pub to: String,
    /// Why what the target holds weaker than the policy is accepted.
    pub allow_lossy: Option<String>,
    /// Its own fields (`install "..."`), by name.
    pub options: BTreeMap<String, String>,
}
