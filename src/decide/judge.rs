//! Judging a question at an instant, and searching forward for the next instant that answers it otherwise.

use super::condition::{depends_on_region, for_each_seats};
use super::finding::{Finding, Findings, Passage, Subject};
use super::freeze::Freezes;
use super::question::Question;
use super::tier::TierNow;
use super::truth::Truth;
use super::{FactState, Next, PolicyFrom, SEARCH_SPAN, TierBy, Verdict};
use crate::calendar::Instant;
use crate::policy::{Id, Requirement, Tier};

impl<'a> Question<'a> {
    /// Everything that can be said at an instant.
    pub fn judge(&self, at: Instant) -> Findings<'a> {
        let tier = self.basis.now(self.policy, &self.asker.people, at);
        let mut findings = Findings { at, list: Vec::new(), turns: Instant::MAX, tier_until: tier.until };
        self.change_as_a_whole(tier.by, &mut findings);
        let glass = self.glass_truth(tier.tier, at);
        for position in 0..self.scope.regions.len() {
            Freezes::new(self, at, tier.tier, position, glass).judge(&mut findings);
        }
        self.broken_glass(glass, &mut findings);
        self.requirements(tier, &mut findings);
        findings
    }

    /// The first instant from `from` on at which everything allows.
    pub fn next_allowed(&self, from: Instant) -> Next {
        let limit = from.plus(SEARCH_SPAN);
        let mut at = from;
        loop {
            let findings = self.judge(at);
            if findings.verdict() == Verdict::Allow {
                return Next::At(at);
            }
            match findings.allows_not_before() {
                Instant::MAX => return Next::NeverByWaiting,
                next if next >= limit => return Next::NotBefore(limit),
                next => at = next,
            }
        }
    }

    /// The first instant behind `first` at which not everything allows, with what was found then.
    pub fn allow_ends(&self, first: &Findings<'a>) -> Option<Findings<'a>> {
        let limit = first.at.plus(SEARCH_SPAN);
        let mut next = self.may_end(first, limit);
        while next < limit {
            let findings = self.judge(next);
            if findings.verdict() != Verdict::Allow {
                return Some(findings);
            }
            next = self.may_end(&findings, limit);
        }
        None
    }

    /// Where everything allows: no instant before this one does not.
    fn may_end(&self, findings: &Findings<'a>, limit: Instant) -> Instant {
        let at = findings.at;
        let people = &self.asker.people;
        let mut end = findings.allows_until().min(self.asker.facts.next_turn(people, at)).min(limit);
        let now = self.basis.now(self.policy, people, at);
        let tier = now.tier;
        for (_, _, requirement) in self.asked(now) {
            for_each_seats(self.policy, &requirement.condition, &mut |seats, rule| {
                end = end.min(people.turns(seats, rule, at));
            });
        }
        let glass = self.glass_truth(tier, at);
        for position in 0..self.scope.regions.len() {
            end = Freezes::new(self, at, tier, position, glass).next_start(end);
        }
        end
    }

    fn change_as_a_whole(&self, by: TierBy, findings: &mut Findings<'a>) {
        if self.context.policy_from == PolicyFrom::Change {
            findings.list.push(Finding::whole(Subject::Trust, Truth::FALSE));
        }
        let unknown = 0..self.scope.unknown.len();
        findings
            .list
            .extend(unknown.map(|position| Finding::whole(Subject::Unknown(position), Truth::FALSE)));
        for fact in self.asker.facts.asserted() {
            let now = self.asker.facts.now(fact, &self.asker.people, findings.at);
            if now.value == Err(FactState::Malformed) {
                let truth = Truth::until(Verdict::Block, now.until);
                findings.list.push(Finding::whole(Subject::Evidence(fact), truth));
            }
        }
        let is_unknown =
            by == TierBy::Nothing && self.basis.unknown.is_none() && !self.policy.tiers.is_empty();
        if is_unknown {
            let truth = Truth::until(Verdict::Pending, Instant::MAX);
            findings.list.push(Finding::whole(Subject::Tier, truth));
        }
    }

    /// A broken glass is said where a freeze would hold the change without it, and never as worse than that freeze.
    fn broken_glass(&self, glass: Truth, findings: &mut Findings<'a>) {
        if self.glass.is_none() {
            return;
        }
        let held = findings.list.iter().filter(|finding| {
            finding.is_of_freeze()
                && (finding.truth.verdict != Verdict::Allow || finding.passage == Some(Passage::BreakGlass))
        });
        let Some(worst) = held.map(|finding| finding.truth.verdict).max() else { return };
        let truth = Truth { verdict: glass.verdict.min(worst), ..glass };
        findings.list.push(Finding::whole(Subject::BreakGlass, truth));
    }

    /// Requirements that are asked in this phase, each with its tier and its position there.
    fn asked(&self, tier: TierNow) -> impl Iterator<Item = (Id<Tier>, usize, &'a Requirement)> {
        let (policy, phase) = (self.policy, self.scope.phase);
        tier.asked()
            .flat_map(move |tier| {
                policy.tiers[tier].requirements.iter().enumerate().map(move |(at, one)| (tier, at, one))
            })
            .filter(move |(_, _, requirement)| requirement.phase <= phase)
    }

    fn requirements(&self, now: TierNow, findings: &mut Findings<'a>) {
        let at = findings.at;
        let mut objectors: Vec<(Option<usize>, &'a str, Instant)> = Vec::new();
        for (tier, position, requirement) in self.asked(now) {
            let subject = Subject::Requirement(tier, position);
            let regions = if depends_on_region(self.policy, &requirement.condition) {
                (0..self.scope.regions.len()).map(Some).collect()
            } else {
                vec![None]
            };
            for region in regions {
                let place = region.and_then(|region| self.scope.regions.get(region).copied().flatten());
                let truth = self.asker.truth(&requirement.condition, now.tier, place, at);
                findings.list.push(Finding { region, ..Finding::whole(subject, truth) });
                if self.change.approvals.is_empty() {
                    continue;
                }
                for_each_seats(self.policy, &requirement.condition, &mut |seats, rule| {
                    let until = self.asker.people.turns(seats, rule, at);
                    let found = self.asker.people.objectors(seats, place, at).into_iter();
                    objectors.extend(found.map(|person| (region, person, until)));
                });
            }
        }
        objectors.sort_unstable();
        // The same person may be asked for by several requirements: what holds longest is what is said.
        objectors.dedup_by(|later, kept| {
            let same = (later.0, later.1) == (kept.0, kept.1);
            if same {
                kept.2 = kept.2.max(later.2);
            }
            same
        });
        for (region, person, until) in objectors {
            let truth = Truth::until(Verdict::Block, until);
            findings.list.push(Finding { region, ..Finding::whole(Subject::Objector(person), truth) });
        }
    }
}
