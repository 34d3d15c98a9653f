//! From a policy to its waiting net: runs, the locks of each stage, and who waits for what.

use super::list::List;
use super::net::{Event, Guard, Hold, Need, Net, Run, What, Why};
use super::runs::{Runs, runs};
use super::shared::{Shares, shares};
use crate::policy::{Component, Id, Origin, Pipeline, Policy, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// The net of everything that the policy's pipelines do.
pub(super) fn build(policy: &Policy) -> Net {
    let shares = shares(policy);
    let guards: BTreeMap<Guard, u32> =
        policy.locks.ids().map(Guard::Lock).chain(shares.guards()).zip(0..).collect();
    let plans: Vec<Plan> =
        policy.pipelines.iter().map(|(id, pipeline)| Plan::of(id, pipeline, &shares, &guards)).collect();
    let locks: Vec<BTreeSet<u32>> = plans.iter().map(Plan::guards).collect();
    let mut builder = Builder {
        policy,
        runs: runs(policy, &locks),
        net: Net { guards: guards.into_keys().collect(), ..Net::default() },
        placed: Vec::new(),
        ready: BTreeMap::new(),
        starters: BTreeMap::new(),
    };
    builder.place(&plans);
    builder.fill(&plans);
    builder.net
}

/// The stage that takes a pipeline's own locks: the first written that waits for no other stage of it.
fn first_stage(id: Id<Pipeline>, pipeline: &Pipeline) -> Option<Id<Stage>> {
    let is_root = |stage: &Stage| stage.after.iter().all(|after| after.pipeline != id);
    let root = pipeline.stages.iter().find(|(_, stage)| is_root(stage));
    root.or_else(|| pipeline.stages.iter().next()).map(|(id, _)| id)
}

/// When a lock is given back.
#[derive(Debug, Clone, Copy)]
enum Until {
    Finish(Id<Stage>),
    End,
}

#[derive(Debug, Clone, Copy)]
struct Wanted {
    guard: u32,
    until: Until,
    origin: Origin,
}

/// What every run of a pipeline does alike.
struct Plan {
    first: Option<Id<Stage>>,
    /// How many of the first stage's locks are the pipeline's own.
    own: u32,
    /// The locks of each stage, in the order they are taken.
    wanted: Vec<Vec<Wanted>>,
}

impl Plan {
    fn of(id: Id<Pipeline>, pipeline: &Pipeline, shares: &Shares, guards: &BTreeMap<Guard, u32>) -> Self {
        let first = first_stage(id, pipeline);
        let number = |guard: Guard| guards.get(&guard).copied();
        let wanted = pipeline
            .stages
            .iter()
            .map(|(at, stage)| {
                let own = pipeline.holds.iter().filter(|_| first == Some(at));
                let own = own.map(|(lock, origin)| (Guard::Lock(*lock), Until::End, *origin));
                let shared = shares.taken(id, at).map(|(component, until)| {
                    (Guard::Shared(component), until.map_or(Until::End, Until::Finish), stage.origin)
                });
                let held = stage.holds.iter().map(|holding| {
                    let until = Until::Finish(holding.until.unwrap_or(at));
                    (Guard::Lock(holding.lock), until, holding.origin)
                });
                own.chain(shared)
                    .chain(held)
                    .filter_map(|(guard, until, origin)| {
                        Some(Wanted { guard: number(guard)?, until, origin })
                    })
                    .collect()
            })
            .collect();
        Self { first, own: u32::try_from(pipeline.holds.len()).unwrap_or(u32::MAX), wanted }
    }

    fn guards(&self) -> BTreeSet<u32> {
        self.wanted.iter().flatten().map(|wanted| wanted.guard).collect()
    }
}

/// Where the events of a stage stand: its locks one by one up to its start, then its finish.
#[derive(Debug, Clone, Copy)]
struct Slots {
    first: u32,
    start: u32,
    finish: u32,
}

/// Where the events of a run stand.
struct Placed {
    begins: u32,
    stages: List<Slots>,
    ends: u32,
}

struct Builder<'p> {
    policy: &'p Policy,
    runs: Runs,
    net: Net,
    /// By pipeline, by run.
    placed: Vec<Vec<Placed>>,
    ready: BTreeMap<Id<Component>, u32>,
    starters: BTreeMap<Id<Component>, Vec<u32>>,
}

