//! One run of a pipeline. Triggers are asked before every move of a stage and after the last; the first stage as written that can move
//! makes the next move.

use super::check::{Answer, Sense, Watch, ask_all, measures, turns};
use super::event::{Event, Outcome, Turned, What};
use super::freeze::Calendar;
use super::reading::{Asking, Reach};
use super::stage::{Phase, Progress};
use super::together::{Caller, Together};
use super::{Setting, Truth};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Check, Id, OnFailure, Origin, Pipeline, Policy, Region, Rollback, Stage};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Everything about a run at an instant.
pub(super) struct Run<'a> {
    /// Its place among all runs.
    pub position: usize,
    pub id: Id<Pipeline>,
    /// Whether it is the run that was asked for, or called by it.
    pub is_main: bool,
    /// The call it begins with, by position, and the stage that calls; none for one that begins by itself.
    pub call: Option<usize>,
    pub caller: Option<Caller>,
    pub setting: Setting<'a>,
    pub policy: &'a Policy,
    pub pipeline: &'a Pipeline,
    pub calendar: Calendar<'a>,
    pub now: Instant,
    /// The last instant of which the trace says anything.
    pub limit: Option<Instant>,
    /// How far each stage is, in the pipeline's order.
    pub stages: Vec<Progress>,
    /// The stage that moved last.
    last: Option<Id<Stage>>,
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
    pub over: Option<Over>,
    pub turned: Vec<Turned>,
    /// What it did since its events were last taken.
    pub events: Vec<Event>,
    rollbacks: Vec<(Id<Rollback>, &'a Rollback, Watch)>,
}

/// How a run ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    Done(Outcome),
    Back(Option<Id<Rollback>>),
}

/// How a run ended, and when: later than now where it is known already how it comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Over {
    pub at: Instant,
    pub outcome: Outcome,
}

impl Over {
    /// Whether it keeps what it has: it may still go on.
    pub fn stays(&self) -> bool {
        matches!(self.outcome, Outcome::Paused { .. } | Outcome::TraceEnds)
    }
}

impl<'a> Run<'a> {
    pub fn new(setting: &Setting<'a>, now: Instant, position: usize, id: Id<Pipeline>) -> Self {
        let policy = setting.policy;
        let pipeline = &policy.pipelines[id];
        let own = policy.rollbacks.iter().filter(|(_, rollback)| rollback.pipeline == id);
        Self {
            position,
            id,
            is_main: false,
            call: None,
            caller: None,
            setting: *setting,
            policy,
            pipeline,
            calendar: Calendar::new(setting, id),
            now,
            limit: setting.trace.end(),
            stages: pipeline.stages.rows().iter().map(|stage| Progress::new(policy, stage)).collect(),
            last: None,
            share: Decimal::ZERO,
            touched: false,
            finishing: false,
            given: None,
            hold: None,
            ending: None,
            over: None,
            turned: Vec::new(),
            events: Vec::new(),
            rollbacks: own.map(|(id, rollback)| (id, rollback, Watch::default())).collect(),
        }
    }

    /// Whether every stage is finished.
    pub fn is_finished(&self) -> bool {
        self.stages.iter().all(|progress| progress.phase == Phase::Finished)
    }

    /// The stage it has come to.
    pub fn last(&self) -> Option<&str> {
        self.last.map(|id| self.pipeline.stages[id].name.as_str())
    }

    /// Whether a trigger that reads a metric may fire.
    pub fn is_watched(&self) -> bool {
        self.given.is_some()
            && self.rollbacks.iter().any(|(_, rollback, _)| measures(self.policy, &rollback.triggers))
    }

    /// A trigger fires, or the first stage that can move makes a move.
    pub fn moves(&mut self, together: &mut Together) -> bool {
        let pipeline = self.pipeline;
        self.fires()
            || pipeline.stages.iter().any(|(id, stage)| {
                let Some(mut progress) = self.stages.get_mut(id.index()).map(std::mem::take) else {
                    return false;
                };
                let before = progress.phase.clone();
                let moved = self.advance(id, stage, &mut progress, together);
                if moved && before != Phase::Waiting {
                    self.last = Some(id);
                }
                if let Some(place) = self.stages.get_mut(id.index()) {
                    *place = progress;
                }
                moved
            })
    }

