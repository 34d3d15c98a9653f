//! What runs that go on together share: the stages that any of them has come to, locks, and the calls between them.

use crate::calendar::Instant;
use crate::graph::{Guard, Shares, shares};
use crate::policy::{Component, Id, Lock, Pipeline, Policy, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// A stage of a run, by the run's position.
pub(super) type Caller = (usize, Id<Stage>);

/// A lock that a stage takes, and when it is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub guard: Guard,
    pub until: Until,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// At the end of this stage, or of the one that takes it, whichever is later.
    Stage(Id<Stage>),
    /// At the end of the run.
    End,
}

/// Who has a lock.
#[derive(Debug, Clone, Copy)]
struct Taken {
    by: Caller,
    until: Until,
    /// When a run that is over gives it back.
    free: Option<Instant>,
}

/// A pipeline that a stage calls.
#[derive(Debug, Clone, Copy)]
struct Call {
    by: Caller,
    of: Id<Pipeline>,
    state: Called,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Called {
    /// As many runs of it go on as there may be.
    Waits,
    Runs,
    Ended {
        at: Instant,
        well: bool,
    },
}

/// What all runs share.
pub(super) struct Together {
    /// Pipelines that are carried out.
    pub members: BTreeSet<Id<Pipeline>>,
    shares: Shares,
    locks: BTreeMap<Guard, Taken>,
    started: BTreeSet<(Id<Pipeline>, Id<Stage>)>,
    finished: BTreeSet<(Id<Pipeline>, Id<Stage>)>,
    calls: Vec<Call>,
}

impl Together {
    pub fn new(policy: &Policy, members: BTreeSet<Id<Pipeline>>) -> Self {
        Self {
            members,
            shares: shares(policy),
            locks: BTreeMap::new(),
            started: BTreeSet::new(),
            finished: BTreeSet::new(),
            calls: Vec::new(),
        }
    }

    /// Notes that a stage has started, and calls what it calls.
    pub fn start(&mut self, by: Caller, pipeline: Id<Pipeline>, stage: &Stage) {
        self.started.insert((pipeline, by.1));
        let calls = stage.calls.iter().map(|(of, _)| Call { by, of: *of, state: Called::Waits });
        self.calls.extend(calls);
    }

    /// Notes that a stage is finished, and takes back its locks.
    pub fn finish(&mut self, by: Caller, pipeline: Id<Pipeline>, is_finished: impl Fn(Id<Stage>) -> bool) {
        self.finished.insert((pipeline, by.1));
        let is_over = |until: Id<Stage>| until == by.1 || is_finished(until);
        self.locks.retain(|_, taken| match taken.until {
            Until::Stage(until) if taken.by.0 == by.0 => {
                until != by.1 && !(taken.by.1 == by.1 && is_over(until))
            }
            Until::Stage(_) | Until::End => true,
        });
    }

    /// Whether any run has finished a stage.
    pub fn has_finished(&self, pipeline: Id<Pipeline>, stage: Id<Stage>) -> bool {
        self.finished.contains(&(pipeline, stage))
    }

    /// The locks that a stage takes when it starts: with the first of a run those of its pipeline.
    pub fn wanted(
        &self,
        policy: &Policy,
        pipeline: Id<Pipeline>,
        stage: Id<Stage>,
        first: bool,
    ) -> Vec<Wanted> {
        let row = &policy.pipelines[pipeline];
        let own = row.holds.iter().filter(|_| first);
        let own = own.map(|(lock, _)| Wanted { guard: Guard::Lock(*lock), until: Until::End });
        let shared = self.shares.taken(pipeline, stage).map(|(component, until)| Wanted {
            guard: Guard::Shared(component),
            until: until.map_or(Until::End, Until::Stage),
        });
        let held = row.stages[stage].holds.iter().map(|holding| Wanted {
            guard: Guard::Lock(holding.lock),
            until: Until::Stage(holding.until.unwrap_or(stage)),
        });
        own.chain(shared).chain(held).collect()
    }

    /// The first of these locks that is not free, or that is wanted twice: nobody takes again what they have.
    pub fn taken(&self, wanted: &[Wanted], now: Instant) -> Option<Guard> {
        let mut seen = BTreeSet::new();
        let is_free = |guard: &Guard| {
            self.locks.get(guard).is_none_or(|taken| taken.free.is_some_and(|free| free <= now))
        };
        wanted.iter().map(|wanted| wanted.guard).find(|guard| !seen.insert(*guard) || !is_free(guard))
    }

