//! Conditions and seats in the words that policies use for them.

use super::{Condition, Operator, Policy, Seats};

impl Condition {
    /// In the words of the policy, whatever it was written like.
    pub fn show(&self, policy: &Policy) -> String {
        let joined = |parts: &[Self], word: &str| {
            let texts: Vec<String> = parts
                .iter()
                .map(|part| match part {
                    Self::All(inner) | Self::Any(inner) if inner.len() > 1 => {
                        format!("({})", part.show(policy))
                    }
                    part => part.show(policy),
                })
                .collect();
            texts.join(word)
        };
        let names = |texts: Vec<String>| texts.join(", ");
        match self {
            Self::All(parts) => joined(parts, " and "),
            Self::Any(parts) => joined(parts, " or "),
            Self::Not(inner) => format!("not ({})", inner.show(policy)),
            Self::Holds(fact, _) => policy.facts[*fact].name.clone(),
            Self::Compare(fact, operator, value, _) => {
                format!("{} {} {value}", policy.facts[*fact].name, operator.sign())
            }
            Self::Sustained(fact, operator, value, length, _) => {
                format!("{} {} {value} for {length}", policy.facts[*fact].name, operator.sign())
            }
            Self::OneOf(fact, values, _) => {
                let values = values.iter().map(ToString::to_string).collect();
                format!("{} in [{}]", policy.facts[*fact].name, names(values))
            }
            Self::Approved(seats) => format!("approved {}", seats.show(policy)),
            Self::Approval(approval, _) => format!("approval {}", policy.approvals[*approval].name),
            Self::TierIn(tiers, _) => {
                let tiers = tiers.iter().map(|tier| policy.tiers[*tier].name.clone()).collect();
                format!("tier in [{}]", names(tiers))
            }
        }
    }
}

impl Seats {
    /// In the words of the policy: `1 of sre-owner and 1 of product-owner`.
    pub fn show(&self, policy: &Policy) -> String {
        let texts = self.seats.iter().map(|seat| {
            let roles: Vec<&str> = seat.roles.iter().map(|role| policy.roles[*role].name.as_str()).collect();
            let roles = match roles.as_slice() {
                [alone] => (*alone).to_owned(),
                several => format!("[{}]", several.join(", ")),
            };
            format!("{} of {roles}{}", seat.count, if seat.in_region { " in region" } else { "" })
        });
        texts.collect::<Vec<_>>().join(" and ")
    }
}

impl Operator {
    /// Its sign, as policies, PromQL and most languages write it.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}
