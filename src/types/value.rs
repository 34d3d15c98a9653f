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
    /// `250ms`: a measured duration that is no whole number of seconds
    Milliseconds(i64),
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

impl Value {
    /// What it measures, as a number: shares of one, seconds, so many a second, dollars; nothing for what is no quantity.
    pub fn amount(&self) -> Option<Decimal> {
        match self {
            Self::Number(value)
            | Self::Ratio(value)
            | Self::Points(value)
            | Self::Rate(value)
            | Self::Money(value) => Some(*value),
            Self::Duration(value) => Some(Decimal::from(value.as_seconds())),
            Self::Milliseconds(value) => Some(Decimal::new(*value, 3)),
            Self::Bool(_) | Self::Instant(_) | Self::Choice(_) | Self::Text(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(value) => write!(formatter, "{}", value.normalize()),
            Self::Ratio(value) => write!(formatter, "{}%", (value * Decimal::ONE_HUNDRED).normalize()),
            Self::Points(value) => write!(formatter, "{}pp", (value * Decimal::ONE_HUNDRED).normalize()),
            Self::Duration(value) => write!(formatter, "{value}"),
            Self::Milliseconds(value) => write!(formatter, "{value}ms"),
            Self::Rate(value) => write!(formatter, "{}/s", value.normalize()),
            Self::Money(value) => write!(formatter, "${}", value.normalize()),
            Self::Instant(value) => write!(formatter, "{value}"),
            Self::Choice(value) => formatter.write_str(value),
            Self::Text(value) => write!(formatter, "{value:?}"),
        }
    }
}
