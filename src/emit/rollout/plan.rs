//! A pipeline as legs, in an order in which each stands behind those it needs: what each does, may take and goes back by.

use super::{HOOKS, OVER, Way, approval, back, people};
use crate::calendar::Elapsed;
use crate::emit::freeze::Ids;
use crate::policy::{
    Action, Id, OnFailure, Pipeline, Policy, Reaction, Region, Rollback, Seats, Stage, StageKind, Traffic,
};
use crate::schedule::{RolloutStep, Rollouts, Route, percent};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What a leg that ends at once may take where its stage says no timeout: as long as hosted runners let a job run.
const NO_TIMEOUT: Elapsed = Elapsed::hours(6);

/// A pipeline as jobs.
#[derive(Debug)]
pub(in crate::emit) struct Plan<'a> {
    pub policy: &'a Policy,
    pub id: Id<Pipeline>,
    pub pipeline: &'a Pipeline,
    /// In an order in which each stands behind those it needs.
    pub legs: Vec<Leg<'a>>,
}

/// One job of a pipeline.
#[derive(Debug)]
pub(in crate::emit) struct Leg<'a> {
    /// The name of its job, unique in the pipeline.
    pub name: String,
    /// What it does, for people.
    pub title: String,
    pub stage_id: Id<Stage>,
    pub stage: &'a Stage,
    pub regions: Vec<Id<Region>>,
    /// What it asks the gate for, if it asks.
    pub asks: Option<Action>,
    /// Legs that must be finished before, by position.
    pub after: Vec<usize>,
    /// Legs whose makings it expects, by position.
    pub expects: Vec<usize>,
    /// Who must approve before it starts.
    pub approve: Option<&'a Seats>,
    /// How long it may take at most.
    pub limit: Elapsed,
    /// What goes back when it fails; none means that it stays where it is.
    pub goes_back_by: Option<Id<Rollback>>,
    /// By kind of freeze: after how many seconds a rollout that met it here goes back.
    pub on_freeze: BTreeMap<String, i64>,
    /// Whether something was changed before it, or it changes something itself.
    pub is_under_way: bool,
    /// The share of traffic that the change has behind it, where it gives any.
    pub gives: Option<Decimal>,
    /// The share that it gives or mirrors, for hooks.
    pub(super) traffic: Option<String>,
    /// Whether it or a leg that it waits for gives, mirrors or moves traffic.
    pub has_traffic: bool,
    /// Whether it is the last of its stage.
    pub is_last: bool,
    /// How long its regions are let alone behind it.
    pub soak: Option<Elapsed>,
}

