//! What a literal is worth. Its shape was read by the grammar; here its value is checked, and an error teaches the rule.

use super::Value;
use super::codes::IMPOSSIBLE_VALUE;
use super::moment;
use crate::calendar::{Date, Elapsed, TimeOfDay};
use crate::diag::Diagnostic;
use crate::source::Span;
use crate::syntax::tree::Literal;
use rust_decimal::Decimal;

/// The units of a duration, in seconds; `ms` is read apart, since time counts whole seconds.
const UNITS: [(&str, i64); 4] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)];

/// The value of a literal of this shape.
///
/// # Errors
/// Says why there is no such value. Dates, times and ordinals are no values of evidence.
pub fn value(text: &str, shape: Literal, span: Span) -> Result<Value, Diagnostic> {
    match shape {
        Literal::Number => number(text, span).map(Value::Number),
        Literal::Ratio => decimal(text, "%", span).map(|share| Value::Ratio(share / Decimal::ONE_HUNDRED)),
        Literal::Points => decimal(text, "pp", span).map(|share| Value::Points(share / Decimal::ONE_HUNDRED)),
        Literal::Duration => duration(text, span).map(Value::Duration),
        Literal::Rate => rate(text, span).map(Value::Rate),
        Literal::Money => number(text.trim_start_matches('$'), span).map(Value::Money),
        Literal::Instant | Literal::ZonedDateTime => moment::read(text, span).map(Value::Instant),
        Literal::LocalDateTime => Err(impossible(span, format!("`{text}` does not say where it is read"))
            .help("add its zone, as in `2025-11-27T09:00[Europe/Dublin]`, or an offset such as `Z`")),
        Literal::Date | Literal::Time | Literal::Ordinal => {
            Err(impossible(span, format!("`{text}` is no value that evidence can have"))
                .help("write a number, a ratio, a duration, an amount or an instant"))
        }
    }
}

/// `42`, `0.15`
///
/// # Errors
/// Where it has more digits than can be counted exactly.
pub fn number(text: &str, span: Span) -> Result<Decimal, Diagnostic> {
    Decimal::from_str_exact(text).map_err(|_| {
        impossible(span, format!("`{text}` has more digits than can be counted exactly"))
            .help("write at most 28 digits")
    })
}

/// A whole number, with its sign.
///
/// # Errors
/// Where it has a fraction, or is not between `least` and `most`.
pub fn integer(text: &str, least: i64, most: i64, span: Span) -> Result<i64, Diagnostic> {
    let bounds = format!("write a whole number from {least} to {most}");
    let whole: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    match whole.parse::<i64>() {
        Ok(value) if (least..=most).contains(&value) => Ok(value),
        Ok(_) => Err(impossible(span, format!("`{text}` is out of range")).help(bounds)),
        Err(_) => Err(impossible(span, format!("`{text}` is no whole number")).help(bounds)),
    }
}

/// `15m`, `1h30m`, `2d` (a day has 24 h here), `1500ms` only where it makes whole seconds.
///
/// # Errors
/// Where a unit is said twice or out of order, where it is no whole number of seconds, or longer than a century.
pub fn duration(text: &str, span: Span) -> Result<Elapsed, Diagnostic> {
    let (total, millis) = fine(text, span)?;
    if millis != 0 {
        return Err(impossible(span, format!("`{text}` is no whole number of seconds"))
            .help("time here counts whole seconds; write `1s` or more"));
    }
    Ok(Elapsed::seconds(total))
}

/// `250ms`, `1h30m`: a duration that is measured, which may be finer than a second.
///
/// # Errors
/// As [`duration`], whole seconds apart.
pub fn measured(text: &str, span: Span) -> Result<Value, Diagnostic> {
    Ok(match fine(text, span)? {
        (seconds, 0) => Value::Duration(Elapsed::seconds(seconds)),
        (seconds, millis) => Value::Milliseconds(seconds * 1000 + millis),
    })
}

