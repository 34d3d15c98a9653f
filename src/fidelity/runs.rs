//! What the targets that run pipelines on a CI server have in common.

use super::Fidelity::{self, Stricter, Weaker};
use crate::policy::Policy;

/// One that asks again where there is a calendar; the program of steps, a workflow a pipeline and one a rollback.
pub(super) fn workflows(policy: &Policy) -> Vec<String> {
    let mut names = Vec::new();
    names.extend((!policy.windows.is_empty()).then(|| "ops-recheck.yml".to_owned()));
    names.extend((!policy.pipelines.is_empty()).then(|| "../actions/ops-gate/stage.sh".to_owned()));
    names.extend(policy.pipelines.rows().iter().map(|pipeline| format!("pipeline-{}.yml", pipeline.name)));
    names.extend(policy.rollbacks.rows().iter().map(|rollback| format!("rollback-{}.yml", rollback.name)));
    names
}

/// The program of steps, the jobs that start pipelines, a child pipeline a pipeline and one a rollback.
pub(super) fn children(policy: &Policy) -> Vec<String> {
    if policy.pipelines.is_empty() {
        return Vec::new();
    }
    let pipelines = policy.pipelines.rows().iter().map(|pipeline| format!("pipeline-{}.yml", pipeline.name));
    let rollbacks = policy.rollbacks.rows().iter().map(|rollback| format!("rollback-{}.yml", rollback.name));
    let fixed = ["ops-stage.sh", "ops-pipelines.yml"].map(str::to_owned);
    fixed.into_iter().chain(pipelines).chain(rollbacks).collect()
}

/// What runs of a CI server hold of pipelines.
pub(super) const HELD_BY_RUNS: &[(&str, Fidelity, &str)] = &[
    (
        "lock over several jobs",
        Stricter,
        "the whole run holds it, and pipelines that share one run one after the other",
    ),
    ("several runs at once", Stricter, "runs of a pipeline go one after the other"),
    ("rollout that finishes in a freeze", Stricter, "it stays where it is until the calendar is open"),
    ("approval by a rota", Stricter, "who has the role only by a schedule cannot approve here"),
    (
        "gate that asks for people",
        Weaker,
        "what is measured is judged, approvals and tiers are not: let the stage say `approve`",
    ),
    ("stage that runs a pipeline", Weaker, "a run starts no other, and does not wait for one"),
    ("stage behind another pipeline", Weaker, "a run does not wait for another"),
];
