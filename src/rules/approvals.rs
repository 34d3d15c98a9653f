//! Approvals that nobody can give: more people asked for than there are, and roles that nobody plays.

use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Condition, Id, Policy, Region, Role, Ruling, Seat, Seats, Team};
use std::collections::{BTreeMap, BTreeSet};

code!(pub APPROVAL_NEVER_MET, Error, "approval-never-met", "an approval that asks for more people than there are");
code!(pub ROLE_WITHOUT_MEMBERS, Error, "role-without-members", "a role that nobody plays");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&APPROVAL_NEVER_MET, &ROLE_WITHOUT_MEMBERS], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for (id, role) in policy.roles.iter() {
        if role.schedules.is_empty() && members(policy, id, None).is_empty() {
            let message =
                format!("nobody plays the role `{}`: what it must approve stays pending", role.name);
            sink.push(
                Diagnostic::new(&ROLE_WITHOUT_MEMBERS, role.origin.span, message).help(
                    "say `members` with their logins, `team` with a team, or `on-call` with a schedule",
                ),
            );
        }
    }
    for seats in asked(policy) {
        never_met(policy, seats, sink);
    }
}

fn never_met(policy: &Policy, seats: &Seats, sink: &mut Sink) {
    let roles: BTreeSet<Id<Role>> = seats.seats.iter().flat_map(|seat| seat.roles.iter().copied()).collect();
    // Who is on call changes; a role that nobody plays has its own finding.
    let open = roles
        .iter()
        .any(|role| !policy.roles[*role].schedules.is_empty() || members(policy, *role, None).is_empty());
    if open {
        return;
    }
    let in_region = seats.seats.iter().any(|seat| seat.in_region);
    let regions: Vec<Option<Id<Region>>> =
        if in_region { policy.regions.ids().map(Some).collect() } else { vec![None] };
    let Some((region, filled)) = regions
        .into_iter()
        .map(|region| (region, filled(policy, &seats.seats, region)))
        .find(|(_, filled)| *filled < wanted(&seats.seats))
    else {
        return;
    };
    let place = region.map_or(String::new(), |region| format!(" in {}", policy.regions[region].name));
    let (wanted, names) = (wanted(&seats.seats), names(policy, &roles));
    let message = format!(
        "this asks for {wanted} different people of {names}, and{place} no more than {filled} can be found"
    );
    let mut finding = Diagnostic::new(&APPROVAL_NEVER_MET, seats.origin.span, message);
    for role in &roles {
        let row = &policy.roles[*role];
        let players: Vec<String> = members(policy, *role, region).into_iter().collect();
        finding = finding.also(row.origin.span, format!("`{}`: {}", row.name, players.join(", ")));
    }
    sink.push(
        finding
            .note("each seat is filled by another person, and nobody approves a change of their own")
            .help("ask for fewer, or name more people"),
    );
}

fn names(policy: &Policy, roles: &BTreeSet<Id<Role>>) -> String {
    roles.iter().map(|role| format!("`{}`", policy.roles[*role].name)).collect::<Vec<_>>().join(" and ")
}

fn wanted(seats: &[Seat]) -> usize {
    seats.iter().map(|seat| seat.count as usize).sum()
}

/// Those who play a role: by name or by a team; with a region, only who belongs to a team of it.
fn members(policy: &Policy, role: Id<Role>, region: Option<Id<Region>>) -> BTreeSet<String> {
    let row = &policy.roles[role];
    let by_team = row.teams.iter().flat_map(|team| policy.teams[*team].members.iter());
    let all = row.members.iter().chain(by_team);
    let Some(region) = region else { return all.cloned().collect() };
    let there = |team: &Team| team.regions.is_empty() || team.regions.contains(&region);
    all.filter(|person| policy.teams.rows().iter().any(|team| there(team) && team.members.contains(*person)))
        .cloned()
        .collect()
}

/// How many seats can be filled at once, each by another person (augmenting paths).
fn filled(policy: &Policy, seats: &[Seat], region: Option<Id<Region>>) -> usize {
    let mut eligible: Vec<BTreeSet<String>> = Vec::new();
    for seat in seats {
        let region = region.filter(|_| seat.in_region);
        let people: BTreeSet<String> =
            seat.roles.iter().flat_map(|role| members(policy, *role, region)).collect();
        eligible.extend(std::iter::repeat_n(people, seat.count as usize));
    }
    let mut seated: BTreeMap<&str, usize> = BTreeMap::new();
    (0..eligible.len()).filter(|seat| find_place(*seat, &eligible, &mut seated, &mut BTreeSet::new())).count()
}

fn find_place<'p>(
    seat: usize,
    eligible: &'p [BTreeSet<String>],
    seated: &mut BTreeMap<&'p str, usize>,
    tried: &mut BTreeSet<&'p str>,
) -> bool {
    for person in eligible.get(seat).into_iter().flatten() {
        if !tried.insert(person) {
            continue;
        }
        let moves = match seated.get(person.as_str()).copied() {
            None => true,
            Some(other) => find_place(other, eligible, seated, tried),
        };
        if moves {
            seated.insert(person, seat);
            return true;
        }
    }
    false
}

/// Every place where seats are asked for.
fn asked(policy: &Policy) -> Vec<&Seats> {
    let mut found: Vec<&Seats> = Vec::new();
    for tier in policy.tiers.rows() {
        tier.requirements.iter().for_each(|requirement| within(&requirement.condition, &mut found));
    }
    for (ruling, _) in policy.kinds.rows().iter().flat_map(|kind| &kind.rulings) {
        if let Ruling::Admit { when } = ruling {
            within(when, &mut found);
        }
    }
    found.extend(policy.approvals.rows().iter().map(|approval| &approval.seats));
    found.extend(policy.exceptions.rows().iter().filter_map(|exception| exception.approve.as_ref()));
    for way in policy.break_glass.rows() {
        found.push(&way.by);
        found.extend(way.escalation.iter().map(|step| &step.seats));
        way.requires.iter().for_each(|(condition, ..)| within(condition, &mut found));
    }
    found.extend(policy.classify.iter().filter_map(|classify| classify.lower_by.as_ref()));
    found
}

fn within<'p>(condition: &'p Condition, found: &mut Vec<&'p Seats>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| within(part, found)),
        Condition::Not(part) => within(part, found),
        Condition::Approved(seats) => found.push(seats),
        _ => {}
    }
}
