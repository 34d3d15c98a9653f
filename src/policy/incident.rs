//! What is said when something is wrong: severities, states of the page, updates, who hears them, incidents.

use super::{Bound, Id, Origin, Party};
use crate::calendar::Elapsed;
use serde::{Deserialize, Serialize};

/// How bad an incident is. The gravest is declared first (ledger D1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severity {
    /// Its name: `S1`.
    pub name: String,
    /// Its title: `Major outage`.
    pub title: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What users feel.
    pub impact: String,
    /// What the page shows first, and where that is said.
    pub status: Option<(Id<Status>, Origin)>,
    /// Who is paged.
    pub pages: Vec<Party>,
}

/// A state of the status page (ledger D6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its name: `degraded`.
    pub name: String,
    /// Its title: `Degraded performance`.
    pub title: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What the page's provider calls it.
    pub level: PageLevel,
    /// What users see.
    pub shows: String,
    /// What it is set by.
    pub triggers: Vec<Bound>,
    /// The same in words, where no metric tells it.
    pub examples: Vec<String>,
}

/// What the components of a status page can be, as their providers have it, least grave first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageLevel {
    /// All is well
    Operational,
    /// Slow, or wrong at times
    DegradedPerformance,
    /// Some of it fails
    PartialOutage,
    /// Most of it fails
    MajorOutage,
    /// Planned or emergency work: beside the others, not above them
    Maintenance,
}

impl PageLevel {
    /// Every level, least grave first.
    pub const ALL: [Self; 5] = [
        Self::Operational,
        Self::DegradedPerformance,
        Self::PartialOutage,
        Self::MajorOutage,
        Self::Maintenance,
    ];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Operational => "operational",
            Self::DegradedPerformance => "degraded-performance",
            Self::PartialOutage => "partial-outage",
            Self::MajorOutage => "major-outage",
            Self::Maintenance => "maintenance",
        }
    }
}

/// Who says what, and how often (ledger D2, D5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comms {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// How soon after the trigger the first update is out.
    pub first: Option<(Elapsed, Origin)>,
    /// How often updates follow, in order.
    pub cadence: Vec<Cadence>,
    /// Who plays which part: `lead incident-lead`.
    pub parts: Vec<(CommsPart, Party)>,
    /// What is said at which moment.
    pub says: Vec<(Moment, Id<Template>, Origin)>,
    /// How soon after the end the postmortem is out.
    pub postmortem: Option<Elapsed>,
}

/// `every 15m .. 20m until stable`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cadence {
    /// At least so far apart.
    pub least: Elapsed,
    /// At most so far apart.
    pub most: Elapsed,
    /// Until when.
    pub until: Until,
    /// Where it is written.
    pub origin: Origin,
}

/// Until when a cadence holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Until {
    /// The numbers stand still
    Stable,
    /// The incident is resolved
    Resolved,
}

/// A part somebody plays while an incident is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommsPart {
    /// Decides
    Lead,
    /// Writes the updates
    Writer,
    /// Answers users
    Support,
    /// Mends it
    Engineer,
}

impl CommsPart {
    /// Every part.
    pub const ALL: [Self; 4] = [Self::Lead, Self::Writer, Self::Support, Self::Engineer];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Writer => "writer",
            Self::Support => "support",
            Self::Engineer => "engineer",
        }
    }
}

/// A moment of an incident or a maintenance at which something is said (ledger D7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Moment {
    /// The first update
    Acknowledgement,
    /// While it goes on
    Ongoing,
    /// Once the cause is known
    Identified,
    /// When it is over
    Resolved,
    /// Once the postmortem has a date
    Postmortem,
    /// Inside the product, as long as users feel it
    Banner,
}

impl Moment {
    /// Every moment, in the order they come.
    pub const ALL: [Self; 6] = [
        Self::Acknowledgement,
        Self::Ongoing,
        Self::Identified,
        Self::Resolved,
        Self::Postmortem,
        Self::Banner,
    ];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Acknowledgement => "acknowledgement",
            Self::Ongoing => "ongoing",
            Self::Identified => "identified",
            Self::Resolved => "resolved",
            Self::Postmortem => "postmortem",
            Self::Banner => "banner",
        }
    }
}

/// The text of an update (ledger D7). `{name}` in it is a field that whoever sends it fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// When it is said.
    pub moment: Moment,
    /// Fields of its own, besides those every update has.
    pub takes: Vec<String>,
    /// The text, and where it stands.
    pub text: (String, Origin),
    /// Whether users read it; an internal one may speak of metrics.
    pub internal: bool,
}

impl Template {
    /// What stands between braces, each once, in order.
    pub fn placeholders(&self) -> Vec<&str> {
        let mut found: Vec<&str> = Vec::new();
        for (name, _) in self.text.0.split('{').skip(1).filter_map(|part| part.split_once('}')) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
        found
    }
}

/// Whom an update is for (ledger D8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audience {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// How they are reached.
    pub channels: Vec<String>,
    /// What they are told, in words.
    pub told: Vec<String>,
}

/// What opens an incident, and what it asks for (ledger D9, D10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// It opens when any of these holds.
    pub triggers: Vec<Bound>,
    /// Whether it opens as soon as a lever is considered.
    pub on_lever: bool,
    /// How bad it is at first.
    pub severity: Option<Id<Severity>>,
    /// Who says what.
    pub comms: Option<Id<Comms>>,
    /// What is written down, in words.
    pub records: Vec<String>,
}
