//! What changes and what is asked of it: components, people, facts, tiers, exceptions, emergencies, releases.

use super::condition::{condition, party, seats};
use super::{elapsed, names, region_plan, scope};
use crate::policy::{
    ApprovalRule, BreakGlass, Component, Environment, Exception, Fact, FactKind, Policy, Release, Reuse,
    Role, Service, Team, Tier, Validity,
};
use serde_json::{Value, json};

pub(super) fn component(policy: &Policy, component: &Component) -> Value {
    json!({
        "name": component.name,
        "doc": component.doc,
        "needs": names(&policy.components, component.needs.iter().copied()),
        "paths": component.paths,
        "owner": component.owner.as_ref().map(|owner| party(policy, owner)),
    })
}

pub(super) fn service(policy: &Policy, service: &Service) -> Value {
    let components = names(&policy.components, service.components.iter().copied());
    json!({ "name": service.name, "doc": service.doc, "components": components })
}

pub(super) fn environment(policy: &Policy, environment: &Environment) -> Value {
    json!({
        "name": environment.name,
        "doc": environment.doc,
        "after": environment.after.map(|before| &policy.environments[before].name),
        "vars": environment.vars,
        "secrets": environment.secrets,
    })
}

pub(super) fn team(policy: &Policy, team: &Team) -> Value {
    let mut value = json!({
        "name": team.name,
        "doc": team.doc,
        "zone": team.zone.map(|zone| zone.name()),
        "members": team.members,
        "regions": names(&policy.regions, team.regions.iter().copied()),
    });
    if let (Some(all), Some(hours)) = (value.as_object_mut(), &team.hours) {
        let held = hours.active(&policy.place_of_team(team), policy.horizon);
        all.insert(
            "hours".to_owned(),
            held.intervals().iter().copied().map(super::calendar::interval).collect(),
        );
    }
    value
}

pub(super) fn role(policy: &Policy, role: &Role) -> Value {
    json!({
        "name": role.name,
        "doc": role.doc,
        "members": role.members,
        "teams": names(&policy.teams, role.teams.iter().copied()),
        "schedules": names(&policy.schedules, role.schedules.iter().copied()),
    })
}

pub(super) fn approval(policy: &Policy, approval: &ApprovalRule) -> Value {
    let valid = approval.valid_for.map(|(length, validity)| {
        let until = match validity {
            Validity::AtStart => "start",
            Validity::Throughout => "end",
        };
        json!({ "for": elapsed(length), "until": until })
    });
    json!({
        "name": approval.name,
        "doc": approval.doc,
        "seats": seats(policy, &approval.seats),
        "valid": valid,
        "dismissed_by_new_commit": approval.dismiss_on_new_commit,
    })
}

pub(super) fn fact(_: &Policy, fact: &Fact) -> Value {
    json!({
        "name": fact.name,
        "doc": fact.doc,
        "values": values(&fact.kind),
        "fresh": fact.fresh.map(elapsed),
        "private": fact.private,
    })
}

/// What values a fact takes: the fields of [`super::condition::value`], or the choices, least first.
fn values(kind: &FactKind) -> Value {
    match kind {
        FactKind::Bool => json!("bool"),
        FactKind::OneOf(choices) => json!({ "one_of": choices }),
        FactKind::Number => json!("number"),
        FactKind::Ratio => json!("ratio"),
        FactKind::Duration => json!("seconds"),
        FactKind::Money => json!("dollars"),
        FactKind::Rate => json!("per_second"),
        FactKind::Instant => json!("instant"),
        FactKind::Text => json!("text"),
    }
}

pub(super) fn tier(policy: &Policy, tier: &Tier) -> Value {
    let requirements: Vec<Value> = tier
        .requirements
        .iter()
        .map(|asked| {
            let condition = condition(policy, &asked.condition);
            json!({ "before": asked.phase.name(), "text": asked.text, "condition": condition })
        })
        .collect();
    json!({
        "name": tier.name,
        "title": tier.title,
        "doc": tier.doc,
        "examples": tier.examples,
        "requirements": requirements,
    })
}

pub(super) fn exception(policy: &Policy, exception: &Exception) -> Value {
    let reuse = match &exception.reuse {
        Reuse::Any => json!("any"),
        Reuse::Once => json!("once"),
        Reuse::ForChange(change) => json!({ "change": change }),
    };
    json!({
        "name": exception.name,
        "doc": exception.doc,
        "tier": policy.tiers[exception.tier].name,
        "lifts": names(&policy.windows, exception.lifts.iter().copied()),
        "regions": scope(&policy.regions, exception.regions.as_ref()),
        "components": scope(&policy.components, exception.components.as_ref()),
        "environments": scope(&policy.environments, exception.environments.as_ref()),
        "owner": party(policy, &exception.owner),
        "ticket": exception.ticket,
        "lever": exception.lever,
        "warmup": exception.warmup,
        "starts": exception.starts.map(|at| at.to_string()),
        "expires": exception.expires.to_string(),
        "approve": exception.approve.as_ref().map(|asked| seats(policy, asked)),
        "use": reuse,
        "because": exception.because,
    })
}

pub(super) fn break_glass(policy: &Policy, glass: &BreakGlass) -> Value {
    let requires: Vec<Value> = glass
        .requires
        .iter()
        .map(|(asked, text, _)| json!({ "text": text, "condition": condition(policy, asked) }))
        .collect();
    let escalation: Vec<Value> = glass
        .escalation
        .iter()
        .map(|step| json!({ "seats": seats(policy, &step.seats), "within": step.within.map(elapsed) }))
        .collect();
    let owes: Vec<Value> = glass
        .owes
        .iter()
        .map(|(what, within)| json!({ "what": what, "within": within.map(elapsed) }))
        .collect();
    json!({
        "name": glass.name,
        "doc": glass.doc,
        "by": seats(policy, &glass.by),
        "tiers": scope(&policy.tiers, glass.tiers.as_ref()),
        "requires": requires,
        "escalation": escalation,
        "owes": owes,
    })
}

pub(super) fn release(policy: &Policy, release: &Release) -> Value {
    let mut value = json!({
        "name": release.name,
        "doc": release.doc,
        "tier": policy.tiers[release.tier].name,
        "owner": release.owner.as_ref().map(|owner| party(policy, owner)),
        "components": scope(&policy.components, release.components.as_ref()),
        "region_plan": region_plan(policy, &release.region_plan),
        "soak": release.soak.map(elapsed),
        "pipeline": release.by.map(|pipeline| &policy.pipelines[pipeline].name),
        "environment": release.environment.map(|environment| &policy.environments[environment].name),
        "at": release.at.map(|at| at.to_string()),
    });
    if let (Some(all), false) = (value.as_object_mut(), release.after.is_empty()) {
        all.insert("after".to_owned(), names(&policy.releases, release.after.iter().copied()));
    }
    value
}
