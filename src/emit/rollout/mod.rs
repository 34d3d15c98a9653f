//! What a pipeline does, leg by leg, for engines that run jobs: each leg is a job that gives one share of traffic in one step of
//! regions, or runs one command. Where a leg asks the gate is the planner's own answer (language section 5).

mod back;
mod locks;

pub(super) use back::{Deed, Way};
pub(super) use locks::Locks;

use super::Job;
use super::freeze::Ids;
use crate::calendar::Elapsed;
use crate::policy::{
    Action, Bound, Id, OnFailure, Pipeline, Policy, Reaction, Region, Rollback, Seats, Stage, StageKind,
    Team, Traffic,
};
use crate::schedule::{RolloutStep, Rollouts, Route, percent};
use crate::simulate::asked_of_people;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The program that carries out one step, the same for every engine.
pub(super) const PROGRAM: &str = include_str!("stage.sh");

/// What a leg that ends at once may take where its stage says no timeout: as long as hosted runners let a job run.
const NO_TIMEOUT: Elapsed = Elapsed::hours(6);

/// So many seats are written down as choices.
const MOST_SEATS: usize = 6;

/// A pipeline as jobs.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub policy: &'a Policy,
    pub id: Id<Pipeline>,
    pub pipeline: &'a Pipeline,
    /// In an order in which each stands behind those it needs.
    pub legs: Vec<Leg<'a>>,
}

