//! Out of a state in which something is stuck: the shortest circle of waiting in it, and what had to happen to get there.

use super::list::List;
use super::net::{Net, Why};
use super::parts::circles;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How much work it may cost to look for a shorter circle than the first.
const WORK: usize = 2_000_000;

/// One thing waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// What waits.
    pub from: u32,
    /// What it waits for.
    pub to: u32,
    pub by: By,
}

/// What stands between the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    Need(Why),
    /// A lock that this hold has.
    Hold(u32),
}

/// Everything that the events of `never` wait for among themselves; `holder` says who has the lock that an event waits for.
/// One row of links for each wait: any one of its ends would do.
pub(super) fn waits(net: &Net, never: &BTreeSet<u32>, holder: impl Fn(u32) -> Option<u32>) -> Vec<Vec<Link>> {
    let mut waits = Vec::new();
    for from in never.iter().copied() {
        for need in net.needs_of(from) {
            let providers = net.providers_of(need);
            if providers.iter().all(|provider| never.contains(provider)) {
                waits.push(
                    providers.iter().map(|to| Link { from, to: *to, by: By::Need(need.why) }).collect(),
                );
            }
        }
        let held = holder(from).map(|hold| (hold, net.holds[hold].release));
        let held = held.filter(|(_, release)| never.contains(release));
        waits.extend(held.map(|(hold, to)| vec![Link { from, to, by: By::Hold(hold) }]));
    }
    waits
}

/// A circle of waiting, and whatever else must be waiting for it to stay one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Knot {
    pub circle: Vec<Link>,
    pub beside: Vec<Link>,
}

/// The shortest circle in which each waits for one thing alone; where there is none, one with all that its members could be helped by.
pub(super) fn knot(count: u32, waits: &[Vec<Link>]) -> Knot {
    let alone: Vec<Link> = waits.iter().filter(|wait| wait.len() == 1).flatten().copied().collect();
    let circle = shortest(&alone);
    if !circle.is_empty() {
        return Knot { circle, beside: Vec::new() };
    }
    let mut reasons: BTreeMap<u32, &Vec<Link>> = BTreeMap::new();
    for wait in waits {
        let Some(from) = wait.first().map(|link| link.from) else { continue };
        let known = reasons.entry(from).or_insert(wait);
        if wait.len() < known.len() {
            *known = wait;
        }
    }
    let links = || reasons.values().copied().flatten().copied();
    let is_closed = |part: &BTreeSet<u32>| {
        links().filter(|link| part.contains(&link.from)).all(|link| part.contains(&link.to))
    };
    let parts = circles(count, links().map(|link| (link.from, link.to)));
    let parts = parts.into_iter().map(|part| part.into_iter().collect::<BTreeSet<u32>>());
    let part = parts.filter(is_closed).min_by_key(BTreeSet::len).unwrap_or_default();
    let within: Vec<Link> = links().filter(|link| part.contains(&link.from)).collect();
    let circle = shortest(&within);
    let beside = within.into_iter().filter(|link| !circle.contains(link)).collect();
    Knot { circle, beside }
}

/// The shortest circle among these links, or the first found where looking on would take long.
fn shortest(links: &[Link]) -> Vec<Link> {
    let mut from: BTreeMap<u32, Vec<Link>> = BTreeMap::new();
    for link in links {
        from.entry(link.from).or_default().push(*link);
    }
    let mut best: Vec<Link> = Vec::new();
    let mut work = 0;
    for start in from.keys().copied() {
        if work > WORK && !best.is_empty() {
            break;
        }
        let mut reached: BTreeMap<u32, Link> = BTreeMap::new();
        let mut next = VecDeque::from([start]);
        'search: while let Some(event) = next.pop_front() {
            for link in from.get(&event).into_iter().flatten() {
                work += 1;
                if link.to == start {
                    let circle = back(&reached, start, *link);
                    if best.is_empty() || circle.len() < best.len() {
                        best = circle;
                    }
                    break 'search;
                }
                if let std::collections::btree_map::Entry::Vacant(place) = reached.entry(link.to) {
                    place.insert(*link);
                    next.push_back(link.to);
                }
            }
        }
    }
    best
}

fn back(reached: &BTreeMap<u32, Link>, start: u32, last: Link) -> Vec<Link> {
    let mut circle = vec![last];
    let mut at = last.from;
    while at != start {
        let Some(link) = reached.get(&at) else { break };
        circle.push(*link);
        at = link.from;
    }
    circle.reverse();
    circle
}

/// What of a run must have happened for the knot to close: less than this is no run, or gets nobody stuck.
pub(super) fn steps(net: &Net, run: &[u32], knot: &Knot) -> Vec<u32> {
    let places: BTreeMap<u32, usize> = run.iter().copied().zip(0..).collect();
    let mut needed: BTreeSet<u32> = BTreeSet::new();
    let mut next: Vec<u32> = Vec::new();
    for link in knot.circle.iter().chain(&knot.beside) {
        next.extend(net.before(link.from).filter(|event| places.contains_key(event)));
        if let By::Hold(hold) = link.by {
            next.push(net.holds[hold].take);
        }
    }
    loop {
        while let Some(event) = next.pop() {
            if needed.insert(event) {
                let met = net.needs_of(event).iter().filter_map(|need| {
                    let providers = net.providers_of(need).iter().copied();
                    providers
                        .filter(|provider| places.contains_key(provider))
                        .min_by_key(|event| places.get(event))
                });
                next.extend(met);
            }
        }
        next.extend(given_back(net, run, &needed));
        if next.is_empty() {
            break;
        }
    }
    run.iter().copied().filter(|event| needed.contains(event)).collect()
}

/// What gives back the locks that are taken again later, as far as it is not among the needed yet.
fn given_back(net: &Net, run: &[u32], needed: &BTreeSet<u32>) -> Vec<u32> {
    let mut last: List<Option<u32>> = List::of(None, net.guards.len());
    let mut missing = Vec::new();
    for event in run.iter().filter(|event| needed.contains(event)) {
        let Some(hold) = net.events[*event].hold.map(|hold| net.holds[hold]) else { continue };
        let release = last[hold.guard].replace(hold.release);
        missing.extend(release.filter(|release| !needed.contains(release)));
    }
    missing
}