impl<'a> Plan<'a> {
    /// The plan of a pipeline.
    pub fn new(policy: &'a Policy, id: Id<Pipeline>) -> Self {
        let pipeline = &policy.pipelines[id];
        let steps = Rollouts::new(policy).of(id, &Route::default()).steps;
        let mut names = Ids::default();
        [HOOKS, OVER].into_iter().for_each(|name| drop(names.unique(name.to_owned())));
        for stage in pipeline.stages.rows() {
            let people = stage.approve.as_ref().map_or(0, people);
            (1..=people).for_each(|person| drop(names.unique(approval(&stage.name, person))));
        }
        for rollback in policy.rollbacks.rows() {
            let places = rollback.region_plan.len().max(1);
            (1..=places).for_each(|place| drop(names.unique(back(&rollback.name, place))));
        }
        let mut plan = Self { policy, id, pipeline, legs: Vec::new() };
        let mut of_stage: BTreeMap<Id<Stage>, Vec<usize>> = BTreeMap::new();
        let mut under_way = false;
        for (stage_id, steps) in by_stage(pipeline, steps) {
            let stage = &pipeline.stages[stage_id];
            let before = stage.after.iter().filter(|after| after.pipeline == id);
            let before = before.filter_map(|after| of_stage.get(&after.stage)?.last().copied());
            let mut after: Vec<usize> = before.collect();
            let many = steps.len() > 1;
            let last = steps.len().saturating_sub(1);
            let limits = limits(stage, &steps);
            for (position, step) in steps.into_iter().enumerate() {
                let name = if many { format!("{}-{}", stage.name, position + 1) } else { stage.name.clone() };
                let is_last_there =
                    stage.soak.is_some() && position != last && (position + 1) % shares(stage) == 0;
                let on_freeze = if under_way { plan.answers(&step) } else { BTreeMap::new() };
                under_way |= step.asks.is_some() || puts(stage.kind);
                let after_traffic = after.iter().filter_map(|position| plan.legs.get(*position));
                let has_traffic = step.traffic.is_some()
                    || stage.traffic.is_some()
                    || stage.switch.is_some()
                    || after_traffic.into_iter().any(|leg| leg.has_traffic);
                let leg = Leg {
                    name: names.unique(name),
                    title: plan.title(stage, &step),
                    stage_id,
                    stage,
                    asks: step.asks,
                    after: after.clone(),
                    expects: plan.makers(stage, &of_stage),
                    approve: stage.approve.as_ref().filter(|_| position == 0),
                    limit: limits.get(position).copied().unwrap_or(NO_TIMEOUT),
                    goes_back_by: plan.goes_back_by(stage),
                    on_freeze,
                    is_under_way: under_way,
                    gives: step.traffic,
                    traffic: traffic(stage, &step),
                    has_traffic,
                    is_last: position == last,
                    soak: stage.soak.filter(|_| is_last_there),
                    regions: step.regions,
                };
                after = vec![plan.legs.len()];
                of_stage.entry(stage_id).or_default().push(plan.legs.len());
                plan.legs.push(leg);
            }
        }
        plan
    }

    /// Every pipeline's plan.
    pub fn all(policy: &'a Policy) -> Vec<Self> {
        policy.pipelines.ids().map(|id| Self::new(policy, id)).collect()
    }

    /// What a rollout that meets a freeze before this step does, for the kinds after which it goes back.
    fn answers(&self, step: &RolloutStep) -> BTreeMap<String, i64> {
        let answer = |kind| Some(self.pipeline.answer_to(kind, step.reached)?.reaction);
        let kinds = self.policy.kinds.iter().filter_map(|(id, kind)| {
            let seconds = match answer(id)? {
                Reaction::Back => 0,
                Reaction::PauseThenBack(span) => span.as_seconds(),
                Reaction::Finish | Reaction::Pause => return None,
            };
            Some((kind.name.clone(), seconds))
        });
        kinds.collect()
    }

    fn goes_back_by(&self, stage: &Stage) -> Option<Id<Rollback>> {
        match stage.on_failure.or(self.pipeline.on_failure)?.0 {
            OnFailure::Rollback(rollback) => Some(rollback),
            OnFailure::Pause | OnFailure::Stop => None,
        }
    }

    /// The last leg of each stage that makes what this one expects.
    fn makers(&self, stage: &Stage, of_stage: &BTreeMap<Id<Stage>, Vec<usize>>) -> Vec<usize> {
        let expected: BTreeSet<&str> = stage.expects.iter().map(|(name, _)| name.as_str()).collect();
        let makes = |maker: &Stage| maker.produces.iter().any(|(name, _)| expected.contains(name.as_str()));
        let makers = of_stage.iter().filter(|(id, _)| makes(&self.pipeline.stages[**id]));
        makers.filter_map(|(_, legs)| legs.last().copied()).collect()
    }

    fn title(&self, stage: &Stage, step: &RolloutStep) -> String {
        let mut title = stage.name.clone();
        if let Some(traffic) = traffic(stage, step) {
            title.push_str(&format!(", {traffic}"));
        }
        if !step.regions.is_empty() && !stage.region_plan.is_empty() {
            title.push_str(&format!(" in {}", self.regions(&step.regions).replace(' ', ", ")));
        }
        title
    }

