//! What a pipeline does, leg by leg, for engines that run jobs: each leg is a job that gives one share of traffic in one step of
//! regions, or runs one command. Where a leg asks the gate is the planner's own answer (language section 5).

mod back;
mod locks;
mod plan;
mod seats;
mod told;

pub(super) use back::{Deed, Way};
pub(super) use locks::Locks;
pub(super) use plan::{Leg, Plan};
pub(super) use seats::{people, seats};

use super::Job;

/// The program that carries out one step, the same for every engine.
pub(super) const PROGRAM: &str = include_str!("stage.sh");

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
