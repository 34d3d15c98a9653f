//! Closed times as cron schedules with durations, the way Argo CD reads them.
//!
//! Argo CD adds the offset that its zone has now to the time that it is now, and looks on that wall clock whether the schedule came up
//! less than the duration ago, strictly (`SyncWindow.active` of its API types). So a window begins one instant late: each begins a
//! minute early here. And a change of clocks within a window shortens or lengthens it: the wall clock between two changes is a regime
//! of its own, and what the schedules leave open in any of them is written out as dates.

use crate::calendar::{Elapsed, Instant, Interval, IntervalSet, Zone};
use crate::emit::ics::regimes;
use std::collections::{BTreeMap, BTreeSet};

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
const WEEK: i64 = 7 * DAY;
/// What comes so many times is looked at as weekly.
const SEVERAL: i64 = 3;
/// What comes at the beginning and the end of the horizon does so within these many days of them.
const NEAR: Elapsed = Elapsed::days(31);

/// One schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schedule {
    /// Five fields of cron.
    pub cron: String,
    /// How long it holds, in minutes.
    pub minutes: i64,
    /// The zone it is read in.
    pub zone: Zone,
    /// Where it is of single dates: the end of the last of them. It comes back every year.
    pub expires: Option<Instant>,
}

/// Schedules that together are active whenever something is closed within the horizon; the zone that needs fewest is taken.
pub(super) fn plan(closed: &IntervalSet, zones: &[Zone], horizon: Interval) -> Vec<Schedule> {
    let plans = zones.iter().map(|zone| in_zone(closed, *zone, horizon));
    plans.min_by_key(Vec::len).unwrap_or_default()
}

/// A time of the week on the wall clock: minutes since its day began, and how many it lasts.
type Slot = (i64, i64);

fn in_zone(closed: &IntervalSet, zone: Zone, horizon: Interval) -> Vec<Schedule> {
    let regimes = regimes(zone, horizon);
    let mut starts: BTreeMap<(Slot, i64), Vec<i64>> = BTreeMap::new();
    for interval in closed.intervals() {
        let (start, end) = wall(*interval, zone, &regimes);
        let slot = (start.rem_euclid(DAY) / MINUTE, (end - start) / MINUTE);
        starts.entry((slot, weekday(start))).or_default().push(start);
    }
    starts.retain(|_, starts| is_weekly(starts, zone, horizon));
    let mut weekly: BTreeMap<Slot, BTreeSet<i64>> = BTreeMap::new();
    for (slot, day) in starts.keys() {
        weekly.entry(*slot).or_default().insert(*day);
    }
    let mut schedules = Vec::new();
    let mut covered = IntervalSet::default();
    for ((minute, minutes), days) in weekly {
        covered = covered.union(&active((minute, minutes), &days, &regimes));
        let days: Vec<String> = days.iter().map(ToString::to_string).collect();
        let cron = format!("{} {} * * {}", minute % 60, minute / 60, days.join(","));
        schedules.push(Schedule { cron, minutes, zone, expires: None });
    }
    schedules.extend(dated(&closed.difference(&covered)));
    schedules
}

/// Whether what starts at these times, a week apart or several, does so in most weeks of the horizon.
fn is_weekly(starts: &[i64], zone: Zone, horizon: Interval) -> bool {
    let (Some(first), Some(last)) = (starts.first(), starts.last()) else { return false };
    let count = i64::try_from(starts.len()).unwrap_or(i64::MAX);
    let weeks = (last - first) / WEEK + 1;
    let wall = |at: Instant| at.unix() + zone.offset(at).as_seconds();
    let whole = wall(horizon.start.plus(NEAR)) > *first && wall(horizon.end.minus(NEAR)) < *last;
    whole && count >= SEVERAL && count * 4 >= weeks * 3
}

/// The wall clock's first and last reading within an interval, in whole minutes; the first one earlier, for it does not count.
fn wall(interval: Interval, zone: Zone, regimes: &[(Interval, i64)]) -> (i64, i64) {
    let parts = regimes.iter().map(|(regime, offset)| (regime.intersect(interval), *offset));
    let parts = parts.filter(|(part, _)| !part.is_empty());
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    for (part, offset) in parts {
        first = first.min(part.start.unix() + offset);
        last = last.max(part.end.unix() + offset);
    }
    if first > last {
        first = interval.start.unix() + zone.offset(interval.start).as_seconds();
        last = first + interval.length().as_seconds();
    }
    ((first - 1).div_euclid(MINUTE) * MINUTE, (last + MINUTE - 1).div_euclid(MINUTE) * MINUTE)
}

/// Days since Sunday.
fn weekday(wall: i64) -> i64 {
    // The first of January 1970 was a Thursday.
    (wall.div_euclid(DAY) + 4).rem_euclid(7)
}

