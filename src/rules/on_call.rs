//! Roles that nobody plays at times, though they may be needed at any hour: to break the glass, to be paged, to lead an incident, to
//! approve before a stage gives up (language section 6, approvals).

use super::{Rule, Subject};
use crate::calendar::{Elapsed, Interval, IntervalSet, Place, Weekdays};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Act, Id, Party, Policy, Role, Seats};
use crate::source::Span;
use std::collections::{BTreeMap, BTreeSet};

code!(
    pub NOBODY_ON_CALL,
    Warning,
    "nobody-on-call",
    "a role that at times nobody plays, though it may be needed at any hour"
);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&NOBODY_ON_CALL], check };

/// How far ahead a rota is looked at: each that turns weekly or monthly has had its turns.
const SPAN: Elapsed = Elapsed::days(63);

/// A place that needs somebody of these roles.
struct Need {
    span: Span,
    /// What it does with them, as in "`outage` takes one of them".
    what: String,
    /// How long it can wait for somebody to come.
    patience: Elapsed,
}

/// Any one of them is enough.
type Roles = BTreeSet<Id<Role>>;

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let within = Interval::new(subject.now, subject.now.plus(SPAN)).intersect(policy.horizon);
    for (roles, needs) in needs(policy) {
        let Some(patience) = needs.iter().map(|need| need.patience).min() else { continue };
        let holes = holes(policy, &roles, within);
        let Some(hole) = holes.intervals().iter().find(|hole| hole.length() > patience).copied() else {
            continue;
        };
        let schedules = roles.iter().flat_map(|role| &policy.roles[*role].schedules);
        let Some(schedule) = schedules.map(|id| &policy.schedules[*id]).next() else { continue };
        let mut needs = needs.iter().filter(|need| need.patience < hole.length());
        let Some(first) = needs.next() else { continue };
        let names: Vec<String> = roles.iter().map(|role| format!("`{}`", policy.roles[*role].name)).collect();
        let message = format!(
            "nobody plays {} {}, and {}",
            names.join(" or "),
            schedule.zone.show_interval(hole, subject.now),
            first.what
        );
        let finding = Diagnostic::new(&NOBODY_ON_CALL, schedule.origin.span, message)
            .also(first.span, "this may need them then");
        let finding = needs.fold(finding, |finding, need| finding.also(need.span, need.what.clone()));
        sink.push(finding.help("close the gap in the shifts, or name members who stand in"));
    }
}

/// Every place that may need somebody at any hour, by the roles that will do.
fn needs(policy: &Policy) -> BTreeMap<Roles, Vec<Need>> {
    let mut found: BTreeMap<Roles, Vec<Need>> = BTreeMap::new();
    let mut add = |roles: Option<Roles>, span: Span, what: String, patience: Elapsed| {
        if let Some(roles) = roles.filter(|roles| is_by_rota(policy, roles)) {
            found.entry(roles).or_default().push(Need { span, what, patience });
        }
    };
    for way in policy.break_glass.rows() {
        for roles in of_seats(&way.by) {
            add(Some(roles), way.by.origin.span, format!("`{}` takes one of them", way.name), Elapsed::ZERO);
        }
        // Whoever is asked earlier and is not there is followed by the next.
        if let Some((last, patience)) =
            way.escalation.last().and_then(|last| last.within.map(|time| (last, time)))
        {
            for roles in of_seats(&last.seats) {
                add(Some(roles), last.seats.origin.span, format!("`{}` asks them last", way.name), patience);
            }
        }
    }
    for severity in policy.severities.rows() {
        let what = format!("severity `{}` pages them", severity.name);
        add(of_parties(&severity.pages), severity.origin.span, what, Elapsed::ZERO);
    }
    for comms in policy.comms.rows() {
        let patience = comms.first.map_or(Elapsed::ZERO, |(first, _)| first);
        for (part, party) in &comms.parts {
            let what = format!("`{}` has them as {}", comms.name, part.name());
            add(of_parties(std::slice::from_ref(party)), comms.origin.span, what, patience);
        }
    }
    for rollback in policy.rollbacks.rows() {
        for step in rollback.steps.iter().chain(&rollback.finally) {
            let Act::Alert(party) = &step.act else { continue };
            let what = format!("rollback `{}` alerts them", rollback.name);
            add(of_parties(std::slice::from_ref(party)), step.origin.span, what, Elapsed::ZERO);
        }
    }
    for stage in policy.pipelines.rows().iter().flat_map(|pipeline| pipeline.stages.rows()) {
        let (Some(seats), Some((timeout, _))) = (&stage.approve, stage.timeout) else { continue };
        for roles in of_seats(seats) {
            let what = format!("stage `{}` waits {} for their approval", stage.name, timeout.show());
            add(Some(roles), seats.origin.span, what, timeout);
        }
    }
    found
}

/// The roles of each seat.
fn of_seats(seats: &Seats) -> impl Iterator<Item = Roles> + '_ {
    seats.seats.iter().map(|seat| seat.roles.iter().copied().collect())
}

/// The roles among which one is enough; nothing where somebody else is told too.
fn of_parties(parties: &[Party]) -> Option<Roles> {
    let role = |party: &Party| match party {
        Party::Role(role) => Some(*role),
        Party::Team(_) | Party::Person(_) => None,
    };
    parties.iter().map(role).collect::<Option<Roles>>().filter(|roles| !roles.is_empty())
}

/// Whether each of the roles is played by shifts of the policy, and by nobody else. Rotas that are read from a file change
/// without it.
fn is_by_rota(policy: &Policy, roles: &Roles) -> bool {
    roles.iter().map(|role| &policy.roles[*role]).all(|role| {
        let is_written = role.schedules.iter().all(|id| policy.schedules[*id].source.is_none());
        is_written && !role.schedules.is_empty() && role.members.is_empty() && role.teams.is_empty()
    })
}

/// When nobody of these roles is on call.
fn holes(policy: &Policy, roles: &Roles, within: Interval) -> IntervalSet {
    let mut covered = IntervalSet::default();
    let schedules = roles.iter().flat_map(|role| &policy.roles[*role].schedules);
    for schedule in schedules.map(|id| &policy.schedules[*id]) {
        let place = Place {
            zone: schedule.zone,
            weekend: Weekdays::SATURDAY_SUNDAY,
            holidays: Vec::new(),
            extra_workdays: BTreeSet::new(),
        };
        for shift in &schedule.shifts {
            covered = covered.union(&shift.when.active(&place, within));
        }
    }
    covered.complement().within(within)
}
