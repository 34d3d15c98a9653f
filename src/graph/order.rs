//! In which order locks are taken: while one is held, which others are waited for. Where that order has no circle, nothing ever gets stuck.
//!
//! Whoever waits for a lock for good waits for what must happen before it is given back, and the first of that which is itself
//! stopped waits for another lock. So a circle of waiting is a circle of locks, each leading to those that are taken between its
//! own taking and its giving back.

use super::list::List;
use super::net::{Hold, Net};
use super::parts::circles;
use super::reach::NEVER;
use std::collections::{BTreeMap, BTreeSet};

/// How far one hold is followed at first; what lies beyond is taken as if it might lie within.
const NEAR: usize = 256;

/// How much work it may cost to follow holds to their end.
const FAR: usize = 4_000_000;

/// Locks that may wait for each other in a circle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// The locks of the circle, as guards of the net.
    pub guards: BTreeSet<u32>,
    /// The holds under which another lock of the part is waited for, with that lock.
    pub edges: BTreeSet<(u32, u32)>,
}

/// Every part of a net.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Parts {
    pub parts: Vec<Part>,
    /// Every lock from which a circle can be reached: it may keep the holders of a circle's locks apart. Any other lock always
    /// comes back.
    pub above: BTreeSet<u32>,
}

/// The parts of the lock order in which there is a circle. Empty is a proof that no lock ever stops anyone for good.
pub(super) fn parts(net: &Net, ranks: &List<u32>) -> Parts {
    let mut holders: List<u32> = List::of(0, net.guards.len());
    for hold in net.holds.iter() {
        holders[hold.guard] += 1;
    }
    let order = Order { net, ranks, holders };
    let near = order.near();
    let events = net.events.len();
    let suspects: BTreeSet<u32> = circles(events + net.guards.len(), near.iter().copied())
        .into_iter()
        .flatten()
        .filter_map(|node| node.checked_sub(events))
        .collect();
    if suspects.is_empty() {
        return Parts::default();
    }
    let edges = order.far(&suspects);
    let among = |part: &BTreeSet<u32>, edge: &Edge| part.contains(&edge.from) && part.contains(&edge.to);
    let parts: Vec<Part> = circles(net.guards.len(), edges.iter().map(|edge| (edge.from, edge.to)))
        .into_iter()
        .map(|part| {
            let guards: BTreeSet<u32> = part.into_iter().collect();
            let edges =
                edges.iter().filter(|edge| among(&guards, edge)).map(|edge| (edge.hold, edge.to)).collect();
            Part { guards, edges }
        })
        .collect();
    let circles = parts.iter().flat_map(|part| &part.guards).copied();
    Parts { above: above(circles, events, &near), parts }
}

/// While `hold` holds the lock `from`, the lock `to` is waited for.
#[derive(Debug, Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    hold: u32,
}

struct Order<'n> {
    net: &'n Net,
    ranks: &'n List<u32>,
    /// How many holds each lock has: what one alone takes stops nobody.
    holders: List<u32>,
}

impl Order<'_> {
    fn is_contended(&self, guard: u32) -> bool {
        self.holders[guard] > 1
    }

    fn guard_of(&self, event: u32) -> Option<u32> {
        self.net.guard_of(event).filter(|guard| self.is_contended(*guard))
    }

    /// Everything that could lead from lock to lock, and a little more: nodes are events, then locks.
    fn near(&self) -> Vec<(u32, u32)> {
        let events = self.net.events.len();
        let mut edges = Vec::new();
        for event in 0..events {
            edges.extend(self.earlier(event).map(|provider| (event, provider)));
            edges.extend(self.guard_of(event).map(|guard| (event, events + guard)));
        }
        for hold in self.net.holds.iter().filter(|hold| self.is_contended(hold.guard)) {
            let from = events + hold.guard;
            let sure: BTreeSet<u32> = self.net.sure(hold.take).chain([hold.take]).collect();
            let start = self.ranks[hold.take];
            let mut seen = BTreeSet::from([hold.release]);
            let mut next = vec![hold.release];
            while let Some(event) = next.pop() {
                if sure.contains(&event) {
                    continue;
                }
                if seen.len() > NEAR || self.ranks[event] < start {
                    edges.push((from, event));
                    continue;
                }
                edges.extend(self.guard_of(event).map(|guard| (from, events + guard)));
                next.extend(self.earlier(event).filter(|event| seen.insert(*event)));
            }
        }
        edges
    }

    /// Exactly what leads from lock to lock among the suspects, while the work lasts; beyond it, from each to each.
    fn far(&self, suspects: &BTreeSet<u32>) -> Vec<Edge> {
        let mut work = 0;
        let mut edges = Vec::new();
        for (number, hold) in
            (0..).zip(self.net.holds.iter()).filter(|(_, hold)| suspects.contains(&hold.guard))
        {
            let from = hold.guard;
            let to = if work > FAR { suspects.clone() } else { self.while_held(hold, suspects, &mut work) };
            edges.extend(to.into_iter().map(|to| Edge { from, to, hold: number }));
        }
        edges
    }

    /// The locks that are taken after this one and must be before it can be given back.
    fn while_held(&self, hold: &Hold, suspects: &BTreeSet<u32>, work: &mut usize) -> BTreeSet<u32> {
        let mut found = BTreeSet::new();
        if self.ranks[hold.release] == NEVER {
            return found;
        }
        let mut done = BTreeSet::from([hold.take]);
        let mut next = vec![hold.take];
        while let Some(event) = next.pop() {
            next.extend(self.net.sure(event).filter(|event| done.insert(*event)));
        }
        *work += done.len();
        if !done.insert(hold.release) {
            return found;
        }
        let mut next = vec![hold.release];
        while let Some(event) = next.pop() {
            *work += 1;
            found.extend(self.guard_of(event).filter(|guard| suspects.contains(guard)));
            next.extend(self.earlier(event).filter(|event| done.insert(*event)));
        }
        found
    }

    /// What an event waits for and can have before it. Nothing else needs following: among what is stopped there is always a way
    /// down this order.
    fn earlier(&self, event: u32) -> impl Iterator<Item = u32> + '_ {
        let rank = self.ranks[event];
        self.net.before(event).filter(move |provider| self.ranks[*provider] < rank)
    }
}

/// The locks from which one of these can be reached.
fn above(guards: impl Iterator<Item = u32>, events: u32, edges: &[(u32, u32)]) -> BTreeSet<u32> {
    let mut back: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (from, to) in edges {
        back.entry(*to).or_default().push(*from);
    }
    let mut seen: BTreeSet<u32> = guards.map(|guard| events + guard).collect();
    let mut next: Vec<u32> = seen.iter().copied().collect();
    while let Some(node) = next.pop() {
        next.extend(back.get(&node).into_iter().flatten().copied().filter(|node| seen.insert(*node)));
    }
    seen.into_iter().filter_map(|node| node.checked_sub(events)).collect()
}
