//! Conditions asked of a change: three-valued, with what would make them true.

use super::facts::Facts;
use super::people::{People, Where};
use super::truth::Truth;
use super::{FactState, Filled, Need, Verdict};
use crate::calendar::Instant;
use crate::policy::{ApprovalRule, Condition, Fact, FactSource, Id, Operator, Policy, Seats, Tier, Value};

/// Everything a condition can be asked about.
pub(super) struct Asker<'a> {
    pub policy: &'a Policy,
    pub people: People<'a>,
    pub facts: Facts<'a>,
}

impl Asker<'_> {
    /// What a condition says.
    pub fn truth(&self, condition: &Condition, tier: Option<Id<Tier>>, region: Where, at: Instant) -> Truth {
        let ask = |condition: &Condition| self.truth(condition, tier, region, at);
        match condition {
            Condition::All(parts) => Truth::all(parts.iter().map(ask)),
            Condition::Any(parts) => Truth::any(parts.iter().map(ask)),
            Condition::Not(part) => ask(part).negate(),
            Condition::Holds(fact, _) => self.fact(*fact, at, |value| *value == Value::Bool(true)),
            Condition::Compare(fact, operator, bar, _) => {
                let kind = &self.policy.facts[*fact].kind;
                self.fact(*fact, at, |value| kind.compares(value, *operator, bar))
            }
            Condition::Sustained(fact, operator, bar, length, _) => {
                let kind = &self.policy.facts[*fact].kind;
                self.facts
                    .sustained(*fact, &self.people, at, *length, |value| kind.compares(value, *operator, bar))
            }
            Condition::OneOf(fact, values, _) => self.fact(*fact, at, |value| values.contains(value)),
            Condition::Approved(seats) => self.people.truth(seats, None, region, at),
            Condition::Approval(rule, _) => {
                let rule = &self.policy.approvals[*rule];
                self.people.truth(&rule.seats, Some(rule), region, at)
            }
            Condition::TierIn(tiers, _) => {
                let is_in = tier.is_some_and(|tier| tiers.contains(&tier));
                Truth::known(is_in.into(), Instant::MAX)
            }
        }
    }

    fn fact(&self, fact: Id<Fact>, at: Instant, holds: impl Fn(&Value) -> bool) -> Truth {
        let now = self.facts.now(fact, &self.people, at);
        match now.value {
            Ok(value) => Truth::known(holds(value).into(), now.until),
            Err(_) => Truth::until(Verdict::Pending, now.until),
        }
    }

    /// What would make a condition that is not true become so.
    pub fn needs(
        &self,
        condition: &Condition,
        tier: Option<Id<Tier>>,
        region: Where,
        at: Instant,
    ) -> Vec<Need> {
        let mut needs = Vec::new();
        self.collect(condition, Sense::Wanted, tier, region, at, &mut needs);
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    /// Who fills which seats of a condition.
    pub fn filled(&self, condition: &Condition, region: Where, at: Instant) -> Vec<Filled> {
        let mut filled = Vec::new();
        for_each_seats(self.policy, condition, &mut |seats, rule| {
            filled.extend(self.people.seats(seats, rule, region, at).0);
        });
        filled.sort_unstable();
        filled.dedup();
        filled
    }

    fn collect(
        &self,
        condition: &Condition,
        sense: Sense,
        tier: Option<Id<Tier>>,
        region: Where,
        at: Instant,
        needs: &mut Vec<Need>,
    ) {
        let truth = self.truth(condition, tier, region, at);
        if (match sense {
            Sense::Wanted => truth,
            Sense::Unwanted => truth.negate(),
        })
        .verdict
            == Verdict::Allow
        {
            return;
        }
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                for part in parts {
                    self.collect(part, sense, tier, region, at, needs);
                }
            }
            Condition::Not(part) => self.collect(part, sense.turned(), tier, region, at, needs),
            Condition::Holds(fact, _)
            | Condition::Compare(fact, ..)
            | Condition::Sustained(fact, ..)
            | Condition::OneOf(fact, ..) => {
                needs.push(self.evidence_need(*fact, condition, sense, at));
            }
            Condition::Approved(seats) => self.approval_needs(seats, None, sense, region, at, needs),
            Condition::Approval(rule, _) => {
                let rule = &self.policy.approvals[*rule];
                self.approval_needs(&rule.seats, Some(rule), sense, region, at, needs);
            }
            Condition::TierIn(tiers, _) => {
                let is_wanted = |id: &Id<Tier>| tiers.contains(id) == (sense == Sense::Wanted);
                let names = self.policy.tiers.ids().filter(is_wanted);
                needs.push(Need::OtherTier {
                    tiers: names.map(|id| self.policy.tiers[id].name.clone()).collect(),
                });
            }
        }
    }

    fn evidence_need(&self, fact: Id<Fact>, condition: &Condition, sense: Sense, at: Instant) -> Need {
        let declared = &self.policy.facts[fact];
        let text = describe(self.policy, condition);
        Need::Evidence {
            fact: declared.name.clone(),
            text: match sense {
                Sense::Wanted => text,
                Sense::Unwanted => format!("not {text}"),
            },
            sources: declared.sources.iter().map(|source| self.source_name(source)).collect(),
            state: match self.facts.now(fact, &self.people, at).value {
                Ok(_) => FactState::Known,
                Err(state) => state,
            },
        }
    }

    fn source_name(&self, source: &FactSource) -> String {
        match source {
            FactSource::Ci => "ci".to_owned(),
            FactSource::Label(None) => "label".to_owned(),
            FactSource::Label(Some(role)) => format!("label by {}", self.policy.roles[*role].name),
            FactSource::Review => "review".to_owned(),
            FactSource::Json { file, pointer } => format!("json {file:?} at {pointer:?}"),
            FactSource::Operator => "operator".to_owned(),
        }
    }

    fn approval_needs(
        &self,
        seats: &Seats,
        rule: Option<&ApprovalRule>,
        sense: Sense,
        region: Where,
        at: Instant,
        needs: &mut Vec<Need>,
    ) {
        if sense == Sense::Unwanted {
            return;
        }
        let objectors = self.people.objectors(seats, region, at);
        needs.extend(objectors.into_iter().map(|person| Need::Withdrawal { person: person.to_owned() }));
        let (_, open) = self.people.seats(seats, rule, region, at);
        if !open.is_empty() {
            needs.push(Need::Approvals { name: rule.map(|rule| rule.name.clone()), seats: open });
        }
        needs.extend(self.people.rotas_wanted(seats, at));
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sense {
    Wanted,
    Unwanted,
}

impl Sense {
    fn turned(self) -> Self {
        match self {
            Self::Wanted => Self::Unwanted,
            Self::Unwanted => Self::Wanted,
        }
    }
}

/// Visits every group of seats that a condition asks for.
pub(super) fn for_each_seats<'p>(
    policy: &'p Policy,
    condition: &'p Condition,
    visit: &mut impl FnMut(&'p Seats, Option<&'p ApprovalRule>),
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                for_each_seats(policy, part, visit);
            }
        }
        Condition::Not(part) => for_each_seats(policy, part, visit),
        Condition::Approved(seats) => visit(seats, None),
        Condition::Approval(rule, _) => {
            let rule = &policy.approvals[*rule];
            visit(&rule.seats, Some(rule));
        }
        Condition::Holds(..)
        | Condition::Compare(..)
        | Condition::Sustained(..)
        | Condition::OneOf(..)
        | Condition::TierIn(..) => {}
    }
}

/// Whether a condition can say different things in different regions at one instant.
pub(super) fn depends_on_region(policy: &Policy, condition: &Condition) -> bool {
    let mut depends = false;
    for_each_seats(policy, condition, &mut |seats, _| {
        depends |= seats.seats.iter().any(|seat| seat.in_region)
    });
    depends
}

/// The atom in the words of a policy.
fn describe(policy: &Policy, condition: &Condition) -> String {
    match condition {
        Condition::Compare(fact, operator, bar, _) | Condition::Sustained(fact, operator, bar, ..) => {
            let sign = match operator {
                Operator::Equal => "==",
                Operator::NotEqual => "!=",
                Operator::Less => "<",
                Operator::LessOrEqual => "<=",
                Operator::Greater => ">",
                Operator::GreaterOrEqual => ">=",
            };
            let spell = match condition {
                Condition::Sustained(.., length, _) => format!(" for {length}"),
                _ => String::new(),
            };
            format!("{} {sign} {bar}{spell}", policy.facts[*fact].name)
        }
        Condition::OneOf(fact, values, _) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("{} in [{}]", policy.facts[*fact].name, values.join(", "))
        }
        Condition::Holds(fact, _) => policy.facts[*fact].name.clone(),
        _ => String::new(),
    }
}
