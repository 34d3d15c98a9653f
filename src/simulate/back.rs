//! How a run comes back: the steps of its rollback, the levers it pulls, and whether it recovers.

use super::Truth;
use super::check::{Watch, turns};
use super::event::{Outcome, Turned, What};
use super::reading::Reach;
use super::run::Run;
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Act, Bound, Device, Id, Lever, Origin, Rollback, Severity, Step, Switch};
use std::collections::BTreeSet;

/// A rollback under way.
struct Back<'a> {
    rollback: &'a Rollback,
    start: Instant,
    /// What must hold for it to count as recovered.
    when: Option<&'a Bound>,
    watch: Watch,
    /// Whether that is asked already: once something was pulled.
    is_armed: bool,
    recovered: bool,
    is_late: bool,
    pulled: BTreeSet<Id<Lever>>,
    /// Where the change had traffic.
    reach: Reach,
}

/// How steps ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    /// The trace ends before it is known.
    Cut,
    /// A step could not be done: what follows it is left.
    Broken,
    /// An incident was declared, and what follows is left.
    Incident,
}

impl<'a> Run<'a> {
    /// Goes back, and says how that ended.
    pub fn go_back(&mut self, id: Option<Id<Rollback>>) -> Outcome {
        let Some(id) = id else {
            self.tell(self.pipeline.origin, What::WentBack { rollback: None });
            return Outcome::RolledBack { rollback: None, recovered: None };
        };
        let policy = self.policy;
        let rollback = &policy.rollbacks[id];
        let pulls = |steps: &[Step]| steps.iter().any(|step| matches!(step.act, Act::Pull { .. }));
        let mut back = Back {
            rollback,
            start: self.now,
            when: rollback.recovered.as_ref().map(|recovered| &recovered.when),
            watch: Watch::default(),
            is_armed: !pulls(&rollback.steps),
            recovered: false,
            is_late: false,
            pulled: BTreeSet::new(),
            reach: self.given.clone().unwrap_or_default(),
        };
        let name = Some(rollback.name.clone());
        self.tell(rollback.origin, What::WentBack { rollback: name.clone() });
        let mut flow = self.everywhere(&mut back);
        if flow != Flow::Cut {
            for step in &rollback.finally {
                match self.step(&mut back, step) {
                    Flow::On | Flow::Incident => {}
                    Flow::Broken => flow = Flow::Broken,
                    Flow::Cut => {
                        flow = Flow::Cut;
                        break;
                    }
                }
            }
        }
        if flow == Flow::Broken {
            let because = format!("rollback `{}` has no lever left", rollback.name);
            return Outcome::Stuck { because };
        }
        let recovered = if flow == Flow::Cut { None } else { self.recovers(&mut back) };
        Outcome::RolledBack { rollback: name, recovered }
    }

    fn everywhere(&mut self, back: &mut Back<'a>) -> Flow {
        let rollback = back.rollback;
        if rollback.region_plan.is_empty() {
            return self.steps(back, &rollback.steps);
        }
        for (place, regions) in rollback.region_plan.iter().enumerate() {
            if let (true, Some(lasts)) = (place > 0, rollback.soak) {
                self.tell(rollback.origin, What::Soaked { by: rollback.name.clone(), lasts });
                self.pass(back, self.now.plus(lasts));
            }
            let regions = self.region_names(regions);
            self.tell(rollback.origin, What::Entered { by: rollback.name.clone(), regions });
            let flow = self.steps(back, &rollback.steps);
            if flow != Flow::On {
                return flow;
            }
            back.pulled.clear();
        }
        Flow::On
    }

    fn steps(&mut self, back: &mut Back<'a>, steps: &'a [Step]) -> Flow {
        for step in steps {
            let flow = self.step(back, step);
            if flow != Flow::On {
                return flow;
            }
        }
        Flow::On
    }

