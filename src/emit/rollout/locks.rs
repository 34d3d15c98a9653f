//! Locks, for engines where a run is in one group and a job in one more, and where nothing is held from one job to another.
//!
//! A lock that only single jobs take is a group of those jobs. Any other is held by the whole run: pipelines that share one,
//! or a component, are in one group and run one after the other. That holds more than the policy asks, never less.

use super::Plan;
use crate::policy::{Id, Lock, Pipeline, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// Which group each run and each job is in.
#[derive(Debug)]
pub(in crate::emit) struct Locks {
    /// By pipeline: the first of those it takes turns with, itself among them.
    turns: BTreeMap<Id<Pipeline>, Id<Pipeline>>,
    /// Locks that single jobs take.
    of_jobs: BTreeSet<Id<Lock>>,
}

impl Locks {
    /// The groups of a policy's plans.
    pub fn new(policy: &Policy, plans: &[Plan<'_>]) -> Self {
        let of_jobs: BTreeSet<Id<Lock>> =
            policy.locks.ids().filter(|lock| plans.iter().all(|plan| is_of_jobs(plan, *lock))).collect();
        let mut found = Self { turns: policy.pipelines.ids().map(|id| (id, id)).collect(), of_jobs };
        for one in plans {
            for other in plans.iter().filter(|other| other.id > one.id) {
                if found.share(policy, one, other) {
                    found.join(one.id, other.id);
                }
            }
        }
        found
    }

    /// The name of a run's group.
    pub fn of_run(&self, policy: &Policy, pipeline: Id<Pipeline>) -> String {
        let first = self.turns.get(&pipeline).copied().unwrap_or(pipeline);
        format!("ops-{}", policy.pipelines[first].name)
    }

    /// The name of a leg's group, where it is in one.
    pub fn of_leg(&self, plan: &Plan<'_>, leg: usize) -> Option<String> {
        let holds = plan.legs.get(leg)?.stage.holds.iter();
        let mut locks = holds.map(|held| held.lock).filter(|lock| self.of_jobs.contains(lock));
        locks.next().map(|lock| format!("ops-lock-{}", plan.policy.locks[lock].name))
    }

    fn share(&self, policy: &Policy, one: &Plan<'_>, other: &Plan<'_>) -> bool {
        let (held, wanted) = (self.of_run_alone(one), self.of_run_alone(other));
        let (theirs, others) = (components(policy, one), components(policy, other));
        !held.is_disjoint(&wanted) || !theirs.is_disjoint(&others)
    }

    /// Locks that a whole run holds.
    fn of_run_alone(&self, plan: &Plan<'_>) -> BTreeSet<Id<Lock>> {
        locks(plan).into_iter().filter(|lock| !self.of_jobs.contains(lock)).collect()
    }

    fn join(&mut self, one: Id<Pipeline>, other: Id<Pipeline>) {
        let first = |id: Id<Pipeline>| self.turns.get(&id).copied().unwrap_or(id);
        let (kept, left) = (first(one).min(first(other)), first(one).max(first(other)));
        for turn in self.turns.values_mut().filter(|turn| **turn == left) {
            *turn = kept;
        }
    }
}

fn locks(plan: &Plan<'_>) -> BTreeSet<Id<Lock>> {
    let own = plan.pipeline.holds.iter().map(|(lock, _)| *lock);
    let of_stages = plan.pipeline.stages.rows().iter().flat_map(|stage| &stage.holds);
    own.chain(of_stages.map(|held| held.lock)).collect()
}

/// Whether every leg that takes this lock takes no other, and gives it back at its own end.
fn is_of_jobs(plan: &Plan<'_>, lock: Id<Lock>) -> bool {
    if plan.pipeline.holds.iter().any(|(held, _)| *held == lock) {
        return false;
    }
    plan.pipeline.stages.iter().all(|(id, stage)| {
        let mut holds = stage.holds.iter().filter(|held| held.lock == lock);
        let own = holds.all(|held| held.until.is_none_or(|until| until == id));
        let takes = stage.holds.iter().any(|held| held.lock == lock);
        let legs = plan.legs.iter().filter(|leg| leg.stage_id == id).count();
        !takes || own && stage.holds.len() == 1 && legs == 1
    })
}

fn components(policy: &Policy, plan: &Plan<'_>) -> BTreeSet<usize> {
    let service = plan.pipeline.service.map(|service| &policy.services[service].components);
    service.into_iter().flatten().map(|component| component.index()).collect()
}
