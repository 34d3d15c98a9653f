//! How a change meets its users: nothing before it is healthy, few before many, a way back on the way, and every region in the end.

use super::stages::{first_share, first_traffic, last_share, may_share};
use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::graph::{At, Stages};
use crate::policy::{Id, Pipeline, Region, Rollback, Stage, StageKind, Traffic};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

code!(pub TRAFFIC_BEFORE_HEALTH, Warning, "traffic-before-health", "traffic for what no gate has looked at");
code!(pub RAMP_WITHOUT_CANARY, Warning, "ramp-without-canary", "a change that many meet before few have", Strict);
code!(
    pub CANARY_AFTER_IRREVERSIBLE,
    Warning,
    "canary-after-irreversible",
    "a canary whose migration cannot be undone"
);
code!(pub HOLD_WITHOUT_TRAFFIC, Warning, "hold-without-traffic", "a hold in which nobody meets the change", Strict);
code!(pub REGIONS_LEFT_OUT, Warning, "regions-left-out", "a rollout that never reaches some regions, or a rollback that leaves some as they are");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule {
    codes: &[
        &TRAFFIC_BEFORE_HEALTH,
        &RAMP_WITHOUT_CANARY,
        &CANARY_AFTER_IRREVERSIBLE,
        &HOLD_WITHOUT_TRAFFIC,
        &REGIONS_LEFT_OUT,
    ],
    check,
};

/// The greatest first share that counts as a canary: the runbooks' canary is 5 % (ledger F), with room for small fleets.
const SMALL: Decimal = Decimal::from_parts(1, 0, 0, false, 1);

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let stages = Stages::of(subject.policy);
    for at in first_traffic(&stages) {
        sink.extend(before_health(&stages, at));
        sink.extend(without_canary(subject, &stages, at));
    }
    irreversible(subject, &stages, sink);
    hold(&stages, sink);
    for pipeline in subject.policy.pipelines.ids() {
        sink.extend(regions(subject, &stages, pipeline));
    }
    for rollback in subject.policy.rollbacks.rows() {
        sink.extend(not_taken_back(subject, &stages, rollback));
    }
}

/// A deploy before the first traffic with no gate on it or between the two (ledger E4).
fn before_health(stages: &Stages<'_>, at: At) -> Option<Diagnostic> {
    let stage = stages.stage(at);
    // A pipeline that says nothing of traffic but `promote` leaves it to what it calls.
    if stage.traffic.is_none() && stage.switch.is_none() {
        return None;
    }
    let earlier = stages.all_before([at]);
    let looks =
        |stage: &Stage| !stage.gates.is_empty() || (stage.kind == StageKind::Verify && stage.run.is_some());
    let gates: BTreeSet<At> = earlier.iter().copied().filter(|at| looks(stages.stage(*at))).collect();
    let looked_at = stages.all_before(gates.iter().copied());
    let deploy = earlier.iter().copied().find(|earlier| {
        let deploy = stages.stage(*earlier);
        deploy.kind == StageKind::Deploy
            && may_share(deploy.environment, stage.environment)
            && stages.pipeline_of(*earlier) == stages.pipeline_of(at)
            && !gates.contains(earlier)
            && !looked_at.contains(earlier)
    })?;
    let deploy = stages.stage(deploy);
    let message = format!(
        "`{}` gives traffic to what `{}` deployed, and no gate has looked at it",
        stage.name, deploy.name
    );
    Some(
        Diagnostic::new(&TRAFFIC_BEFORE_HEALTH, stage.origin.span, message)
            .also(deploy.origin.span, "nothing says that this is healthy")
            .note("a gate of the stage itself is asked at the end of its hold, when users have met the change")
            .help(format!(
                "give `{}` a `gate` that probes its variables, secrets and dependencies, or put a `verify` stage between",
                deploy.name
            )),
    )
}

/// The first traffic is neither small nor in one region alone (ledger E3).
fn without_canary(subject: &Subject<'_>, stages: &Stages<'_>, at: At) -> Option<Diagnostic> {
    let stage = stages.stage(at);
    let share = first_share(stage).filter(|share| *share > SMALL)?;
    let in_one =
        subject.policy.regions.len() > 1 && stage.region_plan.first().is_some_and(|step| step.len() == 1);
    // Blue and green stand side by side: what is flipped in one step is held, and flipped back in one.
    let is_held_switch = stage.switch.is_some() && stage.hold.is_some();
    if in_one || is_held_switch {
        return None;
    }
    let shown = (share * Decimal::ONE_HUNDRED).normalize();
    let message = format!("`{}` is the first to give traffic, and gives {shown}% of it at once", stage.name);
    Some(
        Diagnostic::new(&RAMP_WITHOUT_CANARY, stage.origin.span, message)
            .note("a fault that a canary shows to one user in twenty is shown to all of these")
            .help("put a `canary` before it: a small share (up to 10%), or a single region"),
    )
}

