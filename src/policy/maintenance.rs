//! Times in which writes are refused: through which surfaces writes come, and what becomes of them.

use super::{Bound, Component, Flag, Id, Origin, Party, Region, Rollback, Step, Wording};
use crate::calendar::{Elapsed, Timetable};
use serde::{Deserialize, Serialize};

/// A way by which something is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surface {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Who writes through it.
    pub kind: SurfaceKind,
    /// The components it writes to; none means everything.
    pub components: Option<Vec<Id<Component>>>,
    /// Requests that reach it.
    pub routes: Vec<Route>,
}

/// Who writes through a surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SurfaceKind {
    /// Clients, by a request
    Endpoint,
    /// A tool call with a side effect
    Tool,
    /// Whoever reaches the store itself
    Store,
    /// A program, by itself: a scheduler, a backfill, a compaction
    Job,
}

/// A request that reaches a surface.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// `POST`
    pub method: String,
    /// `/documents`
    pub path: String,
    /// Where it is written.
    pub origin: Origin,
}

/// A time in which writes are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Maintenance {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// When it is; none means whenever it is called for.
    pub when: Option<Timetable>,
    /// Where it is; none means everywhere.
    pub regions: Option<Vec<Id<Region>>>,
    /// The components whose writes are refused; none means all.
    pub components: Option<Vec<Id<Component>>>,
    /// Who answers for it.
    pub owner: Option<Party>,
    /// Why it is.
    pub because: Option<String>,
    /// Surfaces whose writes are refused.
    pub refuses: Vec<(Id<Surface>, Origin)>,
    /// Writes that are kept for later.
    pub queues: Vec<Queue>,
    /// Surfaces whose writes are not worth keeping.
    pub drops: Vec<(Id<Surface>, Origin)>,
    /// Jobs that do not run meanwhile.
    pub stops: Vec<(Id<Surface>, Origin)>,
    /// What a refused write is answered.
    pub answer: Option<Answer>,
    /// The flag that refuses writes.
    pub flag: Option<(Id<Flag>, Origin)>,
    /// What users see meanwhile.
    pub banner: Option<Banner>,
    /// What is published beforehand.
    pub notices: Vec<Notice>,
    /// How clients try again.
    pub retries: Option<Retries>,
    /// How it begins, in order.
    pub begin: Vec<Step>,
    /// How it ends, in order.
    pub end: Vec<Step>,
    /// What is done however it ends, each step whether or not another fails.
    pub finally: Vec<Step>,
    /// When it is extended.
    pub extensions: Vec<Extension>,
}

impl Maintenance {
    /// Every surface it says something of, with its place.
    pub fn covered(&self) -> impl Iterator<Item = (Id<Surface>, Origin)> {
        let queued = self.queues.iter().flat_map(|queue| &queue.surfaces);
        self.refuses.iter().chain(queued).chain(&self.drops).chain(&self.stops).copied()
    }

    /// Its steps from first to last, where none fails.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.begin.iter().chain(&self.end).chain(&self.finally)
    }
}

/// Writes that are kept for later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Where they come from.
    pub surfaces: Vec<(Id<Surface>, Origin)>,
    /// The queue that keeps them.
    pub queue: Option<String>,
    /// The field that tells one intent from another, so that none is carried out twice.
    pub key: Option<String>,
    /// Where it is written.
    pub origin: Origin,
}

/// What a refused write is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The HTTP status: 423 (RFC 4918, section 11.3) or 503 (RFC 9110, section 15.6.4).
    pub status: u16,
    /// The code that clients know it by.
    pub code: Option<String>,
    /// When to come back (RFC 9110, section 10.2.3).
    pub retry_after: Option<Elapsed>,
    /// Where it is written.
    pub origin: Origin,
}

/// What users see meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Banner {
    /// What it says.
    pub says: Wording,
    /// How long a copy of it is kept; none means that nobody says.
    pub ttl: Option<Elapsed>,
    /// Where it is written.
    pub origin: Origin,
}

/// What is published beforehand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// How long before.
    pub before: Elapsed,
    /// What it says, where that is said.
    pub says: Option<Wording>,
    /// Where it is written.
    pub origin: Origin,
}

/// How clients try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retries {
    /// How often at most.
    pub most: u32,
    /// Whether they spread their tries.
    pub jitter: bool,
    /// Where it is written.
    pub origin: Origin,
}

/// When a maintenance is extended, and what happens then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extension {
    /// What is wrong; none means whenever it is not over in time.
    pub when: Option<Bound>,
    /// By how much.
    pub by: Elapsed,
    /// For how long at most, all extensions together.
    pub most: Elapsed,
    /// What is rolled back then.
    pub rollback: Option<(Id<Rollback>, Origin)>,
    /// Where it is written.
    pub origin: Origin,
}
