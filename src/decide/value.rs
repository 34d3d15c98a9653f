//! Reads a value as evidence gives it by the kind of its fact. What is not exactly a value of that kind is malformed.

use super::Given;
use crate::calendar::{Elapsed, Instant};
use crate::policy::{FactKind, Value};
use rust_decimal::Decimal;

/// The value, or nothing where it is malformed.
///
/// A share is written `5%`, or as a JSON number from 0 to 1: a bare `5` could mean either, so it is refused. Durations,
/// rates and money carry their unit.
pub fn read_value(kind: &FactKind, given: &Given) -> Option<Value> {
    match (kind, given) {
        (FactKind::Bool, Given::Bool(value)) => Some(Value::Bool(*value)),
        (FactKind::Number, Given::Number(number)) => decimal(&number.to_string()).map(Value::Number),
        (FactKind::Ratio, Given::Number(number)) => decimal(&number.to_string())
            .filter(|share| *share >= Decimal::ZERO && *share <= Decimal::ONE)
            .map(Value::Ratio),
        (kind, Given::Text(text)) => read_text(kind, text),
        _ => None,
    }
}

fn read_text(kind: &FactKind, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    match kind {
        FactKind::Bool => match trimmed {
            "true" => Some(Value::Bool(true)),
            "false" => Some(Value::Bool(false)),
            _ => None,
        },
        FactKind::OneOf(choices) => {
            choices.iter().find(|choice| *choice == trimmed).map(|choice| Value::Choice(choice.clone()))
        }
        FactKind::Number => decimal(trimmed).map(Value::Number),
        FactKind::Ratio => {
            let percent = decimal(trimmed.strip_suffix('%')?)?;
            percent.checked_div(Decimal::ONE_HUNDRED).filter(is_no_less_than_none).map(Value::Ratio)
        }
        FactKind::Duration => duration(trimmed).map(Value::Duration),
        FactKind::Money => decimal(trimmed.strip_prefix('$')?).map(Value::Money),
        FactKind::Rate => {
            let (count, unit) = trimmed.split_once('/')?;
            let seconds = UNITS.iter().find(|(name, _)| *name == unit)?.1;
            let rate = decimal(count)?.checked_div(Decimal::from(seconds))?;
            Some(rate).filter(is_no_less_than_none).map(Value::Rate)
        }
        FactKind::Instant => Instant::parse(trimmed).map(Value::Instant),
        FactKind::Text => Some(Value::Text(text.to_owned())),
    }
}

/// What a value of a kind looks like, for whoever has to mend one.
pub(super) fn form(kind: &FactKind) -> String {
    match kind {
        FactKind::Bool => "true or false".to_owned(),
        FactKind::OneOf(choices) => format!("one of {}", choices.join(", ")),
        FactKind::Number => "a number".to_owned(),
        FactKind::Ratio => "a share like 5%, or a number from 0 to 1".to_owned(),
        FactKind::Duration => "a duration like 1h30m".to_owned(),
        FactKind::Money => "money like $0.02".to_owned(),
        FactKind::Rate => "a rate like 5/s".to_owned(),
        FactKind::Instant => "an instant like 2025-11-27T00:00:00Z".to_owned(),
        FactKind::Text => "a text".to_owned(),
    }
}

fn is_no_less_than_none(value: &Decimal) -> bool {
    *value >= Decimal::ZERO
}

/// Units of time in seconds, the longest first.
const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

fn decimal(text: &str) -> Option<Decimal> {
    let starts_well =
        text.strip_prefix('-').unwrap_or(text).starts_with(|first: char| first.is_ascii_digit());
    if !starts_well {
        return None;
    }
    text.parse().ok().or_else(|| Decimal::from_scientific(text).ok())
}

/// `1h30m`: each unit at most once, the longest first.
fn duration(text: &str) -> Option<Elapsed> {
    let mut rest = text;
    let mut seconds = 0_i64;
    for (unit, size) in UNITS {
        let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
        let (count, behind) = rest.split_at_checked(digits)?;
        if let Some(behind) = behind.strip_prefix(unit).filter(|_| digits > 0) {
            seconds = seconds.checked_add(count.parse::<i64>().ok()?.checked_mul(size)?)?;
            rest = behind;
        }
    }
    (rest.is_empty() && !text.is_empty()).then_some(Elapsed::seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: &FactKind, given: &str, expected: Option<&str>) {
        let given: Given = serde_json::from_str(given).unwrap();
        assert_eq!(read_value(kind, &given).map(|value| value.to_string()).as_deref(), expected);
    }

    #[test]
    fn a_value_is_read_by_its_kind_or_not_at_all() {
        let choice = FactKind::OneOf(vec!["none".into(), "one-step".into()]);
        check(&FactKind::Bool, "true", Some("true"));
        check(&FactKind::Bool, "\"false\"", Some("false"));
        check(&FactKind::Bool, "1", None);
        check(&FactKind::Bool, "null", None);
        check(&choice, "\"one-step\"", Some("one-step"));
        check(&choice, "\"two-step\"", None);
        check(&FactKind::Number, "0.15", Some("0.15"));
        check(&FactKind::Number, "\"42\"", Some("42"));
        check(&FactKind::Number, "\"abc\"", None);
        check(&FactKind::Number, "\"1e3\"", Some("1000"));
        check(&FactKind::Ratio, "\"5%\"", Some("5%"));
        check(&FactKind::Ratio, "0.05", Some("5%"));
        check(&FactKind::Ratio, "5", None);
        check(&FactKind::Ratio, "\"5\"", None);
        check(&FactKind::Ratio, "\"-5%\"", None);
        check(&FactKind::Ratio, "-0.05", None);
        check(&FactKind::Rate, "\"-1/s\"", None);
        check(&FactKind::Duration, "\"1h30m\"", Some("1h30m"));
        check(&FactKind::Duration, "\"30m1h\"", None);
        check(&FactKind::Duration, "\"\"", None);
        check(&FactKind::Duration, "90", None);
        check(&FactKind::Duration, "\"9223372036854775807d\"", None);
        check(&FactKind::Money, "\"$0.02\"", Some("$0.02"));
        check(&FactKind::Rate, "\"120/m\"", Some("2/s"));
        check(&FactKind::Instant, "\"2025-11-27T00:00:00Z\"", Some("2025-11-27T00:00:00Z"));
        check(&FactKind::Text, "{}", None);
    }
}
