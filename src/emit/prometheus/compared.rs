//! A bar as PromQL, over any expressions that tell the change and its baseline.

use crate::policy::{Bar, Limit, Operator};
use rust_decimal::Decimal;

/// What a check is for: of several series the worst counts, and where there is no data, bad is one or the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::emit) enum Sense {
    /// It must be so: a gate.
    Wanted,
    /// It must not be so: a trigger.
    Feared,
}

/// A comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::emit) struct Compared {
    /// Has one element without labels where the bar is so, and none where it is not or where nothing is measured.
    pub is_so: String,
    /// Has an element where all is measured that the bar needs.
    pub known: String,
}

/// Compares the series of a change. `baseline` are those of its baseline, which a bar without one does not need.
pub(in crate::emit) fn compared(
    bar: &Bar,
    operator: Operator,
    sense: Sense,
    change: &str,
    baseline: &str,
) -> Compared {
    // Of several series the worst counts, so that none hides behind the others.
    let least_fires = matches!(operator, Operator::Less | Operator::LessOrEqual);
    let worst = if least_fires == (sense == Sense::Feared) { "min" } else { "max" };
    let sign = operator.sign();
    let value = format!("{worst}({change})");
    match &bar.limit {
        Limit::Value(limit) => {
            let limit = limit.amount().unwrap_or_default().normalize();
            let is_so = match (operator, sense) {
                (Operator::Equal | Operator::NotEqual, Sense::Feared) => {
                    format!("{worst}({change} {sign} {limit})")
                }
                (Operator::Equal | Operator::NotEqual, Sense::Wanted) => {
                    format!("min({change} {sign} bool {limit}) == 1")
                }
                _ => format!("{value} {sign} {limit}"),
            };
            Compared { is_so, known: value }
        }
        Limit::Baseline { factor, plus } => {
            let baseline = format!("avg({baseline})");
            let plus = plus.as_ref().and_then(|plus| plus.amount()).unwrap_or_default().normalize();
            let times =
                if *factor == Decimal::ONE { String::new() } else { format!(" * {}", factor.normalize()) };
            let plus = match plus {
                plus if plus.is_zero() => String::new(),
                plus if plus.is_sign_negative() => format!(" - {}", plus.abs()),
                plus => format!(" + {plus}"),
            };
            let is_so = format!("{value} {sign} {baseline}{times}{plus}");
            Compared { is_so, known: format!("({value} and {baseline})") }
        }
    }
}
