//! The three steps of the search for deadlocks, and what they find, in terms of the policy.

use super::build::build;
use super::circle::{By, Link, knot, steps, waits};
use super::explore::{Outcome, Stuck, explore};
use super::list::List;
use super::net::{Guard, Net, What, Why};
use super::order::{Parts, parts};
use super::parts::circles;
use super::reach::{NEVER, ranks};
use crate::policy::{Id, Origin, Pipeline, Policy};
use std::collections::BTreeSet;

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A run gets stuck.
    Deadlock(Deadlock),
    /// There are too many orders to try.
    Undecided(Undecided),
}

/// A run that gets stuck: with the fewest locks taken that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadlock {
    /// What happens, in order; only what has to.
    pub steps: Vec<Happened>,
    /// Who then waits for whom, each for the next and the last for the first; from a wait for a lock on, if there is one.
    pub circle: Vec<Wait>,
    /// What else waits for good, where one of the circle could be helped by it.
    pub beside: Vec<Wait>,
}

/// A step of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Happened {
    /// What happens.
    pub what: What,
    /// The lock that is taken with it, and where that is written.
    pub takes: Option<(Guard, Origin)>,
}

/// Something that waits for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// What waits.
    pub who: What,
    /// What it waits for.
    pub of: What,
    /// Why.
    pub by: Blocker,
}

/// What stands in the way of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocker {
    /// It comes after, needs or calls it.
    Order(Why),
    /// A lock that another has.
    Held {
        /// The lock.
        guard: Guard,
        /// What took it.
        holder: What,
        /// Where that is written.
        taken: Origin,
        /// Where the one that waits asks for it.
        wanted: Origin,
    },
}

/// A part that was not explored to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecided {
    /// The locks that are taken in a circle.
    pub guards: Vec<Guard>,
    /// The pipelines that take one of them while they hold another.
    pub pipelines: Vec<Id<Pipeline>>,
    /// Where these take them.
    pub places: Vec<Origin>,
    /// How many states were looked at.
    pub states: usize,
}

/// Every way in which the policy's pipelines can come to wait for each other for good: one answer for each part of them that can. A circle
/// of `after` alone, of the `needs` of components alone, or of calls alone is none: it is a mistake in the order, not in the waiting.
pub fn deadlocks(policy: &Policy) -> Vec<Answer> {
    let net = build(policy);
    let all = ranks(&net, |_| false);
    let mut answers = from_the_start(&net, &all);
    let Parts { parts, above } = parts(&net, &all);
    for part in parts {
        match explore(&net, &all, &part, &above) {
            Outcome::Free => {}
            Outcome::Stuck(stuck) => answers.extend(told(&net, &stuck).map(Answer::Deadlock)),
            Outcome::Undecided(states) => {
                let guards = part.guards.iter().map(|guard| net.guards[*guard]).collect();
                let takes = part.edges.iter().map(|(hold, _)| net.events[net.holds[*hold].take].what);
                let pipelines: BTreeSet<_> = takes.filter_map(What::run).map(|run| run.pipeline).collect();
                let places: BTreeSet<_> =
                    part.edges.iter().map(|(hold, _)| net.holds[*hold].origin).collect();
                answers.push(Answer::Undecided(Undecided {
                    guards,
                    pipelines: pipelines.into_iter().collect(),
                    places: places.into_iter().collect(),
                    states,
                }));
            }
        }
    }
    answers
}

