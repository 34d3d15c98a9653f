//! A test's question as the decision takes it.

use super::replay::given;
use crate::calendar::{Elapsed, Instant};
use crate::decide::{
    Approval, ApprovalState, BreakGlassUse, Change, Context, Earlier, Evidence, EvidenceSource, Intent,
    StatedTier,
};
use crate::policy::{Fact, FactSource, Id, Policy, Request, Role, Shift, Value};

/// The change that a request describes, and the circumstances it is asked in.
pub(super) fn of(policy: &Policy, request: &Request, at: Instant) -> (Change, Context) {
    let mut context = Context::at(at);
    let mut change = Change {
        tier: request.tier.map(|tier| StatedTier { name: policy.tiers[tier].name.clone(), by: None }),
        action: request.action,
        phase: request.phase,
        environment: request.environment.map(|id| policy.environments[id].name.clone()),
        regions: request.regions.iter().map(|id| policy.regions[*id].name.clone()).collect(),
        components: request.components.iter().map(|id| policy.components[*id].name.clone()).collect(),
        service: request.service.map(|id| policy.services[id].name.clone()),
        release: request.release.map(|id| policy.releases[id].name.clone()),
        paths: request.paths.clone(),
        authors: request.authors.clone(),
        evidence: request.facts.iter().map(|(fact, value)| evidence(policy, fact, value, at)).collect(),
        ..Change::default()
    };
    if let Some((lever, to)) = &request.rollback {
        change.intent = Intent::Rollback { lever: lever.clone(), to: to.clone() };
        let before = at.minus(Elapsed::days(1));
        let release = Some(to.clone());
        context.earlier.push(Earlier { at: before, allowed: true, release, commit: None });
    }
    if let Some(flag) = request.kill {
        change.intent = Intent::Kill { flag: policy.flags[flag].name.clone() };
    }
    change.break_glass = request.break_glass.as_ref().map(|(glass, by)| BreakGlassUse {
        name: policy.break_glass[*glass].name.clone(),
        by: approver(policy, &change, by),
        asked_at: Some(at),
        reason: None,
    });
    for name in &request.approved_by {
        let person = approver(policy, &change, name);
        let state = ApprovalState::Approved;
        let given_at = Some(at);
        change.approvals.push(Approval {
            person,
            commit: None,
            patch: None,
            given_at,
            state,
            dismissed: false,
        });
    }
    (change, context)
}

/// The assertion as one who may make it would.
pub(super) fn evidence(policy: &Policy, name: &str, value: &Value, at: Instant) -> Evidence {
    let fact = policy.facts.find(name).map(|id| &policy.facts[id]);
    let (source, actor) = fact.map_or((EvidenceSource::Operator, None), |fact| source(policy, fact, at));
    Evidence { fact: name.to_owned(), value: given(value), source, actor, observed_at: Some(at) }
}

/// A way in which somebody may assert a fact at an instant, the policy's first: where only a role may set its label, as one who
/// has it then.
pub(super) fn source(policy: &Policy, fact: &Fact, at: Instant) -> (EvidenceSource, Option<String>) {
    let ways = fact.sources.iter().map(|source| match source {
        FactSource::Operator => Some((EvidenceSource::Operator, None)),
        FactSource::Ci => Some((EvidenceSource::Ci, None)),
        FactSource::Review => Some((EvidenceSource::Review, None)),
        FactSource::Label(None) => Some((EvidenceSource::Label, None)),
        FactSource::Label(Some(role)) => {
            Some((EvidenceSource::Label, Some(holder(policy, *role, at)?.to_owned())))
        }
        FactSource::Json { file, pointer } => {
            Some((EvidenceSource::Json { file: file.clone(), pointer: pointer.clone() }, None))
        }
    });
    ways.flatten().next().unwrap_or((EvidenceSource::Operator, None))
}

/// Somebody who has a role at an instant.
fn holder(policy: &Policy, role: Id<Role>, at: Instant) -> Option<&str> {
    let on_call = policy.roles[role].schedules.iter().flat_map(|schedule| {
        let schedule = &policy.schedules[*schedule];
        let place = schedule.place();
        let on_shift = move |shift: &&Shift| shift.when.at(&place, at).is_some();
        schedule.shifts.iter().filter(on_shift).map(|shift| shift.person.as_str())
    });
    members(policy, role).chain(on_call).next()
}

/// A person by that name; for a role, its first member who neither wrote the change nor approved it already.
fn approver(policy: &Policy, change: &Change, name: &str) -> String {
    let Some(role) = policy.roles.find(name) else { return name.to_owned() };
    let is_free = |person: &&str| {
        !change.authors.iter().any(|author| author == person)
            && !change.approvals.iter().any(|given| given.person == **person)
    };
    members(policy, role).find(is_free).unwrap_or(name).to_owned()
}

fn members(policy: &Policy, role: Id<Role>) -> impl Iterator<Item = &str> {
    let role = &policy.roles[role];
    let teams = role.teams.iter().flat_map(|team| &policy.teams[*team].members);
    role.members.iter().chain(teams).map(String::as_str)
}
