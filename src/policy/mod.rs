//! The checked policy: plain data, ids not strings, every default filled, every zone resolved.
//!
//! Nothing here can be wrong by construction: what `types` could not make sense of never arrives.

mod calendar;
mod change;
pub mod compiled;
mod codes;
mod condition;
mod incident;
mod load;
mod lower;
mod maintenance;
mod measure;
mod people;
mod pipeline;
mod place;
mod proof;
mod property;
mod recovery;
mod table;
mod test_block;
mod tier;
mod wording;
#[cfg(test)]
mod tests;

pub use crate::types::Value;
pub use calendar::{Follow, FreezeKind, Holidays, Ruling, Vendor, Window};
pub use change::{
    BreakGlass, Claim, ClaimRuling, Classify, ClassifyRule, Escalation, Exception, PathScope, PathTest,
    Release, Reuse, Target,
};
pub use codes::{BAD_SEATS, CODES, EMPTY_RANGE, NOT_A_CONDITION, WRONG_UNIT};
pub use condition::{Condition, Operator};
pub use incident::{
    Audience, Cadence, Comms, CommsPart, Incident, Moment, PageLevel, Severity, Status, Template, Until,
};
pub use load::{Loaded, load, load_after};
pub use lower::Reference;
pub use maintenance::{
    Answer, Banner, Extension, Maintenance, Notice, Queue, Retries, Route, Surface, SurfaceKind,
};
pub use measure::{
    Aggregate, Bar, Baseline, Better, Bound, Check, Gate, Limit, Metric, MetricKind, NoData, Pins, Probe,
    Version, variable,
};
pub use people::{ApprovalRule, Party, Role, Schedule, Seat, Seats, Shift, Team, Validity, same_person};
pub use pipeline::{
    After, FreezeAnswer, Holding, Lock, OnFailure, Pipeline, Reaction, Stage, StageKind, Traffic,
};
pub use place::{Component, Environment, Region, Service};
pub use proof::{Asking, Outcome, Proof};
pub use property::{Circumstance, Device, Expected, Happening, Mode, Property, Situation};
pub use recovery::{
    Act, Asked, Flag, FlagKind, Flip, FlipKind, Lever, LeverKind, Recovered, Rollback, Step, Switch, Symptom,
    Wording,
};
pub use table::{Id, Named, Table};
pub use test_block::{Case, Expectation, Request, TestBlock};
pub use tier::{Fact, FactKind, FactSource, Requirement, Tier};

use crate::calendar::{Instant, Interval, Place, Weekdays, Zone};
use crate::source::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version of the language that this program reads.
pub const LANGUAGE: u32 = 1;

/// Where a declaration stands, with the line kept so that a compiled policy can name it without its sources.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// The declaration, or the part of it that is spoken of.
    pub span: Span,
    /// The line it starts on, from 1.
    pub line: u32,
}

/// What is done: the actions a window may be limited to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A change lands in the target branch.
    Merge,
    /// A change goes to an environment.
    Deploy,
    /// A schema or an index is migrated.
    Migrate,
    /// A deployed change gets all traffic.
    Promote,
    /// A flag is flipped.
    Flag,
}

impl Action {
    /// Every action, in the order a change meets them.
    pub const ALL: [Self; 5] = [Self::Merge, Self::Deploy, Self::Migrate, Self::Promote, Self::Flag];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Deploy => "deploy",
            Self::Migrate => "migrate",
            Self::Promote => "promote",
            Self::Flag => "flag",
        }
    }

    /// The phase that it belongs to: what must hold before that phase, or an earlier one, is asked of it.
    pub fn phase(self) -> Phase {
        match self {
            Self::Merge => Phase::Merge,
            Self::Deploy | Self::Migrate | Self::Flag => Phase::Deploy,
            Self::Promote => Phase::Promote,
        }
    }
}

