//! Every order in which the locks of a part can be taken, fewest first, until one gets stuck or none is left.
//!
//! Only who takes which lock next is a choice. Whatever else can happen happens at once: it takes nothing from anybody, so that
//! nothing gets stuck by it, and what is stuck after it was stuck before.

use super::list::List;
use super::net::Net;
use super::order::Part;
use super::reach::NEVER;
use super::rings::Rings;
use std::collections::{BTreeMap, BTreeSet};

/// How many states of a part are looked at, at most.
pub const STATES: usize = 20_000;

/// How much work a part is worth: about so many looks at an event.
const WORK: usize = 30_000_000;

/// How much of that work is spent on a shorter run once one is found.
const SHORTER: usize = 1_000_000;

/// What it costs to lay out an event of a circle, in looks at one.
const BUILT: usize = 10;

/// What came of exploring a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Nothing gets stuck, whatever the order.
    Free,
    /// What happens, in order, until something never can: events of the net.
    Stuck(Stuck),
    /// There are more states than were looked at; so many were.
    Undecided(usize),
}

/// A run and what it leaves behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stuck {
    /// What happened, in order.
    pub run: Vec<u32>,
    /// How many locks were taken.
    pub takes: usize,
    /// What can never happen any more.
    pub never: BTreeSet<u32>,
}

/// Every circle of a part, the shortest first, each in the part of the net that it depends on.
pub(super) fn explore(net: &Net, ranks: &List<u32>, part: &Part, above: &BTreeSet<u32>) -> Outcome {
    let rings = Rings::of(net, part);
    let mut effort = Effort { work: WORK, states: 0 };
    let mut known: BTreeSet<Vec<u32>> = BTreeSet::new();
    let mut before: BTreeMap<u32, BTreeSet<u32>> = BTreeMap::new();
    let mut best: Option<Stuck> = None;
    let mut decided = true;
    let mut searching = WORK / 10;
    for length in 1..=rings.longest() {
        // A circle of so many holds takes at least so many locks.
        if best.as_ref().is_some_and(|best| best.takes <= length) {
            break;
        }
        let (found, all) = rings.of_length(length, &mut searching);
        decided &= all;
        for ring in found {
            if effort.work == 0 {
                decided = false;
                break;
            }
            let least = least(net, &ring, &mut before);
            effort.spend(least);
            if best.as_ref().is_some_and(|best| best.takes <= least) {
                continue;
            }
            let Some(scene) = Scene::of(net, ranks, &ring, above) else { continue };
            effort.spend(BUILT * scene.events.len() as usize);
            let is_new = known.insert(scene.events.iter().copied().collect());
            let straight = scene.straight(&ring);
            let outcome = match straight {
                Some(stuck) if stuck.takes <= least => Outcome::Stuck(stuck),
                Some(stuck) => match scene.explore(&mut effort) {
                    Outcome::Stuck(fewest) => Outcome::Stuck(fewest),
                    Outcome::Free | Outcome::Undecided(_) => Outcome::Stuck(stuck),
                },
                None if is_new => scene.explore(&mut effort),
                None => continue,
            };
            match outcome {
                Outcome::Free => {}
                Outcome::Undecided(_) => decided = false,
                Outcome::Stuck(stuck) => {
                    if best.is_none() {
                        effort.work = effort.work.min(SHORTER);
                        searching = searching.min(SHORTER / 10);
                    }
                    if best.as_ref().is_none_or(|best| stuck.takes < best.takes) {
                        best = Some(stuck);
                    }
                }
            }
            if best.as_ref().is_some_and(|best| best.takes <= length) {
                break;
            }
        }
        if !all {
            break;
        }
    }
    match best {
        Some(stuck) => Outcome::Stuck(stuck),
        None if decided => Outcome::Free,
        None => Outcome::Undecided(effort.states),
    }
}

/// How many locks are taken at least before these holds have all begun: what surely comes before each, once.
fn least(net: &Net, ring: &[u32], before: &mut BTreeMap<u32, BTreeSet<u32>>) -> usize {
    let mut all: BTreeSet<u32> = BTreeSet::new();
    for hold in ring {
        let takes = before.entry(*hold).or_insert_with(|| {
            let mut seen = BTreeSet::from([net.holds[*hold].take]);
            let mut next = vec![net.holds[*hold].take];
            while let Some(event) = next.pop() {
                next.extend(net.sure(event).filter(|event| seen.insert(*event)));
            }
            seen.retain(|event| net.events[*event].hold.is_some());
            seen
        });
        all.extend(takes.iter());
    }
    all.len()
}

/// What is left to spend on a part, and what was spent.
#[derive(Debug)]
struct Effort {
    work: usize,
    states: usize,
}

impl Effort {
    fn spend(&mut self, work: usize) {
        self.work = self.work.saturating_sub(work);
    }
}

