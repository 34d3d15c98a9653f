//! How a release comes back: levers, rollbacks, flags.

use super::{Bound, Component, Gate, Id, Origin, Party, Pins, Pipeline, Region, Severity};
use crate::calendar::{Date, Elapsed};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What is flipped to go back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lever {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What it does to bring the service back.
    pub kind: LeverKind,
    /// What it takes back; none means everything that is rolled out.
    pub components: Option<Vec<Id<Component>>>,
    /// What it flips; more than one pointer is more than one step.
    pub flips: Vec<Flip>,
    /// How many steps it takes, where that is said.
    pub steps: Option<(u32, Origin)>,
    /// The command that pulls it.
    pub run: Option<String>,
    /// The command that undoes it.
    pub inverse: Option<String>,
    /// How fast it works.
    pub within: Option<Elapsed>,
    /// Caches whose namespace it rotates by itself.
    pub rotates: Vec<String>,
    /// The stage of a pipeline from whose start on it can be pulled no longer, by name.
    pub available_until: Option<(String, Origin)>,
    /// How long what it goes back to is kept once the rollout is finished.
    pub keeps: Option<Elapsed>,
    /// What it cannot undo.
    pub cannot_undo: Vec<String>,
    /// Levers that must be pulled before it.
    pub after: Vec<(Id<Lever>, Origin)>,
}

impl Lever {
    /// How many operations it takes to pull it: what it says, or one for each pointer it flips.
    pub fn step_count(&self) -> usize {
        self.steps.map_or(self.flips.len().max(1), |(steps, _)| steps as usize)
    }
}

/// What a lever does to bring the service back: the first goes back to the version before, the others keep the new one and make
/// it bearable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeverKind {
    /// Goes back to the version before
    Back,
    /// Answers with less: a shorter chain, fewer documents, links alone
    Degrade,
    /// Keeps each user on the arm they have
    Sticky,
    /// Does identical work once
    SingleFlight,
}

/// One pointer that a lever flips.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flip {
    /// What sort of pointer.
    pub kind: FlipKind,
    /// Which one, by the name its system knows it by; none where that is left to who pulls it.
    pub target: Option<String>,
    /// Where it is written.
    pub origin: Origin,
}

impl Flip {
    /// The Service whose selector it flips, where it names one and a Service can be called so: an RFC 1035 label,
    /// `[a-z]([-a-z0-9]*[a-z0-9])?`, of 63 letters at most.
    pub fn service(&self) -> Option<&str> {
        let name = self.target.as_deref().filter(|_| self.kind == FlipKind::Selector)?;
        let sound = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        let is_label = name.len() <= 63
            && name.starts_with(|letter: char| letter.is_ascii_lowercase())
            && !name.ends_with('-')
            && name.chars().all(sound);
        is_label.then_some(name)
    }
}

/// Sorts of pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlipKind {
    /// A flag of a flag server
    Flag,
    /// The selector of a Service
    Selector,
    /// The alias of an index
    Alias,
    /// A pinned version
    Pin,
    /// A route or a DNS name
    Route,
}

impl FlipKind {
    /// The word that a policy says it by.
    pub fn word(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Selector => "selector",
            Self::Alias => "alias",
            Self::Pin => "pin",
            Self::Route => "route",
        }
    }
}

/// When and how a release comes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rollback {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The pipeline whose change it takes back.
    pub pipeline: Id<Pipeline>,
    /// It begins when any of these holds.
    pub triggers: Vec<Bound>,
    /// Which lever serves which symptom.
    pub cases: Vec<Symptom>,
    /// The regions it goes through, in steps; empty means all at once.
    pub region_plan: Vec<Vec<Id<Region>>>,
    /// How long a region must be healthy before the next.
    pub soak: Option<Elapsed>,
    /// What is done, in order; with regions, in each step of them.
    pub steps: Vec<Step>,
    /// What is done however these end, each step whether or not another fails.
    pub finally: Vec<Step>,
    /// When it counts as recovered.
    pub recovered: Option<Recovered>,
    /// What is looked at afterwards.
    pub audit: Vec<(String, Origin)>,
}

