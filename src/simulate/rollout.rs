//! A rollout that is carried out: from one instant at which something may change to the next. At each, triggers are asked before
//! every move of a stage and after the last; the first stage as written that can move makes the next move.

use super::check::{Answer, Sense, Watch, ask_all, measures, turns};
use super::event::{Event, Outcome, Timeline, What};
use super::freeze::Calendar;
use super::reading::{Asking, Reach};
use super::stage::{Phase, Progress};
use super::{Setting, Truth};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Check, Id, Lock, OnFailure, Origin, Pipeline, Policy, Region, Rollback, Stage};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Everything about a rollout at an instant.
pub(super) struct Rollout<'a> {
    pub setting: Setting<'a>,
    pub policy: &'a Policy,
    pub pipeline: &'a Pipeline,
    pub calendar: Calendar<'a>,
    pub now: Instant,
    /// The last instant of which the trace says anything.
    pub limit: Option<Instant>,
    /// How far each stage is, in the pipeline's order.
    pub stages: Vec<Progress>,
    /// Locks that are taken: by which stage, and at the end of which they are given back; none for the pipeline's own.
    pub locks: BTreeMap<Id<Lock>, Option<Taken>>,
    /// The stage that moved last.
    pub last: Option<Id<Stage>>,
    /// The greatest share that was given.
    pub share: Decimal,
    /// Whether the first migration or deployment has begun.
    pub touched: bool,
    /// Whether freezes are asked no more.
    pub finishing: bool,
    /// Where traffic was given; none means nowhere yet.
    pub given: Option<Reach>,
    /// The hold of the stage that gave it last.
    pub hold: Option<Elapsed>,
    pub ending: Option<Ending>,
    pub writes_frozen: bool,
    pub left_on: Vec<&'static str>,
    rollbacks: Vec<(Id<Rollback>, &'a Rollback, Watch)>,
    events: Vec<Event>,
}

/// By which stage a lock was taken, and at the end of which it is given back.
type Taken = (Id<Stage>, Id<Stage>);

/// How a rollout ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    Done(Outcome),
    Back(Option<Id<Rollback>>),
}

impl<'a> Rollout<'a> {
    pub fn new(setting: &Setting<'a>) -> Self {
        let policy = setting.policy;
        let pipeline = &policy.pipelines[setting.pipeline];
        let own = policy.rollbacks.iter().filter(|(_, rollback)| rollback.pipeline == setting.pipeline);
        Self {
            setting: *setting,
            policy,
            pipeline,
            calendar: Calendar::new(setting),
            now: setting.start,
            limit: setting.trace.end(),
            stages: pipeline.stages.rows().iter().map(|stage| Progress::new(policy, stage)).collect(),
            locks: pipeline.holds.iter().map(|(lock, _)| (*lock, None)).collect(),
            last: None,
            share: Decimal::ZERO,
            touched: false,
            finishing: false,
            given: None,
            hold: None,
            ending: None,
            writes_frozen: false,
            left_on: Vec::new(),
            rollbacks: own.map(|(id, rollback)| (id, rollback, Watch::default())).collect(),
            events: Vec::new(),
        }
    }

    pub fn run(mut self) -> Timeline {
        let ending = loop {
            self.instant();
            if let Some(ending) = self.ending.take() {
                break ending;
            }
            if self.stages.iter().all(|progress| progress.phase == Phase::Finished) {
                break Ending::Done(Outcome::Finished);
            }
            let next = self.next();
            let is_blind = self.given.is_some()
                && self.rollbacks.iter().any(|(_, rollback, _)| measures(self.policy, &rollback.triggers));
            if next == Instant::MAX || is_blind && self.is_blind_at(next) {
                break Ending::Done(self.stalled(next));
            }
            self.now = next;
        };
        let outcome = match ending {
            Ending::Done(outcome) => outcome,
            Ending::Back(rollback) => self.go_back(rollback),
        };
        if outcome == Outcome::TraceEnds {
            self.now = self.limit.map_or(self.now, |limit| limit.max(self.setting.start));
        }
        Timeline {
            pipeline: self.pipeline.name.clone(),
            start: self.setting.start,
            end: self.now,
            outcome,
            stage: self.last.map(|id| self.pipeline.stages[id].name.clone()),
            traffic: self.share,
            writes_frozen: self.writes_frozen,
            left_on: self.left_on,
            events: self.events,
        }
    }

    /// Everything that happens at this instant.
    fn instant(&mut self) {
        self.watch_gates();
        while self.ending.is_none() && !self.fires() && self.moves() {}
    }

