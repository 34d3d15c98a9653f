//! A rollout that is carried out: its pipeline, those that it calls and those whose stages it waits for, from one instant at which
//! something may change to the next. At each, the first run that can move makes the next move: what is asked for first, then what
//! it waits for, then what is called, in the order in which they began.

use super::Setting;
use super::event::{Event, Outcome, Timeline, Turned};
use super::run::{Ending, Over, Run};
use super::together::{Caller, Together};
use crate::calendar::Instant;
use crate::policy::{Device, Id, Pipeline, Policy, Switch};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Everything about a rollout at an instant.
pub(super) struct Rollout<'a> {
    setting: Setting<'a>,
    now: Instant,
    together: Together,
    /// The first is the one that was asked for.
    runs: Vec<Run<'a>>,
    events: Vec<Event>,
}

impl<'a> Rollout<'a> {
    pub fn new(setting: &Setting<'a>) -> Self {
        let (roots, members) = carried_out(setting.policy, setting.pipeline);
        let mut rollout = Self {
            setting: *setting,
            now: setting.start,
            together: Together::new(setting.policy, members),
            runs: Vec::new(),
            events: Vec::new(),
        };
        roots.into_iter().for_each(|pipeline| rollout.begin(pipeline, None));
        rollout
    }

    pub fn run(mut self) -> Timeline {
        let over = loop {
            self.instant();
            if let Some(over) = self.runs.first().and_then(|main| main.over.clone()) {
                break over;
            }
            let next = self.next();
            let blind = |run: &Run<'_>| run.over.is_none() && run.is_blind_at(next) && run.is_watched();
            if next == Instant::MAX || self.runs.first().is_some_and(blind) {
                // What went on beside it is told to its end.
                let last = self.events.iter().map(|event| event.at).max();
                break Over { at: self.now.max(last.unwrap_or(self.now)), outcome: self.stalled() };
            }
            let cut = self.runs.iter_mut().filter(|run| blind(run));
            let over = Over { at: self.now, outcome: Outcome::TraceEnds };
            if cut.map(|run| run.over = Some(over.clone())).count() == 0 {
                self.pass(next);
            }
        };
        self.told(over)
    }

    fn told(mut self, Over { at, outcome }: Over) -> Timeline {
        let limit = self.setting.trace.end();
        let end = match outcome {
            Outcome::TraceEnds => limit.map_or(at, |limit| limit.max(at)),
            _ => at,
        };
        // A run beside it may be known to come back later.
        self.events.retain(|event| event.at <= end);
        self.events.sort_by_key(|event| event.at);
        let mut on = BTreeSet::new();
        let mut turned: Vec<Turned> = self.runs.iter().flat_map(|run| run.turned.iter().copied()).collect();
        turned.retain(|turned| turned.at <= end);
        turned.sort_by_key(|turned| turned.at);
        for turned in &turned {
            match turned.to {
                Switch::On => on.insert(turned.what),
                Switch::Off => on.remove(&turned.what),
            };
        }
        let writes_frozen = on.remove(&Device::FrozenWrites);
        let held = self.together.held(end);
        let main = self.runs.first();
        Timeline {
            pipeline: self.setting.policy.pipelines[self.setting.pipeline].name.clone(),
            carried_out: self.together.members.into_iter().collect(),
            start: self.setting.start,
            end,
            outcome,
            stage: main.and_then(Run::last).map(str::to_owned),
            traffic: self
                .runs
                .iter()
                .filter(|run| run.is_main)
                .map(|run| run.share)
                .max()
                .unwrap_or(Decimal::ZERO),
            writes_frozen,
            left_on: on.into_iter().map(Device::name).collect(),
            turned,
            held,
            events: self.events,
        }
    }

    /// Begins a run now, for a call or by itself.
    fn begin(&mut self, pipeline: Id<Pipeline>, call: Option<(usize, Caller)>) {
        let caller = call.map(|(_, caller)| caller);
        let is_main = match caller {
            Some((caller, _)) => self.runs.get(caller).is_some_and(|run| run.is_main),
            None => self.runs.is_empty(),
        };
        let call = call.map(|(position, _)| position);
        let mut run = Run::new(&self.setting, self.now, self.runs.len(), pipeline);
        (run.is_main, run.call, run.caller) = (is_main, call, caller);
        self.runs.push(run);
    }

    fn pass(&mut self, next: Instant) {
        self.now = next;
        for run in self.runs.iter_mut().filter(|run| run.over.is_none()) {
            run.now = next;
        }
    }

    /// Everything that happens at this instant.
    fn instant(&mut self) {
        self.runs.iter_mut().filter(|run| run.over.is_none()).for_each(Run::watch_gates);
        while self.runs.first().is_some_and(|main| main.over.is_none()) && self.moves() {}
    }

