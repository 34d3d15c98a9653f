//! Tiers with what they require, and the facts that evidence may assert.

use super::{Condition, Id, Operator, Origin, Phase, Role, Seats, Value};
use crate::calendar::Elapsed;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// How risky a change is, and what that asks of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    /// Its name: `T2`.
    pub name: String,
    /// Its title: `Standard`.
    pub title: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Examples of changes.
    pub examples: Vec<String>,
    /// What must hold, and before which phase.
    pub requirements: Vec<Requirement>,
}

/// Something that must hold before a phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// From this phase on it is asked; in an earlier one it is "checked later".
    pub phase: Phase,
    /// What must hold.
    pub condition: Condition,
    /// As written, to show: `canary <= 5%`.
    pub text: String,
    /// Where it is asked.
    pub origin: Origin,
}

impl Requirement {
    /// The seats it asks for, where it is an approval.
    pub fn seats(&self) -> Option<&Seats> {
        match &self.condition {
            Condition::Approved(seats) => Some(seats),
            _ => None,
        }
    }
}

/// Something that evidence may assert of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What values it takes.
    pub kind: FactKind,
    /// Who may assert it; none written means anyone the gate is handed evidence by.
    pub sources: Vec<FactSource>,
    /// How long an assertion counts; none means it does not grow stale.
    pub fresh: Option<Elapsed>,
    /// Whether records leave its value out.
    pub private: bool,
}

/// The values a fact takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactKind {
    /// `true` or `false`
    Bool,
    /// `one of none, multi-step, one-step`, in order, least first
    OneOf(Vec<String>),
    /// A number without a unit
    Number,
    /// A share
    Ratio,
    /// A span of time
    Duration,
    /// An amount of money
    Money,
    /// So many a second
    Rate,
    /// An instant
    Instant,
    /// Any text
    Text,
}

impl FactKind {
    /// Whether `value` is one this kind takes.
    pub fn takes(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::OneOf(choices), Value::Choice(choice)) => choices.contains(choice),
            (Self::Bool, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::Ratio, Value::Ratio(_))
            | (Self::Duration, Value::Duration(_))
            | (Self::Money, Value::Money(_))
            | (Self::Rate, Value::Rate(_))
            | (Self::Instant, Value::Instant(_))
            | (Self::Text, Value::Text(_)) => true,
            _ => false,
        }
    }

    /// Whether `value operator bar`. Choices compare by their order in the fact; kinds that differ never compare.
    pub fn compares(&self, value: &Value, operator: Operator, bar: &Value) -> bool {
        let ordering = match (self, value, bar) {
            (Self::OneOf(choices), Value::Choice(one), Value::Choice(two)) => {
                let rank = |choice: &String| choices.iter().position(|known| known == choice);
                match (rank(one), rank(two)) {
                    (Some(one), Some(two)) => one.cmp(&two),
                    _ => return false,
                }
            }
            _ if std::mem::discriminant(value) == std::mem::discriminant(bar) => value.cmp(bar),
            _ => return false,
        };
        match operator {
            Operator::Equal => ordering == Ordering::Equal,
            Operator::NotEqual => ordering != Ordering::Equal,
            Operator::Less => ordering == Ordering::Less,
            Operator::LessOrEqual => ordering != Ordering::Greater,
            Operator::Greater => ordering == Ordering::Greater,
            Operator::GreaterOrEqual => ordering != Ordering::Less,
        }
    }
}

/// Who may assert a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FactSource {
    /// `from ci`
    Ci,
    /// `from label by ROLE`: a label that one of the role set; no role means anyone's
    Label(Option<Id<Role>>),
    /// `from review`
    Review,
    /// `from json "canary.json" at "/share"`
    Json {
        /// The file.
        file: String,
        /// An RFC 6901 pointer into it.
        pointer: String,
    },
    /// `from operator`
    Operator,
}
