//! Who: roles, teams, schedules, and the seats that approvals fill.

use super::{Id, Origin};
use crate::calendar::{Elapsed, Place, Timetable, Weekdays, Zone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A role and those who have it, by the name their approvals carry (a login or an address).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// People, in the order they are written.
    pub members: Vec<String>,
    /// Teams whose members have the role too.
    pub teams: Vec<Id<Team>>,
    /// Schedules: whoever is on call has the role then.
    pub schedules: Vec<Id<Schedule>>,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The zone it works in.
    pub zone: Option<Zone>,
    /// People.
    pub members: Vec<String>,
    /// The regions it answers for; `1 of sre in region` asks these. Empty means all.
    pub regions: Vec<Id<super::Region>>,
    /// When its people are at work, read at its own place; none means that nobody says. Planning keeps it; a decision does
    /// not ask.
    pub hours: Option<Timetable>,
}

/// Who is on call when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The zone its shifts are read in.
    pub zone: Zone,
    /// Shifts, as written or as read from a calendar file.
    pub shifts: Vec<Shift>,
    /// The calendar file it comes from, and how old that may be.
    pub source: Option<(String, Option<Elapsed>)>,
    /// What the calendar file calls people, by the name that approvals carry.
    pub called: Vec<(String, Vec<String>)>,
}

/// Someone is on call while a timetable holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shift {
    /// Who.
    pub person: String,
    /// When.
    pub when: Timetable,
}

/// Who owns or answers for something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Party {
    /// A role.
    Role(Id<Role>),
    /// A team.
    Team(Id<Team>),
    /// A person, or a name that is no role or team of the policy.
    Person(String),
}

/// Seats to fill, each by another person: `1 of sre-owner and 1 of product-owner`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seats {
    /// Where they are asked for.
    pub origin: Origin,
    /// All of these.
    pub seats: Vec<Seat>,
}

/// So many people of any of these roles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// How many, at least 1.
    pub count: u32,
    /// Any of these roles.
    pub roles: Vec<Id<Role>>,
    /// Whether the person must belong to a team of the cell's region.
    pub in_region: bool,
}

/// When an approval must still be valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Validity {
    /// When the change starts.
    AtStart,
    /// As long as it runs.
    Throughout,
}

/// A named approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalRule {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The seats to fill.
    pub seats: Seats,
    /// How long an approval counts, and when it must; none means it does not expire.
    pub valid_for: Option<(Elapsed, Validity)>,
    /// Whether a new commit dismisses it, even one with the same patch.
    pub dismiss_on_new_commit: bool,
}

impl Schedule {
    /// Where the times of its shifts are read.
    pub fn place(&self) -> Place {
        Place {
            zone: self.zone,
            weekend: Weekdays::SATURDAY_SUNDAY,
            holidays: Vec::new(),
            extra_workdays: BTreeSet::new(),
        }
    }
}

/// Whether two names are one person's: code hosts take logins and addresses alike in any case.
pub fn same_person(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}
