//! Freeze kinds, windows and holidays.

use super::{Action, Component, Condition, Environment, Gate, Id, Origin, Party, Region, Tier};
use crate::calendar::{Date, DateSpan, Elapsed, Instant, Timetable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A kind of freeze: what it does to each tier. Total: every tier has a ruling.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeKind {
    /// Its name: `hard`.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The ruling of each tier, in the order of the tiers, with the line that gives it.
    pub rulings: Vec<(Ruling, Origin)>,
}

impl FreezeKind {
    /// What it does to a tier.
    pub fn ruling(&self, tier: Id<Tier>) -> Option<&Ruling> {
        self.rulings.get(tier.index()).map(|(ruling, _)| ruling)
    }
}

/// What a freeze does to a tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ruling {
    /// `admit T0`, `admit T1 when approved 1 of sre-owner`
    Admit {
        /// What must hold for it.
        when: Condition,
    },
    /// `except T1`: blocks, but an exception may lift it.
    Except,
    /// `block others`
    Block,
}

/// A span of time in which a freeze kind applies somewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The freeze kind.
    pub kind: Id<FreezeKind>,
    /// When. In an `only` window: when the kind does *not* apply.
    pub when: Timetable,
    /// Whether it is written `only`: outside the union of the kind's `only` windows of a cell the kind applies.
    pub only: bool,
    /// A condition that opens it: `while incident-open`.
    pub follows: Option<Follow>,
    /// Regions; none means all.
    pub regions: Option<Vec<Id<Region>>>,
    /// Components; none means all.
    pub components: Option<Vec<Id<Component>>>,
    /// Environments; none means all.
    pub environments: Option<Vec<Id<Environment>>>,
    /// Actions; none means all.
    pub actions: Option<Vec<Action>>,
    /// Who answers for it.
    pub owner: Option<Party>,
    /// Why it is there.
    pub because: Option<String>,
    /// Whose window it is, where it is somebody else's.
    pub vendor: Option<Vendor>,
    /// Gates to be asked once it is over; a decision does not wait for them.
    pub after: Vec<(Id<Gate>, Origin)>,
    /// Until this instant the window is recorded but does not block.
    pub warn_until: Option<Instant>,
}

impl Window {
    /// Whether the window concerns a cell, an environment and an action. What is not given concerns all.
    pub fn covers(
        &self,
        region: Option<Id<Region>>,
        component: Option<Id<Component>>,
        environment: Option<Id<Environment>>,
        action: Option<Action>,
    ) -> bool {
        fn within<T: PartialEq>(scope: Option<&[T]>, asked: Option<&T>) -> bool {
            scope.is_none_or(|scope| asked.is_none_or(|asked| scope.contains(asked)))
        }
        within(self.regions.as_deref(), region.as_ref())
            && within(self.components.as_deref(), component.as_ref())
            && within(self.environments.as_deref(), environment.as_ref())
            && within(self.actions.as_deref(), action.as_ref())
    }
}

/// A window that holds while a condition does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follow {
    /// While this holds.
    pub condition: Condition,
    /// As written.
    pub text: String,
    /// Whether an unknown condition counts as holding: `no-data active`.
    pub unknown_holds: bool,
}

/// Whose window it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vendor {
    /// The vendor.
    pub name: String,
    /// Where the window was read.
    pub source: Option<String>,
    /// How long that reading counts.
    pub recheck: Option<Elapsed>,
    /// When it was read.
    pub checked: Option<Instant>,
}

/// Dates that are not worked, and some that are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holidays {
    /// Their name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where they are declared.
    pub origin: Origin,
    /// Regions they hold in; none means all.
    pub regions: Option<Vec<Id<Region>>>,
    /// The dates; a date not yet confirmed has its wider span.
    pub spans: Vec<DateSpan>,
    /// Names of single spans, where they were given.
    pub titles: BTreeMap<Date, String>,
    /// Dates that are worked all the same.
    pub extra_workdays: Vec<Date>,
    /// Spans that someone must confirm, and by when.
    pub unconfirmed: Vec<(DateSpan, Date)>,
}
