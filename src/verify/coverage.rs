//! What of a policy its tests exercise: the windows, tiers and rules that were among the reasons of some answer.

use super::TestRun;
use crate::decide::{About, Decision, Note, Reason};
use crate::policy::{Condition, FreezeKind, Id, Origin, Policy, Ruling, Tier};
use std::collections::BTreeSet;

/// Something that decides, and whether a test saw it do so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is: `window`, `tier`.
    pub kind: &'static str,
    /// Its name, or what it says.
    pub name: String,
    /// Where it is written.
    pub origin: Origin,
    /// How many questions it was among the reasons of.
    pub seen: usize,
}

/// Everything that decides, in the order of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Every item.
    pub items: Vec<Item>,
}

impl Coverage {
    /// How many items some test saw.
    pub fn seen(&self) -> usize {
        self.items.iter().filter(|item| item.seen > 0).count()
    }

    /// The share that was seen, in whole percent, rounded down; 100 where there is nothing to see.
    pub fn percent(&self) -> usize {
        (self.seen() * 100).checked_div(self.items.len()).unwrap_or(100)
    }
}

/// What an answer rests on, found again in every decision.
enum Rule {
    Window(String),
    /// A window that opens what its kind closes: seen where it is shut, in a region and a component of its own.
    Only {
        kind: String,
        regions: Option<BTreeSet<String>>,
        components: Option<BTreeSet<String>>,
    },
    Tier(String),
    Ruling(Id<FreezeKind>, Id<Tier>),
    Written(Origin),
    Classified(Origin),
    Exception(String),
    BreakGlass(String),
}

