//! What a policy says that may keep a release from being earlier, rule by rule, and the policy without one of these.

use super::{Ask, Held, Hours, Scope, lanes};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{Condition, FreezeKind, Id, Policy, Reaction, Region, Release, Ruling, Tier, Window};
use std::collections::BTreeSet;

/// A rule that a release keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A window.
    Window(Id<Window>),
    /// The hours of a kind: all of its `only` windows together.
    Hours(Id<FreezeKind>),
    /// A region is entered in its off-peak hours.
    OffPeak(Id<Region>),
    /// A requirement of the tier that asks for approvals, by its position.
    Approval(Id<Tier>, usize),
    /// What the rollout does when a freeze of a kind begins half-way.
    OnFreeze(Id<FreezeKind>),
    /// Another release comes first.
    After(Id<Release>),
    /// How long one step must be healthy before the next.
    Soak,
}

/// Every rule that a release meets within a span; each other one can go without the release being earlier for it.
pub fn hindrances(policy: &Policy, id: Id<Release>, asks: &[Ask], hours: Hours, span: Interval) -> Vec<Rule> {
    let release = &policy.releases[id];
    let mut rules: BTreeSet<Rule> = BTreeSet::new();
    let regions: BTreeSet<Id<Region>> = asks.iter().flat_map(|ask| ask.regions.iter().copied()).collect();
    let everywhere = asks.iter().any(|ask| ask.regions.is_empty());
    let reached = if everywhere { Vec::new() } else { regions.into_iter().collect() };
    let scope = Scope { regions: reached, components: Vec::new() };
    let around = Interval::new(span.start, span.end.plus(Elapsed::seconds(1)));
    let rule = |held: &Held| {
        if held.is_outside { Rule::Hours(held.kind) } else { Rule::Window(held.window) }
    };
    rules.extend(lanes(policy, &scope, around).iter().flat_map(|lane| &lane.held).map(rule));
    let follows = policy.windows.iter().filter(|(_, window)| window.follows.is_some());
    rules.extend(follows.map(|(id, _)| Rule::Window(id)));
    if let Some(pipeline) = release.by {
        let answers = policy.pipelines[pipeline].on_freeze.iter();
        let goes_back = answers.filter(|answer| answer.reaction != Reaction::Pause);
        rules.extend(goes_back.flat_map(|answer| match answer.kind {
            Some(kind) => vec![Rule::OnFreeze(kind)],
            None => policy.kinds.ids().map(Rule::OnFreeze).collect(),
        }));
    }
    if hours == Hours::OffPeak {
        let entered = asks.iter().flat_map(|ask| &ask.enters).copied();
        rules.extend(entered.filter(|region| policy.regions[*region].off_peak.is_some()).map(Rule::OffPeak));
    }
    let required = policy.tiers[release.tier].requirements.iter().enumerate();
    let approved = required.filter(|(_, requirement)| asks_people(&requirement.condition));
    rules.extend(approved.map(|(position, _)| Rule::Approval(release.tier, position)));
    rules.extend(release.after.iter().copied().map(Rule::After));
    rules.extend(release.soak.map(|_| Rule::Soak));
    rules.into_iter().collect()
}

/// The policy in which a release need not keep a rule.
pub fn without(policy: &Policy, id: Id<Release>, rule: Rule) -> Policy {
    let mut open = policy.clone();
    match rule {
        Rule::Window(window) => warn_only(&mut open, window),
        Rule::Hours(kind) => {
            let hours = policy.windows.iter().filter(|(_, window)| window.only && window.kind == kind);
            hours.for_each(|(window, _)| warn_only(&mut open, window));
        }
        Rule::OffPeak(region) => {
            if let Some(region) = open.regions.get_mut(region) {
                region.off_peak = None;
            }
        }
        Rule::Approval(tier, position) => {
            if let Some(tier) = open.tiers.get_mut(tier)
                && position < tier.requirements.len()
            {
                tier.requirements.remove(position);
            }
        }
        Rule::OnFreeze(kind) => {
            let pipeline = policy.releases[id].by.and_then(|pipeline| open.pipelines.get_mut(pipeline));
            if let Some(pipeline) = pipeline
                && let Some(known) = pipeline.on_freeze.first().cloned()
            {
                let pause = crate::policy::FreezeAnswer {
                    kind: Some(kind),
                    from_traffic: None,
                    reaction: Reaction::Pause,
                    origin: known.origin,
                };
                pipeline.on_freeze.insert(0, pause);
            }
        }
        Rule::After(before) => {
            if let Some(release) = open.releases.get_mut(id) {
                release.after.retain(|other| *other != before);
            }
        }
        Rule::Soak => {
            if let Some(release) = open.releases.get_mut(id) {
                release.soak = None;
            }
        }
    }
    open
}

/// A window that is recorded and never blocks.
fn warn_only(policy: &mut Policy, window: Id<Window>) {
    if let Some(window) = policy.windows.get_mut(window) {
        window.warn_until = Some(Instant::MAX);
    }
}

/// Whether a condition asks for approvals.
fn asks_people(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().any(asks_people),
        Condition::Not(part) => asks_people(part),
        Condition::Approved(_) | Condition::Approval(..) => true,
        _ => false,
    }
}

impl Rule {
    /// Whether an exception may lift it for a release's tier.
    pub fn is_liftable(self, policy: &Policy, id: Id<Release>) -> bool {
        let tier = policy.releases[id].tier;
        let Self::Window(window) = self else { return false };
        matches!(policy.kinds[policy.windows[window].kind].ruling(tier), Some(Ruling::Except))
    }
}
