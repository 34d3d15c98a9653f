//! What waits for itself, and what waits behind that: stages, calls, components, environments, releases.

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::graph::{Arrow, At, Stages, Thing, cycles};
use crate::policy::Policy;
use std::collections::BTreeSet;

code!(pub ORDER_CYCLE, Error, "order-cycle", "things that each wait for the other");
code!(pub UNREACHABLE_STAGE, Warning, "unreachable-stage", "a stage that waits for a circle, and never starts");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&ORDER_CYCLE, &UNREACHABLE_STAGE], check };

/// Of a longer cycle the arrows behind these are counted, not shown.
const MOST_SHOWN: usize = 12;

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let cycles = cycles(policy);
    let mut knotted = BTreeSet::new();
    for cycle in &cycles {
        sink.extend(finding(policy, cycle));
        knotted.extend(cycle.iter().filter_map(|arrow| match arrow.from {
            Thing::Stage(pipeline, _) | Thing::Pipeline(pipeline) => Some(pipeline),
            _ => None,
        }));
    }
    let stages = Stages::of(policy);
    for pipeline in policy.pipelines.ids().filter(|pipeline| !knotted.contains(pipeline)) {
        let first = stages.of_pipeline(pipeline).find(|at| !stages.can_start(*at));
        sink.extend(first.and_then(|first| unreachable(policy, &stages, first)));
    }
}

fn finding(policy: &Policy, cycle: &[Arrow]) -> Option<Diagnostic> {
    let names: Vec<String> = cycle.iter().map(|arrow| format!("`{}`", name(policy, arrow.from))).collect();
    let what = cycle.first().map_or("", |arrow| kind(arrow.from));
    let message = match names.as_slice() {
        [one] => format!("{what} {one} waits for itself"),
        [first, ..] if names.len() <= MOST_SHOWN => {
            format!("{what}s wait for each other, {} → {first}: none can ever be first", names.join(" → "))
        }
        _ => format!("{} {what}s wait for each other in one circle: none can ever be first", names.len()),
    };
    let (first, others) = cycle.split_first()?;
    let mut finding = Diagnostic::new(&ORDER_CYCLE, first.origin.span, message).label(said(policy, first));
    for arrow in others.iter().take(MOST_SHOWN - 1) {
        finding = finding.also(arrow.origin.span, said(policy, arrow));
    }
    Some(finding.help("take away the one that need not be: the circle shown is the shortest there is"))
}

fn said(policy: &Policy, arrow: &Arrow) -> String {
    let verb = match arrow.from {
        Thing::Stage(..) | Thing::Environment(_) | Thing::Release(_) => "comes after",
        Thing::Pipeline(_) => "calls",
        Thing::Component(_) => "needs",
    };
    format!("`{}` {verb} `{}`", name(policy, arrow.from), name(policy, arrow.to))
}

fn name(policy: &Policy, thing: Thing) -> &str {
    match thing {
        Thing::Stage(pipeline, stage) => &policy.pipelines[pipeline].stages[stage].name,
        Thing::Pipeline(pipeline) => &policy.pipelines[pipeline].name,
        Thing::Component(component) => &policy.components[component].name,
        Thing::Environment(environment) => &policy.environments[environment].name,
        Thing::Release(release) => &policy.releases[release].name,
    }
}

fn kind(thing: Thing) -> &'static str {
    match thing {
        Thing::Stage(..) => "stage",
        Thing::Pipeline(_) => "pipeline",
        Thing::Component(_) => "component",
        Thing::Environment(_) => "environment",
        Thing::Release(_) => "release",
    }
}

/// The first stage of a pipeline that never starts although nothing of its own pipeline waits for itself.
fn unreachable(policy: &Policy, stages: &Stages<'_>, at: At) -> Option<Diagnostic> {
    let stage = stages.stage(at);
    let stuck = stage.after.iter().find(|after| {
        stages.number(after.pipeline, after.stage).is_some_and(|before| !stages.can_start(before))
    })?;
    let other = &policy.pipelines[stuck.pipeline];
    let message = format!(
        "stage `{}` never starts: `{}` of `{}` waits in a circle, or behind one",
        stage.name, other.stages[stuck.stage].name, other.name
    );
    let behind = stages.of_pipeline(stages.pipeline_of(at)).filter(|other| !stages.can_start(*other)).count();
    let finding = Diagnostic::new(&UNREACHABLE_STAGE, stage.origin.span, message)
        .also(stuck.origin.span, "this is never over")
        .help("mend the circle first: this one then starts");
    Some(match behind {
        0 | 1 => finding,
        more => finding.note(format!("{} more stages of this pipeline wait behind it", more - 1)),
    })
}