/// A duration in seconds, and the milliseconds that are no whole second.
fn fine(text: &str, span: Span) -> Result<(i64, i64), Diagnostic> {
    let mut total: i64 = 0;
    let mut millis: i64 = 0;
    let mut last_size = i64::MAX;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (count, tail) = rest.split_at(digits);
        let unit_length = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, behind) = tail.split_at(unit_length);
        let count: i64 = count.parse().map_err(|_| too_long(text, span))?;
        let size = match UNITS.iter().find(|(name, _)| *name == unit) {
            Some((_, size)) => *size,
            None if unit == "ms" => 0,
            None => {
                return Err(impossible(span, format!("`{text}` has no unit of time"))
                    .help("the units are `d`, `h`, `m`, `s` and `ms`, as in `1h30m`"));
            }
        };
        if size >= last_size {
            return Err(impossible(span, format!("`{text}` says its units twice or out of order"))
                .help("write the longest unit first and each once, as in `1h30m`"));
        }
        last_size = size;
        if size == 0 {
            millis = count;
        } else {
            total = count
                .checked_mul(size)
                .and_then(|more| total.checked_add(more))
                .ok_or_else(|| too_long(text, span))?;
        }
        rest = behind;
    }
    let total = total.saturating_add(millis / 1000);
    if total > 36_525 * 86_400 { Err(too_long(text, span)) } else { Ok((total, millis % 1000)) }
}

/// `18:00`, `24:00`
///
/// # Errors
/// Where no clock shows it.
pub fn time(text: &str, span: Span) -> Result<TimeOfDay, Diagnostic> {
    let mut parts = text.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute, second) = (parts.next().flatten(), parts.next().flatten(), parts.next());
    let time = match (hour, minute, second) {
        (Some(hour), Some(minute), None) => TimeOfDay::new(hour, minute, 0),
        (Some(hour), Some(minute), Some(Some(second))) => TimeOfDay::new(hour, minute, second),
        _ => None,
    };
    time.ok_or_else(|| {
        impossible(span, format!("no clock shows `{text}`"))
            .help("times run from `00:00` to `24:00`, which is the end of the day")
    })
}

/// `2025-11-27`
///
/// # Errors
/// Where the calendar does not have it.
pub fn date(text: &str, span: Span) -> Result<Date, Diagnostic> {
    let mut parts = text.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next().flatten(), parts.next().flatten(), parts.next().flatten());
    let (Some(year), Some(month), Some(day)) = (year.and_then(|year| i32::try_from(year).ok()), month, day)
    else {
        return Err(impossible(span, format!("`{text}` is no date")).help("write it as in `2025-11-27`"));
    };
    Date::from_ymd_opt(year, month, day).filter(|_| year >= 1).ok_or_else(|| {
        let finding = impossible(span, format!("the calendar has no `{text}`"));
        match (28..31).rev().find(|last| Date::from_ymd_opt(year, month, *last).is_some()) {
            Some(last) if (1..=12).contains(&month) => {
                finding.help(format!("that month has {last} days in {year:04}"))
            }
            _ => finding.help("months run from 01 to 12, days from 01 to 31"),
        }
    })
}

/// `3rd`, as 3.
///
/// # Errors
/// Where it is not between 1 and `most`, or ends in the wrong letters.
pub fn ordinal(text: &str, most: u8, span: Span) -> Result<u8, Diagnostic> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u8 = digits.parse().unwrap_or(0);
    if !(1..=most).contains(&number) {
        return Err(impossible(span, format!("there is no `{text}` here"))
            .help(format!("it runs from `1st` to `{most}th`")));
    }
    let suffix = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    let right = format!("{number}{suffix}");
    if right == text {
        Ok(number)
    } else {
        Err(impossible(span, format!("`{text}` is not how that ordinal is written")).fix(
            format!("write `{right}`"),
            span,
            right,
        ))
    }
}

fn rate(text: &str, span: Span) -> Result<Decimal, Diagnostic> {
    let (count, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = UNITS.iter().find(|(name, _)| *name == unit).map_or(1, |(_, size)| *size);
    Ok(number(count, span)? / Decimal::from(seconds))
}

fn decimal(text: &str, unit: &str, span: Span) -> Result<Decimal, Diagnostic> {
    number(text.trim_end_matches(unit), span)
}

fn too_long(text: &str, span: Span) -> Diagnostic {
    impossible(span, format!("`{text}` is longer than a century")).help("write at most `36525d`")
}

pub(super) fn impossible(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(&IMPOSSIBLE_VALUE, span, message)
}
