//! The index of many decisions: for each region, stretches of time that list what holds in them and what starts.

use super::spells::{Row, Scan, Spells, is_unbounded};
use crate::calendar::{Elapsed, Index, Instant, Interval, IntervalSet, Reader};
use crate::policy::{Id, Policy, Region, Window};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How long a stretch is.
const STRETCH: i64 = 45 * 86_400;
/// The first second that is indexed (2000-01-01T00:00Z); before it, windows are asked one by one.
const FIRST: i64 = 946_684_800;
/// So many stretches follow, some hundred years.
const STRETCHES: i64 = 812;
/// How much is kept over all regions, in entries; past it windows are asked one by one.
const MOST_HELD: usize = 4_000_000;

/// An index that is built where it is first asked.
pub(super) struct Lanes<'a> {
    policy: &'a Policy,
    scan: Scan<'a>,
    /// One for each region, or a single one where the policy declares none.
    lanes: Vec<OnceLock<Lane<'a>>>,
    held: AtomicUsize,
}

/// The windows of one region.
struct Lane<'a> {
    /// Windows with a timetable that are not `only`, in the policy's order.
    readers: Vec<(Row, Reader<'a>)>,
    /// Windows that hold always, as far as time goes.
    unbounded: Vec<Id<Window>>,
    stretches: Vec<OnceLock<Stretch>>,
}

/// What holds and what starts within a stretch of time.
struct Stretch {
    holds: Index<usize>,
    /// Positions among the readers, by when they start.
    starts: Vec<(Instant, usize)>,
}

impl<'a> Lanes<'a> {
    pub fn new(policy: &'a Policy) -> Self {
        let lanes = (0..policy.regions.len().max(1)).map(|_| OnceLock::new()).collect();
        Self { policy, scan: Scan::new(policy), lanes, held: AtomicUsize::new(0) }
    }

    fn lane(&self, region: Option<Id<Region>>) -> Option<&Lane<'a>> {
        let cell = self.lanes.get(region.map_or(0, Id::index))?;
        Some(cell.get_or_init(|| {
            let place = self.policy.place_of(region);
            let concerns = |window: &Window| {
                let regions = window.regions.as_ref();
                regions.is_none_or(|regions| region.is_none_or(|region| regions.contains(&region)))
            };
            let plain = self.scan.plain().iter().filter(|row| concerns(&self.policy.windows[row.id]));
            let (unbounded, timed): (Vec<&Row>, Vec<&Row>) =
                plain.partition(|row| is_unbounded(&self.policy.windows[row.id]));
            let reader = |row: &Row| (*row, self.policy.windows[row.id].when.read(place));
            Lane {
                readers: timed.into_iter().map(reader).collect(),
                unbounded: unbounded.into_iter().map(|row| row.id).collect(),
                stretches: (0..STRETCHES).map(|_| OnceLock::new()).collect(),
            }
        }))
    }

    /// The stretch that `at` lies in and its bounds; nothing outside of what is indexed, or where too much is held.
    fn stretch<'s>(&self, lane: &'s Lane<'a>, at: Instant) -> Option<(&'s Stretch, Interval)> {
        let number = (at.unix() - FIRST).div_euclid(STRETCH);
        let cell = lane.stretches.get(usize::try_from(number).ok()?)?;
        let start = Instant::from_unix(FIRST + number * STRETCH);
        let within = Interval::new(start, start.plus(Elapsed::seconds(STRETCH)));
        if cell.get().is_none() && self.held.load(Ordering::Relaxed) > MOST_HELD {
            return None;
        }
        let stretch = cell.get_or_init(|| {
            let stretch = Stretch::of(lane, within);
            self.held.fetch_add(stretch.holds.size() + stretch.starts.len(), Ordering::Relaxed);
            stretch
        });
        Some((stretch, within))
    }
}

impl Stretch {
    fn of(lane: &Lane<'_>, within: Interval) -> Self {
        // A second more to either side tells what begins or ends at the bounds from what goes on across them.
        let second = Elapsed::seconds(1);
        let around = Interval::new(within.start.minus(second), within.end.plus(second));
        let sets: Vec<(usize, IntervalSet)> = (0..)
            .zip(&lane.readers)
            .filter(|(_, (row, _))| row.may_overlap(around))
            .map(|(position, (_, reader))| {
                let occurrences = reader.occurrences(around).into_iter();
                (position, occurrences.map(|occurrence| occurrence.interval).collect())
            })
            .collect();
        let mut starts: Vec<(Instant, usize)> = sets
            .iter()
            .flat_map(|(position, set)| set.intervals().iter().map(|held| (held.start, *position)))
            .filter(|(start, _)| within.contains(*start))
            .collect();
        starts.sort_unstable();
        Self { holds: Index::new(within, sets.iter().map(|(position, set)| (*position, set))), starts }
    }
}

impl Spells for Lanes<'_> {
    fn active(
        &self,
        region: Option<Id<Region>>,
        at: Instant,
        wanted: &dyn Fn(Id<Window>) -> bool,
    ) -> Vec<(Id<Window>, Interval)> {
        let Some(lane) = self.lane(region) else { return Vec::new() };
        let Some((stretch, within)) = self.stretch(lane, at) else {
            return self.scan.active(region, at, wanted);
        };
        let held = stretch.holds.active_at(at).filter_map(|(position, held)| {
            let (row, reader) = lane.readers.get(position)?;
            if !wanted(row.id) {
                return None;
            }
            let is_cut = held.start <= within.start || held.end >= within.end;
            let whole = if is_cut { reader.at(at)? } else { held };
            Some((row.id, whole))
        });
        let always = lane.unbounded.iter().filter(|&&id| wanted(id)).map(|&id| (id, Interval::ALWAYS));
        let mut active: Vec<_> = held.chain(always).collect();
        active.sort_unstable_by_key(|(id, _)| *id);
        active
    }

    fn next_start(
        &self,
        region: Option<Id<Region>>,
        at: Instant,
        limit: Instant,
        wanted: &dyn Fn(Id<Window>) -> bool,
    ) -> Instant {
        let Some(lane) = self.lane(region) else { return limit };
        let mut from = at;
        while from < limit {
            let Some((stretch, within)) = self.stretch(lane, from) else {
                // What starts at `from` itself was not looked at unless that is where the search began.
                let behind = if from == at { at } else { from.minus(Elapsed::seconds(1)) };
                return self.scan.next_start(region, behind, limit, wanted);
            };
            let first = stretch.starts.partition_point(|(start, _)| *start <= at);
            let ahead = stretch.starts.get(first..).unwrap_or_default().iter();
            let found = ahead
                .take_while(|(start, _)| *start < limit)
                .find(|(_, position)| lane.readers.get(*position).is_some_and(|(row, _)| wanted(row.id)));
            if let Some((start, _)) = found {
                return *start;
            }
            from = within.end;
        }
        limit
    }

    fn at(&self, window: Id<Window>, region: Option<Id<Region>>, at: Instant) -> Option<Interval> {
        self.scan.at(window, region, at)
    }

    fn next_change(&self, window: Id<Window>, region: Option<Id<Region>>, at: Instant) -> Instant {
        self.scan.next_change(window, region, at)
    }

    fn only(&self) -> &[Id<Window>] {
        self.scan.only()
    }

    fn vendors(&self) -> &[Id<Window>] {
        self.scan.vendors()
    }

    fn following(&self) -> &[Id<Window>] {
        self.scan.following()
    }
}
