//! Times as Alertmanager evaluates them: whole minutes of a wall clock (`TimeInterval.ContainsTime` of its `timeinterval`).
//!
//! What recurs is said by the wall clock of its place. What that clock cannot tell is said beside it in UTC, whose clocks never change:
//! one of the two times of an hour that clocks repeat, and the last day of a month in which they are set ahead.

use super::item;
use crate::calendar::{Elapsed, Instant, Interval, IntervalSet, Zone, year_month_day};
use crate::emit::ics::regimes;

/// How an edge between two minutes is read: Alertmanager knows whole minutes alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edges {
    /// The interval grows to whole minutes: what is restricted.
    Outward,
    /// It shrinks to them: what is permitted.
    Inward,
}

/// When something holds, and the zones whose clocks may say so.
pub(super) type Held = (IntervalSet, Vec<Zone>);

pub(super) const MINUTE: i64 = 60;
pub(super) const DAY: i64 = 24 * 60 * MINUTE;
const WEEK: i64 = 7 * DAY;

/// The items of one named interval, a line each, which hold while any of `held` does. The clocks are taken that need fewest.
pub(super) fn items(held: &[Held], edges: Edges) -> Vec<String> {
    let held: Vec<Held> = held.iter().map(|(when, zones)| (rounded(when, edges), zones.clone())).collect();
    let apart = held.iter().flat_map(|(when, zones)| fewest(when, zones));
    let mut apart: Vec<String> = apart.collect();
    let together = held.iter().fold(IntervalSet::default(), |all, (when, _)| all.union(when));
    let zones: Vec<Zone> = held.iter().flat_map(|(_, zones)| zones).copied().collect();
    let together = fewest(&together, &zones);
    if together.len() <= apart.len() {
        return together;
    }
    let mut seen = std::collections::BTreeSet::new();
    apart.retain(|item| seen.insert(item.clone()));
    apart
}

/// Everything behind an instant: to the end of its year by date, then by whole years.
pub(super) fn behind(end: Instant) -> Vec<String> {
    let year_of = |day: i64| year_month_day(Zone::UTC.date(Instant::from_unix(day * DAY))).0;
    let day = end.unix().div_euclid(DAY);
    let year = year_of(day);
    let next = (0..=366).map(|days| day + days).find(|day| year_of(*day) > year).unwrap_or(day);
    let rest = Interval::new(end, Instant::from_unix(next * DAY));
    let mut items = in_zone(&rounded(&IntervalSet::of(rest), Edges::Outward), Zone::UTC);
    items.push(item::years_from(year + 1));
    items
}

fn rounded(when: &IntervalSet, edges: Edges) -> IntervalSet {
    let up = |at: Instant| Instant::from_unix((at.unix() + MINUTE - 1).div_euclid(MINUTE) * MINUTE);
    let down = |at: Instant| Instant::from_unix(at.unix().div_euclid(MINUTE) * MINUTE);
    let rounded = when.intervals().iter().map(|interval| match edges {
        Edges::Outward => Interval::new(down(interval.start), up(interval.end)),
        Edges::Inward => Interval::new(up(interval.start), down(interval.end)),
    });
    rounded.collect()
}

/// The items by the clock that needs fewest; by UTC where none needs fewer.
fn fewest(when: &IntervalSet, zones: &[Zone]) -> Vec<String> {
    let all = std::iter::once(Zone::UTC).chain(zones.iter().copied());
    all.map(|zone| in_zone(when, zone)).min_by_key(Vec::len).unwrap_or_default()
}

fn in_zone(when: &IntervalSet, zone: Zone) -> Vec<String> {
    let (Some(first), Some(last)) = (when.intervals().first(), when.intervals().last()) else {
        return Vec::new();
    };
    let margin = Elapsed::days(8);
    let regimes = regimes(zone, Interval::new(first.start.minus(margin), last.end.plus(margin)));
    let (mut shown, mut held, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for (regime, offset) in &regimes {
        let clock = IntervalSet::of(moved(*regime, *offset));
        let there = later(&when.within(*regime), *offset);
        // Minutes of a clock that is seconds ahead begin at other instants.
        let is_told = offset % MINUTE == 0;
        let closed = if is_told { there } else { IntervalSet::default() };
        open.extend_from_slice(clock.difference(&closed).intervals());
        held.extend_from_slice(closed.intervals());
        shown.extend_from_slice(clock.intervals());
    }
    let set = |intervals: Vec<Interval>| intervals.into_iter().collect::<IntervalSet>();
    let always = set(held).difference(&set(open));
    // What the clock jumps over may be said as it was a week before: it is never read.
    let shown = set(shown);
    let skipped = shown.complement().intersection(&hull(&shown));
    let wall = always.union(&later(&always, WEEK).intersection(&skipped));
    let (mut items, unsaid) = item::items(&wall, zone);
    let said = wall.difference(&unsaid);
    let left = regimes.iter().flat_map(|(regime, offset)| {
        let left = later(&when.within(*regime), *offset).difference(&said);
        later(&left, -offset).intervals().to_vec()
    });
    let left = set(left.collect());
    if !left.is_empty() {
        items.extend(in_zone(&left, Zone::UTC));
    }
    items
}

fn hull(set: &IntervalSet) -> IntervalSet {
    let ends = set.intervals().first().zip(set.intervals().last());
    ends.map_or_else(IntervalSet::default, |(first, last)| {
        IntervalSet::of(Interval::new(first.start, last.end))
    })
}

fn later(set: &IntervalSet, seconds: i64) -> IntervalSet {
    set.intervals().iter().map(|interval| moved(*interval, seconds)).collect()
}

fn moved(interval: Interval, seconds: i64) -> Interval {
    let by = Elapsed::seconds(seconds);
    Interval::new(interval.start.plus(by), interval.end.plus(by))
}
