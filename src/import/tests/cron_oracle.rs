//! Schedules against a naive evaluator that knows only the text and walks minute by minute.

use crate::calendar::{
    DateSpan, Elapsed, Instant, Interval, IntervalSet, Place, Rounding, Timetable, Weekdays, Zone,
};
use crate::import::argo_duration;
use crate::import::cron::{Cron, Dialect};
use crate::import::day_rule::runs;
use crate::import::pairs::pair;
use crate::support::law;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The values of one field, by the text alone.
fn values(text: &str, low: u32, high: u32, names: &[&str]) -> BTreeSet<u32> {
    let number = |word: &str| match names.iter().position(|name| *name == word) {
        Some(at) => u32::try_from(at).unwrap() + low,
        None => word.parse().unwrap(),
    };
    let mut all = BTreeSet::new();
    for part in text.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let (first, last) = match range.split_once('-') {
            Some((first, last)) => (number(first), number(last)),
            None if range == "*" => (low, high),
            None => (number(range), if step.is_some() { high } else { number(range) }),
        };
        let step: usize = step.map_or(1, |step| step.parse().unwrap());
        all.extend((first..=last).step_by(step));
    }
    all
}

/// When a schedule fires, by walking over every minute.
pub(super) fn fires(cron: &str, within: Interval) -> Vec<Instant> {
    let fields: Vec<&str> = cron.split(' ').collect();
    let minutes = values(fields[0], 0, 59, &[]);
    let hours = values(fields[1], 0, 23, &[]);
    let doms = values(fields[2], 1, 31, &[]);
    let months = values(
        fields[3],
        1,
        12,
        &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    );
    let dows = values(fields[4], 0, 6, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]);
    let star = |text: &str| text.split(',').any(|part| part == "*" || part == "*/1");
    let mut found = Vec::new();
    let mut midnight = within.start.minus(Elapsed::seconds(within.start.unix().rem_euclid(86_400)));
    while midnight < within.end {
        let date = Zone::UTC.date(midnight);
        let part = |format: &str| date.format(format).to_string().parse::<u32>().unwrap();
        let (dom, dow) = (doms.contains(&part("%d")), dows.contains(&part("%w")));
        let day = if star(fields[2]) || star(fields[4]) { dom && dow } else { dom || dow };
        if day && months.contains(&part("%m")) {
            let minutes = (0..1440_u32)
                .filter(|of_day| hours.contains(&(of_day / 60)) && minutes.contains(&(of_day % 60)));
            found.extend(minutes.map(|of_day| midnight.plus(Elapsed::minutes(i64::from(of_day)))));
        }
        midnight = midnight.plus(Elapsed::days(1));
    }
    found.retain(|at| within.contains(*at));
    found
}

pub(super) fn utc() -> Place {
    Place {
        zone: Zone::UTC,
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    }
}

pub(super) fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn field(low: u32, high: u32, names: &'static [&'static str]) -> impl Strategy<Value = String> {
    let value = (low..=high).prop_map(move |value| match names.get((value - low) as usize) {
        Some(name) if value % 2 == 0 => (*name).to_owned(),
        _ => value.to_string(),
    });
    let range = (low..=high, low..=high).prop_map(|(a, b)| format!("{}-{}", a.min(b), a.max(b)));
    prop_oneof![
        4 => Just("*".to_owned()),
        4 => value.clone(),
        2 => range.clone(),
        1 => (range, 1..5_u32).prop_map(|(range, step)| format!("{range}/{step}")),
        1 => (1..10_u32).prop_map(|step| format!("*/{step}")),
        2 => prop::collection::vec(value, 1..4).prop_map(|values| values.join(",")),
    ]
}

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const WEEKDAYS: &[&str] = &["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

pub(super) fn schedule() -> impl Strategy<Value = String> {
    let sparse = prop_oneof![3 => Just("0".to_owned()), 1 => field(0, 59, &[])];
    (sparse, field(0, 23, &[]), field(1, 31, &[]), field(1, 12, MONTHS), field(0, 6, WEEKDAYS))
        .prop_map(|(minute, hour, dom, month, dow)| format!("{minute} {hour} {dom} {month} {dow}"))
}

proptest! {
    #![proptest_config(law(100))]

    #[test]
    fn a_schedule_with_a_duration_holds_when_the_naive_walk_says(
        cron in schedule(),
        minutes in prop_oneof![1..200_i64, 200..12_000_i64, Just(1440), Just(2880)],
        start in 0..2000_i64,
    ) {
        let length = argo_duration::seconds(&format!("{minutes}m")).unwrap();
        let from = instant("2023-01-01T00:00Z").plus(Elapsed::days(start));
        let within = Interval::new(from, from.plus(Elapsed::days(40)));
        let before = Interval::new(from.minus(Elapsed::seconds(length)), within.end);
        let expected: IntervalSet = fires(&cron, before)
            .into_iter()
            .map(|at| Interval::new(at, at.plus(Elapsed::seconds(length))).intersect(within))
            .collect();
        let read = Cron::parse(&cron, Dialect::Argo).unwrap();
        let runs = runs(&read.times, length);
        let patterns = read.days.iter().flat_map(|days| days.patterns(&runs)).collect();
        let timetable = Timetable { patterns, ..Timetable::never(Rounding::Outward) };
        prop_assert_eq!(timetable.active(&utc(), within), expected, "{} for {}m", cron, minutes);
    }
}

proptest! {
    #![proptest_config(law(16))]

    #[test]
    fn a_pair_of_schedules_holds_from_each_start_to_the_next_end(
        start in schedule(),
        end in schedule(),
        day in 0..700_i64,
    ) {
        let from = instant("2024-01-01T00:00Z").plus(Elapsed::days(day));
        let within = Interval::new(from, from.plus(Elapsed::days(60)));
        let margin = Elapsed::days(420);
        let (starts, ends) = (
            fires(&start, Interval::new(from.minus(margin), within.end)),
            fires(&end, Interval::new(from.minus(margin), within.end.plus(margin))),
        );
        let read = |text: &str| Cron::parse(text, Dialect::GitLab).unwrap();
        let year = |year: i32| crate::import::days::first_of(year);
        let paired = pair(&read(&start), &read(&end), DateSpan { first: year(2020), last: year(2030) });
        prop_assume!(paired.is_ok());
        let paired = paired.unwrap();
        prop_assume!(paired.longest.is_none_or(|longest| longest < 400 * 86_400));
        let expected: IntervalSet = starts
            .iter()
            .filter_map(|start| ends.iter().find(|end| *end > start).map(|end| Interval::new(*start, *end).intersect(within)))
            .collect();
        let patterns = paired.patterns.clone();
        let timetable = Timetable { patterns, zone: Some(Zone::UTC), ..Timetable::never(Rounding::Outward) };
        prop_assert_eq!(timetable.active(&utc(), within), expected, "{} to {}: {:?}", start, end, paired);
    }
}

#[test]
fn the_47_hour_freeze() {
    let read = Cron::parse("0 * 15 JAN *", Dialect::Argo).unwrap();
    let runs = runs(&read.times, 86_400);
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0].length, 47 * 3600);
    let patterns = read.days.iter().flat_map(|days| days.patterns(&runs)).collect();
    let timetable = Timetable { patterns, ..Timetable::never(Rounding::Outward) };
    let year = Interval::new(instant("2025-01-01T00:00Z"), instant("2026-01-01T00:00Z"));
    let held = timetable.active(&utc(), year);
    assert_eq!(held.intervals(), [Interval::new(instant("2025-01-15T00:00Z"), instant("2025-01-16T23:00Z"))]);
}
