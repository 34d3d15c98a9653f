//! The stages of all pipelines as one graph: what comes before what. Nothing here recurses: a chain of a hundred thousand is walked.

use super::list::List;
use crate::policy::{Id, Pipeline, Policy, Stage};
use std::collections::BTreeSet;
use std::ops::Range;

/// A stage, by its number among all of a policy.
pub type At = u32;

/// The rank of what waits for itself, or behind that.
const NEVER: u32 = u32::MAX;

/// Every stage of a policy with what it waits for.
#[derive(Debug)]
pub struct Stages<'p> {
    policy: &'p Policy,
    /// The number of each pipeline's first stage.
    first: Vec<At>,
    places: List<(Id<Pipeline>, Id<Stage>)>,
    before: List<Vec<At>>,
    after: List<Vec<At>>,
    ranks: List<u32>,
    order: Vec<At>,
}

/// For each stage one other that was looked for.
#[derive(Debug)]
pub struct Nearest(List<Option<At>>);

impl Nearest {
    /// That of a stage.
    pub fn of(&self, at: At) -> Option<At> {
        self.0[at]
    }
}

impl<'p> Stages<'p> {
    /// The stages of a policy. An `after` that names what is not there is left out.
    pub fn of(policy: &'p Policy) -> Self {
        let mut first = Vec::with_capacity(policy.pipelines.len());
        let mut places = List::new();
        for (id, pipeline) in policy.pipelines.iter() {
            first.push(places.len());
            for stage in pipeline.stages.ids() {
                places.push((id, stage));
            }
        }
        let count = places.len();
        let mut stages = Self {
            policy,
            first,
            places,
            before: List::of(Vec::new(), count),
            after: List::of(Vec::new(), count),
            ranks: List::of(NEVER, count),
            order: Vec::with_capacity(count as usize),
        };
        for at in 0..count {
            for after in &stages.stage(at).after {
                if let Some(before) = stages.number(after.pipeline, after.stage) {
                    stages.before[at].push(before);
                    stages.after[before].push(at);
                }
            }
        }
        stages.rank_all();
        stages
    }

    fn rank_all(&mut self) {
        let mut missing: List<usize> = self.before.iter().map(Vec::len).collect();
        let mut order: Vec<At> = self.all().filter(|at| missing[*at] == 0).collect();
        let mut next = 0;
        while let Some(at) = order.get(next).copied() {
            self.ranks[at] = u32::try_from(next).unwrap_or(NEVER);
            next += 1;
            for behind in &self.after[at] {
                missing[*behind] -= 1;
                if missing[*behind] == 0 {
                    order.push(*behind);
                }
            }
        }
        self.order = order;
    }

    /// Every stage.
    pub fn all(&self) -> Range<At> {
        0..self.places.len()
    }

    /// The stages of a pipeline, in the order they are written.
    pub fn of_pipeline(&self, pipeline: Id<Pipeline>) -> Range<At> {
        let first = self.first.get(pipeline.index()).copied().unwrap_or(0);
        first..first + u32::try_from(self.policy.pipelines[pipeline].stages.len()).unwrap_or(0)
    }

    /// The number of a stage.
    pub fn number(&self, pipeline: Id<Pipeline>, stage: Id<Stage>) -> Option<At> {
        let stages = self.first.get(pipeline.index()).map(|_| self.of_pipeline(pipeline))?;
        let at = stages.start.checked_add(u32::try_from(stage.index()).ok()?)?;
        stages.contains(&at).then_some(at)
    }

    /// The pipeline of a stage.
    pub fn pipeline_of(&self, at: At) -> Id<Pipeline> {
        self.places[at].0
    }

    /// The stage itself.
    pub fn stage(&self, at: At) -> &'p Stage {
        let (pipeline, stage) = self.places[at];
        &self.policy.pipelines[pipeline].stages[stage]
    }

    /// What must be finished before a stage starts, by its own word.
    pub fn before(&self, at: At) -> &[At] {
        &self.before[at]
    }

    /// What waits for a stage, by its own word.
    pub fn after(&self, at: At) -> &[At] {
        &self.after[at]
    }

    /// Whether a stage can ever start, as far as `after` goes: it waits for no circle.
    pub fn can_start(&self, at: At) -> bool {
        self.ranks[at] != NEVER
    }

    /// Every stage that can start, each after all that it waits for.
    pub fn in_order(&self) -> &[At] {
        &self.order
    }

    /// Whether one stage is always finished before another starts. No stage comes before itself.
    pub fn is_before(&self, earlier: At, later: At) -> bool {
        if !self.can_start(earlier) || !self.can_start(later) {
            return false;
        }
        let least = self.ranks[earlier];
        let mut seen = BTreeSet::new();
        let mut next = vec![later];
        while let Some(at) = next.pop() {
            for before in self.before[at].iter().copied() {
                if before == earlier {
                    return true;
                }
                if self.ranks[before] > least && seen.insert(before) {
                    next.push(before);
                }
            }
        }
        false
    }

    /// Every stage that comes before one of these.
    pub fn all_before(&self, of: impl IntoIterator<Item = At>) -> BTreeSet<At> {
        let mut seen = BTreeSet::new();
        let mut next: Vec<At> = of.into_iter().collect();
        while let Some(at) = next.pop() {
            next.extend(self.before[at].iter().copied().filter(|before| seen.insert(*before)));
        }
        seen
    }

    /// For each stage one that comes before it, in its own pipeline by that pipeline's own order, and is of these.
    pub fn one_before(&self, is_one: impl Fn(At) -> bool) -> Nearest {
        let mut found = List::of(None, self.places.len());
        for at in self.order.iter().copied() {
            found[at] = self.of_own(at, &self.before[at], &found, &is_one);
        }
        Nearest(found)
    }

    /// For each stage one that comes after it, in its own pipeline by that pipeline's own order, and is of these.
    pub fn one_after(&self, is_one: impl Fn(At) -> bool) -> Nearest {
        let mut found = List::of(None, self.places.len());
        for at in self.order.iter().rev().copied() {
            found[at] = self.of_own(at, &self.after[at], &found, &is_one);
        }
        Nearest(found)
    }

    fn of_own(
        &self,
        at: At,
        beside: &[At],
        found: &List<Option<At>>,
        is_one: impl Fn(At) -> bool,
    ) -> Option<At> {
        let own = beside.iter().copied().filter(|other| self.pipeline_of(*other) == self.pipeline_of(at));
        own.clone().find(|other| is_one(*other)).or_else(|| own.clone().find_map(|other| found[other]))
    }
}