/// A migration that nothing undoes, with traffic behind it that going back would take away. Where a rollback is declared, whether
/// each of its states has a way back is asked of that.
fn irreversible(subject: &Subject<'_>, stages: &Stages<'_>, sink: &mut Sink) {
    let has_rollback =
        |pipeline: Id<Pipeline>| subject.policy.rollbacks.rows().iter().any(|row| row.pipeline == pipeline);
    let gives = |at: At| first_share(stages.stage(at)).is_some();
    let traffic = stages.one_after(gives);
    let expanded = stages.one_before(|at| stages.stage(at).kind == StageKind::Expand);
    for at in stages.all() {
        let stage = stages.stage(at);
        let (Some(behind), None) = (traffic.of(at), expanded.of(at)) else { continue };
        if stage.kind != StageKind::Migrate || stage.undo.is_some() || has_rollback(stages.pipeline_of(at)) {
            continue;
        }
        let behind = stages.stage(behind);
        let message = format!("`{}` cannot be undone, and `{}` may have to be", stage.name, behind.name);
        sink.push(
            Diagnostic::new(&CANARY_AFTER_IRREVERSIBLE, stage.origin.span, message)
                .label("the old version then meets the new schema")
                .also(behind.origin.span, "a rollback from here goes back to the old version")
                .help("say how it is undone, with `undo \"…\"`; or make it an `expand` that both versions can live with, and a `contract` after `promote`"),
        );
    }
}

/// Nobody meets the change yet, so that holding shows nothing.
fn hold(stages: &Stages<'_>, sink: &mut Sink) {
    let meets = |at: At| {
        let stage = stages.stage(at);
        first_share(stage).is_some() || matches!(stage.traffic, Some(Traffic::Mirror(_)))
    };
    let earlier = stages.one_before(meets);
    for at in stages.all().filter(|at| stages.can_start(*at) && !meets(*at) && earlier.of(*at).is_none()) {
        let stage = stages.stage(at);
        let Some(hold) = stage.hold else { continue };
        let message = format!("`{}` holds for {hold}, and nobody meets the change in that time", stage.name);
        sink.push(
            Diagnostic::new(&HOLD_WITHOUT_TRAFFIC, stage.origin.span, message)
                .help("say what share of `traffic` it gives or mirrors, or take the `hold` away"),
        );
    }
}

/// The stages that give the most traffic reach some regions, and no stage reaches the others.
fn regions(subject: &Subject<'_>, stages: &Stages<'_>, pipeline: Id<Pipeline>) -> Option<Diagnostic> {
    let policy = subject.policy;
    let most = stages.of_pipeline(pipeline).filter_map(|at| last_share(stages.stage(at))).max()?;
    let widest: Vec<&Stage> = stages
        .of_pipeline(pipeline)
        .map(|at| stages.stage(at))
        .filter(|stage| last_share(stage) == Some(most))
        .collect();
    if widest.iter().any(|stage| stage.region_plan.is_empty()) {
        return None;
    }
    let reached: BTreeSet<Id<Region>> =
        widest.iter().flat_map(|stage| stage.region_plan.iter().flatten().copied()).collect();
    let missed: Vec<String> = policy
        .regions
        .iter()
        .filter(|(id, _)| !reached.contains(id))
        .map(|(_, region)| format!("`{}`", region.name))
        .collect();
    let last = widest.last().filter(|_| !missed.is_empty())?;
    let message = format!("`{}` never reaches {}", policy.pipelines[pipeline].name, missed.join(", "));
    Some(
        Diagnostic::new(&REGIONS_LEFT_OUT, last.origin.span, message)
            .label("the widest step of the rollout ends without them")
            .help("add them to `regions`, or leave `regions` out for all at once"),
    )
}

/// A rollback that goes through some regions, and the pipeline reaches others.
fn not_taken_back(subject: &Subject<'_>, stages: &Stages<'_>, rollback: &Rollback) -> Option<Diagnostic> {
    let policy = subject.policy;
    if rollback.region_plan.is_empty() {
        return None;
    }
    let own: Vec<&Stage> = stages.of_pipeline(rollback.pipeline).map(|at| stages.stage(at)).collect();
    let with = |is_one: fn(&Stage) -> bool| own.iter().copied().filter(move |stage| is_one(stage));
    // Where shares are said, they say how far the change goes; else what switches, promotes or deploys does.
    let reaching: Vec<&Stage> = [
        |stage: &Stage| last_share(stage).is_some(),
        |stage: &Stage| first_share(stage).is_some(),
        |stage: &Stage| stage.kind == StageKind::Deploy,
    ]
    .into_iter()
    .map(|is_one: fn(&Stage) -> bool| with(is_one).collect::<Vec<_>>())
    .find(|found| !found.is_empty())?;
    let covered: BTreeSet<Id<Region>> = rollback.region_plan.iter().flatten().copied().collect();
    let reaches = |stage: &&Stage, region: Id<Region>| {
        stage.region_plan.is_empty() || stage.region_plan.iter().flatten().any(|reached| *reached == region)
    };
    let missed: Vec<(Id<Region>, &Stage)> = policy
        .regions
        .ids()
        .filter(|region| !covered.contains(region))
        .filter_map(|region| Some((region, *reaching.iter().find(|stage| reaches(stage, region))?)))
        .collect();
    let (_, stage) = missed.first()?;
    let names: Vec<String> =
        missed.iter().map(|(region, _)| format!("`{}`", policy.regions[*region].name)).collect();
    let message = format!("rollback `{}` never takes {} back", rollback.name, names.join(", "));
    Some(
        Diagnostic::new(&REGIONS_LEFT_OUT, rollback.origin.span, message)
            .label("it ends without them")
            .also(stage.origin.span, "this reaches them")
            .help("add them to its `regions`, or leave `regions` out for all at once"),
    )
}