/// What waits in a circle whatever happens, each circle once.
fn from_the_start(net: &Net, all: &List<u32>) -> Vec<Answer> {
    let never: BTreeSet<u32> = (0..net.events.len()).filter(|event| all[*event] == NEVER).collect();
    if never.is_empty() {
        return Vec::new();
    }
    let links: Vec<Link> = waits(net, &never, |_| None).into_iter().flatten().collect();
    let mut answers = Vec::new();
    for part in circles(net.events.len(), links.iter().map(|link| (link.from, link.to))) {
        let part: BTreeSet<u32> = part.into_iter().collect();
        let within: Vec<Link> = links
            .iter()
            .copied()
            .filter(|link| part.contains(&link.from) && part.contains(&link.to))
            .collect();
        if is_order(net, &within) {
            continue;
        }
        // It is a circle of its own only where it stays one once everything else has happened.
        let alone = ranks(net, |event| !part.contains(&event));
        let never: BTreeSet<u32> = part.into_iter().filter(|event| alone[*event] == NEVER).collect();
        if never.is_empty() {
            continue;
        }
        let answer = told(net, &Stuck { run: Vec::new(), takes: 0, never });
        answers.extend(answer.map(Answer::Deadlock));
    }
    answers
}

/// Whether there is a circle of `after` alone, of what components need alone, or of pipelines that call each other: the order is
/// wrong, and is reported as that.
fn is_order(net: &Net, links: &[Link]) -> bool {
    let of = |keep: fn(Why) -> bool| {
        let kept = links.iter().filter(move |link| matches!(link.by, By::Need(why) if keep(why)));
        !circles(net.events.len(), kept.map(|link| (link.from, link.to))).is_empty()
    };
    let pipeline = |event: u32| u32::try_from(net.events[event].what.run()?.pipeline.index()).ok();
    // Each direction of a call on its own: a caller waits for the end of what it calls, and that for its caller to begin.
    let calls = |keep: fn(Why) -> bool| {
        let kept = links.iter().filter(move |link| matches!(link.by, By::Need(why) if keep(why)));
        let calls: Vec<(u32, u32)> =
            kept.filter_map(|link| Some((pipeline(link.from)?, pipeline(link.to)?))).collect();
        let count = calls.iter().map(|(from, to)| from.max(to) + 1).max().unwrap_or(0);
        !circles(count, calls.into_iter()).is_empty()
    };
    of(|why| matches!(why, Why::Own | Why::After(_)))
        || of(|why| matches!(why, Why::Below(..)))
        || calls(|why| matches!(why, Why::Called))
        || calls(|why| matches!(why, Why::Calls(..)))
}

fn told(net: &Net, stuck: &Stuck) -> Option<Deadlock> {
    let happened: BTreeSet<u32> = stuck.run.iter().copied().collect();
    let mut holders: List<Option<u32>> = List::of(None, net.guards.len());
    for (number, hold) in (0..).zip(net.holds.iter()) {
        if happened.contains(&hold.take) && stuck.never.contains(&hold.release) {
            holders[hold.guard] = Some(number);
        }
    }
    let found = waits(net, &stuck.never, |event| holders[net.guard_of(event)?]);
    let mut knot = knot(net.events.len(), &found);
    if knot.circle.is_empty() {
        return None;
    }
    // It is told from a wait for a lock on, where there is one: that is what the steps before it lead to.
    let first = knot.circle.iter().position(|link| matches!(link.by, By::Hold(_))).unwrap_or(0);
    knot.circle.rotate_left(first);
    let steps = steps(net, &stuck.run, &knot)
        .into_iter()
        .map(|event| Happened { what: net.events[event].what, takes: taken(net, event) });
    let wait = |link: &Link| {
        let by = match link.by {
            By::Need(why) => Blocker::Order(why),
            By::Hold(hold) => {
                let (guard, wanted) = taken(net, link.from)?;
                let hold = net.holds[hold];
                Blocker::Held { guard, holder: net.events[hold.take].what, taken: hold.origin, wanted }
            }
        };
        Some(Wait { who: net.events[link.from].what, of: net.events[link.to].what, by })
    };
    let circle = knot.circle.iter().filter_map(wait).collect();
    let beside = knot.beside.iter().filter_map(wait).collect();
    Some(Deadlock { steps: steps.collect(), circle, beside })
}

fn taken(net: &Net, event: u32) -> Option<(Guard, Origin)> {
    let hold = net.holds[net.events[event].hold?];
    Some((net.guards[hold.guard], hold.origin))
}
