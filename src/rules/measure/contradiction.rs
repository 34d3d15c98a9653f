//! Gates that nothing satisfies, triggers that never fire, bars that say nothing: with the fewest rules that make it so.

use super::super::{Rule, Subject};
use super::{bars, required, ways};
use crate::code;
use crate::diag::{Code, Diagnostic, Sink};
use crate::policy::{Bound, Check, Gate, Id, MetricKind, Policy};
use crate::segments::{Claim, Part, Possible, can_be, parts, smallest_contradiction};
use std::collections::BTreeMap;

code!(pub GATE_NEVER_PASSES, Error, "gate-never-passes", "a gate that nothing satisfies");
code!(pub TRIGGER_NEVER_FIRES, Error, "trigger-never-fires", "a trigger whose bars cannot all be met");
code!(pub RECOVERY_NEVER_MET, Error, "recovery-never-met", "a recovery whose bars cannot all be met");
code!(pub BAR_ALWAYS_MET, Warning, "bar-always-met", "a bar that every value of its metric meets");
code!(pub TWO_BARS, Warning, "two-bars-for-one-metric", "a bar that another bar of the same gate makes idle");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule {
    codes: &[&GATE_NEVER_PASSES, &TRIGGER_NEVER_FIRES, &RECOVERY_NEVER_MET, &BAR_ALWAYS_MET, &TWO_BARS],
    check,
};

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let cores: Vec<Option<Vec<Part<'_>>>> = policy.gates.ids().map(|gate| core(policy, gate)).collect();
    for (id, gate) in policy.gates.iter() {
        let all = required(policy, id);
        if let Some(core) = cores.get(id.index()).and_then(Option::as_ref) {
            // What contradicts itself within a gate that this one names is said of that gate.
            let is_told = all
                .iter()
                .filter_map(|part| part.gate)
                .any(|named| named != id && cores.get(named.index()).is_some_and(Option::is_some));
            if !is_told {
                let message = format!("gate `{}` never passes: {}", gate.name, why(subject, core));
                sink.push(shown(subject, &GATE_NEVER_PASSES, core, gate.origin.span, message));
            }
            continue;
        }
        let own: Vec<Part<'_>> = all.iter().copied().filter(|part| part.gate == Some(id)).collect();
        idle(subject, &gate.name, &all, &own, sink);
        own.iter().for_each(|part| always(subject, part, sink));
    }
    for rollback in policy.rollbacks.rows() {
        let whose = format!("rollback `{}`", rollback.name);
        let symptoms = rollback.cases.iter().filter_map(|case| case.when.as_ref());
        for bound in rollback.triggers.iter().chain(symptoms) {
            fires(subject, &whose, bound, sink);
        }
        if let Some(recovered) = &rollback.recovered {
            let bound = &recovered.when;
            let all = parts(policy, [(&bound.check, bound.origin)]);
            match smallest_contradiction(policy, &all) {
                Some(core) => {
                    let core = chosen(&all, &core);
                    let message = format!("{whose} never counts as recovered: {}", why(subject, &core));
                    sink.push(shown(subject, &RECOVERY_NEVER_MET, &core, bound.origin.span, message));
                }
                None => all.iter().for_each(|part| always(subject, part, sink)),
            }
        }
    }
    for incident in policy.incidents.rows() {
        let whose = format!("incident `{}`", incident.name);
        incident.triggers.iter().for_each(|bound| fires(subject, &whose, bound, sink));
    }
    for status in policy.statuses.rows() {
        let whose = format!("status `{}`", status.name);
        status.triggers.iter().for_each(|bound| fires(subject, &whose, bound, sink));
    }
}

/// The fewest parts of a gate that are never so together.
fn core(policy: &Policy, gate: Id<Gate>) -> Option<Vec<Part<'_>>> {
    let all = required(policy, gate);
    smallest_contradiction(policy, &all).map(|core| chosen(&all, &core))
}

pub(super) fn chosen<'p>(all: &[Part<'p>], core: &[usize]) -> Vec<Part<'p>> {
    core.iter().filter_map(|at| all.get(*at)).copied().collect()
}

/// Each way in which a trigger would fire must be possible.
fn fires(subject: &Subject<'_>, whose: &str, bound: &Bound, sink: &mut Sink) {
    for (check, origin) in ways(bound) {
        let all = parts(subject.policy, [(check, origin)]);
        match smallest_contradiction(subject.policy, &all) {
            Some(core) => {
                let core = chosen(&all, &core);
                let message = format!("this trigger of {whose} never fires: {}", why(subject, &core));
                sink.push(shown(subject, &TRIGGER_NEVER_FIRES, &core, origin.span, message));
            }
            None => all.iter().for_each(|part| always(subject, part, sink)),
        }
    }
}

