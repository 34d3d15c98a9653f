//! Who: roles, teams and schedules with the people in them, and people with what they are.

use super::{Rows, Subject, names, row};
use crate::calendar::Instant;
use crate::policy::{Policy, Schedule, same_person};
use crate::render::card::Card;

/// Its people, those on call now among them.
pub(super) fn role(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let role = &policy.roles[policy.roles.find(subject.name)?];
    let on_call = role.schedules.iter().map(|id| on_call(&policy.schedules[*id], subject.now));
    let rows = [
        row("members", role.members.join(", ")),
        row("teams", names(&policy.teams, role.teams.iter().copied())),
        row("schedules", names(&policy.schedules, role.schedules.iter().copied())),
        row("on call now", on_call.filter(|who| !who.is_empty()).collect::<Vec<_>>().join(", ")),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

/// Its clock and its people.
pub(super) fn team(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.teams.find(subject.name)?;
    let team = &policy.teams[id];
    let roles = policy.roles.iter().filter(|(_, role)| role.teams.contains(&id)).map(|(role, _)| role);
    let rows = [
        row("now", team.zone.map_or(String::new(), |zone| zone.show(subject.now, subject.now))),
        row("members", team.members.join(", ")),
        row("regions", names(&policy.regions, team.regions.iter().copied())),
        row("roles", names(&policy.roles, roles)),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

/// Who is on call now, as far as the policy says it itself.
pub(super) fn schedule(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let schedule = &policy.schedules[policy.schedules.find(subject.name)?];
    let now = on_call(schedule, subject.now);
    let rows = [
        row("now", schedule.zone.show(subject.now, subject.now)),
        row("on call now", if now.is_empty() { "nobody whom the policy names".to_owned() } else { now }),
        row("from", schedule.source.as_ref().map_or("", |(file, _)| file)),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

fn on_call(schedule: &Schedule, now: Instant) -> String {
    let place = schedule.place();
    let shifts = schedule.shifts.iter().filter_map(|shift| {
        let span = shift.when.at(&place, now)?;
        Some(format!("{} until {}", shift.person, schedule.zone.show(span.end, now)))
    });
    shifts.collect::<Vec<_>>().join(", ")
}

/// What a person is in the policy; nothing where it does not name them.
pub(in crate::ide) fn person(policy: &Policy, name: &str) -> Option<Card> {
    let is_one = |people: &[String]| people.iter().any(|person| same_person(person, name));
    let teams: Vec<_> =
        policy.teams.iter().filter(|(_, team)| is_one(&team.members)).map(|(id, _)| id).collect();
    let schedules: Vec<_> = policy
        .schedules
        .iter()
        .filter(|(_, schedule)| schedule.shifts.iter().any(|shift| same_person(&shift.person, name)))
        .map(|(id, _)| id)
        .collect();
    let roles = policy.roles.iter().filter(|(_, role)| {
        is_one(&role.members)
            || role.teams.iter().any(|team| teams.contains(team))
            || role.schedules.iter().any(|schedule| schedules.contains(schedule))
    });
    let rows = [
        row("roles", names(&policy.roles, roles.map(|(id, _)| id))),
        row("teams", names(&policy.teams, teams)),
        row("on call in", names(&policy.schedules, schedules)),
    ];
    let rows: Rows = rows.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    (!rows.is_empty()).then(|| Card::default().quoted(name).rows(rows))
}
