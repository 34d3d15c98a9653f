//! The same questions put to a policy and to a mutant of it that no test noticed: whether it answers otherwise, and for how long.
//!
//! A window can make a difference only while it, or the mutant's, holds: those stretches are asked. Everything else is asked at
//! the edges of the calendar. Both with evidence that favours the change, with none, and with each fact otherwise in turn.

use super::questions::questions;
use super::{About, Effect, Fate, Sameness};
use crate::calendar::{Elapsed, Instant, Interval, IntervalSet};
use crate::decide::Prepared;
use crate::policy::{Id, Policy, Window};
use std::collections::BTreeSet;

/// So many questions are asked of a mutant; more instants than that leaves room for are thinned out evenly.
const QUESTIONS: usize = 600;

/// What becomes of a mutant that no test noticed.
pub(super) fn fate(
    policy: &Policy,
    original: &Prepared<'_>,
    other: &Policy,
    mutant: &Prepared<'_>,
    about: About,
) -> Fate {
    let stretches = match about {
        About::Window(window) => concerned(policy, other, window),
        About::Tier(_) | About::Rules => edges(policy),
        About::Paths => return Fate::Missed(Effect::default()),
    };
    if stretches.is_empty() && matches!(about, About::Window(_)) {
        return Fate::Equivalent(Sameness::SameTimes);
    }
    let questions = questions(policy, about);
    let most = (QUESTIONS / questions.len().max(1)).max(8);
    let every = stretches.len().div_ceil(most).max(1);
    let mut effects = vec![Effect::default(); questions.len()];
    for near in stretches.chunks(every) {
        // A stretch that was left out counts with the one before it.
        let seconds: i64 = near.iter().map(|stretch| stretch.length().as_seconds()).sum();
        let Some(stretch) = near.first() else { continue };
        for (question, effect) in questions.iter().zip(&mut effects) {
            let (change, context) = question.at(policy, stretch.start);
            let before = original.cells(&change, &context);
            let after = mutant.cells(&change, &context);
            effect.questions += 1;
            for (before, after) in before.iter().zip(&after) {
                match after.verdict.cmp(&before.verdict) {
                    std::cmp::Ordering::Less => effect.looser += seconds,
                    std::cmp::Ordering::Greater => effect.stricter += seconds,
                    std::cmp::Ordering::Equal => {}
                }
            }
        }
    }
    let most = |of: fn(&Effect) -> i64| effects.iter().map(of).max().unwrap_or_default();
    let effect = Effect {
        looser: most(|effect| effect.looser),
        stricter: most(|effect| effect.stricter),
        questions: effects.iter().map(|effect| effect.questions).sum(),
    };
    match effect.looser + effect.stricter {
        0 => Fate::Equivalent(Sameness::Sampled(effect.questions)),
        _ => Fate::Missed(effect),
    }
}

/// The stretches in which a window of the two policies can make a difference, cut where any other window begins or ends.
fn concerned(policy: &Policy, other: &Policy, id: Id<Window>) -> Vec<Interval> {
    let within = policy.horizon;
    let (before, after) = (&policy.windows[id], &other.windows[id]);
    let has_same_rest = {
        let moved = Window { when: before.when.clone(), ..after.clone() };
        moved == *before
    };
    let mut all = IntervalSet::default();
    for region in policy.regions_or_none() {
        let place = policy.place_of(region);
        let active = |window: &Window| match window.when.patterns.is_empty() && window.follows.is_some() {
            true => IntervalSet::of(within),
            false => window.when.active(place, within),
        };
        let (before_set, after_set) = (active(before), active(after));
        let differs = match (has_same_rest, before.only) {
            (true, _) => before_set.difference(&after_set).union(&after_set.difference(&before_set)),
            (false, true) => IntervalSet::of(within),
            (false, false) => before_set.union(&after_set),
        };
        all = all.union(&differs);
    }
    let cuts = cuts(policy, within);
    let mut stretches = Vec::new();
    for interval in all.intervals() {
        let mut start = interval.start;
        for cut in cuts.range(start..interval.end).copied().chain([interval.end]) {
            if start < cut {
                stretches.push(Interval::new(start, cut));
            }
            start = cut;
        }
    }
    stretches
}

/// Every stretch between two edges of the calendar that is the first of its window in its region, or an exception's.
fn edges(policy: &Policy) -> Vec<Interval> {
    let within = policy.horizon;
    let mut instants = BTreeSet::from([within.start]);
    for region in policy.regions_or_none() {
        let place = policy.place_of(region);
        for window in policy.windows.rows() {
            let read = window.when.read(place);
            let first =
                std::iter::successors(read.next_change_after(within.start), |at| read.next_change_after(*at));
            instants.extend(first.take(2));
        }
    }
    let exceptions = policy.exceptions.rows().iter();
    for edge in exceptions.flat_map(|exception| exception.starts.into_iter().chain([exception.expires])) {
        instants.extend([edge.minus(Elapsed::seconds(1)), edge, edge.plus(Elapsed::seconds(1))]);
    }
    for window in policy.exceptions.rows().iter().flat_map(|exception| &exception.lifts) {
        let window = &policy.windows[*window];
        for region in policy.regions_or_none() {
            let active = window.when.active(policy.place_of(region), policy.horizon);
            instants.extend(active.edges().take(8));
        }
    }
    let instants: Vec<Instant> = instants.into_iter().filter(|at| *at < Instant::MAX).collect();
    let ends = instants.iter().skip(1).copied().chain([within.end]);
    instants.iter().zip(ends).map(|(start, end)| Interval::new(*start, end)).collect()
}

/// Where any window begins or ends in any region.
fn cuts(policy: &Policy, within: Interval) -> BTreeSet<Instant> {
    let mut cuts = BTreeSet::new();
    for region in policy.regions_or_none() {
        let place = policy.place_of(region);
        for window in policy.windows.rows() {
            cuts.extend(window.when.active(place, within).edges());
        }
    }
    cuts
}
