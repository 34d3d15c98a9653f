//! Components that several pipelines change: each such pipeline has the component to itself from its first migration to its promotion.

use super::net::Guard;
use crate::policy::{Component, Id, Pipeline, Policy, Stage, StageKind};
use std::collections::{BTreeMap, BTreeSet};

/// The components that pipelines have to themselves for a while.
#[derive(Debug, Clone, Default)]
pub struct Shares {
    /// By pipeline: the stage that takes its shared components, at whose end they are given back (none: the last), and which.
    taken: BTreeMap<Id<Pipeline>, Share>,
}

#[derive(Debug, Clone)]
struct Share {
    from: Id<Stage>,
    until: Option<Id<Stage>>,
    components: Vec<Id<Component>>,
}

impl Shares {
    pub(super) fn guards(&self) -> BTreeSet<Guard> {
        self.taken
            .values()
            .flat_map(|share| &share.components)
            .map(|component| Guard::Shared(*component))
            .collect()
    }

    /// The components that a stage takes, in the order they are declared, each with the stage at whose end it is given back.
    pub fn taken(
        &self,
        pipeline: Id<Pipeline>,
        stage: Id<Stage>,
    ) -> impl Iterator<Item = (Id<Component>, Option<Id<Stage>>)> + '_ {
        let share = self.taken.get(&pipeline).filter(|share| share.from == stage);
        share.into_iter().flat_map(|share| share.components.iter().map(|component| (*component, share.until)))
    }
}

/// The pipelines that call each.
type Callers = BTreeMap<Id<Pipeline>, BTreeSet<Id<Pipeline>>>;

/// Which pipelines share which components. What a pipeline calls works within what its callers have: it takes nothing that they may hold.
pub fn shares(policy: &Policy) -> Shares {
    let mut users: BTreeMap<Id<Component>, Vec<Id<Pipeline>>> = BTreeMap::new();
    let callers = callers(policy);
    for pipeline in policy.pipelines.ids() {
        let above = above(&callers, pipeline);
        for component in components(policy, pipeline) {
            let is_lent = above.iter().any(|caller| components(policy, *caller).contains(&component));
            if !is_lent && first_change(policy, pipeline).is_some() {
                users.entry(component).or_default().push(pipeline);
            }
        }
    }
    let mut taken = BTreeMap::new();
    for (component, pipelines) in users.into_iter().filter(|(_, pipelines)| pipelines.len() > 1) {
        for pipeline in pipelines {
            let Some(from) = first_change(policy, pipeline) else { continue };
            let until =
                policy.pipelines[pipeline].stages.iter().rfind(|(_, stage)| stage.kind == StageKind::Promote);
            let share = || Share { from, until: until.map(|(id, _)| id), components: Vec::new() };
            taken.entry(pipeline).or_insert_with(share).components.push(component);
        }
    }
    Shares { taken }
}

fn components(policy: &Policy, pipeline: Id<Pipeline>) -> BTreeSet<Id<Component>> {
    let service = policy.pipelines[pipeline].service;
    service.map(|service| policy.services[service].components.iter().copied().collect()).unwrap_or_default()
}

fn first_change(policy: &Policy, pipeline: Id<Pipeline>) -> Option<Id<Stage>> {
    let stages = &policy.pipelines[pipeline].stages;
    let first = |kind: StageKind| stages.iter().find(|(_, stage)| stage.kind == kind);
    first(StageKind::Migrate).or_else(|| first(StageKind::Deploy)).map(|(id, _)| id)
}

/// Every pipeline that calls this one, or calls one that does.
fn above(callers: &Callers, pipeline: Id<Pipeline>) -> BTreeSet<Id<Pipeline>> {
    let mut found = BTreeSet::new();
    let mut next = vec![pipeline];
    while let Some(called) = next.pop() {
        let new = callers.get(&called).into_iter().flatten().filter(|caller| **caller != pipeline);
        next.extend(new.filter(|caller| found.insert(**caller)));
    }
    found
}

fn callers(policy: &Policy) -> Callers {
    let mut callers = Callers::new();
    for (id, pipeline) in policy.pipelines.iter() {
        for (called, _) in pipeline.stages.rows().iter().flat_map(|stage| &stage.calls) {
            callers.entry(*called).or_default().insert(id);
        }
    }
    callers
}
