//! Checks asked of a trace, three-valued; bars that must be so for a while are watched.

use super::Assumptions;
use super::event::Seen;
use super::reading::Asking;
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Bar, Bound, Check, Condition, NoData, Policy};
use serde::Serialize;

/// What a check says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Truth {
    /// It is not so.
    No,
    /// That is not known, or not so for long enough.
    Unknown,
    /// It is so.
    Yes,
}

impl Truth {
    fn negate(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Unknown => Self::Unknown,
            Self::Yes => Self::No,
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

/// Whether a check is wanted, as a gate's, or feared, as a trigger's: where there is no data, bad is one or the other. What is told
/// of a rollout is neither: it is so where it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    Wanted,
    Feared,
    Told,
}

impl Sense {
    fn turned(self) -> Self {
        match self {
            Self::Wanted => Self::Feared,
            Self::Feared => Self::Wanted,
            Self::Told => Self::Told,
        }
    }

    /// How a gate is asked by a check that is asked so.
    fn of_gate(self) -> Self {
        match self {
            Self::Told => Self::Wanted,
            other => other,
        }
    }
}

/// Since when each bar of some checks is as it must be, in the order the bars are met.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Watch {
    since: Vec<Option<Instant>>,
    met: usize,
}

impl Watch {
    /// Whether no bar has been as it must be since this instant or before.
    pub fn is_idle(&self, begun: Instant) -> bool {
        self.since.iter().all(|since| since.is_none_or(|since| since > begun))
    }
}

/// What a check said, since when where it is so, and what it saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub truth: Truth,
    pub since: Instant,
    pub seen: Vec<Seen>,
}

/// Asks all of these at one instant, and keeps the watch.
pub(super) fn ask_all<'c>(
    asking: &Asking<'_>,
    assumed: &Assumptions,
    sense: Sense,
    checks: impl IntoIterator<Item = &'c Check>,
    watch: &mut Watch,
) -> Vec<Answer> {
    watch.met = 0;
    let mut asker = Asker { asking, assumed, watch, depth: 0 };
    checks.into_iter().map(|check| asker.answer(check, sense)).collect()
}

/// Visits every bar of a check, those of the gates it names too.
pub fn bars<'c>(policy: &'c Policy, check: &'c Check, visit: &mut dyn FnMut(&'c Bar)) {
    bars_below(policy, check, 0, visit);
}

fn bars_below<'c>(policy: &'c Policy, check: &'c Check, depth: usize, visit: &mut dyn FnMut(&'c Bar)) {
    match check {
        Check::All(parts) | Check::Any(parts) => {
            parts.iter().for_each(|part| bars_below(policy, part, depth, visit));
        }
        Check::Not(part) => bars_below(policy, part, depth, visit),
        Check::Bar(bar) => visit(bar),
        Check::Gate(gate, _) if depth < DEEPEST => {
            for bound in &policy.gates[*gate].requires {
                bars_below(policy, &bound.check, depth + 1, visit);
            }
        }
        Check::Gate(..) | Check::Evidence(_) | Check::Probe(..) => {}
    }
}

/// The first instant behind now at which a check may say something else.
pub(super) fn turns<'c>(
    asking: &Asking<'_>,
    checks: impl IntoIterator<Item = &'c Check>,
    watch: &Watch,
) -> Instant {
    let mut next = Instant::MAX;
    let mut met = 0;
    for check in checks {
        bars(asking.policy, check, &mut |bar| {
            next = next.min(asking.turns(bar));
            let since = watch.since.get(met).copied().flatten();
            met += 1;
            if let (Some(since), Some(sustained)) = (since, bar.sustained) {
                let counts = since.plus(sustained);
                if counts > asking.at {
                    next = next.min(counts);
                }
            }
        });
    }
    next
}

/// Gates that name gates are followed so far; a policy has no cycle of them.
const DEEPEST: usize = 64;

struct Asker<'q, 'a> {
    asking: &'q Asking<'a>,
    assumed: &'q Assumptions,
    watch: &'q mut Watch,
    depth: usize,
}

