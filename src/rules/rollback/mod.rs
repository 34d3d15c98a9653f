//! Every state that a rollout can reach has a way back: a lever that is one step and can still be pulled. And levers are pulled in
//! the reverse order of what was deployed (ledger B4, B5).

mod levers;
mod order;

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Act, Id, Lever, LeverKind, Pipeline, Policy, Rollback, Stage, StageKind};
use std::collections::BTreeSet;

code!(pub NO_WAY_BACK, Error, "no-way-back", "a state of a rollout from which no lever goes back in one step");
code!(
    pub PIPELINE_WITHOUT_ROLLBACK,
    Warning,
    "pipeline-without-rollback",
    "a pipeline that changes what runs and says no way back",
    Strict
);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule {
    codes: &[
        &NO_WAY_BACK,
        &PIPELINE_WITHOUT_ROLLBACK,
        &levers::LEVER_TAKES_STEPS,
        &levers::FASTEST_OF_UNTIMED,
        &levers::LEVERS_WAIT,
        &levers::UNTIL_NO_STAGE,
        &levers::LEVER_KEPT_TOO_SHORT,
        &order::ROLLBACK_OUT_OF_ORDER,
    ],
    check,
};

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for (id, pipeline) in policy.pipelines.iter() {
        let rollbacks: Vec<&Rollback> =
            policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == id).collect();
        match rollbacks.first() {
            None => without_rollback(pipeline, sink),
            Some(first) => ways_back(policy, id, first, &pulled(&rollbacks), sink),
        }
    }
    levers::check(policy, sink);
    for rollback in policy.rollbacks.rows() {
        order::check(policy, rollback, sink);
    }
}

/// Whether a stage changes what runs.
fn touches(stage: &Stage) -> bool {
    !matches!(stage.kind, StageKind::Build | StageKind::Test | StageKind::Verify)
}

/// Whether what a stage did stays: old code meets a schema it does not know.
fn is_final(stage: &Stage) -> bool {
    matches!(stage.kind, StageKind::Migrate | StageKind::Contract) && stage.undo.is_none()
}

fn without_rollback(pipeline: &Pipeline, sink: &mut Sink) {
    let Some(stage) = pipeline.stages.rows().iter().find(|stage| touches(stage)) else { return };
    let message = format!("pipeline `{}` changes what runs, and no rollback takes it back", pipeline.name);
    sink.push(
        Diagnostic::new(&PIPELINE_WITHOUT_ROLLBACK, pipeline.origin.span, message)
            .also(stage.origin.span, "from here on there is something to take back")
            .help(format!("declare `rollback NAME for {} {{ ... }}`", pipeline.name)),
    );
}

/// The levers that rollbacks pull, in their steps or for a symptom, each once.
fn pulled(rollbacks: &[&Rollback]) -> Vec<Id<Lever>> {
    let mut found = Vec::new();
    for rollback in rollbacks {
        let steps = rollback.steps.iter().chain(&rollback.finally).filter_map(|step| match &step.act {
            Act::Pull { levers, .. } => Some(levers),
            _ => None,
        });
        let all = steps.chain(rollback.cases.iter().map(|case| &case.pull));
        for (lever, _) in all.flatten() {
            if !found.contains(lever) {
                found.push(*lever);
            }
        }
    }
    found
}

/// Walks the stages in their order. What a lever needs only ever goes away, so that the first state without one is the first in any
/// order of the stages that differ in theirs; those behind it add nothing.
fn ways_back(policy: &Policy, id: Id<Pipeline>, rollback: &Rollback, levers: &[Id<Lever>], sink: &mut Sink) {
    let pipeline = &policy.pipelines[id];
    let levers: Vec<&Lever> =
        levers.iter().map(|id| &policy.levers[*id]).filter(|lever| lever.kind == LeverKind::Back).collect();
    let usable: Vec<&Lever> = levers.iter().copied().filter(|lever| lever.step_count() == 1).collect();
    let mut begun: BTreeSet<&str> = BTreeSet::new();
    let mut promoted = false;
    for id in order::stages(policy, id) {
        let stage = &pipeline.stages[id];
        begun.insert(&stage.name);
        if !touches(stage) {
            continue;
        }
        // Behind the promotion a contract is where going back ends on purpose.
        if promoted && is_final(stage) {
            return;
        }
        promoted |= stage.kind == StageKind::Promote;
        let is_open = |lever: &&&Lever| {
            lever.available_until.as_ref().is_none_or(|(until, _)| !begun.contains(until.as_str()))
        };
        if is_final(stage) || usable.iter().find(is_open).is_none() {
            sink.push(lost(pipeline, rollback, stage, &levers));
            return;
        }
    }
}

fn lost(pipeline: &Pipeline, rollback: &Rollback, stage: &Stage, levers: &[&Lever]) -> Diagnostic {
    if is_final(stage) {
        let message = format!(
            "behind stage `{}` nothing goes back: what it did has no `undo`, and the version before does not know it",
            stage.name
        );
        let mut finding = Diagnostic::new(&NO_WAY_BACK, stage.origin.span, message)
            .also(rollback.origin.span, "this would put the version before on what is left");
        for lever in levers.iter().filter(|lever| !lever.cannot_undo.is_empty()) {
            let what = lever.cannot_undo.join("`, `");
            finding = finding.also(lever.origin.span, format!("this cannot undo `{what}`"));
        }
        return finding.help(match stage.kind {
            StageKind::Contract => format!(
                "say `undo` with the command that takes it back, or let `{}` come after the promotion",
                stage.name
            ),
            _ => format!(
                "say `undo` with the command that takes it back, or split `{}` into an `expand` now and a `contract` after the promotion",
                stage.name
            ),
        });
    }
    let message = match levers {
        [] => format!("rollback `{}` pulls no lever that goes back", rollback.name),
        _ => format!(
            "from the start of stage `{}` of `{}` on, no lever goes back in one step",
            stage.name, pipeline.name
        ),
    };
    let span = if levers.is_empty() { rollback.origin.span } else { stage.origin.span };
    let mut finding = Diagnostic::new(&NO_WAY_BACK, span, message);
    for lever in levers {
        finding = match &lever.available_until {
            _ if lever.step_count() != 1 => {
                finding.also(lever.origin.span, format!("this takes {} operations", lever.step_count()))
            }
            Some((until, origin)) => finding.also(origin.span, format!("no longer once `{until}` started")),
            None => finding,
        };
    }
    finding.help(
        "pull a lever that flips one pointer and can be pulled for as long as the pipeline runs, such as a flag",
    )
}