    fn step(&mut self, back: &mut Back<'a>, step: &'a Step) -> Flow {
        match &step.act {
            Act::Pull { levers, fastest } => {
                let levers: Vec<Id<Lever>> = levers.iter().map(|(lever, _)| *lever).collect();
                return self.pull(back, step, &levers, *fastest);
            }
            Act::Hold { least, recovered } => {
                self.tell(step.origin, What::Held { by: back.rollback.name.clone(), lasts: *least });
                return self.hold(back, step.origin, *least, *recovered);
            }
            Act::Verify(gates) => {
                for (gate, origin) in gates {
                    let check = crate::policy::Check::Gate(*gate, *origin);
                    let answers = self.ask(&back.reach, self.hold, [&check], &mut Watch::default());
                    for answer in answers {
                        let (by, gate) = (back.rollback.name.clone(), self.policy.gates[*gate].name.clone());
                        let truth = if self.is_blind_at(self.now) { Truth::Unknown } else { answer.truth };
                        self.tell(*origin, What::Asked { by, gate, answer: truth, seen: answer.seen });
                    }
                }
                return Flow::On;
            }
            Act::FreezeWrites => self.turn(Device::FrozenWrites, Switch::On),
            Act::UnfreezeWrites => self.turn(Device::FrozenWrites, Switch::Off),
            Act::Throttle(switch) => self.turn(Device::Throttle, *switch),
            Act::Banner(switch) => self.turn(Device::Banner, *switch),
            _ => {}
        }
        self.tell(step.origin, What::Did { step: step.text.clone() });
        Flow::On
    }

    fn turn(&mut self, what: Device, to: Switch) {
        self.turned.push(Turned { at: self.now, what, to });
    }

    /// Pulls the fastest lever that is available, or each.
    fn pull(&mut self, back: &mut Back<'a>, step: &Step, levers: &[Id<Lever>], fastest: bool) -> Flow {
        let available: Vec<Id<Lever>> =
            levers.iter().copied().filter(|lever| self.is_available(*lever)).collect();
        let chosen: Vec<Id<Lever>> = if fastest {
            available.iter().copied().min_by_key(|lever| self.cost(back, *lever)).into_iter().collect()
        } else {
            available.clone()
        };
        if chosen.is_empty() || !fastest && available.len() < levers.len() {
            let levers = levers.iter().filter(|lever| !available.contains(lever));
            let levers = levers.map(|lever| self.policy.levers[*lever].name.clone()).collect();
            self.tell(step.origin, What::NoLever { levers });
            return Flow::Broken;
        }
        for lever in chosen {
            for lever in self.with_those_before(back, lever) {
                let declared = &self.policy.levers[lever];
                let (name, within) = (declared.name.clone(), declared.within);
                self.tell(declared.origin, What::Pulled { lever: name, within });
                self.pass(back, self.now.plus(within.unwrap_or(Elapsed::ZERO)));
                back.pulled.insert(lever);
            }
        }
        back.is_armed = true;
        self.observe(back);
        Flow::On
    }

    /// Whether the stage from whose start on a lever cannot be pulled has not started.
    fn is_available(&self, lever: Id<Lever>) -> bool {
        let Some((until, _)) = &self.policy.levers[lever].available_until else { return true };
        self.pipeline
            .stages
            .find(until)
            .is_none_or(|id| self.stages.get(id.index()).is_none_or(|progress| !progress.has_started()))
    }

    /// What decides between levers: time first, one that does not say last; then steps.
    fn cost(&self, back: &Back<'_>, lever: Id<Lever>) -> (usize, Elapsed, usize) {
        let levers = self.with_those_before(back, lever);
        let of = |lever: &Id<Lever>| &self.policy.levers[*lever];
        let unsaid = levers.iter().filter(|lever| of(lever).within.is_none()).count();
        let seconds = levers.iter().filter_map(|lever| of(lever).within).map(Elapsed::as_seconds);
        let steps = levers.iter().map(|lever| of(lever).step_count()).sum();
        (unsaid, Elapsed::seconds(seconds.sum()), steps)
    }