/// The part of the net that a circle of locks depends on. Its events stand in an order in which they can happen, locks left aside.
#[derive(Debug)]
pub(super) struct Scene<'n> {
    net: &'n Net,
    events: List<u32>,
    /// By event: its place in `events`.
    places: BTreeMap<u32, u32>,
    /// By place: for each need, the places that meet it.
    needs: List<Vec<Vec<u32>>>,
    /// By place: the lock that is taken there.
    takes: List<Option<Take>>,
    /// By lock: the places where each hold of it begins and ends.
    rivals: List<Vec<Rival>>,
}

#[derive(Debug, Clone, Copy)]
struct Rival {
    take: u32,
    release: u32,
}

#[derive(Debug, Clone, Copy)]
struct Take {
    /// A row of [`Scene::rivals`].
    lock: u32,
    /// Whether it matters when it is taken: an order of locks with a circle hangs on it.
    matters: bool,
}

/// Which takings are choices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Choices {
    /// Those that matter; any other lock is taken as soon as it is free, and soon comes back.
    WhatMatters,
    /// Each, so that the run with the fewest is found.
    All,
}

impl<'n> Scene<'n> {
    /// Everything that must happen for these holds to begin and to end, and for whatever that waits for. None where
    /// some of it waits in a circle from the start, which is a finding of its own.
    fn of(net: &'n Net, ranks: &List<u32>, ring: &[u32], above: &BTreeSet<u32>) -> Option<Self> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<u32> =
            ring.iter().flat_map(|hold| [net.holds[*hold].take, net.holds[*hold].release]).collect();
        while let Some(event) = next.pop() {
            if !seen.insert(event) {
                continue;
            }
            next.extend(net.before(event));
            next.extend(net.events[event].hold.map(|hold| net.holds[hold].release));
        }
        let mut events: Vec<u32> = seen.into_iter().collect();
        events.sort_unstable_by_key(|event| (ranks[*event], *event));
        if events.last().is_some_and(|event| ranks[*event] == NEVER) {
            return None;
        }
        let places: BTreeMap<u32, u32> = events.iter().copied().zip(0..).collect();
        let place = |event: u32| places.get(&event).copied();
        let needs = events.iter().map(|event| {
            let meets = |need| net.providers_of(need).iter().filter_map(|event| place(*event)).collect();
            net.needs_of(*event).iter().map(meets).collect()
        });
        let mut locks: BTreeMap<u32, Vec<Rival>> = BTreeMap::new();
        for hold in events.iter().filter_map(|event| net.events[*event].hold) {
            let row = net.holds[hold];
            if let (Some(take), Some(release)) = (place(row.take), place(row.release)) {
                locks.entry(row.guard).or_default().push(Rival { take, release });
            }
        }
        let mut takes: List<Option<Take>> = events.iter().map(|_| None).collect();
        for (lock, (guard, rivals)) in (0..).zip(&locks) {
            let matters = rivals.len() > 1 && above.contains(guard);
            for rival in rivals {
                takes[rival.take] = Some(Take { lock, matters });
            }
        }
        let (needs, rivals) = (needs.collect(), locks.into_values().collect());
        Some(Self { net, events: events.into_iter().collect(), places, needs, takes, rivals })
    }

    /// Goes straight for a circle: what each hold in turn waits for, then the hold. None where that is no run, or gets nobody stuck.
    fn straight(&self, ring: &[u32]) -> Option<Stuck> {
        let mut done = Done::none(self.events.len());
        let mut run = Vec::new();
        for hold in ring {
            let take = *self.places.get(&self.net.holds[*hold].take)?;
            self.bring(take, &mut done, &mut run)?;
        }
        let never = self.never(&done)?;
        Some(self.stuck(run, never))
    }

    /// Lets an event happen, and before it what it waits for; who has a lock on the way gives it back first.
    fn bring(&self, last: u32, done: &mut Done, run: &mut Vec<u32>) -> Option<()> {
        let mut wanted = BTreeSet::new();
        let mut next = vec![last];
        while let Some(place) = next.pop() {
            if done.has(place) || !wanted.insert(place) {
                continue;
            }
            next.extend(self.needs[place].iter().filter_map(|of| of.iter().min()));
            if let Some(take) = self.takes[place].filter(|_| place != last) {
                let own = self.rivals[take.lock].iter().find(|rival| rival.take == place);
                // It is given back on the way only where something else on it asks for the lock.
                next.extend(own.filter(|_| self.rivals[take.lock].len() > 1).map(|rival| rival.release));
            }
        }
        for place in wanted {
            if !self.is_open(place, done) {
                return None;
            }
            done.add(place);
            run.push(place);
        }
        Some(())
    }

    fn stuck(&self, run: Vec<u32>, never: BTreeSet<u32>) -> Stuck {
        let takes = run.iter().filter(|place| self.takes[**place].is_some()).count();
        Stuck { run: run.into_iter().map(|place| self.events[place]).collect(), takes, never }
    }

