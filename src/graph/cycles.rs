//! What waits for itself: stages, pipelines that call each other, components, environments, releases. One shortest cycle for each knot.

use super::list::List;
use super::parts::circles;
use super::shortest::shortest;
use crate::policy::{Component, Environment, Id, Origin, Pipeline, Policy, Release, Stage};
use std::collections::BTreeMap;

/// Something that has an order among its like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    /// A stage, which comes `after` others
    Stage(Id<Pipeline>, Id<Stage>),
    /// A pipeline, which `calls` others
    Pipeline(Id<Pipeline>),
    /// A component, which `needs` others
    Component(Id<Component>),
    /// An environment, which comes `after` another
    Environment(Id<Environment>),
    /// A release, which comes `after` others
    Release(Id<Release>),
}

/// One thing waits for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrow {
    /// What waits.
    pub from: Thing,
    /// What it waits for.
    pub to: Thing,
    /// Where that is written.
    pub origin: Origin,
}

/// For each set of things that all wait for each other, the shortest cycle among them: each arrow leads to the next, and the
/// last to the first.
pub fn cycles(policy: &Policy) -> Vec<Vec<Arrow>> {
    let arrows = arrows(policy);
    let mut numbers: BTreeMap<Thing, u32> = BTreeMap::new();
    for thing in arrows.iter().flat_map(|arrow| [arrow.from, arrow.to]) {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        numbers.entry(thing).or_insert(next);
    }
    let number = |thing: Thing| numbers.get(&thing).copied().unwrap_or(u32::MAX);
    let edges: Vec<(u32, u32)> = arrows.iter().map(|arrow| (number(arrow.from), number(arrow.to))).collect();
    let count = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
    let parts = circles(count, edges.iter().copied());
    let mut part_of: List<u32> = List::of(u32::MAX, count);
    for (part, nodes) in (0..).zip(&parts) {
        for node in nodes {
            part_of[*node] = part;
        }
    }
    let mut within: Vec<Vec<(Arrow, (u32, u32))>> = vec![Vec::new(); parts.len()];
    for (arrow, (from, to)) in arrows.iter().zip(edges) {
        if part_of[from] == part_of[to]
            && let Some(within) = within.get_mut(part_of[from] as usize)
        {
            within.push((*arrow, (from, to)));
        }
    }
    let mut found: Vec<Vec<Arrow>> = within
        .iter()
        .map(|within| {
            let edges: Vec<(u32, u32)> = within.iter().map(|(_, edge)| *edge).collect();
            shortest(&edges).into_iter().filter_map(|at| Some(within.get(at)?.0)).collect()
        })
        .collect();
    found.sort_by_key(|cycle: &Vec<Arrow>| cycle.first().map(|arrow| arrow.from));
    found
}

fn arrows(policy: &Policy) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    let mut add = |from: Thing, to: Thing, origin: Origin| arrows.push(Arrow { from, to, origin });
    for (id, pipeline) in policy.pipelines.iter() {
        for (at, stage) in pipeline.stages.iter() {
            for after in &stage.after {
                add(Thing::Stage(id, at), Thing::Stage(after.pipeline, after.stage), after.origin);
            }
            for (called, origin) in &stage.calls {
                add(Thing::Pipeline(id), Thing::Pipeline(*called), *origin);
            }
        }
    }
    for (id, component) in policy.components.iter() {
        for needed in &component.needs {
            add(Thing::Component(id), Thing::Component(*needed), component.origin);
        }
    }
    for (id, environment) in policy.environments.iter() {
        if let Some(before) = environment.after {
            add(Thing::Environment(id), Thing::Environment(before), environment.origin);
        }
    }
    for (id, release) in policy.releases.iter() {
        for before in &release.after {
            add(Thing::Release(id), Thing::Release(*before), release.origin);
        }
    }
    arrows
}
