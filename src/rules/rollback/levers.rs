//! Levers by themselves: how many operations they take, how fast they are, what they wait for, how long they can be pulled.

use crate::calendar::Elapsed;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Act, Bound, Check, Id, Lever, LeverKind, Policy, Rollback};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

code!(pub LEVER_TAKES_STEPS, Warning, "lever-takes-steps", "a lever that takes more than one operation");
code!(pub FASTEST_OF_UNTIMED, Error, "fastest-of-untimed", "the fastest of levers of which one says no time");
code!(pub LEVERS_WAIT, Error, "levers-wait", "levers that come after each other");
code!(pub UNTIL_NO_STAGE, Error, "until-no-stage", "a lever that lasts until a stage its pipeline does not have");
code!(
    pub LEVER_KEPT_TOO_SHORT,
    Warning,
    "lever-kept-too-short",
    "a lever whose way back is gone before a trigger can fire"
);

pub(super) fn check(policy: &Policy, sink: &mut Sink) {
    for lever in policy.levers.rows() {
        takes_steps(lever, sink);
    }
    for (cycle, start) in cycles(policy) {
        sink.push(waiting(policy, &cycle, start));
    }
    for rollback in policy.rollbacks.rows() {
        let steps = rollback.steps.iter().chain(&rollback.finally);
        for step in steps {
            let Act::Pull { levers, fastest } = &step.act else { continue };
            if *fastest {
                untimed(policy, levers, sink);
            }
            for (lever, origin) in levers {
                let row = &policy.levers[*lever];
                until(policy, rollback, row, sink);
                kept(rollback, row, origin.span, sink);
            }
        }
    }
}

fn takes_steps(lever: &Lever, sink: &mut Sink) {
    let count = lever.step_count();
    if count == 1 || lever.kind != LeverKind::Back {
        return;
    }
    let message = format!("lever `{}` takes {count} operations", lever.name);
    let mut finding = Diagnostic::new(&LEVER_TAKES_STEPS, lever.origin.span, message);
    match lever.steps {
        Some((_, origin)) => finding = finding.also(origin.span, "it says so here"),
        None => {
            for flip in &lever.flips {
                finding = finding.also(flip.origin.span, "one operation");
            }
        }
    }
    sink.push(
        finding.note("between two operations, some answers come from the one version and some from the other").help(
            "put one pointer before them that is flipped alone, or make a lever of each and say which comes `after` which",
        ),
    );
}

fn untimed(policy: &Policy, levers: &[(Id<Lever>, crate::policy::Origin)], sink: &mut Sink) {
    for (lever, origin) in levers {
        let row = &policy.levers[*lever];
        if row.within.is_none() {
            let message =
                format!("which lever is fastest cannot be told: `{}` does not say how fast it is", row.name);
            sink.push(
                Diagnostic::new(&FASTEST_OF_UNTIMED, origin.span, message)
                    .also(row.origin.span, "it lacks `within`")
                    .help("say `within` with the time it takes, measured in a drill"),
            );
        }
    }
}

fn until(policy: &Policy, rollback: &Rollback, lever: &Lever, sink: &mut Sink) {
    let Some((stage, origin)) = &lever.available_until else { return };
    let pipeline = &policy.pipelines[rollback.pipeline];
    if pipeline.stages.find(stage).is_none() {
        let names: Vec<&str> = pipeline.stages.rows().iter().map(|stage| stage.name.as_str()).collect();
        let message = format!(
            "lever `{}` lasts until `{stage}`, and `{}` has no such stage",
            lever.name, pipeline.name
        );
        sink.push(
            Diagnostic::new(&UNTIL_NO_STAGE, origin.span, message)
                .also(rollback.origin.span, format!("this takes `{}` back", pipeline.name))
                .help(format!("it has {}", names.join(", "))),
        );
    }
}

fn kept(rollback: &Rollback, lever: &Lever, span: crate::source::Span, sink: &mut Sink) {
    let Some(keeps) = lever.keeps else { return };
    let needed = rollback.triggers.iter().map(|trigger| (looks_back(&trigger.check), trigger));
    let Some((needed, trigger)) = needed.max_by_key(|(needed, _)| *needed) else { return };
    if needed > keeps {
        let message = format!(
            "lever `{}` keeps the old version for {keeps}, and a trigger needs {needed} to fire",
            lever.name
        );
        sink.push(late(trigger, lever, Diagnostic::new(&LEVER_KEPT_TOO_SHORT, span, message)));
    }
}

