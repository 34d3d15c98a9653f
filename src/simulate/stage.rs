//! How far a stage is, and its next move.

use super::Truth;
use super::check::{Watch, bars, turns};
use super::event::{FailedBy, Outcome, What};
use super::freeze::{Freeze, goes_back, reaction, words};
use super::plan::{Gives, Step, steps};
use super::reading::Reach;
use super::run::{Ending, Run};
use super::together::Together;
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Check, Id, OnFailure, Policy, Reaction, Region, Stage};
use rust_decimal::Decimal;

/// How far a stage is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub phase: Phase,
    pub pause: Option<Pause>,
    plan: Vec<Step>,
    gates: Vec<Check>,
    /// Whether a bar of its gates must be so for a while.
    is_sustained: bool,
    measures: bool,
    pub deadline: Option<Instant>,
    tries: u32,
    watch: Watch,
    /// Whether its gates were asked, and wait.
    waits: bool,
}

/// The part of a stage that is under way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Phase {
    /// Stages before it are not finished.
    #[default]
    Waiting,
    /// It waits for its approval; none means that it is never given.
    Approval {
        until: Option<Instant>,
    },
    /// It starts once components are ready, locks are free and the calendar lets it.
    Ready,
    /// Its command runs.
    Running {
        until: Instant,
    },
    /// A step of its plan is about to begin.
    Begin {
        step: usize,
    },
    /// A step holds.
    Hold {
        step: usize,
        until: Instant,
    },
    /// Its gates are asked.
    Gates {
        step: usize,
    },
    /// Regions are let alone before the next step.
    Soak {
        step: usize,
        until: Instant,
    },
    /// Components that it starts become ready, and what it calls finishes.
    Ending,
    Finished,
}

/// A freeze holds a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pause {
    pub since: Instant,
    /// When the calendar lets it go on.
    pub until: Option<Instant>,
    /// When it goes back instead.
    pub back: Option<Instant>,
    pub because: String,
}

impl Progress {
    pub fn new(policy: &Policy, stage: &Stage) -> Self {
        let gates: Vec<Check> =
            stage.gates.iter().map(|(gate, origin)| Check::Gate(*gate, *origin)).collect();
        let (mut is_sustained, mut measures) = (false, false);
        for gate in &gates {
            bars(policy, gate, &mut |bar| {
                measures = true;
                is_sustained |= bar.sustained.is_some();
            });
        }
        Self { plan: steps(stage), gates, is_sustained, measures, ..Self::default() }
    }

    fn step(&self, step: usize) -> Option<&Step> {
        self.plan.get(step)
    }

    pub fn reach(&self, step: usize) -> Reach {
        Reach(self.step(step).and_then(|step| step.regions.clone()))
    }

    pub fn has_started(&self) -> bool {
        !matches!(self.phase, Phase::Waiting | Phase::Approval { .. } | Phase::Ready)
    }
}

