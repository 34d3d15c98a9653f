//! How many runs of each pipeline there are to look at, and which run a call starts.
//!
//! A pipeline that nobody calls has as many runs as `runs` says. One that is called has one run for each call, at most as many as
//! `runs` says; further calls join the runs there are.

use super::net::Run;
use crate::policy::{Id, Pipeline, Policy, Stage};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Default)]
pub(super) struct Runs {
    counts: BTreeMap<Id<Pipeline>, u32>,
    /// By caller, stage and place among its calls: the run that is called.
    called: BTreeMap<(Run, Id<Stage>, usize), u32>,
    callers: BTreeMap<Run, Vec<(Run, Id<Stage>)>>,
}

impl Runs {
    pub(super) fn count(&self, pipeline: Id<Pipeline>) -> u32 {
        self.counts.get(&pipeline).copied().unwrap_or(1)
    }

    /// The run that the call at this place of a stage starts.
    pub(super) fn called(&self, run: Run, stage: Id<Stage>, at: usize) -> Option<u32> {
        self.called.get(&(run, stage, at)).copied()
    }

    /// The stages that start a run by calling it.
    pub(super) fn callers(&self, run: Run) -> impl Iterator<Item = (Run, Id<Stage>)> + '_ {
        self.callers.get(&run).into_iter().flatten().copied()
    }
}

/// A stage that calls a pipeline, and where among its calls.
type Site = (Id<Pipeline>, Id<Stage>, usize);

/// The runs of every pipeline; `locks` are those that each takes, by its position.
pub(super) fn runs(policy: &Policy, locks: &[BTreeSet<u32>]) -> Runs {
    let mut sites: BTreeMap<Id<Pipeline>, Vec<Site>> = BTreeMap::new();
    for (id, pipeline) in policy.pipelines.iter() {
        for (stage, row) in pipeline.stages.iter() {
            for (at, (called, _)) in row.calls.iter().enumerate() {
                sites.entry(*called).or_default().push((id, stage, at));
            }
        }
    }
    let mut runs = Runs { counts: counts(policy, locks, &sites), ..Runs::default() };
    for (called, sites) in &sites {
        let count = runs.count(*called);
        let each = sites.iter().flat_map(|(pipeline, stage, at)| {
            (0..runs.count(*pipeline)).map(|number| (Run { pipeline: *pipeline, number }, *stage, *at))
        });
        let each: Vec<_> = each.zip((0..count).cycle()).collect();
        for ((caller, stage, at), number) in each {
            runs.called.insert((caller, stage, at), number);
            runs.callers.entry(Run { pipeline: *called, number }).or_default().push((caller, stage));
        }
    }
    runs
}

fn counts(
    policy: &Policy,
    locks: &[BTreeSet<u32>],
    sites: &BTreeMap<Id<Pipeline>, Vec<Site>>,
) -> BTreeMap<Id<Pipeline>, u32> {
    let mut counts = BTreeMap::new();
    let mut left: BTreeMap<Id<Pipeline>, BTreeSet<Id<Pipeline>>> = BTreeMap::new();
    let mut ready = Vec::new();
    for pipeline in policy.pipelines.ids() {
        let callers: BTreeSet<_> = sites.get(&pipeline).into_iter().flatten().map(|site| site.0).collect();
        match callers.is_empty() {
            true => ready.push(pipeline),
            false => drop(left.insert(pipeline, callers)),
        }
    }
    while let Some(pipeline) = ready.pop() {
        let calls = sites.get(&pipeline).map_or(u32::MAX, |sites| {
            let each = sites.iter().map(|site| counts.get(&site.0).copied().unwrap_or(1));
            each.fold(0, u32::saturating_add)
        });
        counts.insert(pipeline, most(policy, locks, pipeline).min(calls).max(1));
        let called: BTreeSet<_> = calls_of(policy, pipeline).collect();
        for called in called {
            if let Some(callers) = left.get_mut(&called) {
                callers.remove(&pipeline);
                if callers.is_empty() {
                    left.remove(&called);
                    ready.push(called);
                }
            }
        }
    }
    counts
}

/// How many runs it takes to see whatever more could do. Whoever waits in a circle for good holds a lock of it or waits for one that does, and no
/// lock is held twice: of one run more than there are locks, one holds none, and every further run would be stopped where that one is.
fn most(policy: &Policy, locks: &[BTreeSet<u32>], pipeline: Id<Pipeline>) -> u32 {
    let runs = policy.pipelines[pipeline].runs;
    if runs <= 1 {
        return 1;
    }
    let mut seen = BTreeSet::from([pipeline]);
    let mut next = vec![pipeline];
    while let Some(pipeline) = next.pop() {
        next.extend(calls_of(policy, pipeline).filter(|called| seen.insert(*called)));
    }
    let taken: BTreeSet<u32> =
        seen.iter().filter_map(|pipeline| locks.get(pipeline.index())).flatten().copied().collect();
    runs.min(u32::try_from(taken.len()).unwrap_or(u32::MAX).saturating_add(1))
}

fn calls_of(policy: &Policy, pipeline: Id<Pipeline>) -> impl Iterator<Item = Id<Pipeline>> + '_ {
    policy.pipelines[pipeline].stages.rows().iter().flat_map(|stage| &stage.calls).map(|(called, _)| *called)
}
