//! Whom a tier asks before a change of it is merged.

use crate::policy::{Condition, Id, Phase, Policy, Role, Seats, Tier};

/// The seats that a tier asks before a merge whatever else holds, in the order they are written.
pub fn merge_seats(policy: &Policy, tier: Id<Tier>) -> Vec<&Seats> {
    let before = policy.tiers[tier].requirements.iter().filter(|asked| asked.phase == Phase::Merge);
    before.flat_map(|asked| certain(policy, &asked.condition)).collect()
}

fn certain<'p>(policy: &'p Policy, condition: &'p Condition) -> Vec<&'p Seats> {
    match condition {
        Condition::Approved(seats) => vec![seats],
        Condition::Approval(rule, _) => vec![&policy.approvals[*rule].seats],
        Condition::All(parts) => parts.iter().flat_map(|part| certain(policy, part)).collect(),
        _ => Vec::new(),
    }
}

/// The roles that seats ask, each once, in order.
pub fn roles(seats: &[&Seats]) -> Vec<Id<Role>> {
    let mut found = Vec::new();
    for role in seats.iter().flat_map(|seats| &seats.seats).flat_map(|seat| &seat.roles) {
        if !found.contains(role) {
            found.push(*role);
        }
    }
    found
}

/// The roles that a tier asks before a merge.
pub fn asked(policy: &Policy, tier: Id<Tier>) -> Vec<Id<Role>> {
    roles(&merge_seats(policy, tier))
}
