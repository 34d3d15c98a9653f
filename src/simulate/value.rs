//! Values of metrics, as traces write them and as people read them.

use crate::calendar::Elapsed;
use crate::policy::{MetricKind, Value};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Nothing that is measured is greater; what is, could not be added up.
const GREATEST: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// Units that a value may carry, with the kind of metric they belong to and what they count in its own unit.
const UNITS: &[(&str, MetricKind, Decimal)] = &[
    ("%", MetricKind::Ratio, Decimal::from_parts(1, 0, 0, false, 2)),
    ("ms", MetricKind::Duration, Decimal::from_parts(1, 0, 0, false, 3)),
    ("/s", MetricKind::Rate, Decimal::ONE),
    ("s", MetricKind::Duration, Decimal::ONE),
    ("m", MetricKind::Duration, Decimal::from_parts(60, 0, 0, false, 0)),
    ("h", MetricKind::Duration, Decimal::from_parts(3600, 0, 0, false, 0)),
];

/// Reads a value in the unit of a metric's kind: bare, as programs export it, or with a unit as a policy writes it.
///
/// # Errors
/// What is wrong with it, then what to write.
pub(super) fn read(kind: MetricKind, text: &str) -> Result<Decimal, (String, &'static str)> {
    let text = text.trim();
    let wrong = |what: &str| Err((format!("`{text}` {what}"), form(kind)));
    if matches!(text.trim_start_matches(['+', '-']).to_ascii_lowercase().as_str(), "nan" | "inf" | "infinity")
    {
        return Err((
            format!("`{text}` is no value"),
            "leave out samples at which nothing was measured: `no-data` says what that means",
        ));
    }
    let (bare, size) = match text.strip_prefix('$') {
        Some(bare) if kind == MetricKind::Money => (bare, Decimal::ONE),
        Some(_) => return wrong(&format!("is money, and the metric is a {}", kind.name())),
        None => match UNITS.iter().find(|(unit, ..)| text.ends_with(unit)) {
            Some((unit, of, size)) if *of == kind => (text.strip_suffix(unit).unwrap_or(text), *size),
            Some((_, of, _)) => {
                return wrong(&format!("is a {}, and the metric is a {}", of.name(), kind.name()));
            }
            None => (text, Decimal::ONE),
        },
    };
    let is_plain = bare.bytes().all(|letter| letter.is_ascii_digit() || b".eE+-".contains(&letter));
    let number = bare.parse::<Decimal>().or_else(|_| Decimal::from_scientific(bare)).ok();
    let Some(value) = number.filter(|_| is_plain).and_then(|number| number.checked_mul(size)) else {
        return wrong("is no number");
    };
    if value.abs() > GREATEST {
        return wrong("is too great to be measured");
    }
    let may_be_negative = kind == MetricKind::Money;
    if value.is_sign_negative() && !value.is_zero() && !may_be_negative {
        return wrong(&format!("is below zero, and a {} never is", kind.name()));
    }
    if matches!(kind, MetricKind::Ratio | MetricKind::Score) && value > Decimal::ONE {
        return wrong(&format!("is above 1, and a {} never is", kind.name()));
    }
    Ok(value)
}

/// What to write for a value of a kind.
fn form(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Ratio => "write a share of one, `0.05`, or `5%`",
        MetricKind::Score => "write a number from 0 to 1",
        MetricKind::Duration => "write seconds, `0.25`, or `250ms`",
        MetricKind::Count => "write a number",
        MetricKind::Rate => "write so many a second, `5` or `5/s`",
        MetricKind::Money => "write dollars, `0.02` or `$0.02`",
    }
}

/// A value as people read it, in four digits.
pub(super) fn show(kind: MetricKind, amount: Decimal) -> String {
    let amount = amount.round_sf(4).unwrap_or(amount);
    let value = match kind {
        MetricKind::Ratio => Value::Ratio(amount),
        MetricKind::Score | MetricKind::Count => Value::Number(amount),
        MetricKind::Rate => Value::Rate(amount),
        MetricKind::Money => Value::Money(amount),
        MetricKind::Duration => match (amount.is_integer(), amount.to_i64()) {
            (true, Some(seconds)) => Value::Duration(Elapsed::seconds(seconds)),
            _ => return format!("{}ms", (amount * Decimal::ONE_THOUSAND).round_dp(3).normalize()),
        },
    };
    value.to_string()
}

/// A value as a trace reads it back, to its last digit.
pub(super) fn write(kind: MetricKind, amount: Decimal) -> String {
    let shown = |amount: Decimal| amount.normalize().to_string();
    match kind {
        MetricKind::Ratio => format!("{}%", shown(amount * Decimal::ONE_HUNDRED)),
        MetricKind::Score | MetricKind::Count => shown(amount),
        MetricKind::Rate => format!("{}/s", shown(amount)),
        MetricKind::Money => format!("${}", shown(amount)),
        MetricKind::Duration if amount.is_integer() => format!("{}s", shown(amount)),
        MetricKind::Duration => format!("{}ms", shown(amount * Decimal::ONE_THOUSAND)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_the_unit_of_their_kind() {
        let read = |kind, text| read(kind, text).map_err(|(said, _)| said);
        let decimal = |text: &str| Ok(text.parse::<Decimal>().unwrap());
        assert_eq!(read(MetricKind::Ratio, "0.5%"), decimal("0.005"));
        assert_eq!(read(MetricKind::Ratio, "1.5e-3"), decimal("0.0015"));
        assert_eq!(read(MetricKind::Duration, "250ms"), decimal("0.250"));
        assert_eq!(read(MetricKind::Duration, "2m"), decimal("120"));
        assert_eq!(read(MetricKind::Money, "$0.02"), decimal("0.02"));
        assert_eq!(read(MetricKind::Rate, "5/s"), decimal("5"));
        assert_eq!(read(MetricKind::Ratio, "5"), Err("`5` is above 1, and a ratio never is".to_owned()));
        assert_eq!(
            read(MetricKind::Ratio, "5ms"),
            Err("`5ms` is a duration, and the metric is a ratio".to_owned())
        );
        assert_eq!(read(MetricKind::Count, "-1"), Err("`-1` is below zero, and a count never is".to_owned()));
        for text in ["NaN", "+Inf", "-Infinity"] {
            assert!(read(MetricKind::Count, text).unwrap_err().ends_with("is no value"));
        }
        for text in ["", "%", "x", "1e40", "1e-400", "--1", "1_0"] {
            assert!(read(MetricKind::Count, text).is_err(), "{text}");
        }
        assert_eq!(show(MetricKind::Duration, "0.25".parse().unwrap()), "250ms");
        assert_eq!(show(MetricKind::Ratio, "0.012345".parse().unwrap()), "1.234%");
        assert_eq!(GREATEST, "1000000000000000".parse().unwrap());
    }
}