/// What the runs of tests exercised. A kind's ruling counts only where a window has the kind.
pub fn coverage(policy: &Policy, runs: &[TestRun<'_>]) -> Coverage {
    let decisions: Vec<&Decision> =
        runs.iter().flat_map(|run| &run.cases).filter_map(|case| case.decision.as_ref()).collect();
    let seen = |rule: &Rule| decisions.iter().filter(|decision| rests_on(policy, decision, rule)).count();
    let mut items: Vec<Item> = rules(policy)
        .into_iter()
        .map(|(kind, name, origin, rule)| Item { kind, name, origin, seen: seen(&rule) })
        .collect();
    items.extend(approvals(policy, &decisions));
    Coverage { items }
}

fn rules(policy: &Policy) -> Vec<(&'static str, String, Origin, Rule)> {
    let mut found = Vec::new();
    for window in policy.windows.rows() {
        let name = window.name.clone();
        let rule = match window.only {
            false => Rule::Window(name.clone()),
            true => Rule::Only {
                kind: policy.kinds[window.kind].name.clone(),
                regions: window
                    .regions
                    .as_ref()
                    .map(|ids| ids.iter().map(|id| policy.regions[*id].name.clone()).collect()),
                components: window
                    .components
                    .as_ref()
                    .map(|ids| ids.iter().map(|id| policy.components[*id].name.clone()).collect()),
            },
        };
        found.push(("window", name, window.origin, rule));
    }
    for (id, tier) in policy.tiers.iter() {
        found.push(("tier", tier.name.clone(), tier.origin, Rule::Tier(tier.name.clone())));
        for asked in &tier.requirements {
            let name = format!("{} before {}: {}", tier.name, asked.phase.name(), asked.text);
            found.push(("requirement", name, asked.origin, Rule::Written(asked.origin)));
        }
        let used = policy
            .kinds
            .iter()
            .filter(|(kind, _)| policy.windows.rows().iter().any(|window| window.kind == *kind));
        for (kind, freeze) in used {
            if let Some((ruling, origin)) = freeze.rulings.get(id.index()) {
                let word = match ruling {
                    Ruling::Admit { .. } => "admits",
                    Ruling::Except => "excepts",
                    Ruling::Block => "blocks",
                };
                let name = format!("{} {word} {}", freeze.name, tier.name);
                found.push(("ruling", name, *origin, Rule::Ruling(kind, id)));
            }
        }
    }
    if let Some(classify) = &policy.classify {
        for rule in &classify.rules {
            let name = format!("{} by its paths", policy.tiers[rule.tier].name);
            found.push(("classification", name, rule.origin, Rule::Classified(rule.origin)));
        }
        if let Some(tier) = classify.otherwise {
            let name = format!("otherwise {}", policy.tiers[tier].name);
            found.push(("classification", name, classify.origin, Rule::Classified(classify.origin)));
        }
    }
    for exception in policy.exceptions.rows() {
        let rule = Rule::Exception(exception.name.clone());
        found.push(("exception", exception.name.clone(), exception.origin, rule));
    }
    for glass in policy.break_glass.rows() {
        found.push(("break-glass", glass.name.clone(), glass.origin, Rule::BreakGlass(glass.name.clone())));
    }
    found
}

fn rests_on(policy: &Policy, decision: &Decision, rule: &Rule) -> bool {
    let any = |holds: &dyn Fn(&Reason) -> bool| decision.reasons.iter().any(holds);
    let is_tier = |tier: &str| decision.tier.name.as_deref() == Some(tier);
    match rule {
        Rule::Window(name) => any(&|reason| {
            matches!(reason.about, About::Window | About::StaleVendorFeed) && reason.name == *name
        }),
        Rule::Only { kind, regions, components } => any(&|reason| {
            let within = |scope: &Option<BTreeSet<String>>, name: &Option<String>| {
                scope.as_ref().is_none_or(|scope| name.as_ref().is_none_or(|name| scope.contains(name)))
            };
            reason.about == About::OutsideOnly
                && reason.kind.as_deref() == Some(kind)
                && reason
                    .cells
                    .iter()
                    .filter_map(|cell| decision.cells.get(*cell))
                    .any(|cell| within(regions, &cell.region) && within(components, &cell.component))
        }),
        Rule::Tier(name) => is_tier(name),
        Rule::Ruling(kind, tier) => {
            let kind = policy.kinds[*kind].name.as_str();
            is_tier(&policy.tiers[*tier].name)
                && any(&|reason| {
                    matches!(reason.about, About::Window | About::OutsideOnly)
                        && reason.kind.as_deref() == Some(kind)
                })
        }
        Rule::Written(origin) => {
            any(&|reason| reason.about == About::Requirement && reason.origin == Some(*origin))
        }
        Rule::Classified(origin) => {
            decision.tier.classified.as_ref().is_some_and(|found| found.origin == Some(*origin))
        }
        Rule::Exception(name) => decision
            .notes
            .iter()
            .any(|note| matches!(note, Note::ExceptionUsed { name: used } if used == name)),
        Rule::BreakGlass(name) => any(&|reason| reason.about == About::BreakGlass && reason.name == *name),
    }
}

/// Named approvals: seen where something that asks for them was.
fn approvals(policy: &Policy, decisions: &[&Decision]) -> Vec<Item> {
    let rows = policy.approvals.iter().map(|(id, approval)| {
        let mut asking = Vec::new();
        for (tier_id, tier) in policy.tiers.iter() {
            let requirements = tier.requirements.iter().filter(|asked| asks_for(&asked.condition, id));
            asking.extend(requirements.map(|asked| Rule::Written(asked.origin)));
            asking.extend(policy.kinds.iter().filter_map(|(kind, freeze)| match freeze.ruling(tier_id) {
                Some(Ruling::Admit { when }) if asks_for(when, id) => Some(Rule::Ruling(kind, tier_id)),
                _ => None,
            }));
        }
        let glasses = policy.break_glass.rows().iter();
        let glasses =
            glasses.filter(|glass| glass.requires.iter().any(|(condition, ..)| asks_for(condition, id)));
        asking.extend(glasses.map(|glass| Rule::BreakGlass(glass.name.clone())));
        let seen =
            decisions.iter().filter(|decision| asking.iter().any(|rule| rests_on(policy, decision, rule)));
        Item { kind: "approval", name: approval.name.clone(), origin: approval.origin, seen: seen.count() }
    });
    rows.collect()
}

fn asks_for(condition: &Condition, approval: Id<crate::policy::ApprovalRule>) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| asks_for(part, approval)),
        Condition::Not(inner) => asks_for(inner, approval),
        Condition::Approval(id, _) => *id == approval,
        _ => false,
    }
}