    /// The first run that can move makes a move, or ends.
    fn moves(&mut self) -> bool {
        for position in 0..self.runs.len() {
            let Some(run) = self.runs.get_mut(position).filter(|run| run.over.is_none()) else { continue };
            let moved = run.moves(&mut self.together);
            let outcome = match run.ending.take() {
                Some(Ending::Done(outcome)) => Some(outcome),
                Some(Ending::Back(rollback)) => Some(run.go_back(rollback)),
                None => (!moved && run.is_finished()).then_some(Outcome::Finished),
            };
            self.events.append(&mut run.events);
            let is_over = outcome.is_some();
            if let Some(outcome) = outcome {
                let well = outcome == Outcome::Finished;
                if !matches!(outcome, Outcome::Paused { .. } | Outcome::TraceEnds) {
                    self.together.end(position, run.call, run.now, well);
                }
                run.over = Some(Over { at: run.now, outcome });
            }
            if moved || is_over {
                self.begin_called();
                return true;
            }
        }
        false
    }

    fn begin_called(&mut self) {
        let policy = self.setting.policy;
        loop {
            let (runs, now) = (&self.runs, self.now);
            let goes_on = |run: &&Run<'_>| run.over.as_ref().is_none_or(|over| over.at > now || over.stays());
            let has_room = |pipeline: Id<Pipeline>| {
                let under_way = runs.iter().filter(goes_on).filter(|run| run.id == pipeline).count();
                under_way < policy.pipelines[pipeline].runs.max(1) as usize
            };
            let Some((position, pipeline, caller)) = self.together.next_call(has_room) else { return };
            self.begin(pipeline, Some((position, caller)));
        }
    }

    /// The first instant behind now at which anything may change; [`Instant::MAX`] where nothing can.
    fn next(&self) -> Instant {
        let runs = self.runs.iter().filter(|run| run.over.is_none()).map(Run::next);
        runs.min().unwrap_or(Instant::MAX).min(self.together.next(self.now))
    }

    /// Why it does not go on.
    fn stalled(&self) -> Outcome {
        let concerned: Vec<&Run<'_>> =
            self.concerned().into_iter().filter_map(|at| self.runs.get(at)).collect();
        if let Some(paused) = concerned.iter().find_map(|run| run.paused()) {
            return paused;
        }
        let runs = self.runs.iter().filter(|run| run.over.is_none());
        let next = runs.map(Run::next_move).min().unwrap_or(Instant::MAX).min(self.together.next(self.now));
        if next < Instant::MAX || concerned.iter().any(|run| run.asks_the_trace()) {
            return Outcome::TraceEnds;
        }
        let waits: Vec<String> = concerned.iter().flat_map(|run| run.waits(&self.together)).collect();
        let because = if waits.is_empty() { "no stage can start".to_owned() } else { waits.join("; ") };
        Outcome::Stuck { because }
    }

    /// The run that was asked for, and whatever it waits for, by position.
    fn concerned(&self) -> Vec<usize> {
        let mut found = vec![0];
        let mut next = 0;
        while let Some(run) = found.get(next).and_then(|at| self.runs.get(*at)) {
            let pipelines = run.awaits();
            let holders = run.holders(&self.together);
            for (position, other) in self.runs.iter().enumerate() {
                let is_called = other.caller.is_some_and(|(caller, _)| found.get(next) == Some(&caller));
                let is_awaited = is_called || pipelines.contains(&other.id) || holders.contains(&position);
                if is_awaited && !found.contains(&position) {
                    found.push(position);
                }
            }
            next += 1;
        }
        found
    }
}

/// The pipelines that begin by themselves, the one asked for first, others as the policy has them, and all that are carried out: a pipeline of which a stage is waited
/// for begins with it, or, where others call it, those that do.
fn carried_out(policy: &Policy, asked: Id<Pipeline>) -> (Vec<Id<Pipeline>>, BTreeSet<Id<Pipeline>>) {
    let stages = |pipeline: Id<Pipeline>| policy.pipelines[pipeline].stages.rows();
    let calls = |pipeline| stages(pipeline).iter().flat_map(|stage| &stage.calls).map(|(called, _)| *called);
    let callers = |pipeline| {
        policy.pipelines.ids().filter(move |caller| calls(*caller).any(|called| called == pipeline))
    };
    let mut roots = vec![asked];
    let mut members = BTreeSet::new();
    let mut lifted = BTreeSet::new();
    // Pipelines to carry out, each with whether a call begins it.
    let mut open = vec![(asked, true)];
    while let Some((pipeline, is_called)) = open.pop() {
        if members.contains(&pipeline) {
            continue;
        }
        if !is_called && callers(pipeline).next().is_some() {
            if lifted.insert(pipeline) {
                open.extend(callers(pipeline).map(|caller| (caller, false)));
            }
            continue;
        }
        if !is_called {
            roots.push(pipeline);
        }
        members.insert(pipeline);
        let awaited =
            stages(pipeline).iter().flat_map(|stage| &stage.after).map(|after| (after.pipeline, false));
        // What is called is looked at first: it begins with its call.
        open.extend(awaited.filter(|(other, _)| *other != pipeline));
        open.extend(calls(pipeline).map(|called| (called, true)));
    }
    if let Some((_, beside)) = roots.split_first_mut() {
        beside.sort_unstable();
    }
    (roots, members)
}
