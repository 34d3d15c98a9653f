//! Policies that differ from this one in one thing, each run against its tests: what no test notices, a reviewer would not
//! notice either.

mod condition;
mod probe;
mod questions;
mod rules;
mod windows;

use super::run;
use crate::decide::Prepared;
use crate::policy::{Id, Origin, Policy, Tier, Window};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A policy that differs in one thing.
pub(super) struct Mutant {
    /// What differs, in words.
    what: String,
    /// The line it changes.
    origin: Origin,
    /// What it can make a difference to.
    about: About,
    edit: Box<dyn Fn(&mut Policy) + Send + Sync>,
}

/// What a mutant can make a difference to: where to look for its effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum About {
    /// A window, in whatever it says.
    Window(Id<Window>),
    /// Changes of one tier.
    Tier(Id<Tier>),
    /// Any change.
    Rules,
    /// The tier that paths give: only paths tell, and nobody but the author knows which there are.
    Paths,
}

/// A mutant and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// What differs, in words.
    pub what: String,
    /// The line it changes.
    pub origin: Origin,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a mutant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A test failed.
    Noticed,
    /// Every test passed, and some question is answered otherwise.
    Missed(Effect),
    /// Every test passed, and nothing is known to be answered otherwise.
    Equivalent(Sameness),
    /// The budget ended before it was looked at.
    Undecided,
}

/// How far a mutant's answers differ, where that was sampled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Effect {
    /// For how long a milder answer is given to the change that gains most by it, counted once for each region and component.
    pub looser: i64,
    /// For how long a stricter one is given to the change that loses most by it.
    pub stricter: i64,
    /// How many questions were asked of both.
    pub questions: usize,
}

/// How it is known that a mutant answers as the policy does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// Its window holds at the same times throughout the horizon: exact.
    SameTimes,
    /// So many questions were answered alike: sampled, not proved.
    Sampled(usize),
}

/// Every mutant with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mutation {
    /// In the order they were made.
    pub tried: Vec<Tried>,
}

impl Mutation {
    /// How many there are of this sort.
    pub fn count(&self, is_such: fn(&Fate) -> bool) -> usize {
        self.tried.iter().filter(|tried| is_such(&tried.fate)).count()
    }

    /// Those that a test noticed.
    pub fn noticed(&self) -> usize {
        self.count(|fate| matches!(fate, Fate::Noticed))
    }

    /// Those that count: noticed or missed, neither equivalent nor undecided.
    pub fn counted(&self) -> usize {
        self.count(|fate| matches!(fate, Fate::Noticed | Fate::Missed(_)))
    }

    /// The share that a test noticed, in whole percent, rounded down; 100 where there is none.
    pub fn score(&self) -> usize {
        (self.noticed() * 100).checked_div(self.counted()).unwrap_or(100)
    }

    /// Those that no test noticed, what would let most through first.
    pub fn missed(&self) -> Vec<(&Tried, Effect)> {
        let missed = self.tried.iter().filter_map(|tried| match tried.fate {
            Fate::Missed(effect) => Some((tried, effect)),
            _ => None,
        });
        let mut missed: Vec<_> = missed.collect();
        missed.sort_by_key(|(_, effect)| std::cmp::Reverse((effect.looser, effect.stricter)));
        missed
    }
}

/// Runs the tests of `policy` against every mutant of it. `is_over` says that the time is up: what was not looked at by then is
/// undecided. `done` is told how many mutants were looked at, of how many. The answer does not depend on how many threads there are.
pub fn mutate(
    policy: &Policy,
    is_over: &(dyn Fn() -> bool + Sync),
    done: &(dyn Fn(usize, usize) + Sync),
) -> Mutation {
    let mutants = mutants(policy);
    let original = Prepared::new(policy);
    let next = AtomicUsize::new(0);
    let finished = AtomicUsize::new(0);
    let fates: Mutex<BTreeMap<usize, Fate>> = Mutex::new(BTreeMap::new());
    let work = || {
        while !is_over() {
            let position = next.fetch_add(1, Ordering::Relaxed);
            let Some(mutant) = mutants.get(position) else { break };
            let fate = fate(policy, &original, mutant);
            if let Ok(mut fates) = fates.lock() {
                fates.insert(position, fate);
            }
            done(finished.fetch_add(1, Ordering::Relaxed) + 1, mutants.len());
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut fates = fates.into_inner().unwrap_or_default();
    let tried = mutants.into_iter().enumerate().map(|(position, mutant)| Tried {
        what: mutant.what,
        origin: mutant.origin,
        fate: fates.remove(&position).unwrap_or(Fate::Undecided),
    });
    Mutation { tried: tried.collect() }
}

fn mutants(policy: &Policy) -> Vec<Mutant> {
    let mut found = Vec::new();
    windows::mutants(policy, &mut found);
    rules::mutants(policy, &mut found);
    found
}

fn fate(policy: &Policy, original: &Prepared<'_>, mutant: &Mutant) -> Fate {
    let mut other = policy.clone();
    (mutant.edit)(&mut other);
    let prepared = Prepared::new(&other);
    if !run::all_pass(&other, &prepared) {
        return Fate::Noticed;
    }
    probe::fate(policy, original, &other, &prepared, mutant.about)
}
