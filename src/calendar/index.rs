//! Which of many sets hold an instant, and when that changes next, in O(log boundaries + answers).
//!
//! Intervals lie in blocks of time. A block lists what is active when it begins and what begins within it, each with
//! its own bounds, so that a lookup is one binary search for the block and one pass over its list. A block ends once
//! as much began or ended in it as a fraction of what it was given, and before any burst: lists are never much longer
//! than the answers, and copies never outnumber the changes that caused them, so memory is O(intervals) even where
//! thousands of windows hold at once. Instants are held as seconds from the start, in 32 bits.
//! [`Chunks`] builds such an index per stretch of a horizon when it is first asked, from timetables.

use super::{Elapsed, Instant, Interval, IntervalSet, Place, Reader, Timetable};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An index over sets within one span of time.
#[derive(Debug)]
pub struct Index<K> {
    within: Interval,
    /// Where each block starts.
    blocks: Vec<u32>,
    /// Where each block's entries end in `entries`.
    behind: Vec<u32>,
    entries: Vec<Entry<K>>,
    /// Every instant at which something begins or ends, in order.
    edges: Vec<u32>,
}

#[derive(Debug, Clone, Copy)]
struct Entry<K> {
    start: u32,
    end: u32,
    key: K,
}

/// A block takes at least so many changes.
const FEWEST_CHANGES: usize = 8;

impl<K: Copy> Index<K> {
    /// Indexes what of the sets lies in `within`, which may be 136 years long; what is behind that is left out.
    pub fn new<'a>(within: Interval, sets: impl IntoIterator<Item = (K, &'a IntervalSet)>) -> Self {
        let end = within.end.min(within.start.plus(Elapsed::seconds(i64::from(u32::MAX))));
        let within = Interval::new(within.start, end);
        let mut begun: Vec<Entry<K>> = Vec::new();
        let mut edges: Vec<u32> = Vec::new();
        for (key, set) in sets {
            // What ends as the span starts holds no second of it, but its end is an edge.
            let behind = set.intervals().partition_point(|interval| interval.end < within.start);
            for interval in set.intervals().iter().skip(behind).take_while(|held| held.start < within.end) {
                let held = interval.intersect(within);
                let entry = Entry { start: seconds(within, held.start), end: seconds(within, held.end), key };
                begun.extend((!held.is_empty()).then_some(entry));
                let real = [interval.start, interval.end].into_iter().filter(|&at| within.contains(at));
                edges.extend(real.map(|at| seconds(within, at)));
            }
        }
        begun.sort_by_key(|entry| entry.start);
        let mut ends: Vec<u32> = begun.iter().map(|entry| entry.end).collect();
        ends.sort_unstable();
        edges.sort_unstable();
        edges.dedup();
        let mut index = Self { within, blocks: Vec::new(), behind: Vec::new(), entries: Vec::new(), edges };
        index.fill(&begun, &ends);
        index
    }

    /// The span it answers for.
    pub fn within(&self) -> Interval {
        self.within
    }

    /// What holds `at`, in the order it began, each with its bounds as far as they lie in [`Self::within`].
    pub fn active_at(&self, at: Instant) -> impl Iterator<Item = (K, Interval)> {
        let second = seconds(self.within, at);
        let entries = if self.within.contains(at) { self.block(second) } else { &[] };
        entries
            .iter()
            .filter(move |entry| entry.start <= second && second < entry.end)
            .map(|entry| (entry.key, Interval::new(self.instant(entry.start), self.instant(entry.end))))
    }

    /// The first instant behind `at` at which something begins or ends.
    pub fn next_edge(&self, at: Instant) -> Option<Instant> {
        let first = if at < self.within.start {
            0
        } else {
            let second = seconds(self.within, at);
            self.edges.partition_point(|&edge| edge <= second)
        };
        self.edges.get(first).map(|&edge| self.instant(edge))
    }

    /// How much it holds: one for each interval of each block, and one for each edge.
    pub fn size(&self) -> usize {
        self.entries.len() + self.edges.len()
    }

    fn fill(&mut self, begun: &[Entry<K>], ends: &[u32]) {
        let mut active: Vec<Entry<K>> = Vec::new();
        let (mut started, mut ended, mut changes, mut budget) = (0, 0, 0, 0);
        loop {
            let next = [begun.get(started).map(|entry| entry.start), ends.get(ended).copied()];
            let Some(at) = next.into_iter().flatten().min() else { break };
            let new = begun.get(started..).unwrap_or_default();
            let new = new.get(..new.partition_point(|entry| entry.start == at)).unwrap_or_default();
            let gone = ends.get(ended..).unwrap_or_default().partition_point(|&end| end == at);
            started += new.len();
            ended += gone;
            active.extend_from_slice(new);
            if self.blocks.is_empty() || changes + new.len() + gone > budget {
                active.retain(|entry| entry.end > at);
                self.behind.extend((!self.blocks.is_empty()).then_some(count(self.entries.len())));
                self.blocks.push(at);
                self.entries.extend_from_slice(&active);
                changes = 0;
                budget = FEWEST_CHANGES.max(active.len() / 2);
            } else {
                self.entries.extend_from_slice(new);
                changes += new.len() + gone;
            }
        }
        self.behind.push(count(self.entries.len()));
    }

    fn block(&self, second: u32) -> &[Entry<K>] {
        let Some(block) = self.blocks.partition_point(|&start| start <= second).checked_sub(1) else {
            return &[];
        };
        let from = block.checked_sub(1).and_then(|before| self.behind.get(before)).copied().unwrap_or(0);
        let to = self.behind.get(block).copied().unwrap_or(from);
        self.entries.get(from as usize..to as usize).unwrap_or_default()
    }

    fn instant(&self, second: u32) -> Instant {
        self.within.start.plus(Elapsed::seconds(i64::from(second)))
    }
}

