//! What a malformed literal was meant to be: `5min` is `5m`, `8:00` is `08:00`.

use super::codes::{MALFORMED_LITERAL, UNKNOWN_UNIT};
use crate::diag::Diagnostic;
use crate::source::Span;

/// Units that people write, with ours.
const UNITS: &[(&str, &[&str])] = &[
    ("ms", &["msec", "msecs", "millis", "millisecond", "milliseconds"]),
    ("s", &["sec", "secs", "second", "seconds"]),
    ("m", &["min", "mins", "minute", "minutes"]),
    ("h", &["hr", "hrs", "hour", "hours"]),
    ("d", &["day", "days"]),
    ("%", &["pct", "percent"]),
    ("pp", &["ppt", "points"]),
];

/// Units in their milliseconds, for fractions: `1.5h` is `1h30m`.
const LENGTHS: &[(&str, u64)] =
    &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// What is wrong with a literal that runs on into something else.
pub(super) fn literal(span: Span, text: &str) -> Diagnostic {
    let (number, unit) = split(text);
    if !number.is_empty()
        && !unit.is_empty()
        && unit.bytes().all(|byte| byte.is_ascii_alphabetic() || byte >= 0x80)
    {
        return quantity(span, text, number, unit);
    }
    if let Some(unit) = unit.strip_prefix('/').filter(|_| !number.is_empty())
        && unit.bytes().all(|byte| byte.is_ascii_alphabetic())
    {
        let finding = Diagnostic::new(&UNKNOWN_UNIT, span, format!("`{unit}` is no unit of a rate"))
            .label("not a rate")
            .help("rates are `5/s`, `5/m`, `5/h` and `5/d`; a division has spaces: `a / b`");
        return propose(finding, span, ours(unit).map(|unit| format!("{number}/{unit}")));
    }
    let finding = Diagnostic::new(&MALFORMED_LITERAL, span, format!("`{text}` is no literal"));
    let (label, help, mend) = shape(text);
    let finding = finding.label(label);
    propose(if help.is_empty() { finding } else { finding.help(help) }, span, mend)
}

/// A leading decimal, and the rest.
fn split(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

fn ours(unit: &str) -> Option<&'static str> {
    let lower = unit.to_ascii_lowercase();
    let known =
        |(ours, theirs): &&(&'static str, &[&str])| *ours == lower || theirs.contains(&lower.as_str());
    UNITS.iter().find(known).map(|(ours, _)| *ours)
}

fn propose(finding: Diagnostic, span: Span, mend: Option<String>) -> Diagnostic {
    match mend {
        Some(mend) => finding.fix(format!("write `{mend}`"), span, mend),
        None => finding,
    }
}

fn quantity(span: Span, text: &str, number: &str, unit: &str) -> Diagnostic {
    if LENGTHS.iter().any(|(known, _)| *known == unit) {
        let finding =
            Diagnostic::new(&MALFORMED_LITERAL, span, format!("`{text}` is a duration with a fraction"))
                .label("durations are whole numbers of their units");
        return propose(finding, span, whole(number, unit));
    }
    let weeks = matches!(unit, "w" | "wk" | "week" | "weeks").then(|| number.parse::<u64>().ok()).flatten();
    let mend = match weeks.and_then(|weeks| weeks.checked_mul(7)) {
        Some(days) => Some(format!("{days}d")),
        None => ours(unit)
            .filter(|_| !number.contains('.') || unit.starts_with(['p', 'P']))
            .map(|unit| format!("{number}{unit}")),
    };
    let finding = Diagnostic::new(&UNKNOWN_UNIT, span, format!("`{unit}` is no unit"))
        .label("not a unit")
        .help("the units are `ms`, `s`, `m`, `h`, `d`, `%` and `pp`; a name begins with a letter");
    propose(finding, span, mend)
}

/// `1.5h` as `1h30m`, where it is a whole number of milliseconds.
fn whole(number: &str, unit: &str) -> Option<String> {
    let (before, after) = number.split_once('.')?;
    let length = LENGTHS.iter().find(|(known, _)| *known == unit)?.1;
    let scale = 10_u64.checked_pow(u32::try_from(after.len()).ok()?)?;
    let fraction = after.parse::<u64>().ok()?.checked_mul(length)?;
    let total = before.parse::<u64>().ok()?.checked_mul(length)?.checked_add(fraction / scale)?;
    if fraction % scale != 0 || total == 0 {
        return None;
    }
    let mut rest = total;
    let mut out = String::new();
    // A day is not always 24 hours: only what was said in days is answered in days.
    for (name, length) in LENGTHS.iter().filter(|(name, _)| *name != "d" || unit == "d") {
        if rest >= *length {
            out.push_str(&format!("{}{name}", rest / length));
            rest %= length;
        }
    }
    Some(out)
}

/// A word on the shape of `text`, how to mend it, and the mend where it is known.
fn shape(text: &str) -> (&'static str, &'static str, Option<String>) {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let two = |part: &str| format!("{part:0>2}");
    let by_dash: Vec<&str> = text.split('-').collect();
    let by_colon: Vec<&str> = text.split(':').collect();
    let by_slash: Vec<&str> = text.split('/').collect();
    if text.contains('T') && text.contains(':') {
        return date_time(text);
    }
    if let [year, month, day] = by_dash.as_slice()
        && [year, month, day].iter().all(|part| digits(part))
    {
        let mend = match (year.len(), day.len()) {
            (4, 1..=2) => Some(format!("{year}-{}-{}", two(month), two(day))),
            (1..=2, 4) if month.len() <= 2 => Some(format!("{day}-{}-{}", two(month), two(year))),
            _ => None,
        };
        return (
            "not a date",
            "a date is year, month, day: `2025-11-27`",
            mend.filter(|mend| mend.len() == 10),
        );
    }
    if let [hour, minute] = by_colon.as_slice()
        && digits(hour)
        && digits(minute)
        && hour.len() <= 2
        && minute.len() <= 2
    {
        return (
            "not a time",
            "a time has two digits each: `08:00`",
            Some(format!("{}:{}", two(hour), two(minute))),
        );
    }
    for (parts, sign) in [(by_dash, "-"), (by_slash, "/")] {
        if let [left, right] = parts.as_slice()
            && digits(left)
            && digits(right)
        {
            let help = "an operator between numbers has spaces around it";
            return ("not a number", help, Some(format!("{left} {sign} {right}")));
        }
    }
    match text.strip_prefix('$') {
        Some(_) => ("not an amount", "an amount of money is `$0.02`", None),
        None => ("not a number, a date or a name", "a name begins with a letter", None),
    }
}

/// A date with a time that is no instant and no local date-time.
fn date_time(text: &str) -> (&'static str, &'static str, Option<String>) {
    if let Some((instant, zone)) = text.split_once('[') {
        if instant.ends_with('Z') && matches!(zone, "UTC]" | "Etc/UTC]" | "Z]") {
            return (
                "says its zone twice",
                "write an instant or a local time, not both",
                Some(instant.to_owned()),
            );
        }
        return ("not a local time", "a local time in a zone is `2025-09-14T22:00[Europe/Dublin]`", None);
    }
    let time = text.split_once('T').map_or("", |(_, time)| time);
    if time.contains('.') {
        return ("has a fraction of a second", "instants are whole seconds", None);
    }
    ("not an instant", "an instant is `2025-11-27T09:00:00Z` or `2025-11-27T09:00+09:00`", None)
}
