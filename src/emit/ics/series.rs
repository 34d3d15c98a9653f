//! Occurrences as events: one recurring event where a rule of RFC 5545 says exactly the same, dated events for the rest.
//!
//! Readers disagree on clock changes: what a skipped or repeated local time means, and whether a duration is counted in
//! hours or by the clock on the wall. So only occurrences on which all readings agree stay in the rule; the others
//! are excepted (`EXDATE`) and written as events of their own, in UTC.

use crate::calendar::{
    Date, Interval, LocalDateTime, LocalReading, Occurrence, Pattern, Place, Timetable, Weekday, Weekdays,
    Zone,
};
use std::collections::{BTreeMap, BTreeSet};

/// A recurring event is worth its rule from so many occurrences on.
const WORTH_A_RULE: usize = 3;

/// When events are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum When {
    /// Once.
    Dated(Interval),
    /// By a rule, in local time.
    Recurring {
        /// The zone of the local times.
        zone: Zone,
        /// The first start.
        start: LocalDateTime,
        /// The first end.
        end: LocalDateTime,
        /// The rule, `UNTIL` left out.
        rule: String,
        /// The last start.
        last: Interval,
        /// Starts that the rule gives and the timetable does not.
        except: Vec<LocalDateTime>,
    },
}

/// The occurrences of one timetable within `horizon`, as few events as exactness allows.
pub(super) fn events(timetable: &Timetable, place: &Place, horizon: Interval) -> Vec<When> {
    let mut found = Vec::new();
    for pattern in &timetable.patterns {
        let alone = Timetable { patterns: vec![pattern.clone()], ..timetable.clone() };
        let occurrences = alone.occurrences(place, horizon);
        let zone = timetable.zone.unwrap_or(place.zone);
        let rule = rule(pattern, place);
        let (series, rest) = match rule {
            Some((rule, shadow)) => series(&alone, rule, shadow, zone, &occurrences),
            None => (None, occurrences),
        };
        found.extend(series);
        found.extend(rest.iter().map(|occurrence| When::Dated(occurrence.interval)));
    }
    found
}

/// The rule that gives a pattern's dates where no clock changes, and the pattern whose dates it gives.
fn rule(pattern: &Pattern, place: &Place) -> Option<(String, Pattern)> {
    let rule = match pattern {
        Pattern::Daily { .. } => "FREQ=DAILY".to_owned(),
        Pattern::Weekly { from, .. } => format!("FREQ=WEEKLY;BYDAY={}", day(*from)),
        Pattern::Weekdays { days, .. } => weekly(*days)?,
        Pattern::Workdays { start, end } => {
            let days: Weekdays = WEEK.into_iter().filter(|day| !place.weekend.contains(*day)).collect();
            return Some((weekly(days)?, Pattern::Weekdays { days, start: *start, end: *end }));
        }
        Pattern::MonthlyWeekday { ordinal, day: weekday, .. } => {
            format!("FREQ=MONTHLY;BYDAY={ordinal}{}", day(*weekday))
        }
        Pattern::MonthlyDay { day, .. } => format!("FREQ=MONTHLY;BYMONTHDAY={day}"),
        Pattern::Yearly { start, .. } => {
            format!("FREQ=YEARLY;BYMONTH={};BYMONTHDAY={}", start.month, start.day)
        }
        Pattern::Rrule { rule, .. } => bare(rule.text())?,
        _ => return None,
    };
    Some((rule, pattern.clone()))
}

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

fn weekly(days: Weekdays) -> Option<String> {
    let names: Vec<&str> = WEEK.into_iter().filter(|day| days.contains(*day)).map(day).collect();
    (!names.is_empty()).then(|| format!("FREQ=WEEKLY;BYDAY={}", names.join(",")))
}

/// A written rule without `UNTIL`, which is set anew; one with `COUNT` depends on a start that may lie before the
/// horizon.
fn bare(rule: &str) -> Option<String> {
    let parts: Vec<String> = rule.split(';').map(|part| part.trim().to_ascii_uppercase()).collect();
    let has = |name: &str| parts.iter().any(|part| part.starts_with(name));
    (!has("COUNT=")).then(|| {
        parts.iter().filter(|part| !part.starts_with("UNTIL=")).cloned().collect::<Vec<_>>().join(";")
    })
}

/// One recurring event, if enough occurrences fit it, and the occurrences that do not.
fn series(
    alone: &Timetable,
    rule: String,
    shadow: Pattern,
    zone: Zone,
    occurrences: &[Occurrence],
) -> (Option<When>, Vec<Occurrence>) {
    let rest = || (None, occurrences.to_vec());
    let (Some(first), Some(last)) = (occurrences.first(), occurrences.last()) else { return rest() };
    let nominal = nominal(alone, shadow, first, last);
    let Some(length) = occurrences.iter().find_map(|one| nominal.get(&one.date)).map(|one| one.length())
    else {
        return rest();
    };
    let regular = |one: &&Occurrence| {
        nominal.get(&one.date).is_some_and(|read| {
            let (start, end) = (read.start.utc().naive_utc(), read.end.utc().naive_utc());
            read.length() == length
                && one.interval.length() == length
                && zone.reading(start) == LocalReading::Once(one.interval.start)
                && zone.reading(end) == LocalReading::Once(one.interval.end)
        })
    };
    let fitting: BTreeMap<Date, Interval> =
        occurrences.iter().filter(regular).map(|one| (one.date, one.interval)).collect();
    let ends = (fitting.first_key_value(), fitting.last_key_value());
    let (Some((&first_date, &first)), Some((&last_date, &last))) = ends else { return rest() };
    if fitting.len() < WORTH_A_RULE {
        return rest();
    }
    let except = nominal
        .range(first_date..=last_date)
        .filter(|(date, _)| !fitting.contains_key(date))
        .map(|(_, read)| read.start.utc().naive_utc())
        .collect();
    let recurring = When::Recurring {
        zone,
        start: zone.local(first.start),
        end: zone.local(first.end),
        rule,
        last,
        except,
    };
    let left =
        occurrences.iter().filter(|one| fitting.get(&one.date) != Some(&one.interval)).copied().collect();
    (Some(recurring), left)
}

/// What the rule gives by date, read where no clock ever changes.
fn nominal(
    alone: &Timetable,
    shadow: Pattern,
    first: &Occurrence,
    last: &Occurrence,
) -> BTreeMap<Date, Interval> {
    let read =
        Timetable { patterns: vec![shadow], zone: Some(Zone::UTC), except: BTreeSet::new(), ..alone.clone() };
    let margin = crate::calendar::Elapsed::days(2);
    let span = Interval::new(first.interval.start.minus(margin), last.interval.end.plus(margin));
    let utc = super::super::freeze::utc();
    read.occurrences(&utc, span).into_iter().map(|one| (one.date, one.interval)).collect()
}

fn day(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "MO",
        Weekday::Tue => "TU",
        Weekday::Wed => "WE",
        Weekday::Thu => "TH",
        Weekday::Fri => "FR",
        Weekday::Sat => "SA",
        Weekday::Sun => "SU",
    }
}
