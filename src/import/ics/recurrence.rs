//! Recurrence rules of events: what RFC 5545 takes from the start of the event is written out, bounds become dates.

use super::lines::Property;
use super::moment::{Moment, Zones};
use crate::calendar::{Date, Length, Pattern, Rule, RuleProblem, TimeOfDay, Weekday, Weekdays};
use crate::import::day_rule::{DAY, DayRule, Days, Run, length_of, time_of};
use crate::import::days::{Day, later};
use crate::import::names::quoted;
use crate::import::report::{At, ImportError, RemarkKind, Report};

/// A rule as a window says it.
#[derive(Debug)]
pub(super) struct Recurrence {
    /// When it holds.
    pub(super) patterns: Vec<Pattern>,
    /// The first date on which none starts any more.
    pub(super) until: Option<Date>,
}

const NAMES: [(&str, Weekday); 7] = [
    ("SU", Weekday::Sun),
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
];

/// A rule of an event that starts so and lasts so long; nothing where it cannot be carried over, which is remarked.
pub(super) fn recurrence(
    at: At,
    text: &str,
    start: Moment,
    length: (i64, i64),
    report: &mut Report,
) -> Result<Option<Recurrence>, ImportError> {
    let mut parts: Vec<(String, String)> = Vec::new();
    for part in text.split(';').filter(|part| !part.is_empty()) {
        let (name, value) = part.split_once('=').ok_or_else(|| {
            at.error(
                format!("`{}` is not a part of a rule", quoted(part)),
                "a rule is made of `NAME=VALUE`, joined by `;`",
            )
        })?;
        parts.push((name.trim().to_ascii_uppercase(), value.trim().to_ascii_uppercase()));
    }
    let until = match take(&mut parts, "UNTIL") {
        Some(value) => Some(until(at, &value, start, report)?),
        None => None,
    };
    let (start_time, second) = match start {
        Moment::Date(_) => (TimeOfDay::MIDNIGHT, 0),
        Moment::Local(local, _) => {
            let second = u32::try_from(local.and_utc().timestamp().rem_euclid(DAY)).unwrap_or(0);
            (time_of(second).unwrap_or(TimeOfDay::MIDNIGHT), second)
        }
    };
    if !times_of_day(&mut parts, second) {
        report.remark(
            at,
            RemarkKind::NotCarried,
            format!("`{}` comes back within a day: the event is not carried over", quoted(text)),
            "a rule gives dates; write an event for each time of day",
        );
        return Ok(None);
    }
    write_out(&mut parts, Day::of(start.date()));
    let joined = parts.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(";");
    let rule = match Rule::parse(&joined) {
        Ok(rule) => rule,
        Err(error)
            if error.problem == RuleProblem::FinerThanADay
                || error.problem == RuleProblem::WeekNumberAlone =>
        {
            let text = format!("`{}` is not carried over: {error}", quoted(text));
            report.remark(at, RemarkKind::NotCarried, text, "write an event for each time");
            return Ok(None);
        }
        Err(error) => {
            return Err(
                at.error(format!("`{}` is no rule: {error}", quoted(text)), "see RFC 5545, section 3.3.10")
            );
        }
    };
    let long = length_of(length.0 * DAY + length.1);
    let plain = plain(&parts, Run { start: second, length: length.0 * DAY + length.1 });
    let patterns = plain.unwrap_or_else(|| vec![Pattern::Rrule { rule, start: start_time, length: long }]);
    Ok(Some(Recurrence { patterns, until }))
}

fn take(parts: &mut Vec<(String, String)>, name: &str) -> Option<String> {
    let at = parts.iter().position(|(known, _)| known == name)?;
    Some(parts.remove(at).1)
}

fn has(parts: &[(String, String)], name: &str) -> bool {
    parts.iter().any(|(known, _)| known == name)
}

/// The first date on which none starts any more: `UNTIL` is the last moment at which one may.
fn until(at: At, text: &str, start: Moment, report: &mut Report) -> Result<Date, ImportError> {
    let line = Property { at, name: "UNTIL".to_owned(), parameters: Vec::new(), value: text.to_owned() };
    let zone = match start {
        Moment::Local(_, zone) => Some(zone),
        Moment::Date(_) => None,
    };
    let zones = Zones { default: zone, ..Zones::default() };
    // A floating UNTIL is read on the event's own clock, which needs no remark.
    let last = if text.ends_with('Z') {
        zones.moment(&line, text, report)?
    } else {
        zones.moment(&line, text, &mut Report::default())?
    };
    let included = match (start, zone.map_or(last, |zone| last.in_zone(zone))) {
        (Moment::Local(first, _), Moment::Local(last, _)) => first.time() <= last.time(),
        _ => true,
    };
    let date = zone.map_or(last, |zone| last.in_zone(zone)).date();
    Ok(if included { later(date, 1) } else { date })
}

/// Takes `BYHOUR`, `BYMINUTE` and `BYSECOND` out where they only repeat the start; whether that was all they did.
fn times_of_day(parts: &mut Vec<(String, String)>, second: u32) -> bool {
    let wanted = [("BYHOUR", second / 3600), ("BYMINUTE", second / 60 % 60), ("BYSECOND", second % 60)];
    wanted.into_iter().all(|(name, own)| take(parts, name).is_none_or(|value| value.parse() == Ok(own)))
}

