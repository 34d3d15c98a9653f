//! What a gate lets pass held against what stops a rollout and what opens an incident: bars of one metric that were written in
//! several places.

use super::super::{Rule, Subject};
use super::{bars, required, same_subject, ways};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Bar, Bound, Check, Gate, Id, Incident, Origin, Pipeline, Policy, Rollback, Stage};
use crate::segments::{Claim, Part, Possible, can_be, can_meet, leaves_gap, parts};
use crate::source::Span;
use std::collections::BTreeSet;

code!(pub GATE_LOOSER, Error, "gate-looser-than-trigger", "a gate that passes where a rollback begins or an incident opens");
code!(pub RECOVERED_TOO_SOON, Error, "recovered-too-soon", "a rollback that counts as recovered where it begins, or an incident is open");
code!(pub TRIGGERS_DIFFER, Warning, "triggers-differ", "a trigger that never fires before another of the same pipeline or incident");
code!(pub GREY_ZONE, Warning, "grey-zone", "values that neither pass a gate nor stop the rollout", Strict);

/// The rule, as a row of the room's table.
pub static RULE: Rule =
    Rule { codes: &[&GATE_LOOSER, &RECOVERED_TOO_SOON, &TRIGGERS_DIFFER, &GREY_ZONE], check };

/// Whose bar it is.
#[derive(Clone, Copy)]
enum Whose<'p> {
    /// It takes the pipeline's change back.
    Rollback(&'p Rollback, &'p Pipeline),
    /// It calls people.
    Incident(&'p Incident),
}

impl<'p> Whose<'p> {
    fn triggers(self) -> &'p [Bound] {
        match self {
            Self::Rollback(rollback, _) => &rollback.triggers,
            Self::Incident(incident) => &incident.triggers,
        }
    }

    fn name(self) -> String {
        match self {
            Self::Rollback(rollback, _) => format!("rollback `{}`", rollback.name),
            Self::Incident(incident) => format!("incident `{}`", incident.name),
        }
    }

    /// What it does, behind its name.
    fn does(self) -> String {
        match self {
            Self::Rollback(_, pipeline) => format!("stops `{}`", pipeline.name),
            Self::Incident(_) => "opens".to_owned(),
        }
    }

    /// The same of a bar alone.
    fn label(self) -> &'static str {
        match self {
            Self::Rollback(..) => "this takes it back",
            Self::Incident(_) => "this opens the incident",
        }
    }
}

/// A bar that begins a rollback or opens an incident by itself.
#[derive(Clone, Copy)]
struct Stop<'p> {
    bar: &'p Bar,
    check: &'p Check,
    origin: Origin,
    whose: Whose<'p>,
}

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let mut opens = Vec::new();
    for incident in policy.incidents.rows() {
        let own = stops(policy, Whose::Incident(incident));
        differ(subject, &own, sink);
        opens.extend(own);
    }
    // An incident belongs to no pipeline: what a gate lets pass against it is told at the first stage that asks the gate.
    let mut told: BTreeSet<(Id<Gate>, Span)> = BTreeSet::new();
    for (id, pipeline) in policy.pipelines.iter() {
        let rollbacks: Vec<&Rollback> =
            policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == id).collect();
        let backs: Vec<Stop<'_>> = rollbacks
            .iter()
            .flat_map(|rollback| stops(policy, Whose::Rollback(rollback, pipeline)))
            .collect();
        differ(subject, &backs, sink);
        let mut seen: BTreeSet<(Id<Gate>, Span)> = BTreeSet::new();
        for stage in pipeline.stages.rows() {
            for (gate, _) in &stage.gates {
                for stop in backs.iter().filter(|stop| seen.insert((*gate, stop.origin.span))) {
                    against(subject, stage, *gate, stop, sink);
                }
                for stop in opens.iter().filter(|stop| told.insert((*gate, stop.origin.span))) {
                    against(subject, stage, *gate, stop, sink);
                }
            }
        }
        for rollback in rollbacks {
            let own = stops(policy, Whose::Rollback(rollback, pipeline));
            recovered(subject, rollback, own.iter().chain(&opens), sink);
        }
    }
}

