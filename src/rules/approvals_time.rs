//! Approvals over time: those that end before the rollout they are for, and roles that nobody plays at times.

use super::{Rule, Subject};
use crate::calendar::{Elapsed, Interval, IntervalSet, Place, Weekdays};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{ApprovalRule, Condition, Id, Policy, Role, Validity};
use crate::schedule::{Rollouts, Route};
use std::collections::BTreeSet;

code!(
    pub APPROVAL_ENDS_HALF_WAY,
    Warning,
    "approval-ends-half-way",
    "an approval that must hold throughout and ends before the rollout does"
);
code!(
    pub NOBODY_ON_CALL,
    Warning,
    "nobody-on-call",
    "a role that at times nobody plays, though it may have to break the glass"
);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&APPROVAL_ENDS_HALF_WAY, &NOBODY_ON_CALL], check };

/// How far ahead a rota is looked at: each that turns weekly or monthly has had its turns.
const SPAN: Elapsed = Elapsed::days(63);

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    ends_half_way(subject.policy, sink);
    nobody(subject, sink);
}

fn ends_half_way(policy: &Policy, sink: &mut Sink) {
    if policy.approvals.is_empty() {
        return;
    }
    let rollouts = Rollouts::new(policy);
    for release in policy.releases.rows() {
        let Some(pipeline) = release.by else { continue };
        let mut asked: BTreeSet<Id<ApprovalRule>> = BTreeSet::new();
        for requirement in &policy.tiers[release.tier].requirements {
            approvals(&requirement.condition, &mut asked);
        }
        for approval in asked.iter().map(|id| &policy.approvals[*id]) {
            let Some((valid, Validity::Throughout)) = approval.valid_for else { continue };
            let route = Route { regions: release.region_plan.clone(), soak: release.soak };
            let takes = rollouts.of(pipeline, &route).shortest;
            if takes <= valid {
                continue;
            }
            let message = format!(
                "approval `{}` counts for {} and must hold throughout, and release `{}` takes at least {}",
                approval.name,
                valid.show(),
                release.name,
                takes.show()
            );
            let finding = Diagnostic::new(&APPROVAL_ENDS_HALF_WAY, approval.origin.span, message);
            sink.push(
                finding
                    .also(release.origin.span, "this release asks for it")
                    .also(policy.pipelines[pipeline].origin.span, "this carries it out")
                    .help("let it count for longer, or `at start`"),
            );
        }
    }
}

fn approvals(condition: &Condition, found: &mut BTreeSet<Id<ApprovalRule>>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| approvals(part, found)),
        Condition::Not(part) => approvals(part, found),
        Condition::Approval(id, _) => {
            found.insert(*id);
        }
        _ => {}
    }
}

/// An emergency comes at any hour: whoever may break the glass by a rota must be on it at every one.
fn nobody(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let within = Interval::new(subject.now, subject.now.plus(SPAN)).intersect(policy.horizon);
    let mut seen: BTreeSet<Id<Role>> = BTreeSet::new();
    for way in policy.break_glass.rows() {
        for seat in &way.by.seats {
            // Of several roles another may be there.
            let [role] = seat.roles.as_slice() else { continue };
            let row = &policy.roles[*role];
            let written = row.schedules.iter().all(|id| policy.schedules[*id].source.is_none());
            let by_rota = !row.schedules.is_empty() && row.members.is_empty() && row.teams.is_empty();
            if !by_rota || !written || !seen.insert(*role) {
                continue;
            }
            let Some(hole) = hole(policy, *role, within) else { continue };
            let Some(schedule) = row.schedules.first().map(|id| &policy.schedules[*id]) else { continue };
            let message = format!(
                "nobody plays `{}` {}, and `{}` takes one of them",
                row.name,
                schedule.zone.show_interval(hole, subject.now),
                way.name
            );
            let finding = Diagnostic::new(&NOBODY_ON_CALL, schedule.origin.span, message);
            sink.push(
                finding
                    .also(way.by.origin.span, "this asks for the role at any hour")
                    .help("close the gap in the shifts, or name members who stand in"),
            );
        }
    }
}

/// The first time within which nobody is on call.
fn hole(policy: &Policy, role: Id<Role>, within: Interval) -> Option<Interval> {
    let mut covered = IntervalSet::default();
    for schedule in policy.roles[role].schedules.iter().map(|id| &policy.schedules[*id]) {
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
    covered.complement().within(within).intervals().first().copied()
}