    /// Whether a trigger fires; then the run goes back.
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
                let pipeline = self.pipeline.name.clone();
                self.events.push(Event { at: self.now, pipeline, origin: Some(trigger.origin), what });
                return true;
            }
        }
        false
    }

    /// The first instant behind now at which anything may change; [`Instant::MAX`] where nothing can.
    pub fn next(&self) -> Instant {
        let mut next = self.next_move();
        if let Some(reach) = &self.given {
            let asking = self.asking(reach, self.hold);
            for (_, rollback, watch) in &self.rollbacks {
                next = next.min(turns(&asking, rollback.triggers.iter().map(|bound| &bound.check), watch));
            }
        }
        next
    }

    /// The first instant behind now at which a stage may move.
    pub fn next_move(&self) -> Instant {
        let stages = self.stages.iter().zip(self.pipeline.stages.rows());
        stages.map(|(progress, stage)| self.stage_next(stage, progress)).min().unwrap_or(Instant::MAX)
    }

    /// What it is paused for, if it is.
    pub fn paused(&self) -> Option<Outcome> {
        if let Some(over) = &self.over {
            return matches!(over.outcome, Outcome::Paused { .. }).then(|| over.outcome.clone());
        }
        self.stages.iter().zip(self.pipeline.stages.rows()).find_map(|(progress, stage)| {
            if let Some(pause) = &progress.pause {
                let until = [pause.until, pause.back].into_iter().flatten().min();
                return Some(Outcome::Paused { until, because: pause.because.clone() });
            }
            let Phase::Approval { until } = progress.phase else { return None };
            let because = format!("the approval of `{}`", self.called(&stage.name));
            Some(Outcome::Paused { until: until.filter(|until| *until < Instant::MAX), because })
        })
    }

    /// Whether it waits for what only more of a trace could say.
    pub fn asks_the_trace(&self) -> bool {
        let asks = |progress: &Progress| matches!(progress.phase, Phase::Gates { .. });
        match &self.over {
            Some(over) => over.outcome == Outcome::TraceEnds,
            None => self.stages.iter().any(asks),
        }
    }

    /// What its stages wait for, in words.
    pub fn waits(&self, together: &Together) -> Vec<String> {
        let stages = self.pipeline.stages.iter().zip(&self.stages).filter(|_| self.over.is_none());
        stages.filter_map(|((id, stage), progress)| self.waits_for(id, stage, progress, together)).collect()
    }

    /// Other pipelines of which a stage that is not finished waits for one.
    pub fn awaits(&self) -> BTreeSet<Id<Pipeline>> {
        let unfinished = self.stages.iter().zip(self.pipeline.stages.rows());
        let unfinished = unfinished.filter(|(progress, _)| progress.phase != Phase::Finished);
        let after = unfinished.flat_map(|(_, stage)| &stage.after).map(|after| after.pipeline);
        after.filter(|pipeline| *pipeline != self.id).collect()
    }

    /// Runs that have locks it waits for.
    pub fn holders(&self, together: &Together) -> Vec<usize> {
        let ready = self
            .pipeline
            .stages
            .ids()
            .zip(&self.stages)
            .filter(|(_, progress)| progress.phase == Phase::Ready);
        let guards = ready.filter_map(|(id, _)| together.taken(&self.wanted(id, together), self.now));
        guards.filter_map(|guard| together.holder(guard)).collect()
    }

    /// A stage as people know it here: one of another pipeline than was asked for with that pipeline before it.
    pub fn called(&self, stage: &str) -> String {
        if self.id == self.setting.pipeline {
            stage.to_owned()
        } else {
            format!("{}.{stage}", self.pipeline.name)
        }
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
        let pipeline = self.pipeline.name.clone();
        self.events.push(Event { at: self.now, pipeline, origin: Some(origin), what });
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