fn late(trigger: &Bound, lever: &Lever, finding: Diagnostic) -> Diagnostic {
    finding
        .also(trigger.origin.span, "what happens at the end of a rollout is seen so long after it")
        .also(lever.origin.span, "by then there is nothing to go back to")
        .help("keep the old version longer, or look at a shorter span")
}

/// How long a check looks back before it can hold.
fn looks_back(check: &Check) -> Elapsed {
    match check {
        Check::All(parts) | Check::Any(parts) => parts.iter().map(looks_back).max().unwrap_or(Elapsed::ZERO),
        Check::Not(inner) => looks_back(inner),
        Check::Bar(bar) => {
            let spans = [bar.over, bar.sustained].into_iter().flatten();
            Elapsed::seconds(spans.map(Elapsed::as_seconds).sum())
        }
        Check::Evidence(_) | Check::Probe(..) | Check::Gate(..) => Elapsed::ZERO,
    }
}

/// The shortest cycle through the first lever, in their order, of each group that waits for itself.
fn cycles(policy: &Policy) -> Vec<(Vec<Id<Lever>>, Id<Lever>)> {
    let next = |id: Id<Lever>| policy.levers[id].after.iter().map(|(after, _)| *after);
    let mut found: Vec<(Vec<Id<Lever>>, Id<Lever>)> = Vec::new();
    let mut told: BTreeSet<Id<Lever>> = BTreeSet::new();
    for start in waiting_levers(policy) {
        if told.contains(&start) {
            continue;
        }
        let mut came: BTreeMap<Id<Lever>, Id<Lever>> = BTreeMap::new();
        let mut open = VecDeque::from([start]);
        while let Some(at) = open.pop_front() {
            for there in next(at) {
                if came.contains_key(&there) {
                    continue;
                }
                came.insert(there, at);
                open.push_back(there);
            }
        }
        if !came.contains_key(&start) {
            continue;
        }
        let mut cycle = vec![start];
        let mut at = came.get(&start).copied();
        while let Some(here) = at.filter(|here| *here != start) {
            cycle.push(here);
            at = came.get(&here).copied();
        }
        cycle.reverse();
        cycle.rotate_right(1);
        told.extend(came.keys().filter(|id| came.contains_key(&start) && cycle.contains(id)));
        found.push((cycle, start));
    }
    found
}

/// The levers that are left when those which wait for nothing are pulled, again and again: every cycle is among them.
fn waiting_levers(policy: &Policy) -> Vec<Id<Lever>> {
    let mut waits: BTreeMap<Id<Lever>, usize> =
        policy.levers.iter().map(|(id, lever)| (id, lever.after.len())).collect();
    let mut then: BTreeMap<Id<Lever>, Vec<Id<Lever>>> = BTreeMap::new();
    for (id, lever) in policy.levers.iter() {
        for (first, _) in &lever.after {
            then.entry(*first).or_default().push(id);
        }
    }
    let mut ready: Vec<Id<Lever>> =
        waits.iter().filter(|(_, waits)| **waits == 0).map(|(id, _)| *id).collect();
    while let Some(id) = ready.pop() {
        waits.remove(&id);
        for later in then.get(&id).into_iter().flatten() {
            if let Some(left) = waits.get_mut(later) {
                *left -= 1;
                if *left == 0 {
                    ready.push(*later);
                }
            }
        }
    }
    waits.into_keys().collect()
}

fn waiting(policy: &Policy, cycle: &[Id<Lever>], start: Id<Lever>) -> Diagnostic {
    let names: Vec<&str> = cycle.iter().map(|id| policy.levers[*id].name.as_str()).collect();
    let span_of = |at: usize| {
        let next = cycle.get((at + 1) % cycle.len()).copied();
        let row = &policy.levers[*cycle.get(at)?];
        let (_, origin) = row.after.iter().find(|(after, _)| Some(*after) == next)?;
        Some(origin.span)
    };
    let message = match names.as_slice() {
        [only] => format!("lever `{only}` comes after itself"),
        _ => format!("no lever of `{}` can be pulled first", names.join("`, `")),
    };
    let first = span_of(0).unwrap_or(policy.levers[start].origin.span);
    let mut finding = Diagnostic::new(&LEVERS_WAIT, first, message);
    for (at, name) in names.iter().enumerate() {
        let next = names.get((at + 1) % names.len()).copied().unwrap_or_default();
        match span_of(at) {
            Some(_) if at == 0 => finding = finding.label(format!("`{name}` comes after `{next}`")),
            Some(span) => finding = finding.also(span, format!("`{name}` comes after `{next}`")),
            None => {}
        }
    }
    finding.help("take one of these `after` away")
}
