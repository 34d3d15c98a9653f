//! Half-open intervals and sets of them.

use super::{Elapsed, Instant};
use serde::{Deserialize, Serialize};

/// `start .. end`: the start belongs to it, the end does not. Never empty in an [`IntervalSet`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Interval {
    /// Its first second.
    pub start: Instant,
    /// The first second behind it; [`Instant::MAX`] where it never ends.
    pub end: Instant,
}

impl Interval {
    /// All of time.
    pub const ALWAYS: Self = Self { start: Instant::MIN, end: Instant::MAX };

    /// `start .. end`.
    pub fn new(start: Instant, end: Instant) -> Self {
        Self { start, end }
    }

    /// Whether it holds no second.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether `at` lies in it.
    pub fn contains(self, at: Instant) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether the two share a second.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// What the two share; empty where they share nothing.
    #[must_use]
    pub fn intersect(self, other: Self) -> Self {
        Self { start: self.start.max(other.start), end: self.end.min(other.end) }
    }

    /// How long it lasts.
    pub fn length(self) -> Elapsed {
        self.end.since(self.start)
    }
}

/// Intervals in order, none empty, none touching the next: one form for one set of seconds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntervalSet(Vec<Interval>);

impl IntervalSet {
    /// The members, in order.
    pub fn intervals(&self) -> &[Interval] {
        &self.0
    }

    /// Whether it holds no second.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The member that holds `at`, in O(log n).
    pub fn at(&self, at: Instant) -> Option<Interval> {
        let behind = self.0.partition_point(|interval| interval.start <= at);
        self.0.get(behind.checked_sub(1)?).copied().filter(|interval| interval.contains(at))
    }

    /// The first member that starts behind `at`.
    pub fn next_after(&self, at: Instant) -> Option<Interval> {
        self.0.get(self.0.partition_point(|interval| interval.start <= at)).copied()
    }
}

impl IntervalSet {
    /// From intervals ordered by their starts: drops the empty, merges what overlaps or touches.
    pub(super) fn from_ordered(intervals: impl IntoIterator<Item = Interval>) -> Self {
        let mut merged: Vec<Interval> = Vec::new();
        for next in intervals.into_iter().filter(|interval| !interval.is_empty()) {
            match merged.last_mut() {
                Some(last) if next.start <= last.end => last.end = last.end.max(next.end),
                _ => merged.push(next),
            }
        }
        Self(merged)
    }
}

impl FromIterator<Interval> for IntervalSet {
    fn from_iter<T: IntoIterator<Item = Interval>>(intervals: T) -> Self {
        let mut all: Vec<Interval> = intervals.into_iter().collect();
        all.sort_unstable();
        Self::from_ordered(all)
    }
}
