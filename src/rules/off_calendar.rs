//! Ways into production that the calendar never sees: pipelines and flags that no window of the policy can hold (ledger A5).

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Action, Component, Id, Origin, Policy};

code!(pub OFF_CALENDAR, Warning, "off-calendar", "a way into production that no window can hold", Strict);

/// The rule, as a row of the room's table.
pub(super) static RULE: Rule = Rule { codes: &[&OFF_CALENDAR], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    if policy.windows.is_empty() {
        return;
    }
    for pipeline in policy.pipelines.rows() {
        let Some(service) = pipeline.service else { continue };
        let components = &policy.services[service].components;
        let what = format!("pipeline `{}`", pipeline.name);
        uncovered(policy, &what, pipeline.origin, components, &[Action::Deploy, Action::Promote], sink);
    }
    for flag in policy.flags.rows() {
        let Some(components) = &flag.components else { continue };
        uncovered(policy, &format!("flag `{}`", flag.name), flag.origin, components, &[Action::Flag], sink);
    }
}

fn uncovered(
    policy: &Policy,
    what: &str,
    origin: Origin,
    components: &[Id<Component>],
    actions: &[Action],
    sink: &mut Sink,
) {
    let held = |component: Id<Component>| {
        policy.windows.rows().iter().any(|window| {
            actions.iter().any(|action| window.covers(None, Some(component), None, Some(*action)))
        })
    };
    let free: Vec<&str> = components
        .iter()
        .filter(|component| !held(**component))
        .map(|component| policy.components[*component].name.as_str())
        .collect();
    if free.is_empty() {
        return;
    }
    let names: Vec<String> = free.iter().map(|name| format!("`{name}`")).collect();
    let message = format!("{what} changes {}, and no window ever holds that", names.join(", "));
    let actions: Vec<&str> = actions.iter().map(|action| action.name()).collect();
    sink.push(Diagnostic::new(&OFF_CALENDAR, origin.span, message).help(format!(
        "let a window cover it: take its `scope` wider, or say `{}` in its `on`",
        actions.join(", ")
    )));
}