/// When Argo CD would find a slot of some weekdays active.
fn active((minute, minutes): Slot, days: &BTreeSet<i64>, regimes: &[(Interval, i64)]) -> IntervalSet {
    let length = minutes * MINUTE;
    let mut found = Vec::new();
    for (regime, offset) in regimes {
        let from = (regime.start.unix() + offset - length).div_euclid(DAY);
        let until = (regime.end.unix() + offset).div_euclid(DAY);
        for day in from..=until {
            if days.contains(&weekday(day * DAY)) {
                let start = day * DAY + minute * MINUTE - offset;
                let held = Interval::new(Instant::from_unix(start + 1), Instant::from_unix(start + length));
                found.push(held.intersect(*regime));
            }
        }
    }
    found.into_iter().collect()
}

/// Each interval by its date, in UTC, whose clocks never change; the same date of several years is one schedule.
fn dated(closed: &IntervalSet) -> Vec<Schedule> {
    let mut found: BTreeMap<(String, i64), Instant> = BTreeMap::new();
    for interval in closed.intervals() {
        let (start, end) = wall(*interval, Zone::UTC, &[(*interval, 0)]);
        // `2025-11-27T05:00:00Z`
        let text = Instant::from_unix(start).to_string();
        let field = |at: usize| text.get(at..at + 2).unwrap_or_default().trim_start_matches('0');
        let or_zero = |text: &str| if text.is_empty() { "0".to_owned() } else { text.to_owned() };
        let cron = format!("{} {} {} {} *", or_zero(field(14)), or_zero(field(11)), field(8), field(5));
        let until = found.entry((cron, (end - start) / MINUTE)).or_insert(interval.end);
        *until = interval.end.max(*until);
    }
    let schedule =
        |((cron, minutes), expires)| Schedule { cron, minutes, zone: Zone::UTC, expires: Some(expires) };
    found.into_iter().map(schedule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Length, Pattern, Place, Rounding, TimeOfDay, Timetable, Weekday, Weekdays};

    fn time(hour: u32) -> TimeOfDay {
        TimeOfDay::new(hour, 0, 0).unwrap()
    }

    fn horizon() -> Interval {
        Interval::new(
            Instant::parse("2026-01-01T00:00Z").unwrap(),
            Instant::parse("2028-01-01T00:00Z").unwrap(),
        )
    }

    fn closed(pattern: Pattern, zone: Zone) -> IntervalSet {
        let place = Place {
            zone,
            weekend: Weekdays::SATURDAY_SUNDAY,
            holidays: Vec::new(),
            extra_workdays: BTreeSet::new(),
        };
        Timetable { patterns: vec![pattern], ..Timetable::never(Rounding::Outward) }.active(&place, horizon())
    }

    #[test]
    fn what_the_wall_clock_bounds_is_one_schedule_across_changes_of_clocks() {
        for name in ["Europe/Dublin", "America/New_York", "Australia/Lord_Howe"] {
            let zone = Zone::parse(name).unwrap();
            let weekend =
                Pattern::Weekly { from: Weekday::Fri, start: time(18), to: Weekday::Mon, end: time(8) };
            let planned = plan(&closed(weekend, zone), &[Zone::UTC, zone], horizon());
            let weekly: Vec<&Schedule> =
                planned.iter().filter(|schedule| schedule.expires.is_none()).collect();
            assert_eq!(weekly.len(), 1, "{name}: {planned:?}");
            assert_eq!((weekly[0].cron.as_str(), weekly[0].minutes), ("59 17 * * 5", 62 * 60 + 1));
            // The horizon cuts a weekend at each of its ends.
            assert!(planned.len() <= 3, "{name}: {planned:?}");
        }
    }

    #[test]
    fn what_begins_or_lasts_across_a_change_of_clocks_is_covered_to_the_second() {
        for name in ["Europe/Dublin", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe"] {
            let zone = Zone::parse(name).unwrap();
            let night = Pattern::Daily { start: TimeOfDay::new(1, 30, 0).unwrap(), end: time(3) };
            let length = Length { days: 0, elapsed: Elapsed::hours(36) };
            let first = Pattern::MonthlyDay { day: -1, start: TimeOfDay::MIDNIGHT, length };
            for pattern in [night, first] {
                let closed = closed(pattern, zone);
                let regimes = regimes(zone, horizon());
                let planned = in_zone(&closed, zone, horizon());
                let mut covered = IntervalSet::default();
                for schedule in planned.iter().filter(|schedule| schedule.expires.is_none()) {
                    let fields: Vec<&str> = schedule.cron.split(' ').collect();
                    let minute = fields[0].parse::<i64>().unwrap() + 60 * fields[1].parse::<i64>().unwrap();
                    let days: BTreeSet<i64> = fields[4].split(',').map(|day| day.parse().unwrap()).collect();
                    covered = covered.union(&active((minute, schedule.minutes), &days, &regimes));
                }
                let left = closed.difference(&covered);
                let dates = planned.iter().filter(|schedule| schedule.expires.is_some()).count();
                assert!(dates <= left.intervals().len(), "{name}: each date stands for something");
                assert_eq!(dates == 0, left.is_empty(), "{name}: nothing is left open");
            }
        }
    }
}