fn stops<'p>(policy: &'p Policy, whose: Whose<'p>) -> Vec<Stop<'p>> {
    let mut found = Vec::new();
    for (check, origin) in whose.triggers().iter().flat_map(ways) {
        if let [Part { check: check @ Check::Bar(bar), .. }] = parts(policy, [(check, origin)]).as_slice() {
            found.push(Stop { bar, check, origin: bar.origin, whose });
        }
    }
    found
}

fn words(subject: &Subject<'_>, span: Span) -> String {
    subject.sources.text_of(span).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn against(subject: &Subject<'_>, stage: &Stage, gate: Id<Gate>, stop: &Stop<'_>, sink: &mut Sink) {
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
                "gate `{name}` passes at values at which {} {}: `{passes}` and `{stops}`",
                stop.whose.name(),
                stop.whose.does()
            );
            let finding = Diagnostic::new(&GATE_LOOSER, first.origin.span, message)
                .label("this lets it go on")
                .also(stop.origin.span, stop.whose.label())
                .also(stage.origin.span, format!("stage `{}` asks the gate", stage.name));
            sink.push(finding.help(match stop.whose {
                Whose::Rollback(..) => "make the gate at least as strict as the trigger: what may go on must not be what is taken back",
                Whose::Incident(_) => "make the gate at least as strict as the trigger: what may go on must not be what calls people",
            }));
        }
        Possible::No
            if stage.hold.is_none()
                && stage.traffic.is_some()
                && matches!(stop.whose, Whose::Rollback(..)) =>
        {
            if leaves_gap(subject.policy, &only, stop.bar) == Possible::Yes {
                let message = format!(
                    "between `{passes}` and `{stops}` nothing is said: stage `{}` neither goes on nor back",
                    stage.name
                );
                sink.push(
                    Diagnostic::new(&GREY_ZONE, first.origin.span, message)
                        .also(stop.origin.span, stop.whose.label())
                        .also(stage.origin.span, "this stage says no `hold`")
                        .help("say how long it may stay between the two: `hold 30m`"),
                );
            }
        }
        Possible::No | Possible::Undecided => {}
    }
}

/// Whether a rollback ends where a trigger begins it again, or where an incident is still open.
fn recovered<'p>(
    subject: &Subject<'_>,
    rollback: &Rollback,
    stops: impl Iterator<Item = &'p Stop<'p>>,
    sink: &mut Sink,
) {
    let policy = subject.policy;
    let Some(recovered) = &rollback.recovered else { return };
    let all = parts(policy, [(&recovered.when.check, recovered.when.origin)]);
    for stop in stops {
        let beside: Vec<(&Bar, Part<'_>)> =
            bars(&all).into_iter().filter(|(bar, _)| same_subject(bar, stop.bar)).collect();
        let Some((_, first)) = beside.first() else { continue };
        let only: Vec<&Bar> = beside.iter().map(|(bar, _)| *bar).collect();
        if can_meet(policy, &only, &[stop.bar]) != Possible::Yes {
            continue;
        }
        let (at, label, help) = match stop.whose {
            Whose::Rollback(..) => (
                "it begins".to_owned(),
                "this begins it",
                "let recovery ask for more than the trigger tolerates, or it begins again as soon as it ended",
            ),
            Whose::Incident(_) => (
                format!("{} opens", stop.whose.name()),
                stop.whose.label(),
                "let recovery ask for more than the incident tolerates, or the one is over while the other goes on",
            ),
        };
        let message = format!(
            "rollback `{}` counts as recovered at values at which {at}: `{}` and `{}`",
            rollback.name,
            words(subject, first.origin.span),
            words(subject, stop.origin.span)
        );
        sink.push(
            Diagnostic::new(&RECOVERED_TOO_SOON, first.origin.span, message)
                .also(stop.origin.span, label)
                .help(help),
        );
    }
}

/// Triggers of one pipeline or one incident that differ for one metric: one of them decides, the other only seems to.
fn differ(subject: &Subject<'_>, stops: &[Stop<'_>], sink: &mut Sink) {
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
                "`{}` of {} never {} first: whenever it holds, so does `{}` of {}",
                words(subject, late.origin.span),
                late.whose.name(),
                late.whose.does(),
                words(subject, early.origin.span),
                early.whose.name()
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