    /// The declared locks that are not free at an instant.
    pub fn held(&self, at: Instant) -> Vec<Id<Lock>> {
        let taken = self.locks.iter().filter(|(_, taken)| taken.free.is_none_or(|free| free > at));
        let locks = taken.filter_map(|(guard, _)| match guard {
            Guard::Lock(lock) => Some(*lock),
            Guard::Shared(_) => None,
        });
        locks.collect()
    }

    /// The run that has a lock.
    pub fn holder(&self, guard: Guard) -> Option<usize> {
        self.locks.get(&guard).map(|taken| taken.by.0)
    }

    /// Takes locks for a stage.
    pub fn take(&mut self, by: Caller, wanted: &[Wanted]) {
        let taken = wanted.iter().map(|one| (one.guard, Taken { by, until: one.until, free: None }));
        self.locks.extend(taken);
    }

    /// A run is over: it gives back what it has, and who called it goes on, or not.
    pub fn end(&mut self, run: usize, call: Option<usize>, at: Instant, well: bool) {
        for taken in self.locks.values_mut().filter(|taken| taken.by.0 == run) {
            taken.free = Some(at);
        }
        if let Some(call) = call.and_then(|call| self.calls.get_mut(call)) {
            call.state = Called::Ended { at, well };
        }
    }

    /// The first call for which a run may begin, given which pipelines have no room: its position, the pipeline, and its caller.
    pub fn next_call(
        &mut self,
        has_room: impl Fn(Id<Pipeline>) -> bool,
    ) -> Option<(usize, Id<Pipeline>, Caller)> {
        let mut waiting = self.calls.iter_mut().enumerate();
        let (position, call) = waiting.find(|(_, call)| call.state == Called::Waits && has_room(call.of))?;
        call.state = Called::Runs;
        Some((position, call.of, call.by))
    }

    /// The first pipeline that a stage called and that is over and not finished.
    pub fn failed(&self, by: Caller, now: Instant) -> Option<Id<Pipeline>> {
        let failed = |state| matches!(state, Called::Ended { at, well: false } if at <= now);
        self.calls.iter().find(|call| call.by == by && failed(call.state)).map(|call| call.of)
    }

    /// A pipeline that a stage called and that is not finished.
    pub fn awaited(&self, by: Caller, now: Instant) -> Option<Id<Pipeline>> {
        let is_over = |state| matches!(state, Called::Ended { at, .. } if at <= now);
        self.calls.iter().find(|call| call.by == by && !is_over(call.state)).map(|call| call.of)
    }

    /// The first instant behind now at which a run gives something back that is over; [`Instant::MAX`] where none does.
    pub fn next(&self, now: Instant) -> Instant {
        let freed = self.locks.values().filter_map(|taken| taken.free);
        let ended = self.calls.iter().filter_map(|call| match call.state {
            Called::Ended { at, .. } => Some(at),
            Called::Waits | Called::Runs => None,
        });
        freed.chain(ended).filter(|at| *at > now).min().unwrap_or(Instant::MAX)
    }

    /// Whether a component is ready: a stage that starts it has started, or no pipeline that is carried out has one, and so it is
    /// with what it needs.
    pub fn is_ready(&self, policy: &Policy, component: Id<Component>) -> bool {
        let mut seen = BTreeSet::from([component]);
        let mut open = vec![component];
        while let Some(component) = open.pop() {
            let starts = |stage: &Stage| stage.starts.iter().any(|(started, _)| *started == component);
            let mut starting = self.members.iter().flat_map(|pipeline| {
                let stages = policy.pipelines[*pipeline].stages.iter();
                stages.filter(|(_, stage)| starts(stage)).map(|(id, _)| (*pipeline, id))
            });
            let mut is_started_by_none = true;
            let has_started = starting.any(|at| {
                is_started_by_none = false;
                self.started.contains(&at)
            });
            if !has_started && !is_started_by_none {
                return false;
            }
            open.extend(policy.components[component].needs.iter().filter(|needed| seen.insert(**needed)));
        }
        true
    }
}
