//! How pipelines are carried out by hand, and which of them an emergency goes by.

use super::page::{Inline, Item, Mark, Page, Part, line};
use super::words::{ask, gate, name, names, of_service, plan, seats, share, source, step, time};
use crate::policy::{
    Action, FreezeAnswer, FreezeKind, Id, OnFailure, Pipeline, Policy, Reaction, Stage, StageKind, Tier,
    Traffic,
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// The pipelines that carry an emergency out, with those that they call: where some finish through every freeze, or are what a release
/// of such a tier goes by, these; else each that asks the gate and that no other calls.
pub(super) fn of_emergency(
    policy: &Policy,
    tiers: &[Id<Tier>],
    strict: &[Id<FreezeKind>],
) -> Vec<Id<Pipeline>> {
    let finishes = |pipeline: &Pipeline| {
        let reaction = |kind| pipeline.answer_to(kind, Decimal::ZERO).map(|answer| answer.reaction);
        !strict.is_empty() && strict.iter().all(|kind| reaction(*kind) == Some(Reaction::Finish))
    };
    let is_released = |id: Id<Pipeline>| {
        policy.releases.rows().iter().any(|release| release.by == Some(id) && tiers.contains(&release.tier))
    };
    let calls = |pipeline: &Pipeline| {
        let called = pipeline.stages.rows().iter().flat_map(|stage| &stage.calls);
        called.map(|(called, _)| *called).collect::<BTreeSet<_>>()
    };
    let asking: Vec<(Id<Pipeline>, &Pipeline)> = policy
        .pipelines
        .iter()
        .filter(|(_, row)| row.stages.rows().iter().any(|row| asks(row).is_some()))
        .collect();
    let meant = asking.iter().filter(|(id, row)| finishes(row) || is_released(*id)).map(|(id, _)| *id);
    let mut found: Vec<Id<Pipeline>> = meant.collect();
    if found.is_empty() {
        let called: BTreeSet<Id<Pipeline>> = policy.pipelines.rows().iter().flat_map(calls).collect();
        found = asking.iter().map(|(id, _)| *id).filter(|id| !called.contains(id)).collect();
    }
    let mut next = 0;
    while let Some(id) = found.get(next) {
        let called = calls(&policy.pipelines[*id]);
        let new: Vec<Id<Pipeline>> = called.into_iter().filter(|called| !found.contains(called)).collect();
        found.extend(new);
        next += 1;
    }
    found
}

/// Writes one, stage by stage.
pub(super) fn write(policy: &Policy, pipeline: &Pipeline, page: &mut Page) {
    page.heading(2, line!["Carrying it out: pipeline ", name(&pipeline.name)]);
    page.line(Inline::said(&pipeline.doc));
    let failure = match pipeline.on_failure {
        Some((failure, at)) => {
            line!["Where a stage fails: ", on_failure(policy, failure), source(policy, at), "."]
        }
        None => "Where a stage fails, stop; what was done stays.".into(),
    };
    page.line(failure);
    if !pipeline.on_freeze.is_empty() {
        page.line("Where a freeze begins half-way, the first of these that fits:".into());
        page.list(Mark::Bullet, pipeline.on_freeze.iter().map(|answer| on_freeze(policy, answer)).collect());
    }
    page.list(Mark::Number, pipeline.stages.rows().iter().map(|row| stage(policy, pipeline, row)).collect());
}

fn on_failure(policy: &Policy, failure: OnFailure) -> Inline {
    match failure {
        OnFailure::Rollback(rollback) => line!["begin rollback ", name(&policy.rollbacks[rollback].name)],
        OnFailure::Pause => "pause and ask for a hand".into(),
        OnFailure::Stop => "stop; what was done stays".into(),
    }
}

fn on_freeze(policy: &Policy, answer: &FreezeAnswer) -> Item {
    let kind = answer.kind.map_or_else(|| Inline::from("any other"), |kind| name(&policy.kinds[kind].name));
    let from = answer
        .from_traffic
        .map_or_else(Inline::default, |from| line![" from ", share(from), " of the traffic on"]);
    let done = match answer.reaction {
        Reaction::Finish => "finish".into(),
        Reaction::Pause => "pause until it is over".into(),
        Reaction::PauseThenBack(after) => line!["pause for ", time(after), ", then roll back"],
        Reaction::Back => "roll back".into(),
    };
    step(policy, line![kind, from, ": ", done], answer.origin)
}

fn stage(policy: &Policy, pipeline: &Pipeline, stage: &Stage) -> Item {
    let kind =
        if stage.name == stage.kind.name() { Inline::default() } else { line![" (", stage.kind.name(), ")"] };
    let mut said = vec![name(&stage.name).strong(), kind];
    match &stage.traffic {
        Some(Traffic::Mirror(part)) => said.push(line![": mirror ", share(*part), " of the traffic"]),
        Some(Traffic::Shares(shares)) => {
            let shares = Inline::join(shares.iter().map(|part| share(*part)), ", then ");
            said.push(line![": ", shares, " of the traffic"]);
        }
        None => {}
    }
    if let Some(hold) = stage.hold {
        said.push(line![", held for ", time(hold)]);
    }
    if let Some((timeout, _)) = stage.timeout {
        said.push(line![", at most ", time(timeout)]);
    }
    let mut item = step(policy, Inline::of(said), stage.origin);
    for after in stage.after.iter().filter(|after| policy.pipelines[after.pipeline].name != pipeline.name) {
        let other = &policy.pipelines[after.pipeline];
        let awaited = &other.stages[after.stage];
        item = item.with(Part::Line(line![
            "Wait until stage ",
            name(&awaited.name),
            " of pipeline ",
            name(&other.name),
            " is finished."
        ]));
    }
    if let Some(asked) = &stage.approve {
        item = item.with(Part::Line(line!["Wait for the approval of ", seats(policy, asked), "."]));
    }
    if !stage.region_plan.is_empty() {
        item = item.with(Part::Line(line!["In ", plan(policy, &stage.region_plan, stage.soak), "."]));
    }
    if let Some(action) = asks(stage) {
        let asking = match stage.traffic {
            Some(_) => "Ask the gate before each region and each share:",
            None => "Ask the gate first, region by region:",
        };
        let service = of_service(policy, pipeline);
        let environment = stage.environment.map(|id| policy.environments[id].name.as_str());
        let mut options = vec!["--action", action.name()];
        options.extend(service.iter().map(String::as_str));
        options.extend(environment.into_iter().flat_map(|name| ["--environment", name]));
        if !policy.regions.is_empty() {
            options.extend(["--region", "REGION"]);
        }
        item = item.with(Part::Line(asking.into())).shell(Some(&ask(policy, options)));
    }
    item = item.shell(stage.run.as_deref());
    if !stage.calls.is_empty() {
        let called = names(stage.calls.iter().map(|(called, _)| policy.pipelines[*called].name.as_str()));
        item = item.with(Part::Line(line![
            "Carry out pipeline ",
            called,
            " (below), and go on once it is finished."
        ]));
    }
    if !stage.gates.is_empty() {
        let gates = stage.gates.iter().map(|(id, _)| gate(policy, *id)).collect();
        item = item
            .with(Part::Line("Go on only where this passes:".into()))
            .with(Part::List(Mark::Bullet, gates));
    }
    if let Some(undo) = &stage.undo {
        item = item.with(Part::Line("It is undone by".into())).shell(Some(undo));
    }
    match stage.on_failure {
        Some((failure, at)) => item.with(Part::Line(line![
            "Where it fails: ",
            on_failure(policy, failure),
            source(policy, at),
            "."
        ])),
        None => item,
    }
}

/// What a stage asks the calendar for: nothing for one that reaches no user.
fn asks(stage: &Stage) -> Option<Action> {
    match stage.kind {
        StageKind::Migrate | StageKind::Expand | StageKind::Contract => Some(Action::Migrate),
        StageKind::Deploy | StageKind::Canary | StageKind::Ramp => Some(Action::Deploy),
        StageKind::Promote => Some(Action::Promote),
        StageKind::Build | StageKind::Test | StageKind::Shadow | StageKind::Verify => None,
    }
}
