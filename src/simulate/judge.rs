//! A rollout that is under way, judged by what was measured up to now: whether its gates pass, and whether what sends it back
//! fires. The same checks as in a simulation, asked once.

use super::check::{Sense, Watch, ask_all, turns};
use super::event::Seen;
use super::reading::{Asking, Reach};
use super::trace::Trace;
use super::{Assumptions, Truth};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Bound, Check, Condition, Id, Policy, Region};
use std::collections::BTreeSet;

/// What is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// What was measured.
    pub trace: &'a Trace,
    /// Where the change has traffic; empty means everywhere.
    pub regions: &'a [Id<Region>],
    /// The hold of the stage that asks.
    pub hold: Option<Elapsed>,
    /// Now.
    pub at: Instant,
    /// What no trace says.
    pub assumed: &'a Assumptions,
}

impl Measured<'_> {
    /// Whether what is wanted of a change holds, with what was seen.
    pub fn wanted(&self, check: &Check) -> (Truth, Vec<Seen>) {
        self.judge(check, Sense::Wanted)
    }

    /// Whether what is feared of a change has come, with what was seen.
    pub fn feared(&self, check: &Check) -> (Truth, Vec<Seen>) {
        self.judge(check, Sense::Feared)
    }

    /// The first instant, from `at` until `end`, at which a check is so that became so, or was so already, at `begun` or before: what
    /// was not measured is not so. Bars that must be so for a while are watched from `at` on.
    pub fn first_so(&self, check: &Check, begun: Instant, end: Instant) -> Option<Instant> {
        let reach = Reach((!self.regions.is_empty()).then(|| self.regions.to_vec()));
        let mut watch = Watch::default();
        let mut at = self.at;
        loop {
            let asking =
                Asking { policy: self.policy, trace: self.trace, reach: &reach, hold: self.hold, at };
            let answer = ask_all(&asking, self.assumed, Sense::Told, [check], &mut watch).pop()?;
            if answer.truth == Truth::Yes && answer.since <= begun {
                return Some(at);
            }
            if at > begun && watch.is_idle(begun) {
                return None;
            }
            at = turns(&asking, [check], &watch);
            if at > end {
                return None;
            }
        }
    }

    /// Asks from the first sample on, so that a bar which must be so for a while is seen to have been.
    fn judge(&self, check: &Check, sense: Sense) -> (Truth, Vec<Seen>) {
        let reach = Reach((!self.regions.is_empty()).then(|| self.regions.to_vec()));
        let mut watch = Watch::default();
        let mut at = self.trace.start().unwrap_or(self.at).min(self.at);
        loop {
            let asking =
                Asking { policy: self.policy, trace: self.trace, reach: &reach, hold: self.hold, at };
            let answers = ask_all(&asking, self.assumed, sense, [check], &mut watch);
            if at == self.at {
                let mut answers = answers.into_iter();
                return answers
                    .next()
                    .map_or((Truth::Unknown, Vec::new()), |answer| (answer.truth, answer.seen));
            }
            at = turns(&asking, [check], &watch).min(self.at);
        }
    }
}

/// What checks ask besides metrics: facts, approval rules and probes, by name.
pub fn asked_of_people<'p>(
    policy: &'p Policy,
    checks: impl IntoIterator<Item = &'p Bound>,
) -> BTreeSet<&'p str> {
    let mut found = BTreeSet::new();
    let mut gates = BTreeSet::new();
    let mut open: Vec<&Check> = checks.into_iter().map(|bound| &bound.check).collect();
    while let Some(check) = open.pop() {
        match check {
            Check::All(parts) | Check::Any(parts) => open.extend(parts),
            Check::Not(part) => open.push(part),
            Check::Bar(_) => {}
            Check::Evidence(condition) => evidence(policy, condition, &mut found),
            Check::Probe(name, _) => {
                found.insert(name);
            }
            Check::Gate(gate, _) if gates.insert(*gate) => {
                open.extend(policy.gates[*gate].requires.iter().map(|bound| &bound.check));
            }
            Check::Gate(..) => {}
        }
    }
    found
}

fn evidence<'p>(policy: &'p Policy, condition: &'p Condition, found: &mut BTreeSet<&'p str>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| evidence(policy, part, found));
        }
        Condition::Not(part) => evidence(policy, part, found),
        Condition::Holds(fact, _)
        | Condition::Compare(fact, ..)
        | Condition::Sustained(fact, ..)
        | Condition::OneOf(fact, ..) => {
            found.insert(&policy.facts[*fact].name);
        }
        Condition::Approval(rule, _) => {
            found.insert(&policy.approvals[*rule].name);
        }
        Condition::Approved(_) | Condition::TierIn(..) => {}
    }
}
