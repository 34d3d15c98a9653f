//! Conditions over evidence, three-valued when they are asked.

use super::{ApprovalRule, Fact, Id, Origin, Seats, Tier, Value};
use crate::calendar::Elapsed;
use serde::{Deserialize, Serialize};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Operator {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Operator {
    /// The operator that holds exactly where this one does not.
    pub fn opposite(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::GreaterOrEqual,
            Self::LessOrEqual => Self::Greater,
            Self::Greater => Self::LessOrEqual,
            Self::GreaterOrEqual => Self::Less,
        }
    }
}

/// Something that is true, false or unknown of a change. Names and units were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Condition {
    /// All of these; true where there is none.
    All(Vec<Condition>),
    /// Any of these; false where there is none.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// A fact holds: a `bool` fact by its name alone.
    Holds(Id<Fact>, Origin),
    /// A fact compares with a value of its own kind.
    Compare(Id<Fact>, Operator, Value, Origin),
    /// A measured value has been on this side of a bar for so long, and counts as such until it has been on the other side for
    /// as long.
    Sustained(Id<Fact>, Operator, Value, Elapsed, Origin),
    /// A fact is one of these values.
    OneOf(Id<Fact>, Vec<Value>, Origin),
    /// Seats are filled by approvals.
    Approved(Seats),
    /// A named approval is given.
    Approval(Id<ApprovalRule>, Origin),
    /// The change has one of these tiers.
    TierIn(Vec<Id<Tier>>, Origin),
}

impl Condition {
    /// Always true.
    pub const TRUE: Self = Self::All(Vec::new());

    /// Whether it asks for nothing.
    pub fn is_true(&self) -> bool {
        matches!(self, Self::All(parts) if parts.iter().all(Self::is_true))
    }
}