/// Writes out what RFC 5545 takes from the start: its weekday, its day of the month, its month.
fn write_out(parts: &mut Vec<(String, String)>, start: Day) {
    let frequency =
        parts.iter().find(|(name, _)| name == "FREQ").map(|(_, value)| value.clone()).unwrap_or_default();
    let weekday =
        usize::try_from(start.weekday).ok().and_then(|day| NAMES.get(day)).map_or("MO", |(name, _)| name);
    let names_a_day = ["BYDAY", "BYMONTHDAY", "BYYEARDAY"].iter().any(|name| has(parts, name));
    let mut add = |name: &str, value: String| parts.push((name.to_owned(), value));
    match frequency.as_str() {
        "WEEKLY" if !names_a_day => add("BYDAY", weekday.to_owned()),
        "MONTHLY" if !names_a_day => add("BYMONTHDAY", start.day.to_string()),
        "YEARLY" if !names_a_day && has(parts, "BYWEEKNO") => {
            parts.push(("BYDAY".to_owned(), weekday.to_owned()))
        }
        "YEARLY" if !names_a_day => {
            if !has(parts, "BYMONTH") {
                parts.push(("BYMONTH".to_owned(), start.month.to_string()));
            }
            parts.push(("BYMONTHDAY".to_owned(), start.day.to_string()));
        }
        _ => {}
    }
}

/// The rule as a plain recurrence, where it is one.
fn plain(parts: &[(String, String)], run: Run) -> Option<Vec<Pattern>> {
    let mut frequency = "";
    let (mut by_day, mut by_month, mut by_month_day) = (None, None, None);
    for (name, value) in parts {
        match name.as_str() {
            "FREQ" => frequency = value,
            "BYDAY" => by_day = Some(value.as_str()),
            "BYMONTH" => by_month = Some(value.as_str()),
            "BYMONTHDAY" => by_month_day = Some(value.as_str()),
            "INTERVAL" if value == "1" => {}
            // The start of the week decides nothing where every week counts.
            "WKST" => {}
            _ => return None,
        }
    }
    let start = time_of(run.start)?;
    let year: Vec<u32> = (1..=12).collect();
    let week: Vec<u32> = (0..=6).collect();
    match (frequency, by_day, by_month, by_month_day) {
        ("DAILY", None, None, None) if run.length <= DAY => weekly(&NAMES.map(|(_, day)| day), run),
        ("WEEKLY", Some(days), None, None) => {
            let days: Option<Vec<Weekday>> = days
                .split(',')
                .map(|day| NAMES.iter().find(|(name, _)| *name == day).map(|(_, day)| *day))
                .collect();
            weekly(&days?, run)
        }
        ("MONTHLY", Some(day), None, None) => {
            let (ordinal, name) = day.split_at(day.len().checked_sub(2)?);
            let (_, day) = NAMES.iter().find(|(known, _)| *known == name)?;
            let ordinal: i8 =
                ordinal.parse().ok().filter(|ordinal| (1..=4).contains(ordinal) || *ordinal == -1)?;
            let length: Length = length_of(run.length);
            Some(vec![Pattern::MonthlyWeekday { ordinal, day: *day, start, length }])
        }
        ("MONTHLY", None, None, Some("-1")) => {
            Some(DayRule::new(year, Days::new(vec![], vec![1]), week).patterns(&[run]))
        }
        ("MONTHLY", None, None, Some(day)) => {
            let day: u32 = day.parse().ok().filter(|day| *day <= 28)?;
            Some(DayRule::new(year, Days::new(vec![day], vec![]), week).patterns(&[run]))
        }
        ("YEARLY", None, Some(month), Some(day)) => {
            let (month, day) = (month.parse().ok()?, day.parse().ok()?);
            Some(DayRule::new(vec![month], Days::new(vec![day], vec![]), week).patterns(&[run]))
        }
        _ => None,
    }
}

/// Weekdays with their hours: unjoined, since a bound on dates counts starts.
fn weekly(days: &[Weekday], run: Run) -> Option<Vec<Pattern>> {
    let start = time_of(run.start)?;
    let end_second = i64::from(run.start) + run.length;
    if run.length < DAY || (run.length == DAY && run.start == 0) {
        let end = u32::try_from(end_second % DAY).ok().and_then(time_of)?;
        let end = if end == TimeOfDay::MIDNIGHT { TimeOfDay::END } else { end };
        if days.len() == 7 {
            return Some(vec![Pattern::Daily { start, end }]);
        }
        return Some(vec![Pattern::Weekdays {
            days: days.iter().copied().collect::<Weekdays>(),
            start,
            end,
        }]);
    }
    if run.length >= 7 * DAY {
        return None;
    }
    let end = u32::try_from(end_second % DAY).ok().and_then(time_of)?;
    let ahead = usize::try_from(end_second / DAY).ok()?;
    let weekly = days.iter().filter_map(|day| {
        let at = NAMES.iter().position(|(_, known)| known == day)?;
        let (_, to) = NAMES.get((at + ahead) % 7)?;
        Some(Pattern::Weekly { from: *day, start, to: *to, end })
    });
    Some(weekly.collect())
}