impl Builder<'_> {
    /// Numbers every event, and says which hold begins with it.
    fn place(&mut self, plans: &[Plan]) {
        for ((pipeline, row), plan) in self.policy.pipelines.iter().zip(plans) {
            let runs = (0..self.runs.count(pipeline)).map(|number| Run { pipeline, number });
            let placed = runs.map(|run| self.place_run(run, row, plan)).collect();
            self.placed.push(placed);
        }
        for component in self.policy.components.ids() {
            let event = self.event(What::Ready(component));
            self.ready.insert(component, event);
        }
    }

    fn place_run(&mut self, run: Run, pipeline: &Pipeline, plan: &Plan) -> Placed {
        let begins = self.event(What::Begins(run));
        let mut stages = List::new();
        for ((id, _), wanted) in pipeline.stages.iter().zip(&plan.wanted) {
            let first = self.net.events.len();
            for _ in 1..wanted.len() {
                self.event(What::Takes(run, id));
            }
            let start = self.event(What::Starts(run, id));
            let finish = self.event(What::Finishes(run, id));
            stages.push(Slots { first, start, finish });
        }
        let placed = Placed { begins, stages, ends: self.event(What::Ends(run)) };
        for (slots, wanted) in placed.stages.iter().zip(&plan.wanted) {
            for (take, wanted) in (slots.first..).zip(wanted) {
                let release = match wanted.until {
                    Until::Finish(stage) => placed.stages[number(stage)].finish,
                    Until::End => placed.ends,
                };
                let hold = Hold { guard: wanted.guard, take, release, origin: wanted.origin };
                self.net.events[take].hold = Some(self.net.holds.push(hold));
            }
        }
        placed
    }

    fn event(&mut self, what: What) -> u32 {
        self.net.events.push(Event { what, hold: None, needs: (0, 0) })
    }

    /// Says what each event waits for.
    fn fill(&mut self, plans: &[Plan]) {
        for (id, pipeline) in self.policy.pipelines.iter() {
            self.note_starters(id, pipeline);
        }
        for ((id, row), plan) in self.policy.pipelines.iter().zip(plans) {
            for number in 0..self.runs.count(id) {
                self.fill_run(Run { pipeline: id, number }, row, plan);
            }
        }
        self.fill_components();
    }

    fn note_starters(&mut self, id: Id<Pipeline>, pipeline: &Pipeline) {
        for (at, stage) in pipeline.stages.iter() {
            for (component, _) in &stage.starts {
                let started = self.placed_of(id).iter().map(|run| run.stages[number(at)].start);
                let started: Vec<u32> = started.collect();
                self.starters.entry(*component).or_default().extend(started);
            }
        }
    }

    fn placed_of(&self, pipeline: Id<Pipeline>) -> &[Placed] {
        self.placed.get(pipeline.index()).map_or(&[], Vec::as_slice)
    }

    fn fill_run(&mut self, run: Run, pipeline: &Pipeline, plan: &Plan) {
        let Some(placed) = self.placed_of(run.pipeline).get(run.number as usize) else { return };
        let (begins, ends, slots) = (placed.begins, placed.ends, placed.stages.clone());
        let called: Vec<u32> = self
            .runs
            .callers(run)
            .filter_map(|(caller, stage)| self.slots(caller, stage))
            .map(|slots| slots.start)
            .collect();
        let is_called = !called.is_empty();
        self.needs(begins, if is_called { vec![(called, Why::Called)] } else { Vec::new() });
        let own = plan.first.filter(|_| plan.own > 0).map(|first| slots[number(first)].first + plan.own - 1);
        for (id, stage) in pipeline.stages.iter() {
            let Slots { first, start, finish } = slots[number(id)];
            let mut needs = Vec::new();
            let mut is_root = true;
            for after in &stage.after {
                let of = if after.pipeline == run.pipeline {
                    is_root = false;
                    vec![slots[number(after.stage)].finish]
                } else {
                    let runs = self.placed_of(after.pipeline).iter();
                    runs.map(|run| run.stages[number(after.stage)].finish).collect()
                };
                needs.push((of, Why::After(after.origin)));
            }
            for (component, origin) in &stage.needs {
                needs.push((self.ready_of(*component), Why::Needs(*component, *origin)));
            }
            if is_root && is_called {
                needs.push((vec![begins], Why::Own));
            }
            if let Some(own) = own.filter(|_| is_root && plan.first != Some(id)) {
                needs.push((vec![own], Why::First));
            }
            self.needs(first, needs);
            for event in first + 1..=start {
                self.needs(event, vec![(vec![event - 1], Why::Own)]);
            }
            let mut needs = vec![(vec![start], Why::Own)];
            for (component, origin) in &stage.starts {
                needs.push((self.ready_of(*component), Why::Brings(*component, *origin)));
            }
            for (at, (called, origin)) in stage.calls.iter().enumerate() {
                let of = self.runs.called(run, id, at);
                let of = of.and_then(|number| self.placed_of(*called).get(number as usize));
                needs.extend(of.map(|of| (vec![of.ends], Why::Calls(*called, *origin))));
            }
            self.needs(finish, needs);
        }
        let mut all: Vec<_> = slots.iter().map(|slots| (vec![slots.finish], Why::All)).collect();
        if all.is_empty() {
            all.push((vec![begins], Why::Own));
        }
        self.needs(ends, all);
    }

    fn fill_components(&mut self) {
        for (id, component) in self.policy.components.iter() {
            let mut needs = Vec::new();
            if let Some(starters) = self.starters.get(&id) {
                needs.push((starters.clone(), Why::Started));
            }
            for below in &component.needs {
                needs.push((self.ready_of(*below), Why::Below(*below, component.origin)));
            }
            for event in self.ready_of(id) {
                self.needs(event, needs.clone());
            }
        }
    }

    fn slots(&self, run: Run, stage: Id<Stage>) -> Option<Slots> {
        Some(self.placed_of(run.pipeline).get(run.number as usize)?.stages[number(stage)])
    }

    fn ready_of(&self, component: Id<Component>) -> Vec<u32> {
        self.ready.get(&component).copied().into_iter().collect()
    }

    fn needs(&mut self, event: u32, needs: Vec<(Vec<u32>, Why)>) {
        let from = self.net.needs.len();
        for (of, why) in needs {
            let first = self.net.providers.len();
            for provider in of {
                self.net.providers.push(provider);
            }
            self.net.needs.push(Need { of: (first, self.net.providers.len()), why });
        }
        self.net.events[event].needs = (from, self.net.needs.len());
    }
}

fn number(stage: Id<Stage>) -> u32 {
    u32::try_from(stage.index()).unwrap_or(u32::MAX)
}
