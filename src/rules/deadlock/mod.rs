//! Pipelines that can come to wait for each other for good, with the run that gets them there.

mod tell;

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::graph::{Answer, Blocker, Deadlock, Guard, Undecided, Wait, Why, deadlocks};
use crate::policy::Policy;
use crate::source::Span;
use std::collections::BTreeSet;
use tell::{Teller, list};

code!(pub DEADLOCK, Error, "deadlock", "pipelines that can come to wait for each other for good");
code!(pub DEADLOCK_UNDECIDED, Warning, "deadlock-undecided", "too many orders of taking locks to try");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&DEADLOCK, &DEADLOCK_UNDECIDED], check };

/// More places than this are not shown of a part that was not decided.
const MOST_PLACES: usize = 8;

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for answer in deadlocks(subject.policy) {
        sink.extend(match answer {
            Answer::Deadlock(found) => deadlock(subject.policy, &found),
            Answer::Undecided(part) => undecided(subject.policy, &part),
        });
    }
}

fn deadlock(policy: &Policy, found: &Deadlock) -> Option<Diagnostic> {
    let teller = Teller::of(policy, found);
    let runs: BTreeSet<_> = found.circle.iter().filter_map(|wait| wait.who.run()).collect();
    let names: Vec<String> = runs.into_iter().map(|run| teller.run(run)).collect();
    let can = if found.steps.is_empty() { "wait" } else { "can come to wait" };
    let message = match names.as_slice() {
        [one] if found.steps.is_empty() => format!("{one} waits for itself for good"),
        [one] => format!("{one} can come to wait for itself for good"),
        _ => format!("{} {can} for each other for good", list(&names)),
    };
    let steps = teller.steps(&found.steps);
    let happened = steps.len();
    let waits = found.circle.iter().chain(&found.beside).filter_map(|wait| teller.wait(wait));
    let told: Vec<(Span, String)> = steps.into_iter().chain(waits).collect();
    let mut finding = Diagnostic::new(&DEADLOCK, told.get(happened)?.0, message);
    for (at, (span, text)) in told.into_iter().enumerate() {
        let text = format!("{}. {text}", at + 1);
        finding = if at == happened { finding.label(text) } else { finding.also(span, text) };
    }
    Some(finding.help(help(&teller, &found.circle)))
}

/// How a circle is broken: by what it is made of.
fn help(teller: &Teller<'_>, circle: &[Wait]) -> String {
    let held: Vec<(Guard, bool)> = circle
        .iter()
        .filter_map(|wait| match wait.by {
            Blocker::Held { guard, holder, .. } => Some((guard, holder.run() == wait.who.run())),
            Blocker::Order(_) => None,
        })
        .collect();
    let calls = circle.iter().any(|wait| matches!(wait.by, Blocker::Order(Why::Calls(..))));
    match held.as_slice() {
        [] => "take one of these waits away: nothing can be ready before what it needs".to_owned(),
        [(guard, _)] if calls => {
            format!("let either the caller or what it calls take {}, not both", teller.guard(*guard))
        }
        [(guard, true)] => format!(
            "{} cannot be taken again by who has it: take it once, and say `until` which stage it is held",
            teller.guard(*guard)
        ),
        [(guard, _)] => {
            format!("give {} back before waiting, or take one of these waits away", teller.guard(*guard))
        }
        _ => {
            let guards: BTreeSet<Guard> = held.iter().map(|(guard, _)| *guard).collect();
            let names: Vec<String> = guards.into_iter().map(|guard| teller.guard(guard)).collect();
            format!(
                "take {} in the same order everywhere, or give one back before taking the next",
                list(&names)
            )
        }
    }
}

fn undecided(policy: &Policy, part: &Undecided) -> Option<Diagnostic> {
    let teller = Teller { policy, alone: false };
    let locks: Vec<String> = part.guards.iter().map(|guard| teller.guard(*guard)).collect();
    let pipelines: Vec<String> =
        part.pipelines.iter().map(|id| format!("`{}`", policy.pipelines[*id].name)).collect();
    let message = format!(
        "{} take {} in different orders, and whether that ever gets them stuck is not decided",
        list(&pipelines),
        list(&locks)
    );
    let mut finding =
        Diagnostic::new(&DEADLOCK_UNDECIDED, part.places.first()?.span, message).label("taken here");
    for origin in part.places.iter().skip(1).take(MOST_PLACES) {
        finding = finding.also(origin.span, "and here");
    }
    let finding = finding
        .note(format!("{} states were tried, and none of them is stuck; there are more", part.states))
        .help("take them in the same order everywhere: then it is decided at once");
    Some(finding)
}