impl Run<'_> {
    /// Makes the next move of a stage, where there is one now.
    pub fn advance(
        &mut self,
        id: Id<Stage>,
        stage: &Stage,
        progress: &mut Progress,
        together: &mut Together,
    ) -> bool {
        if progress.phase != Phase::Finished
            && let Some(called) = together.failed((self.position, id), self.now)
        {
            self.fail(stage, FailedBy::Pipeline(self.policy.pipelines[called].name.clone()));
            return true;
        }
        if let Some(pause) = &progress.pause {
            return self.resume(stage, progress, &pause.clone());
        }
        let moved = match progress.phase.clone() {
            Phase::Waiting => self.meets_stages(id, stage, progress, together),
            Phase::Approval { until } => self.is_approved(stage, progress, until),
            Phase::Ready => self.starts(id, stage, progress, together),
            Phase::Running { until } => until <= self.now && self.ran(id, stage, progress),
            Phase::Begin { step } => self.begins(stage, progress, step),
            Phase::Hold { step, until } => {
                if until <= self.now {
                    progress.phase = Phase::Gates { step };
                    progress.waits = false;
                }
                until <= self.now
            }
            Phase::Gates { step } => self.passes(stage, progress, step),
            Phase::Soak { step, until } => {
                if until <= self.now {
                    progress.phase = Phase::Begin { step };
                }
                until <= self.now
            }
            Phase::Ending => self.ends(id, stage, progress, together),
            Phase::Finished => false,
        };
        if !moved && progress.phase != Phase::Finished && progress.deadline.is_some_and(|end| end <= self.now)
        {
            self.fail(stage, FailedBy::Timeout);
            return true;
        }
        moved
    }

    fn resume(&mut self, stage: &Stage, progress: &mut Progress, pause: &Pause) -> bool {
        if pause.until.is_some_and(|until| until <= self.now) {
            progress.deadline = progress.deadline.map(|deadline| deadline.plus(self.now.since(pause.since)));
            progress.pause = None;
            self.tell(stage.origin, What::Resumed { stage: stage.name.clone() });
            true
        } else if pause.back.is_some_and(|back| back <= self.now) {
            self.ending = Some(Ending::Back(self.way_back(stage)));
            true
        } else {
            false
        }
    }

    fn is_approved(&mut self, stage: &Stage, progress: &mut Progress, until: Option<Instant>) -> bool {
        let is_given = until.is_some_and(|until| until <= self.now);
        if is_given {
            let origin = stage.approve.as_ref().map_or(stage.origin, |seats| seats.origin);
            self.tell(origin, What::Approved { stage: stage.name.clone() });
            progress.phase = Phase::Ready;
        }
        is_given
    }

    pub fn took(&self, id: Id<Stage>) -> Elapsed {
        self.setting.assumed.took.get(&(self.id, id)).copied().unwrap_or(Elapsed::ZERO)
    }

    fn ran(&mut self, id: Id<Stage>, stage: &Stage, progress: &mut Progress) -> bool {
        let failing = self.setting.assumed.failing.get(&(self.id, id)).copied().unwrap_or(0);
        if progress.tries >= failing {
            progress.phase = Phase::Begin { step: 0 };
        } else if progress.tries < stage.retries {
            progress.tries += 1;
            self.tell(stage.origin, What::Retried { stage: stage.name.clone() });
            progress.phase = Phase::Running { until: self.now.plus(self.took(id)) };
        } else {
            self.fail(stage, FailedBy::Command);
        }
        true
    }

    fn begins(&mut self, stage: &Stage, progress: &mut Progress, position: usize) -> bool {
        let Some(step) = progress.step(position).cloned() else {
            progress.phase = Phase::Ending;
            return true;
        };
        let share = match step.gives {
            Gives::Share(share) => Some(share),
            Gives::Rest if self.share < Decimal::ONE => Some(Decimal::ONE),
            Gives::Rest | Gives::Mirror(_) | Gives::Nothing => None,
        };
        let raises = share.is_some_and(|share| share > self.share || step.regions.is_some());
        if (step.enters || raises) && self.is_held(stage, progress, step.regions.as_deref()) {
            return true;
        }
        if self.ending.is_some() {
            return true;
        }
        let name = || stage.name.clone();
        if let (true, Some(regions)) = (step.enters, &step.regions) {
            let regions = self.region_names(regions);
            self.tell(stage.origin, What::Entered { by: name(), regions });
        }
        if let Some(share) = share {
            self.share = self.share.max(share);
            self.tell(stage.origin, What::Traffic { stage: name(), share });
        }
        if let Gives::Mirror(share) = step.gives {
            self.tell(stage.origin, What::Mirrored { stage: name(), share });
        }
        if step.gives != Gives::Nothing {
            self.touched = true;
            self.reaches(step.regions.as_deref());
            self.hold = stage.hold;
        }
        let lasts = stage.hold.unwrap_or(Elapsed::ZERO);
        if lasts > Elapsed::ZERO {
            self.tell(stage.origin, What::Held { by: name(), lasts });
        }
        progress.phase = Phase::Hold { step: position, until: self.now.plus(lasts) };
        progress.watch = Watch::default();
        self.watch(stage, progress);
        true
    }

    /// Notes where traffic is given: somewhere without regions is everywhere.
    fn reaches(&mut self, regions: Option<&[Id<Region>]>) {
        let reach = match (self.given.take().map(|reach| reach.0), regions) {
            (Some(None), _) | (_, None) => None,
            (Some(Some(mut known)), Some(more)) => {
                known.extend(more);
                known.sort_unstable();
                known.dedup();
                Some(known)
            }
            (None, Some(first)) => Some(first.to_vec()),
        };
        self.given = Some(Reach(reach));
    }

    /// Whether a freeze holds the stage here; then what is to be done about it is under way.
    pub fn is_held(
        &mut self,
        stage: &Stage,
        progress: &mut Progress,
        regions: Option<&[Id<Region>]>,
    ) -> bool {
        if self.finishing {
            return false;
        }
        let Some(Freeze { windows, until }) = self.calendar.ask(stage, regions, self.now) else {
            return false;
        };
        let answer = reaction(self.policy, &self.pipeline.on_freeze, &windows, self.share);
        let (answer, said) =
            if self.touched { (answer, words(answer)) } else { (Reaction::Pause, "wait".to_owned()) };
        let names: Vec<&str> = windows.iter().map(|met| met.window.as_str()).collect();
        let because = names.join(", ");
        let what = What::Froze { stage: stage.name.clone(), windows, reaction: said, until };
        self.tell(stage.origin, what);
        match answer {
            Reaction::Finish => {
                self.finishing = true;
                return false;
            }
            Reaction::Back => self.ending = Some(Ending::Back(self.way_back(stage))),
            Reaction::Pause | Reaction::PauseThenBack(_) => {
                let back = goes_back(answer, self.now);
                progress.pause = Some(Pause { since: self.now, until, back, because });
            }
        }
        true
    }

    /// Asks the gates of a stage: it goes on, fails, or waits.
    fn passes(&mut self, stage: &Stage, progress: &mut Progress, position: usize) -> bool {
        if progress.measures && self.is_blind_at(self.now) {
            self.ending = Some(Ending::Done(Outcome::TraceEnds));
            return true;
        }
        let answers = self.ask(&progress.reach(position), stage.hold, &progress.gates, &mut progress.watch);
        let worst = answers.iter().map(|answer| answer.truth).min().unwrap_or(Truth::Yes);
        if worst == Truth::Unknown && progress.waits {
            return false;
        }
        progress.waits = worst == Truth::Unknown;
        let mut failed = None;
        for ((gate, origin), answer) in stage.gates.iter().zip(answers) {
            let (by, gate) = (stage.name.clone(), self.policy.gates[*gate].name.clone());
            if answer.truth == Truth::No {
                failed.get_or_insert_with(|| gate.clone());
            }
            self.tell(*origin, What::Asked { by, gate, answer: answer.truth, seen: answer.seen });
        }
        match (failed, worst) {
            (Some(gate), _) => self.fail(stage, FailedBy::Gate(gate)),
            (None, Truth::Unknown) => {}
            (None, _) => self.goes_on(stage, progress, position),
        }
        true
    }

    fn goes_on(&mut self, stage: &Stage, progress: &mut Progress, position: usize) {
        let soak = progress.step(position).filter(|step| step.is_last_there).and(stage.soak);
        progress.phase = match soak {
            Some(lasts) => {
                self.tell(stage.origin, What::Soaked { by: stage.name.clone(), lasts });
                Phase::Soak { step: position + 1, until: self.now.plus(lasts) }
            }
            None => Phase::Begin { step: position + 1 },
        };
    }

    fn fail(&mut self, stage: &Stage, by: FailedBy) {
        let because = format!("`{}` failed", stage.name);
        self.tell(stage.origin, What::Failed { stage: stage.name.clone(), by });
        self.ending = Some(match stage.on_failure.or(self.pipeline.on_failure) {
            Some((OnFailure::Rollback(rollback), _)) => Ending::Back(Some(rollback)),
            Some((OnFailure::Pause, _)) => Ending::Done(Outcome::Paused { until: None, because }),
            Some((OnFailure::Stop, _)) | None => Ending::Done(Outcome::Failed),
        });
    }

    /// Keeps the watch of gates that must pass for a while.
    pub fn watch_gates(&mut self) {
        let pipeline = self.pipeline;
        for (id, stage) in pipeline.stages.iter() {
            let Some(mut progress) = self.stages.get_mut(id.index()).map(std::mem::take) else { continue };
            self.watch(stage, &mut progress);
            if let Some(place) = self.stages.get_mut(id.index()) {
                *place = progress;
            }
        }
    }

    fn watch(&self, stage: &Stage, progress: &mut Progress) {
        if let (true, Phase::Hold { step, .. } | Phase::Gates { step }) =
            (progress.is_sustained, progress.phase.clone())
        {
            let reach = progress.reach(step);
            self.ask(&reach, stage.hold, &progress.gates, &mut progress.watch);
        }
    }

    /// The first instant behind now at which a stage may move.
    pub fn stage_next(&self, stage: &Stage, progress: &Progress) -> Instant {
        let behind = |at: Option<Instant>| at.filter(|at| *at > self.now).unwrap_or(Instant::MAX);
        if let Some(pause) = &progress.pause {
            return behind(pause.until).min(behind(pause.back));
        }
        let gates = |step| {
            let reach = progress.reach(step);
            turns(&self.asking(&reach, stage.hold), &progress.gates, &progress.watch)
        };
        let next = match progress.phase {
            Phase::Approval { until } => behind(until),
            Phase::Running { until } | Phase::Soak { until, .. } => until,
            Phase::Hold { step, until } if progress.is_sustained => until.min(gates(step)),
            Phase::Hold { until, .. } => until,
            Phase::Gates { step } => {
                let end =
                    self.limit.filter(|_| progress.measures).map(|limit| limit.plus(Elapsed::seconds(1)));
                gates(step).min(behind(end))
            }
            Phase::Waiting | Phase::Ready | Phase::Begin { .. } | Phase::Ending | Phase::Finished => {
                Instant::MAX
            }
        };
        if progress.phase == Phase::Finished { next } else { next.min(behind(progress.deadline)) }
    }
}
