//! What several playbooks say alike: places, people, times, checks, and the command that asks the gate.

use super::page::{Inline, Item, Mark, Part, line};
use crate::calendar::Elapsed;
use crate::emit::escape;
use crate::policy::{
    Bound, Check, Component, Gate, Id, Origin, Party, Pipeline, Policy, Region, Role, Seats, Value, Wording,
};
use rust_decimal::Decimal;

/// Where a step is written: ` (recovery.ops:41)`.
pub(super) fn source(policy: &Policy, origin: Origin) -> Inline {
    line![" (", Inline::code(&policy.place(origin)), ")"]
}

/// A step with where it is written.
pub(super) fn step(policy: &Policy, said: Inline, origin: Origin) -> Item {
    Item::new(line![said, source(policy, origin)])
}

/// A name.
pub(super) fn name(text: &str) -> Inline {
    Inline::code(text)
}

/// Names, with commas.
pub(super) fn names<'a>(texts: impl IntoIterator<Item = &'a str>) -> Inline {
    Inline::join(texts.into_iter().map(Inline::code), ", ")
}

/// A span of time.
pub(super) fn time(elapsed: Elapsed) -> Inline {
    Inline::number(elapsed)
}

/// A share.
pub(super) fn share(share: Decimal) -> Inline {
    Inline::number(Value::Ratio(share))
}

/// Regions that go one after the other.
pub(super) fn plan(policy: &Policy, plan: &[Vec<Id<Region>>], soak: Option<Elapsed>) -> Inline {
    let groups =
        plan.iter().map(|group| names(group.iter().map(|region| policy.regions[*region].name.as_str())));
    let groups = Inline::join(groups, ", then ");
    match soak {
        Some(soak) if plan.len() > 1 => line![groups, ", each healthy for ", time(soak), " before the next"],
        _ => groups,
    }
}

/// Components.
pub(super) fn components(policy: &Policy, ids: &[Id<Component>]) -> Inline {
    names(ids.iter().map(|id| policy.components[*id].name.as_str()))
}

/// A role, a team or a person, with who that is.
pub(super) fn party(policy: &Policy, party: &Party) -> Inline {
    let with = |named: &str, people: Inline| match people.is_empty() {
        true => name(named),
        false => line![name(named), " (", people, ")"],
    };
    match party {
        Party::Role(role) => with(&policy.roles[*role].name, people(policy, *role)),
        Party::Team(team) => {
            let team = &policy.teams[*team];
            with(&team.name, names(team.members.iter().map(String::as_str)))
        }
        Party::Person(person) => name(person),
    }
}

fn people(policy: &Policy, role: Id<Role>) -> Inline {
    let role = &policy.roles[role];
    let teams = role.teams.iter().flat_map(|team| &policy.teams[*team].members);
    let mut people: Vec<&str> = role.members.iter().chain(teams).map(String::as_str).collect();
    people.dedup();
    let on_call = role
        .schedules
        .iter()
        .map(|schedule| line!["whoever is on call by ", name(&policy.schedules[*schedule].name)]);
    Inline::join(people.into_iter().map(Inline::code).chain(on_call), ", ")
}

/// Who must say yes: `1 of sre-owner (mara, tomas)`.
pub(super) fn seats(policy: &Policy, seats: &Seats) -> Inline {
    let said = seats.seats.iter().map(|seat| {
        let roles = seat.roles.iter().map(|role| party(policy, &Party::Role(*role)));
        let region = if seat.in_region { " of the region" } else { "" };
        line![Inline::number(seat.count), " of ", Inline::join(roles, " or "), region]
    });
    Inline::join(said, " and ")
}

/// What holds, or fires, each with where it is written.
pub(super) fn bounds<'a>(policy: &Policy, bounds: impl IntoIterator<Item = &'a Bound>) -> Vec<Item> {
    bounds.into_iter().map(|bound| check(policy, bound)).collect()
}

/// A check, with the commands of the probes it asks and what its gates ask.
fn check(policy: &Policy, bound: &Bound) -> Item {
    let mut parts = Vec::new();
    asked(policy, &bound.check, &mut parts);
    let item = step(policy, Inline::code(&bound.text), bound.origin);
    parts.into_iter().fold(item, Item::with)
}

/// Gates ask no gate that asks them: that is checked before there is a policy.
fn asked(policy: &Policy, check: &Check, found: &mut Vec<Part>) {
    match check {
        Check::All(parts) | Check::Any(parts) => parts.iter().for_each(|part| asked(policy, part, found)),
        Check::Not(inner) => asked(policy, inner, found),
        Check::Probe(probe, _) => {
            let run = policy.probes.find(probe).and_then(|probe| policy.probes[probe].run.clone());
            found.extend(run.map(Part::Shell));
        }
        Check::Gate(gate, _) => {
            found.push(Part::List(Mark::Bullet, bounds(policy, &policy.gates[*gate].requires)));
        }
        Check::Bar(_) | Check::Evidence(_) => {}
    }
}

/// A gate and what it asks.
pub(super) fn gate(policy: &Policy, gate: Id<Gate>) -> Item {
    let gate = &policy.gates[gate];
    step(policy, line!["Gate ", name(&gate.name)], gate.origin)
        .with(Part::List(Mark::Bullet, bounds(policy, &gate.requires)))
}

/// Words for users, to paste.
pub(super) fn wording(policy: &Policy, wording: &Wording) -> Part {
    match wording {
        Wording::Text(text) => Part::Words(text.clone()),
        Wording::Template(name) => match policy.templates.find(name) {
            Some(template) => Part::Words(policy.templates[template].text.0.clone()),
            None => Part::Line(line!["The template ", Inline::code(name), "."]),
        },
    }
}

/// The options that name what a pipeline carries out.
pub(super) fn of_service(policy: &Policy, pipeline: &Pipeline) -> Vec<String> {
    let service = pipeline.service.map(|service| &policy.services[service].name);
    service.into_iter().flat_map(|service| ["--service".to_owned(), service.clone()]).collect()
}

/// The command that asks the gate. Words in capitals are left to whoever asks.
pub(super) fn ask<'a>(policy: &'a Policy, options: impl IntoIterator<Item = &'a str>) -> String {
    let path = policy.targets.find(super::RUNBOOK.name).map(|target| &policy.targets[target]);
    let path = path.and_then(|target| target.options.get("policy")).map_or(".", String::as_str);
    let words = ["opsc", "gate", path].into_iter().chain(options).chain(["--by", "PERSON", "--log", "LOG"]);
    words.map(escape::shell).collect::<Vec<_>>().join(" ")
}
