//! What is surely held while a stage runs: the locks of its pipeline and its stages, the components that pipelines take turns at,
//! and what is held by those that call it.

use super::list::List;
use super::marks::MARKS;
use super::net::Guard;
use super::shared::shares;
use super::stages::{At, Stages};
use crate::policy::{Id, Pipeline, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// What is held while each stage runs.
#[derive(Debug)]
pub struct Held(List<BTreeSet<Guard>>);

impl Held {
    /// Whether two stages of different pipelines hold one thing, so that they never run at once.
    pub fn keeps_apart(&self, one: At, other: At) -> bool {
        !self.0[one].is_disjoint(&self.0[other])
    }
}

/// From the start of one stage to the end of another; none is the end of the run.
struct Span {
    guard: Guard,
    from: At,
    until: Option<At>,
}

/// What is held while each stage of a policy runs. What a pipeline of a circle of calls holds by its callers is left out.
pub fn held(policy: &Policy, stages: &Stages<'_>) -> Held {
    let mut held = List::of(BTreeSet::new(), stages.all().end);
    for (id, pipeline) in policy.pipelines.iter() {
        for at in stages.of_pipeline(id) {
            held[at].extend(pipeline.holds.iter().map(|(lock, _)| Guard::Lock(*lock)));
        }
    }
    for few in spans(policy, stages).chunks(MARKS) {
        let from: Vec<At> = few.iter().map(|span| span.from).collect();
        let until: Vec<At> = few.iter().map(|span| span.until.unwrap_or(span.from)).collect();
        let (begun, ends) = (stages.marks_before(&from), stages.marks_after(&until));
        for at in stages.all() {
            let (begun, ends) = (begun.of(at), ends.of(at));
            for (bit, span) in few.iter().enumerate().filter(|(bit, _)| begun >> bit & 1 == 1) {
                let is_open = span.until.is_none() || ends >> bit & 1 == 1;
                if is_open && stages.pipeline_of(at) == stages.pipeline_of(span.from) {
                    held[at].insert(span.guard);
                }
            }
        }
    }
    lend(policy, stages, &mut held);
    Held(held)
}

fn spans(policy: &Policy, stages: &Stages<'_>) -> Vec<Span> {
    let shares = shares(policy);
    let mut found = Vec::new();
    for (pipeline, row) in policy.pipelines.iter() {
        for (id, stage) in row.stages.iter() {
            let Some(from) = stages.number(pipeline, id) else { continue };
            for holding in &stage.holds {
                let until = holding.until.and_then(|until| stages.number(pipeline, until));
                found.push(Span {
                    guard: Guard::Lock(holding.lock),
                    from,
                    until: Some(until.unwrap_or(from)),
                });
            }
            for (component, until) in shares.taken(pipeline, id) {
                let until = until.and_then(|until| stages.number(pipeline, until));
                found.push(Span { guard: Guard::Shared(component), from, until });
            }
        }
    }
    found
}

/// Hands on what every stage that calls a pipeline holds, callers first.
fn lend(policy: &Policy, stages: &Stages<'_>, held: &mut List<BTreeSet<Guard>>) {
    let mut callers: BTreeMap<Id<Pipeline>, Vec<At>> = BTreeMap::new();
    for at in stages.all() {
        for (called, _) in &stages.stage(at).calls {
            callers.entry(*called).or_default().push(at);
        }
    }
    let mut missing: BTreeMap<Id<Pipeline>, usize> =
        callers.iter().map(|(called, by)| (*called, by.len())).collect();
    let mut ready: Vec<Id<Pipeline>> =
        policy.pipelines.ids().filter(|id| !callers.contains_key(id)).collect();
    while let Some(pipeline) = ready.pop() {
        let mut by = callers.get(&pipeline).into_iter().flatten().map(|at| held[*at].clone());
        let first = by.next().unwrap_or_default();
        let lent = by.fold(first, |lent, held| lent.intersection(&held).copied().collect());
        for at in stages.of_pipeline(pipeline) {
            held[at].extend(lent.iter().copied());
            for (called, _) in &stages.stage(at).calls {
                let Some(left) = missing.get_mut(called) else { continue };
                *left -= 1;
                if *left == 0 {
                    ready.push(*called);
                }
            }
        }
    }
}
