//! Conditions over evidence that can never be so, or always are: a window that follows nothing, a tier that never lands.

use super::super::{Rule, Subject};
use super::contradiction::{chosen, shown, why};
use super::ways;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Bound, Check, Condition, Origin, Policy, Ruling};
use crate::segments::{Claim, Part, Possible, can_be, parts, smallest_contradiction};

code!(pub CONDITION_NEVER_SO, Error, "condition-never-so", "a condition that no evidence can meet");
code!(pub CONDITION_ALWAYS_SO, Warning, "condition-always-so", "a condition that all evidence meets");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&CONDITION_NEVER_SO, &CONDITION_ALWAYS_SO], check };

/// Conditions that must all be so, with what rests on them.
struct Asked<'p> {
    conditions: Vec<(&'p Condition, Origin)>,
    /// Whose they are: "window `x`".
    whose: String,
    /// What follows where they are never so: "never holds".
    never: &'static str,
    /// What follows where one always is.
    always: &'static str,
}

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for asked in asked(subject.policy) {
        let bounds: Vec<Bound> = asked
            .conditions
            .iter()
            .filter(|(condition, _)| !condition.is_true())
            .map(|(condition, origin)| Bound {
                check: taken_apart(condition),
                text: String::new(),
                origin: *origin,
            })
            .collect();
        if !never_so(subject, &asked, &bounds, sink) {
            bounds.iter().for_each(|bound| always_so(subject, &asked, bound, sink));
        }
    }
}

/// Whether anything was found that is never so: an alternative of a condition, or what several ask for together.
fn never_so(subject: &Subject<'_>, asked: &Asked<'_>, bounds: &[Bound], sink: &mut Sink) -> bool {
    let mut found = Vec::new();
    for bound in bounds {
        let ways = ways(bound);
        let follows = if ways.len() > 1 { "has an alternative that is never so" } else { asked.never };
        let cores = ways.into_iter().filter_map(|way| core(subject.policy, [way]));
        found.extend(cores.map(|core| (core, follows)));
    }
    if found.is_empty() {
        let together = core(subject.policy, bounds.iter().map(|bound| (&bound.check, bound.origin)));
        found.extend(together.map(|core| (core, asked.never)));
    }
    for (core, follows) in &found {
        let Some(first) = core.first() else { continue };
        let message = format!("{} {follows}: {}", asked.whose, why(subject, core));
        sink.push(shown(subject, &CONDITION_NEVER_SO, core, first.origin.span, message));
    }
    !found.is_empty()
}

fn core<'p>(
    policy: &'p Policy,
    checks: impl IntoIterator<Item = (&'p Check, Origin)>,
) -> Option<Vec<Part<'p>>> {
    let all = parts(policy, checks);
    smallest_contradiction(policy, &all).map(|core| chosen(&all, &core))
}

fn always_so(subject: &Subject<'_>, asked: &Asked<'_>, bound: &Bound, sink: &mut Sink) {
    if can_be(subject.policy, &[Claim::Fails(&bound.check)]) != Possible::No {
        return;
    }
    let message = format!("{} {}: the condition is so whatever the evidence says", asked.whose, asked.always);
    sink.push(
        Diagnostic::new(&CONDITION_ALWAYS_SO, bound.origin.span, message)
            .help("leave the condition out, or ask for what can fail"),
    );
}

fn asked(policy: &Policy) -> Vec<Asked<'_>> {
    let mut found = Vec::new();
    for window in policy.windows.rows() {
        let Some(follow) = &window.follows else { continue };
        found.push(Asked {
            conditions: vec![(&follow.condition, window.origin)],
            whose: format!("window `{}`", window.name),
            never: "never holds",
            always: "always holds",
        });
    }
    for kind in policy.kinds.rows() {
        for ((ruling, origin), tier) in kind.rulings.iter().zip(policy.tiers.rows()) {
            let Ruling::Admit { when } = ruling else { continue };
            found.push(Asked {
                conditions: vec![(when, *origin)],
                whose: format!("kind `{}`, tier `{}`:", kind.name, tier.name),
                never: "never admitted",
                always: "always admitted",
            });
        }
    }
    for tier in policy.tiers.rows() {
        let asked = tier.requirements.iter().map(|asked| (&asked.condition, asked.origin));
        found.push(Asked {
            conditions: asked.collect(),
            whose: format!("tier `{}`", tier.name),
            never: "never gets through",
            always: "asks for nothing here",
        });
    }
    for way in policy.break_glass.rows() {
        found.push(Asked {
            conditions: way.requires.iter().map(|(condition, _, origin)| (condition, *origin)).collect(),
            whose: format!("break-glass `{}`", way.name),
            never: "never opens",
            always: "asks for nothing here",
        });
    }
    found
}

/// The condition as a check whose parts can be looked at one by one.
fn taken_apart(condition: &Condition) -> Check {
    match condition {
        Condition::All(parts) => Check::All(parts.iter().map(taken_apart).collect()),
        Condition::Any(parts) => Check::Any(parts.iter().map(taken_apart).collect()),
        Condition::Not(part) => Check::Not(Box::new(taken_apart(part))),
        leaf => Check::Evidence(leaf.clone()),
    }
}