    /// Names of regions, with blanks between.
    pub fn regions(&self, regions: &[Id<Region>]) -> String {
        let names: Vec<&str> = regions.iter().map(|id| self.policy.regions[*id].name.as_str()).collect();
        names.join(" ")
    }

    /// The rollbacks that its legs go back by, each once.
    pub fn ways_back(&self) -> BTreeSet<Id<Rollback>> {
        self.legs.iter().filter(|leg| leg.is_under_way).filter_map(|leg| leg.goes_back_by).collect()
    }

    /// The names of its jobs that carry out or go back, and of the one before them all.
    pub fn jobs(&self) -> Vec<String> {
        let legs = self.legs.iter().map(|leg| leg.name.clone());
        let ways = self.ways_back().into_iter().flat_map(|rollback| Way::new(self.policy, rollback).jobs());
        [HOOKS.to_owned()].into_iter().chain(legs).chain(ways).collect()
    }
}

/// Steps by stage, in the order in which stages begin.
fn by_stage(pipeline: &Pipeline, steps: Vec<RolloutStep>) -> Vec<(Id<Stage>, Vec<RolloutStep>)> {
    let mut found: Vec<(Id<Stage>, Vec<RolloutStep>)> = Vec::new();
    for step in steps {
        match found.iter_mut().find(|(stage, _)| *stage == step.stage) {
            Some((_, known)) => known.push(step),
            None => found.push((step.stage, vec![step])),
        }
    }
    // Stages that take no time begin together with those behind them: what is waited for comes first all the same.
    let mut ordered: Vec<(Id<Stage>, Vec<RolloutStep>)> = Vec::with_capacity(found.len());
    while !found.is_empty() {
        let is_free = |stage: Id<Stage>, left: &[(Id<Stage>, Vec<RolloutStep>)]| {
            let after = pipeline.stages[stage].after.iter();
            !after.into_iter().any(|after| left.iter().any(|(waiting, _)| *waiting == after.stage))
        };
        let next = found.iter().position(|(stage, _)| is_free(*stage, &found)).unwrap_or(0);
        ordered.push(found.remove(next));
    }
    ordered
}

/// How long each step may take, so that all of them together take no longer than the stage may: its holds, and an equal part of
/// what is left.
fn limits(stage: &Stage, steps: &[RolloutStep]) -> Vec<Elapsed> {
    let count = i64::try_from(steps.len()).unwrap_or(1).max(1);
    let Some((timeout, _)) = stage.timeout else {
        return vec![NO_TIMEOUT; steps.len()];
    };
    let soak = stage.soak.map_or(0, Elapsed::as_seconds);
    let per_region = i64::try_from(shares(stage)).unwrap_or(1).max(1);
    let soaks = |position: i64| position + 1 < count && (position + 1) % per_region == 0;
    let hold = stage.hold.map_or(0, Elapsed::as_seconds);
    let own: Vec<i64> = (0..count).map(|position| hold + if soaks(position) { soak } else { 0 }).collect();
    let left = (timeout.as_seconds() - own.iter().sum::<i64>()).max(count) / count;
    own.into_iter().map(|own| Elapsed::seconds(own + left)).collect()
}

fn shares(stage: &Stage) -> usize {
    match &stage.traffic {
        Some(Traffic::Shares(shares)) => shares.len().max(1),
        _ => 1,
    }
}

fn traffic(stage: &Stage, step: &RolloutStep) -> Option<String> {
    match &stage.traffic {
        Some(Traffic::Mirror(share)) => Some(format!("mirror {}", percent(*share))),
        Some(Traffic::Shares(_)) => step.traffic.map(percent),
        None => None,
    }
}

fn puts(kind: StageKind) -> bool {
    matches!(kind, StageKind::Migrate | StageKind::Expand | StageKind::Contract | StageKind::Deploy)
}
