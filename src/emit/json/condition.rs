//! Values with their units, and what is asked of evidence, people and measurements, as trees that a reader can walk.

use super::{elapsed, names};
use crate::policy::{
    Aggregate, Bar, Bound, Check, Condition, Limit, Party, Policy, Role, Seat, Seats, Value as Amount,
};
use serde_json::{Value, json};

/// A value, in an object whose one field says its unit. Decimals are text: a reader's binary fractions are not ours.
pub(super) fn value(value: &Amount) -> Value {
    match value {
        Amount::Bool(value) => json!({ "bool": value }),
        Amount::Number(value) => json!({ "number": value.normalize().to_string() }),
        Amount::Ratio(value) => json!({ "ratio": value.normalize().to_string() }),
        Amount::Points(value) => json!({ "ratio_points": value.normalize().to_string() }),
        Amount::Rate(value) => json!({ "per_second": value.normalize().to_string() }),
        Amount::Money(value) => json!({ "dollars": value.normalize().to_string() }),
        Amount::Duration(value) => elapsed(*value),
        Amount::Milliseconds(value) => json!({ "milliseconds": value }),
        Amount::Instant(value) => json!({ "instant": value.to_string() }),
        Amount::Choice(value) => json!({ "choice": value }),
        Amount::Text(value) => json!({ "text": value }),
    }
}

/// Who answers for something, in an object whose one field says what they are.
pub(super) fn party(policy: &Policy, party: &Party) -> Value {
    match party {
        Party::Role(role) => json!({ "role": policy.roles[*role].name }),
        Party::Team(team) => json!({ "team": policy.teams[*team].name }),
        Party::Person(person) => json!({ "person": person }),
    }
}

/// Seats, each to be filled by another person.
pub(super) fn seats(policy: &Policy, seats: &Seats) -> Value {
    let seat = |seat: &Seat| {
        let roles = names::<Role>(&policy.roles, seat.roles.iter().copied());
        json!({ "count": seat.count, "roles": roles, "in_region": seat.in_region })
    };
    seats.seats.iter().map(seat).collect()
}

/// What evidence and approvals must say.
pub(super) fn condition(policy: &Policy, asked: &Condition) -> Value {
    let all = |parts: &[Condition]| parts.iter().map(|part| condition(policy, part)).collect::<Vec<_>>();
    match asked {
        Condition::All(parts) => json!({ "all": all(parts) }),
        Condition::Any(parts) => json!({ "any": all(parts) }),
        Condition::Not(part) => json!({ "not": condition(policy, part) }),
        Condition::Holds(fact, _) => json!({ "fact": policy.facts[*fact].name }),
        Condition::Compare(fact, operator, limit, _) => {
            json!({ "fact": policy.facts[*fact].name, "is": operator.sign(), "value": value(limit) })
        }
        Condition::Sustained(fact, operator, limit, length, _) => json!({
            "fact": policy.facts[*fact].name,
            "is": operator.sign(),
            "value": value(limit),
            "for": elapsed(*length),
        }),
        Condition::OneOf(fact, values, _) => {
            let values: Vec<Value> = values.iter().map(value).collect();
            json!({ "fact": policy.facts[*fact].name, "one_of": values })
        }
        Condition::Approved(asked) => json!({ "approved": seats(policy, asked) }),
        Condition::Approval(approval, _) => json!({ "approval": policy.approvals[*approval].name }),
        Condition::TierIn(tiers, _) => json!({ "tier_in": names(&policy.tiers, tiers.iter().copied()) }),
    }
}

/// A check with the words that say it.
pub(super) fn bound(policy: &Policy, bound: &Bound) -> Value {
    json!({ "text": bound.text, "check": check(policy, &bound.check) })
}

fn check(policy: &Policy, asked: &Check) -> Value {
    let all = |parts: &[Check]| parts.iter().map(|part| check(policy, part)).collect::<Vec<_>>();
    match asked {
        Check::All(parts) => json!({ "all": all(parts) }),
        Check::Any(parts) => json!({ "any": all(parts) }),
        Check::Not(part) => json!({ "not": check(policy, part) }),
        Check::Bar(asked) => bar(policy, asked),
        Check::Evidence(asked) => json!({ "evidence": condition(policy, asked) }),
        Check::Probe(name, _) => json!({ "probe": name }),
        Check::Gate(gate, _) => json!({ "gate": policy.gates[*gate].name }),
    }
}

fn bar(policy: &Policy, bar: &Bar) -> Value {
    let limit = match &bar.limit {
        Limit::Value(limit) => value(limit),
        Limit::Baseline { factor, plus } => json!({
            "baseline": { "factor": factor.normalize().to_string(), "plus": plus.as_ref().map(value) },
        }),
    };
    json!({
        "metric": policy.metrics[bar.metric].name,
        "aggregate": bar.aggregate.map(Aggregate::name),
        "is": bar.operator.sign(),
        "limit": limit,
        "over": bar.over.map(elapsed),
        "for": bar.sustained.map(elapsed),
    })
}
