//! What a policy promises of every change: a set of changes and instants, and the verdicts that are expected there.

use super::{
    Action, Component, Condition, Environment, Fact, FreezeKind, Id, Origin, Phase, Region, Tier, Window,
};
use crate::calendar::Interval;
use serde::{Deserialize, Serialize};

/// `prove`: something that must be so of every change there can be, over the whole horizon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Its title.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Which changes and instants it speaks of.
    pub asked: Asking,
    /// The verdicts that are expected of them: one of these.
    pub expected: Vec<Outcome>,
    /// Where that is said.
    pub expected_at: Origin,
}

/// A verdict, as an author expects it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Outcome {
    /// The change may land.
    Allowed,
    /// Something is missing that can still come.
    Pending,
    /// It must not land.
    Blocked,
}

impl Outcome {
    /// Every one, the mildest first.
    pub const ALL: [Self; 3] = [Self::Allowed, Self::Pending, Self::Blocked];

    /// The word in a policy.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Pending => "pending",
            Self::Blocked => "blocked",
        }
    }
}

/// A set of changes, places and instants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Asking {
    /// In all of these; everything where there is none.
    All(Vec<Asking>),
    /// In any of these.
    Any(Vec<Asking>),
    /// Outside this.
    Not(Box<Asking>),
    /// Changes of these tiers.
    Tier(Vec<Id<Tier>>),
    /// In these regions.
    Region(Vec<Id<Region>>),
    /// Of these components.
    Component(Vec<Id<Component>>),
    /// To these environments.
    Environment(Vec<Id<Environment>>),
    /// Doing this.
    Action(Vec<Action>),
    /// Asked in these phases.
    Phase(Vec<Phase>),
    /// While any window of these kinds applies.
    DuringKind(Vec<Id<FreezeKind>>),
    /// While any of these windows holds.
    DuringWindow(Vec<Id<Window>>),
    /// At an instant within this.
    At(Interval),
    /// Where evidence makes this true.
    Evidence(Condition),
    /// Where nothing is known of a fact.
    Unknown(Id<Fact>),
}
