//! Conditions as people read them, for files that hold no more than their words.

use crate::policy::{Condition, Operator, Party, Policy, Seats};

/// A condition in the words of the policy.
pub(super) fn text(policy: &Policy, condition: &Condition) -> String {
    let joined = |parts: &[Condition], word: &str| {
        let texts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                Condition::All(inner) | Condition::Any(inner) if inner.len() > 1 => {
                    format!("({})", text(policy, part))
                }
                part => text(policy, part),
            })
            .collect();
        texts.join(word)
    };
    let names = |texts: Vec<String>| texts.join(", ");
    match condition {
        Condition::All(parts) => joined(parts, " and "),
        Condition::Any(parts) => joined(parts, " or "),
        Condition::Not(inner) => format!("not ({})", text(policy, inner)),
        Condition::Holds(fact, _) => policy.facts[*fact].name.clone(),
        Condition::Compare(fact, operator, value, _) => {
            format!("{} {} {value}", policy.facts[*fact].name, sign(*operator))
        }
        Condition::Sustained(fact, operator, value, length, _) => {
            format!("{} {} {value} for {length}", policy.facts[*fact].name, sign(*operator))
        }
        Condition::OneOf(fact, values, _) => {
            let values = values.iter().map(ToString::to_string).collect();
            format!("{} in [{}]", policy.facts[*fact].name, names(values))
        }
        Condition::Approved(seats) => format!("approved {}", seats_text(policy, seats)),
        Condition::Approval(approval, _) => format!("approval {}", policy.approvals[*approval].name),
        Condition::TierIn(tiers, _) => {
            let tiers = tiers.iter().map(|tier| policy.tiers[*tier].name.clone()).collect();
            format!("tier in [{}]", names(tiers))
        }
    }
}

/// Seats in the words of the policy: `1 of sre-owner and 1 of product-owner`.
pub(super) fn seats_text(policy: &Policy, seats: &Seats) -> String {
    let texts = seats.seats.iter().map(|seat| {
        let roles: Vec<&str> = seat.roles.iter().map(|role| policy.roles[*role].name.as_str()).collect();
        let roles = match roles.as_slice() {
            [alone] => (*alone).to_owned(),
            several => format!("[{}]", several.join(", ")),
        };
        format!("{} of {roles}{}", seat.count, if seat.in_region { " in region" } else { "" })
    });
    texts.collect::<Vec<_>>().join(" and ")
}

/// The name of whoever answers for something.
pub(super) fn party<'a>(policy: &'a Policy, party: &'a Party) -> &'a str {
    match party {
        Party::Role(role) => &policy.roles[*role].name,
        Party::Team(team) => &policy.teams[*team].name,
        Party::Person(person) => person,
    }
}

/// The sign of a comparison, as policies, PromQL and most languages write it.
pub(super) fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::Equal => "==",
        Operator::NotEqual => "!=",
        Operator::Less => "<",
        Operator::LessOrEqual => "<=",
        Operator::Greater => ">",
        Operator::GreaterOrEqual => ">=",
    }
}