/// Timetables of one place, indexed a stretch at a time when first asked.
#[derive(Debug)]
pub struct Chunks<'a, K> {
    horizon: Interval,
    readers: Vec<(K, Reader<'a>)>,
    chunks: Vec<OnceLock<Index<K>>>,
    held: AtomicUsize,
}

/// How long a stretch is: short enough to be built at once for thousands of windows.
const CHUNK: i64 = 32 * 86_400;
/// How much is kept, in [`Index::size`]: some 50 MB. Past it timetables are asked one by one.
const MOST_HELD: usize = 4_000_000;
/// No horizon is cut into more stretches; past them timetables are asked one by one.
const MOST_CHUNKS: i64 = 4_096;

impl<'a, K: Copy> Chunks<'a, K> {
    /// Makes timetables ready for questions about `place`. Within `horizon` answers come from the index; outside
    /// they are as exact, and cost one question to each timetable.
    pub fn new(
        horizon: Interval,
        place: &'a Place,
        timetables: impl IntoIterator<Item = (K, &'a Timetable)>,
    ) -> Self {
        let chunks = (horizon.length().as_seconds().max(0) / CHUNK + 1).min(MOST_CHUNKS);
        let readers = timetables.into_iter().map(|(key, timetable)| (key, timetable.read(place))).collect();
        Self {
            horizon,
            readers,
            chunks: (0..chunks).map(|_| OnceLock::new()).collect(),
            held: AtomicUsize::new(0),
        }
    }

    /// The timetables, ready to be asked one by one.
    pub fn readers(&self) -> &[(K, Reader<'a>)] {
        &self.readers
    }

    /// How much is held so far, in [`Index::size`].
    pub fn size(&self) -> usize {
        self.held.load(Ordering::Relaxed)
    }

    /// Calls `each` with every key whose timetable holds `at`.
    pub fn for_each_active(&self, at: Instant, mut each: impl FnMut(K)) {
        match self.chunk(at) {
            Some(index) => index.active_at(at).for_each(|(key, _)| each(key)),
            None => {
                self.readers.iter().filter(|(_, reader)| reader.holds(at)).for_each(|(key, _)| each(*key))
            }
        }
    }

    /// The first instant behind `at` at which any of them begins or ceases to hold.
    pub fn next_edge(&self, at: Instant) -> Option<Instant> {
        let mut from = at;
        while let Some(index) = self.chunk(from) {
            if let Some(edge) = index.next_edge(at) {
                return Some(edge);
            }
            from = index.within().end;
        }
        self.readers.iter().filter_map(|(_, reader)| reader.next_change_after(at)).min()
    }

    fn chunk(&self, at: Instant) -> Option<&Index<K>> {
        let offset = at.since(self.horizon.start).as_seconds();
        let cell = self.chunks.get(usize::try_from(offset.div_euclid(CHUNK)).ok()?)?;
        if let Some(index) = cell.get() {
            return Some(index);
        }
        if self.held.load(Ordering::Relaxed) > MOST_HELD {
            return None;
        }
        Some(cell.get_or_init(|| {
            let start = self.horizon.start.plus(Elapsed::seconds(offset - offset.rem_euclid(CHUNK)));
            let index = self.index(Interval::new(start, start.plus(Elapsed::seconds(CHUNK))));
            self.held.fetch_add(index.size(), Ordering::Relaxed);
            index
        }))
    }

    fn index(&self, within: Interval) -> Index<K> {
        // A second more to either side tells what begins or ends at the bounds from what goes on across them.
        let second = Elapsed::seconds(1);
        let around = Interval::new(within.start.minus(second), within.end.plus(second));
        let sets: Vec<(K, IntervalSet)> = self
            .readers
            .iter()
            .map(|(key, reader)| {
                (*key, reader.occurrences(around).into_iter().map(|occurrence| occurrence.interval).collect())
            })
            .collect();
        Index::new(within, sets.iter().map(|(key, set)| (*key, set)))
    }
}

/// Seconds from the start of `within`, held to what 32 bits can say.
fn seconds(within: Interval, at: Instant) -> u32 {
    u32::try_from(at.since(within.start).as_seconds().max(0)).unwrap_or(u32::MAX)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
