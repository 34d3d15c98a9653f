//! What a construct is, which part of a policy it belongs to, and where a policy uses it.

use crate::policy::{Origin, Policy};

/// The longest text of an update that Statuspage takes, in characters.
pub const LONGEST_BODY: usize = 25_000;
/// The longest name of an incident that it takes.
pub const LONGEST_NAME: usize = 255;

/// Where a policy uses a construct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The declaration that uses it.
    pub origin: Origin,
    /// What it is called there: "window `open-incident`".
    pub what: String,
}

/// What a construct is part of: a target is held only against the parts of a policy that it writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// When a change may land
    Calendar,
    /// What is asked of a change at any time
    Evidence,
    /// When writes are refused
    Maintenance,
    /// What is flipped to come back
    Recovery,
    /// Who is asked before a change is merged
    Review,
    /// How a change goes out
    Rollout,
    /// Who is asked while it goes out
    Approval,
    /// What takes it back
    Watch,
    /// What begins a rollback, opens an incident or sets a state of the page
    Alarm,
    /// What users are told of incidents and maintenances
    Told,
}

/// One construct.
#[derive(Debug)]
pub struct Construct {
    /// Stable name: what the tables and pages of targets say.
    pub name: &'static str,
    /// What it is part of.
    pub part: Part,
    /// What it means, as an end of "it ...".
    pub meaning: &'static str,
    /// Where a policy uses it, in the order of its declarations.
    pub uses: fn(&Policy) -> Vec<Use>,
}
