//! What was deployed last is taken back first, and a lever that waits for another is pulled behind it.

use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Act, Component, Id, Lever, Origin, Pipeline, Policy, Rollback, Stage};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

code!(
    pub ROLLBACK_OUT_OF_ORDER,
    Warning,
    "rollback-out-of-order",
    "levers that are not pulled in the reverse order of what was deployed"
);

/// The stages, each behind those it comes after; where several could be next, as they are written. Stages in a cycle, which is an
/// error of its own, are left out.
pub(super) fn stages(policy: &Policy, pipeline: Id<Pipeline>) -> Vec<Id<Stage>> {
    let mut waits: BTreeMap<Id<Stage>, usize> = BTreeMap::new();
    let mut then: BTreeMap<Id<Stage>, Vec<Id<Stage>>> = BTreeMap::new();
    for (id, stage) in policy.pipelines[pipeline].stages.iter() {
        let mut before: Vec<Id<Stage>> = own(pipeline, stage).collect();
        before.sort_unstable();
        before.dedup();
        waits.insert(id, before.len());
        for earlier in before {
            then.entry(earlier).or_default().push(id);
        }
    }
    let mut ready: BTreeSet<Id<Stage>> =
        waits.iter().filter(|(_, waits)| **waits == 0).map(|(id, _)| *id).collect();
    let mut order = Vec::new();
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for later in then.get(&next).into_iter().flatten() {
            if let Some(left) = waits.get_mut(later) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(*later);
                }
            }
        }
    }
    order
}

/// The stages of the same pipeline that one comes after.
fn own(id: Id<Pipeline>, stage: &Stage) -> impl Iterator<Item = Id<Stage>> + '_ {
    stage.after.iter().filter(move |after| after.pipeline == id).map(|after| after.stage)
}

pub(super) fn check(policy: &Policy, rollback: &Rollback, sink: &mut Sink) {
    let mut pulled: Vec<(Id<Lever>, Origin)> = Vec::new();
    for step in rollback.steps.iter().chain(&rollback.finally) {
        let Act::Pull { levers, fastest } = &step.act else { continue };
        for (lever, origin) in levers {
            waits(policy, &pulled, *lever, *origin, sink);
            let earlier = pulled.iter().find_map(|(before, at)| {
                between(policy, rollback, *before, *lever).map(|parts| (*before, *at, parts))
            });
            if let Some((before, at, (kept, needs))) = earlier {
                let message = format!(
                    "`{}` is pulled behind `{}`, and takes back `{needs}`, which was deployed behind `{kept}`",
                    policy.levers[*lever].name, policy.levers[before].name
                );
                sink.push(
                    Diagnostic::new(&ROLLBACK_OUT_OF_ORDER, origin.span, message)
                        .also(at.span, format!("from here on the new `{needs}` works with the old `{kept}`"))
                        .help("pull them the other way round: what was deployed last is taken back first"),
                );
            }
            if !fastest {
                pulled.push((*lever, *origin));
            }
        }
        if *fastest {
            pulled.extend(levers.iter().copied());
        }
    }
}

fn waits(policy: &Policy, pulled: &[(Id<Lever>, Origin)], lever: Id<Lever>, origin: Origin, sink: &mut Sink) {
    let row = &policy.levers[lever];
    for (first, said) in &row.after {
        if !pulled.iter().any(|(before, _)| before == first) {
            let name = &policy.levers[*first].name;
            let message = format!("`{}` is pulled before `{name}`, which it comes after", row.name);
            sink.push(
                Diagnostic::new(&ROLLBACK_OUT_OF_ORDER, origin.span, message)
                    .also(said.span, "it says so here")
                    .help(format!("pull `{name}` before it")),
            );
        }
    }
}

/// What the first lever takes back although the second takes back something that was deployed behind it.
fn between<'p>(
    policy: &'p Policy,
    rollback: &Rollback,
    first: Id<Lever>,
    second: Id<Lever>,
) -> Option<(&'p str, &'p str)> {
    let scope = |lever: Id<Lever>| policy.levers[lever].components.as_deref().unwrap_or_default();
    for kept in scope(first) {
        for needs in scope(second) {
            let is_behind =
                behind(policy, rollback, *needs, *kept) && !behind(policy, rollback, *kept, *needs);
            if kept != needs && is_behind {
                return Some((&policy.components[*kept].name, &policy.components[*needs].name));
            }
        }
    }
    None
}

/// Whether a component is deployed behind another: it needs it, or a stage that starts it comes after one that starts the other.
fn behind(policy: &Policy, rollback: &Rollback, later: Id<Component>, earlier: Id<Component>) -> bool {
    let needs = |id: Id<Component>| policy.components[id].needs.clone();
    if reach(later, needs).contains(&earlier) {
        return true;
    }
    let pipeline = &policy.pipelines[rollback.pipeline];
    let starts = |component: Id<Component>| {
        pipeline
            .stages
            .iter()
            .filter(move |(_, stage)| stage.starts.iter().any(|(started, _)| *started == component))
    };
    let before = |id: Id<Stage>| own(rollback.pipeline, &pipeline.stages[id]).collect();
    let firsts: BTreeSet<Id<Stage>> = starts(earlier).map(|(id, _)| id).collect();
    starts(later).any(|(id, _)| reach(id, before).iter().any(|stage| firsts.contains(stage)))
}

/// Everything that is reached from a place, the place itself left out unless it reaches itself.
fn reach<T: Ord + Copy>(from: T, next: impl Fn(T) -> Vec<T>) -> BTreeSet<T> {
    let mut seen = BTreeSet::new();
    let mut open = VecDeque::from([from]);
    while let Some(at) = open.pop_front() {
        for there in next(at) {
            if seen.insert(there) {
                open.push_back(there);
            }
        }
    }
    seen
}