    /// Looks at every order of taking locks, fewest taken first.
    fn explore(&self, effort: &mut Effort) -> Outcome {
        match self.search(Choices::WhatMatters, effort) {
            // What does not matter need not happen either: where every taking can be looked at, the run with the fewest is told.
            Outcome::Stuck(stuck) => match self.search(Choices::All, effort) {
                Outcome::Stuck(fewest) => Outcome::Stuck(fewest),
                Outcome::Free | Outcome::Undecided(_) => Outcome::Stuck(stuck),
            },
            other => other,
        }
    }

    fn search(&self, choices: Choices, effort: &mut Effort) -> Outcome {
        let mut first = Done::none(self.events.len());
        self.settle(&mut first, choices, &mut Vec::new());
        let mut seen: BTreeSet<Done> = BTreeSet::from([first.clone()]);
        let mut states: List<(Done, Option<(u32, u32)>)> = [(first, None)].into_iter().collect();
        let mut at = 0;
        while at < states.len() {
            let done = states[at].0.clone();
            for take in (0..self.events.len()).filter(|place| self.is_open(*place, &done)) {
                let mut after = done.clone();
                after.add(take);
                self.settle(&mut after, choices, &mut Vec::new());
                if !seen.insert(after.clone()) {
                    continue;
                }
                let number = states.push((after.clone(), Some((at, take))));
                if let Some(never) = self.never(&after) {
                    return Outcome::Stuck(self.stuck(self.replay(&states, number, choices), never));
                }
                effort.states += 1;
                effort.spend(self.events.len() as usize);
                if states.len() as usize > STATES || effort.work == 0 {
                    return Outcome::Undecided(effort.states);
                }
            }
            at += 1;
        }
        Outcome::Free
    }

    /// Lets everything happen that is no choice.
    fn settle(&self, done: &mut Done, choices: Choices, run: &mut Vec<u32>) {
        loop {
            let mut moved = false;
            for place in 0..self.events.len() {
                let is_choice = self.takes[place].is_some_and(|take| take.matters || choices == Choices::All);
                if !is_choice && self.is_open(place, done) {
                    done.add(place);
                    run.push(place);
                    moved = true;
                }
            }
            if !moved {
                return;
            }
        }
    }

    /// Whether an event can happen now.
    fn is_open(&self, place: u32, done: &Done) -> bool {
        let is_free = |take: Take| self.holder(take.lock, done).is_none();
        !done.has(place) && self.is_ready(place, done) && self.takes[place].is_none_or(is_free)
    }

    /// Whether everything that an event waits for has happened, its lock left aside.
    fn is_ready(&self, place: u32, done: &Done) -> bool {
        self.needs[place].iter().all(|of| of.iter().any(|provider| done.has(*provider)))
    }

    /// Who has a lock.
    fn holder(&self, lock: u32, done: &Done) -> Option<Rival> {
        self.rivals[lock].iter().copied().find(|rival| done.has(rival.take) && !done.has(rival.release))
    }

    /// What can never happen any more, if anything: everything but what can where each lock that is free now stays free, and each that
    /// is held is given back as soon as its holder can. Whoever waits for a free lock may still be stopped; then another state says so.
    fn never(&self, done: &Done) -> Option<BTreeSet<u32>> {
        let mut reached = done.clone();
        loop {
            let mut moved = false;
            for place in 0..self.events.len() {
                if reached.has(place) || !self.is_ready(place, &reached) {
                    continue;
                }
                let holder = self.takes[place].and_then(|take| self.holder(take.lock, done));
                if holder.is_none_or(|holder| reached.has(holder.release)) {
                    reached.add(place);
                    moved = true;
                }
            }
            if !moved {
                break;
            }
        }
        let never: BTreeSet<u32> = (0..self.events.len())
            .filter(|place| !reached.has(*place))
            .map(|place| self.events[place])
            .collect();
        (!never.is_empty()).then_some(never)
    }

    /// Everything that happens on the way to a state.
    fn replay(&self, states: &List<(Done, Option<(u32, u32)>)>, last: u32, choices: Choices) -> Vec<u32> {
        let mut takes = Vec::new();
        let mut at = last;
        while let Some((before, take)) = states[at].1 {
            takes.push(take);
            at = before;
        }
        let mut done = Done::none(self.events.len());
        let mut run = Vec::new();
        self.settle(&mut done, choices, &mut run);
        for take in takes.into_iter().rev() {
            done.add(take);
            run.push(take);
            self.settle(&mut done, choices, &mut run);
        }
        run
    }
}

/// A set of places.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Done(Box<[u64]>);

impl Done {
    fn none(places: u32) -> Self {
        Self(vec![0; places.div_ceil(64) as usize].into_boxed_slice())
    }

    fn has(&self, place: u32) -> bool {
        self.0.get((place / 64) as usize).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }

    fn add(&mut self, place: u32) {
        if let Some(word) = self.0.get_mut((place / 64) as usize) {
            *word |= 1 << (place % 64);
        }
    }
}
