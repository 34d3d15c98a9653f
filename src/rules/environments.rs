//! Environments hold the same names, and a canary's the same values as production (ledger E10).

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Environment, Id, Pipeline, Policy, StageKind};
use std::collections::BTreeSet;

code!(pub ENVIRONMENTS_DIFFER, Warning, "environments-differ", "a variable or a secret that one environment has and another lacks");
code!(
    pub CANARY_ENVIRONMENT_DIFFERS,
    Warning,
    "canary-environment-differs",
    "a canary in an environment that is not like production"
);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&ENVIRONMENTS_DIFFER, &CANARY_ENVIRONMENT_DIFFERS], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let described: Vec<&Environment> = policy
        .environments
        .rows()
        .iter()
        .filter(|environment| !environment.vars.is_empty() || !environment.secrets.is_empty())
        .collect();
    for environment in &described {
        sink.extend(lacks(environment, &described, "the variable", |row| {
            row.vars.keys().map(String::as_str).collect()
        }));
        sink.extend(lacks(environment, &described, "the secret", |row| {
            row.secrets.iter().map(String::as_str).collect()
        }));
    }
    for pipeline in policy.pipelines.rows() {
        sink.extend(canary(policy, pipeline));
    }
}

/// The names that others have and this one lacks.
fn lacks<'p>(
    environment: &Environment,
    others: &[&'p Environment],
    what: &str,
    names: impl Fn(&'p Environment) -> BTreeSet<&'p str>,
) -> Option<Diagnostic> {
    let mut missing: BTreeSet<&str> = BTreeSet::new();
    let mut has = None;
    for other in others.iter().filter(|other| other.name != environment.name) {
        let own = others.iter().find(|own| own.name == environment.name).map(|own| names(own))?;
        for name in names(other).difference(&own) {
            missing.insert(name);
            has = has.or(Some(*other));
        }
    }
    let other = has?;
    let listed: Vec<String> = missing.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "`{}` lacks {what}{} {}",
        environment.name,
        if listed.len() > 1 { "s" } else { "" },
        listed.join(", ")
    );
    Some(
        Diagnostic::new(&ENVIRONMENTS_DIFFER, environment.origin.span, message)
            .also(other.origin.span, format!("`{}` has what is missing", other.name))
            .note("what starts in one environment and not in the next is found by its first user")
            .help("give every environment the same names; values may differ"),
    )
}

/// The environment of a pipeline's canary against the one it promotes to.
fn canary(policy: &Policy, pipeline: &Pipeline) -> Option<Diagnostic> {
    let stages = pipeline.stages.rows();
    let of = |kinds: &[StageKind]| -> Option<Id<Environment>> {
        stages
            .iter()
            .rev()
            .find(|stage| kinds.contains(&stage.kind) && stage.environment.is_some())?
            .environment
    };
    let (canary, production) = (of(&[StageKind::Canary])?, of(&[StageKind::Promote, StageKind::Ramp])?);
    if canary == production {
        return None;
    }
    let stage = stages.iter().rev().find(|stage| stage.kind == StageKind::Canary)?;
    let (one, other) = (&policy.environments[canary], &policy.environments[production]);
    let mut differ: BTreeSet<&str> = BTreeSet::new();
    for name in
        one.vars.keys().chain(other.vars.keys()).filter(|name| one.vars.get(*name) != other.vars.get(*name))
    {
        differ.insert(name);
    }
    let (here, there): (BTreeSet<&String>, BTreeSet<&String>) =
        (one.secrets.iter().collect(), other.secrets.iter().collect());
    differ.extend(here.symmetric_difference(&there).map(|name| name.as_str()));
    if differ.is_empty() {
        return None;
    }
    let listed: Vec<String> = differ.iter().map(|name| format!("`{name}`")).collect();
    let message = format!(
        "the canary runs in `{}`, which differs from `{}` in {}",
        one.name,
        other.name,
        listed.join(", ")
    );
    Some(
        Diagnostic::new(&CANARY_ENVIRONMENT_DIFFERS, stage.origin.span, message)
            .also(one.origin.span, "the canary's environment")
            .also(other.origin.span, "what it should foretell")
            .note("a canary foretells only what runs as it does")
            .help(
                "let the canary take a share of production itself, or give both environments the same values",
            ),
    )
}