/// A symptom with the levers that serve it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Symptom {
    /// What one sees: `quality regression`.
    pub title: String,
    /// Where it is written.
    pub origin: Origin,
    /// How it is told.
    pub when: Option<Bound>,
    /// Levers that serve it, best first.
    pub pull: Vec<(Id<Lever>, Origin)>,
    /// What else is done, in words.
    pub notes: Vec<String>,
}

/// When a rollback counts as recovered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// How soon it must be.
    pub within: Option<Elapsed>,
    /// What must hold.
    pub when: Bound,
}

/// One step of a rollback or a maintenance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What is done.
    pub act: Act,
    /// As written.
    pub text: String,
    /// Where it is written.
    pub origin: Origin,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Act {
    /// `capture rag-release-pins`: keeps what runs, for the postmortem
    Capture(Vec<Id<Pins>>),
    /// `freeze-writes`
    FreezeWrites,
    /// `unfreeze-writes`
    UnfreezeWrites,
    /// `pause rag-release`: no further step of the pipeline; none means the one that is rolled back
    Pause(Option<Id<Pipeline>>),
    /// `resume rag-release`
    Resume(Option<Id<Pipeline>>),
    /// `pull blue-green`, `pull fastest of flag-kill, blue-green`
    Pull {
        /// The levers, as written.
        levers: Vec<(Id<Lever>, Origin)>,
        /// Whether the fastest that is available is taken, rather than each.
        fastest: bool,
    },
    /// `rotate-cache`: new keys, so that no answer of the old version is served
    RotateCache,
    /// `warm-cache`
    WarmCache,
    /// `throttle on`, `throttle off`
    Throttle(Switch),
    /// `banner on`, `banner off`
    Banner(Switch),
    /// `hold 10m until recovered at most 30m else incident S1`
    Hold {
        /// At least so long.
        least: Elapsed,
        /// Then until it counts as recovered, at most so long in all, else an incident of this severity.
        recovered: Option<(Elapsed, Option<Id<Severity>>)>,
    },
    /// `verify quality`
    Verify(Vec<(Id<Gate>, Origin)>),
    /// `alert sre-owner`
    Alert(Party),
    /// `run "make reconcile"`
    Run(String),
    /// `stop-jobs`: those of a maintenance; in a rollback, every job that writes
    StopJobs,
    /// `start-jobs`
    StartJobs,
    /// `notice "Writes are back"`
    Notice(Wording),
    /// `backfill`: carries out the writes that were queued
    Backfill,
}

/// Words for users: a template, or a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wording {
    /// The name of a template that the policy declares
    Template(String),
    /// A text
    Text(String),
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// `on`
    On,
    /// `off`
    Off,
}

/// A flag of a flag server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flag {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What it is for.
    pub kind: FlagKind,
    /// What it turns on and off; none means everything.
    pub components: Option<Vec<Id<Component>>>,
    /// Its variants with their shares of traffic, which add up to 100 %; empty means on and off.
    pub variants: Vec<(String, Decimal, Origin)>,
    /// The variant served where nothing else is said.
    pub default: Option<String>,
    /// The key by which one user keeps one variant.
    pub sticky: Option<String>,
    /// Where it is asked.
    pub asked: Asked,
    /// Gates that close it where they fail.
    pub guards: Vec<(Id<Gate>, Origin)>,
    /// Who answers for it.
    pub owner: Option<Party>,
    /// When it should be gone.
    pub expires: Option<Date>,
}

/// What a flag is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlagKind {
    /// Turns something off at once
    KillSwitch,
    /// Turns something on for more and more users
    Progressive,
    /// Open only while quality holds
    QualityGated,
    /// Closes what does harm
    SafetyGuard,
    /// Closes what costs too much
    CostGuard,
    /// Refuses writes
    ReadOnly,
}

impl FlagKind {
    /// The word that a policy says it by.
    pub fn name(self) -> &'static str {
        match self {
            Self::KillSwitch => "kill-switch",
            Self::Progressive => "progressive",
            Self::QualityGated => "quality-gated",
            Self::SafetyGuard => "safety-guard",
            Self::CostGuard => "cost-guard",
            Self::ReadOnly => "read-only",
        }
    }
}

/// Where a flag is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// By servers, so that nobody can go round it
    Server,
    /// By clients alone
    Client,
}
