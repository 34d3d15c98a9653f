//! What a gate lets pass held against what stops a rollout: bars of one metric that were written in two places.

use super::super::{Rule, Subject};
use super::{bars, required, same_subject, ways};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Bar, Check, Gate, Id, Origin, Pipeline, Policy, Stage};
use crate::segments::{Claim, Part, Possible, can_be, can_meet, leaves_gap, parts};
use crate::source::Span;
use std::collections::BTreeSet;

code!(pub GATE_LOOSER, Error, "gate-looser-than-trigger", "a gate that passes where a trigger stops");
code!(pub RECOVERED_TOO_SOON, Error, "recovered-too-soon", "a rollback that counts as recovered while it would begin again");
code!(pub TRIGGERS_DIFFER, Warning, "triggers-differ", "a trigger that never fires before another of the same pipeline");
code!(pub GREY_ZONE, Warning, "grey-zone", "values that neither pass a gate nor stop the rollout", Strict);

/// The rule, as a row of the room's table.
pub static RULE: Rule =
    Rule { codes: &[&GATE_LOOSER, &RECOVERED_TOO_SOON, &TRIGGERS_DIFFER, &GREY_ZONE], check };

/// A bar that stops a rollout by itself.
struct Stop<'p> {
    bar: &'p Bar,
    check: &'p Check,
    origin: Origin,
    /// Which rollback has it.
    rollback: &'p str,
}

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for (id, pipeline) in subject.policy.pipelines.iter() {
        let stops = stops(subject.policy, id);
        if stops.is_empty() {
            continue;
        }
        differ(subject, pipeline, &stops, sink);
        let mut seen: BTreeSet<(Id<Gate>, Span)> = BTreeSet::new();
        for stage in pipeline.stages.rows() {
            for (gate, _) in &stage.gates {
                for stop in &stops {
                    if seen.insert((*gate, stop.origin.span)) {
                        against(subject, pipeline, stage, *gate, stop, sink);
                    }
                }
            }
        }
        recovered(subject, id, &stops, sink);
    }
}

fn stops(policy: &Policy, pipeline: Id<Pipeline>) -> Vec<Stop<'_>> {
    let mut found = Vec::new();
    for rollback in policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == pipeline) {
        for (check, origin) in rollback.triggers.iter().flat_map(ways) {
            if let [Part { check: check @ Check::Bar(bar), .. }] = parts(policy, [(check, origin)]).as_slice()
            {
                found.push(Stop { bar, check, origin: bar.origin, rollback: &rollback.name });
            }
        }
    }
    found
}

fn words(subject: &Subject<'_>, span: Span) -> String {
    subject.sources.text_of(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn against(
    subject: &Subject<'_>,
    pipeline: &Pipeline,
    stage: &Stage,
    gate: Id<Gate>,
    stop: &Stop<'_>,
    sink: &mut Sink,
) {
    let required = required(subject.policy, gate);
    let beside: Vec<(&Bar, Part<'_>)> =
        bars(&required).into_iter().filter(|(bar, _)| same_subject(bar, stop.bar)).collect();
    let Some((_, first)) = beside.first() else { return };
    let only: Vec<&Bar> = beside.iter().map(|(bar, _)| *bar).collect();
    let name = &subject.policy.gates[gate].name;
    let (passes, stops) = (words(subject, first.origin.span), words(subject, stop.origin.span));
    match can_meet(subject.policy, &only, &[stop.bar]) {
        Possible::Yes => {
            let message = format!(
                "gate `{name}` passes at values at which rollback `{}` stops `{}`: `{passes}` and `{stops}`",
                stop.rollback, pipeline.name
            );
            let finding = Diagnostic::new(&GATE_LOOSER, first.origin.span, message)
                .label("this lets it go on")
                .also(stop.origin.span, "this takes it back")
                .also(stage.origin.span, format!("stage `{}` asks the gate", stage.name));
            sink.push(finding.help("make the gate at least as strict as the trigger: what may go on must not be what is taken back"));
        }
        Possible::No if stage.hold.is_none() && stage.traffic.is_some() => {
            if leaves_gap(subject.policy, &only, stop.bar) == Possible::Yes {
                let message = format!(
                    "between `{passes}` and `{stops}` nothing is said: stage `{}` neither goes on nor back",
                    stage.name
                );
                sink.push(
                    Diagnostic::new(&GREY_ZONE, first.origin.span, message)
                        .also(stop.origin.span, "this takes it back")
                        .also(stage.origin.span, "this stage says no `hold`")
                        .help("say how long it may stay between the two: `hold 30m`"),
                );
            }
        }
        Possible::No | Possible::Undecided => {}
    }
}

/// Whether a rollback ends where a trigger begins it again.
fn recovered(subject: &Subject<'_>, pipeline: Id<Pipeline>, stops: &[Stop<'_>], sink: &mut Sink) {
    let policy = subject.policy;
    for rollback in policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == pipeline) {
        let Some(recovered) = &rollback.recovered else { continue };
        let all = parts(policy, [(&recovered.when.check, recovered.when.origin)]);
        for stop in stops.iter().filter(|stop| stop.rollback == rollback.name) {
            let beside: Vec<(&Bar, Part<'_>)> =
                bars(&all).into_iter().filter(|(bar, _)| same_subject(bar, stop.bar)).collect();
            let Some((_, first)) = beside.first() else { continue };
            let only: Vec<&Bar> = beside.iter().map(|(bar, _)| *bar).collect();
            if can_meet(policy, &only, &[stop.bar]) == Possible::Yes {
                let message = format!(
                    "rollback `{}` counts as recovered at values at which it begins: `{}` and `{}`",
                    rollback.name,
                    words(subject, first.origin.span),
                    words(subject, stop.origin.span)
                );
                sink.push(
                    Diagnostic::new(&RECOVERED_TOO_SOON, first.origin.span, message)
                        .also(stop.origin.span, "this begins it")
                        .help("let recovery ask for more than the trigger tolerates, or it begins again as soon as it ended"),
                );
            }
        }
    }
}

/// Triggers of one pipeline that differ for one metric: one of them decides, the other only seems to.
fn differ(subject: &Subject<'_>, pipeline: &Pipeline, stops: &[Stop<'_>], sink: &mut Sink) {
    let implied = |holds: &Check, fails: &Check| {
        can_be(subject.policy, &[Claim::Holds(holds), Claim::Fails(fails)]) == Possible::No
    };
    for late in stops {
        for early in stops {
            let itself = late.origin.span == early.origin.span;
            if itself || !same_subject(late.bar, early.bar) || !implied(late.check, early.check) {
                continue;
            }
            if implied(early.check, late.check) && late.origin.span < early.origin.span {
                continue;
            }
            let message = format!(
                "`{}` of rollback `{}` never stops `{}` first: whenever it holds, so does `{}` of rollback `{}`",
                words(subject, late.origin.span),
                late.rollback,
                pipeline.name,
                words(subject, early.origin.span),
                early.rollback
            );
            sink.push(
                Diagnostic::new(&TRIGGERS_DIFFER, late.origin.span, message)
                    .also(early.origin.span, "this one decides")
                    .help("keep the bar that is meant; two numbers for one thing are believed by two people"),
            );
            break;
        }
    }
}
