//! Values with their units.

use crate::calendar::{Elapsed, Instant};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A value of evidence or of a bar it is held against. Two values compare only where their kinds are the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// `true`
    Bool(bool),
    /// `0.15`, `42`
    Number(Decimal),
    /// `5%`, held as 0.05
    Ratio(Decimal),
    /// `2pp`, held as 0.02
    Points(Decimal),
    /// `15m`
    Duration(Elapsed),
    /// `5/s`, held per second
    Rate(Decimal),
    /// `$0.02`, in dollars
    Money(Decimal),
    /// `2025-11-27T00:00:00Z`
    Instant(Instant),
    /// One of a fact's choices
    Choice(String),
    /// `"text"`
    Text(String),
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(value) => write!(formatter, "{}", value.normalize()),
            Self::Ratio(value) => write!(formatter, "{}%", (value * Decimal::ONE_HUNDRED).normalize()),
            Self::Points(value) => write!(formatter, "{}pp", (value * Decimal::ONE_HUNDRED).normalize()),
            Self::Duration(value) => write!(formatter, "{value}"),
            Self::Rate(value) => write!(formatter, "{}/s", value.normalize()),
            Self::Money(value) => write!(formatter, "${}", value.normalize()),
            Self::Instant(value) => write!(formatter, "{value}"),
            Self::Choice(value) => formatter.write_str(value),
            Self::Text(value) => write!(formatter, "{value:?}"),
        }
    }
}
