//! Durations as Go writes them: `1h30m`, `1.5h`, `90s`.

use super::cron::Problem;
use super::names::quoted;

const UNITS: [(&str, i128); 7] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];
/// A year and a day: a window that lasts longer never closes.
const LONGEST: i64 = 366 * 86_400;

/// The whole seconds of a duration.
pub(super) fn seconds(text: &str) -> Result<i64, Problem> {
    let wrong = |why: &str, help: &str| (format!("`{}` {why}", quoted(text)), help.to_owned());
    let no_duration = || {
        wrong(
            "is not a duration",
            "write hours, minutes and seconds: `1h30m`; there is no unit `d`, a day is `24h`",
        )
    };
    if text.starts_with('-') {
        return Err(wrong("is below zero: the window never holds", "write how long it lasts"));
    }
    let mut rest = text.strip_prefix('+').unwrap_or(text);
    let mut total: i128 = 0;
    if rest.is_empty() || text.len() > 64 {
        return Err(no_duration());
    }
    while !rest.is_empty() && rest != "0" {
        let number_end =
            rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.').ok_or_else(no_duration)?;
        let (number, behind) = rest.split_at(number_end);
        let unit_end =
            behind.find(|letter: char| letter.is_ascii_digit() || letter == '.').unwrap_or(behind.len());
        let (unit, next) = behind.split_at(unit_end);
        let size =
            UNITS.iter().find(|(name, _)| *name == unit).map(|(_, size)| *size).ok_or_else(no_duration)?;
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if whole.len() + fraction.len() == 0
            || whole.len() > 12
            || fraction.len() > 12
            || fraction.contains('.')
        {
            return Err(no_duration());
        }
        let digits = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i128>().ok() };
        let part = digits(fraction).ok_or_else(no_duration)? * size
            / 10_i128.pow(u32::try_from(fraction.len()).unwrap_or(0));
        total += digits(whole).ok_or_else(no_duration)? * size + part;
        rest = next;
    }
    if total % 1_000_000_000 != 0 {
        return Err(wrong("holds parts of a second", "instants are whole seconds: round it"));
    }
    match i64::try_from(total / 1_000_000_000) {
        Ok(0) => Err(wrong("is no time: the window never holds", "write how long it lasts")),
        Ok(seconds) if seconds <= LONGEST => Ok(seconds),
        _ => Err(wrong("is longer than a year", "a window that never closes needs no schedule")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, expected) in [
            ("1h", 3600),
            ("1h30m", 5400),
            ("1.5h", 5400),
            ("90s", 90),
            ("+2m", 120),
            (".5h", 1800),
            ("1000ms", 1),
        ] {
            assert_eq!(seconds(text).unwrap(), expected, "{text}");
        }
        for text in ["", "1", "1d", "0", "-1h", "h", "1.h2", "..h", "1ms", "1h 2m", "99999h", "1e3h", "0h"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
