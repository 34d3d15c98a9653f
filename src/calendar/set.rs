//! The algebra of interval sets: each operation one pass over both, O(n + m).

use super::{Instant, Interval, IntervalSet};

impl IntervalSet {
    /// The set of one interval.
    pub fn of(interval: Interval) -> Self {
        std::iter::once(interval).collect()
    }

    /// All of time.
    pub fn always() -> Self {
        Self::of(Interval::ALWAYS)
    }

    /// Whether `at` lies in it, in O(log n).
    pub fn contains(&self, at: Instant) -> bool {
        self.at(at).is_some()
    }

    /// What lies in either.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, |one, two| one || two)
    }

    /// What lies in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, |one, two| one && two)
    }

    /// What lies in this one alone.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, |one, two| one && !two)
    }

    /// What lies outside it.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self::always().difference(self)
    }

    /// What of it lies within `bounds`.
    #[must_use]
    pub fn within(&self, bounds: Interval) -> Self {
        let first = self.intervals().partition_point(|interval| interval.end <= bounds.start);
        let behind = self.intervals().partition_point(|interval| interval.start < bounds.end);
        let held = self.intervals().get(first..behind).unwrap_or_default();
        Self::from_ordered(held.iter().map(|interval| interval.intersect(bounds)))
    }

    /// The instants at which membership changes, in order.
    pub fn edges(&self) -> impl Iterator<Item = Instant> {
        self.intervals()
            .iter()
            .flat_map(|interval| [interval.start, interval.end])
            .filter(|&at| at != Instant::MIN && at != Instant::MAX)
    }

    /// The first edge behind `at`, in O(log n).
    pub fn next_edge(&self, at: Instant) -> Option<Instant> {
        let edge = match self.at(at) {
            Some(held) => held.end,
            None => self.next_after(at)?.start,
        };
        (edge != Instant::MAX).then_some(edge)
    }

    /// How many seconds it holds.
    pub fn seconds(&self) -> i64 {
        self.intervals().iter().map(|interval| interval.length().as_seconds()).sum()
    }

    fn combine(&self, other: &Self, keep: impl Fn(bool, bool) -> bool) -> Self {
        let (mut ones, mut twos) = (Edges::of(self), Edges::of(other));
        let mut kept = Vec::with_capacity(self.intervals().len() + other.intervals().len());
        let mut since = keep(false, false).then_some(Instant::MIN);
        while let Some(at) = ones.next_at().into_iter().chain(twos.next_at()).min() {
            ones.pass(at);
            twos.pass(at);
            match (since, keep(ones.inside, twos.inside)) {
                (None, true) => since = Some(at),
                (Some(start), false) => {
                    kept.push(Interval::new(start, at));
                    since = None;
                }
                _ => {}
            }
        }
        kept.extend(since.map(|start| Interval::new(start, Instant::MAX)));
        Self::from_ordered(kept)
    }
}

/// A walk over the edges of a set that knows whether it stands inside.
struct Edges<'a> {
    ahead: std::slice::Iter<'a, Interval>,
    current: Option<Interval>,
    inside: bool,
}

impl<'a> Edges<'a> {
    fn of(set: &'a IntervalSet) -> Self {
        let mut ahead = set.intervals().iter();
        let current = ahead.next().copied();
        Self { ahead, current, inside: false }
    }

    fn next_at(&self) -> Option<Instant> {
        self.current.map(|interval| if self.inside { interval.end } else { interval.start })
    }

    fn pass(&mut self, at: Instant) {
        if self.next_at() == Some(at) {
            if self.inside {
                self.current = self.ahead.next().copied();
            }
            self.inside = !self.inside;
        }
    }
}

impl Extend<Interval> for IntervalSet {
    fn extend<T: IntoIterator<Item = Interval>>(&mut self, intervals: T) {
        *self = self.intervals().iter().copied().chain(intervals).collect();
    }
}