    /// A lever behind those that must be pulled before it and were not.
    fn with_those_before(&self, back: &Back<'_>, lever: Id<Lever>) -> Vec<Id<Lever>> {
        let mut order = vec![lever];
        let mut next = 0;
        while let Some(lever) = order.get(next).copied() {
            for (before, _) in &self.policy.levers[lever].after {
                if !order.contains(before) && !back.pulled.contains(before) {
                    order.push(*before);
                }
            }
            next += 1;
        }
        order.reverse();
        order
    }

    fn hold(
        &mut self,
        back: &mut Back<'a>,
        origin: Origin,
        least: Elapsed,
        recovered: Option<(Elapsed, Option<Id<Severity>>)>,
    ) -> Flow {
        let start = self.now;
        self.pass(back, start.plus(least));
        let (Some((most, severity)), Some(_)) = (recovered, back.when) else { return Flow::On };
        back.is_armed = true;
        let flow = self.wait(back, start.plus(most));
        if flow == Flow::On && !back.recovered {
            let severity = severity.map(|severity| self.policy.severities[severity].name.clone());
            self.tell(origin, What::Incident { severity });
            return Flow::Incident;
        }
        flow
    }

    /// Waits until it counts as recovered, at most until an instant.
    fn wait(&mut self, back: &mut Back<'a>, most: Instant) -> Flow {
        loop {
            self.observe(back);
            if back.recovered {
                return Flow::On;
            }
            if self.is_blind_at(self.now) {
                return Flow::Cut;
            }
            if self.now >= most {
                return Flow::On;
            }
            let next = self.next_for(back).min(most);
            if self.is_blind_at(next) {
                self.now = self.limit.map_or(self.now, |limit| limit.max(self.now));
                return Flow::Cut;
            }
            self.now = next;
        }
    }

    /// Lets time go by, and looks whether it recovers.
    fn pass(&mut self, back: &mut Back<'a>, until: Instant) {
        loop {
            self.observe(back);
            if self.now >= until {
                return;
            }
            self.now = self.next_for(back).min(until);
        }
    }

    fn observe(&mut self, back: &mut Back<'a>) {
        let (Some(when), false, false) = (back.when, back.recovered, self.is_blind_at(self.now)) else {
            return;
        };
        let name = back.rollback.name.clone();
        if back.is_armed {
            let answers = self.ask(&back.reach, self.hold, [&when.check], &mut back.watch);
            if answers.iter().all(|answer| answer.truth == Truth::Yes) {
                back.recovered = true;
                let after = self.now.since(back.start);
                self.tell(when.origin, What::Recovered { rollback: name, after });
                return;
            }
        }
        let within = back.rollback.recovered.as_ref().and_then(|recovered| recovered.within);
        if let Some(within) = within.filter(|within| !back.is_late && self.now >= back.start.plus(*within)) {
            back.is_late = true;
            self.tell(when.origin, What::NotRecovered { rollback: name, within });
        }
    }

    fn next_for(&self, back: &Back<'_>) -> Instant {
        let (Some(when), false) = (back.when, back.recovered) else { return Instant::MAX };
        let mut next = Instant::MAX;
        if back.is_armed {
            next = turns(&self.asking(&back.reach, self.hold), [&when.check], &back.watch);
        }
        let within = back.rollback.recovered.as_ref().and_then(|recovered| recovered.within);
        let late = within.map(|within| back.start.plus(within)).filter(|late| *late > self.now);
        next.min(late.unwrap_or(Instant::MAX))
    }

    /// Whether it counts as recovered in the end; waits as long as it may take.
    fn recovers(&mut self, back: &mut Back<'a>) -> Option<bool> {
        back.when?;
        back.is_armed = true;
        let within = back.rollback.recovered.as_ref().and_then(|recovered| recovered.within);
        let most = within.map_or(Instant::MAX, |within| back.start.plus(within));
        match self.wait(back, most.max(self.now)) {
            Flow::On => Some(back.recovered),
            Flow::Cut | Flow::Broken | Flow::Incident => None,
        }
    }
}