/// What the parts are to each other, in words.
pub(super) fn why(subject: &Subject<'_>, core: &[Part<'_>]) -> String {
    let texts: Vec<String> = core.iter().map(|part| format!("`{}`", text(subject, part))).collect();
    match texts.as_slice() {
        [] => "it asks for nothing that can be".to_owned(),
        [only] => format!("{only} can never hold"),
        [one, two] => format!("{one} and {two} cannot both hold"),
        several => format!("{} cannot all hold", several.join(", ")),
    }
}

fn text(subject: &Subject<'_>, part: &Part<'_>) -> String {
    let written = subject.sources.text_of(part.origin.span);
    written.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn shown(
    subject: &Subject<'_>,
    code: &'static Code,
    core: &[Part<'_>],
    span: crate::source::Span,
    message: String,
) -> Diagnostic {
    let mut finding = Diagnostic::new(code, span, message);
    let mut kinds: BTreeMap<&str, &'static str> = BTreeMap::new();
    for part in core {
        let gate = part.gate.map(|gate| &subject.policy.gates[gate]);
        if part.origin.span != span {
            let label = match gate {
                Some(gate) => format!("gate `{}` requires this", gate.name),
                None => "this is required".to_owned(),
            };
            finding = finding.also(part.origin.span, label);
        }
        if let (Check::Bar(bar), 1) = (part.check, core.len()) {
            let metric = &subject.policy.metrics[bar.metric];
            if let Some(range) = range(metric.kind) {
                kinds.insert(&metric.name, range);
            }
        }
    }
    for (name, range) in kinds {
        finding = finding.note(format!("`{name}` is {range}"));
    }
    finding.help(if core.len() == 1 {
        "write a bar that can be met"
    } else {
        "take one of them away, or mend its bar"
    })
}

fn range(kind: MetricKind) -> Option<&'static str> {
    match kind {
        MetricKind::Ratio => Some("a ratio, which runs from 0 % to 100 %"),
        MetricKind::Score => Some("a score, which runs from 0 to 1"),
        MetricKind::Duration | MetricKind::Count | MetricKind::Rate | MetricKind::Money => None,
    }
}

/// Two bars of one metric of which one says it all.
fn idle(subject: &Subject<'_>, gate: &str, all: &[Part<'_>], own: &[Part<'_>], sink: &mut Sink) {
    let policy = subject.policy;
    let all = bars(all);
    for (bar, part) in bars(own) {
        for (other, beside) in &all {
            let itself = part.origin.span == beside.origin.span;
            if itself || (bar.metric, bar.aggregate, bar.over) != (other.metric, other.aggregate, other.over)
            {
                continue;
            }
            let implied = |holds: &Check, fails: &Check| {
                can_be(policy, &[Claim::Holds(holds), Claim::Fails(fails)]) == Possible::No
            };
            // Of two that say the same, the second is one too many.
            let says_same = implied(part.check, beside.check) && part.origin.span < beside.origin.span;
            if implied(beside.check, part.check) && !says_same {
                let message = format!(
                    "`{}` asks for nothing in gate `{gate}` that `{}` does not ask for",
                    text(subject, &part),
                    text(subject, beside)
                );
                sink.push(
                    Diagnostic::new(&TWO_BARS, part.origin.span, message)
                        .also(beside.origin.span, "this decides")
                        .help("keep the one that is meant: a reader who finds the other goes by it"),
                );
                break;
            }
        }
    }
}

/// A bar that is met by every value.
fn always(subject: &Subject<'_>, part: &Part<'_>, sink: &mut Sink) {
    let Check::Bar(bar) = part.check else { return };
    if can_be(subject.policy, &[Claim::Fails(part.check)]) != Possible::No {
        return;
    }
    let metric = &subject.policy.metrics[bar.metric];
    let range = range(metric.kind).unwrap_or("never below zero");
    let message = format!("every value meets `{}`: `{}` is {range}", text(subject, part), metric.name);
    sink.push(
        Diagnostic::new(&BAR_ALWAYS_MET, part.origin.span, message)
            .help("write a bar that some value misses, or take it away"),
    );
}
