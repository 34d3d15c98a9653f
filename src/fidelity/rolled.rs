//! Where a policy uses what an engine that gives traffic by itself holds differently.

use super::part::Use;
use super::seen::{Seen, seen, triggers};
use super::uses::{named, pipelines, stages};
use crate::policy::{Policy, Reaction, Stage, StageKind, Traffic};
use rust_decimal::Decimal;

/// Whether a stage gives or mirrors traffic.
pub(super) fn gives_traffic(stage: &Stage) -> bool {
    stage.traffic.is_some() || stage.kind == StageKind::Promote || stage.switch.is_some()
}

pub(super) fn that_go_back_in_a_freeze(policy: &Policy) -> Vec<Use> {
    pipelines(policy, |pipeline| {
        let goes_back = |reaction| matches!(reaction, Reaction::Back | Reaction::PauseThenBack(_));
        pipeline.on_freeze.iter().any(|answer| goes_back(answer.reaction))
    })
}

pub(super) fn without_traffic(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| !gives_traffic(stage))
}

pub(super) fn that_mirror(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| matches!(stage.traffic, Some(Traffic::Mirror(_))))
}

pub(super) fn of_fine_shares(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| {
        let is_fine = |share: &Decimal| !(*share * Decimal::ONE_HUNDRED).is_integer();
        match &stage.traffic {
            Some(Traffic::Mirror(share)) => is_fine(share),
            Some(Traffic::Shares(shares)) => shares.iter().any(is_fine),
            None => false,
        }
    })
}

pub(super) fn in_regions(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| !stage.region_plan.is_empty())
}

pub(super) fn that_lock(policy: &Policy) -> Vec<Use> {
    let whole = pipelines(policy, |pipeline| !pipeline.holds.is_empty());
    whole.into_iter().chain(stages(policy, |_, stage| !stage.holds.is_empty())).collect()
}

pub(super) fn with_a_timeout(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| stage.timeout.is_some())
}

pub(super) fn that_are_approved(policy: &Policy) -> Vec<Use> {
    stages(policy, |_, stage| stage.approve.is_some())
}

pub(super) fn with_untold_gates(policy: &Policy) -> Vec<Use> {
    stages(policy, |policy, stage| {
        let mut bounds = stage.gates.iter().flat_map(|(gate, _)| &policy.gates[*gate].requires);
        bounds.any(|bound| !seen(policy, &bound.check).is_whole())
    })
}

pub(super) fn rollbacks_by_steps(policy: &Policy) -> Vec<Use> {
    let rollbacks = policy.rollbacks.rows().iter().filter(|rollback| !rollback.steps.is_empty());
    let found = rollbacks
        .map(|rollback| Use { origin: rollback.origin, what: format!("rollback `{}`", rollback.name) });
    found.collect()
}

pub(super) fn untold_rollbacks(policy: &Policy) -> Vec<Use> {
    of_rollbacks(policy, |seen| !seen.missed().is_empty())
}

pub(super) fn partial_rollbacks(policy: &Policy) -> Vec<Use> {
    of_rollbacks(policy, |seen| seen.is_partial())
}

pub(super) fn rollbacks_without_over(policy: &Policy) -> Vec<Use> {
    of_rollbacks(policy, |seen| seen.bars().iter().any(|seen| seen.bar.over.is_none()))
}

/// Triggers that send a rollout back and are seen so.
fn of_rollbacks(policy: &Policy, is_such: fn(&Seen<'_>) -> bool) -> Vec<Use> {
    let found = triggers(policy).into_iter().filter(|trigger| trigger.of == "rollback");
    let found = found.filter(|trigger| is_such(&seen(policy, &trigger.bound.check)));
    found.map(|trigger| named(&trigger, "")).collect()
}
