//! Intervals as Alertmanager writes them: years, months, days and minutes of UTC, in which no day runs into the next.

use crate::calendar::{Instant, Interval, IntervalSet, Zone};
use crate::emit::escape;
use std::collections::BTreeMap;

/// How an edge between two minutes is read: Alertmanager knows whole minutes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// The interval grows to whole minutes: what is restricted.
    Outward,
    /// It shrinks to them: what is permitted.
    Inward,
}

/// Minutes of a day, and the days of a month they hold on.
type Pieces = BTreeMap<(i32, u32, i64, i64), Vec<u32>>;

const DAY: i64 = 86_400;

/// The items of one named interval, a line each; `beyond` closes everything behind an instant.
pub(super) fn items(when: &IntervalSet, edges: Edges, beyond: Option<Instant>) -> Vec<String> {
    let mut pieces = Pieces::new();
    for interval in when.intervals() {
        add(&mut pieces, *interval, edges);
    }
    let mut lines = Vec::new();
    let mut years = None;
    if let Some(end) = beyond {
        // To the end of its year by date, then by whole years.
        let year = day_of(end.unix().div_euclid(DAY)).0;
        let next = (0..=366).map(|days| end.unix().div_euclid(DAY) + days).find(|day| day_of(*day).0 > year);
        let next = next.unwrap_or_default() * DAY;
        add(&mut pieces, Interval::new(end, Instant::from_unix(next)), Edges::Outward);
        years = Some(format!("{{years: [{}]}}", escape::yaml(&format!("{}:9999", year + 1))));
    }
    for ((year, month, start, end), days) in pieces {
        let times = match (start, end) {
            (0, 1440) => String::new(),
            _ => format!("times: [{{start_time: {}, end_time: {}}}], ", clock(start), clock(end)),
        };
        let days: Vec<String> = runs(&days).into_iter().map(|run| escape::yaml(&run)).collect();
        lines.push(format!(
            "{{{times}days_of_month: [{}], months: [\"{month}\"], years: [\"{year}\"]}}",
            days.join(", ")
        ));
    }
    lines.extend(years);
    lines
}

/// Splits an interval at midnight.
fn add(pieces: &mut Pieces, interval: Interval, edges: Edges) {
    let (start, end) = (interval.start.unix(), interval.end.unix());
    let up = |second: i64| (second + 59).div_euclid(60);
    let down = |second: i64| second.div_euclid(60);
    let (mut minute, end) = match edges {
        Edges::Outward => (down(start), up(end)),
        Edges::Inward => (up(start), down(end)),
    };
    while minute < end {
        let midnight = (minute.div_euclid(1440) + 1) * 1440;
        let stop = end.min(midnight);
        let (year, month, day) = day_of(minute.div_euclid(1440));
        let of_day = minute.rem_euclid(1440);
        let days = pieces.entry((year, month, of_day, of_day + stop - minute)).or_default();
        if days.last() != Some(&day) {
            days.push(day);
        }
        minute = stop;
    }
}

/// Year, month and day of a day since 1970.
fn day_of(day: i64) -> (i32, u32, u32) {
    let date = Zone::UTC.date(Instant::from_unix(day * DAY)).to_string();
    let mut parts = date.split('-').map(|part| part.parse().unwrap_or_default());
    let mut next = || parts.next().unwrap_or_default();
    let (year, month, day): (u32, u32, u32) = (next(), next(), next());
    (i32::try_from(year).unwrap_or_default(), month, day)
}

fn clock(minute: i64) -> String {
    escape::yaml(&format!("{:02}:{:02}", minute / 60, minute % 60))
}

/// Days in a row as ranges: `3:5`.
fn runs(days: &[u32]) -> Vec<String> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for day in days {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *day => *last = *day,
            _ => runs.push((*day, *day)),
        }
    }
    runs.into_iter()
        .map(|(first, last)| if first == last { first.to_string() } else { format!("{first}:{last}") })
        .collect()
}