impl Asker<'_, '_> {
    fn answer(&mut self, check: &Check, sense: Sense) -> Answer {
        let now = self.asking.at;
        match check {
            Check::All(parts) => {
                let answers = parts.iter().map(|part| self.answer(part, sense)).collect();
                fold(answers, now, Truth::Yes, |all, part| (all.0.min(part.0), all.1.max(part.1)))
            }
            Check::Any(parts) => {
                let answers = parts.iter().map(|part| self.answer(part, sense)).collect();
                fold(answers, now, Truth::No, |any, part| match (any.0, part.0) {
                    (Truth::Yes, Truth::Yes) => (Truth::Yes, any.1.min(part.1)),
                    _ => any.max(part),
                })
            }
            Check::Not(part) => {
                let answer = self.answer(part, sense.turned());
                Answer { truth: answer.truth.negate(), since: now, ..answer }
            }
            Check::Bar(bar) => self.bar(bar, sense),
            Check::Evidence(condition) => {
                let truth = is_given(self.asking.policy, self.assumed, condition).into();
                Answer { truth, since: now, seen: Vec::new() }
            }
            Check::Probe(name, _) => {
                let truth = Truth::from(!self.assumed.denied.contains(name));
                let seen = Seen { text: format!("probe {name:?}"), value: None, limit: None, answer: truth };
                Answer { truth, since: now, seen: vec![seen] }
            }
            Check::Gate(gate, _) if self.depth < DEEPEST => {
                self.depth += 1;
                let requires = &self.asking.policy.gates[*gate].requires;
                let sense = sense.of_gate();
                let answers = requires.iter().map(|bound| self.answer(&bound.check, sense)).collect();
                self.depth -= 1;
                fold(answers, now, Truth::Yes, |all, part| (all.0.min(part.0), all.1.max(part.1)))
            }
            Check::Gate(..) => Answer { truth: Truth::Unknown, since: now, seen: Vec::new() },
        }
    }

    fn bar(&mut self, bar: &Bar, sense: Sense) -> Answer {
        let asking = self.asking;
        let reading = asking.read(bar);
        let plain = match reading.holds(bar.operator) {
            Some(holds) => holds.into(),
            None => absent(asking.policy.metrics[bar.metric].no_data, sense),
        };
        let place = self.watch.met;
        self.watch.met += 1;
        if self.watch.since.len() <= place {
            self.watch.since.resize(place + 1, None);
        }
        let mut since = None;
        if let Some(held) = self.watch.since.get_mut(place) {
            *held = if plain == Truth::Yes { held.or(Some(asking.at)) } else { None };
            since = *held;
        }
        let since = since.unwrap_or(asking.at);
        let lasted = asking.at.since(since);
        let truth = match plain {
            Truth::Yes if lasted < bar.sustained.unwrap_or(Elapsed::ZERO) => Truth::Unknown,
            plain => plain,
        };
        let show = |amount| asking.show(bar.metric, amount);
        let seen = Seen {
            text: bar.text.clone(),
            value: reading.value.map(show),
            limit: reading.limit.map(show),
            answer: truth,
        };
        Answer { truth, since, seen: vec![seen] }
    }
}

/// What evidence says: everything is so but what is denied.
pub(super) fn is_given(policy: &Policy, assumed: &Assumptions, condition: &Condition) -> bool {
    let is_named = |name: &str| !assumed.denied.contains(name);
    match condition {
        Condition::All(parts) => parts.iter().all(|part| is_given(policy, assumed, part)),
        Condition::Any(parts) => parts.iter().any(|part| is_given(policy, assumed, part)),
        Condition::Not(part) => !is_given(policy, assumed, part),
        Condition::Holds(fact, _)
        | Condition::Compare(fact, ..)
        | Condition::Sustained(fact, ..)
        | Condition::OneOf(fact, ..) => is_named(&policy.facts[*fact].name),
        Condition::Approved(_) => true,
        Condition::Approval(rule, _) => is_named(&policy.approvals[*rule].name),
        Condition::TierIn(tiers, _) => assumed.tier.is_some_and(|tier| tiers.contains(&tier)),
    }
}

/// What a bar says where there is no data.
fn absent(no_data: NoData, sense: Sense) -> Truth {
    match (no_data, sense) {
        (NoData::Hold, _) | (_, Sense::Told) => Truth::Unknown,
        (NoData::Fail, Sense::Wanted) | (NoData::Pass, Sense::Feared) => Truth::No,
        (NoData::Fail, Sense::Feared) | (NoData::Pass, Sense::Wanted) => Truth::Yes,
    }
}

fn fold(
    answers: Vec<Answer>,
    now: Instant,
    none: Truth,
    add: impl Fn((Truth, Instant), (Truth, Instant)) -> (Truth, Instant),
) -> Answer {
    let parts = answers.iter().map(|answer| (answer.truth, answer.since));
    let (truth, since) = parts.reduce(add).unwrap_or((none, now));
    Answer { truth, since, seen: answers.into_iter().flat_map(|answer| answer.seen).collect() }
}

/// Whether any bar of these reads a metric.
pub(super) fn measures<'c>(policy: &'c Policy, checks: impl IntoIterator<Item = &'c Bound>) -> bool {
    let mut found = false;
    for bound in checks {
        bars(policy, &bound.check, &mut |_| found = true);
    }
    found
}
