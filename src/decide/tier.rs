//! Which tier a change is judged as: what is stated, planned, or follows from its paths. Language section 5, "Trust".

use super::globs::{ByPaths, Globs, guarded};
use super::people::People;
use super::scope::Scope;
use super::{Change, Classified, Context, Note, TierBy, TierFound, Verdict};
use crate::calendar::Instant;
use crate::policy::{Id, Policy, Tier};

/// What is known of the tier before anybody's approval is asked.
pub(super) struct Basis<'a> {
    /// What somebody states, or the release plans, whichever is riskier.
    claim: Option<(Id<Tier>, TierBy)>,
    by_paths: Option<ByPaths<'a>>,
    /// The path that makes it a change of the policy.
    guarded: Option<&'a str>,
    /// The tier a change of the policy has at least.
    policy_change: Option<Id<Tier>>,
    riskiest: Option<Id<Tier>>,
    /// A stated name that is no tier.
    pub unknown: Option<&'a str>,
}

/// A tier at an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TierNow {
    /// None where the policy declares no tier.
    pub tier: Option<Id<Tier>>,
    pub by: TierBy,
    /// Other tiers that were found for it: what the paths say where somebody states more, and the tier it has or would have
    /// where it touches the policy. Their requirements are asked as well, so that a higher tier takes nothing away.
    pub beside: [Option<Id<Tier>>; 2],
    /// Whether a claim was lower than what was found, and what became of it.
    pub lowered: Option<Lowering>,
    /// The first instant at which that may change.
    pub until: Instant,
}

/// What became of a claim that is lower than what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lowering {
    Granted,
    Refused,
}

impl TierNow {
    /// Every tier whose requirements are asked.
    pub fn asked(self) -> impl Iterator<Item = Id<Tier>> {
        self.tier.into_iter().chain(self.beside.into_iter().flatten())
    }
}

impl<'a> Basis<'a> {
    pub fn of(
        policy: &Policy,
        change: &'a Change,
        context: &Context,
        scope: &Scope<'_>,
        globs: &Globs<'_>,
    ) -> Self {
        let stated = change.tier.as_ref().map(|stated| stated.name.as_str());
        let found = stated.and_then(|name| policy.tiers.find(name));
        let planned = scope.release.map(|release| policy.releases[release].tier);
        let claim = match (found, planned) {
            (Some(stated), Some(planned)) if planned > stated => Some((planned, TierBy::Release)),
            (Some(stated), _) => Some((stated, TierBy::Statement)),
            (None, planned) => planned.map(|planned| (planned, TierBy::Release)),
        };
        let riskiest = policy.tiers.ids().next_back();
        Self {
            claim,
            by_paths: globs.tier(&change.paths),
            guarded: guarded(&context.guarded, &change.paths),
            policy_change: policy.policy_change_tier().or(riskiest),
            riskiest,
            unknown: stated.filter(|_| found.is_none()),
        }
    }

    /// The tier at an instant: a claim may raise what the paths say, and lower it only by the approvals that `classify` asks
    /// for; a change of the policy is never lowered. Where nothing says a tier, or a name is unknown, the riskiest is judged.
    pub fn now(&self, policy: &Policy, people: &People<'_>, at: Instant) -> TierNow {
        let mut now = TierNow {
            tier: self.riskiest,
            by: TierBy::Nothing,
            beside: [None; 2],
            lowered: None,
            until: Instant::MAX,
        };
        if self.unknown.is_some() {
            return now;
        }
        match (self.claim, self.by_paths) {
            (Some((claim, by)), None) => (now.tier, now.by) = (Some(claim), by),
            (None, Some(found)) => (now.tier, now.by) = (Some(found.tier), TierBy::Paths),
            (Some((claim, by)), Some(found)) if claim >= found.tier => {
                (now.tier, now.by) = (Some(claim), by);
                now.beside[0] = Some(found.tier).filter(|found| *found != claim);
            }
            (Some((claim, by)), Some(found)) => {
                let seats = policy.classify.as_ref().and_then(|classify| classify.lower_by.as_ref());
                let truth = seats.map(|seats| people.truth(seats, None, None, at));
                now.until = truth.map_or(Instant::MAX, |truth| truth.allow_until);
                if truth.is_some_and(|truth| truth.verdict == Verdict::Allow) {
                    (now.tier, now.by, now.lowered) = (Some(claim), by, Some(Lowering::Granted));
                } else {
                    (now.tier, now.by, now.lowered) =
                        (Some(found.tier), TierBy::Paths, Some(Lowering::Refused));
                }
            }
            (None, None) => {}
        }
        if let Some(floor) = self.policy_change.filter(|_| self.guarded.is_some()) {
            let own = now.tier;
            if own.is_none_or(|own| own < floor) || (now.by == TierBy::Nothing && own == Some(floor)) {
                (now.tier, now.by) = (Some(floor), TierBy::PolicyChange);
                now.beside[1] = own.filter(|own| *own != floor);
            } else if own != Some(floor) {
                now.beside[1] = Some(floor);
            }
        }
        now
    }

    /// The tier as an answer, with what is worth saying about it.
    pub fn explain(
        &self,
        policy: &Policy,
        change: &Change,
        people: &People<'_>,
        at: Instant,
    ) -> (TierFound, Option<Note>) {
        let now = self.now(policy, people, at);
        let classify = policy.classify.as_ref();
        let name = |tier: Id<Tier>| policy.tiers[tier].name.clone();
        let classified = match (now.by, self.guarded) {
            (TierBy::PolicyChange, path) => now.tier.map(|tier| Classified {
                tier: name(tier),
                path: path.map(str::to_owned),
                origin: None,
            }),
            _ => self.by_paths.map(|found| Classified {
                tier: name(found.tier),
                path: found.rule.map(|(_, path)| path.to_owned()),
                origin: classify.and_then(|classify| match found.rule {
                    Some((rule, _)) => classify.rules.get(rule).map(|rule| rule.origin),
                    None => Some(classify.origin),
                }),
            }),
        };
        let lowered_by = match (now.lowered, classify.and_then(|classify| classify.lower_by.as_ref())) {
            (Some(Lowering::Granted), Some(seats)) => people.seats(seats, None, None, at).0,
            _ => Vec::new(),
        };
        let note = (now.lowered == Some(Lowering::Refused))
            .then(|| self.claim.map(|(claim, _)| Note::TierNotLowered { stated: name(claim) }))
            .flatten();
        let found = TierFound {
            name: now.tier.map(name),
            by: now.by,
            stated: change.tier.clone(),
            classified,
            lowered_by,
        };
        (found, note)
    }
}