/// One job of a pipeline.
#[derive(Debug)]
pub(super) struct Leg<'a> {
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
    traffic: Option<String>,
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

    /// The hooks that its legs and its ways back call.
    pub fn calls(&self) -> BTreeSet<&'static str> {
        let mut calls = BTreeSet::new();
        for leg in &self.legs {
            let env = self.environment(leg);
            let is_said = |name: &str| env.iter().any(|(key, value)| *key == name && !value.is_empty());
            calls.extend(leg.hook().map(|(hook, _)| hook));
            for (variable, hook) in [
                ("OPS_NEEDS_READY", "ready"),
                ("OPS_STARTS", "ready"),
                ("OPS_MEASURES", "measure"),
                ("OPS_EVIDENCE", "holds"),
            ] {
                calls.extend(is_said(variable).then_some(hook));
            }
        }
        for rollback in self.ways_back() {
            calls.extend(Way::new(self.policy, rollback).calls());
        }
        calls
    }

    /// What the program is told of a leg. Empty values are left out.
    pub fn environment(&self, leg: &Leg<'a>) -> Vec<(&'static str, String)> {
        let policy = self.policy;
        let stage = leg.stage;
        let names = |names: Vec<&str>| names.join(" ");
        let components = |list: &[(Id<crate::policy::Component>, _)]| {
            names(list.iter().map(|(id, _)| policy.components[*id].name.as_str()).collect())
        };
        let asked = self.watched(stage);
        let hook = leg.hook().map(|(name, word)| format!("{name} {word}").trim_end().to_owned());
        let (artifacts, produced) = self.made(stage);
        let measures = asked.iter().any(|bound| measures(policy, bound));
        let watched = policy
            .rollbacks
            .rows()
            .iter()
            .any(|rollback| rollback.pipeline == self.id && !rollback.triggers.is_empty());
        let evidence = asked_of_people(policy, asked).into_iter().collect();
        let number = |number: i64| if number > 0 { number.to_string() } else { String::new() };
        let seconds = |span: Option<Elapsed>| number(span.map_or(0, Elapsed::as_seconds));
        let flag = |yes: bool| if yes { "yes".to_owned() } else { String::new() };
        let all = vec![
            ("OPS_STAGE", stage.name.clone()),
            ("OPS_COMMAND", stage.run.clone().unwrap_or_default()),
            ("OPS_HOOK", hook.unwrap_or_default()),
            ("OPS_REGIONS", self.regions(&leg.regions)),
            ("OPS_TRAFFIC", leg.traffic.clone().unwrap_or_default()),
            ("OPS_RETRIES", number(i64::from(stage.retries))),
            ("OPS_TIMEOUT", leg.limit.as_seconds().to_string()),
            ("OPS_NEEDS_READY", components(&stage.needs)),
            ("OPS_STARTS", components(&stage.starts)),
            ("OPS_PRODUCES", if leg.is_last { names(produced) } else { String::new() }),
            ("OPS_ARTIFACTS", if leg.is_last { names(artifacts) } else { String::new() }),
            ("OPS_EXPECTS", names(self.expected(stage))),
            ("OPS_HOLD", seconds(stage.hold)),
            ("OPS_SOAK", seconds(leg.soak)),
            ("OPS_GATES", flag(!stage.gates.is_empty())),
            ("OPS_WATCHED", flag(watched && leg.is_under_way)),
            ("OPS_MEASURES", flag(measures)),
            ("OPS_EVIDENCE", names(evidence)),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whether a leg asks `opsc` what was measured.
    pub fn judges(&self, leg: &Leg<'a>) -> bool {
        let env = self.environment(leg);
        let is_said = |name: &str| env.iter().any(|(key, _)| *key == name);
        let waits = leg.stage.hold.is_some() || leg.soak.is_some();
        is_said("OPS_GATES") || is_said("OPS_WATCHED") && waits
    }

    /// What is asked while a stage holds: its gates, and what sends the pipeline back.
    fn watched(&self, stage: &'a Stage) -> Vec<&'a Bound> {
        let policy = self.policy;
        let gates = stage.gates.iter().flat_map(|(gate, _)| &policy.gates[*gate].requires);
        let rollbacks = policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == self.id);
        let holds = stage.hold.is_some() || stage.soak.is_some() || !stage.gates.is_empty();
        gates.chain(rollbacks.filter(|_| holds).flat_map(|rollback| &rollback.triggers)).collect()
    }

    /// The artifacts that a stage makes, and all names of values it makes: artifacts, and the versions of pins.
    fn made(&self, stage: &'a Stage) -> (Vec<&'a str>, Vec<&'a str>) {
        let (pins, artifacts): (Vec<_>, Vec<_>) = stage
            .produces
            .iter()
            .map(|(name, _)| name.as_str())
            .partition(|name| self.policy.pins.find(name).is_some());
        let produced = artifacts.iter().copied().chain(pins.into_iter().flat_map(|pins| self.versions(pins)));
        let produced = produced.collect();
        (artifacts, produced)
    }

    fn expected(&self, stage: &'a Stage) -> Vec<&'a str> {
        stage.expects.iter().flat_map(|(name, _)| self.versions(name)).collect()
    }

    /// The versions of pins; an artifact is its own.
    fn versions(&self, name: &'a str) -> Vec<&'a str> {
        match self.policy.pins.find(name) {
            Some(pins) => self.policy.pins[pins].has.iter().map(String::as_str).collect(),
            None => vec![name],
        }
    }
}

impl Leg<'_> {
    /// The hook that does the work of a stage that says no command, and its word.
    fn hook(&self) -> Option<(&'static str, String)> {
        let stage = self.stage;
        if stage.run.is_some() {
            return None;
        }
        if let Some((from, to)) = &stage.switch {
            return Some(("switch", format!("{from} {to}")));
        }
        if let Some(traffic) = &self.traffic {
            return Some(("traffic", traffic.clone()));
        }
        let does_nothing = stage.kind == StageKind::Verify || !stage.calls.is_empty();
        match (does_nothing, stage.expects.is_empty()) {
            (false, _) => Some((stage.kind.name(), String::new())),
            (true, false) => Some(("found", String::new())),
            (true, true) => None,
        }
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

fn measures(policy: &Policy, bound: &Bound) -> bool {
    use crate::policy::Check;
    fn below(policy: &Policy, check: &Check, depth: usize) -> bool {
        match check {
            Check::All(parts) | Check::Any(parts) => parts.iter().any(|part| below(policy, part, depth)),
            Check::Not(part) => below(policy, part, depth),
            Check::Bar(_) => true,
            // A policy has no cycle of gates.
            Check::Gate(gate, _) if depth < 64 => {
                policy.gates[*gate].requires.iter().any(|bound| below(policy, &bound.check, depth + 1))
            }
            Check::Gate(..) | Check::Evidence(_) | Check::Probe(..) => false,
        }
    }
    below(policy, &bound.check, 0)
}

/// What approvals must pass to fill the seats: for each choice of seats, so many people of those who may take any of them. That is
/// exactly when different people can fill them all (Hall's theorem). Who has a role only by a rota cannot take a seat here.
pub(super) fn seats(policy: &Policy, leg: &Leg<'_>, seats: &Seats) -> Value {
    let answers = |team: &Team| {
        team.regions.is_empty() || leg.regions.iter().all(|region| team.regions.contains(region))
    };
    let is_there = |person: &str| {
        policy
            .teams
            .rows()
            .iter()
            .any(|team| answers(team) && team.members.iter().any(|member| member == person))
    };
    let members: Vec<(u32, BTreeSet<&str>)> = seats
        .seats
        .iter()
        .map(|seat| {
            let roles = seat.roles.iter().map(|role| &policy.roles[*role]);
            let people = roles.flat_map(|role| {
                let teams = role.teams.iter().flat_map(|team| &policy.teams[*team].members);
                role.members.iter().chain(teams).map(String::as_str)
            });
            (seat.count, people.filter(|person| !seat.in_region || is_there(person)).collect())
        })
        .collect();
    // Where that is too much to write down, everyone must be of every seat: fewer may approve, never more.
    if members.len() > MOST_SEATS {
        let people = members.iter().fold(0_u32, |sum, (count, _)| sum.saturating_add(*count));
        let of = members.into_iter().map(|(_, people)| people).reduce(|all, people| &all & &people);
        return json!([{ "people": people, "of": of }]);
    }
    let asked = (1..1_u32 << members.len()).map(|choice| {
        let chosen = members.iter().enumerate().filter(|(position, _)| choice & (1 << position) != 0);
        let (people, of) = chosen.fold((0_u32, BTreeSet::new()), |(sum, of), (_, (count, people))| {
            (sum.saturating_add(*count), &of | people)
        });
        json!({ "people": people, "of": of })
    });
    Value::Array(asked.collect())
}

/// How many people must approve.
pub(super) fn people(seats: &Seats) -> u32 {
    seats.seats.iter().fold(0, |sum, seat| sum.saturating_add(seat.count))
}

/// The name of the job that looks for the repository's hooks.
pub(super) const HOOKS: &str = "hooks";

/// The name of the job that says that a rollout is over.
pub(super) const OVER: &str = "over";

/// The name of the job that waits for one of them.
pub(super) fn approval(stage: &str, person: u32) -> String {
    format!("approve-{stage}-{person}")
}

/// The name of the job that goes back in one step of regions, counted from 1.
pub(super) fn back(rollback: &str, place: usize) -> String {
    format!("back-{rollback}-{place}")
}

/// The names that a policy's variables and secrets have in an environment: `model-key` is `MODEL_KEY`.
pub(super) fn variable(name: &str) -> String {
    name.replace('-', "_").to_uppercase()
}

/// What a leg is told where somebody listens whether a rollout runs.
pub(super) fn active(job: &Job<'_>, leg: &Leg<'_>) -> Option<(&'static str, String)> {
    (leg.has_traffic && pushgateway(job).is_some()).then(|| ("OPS_ACTIVE", "yes".to_owned()))
}

/// The address of the Pushgateway that is told whether a rollout runs, where the target names one.
pub(super) fn pushgateway<'a>(job: &Job<'a>) -> Option<&'a str> {
    Some(job.option("pushgateway")).filter(|address| !address.is_empty())
}

/// The folder of hooks, from the root of the repository.
pub(super) fn hooks<'a>(job: &Job<'a>) -> &'a str {
    job.option("hooks")
}
