//! The circles of a part, one by one, the fewest holds first: whoever is stuck is stuck in one of them, and the events that one depends on
//! are few however large the part is.

use super::net::Net;
use super::order::Part;
use std::collections::BTreeMap;

/// Every circle of holds of a part, of pairwise different locks, by length: each hold leads to the lock of the next.
pub(super) struct Rings {
    /// By lock: its holds with the locks that each leads to.
    holds: BTreeMap<u32, Vec<(u32, Vec<u32>)>>,
    longest: usize,
}

impl Rings {
    pub(super) fn of(net: &Net, part: &Part) -> Self {
        let mut leads: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (hold, to) in &part.edges {
            leads.entry(*hold).or_default().push(*to);
        }
        let mut holds: BTreeMap<u32, Vec<(u32, Vec<u32>)>> = BTreeMap::new();
        for (hold, to) in leads {
            holds.entry(net.holds[hold].guard).or_default().push((hold, to));
        }
        Self { holds, longest: part.guards.len() }
    }

    /// The circles of so many holds, and whether these are all: at most `most` steps are spent on them.
    pub(super) fn of_length(&self, length: usize, most: &mut usize) -> (Vec<Vec<u32>>, bool) {
        let mut found = Vec::new();
        for start in self.holds.keys().copied() {
            let near = self.distances(start);
            // A way so far: its locks with its holds, and the lock it leads to.
            let mut ways: Vec<(Vec<(u32, u32)>, u32)> = vec![(Vec::new(), start)];
            while let Some((way, at)) = ways.pop() {
                for (hold, to) in self.holds.get(&at).into_iter().flatten() {
                    for next in to {
                        if *most == 0 {
                            return (found, false);
                        }
                        *most -= 1;
                        let steps = way.len() + 1;
                        if steps == length && *next == start {
                            found.push(way.iter().map(|(_, hold)| *hold).chain([*hold]).collect());
                        }
                        // Each circle is found from its least lock alone.
                        let is_new =
                            *next > start && way.iter().all(|(guard, _)| guard != next) && *next != at;
                        if is_new && near.get(next).is_some_and(|near| steps + near <= length) {
                            let mut longer = way.clone();
                            longer.push((at, *hold));
                            ways.push((longer, *next));
                        }
                    }
                }
            }
        }
        (found, true)
    }

    /// The longest that a circle can be.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }

    /// How many holds it takes at least to come from each lock to this one.
    fn distances(&self, target: u32) -> BTreeMap<u32, usize> {
        let mut back: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for (guard, holds) in &self.holds {
            for to in holds.iter().flat_map(|(_, to)| to) {
                back.entry(*to).or_default().push(*guard);
            }
        }
        let mut near = BTreeMap::from([(target, 0)]);
        let mut next = std::collections::VecDeque::from([target]);
        while let Some(guard) = next.pop_front() {
            let steps = near.get(&guard).copied().unwrap_or(0) + 1;
            for before in back.get(&guard).into_iter().flatten().filter(|before| **before >= target) {
                if !near.contains_key(before) {
                    near.insert(*before, steps);
                    next.push_back(*before);
                }
            }
        }
        near
    }
}