    /// The first stage that can move makes a move.
    fn moves(&mut self) -> bool {
        let pipeline = self.pipeline;
        pipeline.stages.iter().any(|(id, stage)| {
            let Some(mut progress) = self.stages.get_mut(id.index()).map(std::mem::take) else {
                return false;
            };
            let before = progress.phase.clone();
            let moved = self.advance(id, stage, &mut progress);
            if moved && before != Phase::Waiting {
                self.last = Some(id);
            }
            if let Some(place) = self.stages.get_mut(id.index()) {
                *place = progress;
            }
            moved
        })
    }

    /// Whether a trigger fires; then the rollout goes back.
    fn fires(&mut self) -> bool {
        let Some(reach) = &self.given else { return false };
        let asking =
            Asking { policy: self.policy, trace: self.setting.trace, reach, hold: self.hold, at: self.now };
        for (id, rollback, watch) in &mut self.rollbacks {
            let checks = rollback.triggers.iter().map(|bound| &bound.check);
            let answers = ask_all(&asking, self.setting.assumed, Sense::Feared, checks, watch);
            let fired = rollback.triggers.iter().zip(answers).find(|(_, answer)| answer.truth == Truth::Yes);
            if let Some((trigger, Answer { since, seen, .. })) = fired {
                self.ending = Some(Ending::Back(Some(*id)));
                let (rollback, text) = (rollback.name.clone(), trigger.text.clone());
                let what = What::Fired { rollback, trigger: text, since, seen };
                self.events.push(Event { at: self.now, origin: Some(trigger.origin), what });
                return true;
            }
        }
        false
    }

    /// The first instant behind now at which anything may change; [`Instant::MAX`] where nothing can.
    fn next(&self) -> Instant {
        let mut next = Instant::MAX;
        if let Some(reach) = &self.given {
            let asking = self.asking(reach, self.hold);
            for (_, rollback, watch) in &self.rollbacks {
                next = next.min(turns(&asking, rollback.triggers.iter().map(|bound| &bound.check), watch));
            }
        }
        for (progress, stage) in self.stages.iter().zip(self.pipeline.stages.rows()) {
            next = next.min(self.stage_next(stage, progress));
        }
        next
    }

    /// Why it does not go on.
    fn stalled(&self, next: Instant) -> Outcome {
        for (progress, stage) in self.stages.iter().zip(self.pipeline.stages.rows()) {
            if let Some(pause) = &progress.pause {
                let until = [pause.until, pause.back].into_iter().flatten().min();
                return Outcome::Paused { until, because: pause.because.clone() };
            }
            if let Phase::Approval { until } = progress.phase {
                let because = format!("the approval of `{}`", stage.name);
                return Outcome::Paused { until: until.filter(|until| *until < Instant::MAX), because };
            }
        }
        let asks = |progress: &Progress| matches!(progress.phase, Phase::Gates { .. });
        if next < Instant::MAX || self.stages.iter().any(asks) {
            return Outcome::TraceEnds;
        }
        let waiting = self.stages.iter().zip(self.pipeline.stages.rows());
        let waiting =
            waiting.filter(|(progress, _)| !matches!(progress.phase, Phase::Finished | Phase::Waiting));
        let waits: Vec<String> = waiting.map(|(progress, stage)| self.waits_for(stage, progress)).collect();
        let because = if waits.is_empty() { "no stage can start".to_owned() } else { waits.join("; ") };
        Outcome::Stuck { because }
    }

    /// Whether an instant lies behind everything the trace says.
    pub fn is_blind_at(&self, at: Instant) -> bool {
        self.limit.is_some_and(|limit| at > limit)
    }

    pub fn asking<'q>(&self, reach: &'q Reach, hold: Option<Elapsed>) -> Asking<'q>
    where
        'a: 'q,
    {
        Asking { policy: self.policy, trace: self.setting.trace, reach, hold, at: self.now }
    }

    /// Asks all of these now, for a gate or to see whether it recovered.
    pub fn ask<'c>(
        &self,
        reach: &Reach,
        hold: Option<Elapsed>,
        checks: impl IntoIterator<Item = &'c Check>,
        watch: &mut Watch,
    ) -> Vec<Answer> {
        ask_all(&self.asking(reach, hold), self.setting.assumed, Sense::Wanted, checks, watch)
    }

    /// Notes what happens now.
    pub fn tell(&mut self, origin: Origin, what: What) {
        self.events.push(Event { at: self.now, origin: Some(origin), what });
    }

    pub fn region_names(&self, regions: &[Id<Region>]) -> Vec<String> {
        regions.iter().map(|id| self.policy.regions[*id].name.clone()).collect()
    }

    /// What takes a stage back that does not say: the pipeline's own answer to failures, else its first rollback.
    pub fn way_back(&self, stage: &Stage) -> Option<Id<Rollback>> {
        match stage.on_failure.or(self.pipeline.on_failure) {
            Some((OnFailure::Rollback(rollback), _)) => Some(rollback),
            _ => self.rollbacks.first().map(|(id, ..)| *id),
        }
    }
}