/// When in a change's life a requirement must hold. Evidence of a later phase is "checked later".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Before the change lands in the target branch.
    Merge,
    /// Before it is deployed anywhere.
    Deploy,
    /// Before it gets all traffic.
    Promote,
}

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 3] = [Self::Merge, Self::Deploy, Self::Promote];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Deploy => "deploy",
            Self::Promote => "promote",
        }
    }
}

/// A policy that passed every check, ready to be decided on, compiled and shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// The version of the language that fixes syntax and library.
    pub language: u32,
    /// Who answers for it.
    pub owner: Option<Party>,
    /// The bounds of enumeration: prove, diff, planner, expanded targets; never of a decision.
    pub horizon: Interval,
    /// SHA-256, in hex, over the names and texts of every source file of the policy, the library left out.
    pub digest: String,
    /// The same over the library.
    pub library_digest: String,
    /// Names of the files that spans and origins speak of, by file id: paths from the policy's folder, the library's as
    /// `std/NAME.ops`. So they are the same wherever the policy is asked from.
    pub files: Vec<String>,
    /// Regions, in the order they are declared. None declared means one cell without a region.
    pub regions: Table<Region>,
    /// Components. None declared means one cell without a component.
    pub components: Table<Component>,
    /// Services.
    pub services: Table<Service>,
    /// Environments.
    pub environments: Table<Environment>,
    /// Roles.
    pub roles: Table<Role>,
    /// Teams.
    pub teams: Table<Team>,
    /// On-call schedules.
    pub schedules: Table<Schedule>,
    /// Facts that evidence may assert.
    pub facts: Table<Fact>,
    /// Tiers, least risky first: in the order they are declared.
    pub tiers: Table<Tier>,
    /// Freeze kinds.
    pub kinds: Table<FreezeKind>,
    /// Windows.
    pub windows: Table<Window>,
    /// Holidays.
    pub holidays: Table<Holidays>,
    /// Named approvals.
    pub approvals: Table<ApprovalRule>,
    /// How a change's tier follows from its paths.
    pub classify: Option<Classify>,
    /// What other sources say.
    pub claims: Table<Claim>,
    /// Exceptions.
    pub exceptions: Table<Exception>,
    /// Ways through in an emergency.
    pub break_glass: Table<BreakGlass>,
    /// Planned releases.
    pub releases: Table<Release>,
    /// What is measured.
    pub metrics: Table<Metric>,
    /// Checks that are run.
    pub probes: Table<Probe>,
    /// What must hold before something goes on.
    pub gates: Table<Gate>,
    /// Versions that must be the same wherever a release runs.
    pub pins: Table<Pins>,
    /// Locks.
    pub locks: Table<Lock>,
    /// Pipelines.
    pub pipelines: Table<Pipeline>,
    /// Levers that a rollback may name.
    pub levers: Table<Lever>,
    /// Rollbacks.
    pub rollbacks: Table<Rollback>,
    /// Flags.
    pub flags: Table<Flag>,
    /// Ways by which something is written.
    pub surfaces: Table<Surface>,
    /// Times in which writes are refused.
    pub maintenances: Table<Maintenance>,
    /// States of the status page.
    pub statuses: Table<Status>,
    /// Severities, the gravest first.
    pub severities: Table<Severity>,
    /// Texts of updates.
    pub templates: Table<Template>,
    /// Who says what, and how often.
    pub comms: Table<Comms>,
    /// Whom updates are for.
    pub audiences: Table<Audience>,
    /// What opens an incident.
    pub incidents: Table<Incident>,
    /// The author's tests.
    pub tests: Table<TestBlock>,
    /// What is proved of every change.
    pub proofs: Table<Proof>,
    /// What is tried on rollouts that are made up.
    pub properties: Table<Property>,
    /// What `opsc build` writes.
    pub targets: Table<Target>,
}

