//! Every order in which the locks of a part can be taken, fewest first, until one gets stuck or none is left.
//!
//! Only who takes which lock next is a choice. Whatever else can happen happens at once: it takes nothing from anybody, so that
//! nothing gets stuck by it, and what is stuck after it was stuck before.

use super::list::List;
use super::net::Net;
use super::order::Part;
use super::reach::NEVER;
use std::collections::{BTreeMap, BTreeSet};

/// How many states of a part are looked at, at most.
pub const STATES: usize = 20_000;

/// How often an event is looked at in one part, at most: a part of more than a thousand events gets fewer states.
const WORK: usize = 40_000_000;

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
    /// What can never happen any more.
    pub never: BTreeSet<u32>,
}

/// The part of the net that a circle of locks depends on.
#[derive(Debug)]
pub(super) struct Scene<'n> {
    net: &'n Net,
    /// Its events, in an order in which they can happen, locks left aside.
    events: List<u32>,
    /// By event: the place in `events`.
    places: BTreeMap<u32, u32>,
    /// By place: the hold that begins there.
    takes: List<Option<Take>>,
    /// By guard: the holds that contend for it here.
    rivals: BTreeMap<u32, Vec<u32>>,
}

#[derive(Debug, Clone, Copy)]
struct Take {
    hold: u32,
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
    /// Everything that must happen for the holds of a part to begin and to end, and for whatever those wait for. None where
    /// some of that waits in a circle from the start, which is a finding of its own.
    pub(super) fn of(net: &'n Net, ranks: &List<u32>, part: &Part, above: &BTreeSet<u32>) -> Option<Self> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<u32> =
            part.holds.iter().flat_map(|hold| [net.holds[*hold].take, net.holds[*hold].release]).collect();
        while let Some(event) = next.pop() {
            if !seen.insert(event) {
                continue;
            }
            next.extend(net.before(event));
            let hold = net.events[event].hold.map(|hold| net.holds[hold]);
            next.extend(hold.map(|hold| hold.release));
        }
        let mut events: Vec<u32> = seen.into_iter().collect();
        events.sort_unstable_by_key(|event| (ranks[*event], *event));
        if events.last().is_some_and(|event| ranks[*event] == NEVER) {
            return None;
        }
        let mut rivals: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for hold in events.iter().filter_map(|event| net.events[*event].hold) {
            rivals.entry(net.holds[hold].guard).or_default().push(hold);
        }
        let take = |hold: u32| {
            let guard = net.holds[hold].guard;
            let rivals = rivals.get(&guard).map_or(0, Vec::len);
            Take { hold, matters: rivals > 1 && above.contains(&guard) }
        };
        let takes = events.iter().map(|event| net.events[*event].hold.map(take)).collect();
        let places = events.iter().copied().zip(0..).collect();
        Some(Self { net, events: events.into_iter().collect(), places, takes, rivals })
    }

    /// Looks at every order of taking locks, fewest taken first.
    pub(super) fn explore(&self) -> Outcome {
        match self.search(Choices::WhatMatters) {
            // What does not matter need not happen either: where every taking can be looked at, the run with the fewest is told.
            Outcome::Stuck(stuck) => match self.search(Choices::All) {
                Outcome::Stuck(fewest) => Outcome::Stuck(fewest),
                Outcome::Free | Outcome::Undecided(_) => Outcome::Stuck(stuck),
            },
            other => other,
        }
    }

    fn search(&self, choices: Choices) -> Outcome {
        let mut first = Done::none(self.events.len());
        self.settle(&mut first, choices, &mut Vec::new());
        let mut seen: BTreeSet<Done> = BTreeSet::from([first.clone()]);
        let mut states: List<(Done, Option<(u32, u32)>)> = [(first, None)].into_iter().collect();
        let most = (WORK / self.events.len().max(1) as usize).clamp(1, STATES);
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
                    return Outcome::Stuck(Stuck { run: self.replay(&states, number, choices), never });
                }
                if states.len() as usize > most {
                    return Outcome::Undecided(states.len() as usize - 1);
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
        let is_free = |take: Take| self.holder(take.hold, done).is_none();
        !done.has(place) && self.is_ready(place, done) && self.takes[place].is_none_or(is_free)
    }

    /// Whether everything that an event waits for has happened, its lock left aside.
    fn is_ready(&self, place: u32, done: &Done) -> bool {
        let net = self.net;
        net.needs_of(self.events[place])
            .iter()
            .all(|need| net.providers_of(need).iter().any(|provider| self.has(done, *provider)))
    }

    fn has(&self, done: &Done, event: u32) -> bool {
        self.places.get(&event).is_some_and(|place| done.has(*place))
    }

    /// Who holds now the lock that a hold is to take.
    fn holder(&self, hold: u32, done: &Done) -> Option<u32> {
        let rivals = self.rivals.get(&self.net.holds[hold].guard)?;
        rivals.iter().copied().find(|rival| {
            let rival = &self.net.holds[*rival];
            self.has(done, rival.take) && !self.has(done, rival.release)
        })
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
                let holder = self.takes[place].and_then(|take| self.holder(take.hold, done));
                if holder.is_none_or(|holder| self.has(&reached, self.net.holds[holder].release)) {
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
        run.into_iter().map(|place| self.events[place]).collect()
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
