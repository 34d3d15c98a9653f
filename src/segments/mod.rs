//! Time cut into segments within which nothing changes: the engine under every question that asks about all instants
//! of a horizon. A decision that depends on time only by which sets hold need be taken once in each segment.

mod contradiction;
mod core;
mod line;
mod possible;
mod rational;
pub mod space;
#[cfg(test)]
mod tests;

pub use contradiction::{Part, parts, smallest_contradiction};
pub use core::minimal_causes;
pub use possible::{Claim, Possible, can_be, can_meet, leaves_gap};

use crate::calendar::{Instant, Interval, IntervalSet};
use std::collections::BTreeSet;

/// A longest stretch of time in which the same sets hold throughout, with what changed at its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment<K> {
    /// The stretch.
    pub interval: Interval,
    /// What begins to hold with it; in the first segment, all that holds.
    pub begun: Vec<K>,
    /// What held in the segment before and no longer does.
    pub ended: Vec<K>,
}

/// The segments of a horizon, in order and without a gap.
#[derive(Debug)]
pub struct Segments<K> {
    within: Interval,
    at: Instant,
    changes: std::iter::Peekable<std::vec::IntoIter<Change<K>>>,
}

/// One key at one edge of its set. Ends sort before beginnings, so that touching sets are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change<K> {
    at: Instant,
    begins: bool,
    key: K,
}

/// Cuts `within` where any of the sets begins or ends, in O(n log n) of their intervals there.
pub fn segments<'a, K: Copy + Ord>(
    within: Interval,
    sets: impl IntoIterator<Item = (K, &'a IntervalSet)>,
) -> Segments<K> {
    let mut changes = Vec::new();
    for (key, set) in sets {
        let behind = set.intervals().partition_point(|interval| interval.end <= within.start);
        for interval in set.intervals().iter().skip(behind).take_while(|held| held.start < within.end) {
            let held = interval.intersect(within);
            changes.push(Change { at: held.start, begins: true, key });
            changes.push(Change { at: held.end, begins: false, key });
        }
    }
    changes.sort_unstable();
    Segments { within, at: within.start, changes: changes.into_iter().peekable() }
}

/// Calls `each` with every segment of `within` and all that holds in it.
pub fn for_each<'a, K: Copy + Ord>(
    within: Interval,
    sets: impl IntoIterator<Item = (K, &'a IntervalSet)>,
    mut each: impl FnMut(Interval, &BTreeSet<K>),
) {
    let mut held = BTreeSet::new();
    for segment in segments(within, sets) {
        for key in &segment.ended {
            held.remove(key);
        }
        held.extend(segment.begun);
        each(segment.interval, &held);
    }
}

impl<K: Copy + Ord> Iterator for Segments<K> {
    type Item = Segment<K>;

    fn next(&mut self) -> Option<Segment<K>> {
        let start = self.at;
        if start >= self.within.end {
            return None;
        }
        let (mut begun, mut ended) = (Vec::new(), Vec::new());
        while let Some(change) = self.changes.next_if(|change| change.at <= start) {
            if change.begins {
                begun.push(change.key);
            } else {
                ended.push(change.key);
            }
        }
        self.at = self.changes.peek().map_or(self.within.end, |change| change.at);
        Some(Segment { interval: Interval::new(start, self.at), begun, ended })
    }
}