impl Policy {
    /// A policy that declares nothing, with a horizon without bounds.
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            language: LANGUAGE,
            owner: None,
            horizon: Interval::ALWAYS,
            digest: String::new(),
            library_digest: String::new(),
            files: Vec::new(),
            regions: Table::default(),
            components: Table::default(),
            services: Table::default(),
            environments: Table::default(),
            roles: Table::default(),
            teams: Table::default(),
            schedules: Table::default(),
            facts: Table::default(),
            tiers: Table::default(),
            kinds: Table::default(),
            windows: Table::default(),
            holidays: Table::default(),
            approvals: Table::default(),
            classify: None,
            claims: Table::default(),
            exceptions: Table::default(),
            break_glass: Table::default(),
            releases: Table::default(),
            metrics: Table::default(),
            probes: Table::default(),
            gates: Table::default(),
            pins: Table::default(),
            locks: Table::default(),
            pipelines: Table::default(),
            levers: Table::default(),
            rollbacks: Table::default(),
            flags: Table::default(),
            surfaces: Table::default(),
            maintenances: Table::default(),
            statuses: Table::default(),
            severities: Table::default(),
            templates: Table::default(),
            comms: Table::default(),
            audiences: Table::default(),
            incidents: Table::default(),
            tests: Table::default(),
            proofs: Table::default(),
            properties: Table::default(),
            targets: Table::default(),
        }
    }

    /// `file:line` of an origin, the file as a path from the policy's folder.
    pub fn place(&self, origin: Origin) -> String {
        let name = self.files.get(origin.span.file.index()).map_or("", String::as_str);
        format!("{name}:{}", origin.line)
    }

    /// The regions that a cell may have: each that is declared, or none where none is.
    pub fn regions_or_none(&self) -> impl Iterator<Item = Option<Id<Region>>> {
        let nowhere = self.regions.is_empty().then_some(None);
        self.regions.ids().map(Some).chain(nowhere)
    }

    /// Where the hours of a team are read: in its zone, with the weekend and the holidays of the first region of that zone it
    /// answers for.
    pub fn place_of_team(&self, team: &Team) -> Place {
        let zone = team.zone.unwrap_or(Zone::UTC);
        let mut regions = team.regions.iter().map(|region| &self.regions[*region].place);
        regions.find(|place| place.zone == zone).cloned().unwrap_or(Place {
            zone,
            weekend: Weekdays::SATURDAY_SUNDAY,
            holidays: Vec::new(),
            extra_workdays: BTreeSet::new(),
        })
    }

    /// Where the times of a region are read; UTC where there is none.
    pub fn place_of(&self, region: Option<Id<Region>>) -> &Place {
        static NOWHERE: Place = Place {
            zone: Zone::UTC,
            weekend: Weekdays::SATURDAY_SUNDAY,
            holidays: Vec::new(),
            extra_workdays: BTreeSet::new(),
        };
        region.map_or(&NOWHERE, |region| &self.regions[region].place)
    }

    /// Every name of a kind of declaration that a change can speak of; empty for any other word.
    pub fn names(&self, kind: &str) -> Vec<&str> {
        fn of<T: Named>(table: &Table<T>) -> Vec<&str> {
            table.rows().iter().map(Named::name).collect()
        }
        match kind {
            "tier" => of(&self.tiers),
            "region" => of(&self.regions),
            "component" => of(&self.components),
            "service" => of(&self.services),
            "environment" => of(&self.environments),
            "release" => of(&self.releases),
            "fact" => of(&self.facts),
            "break-glass" => of(&self.break_glass),
            _ => Vec::new(),
        }
    }

    /// The name of a role, a team or a person.
    pub fn party_name<'a>(&'a self, party: &'a Party) -> &'a str {
        match party {
            Party::Role(role) => &self.roles[*role].name,
            Party::Team(team) => &self.teams[*team].name,
            Party::Person(name) => name,
        }
    }

    /// The tier that a change to the policy itself has at least, if the policy declares it.
    pub fn policy_change_tier(&self) -> Option<Id<Tier>> {
        self.tiers.find("policy-change")
    }

    /// Whether `instant` lies within the horizon.
    pub fn in_horizon(&self, instant: Instant) -> bool {
        self.horizon.contains(instant)
    }
}
