//! A change made ready to be judged at any instant: names resolved, evidence read, rollback and emergency looked at once.

use super::condition::Asker;
use super::facts::Facts;
use super::globs::Globs;
use super::people::People;
use super::scope::Scope;
use super::spells::Spells;
use super::tier::Basis;
use super::truth::Truth;
use super::{Change, Context, Earlier, Intent, NotExempt};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Action, BreakGlass, Id, Policy, Tier};

/// Everything that judging needs, with nothing left to look up.
pub(super) struct Question<'a> {
    pub policy: &'a Policy,
    pub change: &'a Change,
    pub context: &'a Context,
    pub scope: Scope<'a>,
    pub basis: Basis<'a>,
    pub asker: Asker<'a>,
    /// Whether freezes hold the change.
    pub exemption: Exemption,
    pub glass: Option<Id<BreakGlass>>,
    pub spells: &'a dyn Spells,
}

/// Whether freezes hold a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exemption {
    /// It goes forward.
    None,
    /// It is a rollback or a kill.
    Granted,
    /// It claims to be one.
    Refused(NotExempt),
}

impl<'a> Question<'a> {
    pub fn new(
        policy: &'a Policy,
        change: &'a Change,
        context: &'a Context,
        globs: &'a Globs<'a>,
        spells: &'a dyn Spells,
    ) -> Self {
        let mut scope = Scope::of(policy, change, globs);
        let basis = Basis::of(policy, change, context, &scope, globs);
        let people = People::new(policy, change, &context.rotas);
        let facts = Facts::new(policy, change);
        scope.unknown.extend(basis.unknown.map(|name| ("tier", name)));
        let mut unknown_facts = facts.unknown.clone();
        unknown_facts.sort_unstable();
        unknown_facts.dedup();
        scope.unknown.extend(unknown_facts.into_iter().map(|name| ("fact", name)));
        let taken = change.break_glass.as_ref().map(|taken| taken.name.as_str());
        let glass = taken.and_then(|name| policy.break_glass.find(name));
        scope.unknown.extend(taken.filter(|_| glass.is_none()).map(|name| ("break-glass", name)));
        let exemption = exemption(policy, change, context);
        Self {
            policy,
            change,
            context,
            scope,
            basis,
            asker: Asker { policy, people, facts },
            exemption,
            glass,
            spells,
        }
    }

    /// Whether the glass that was taken may be broken: by whom, for which tier, on what conditions, and whether those who
    /// are asked in turn agreed. False where none was taken.
    pub fn glass_truth(&self, tier: Option<Id<Tier>>, at: Instant) -> Truth {
        let (Some(glass), Some(taken)) = (self.glass, &self.change.break_glass) else { return Truth::FALSE };
        let glass = &self.policy.break_glass[glass];
        let serves = glass.tiers.as_ref().is_none_or(|tiers| tier.is_some_and(|tier| tiers.contains(&tier)));
        if !serves {
            return Truth::FALSE;
        }
        let by = self.asker.people.truth_with(&taken.by, &glass.by, at);
        let requires = Truth::all(
            glass.requires.iter().map(|(condition, ..)| self.asker.truth(condition, tier, None, at)),
        );
        Truth::all([by, requires, self.escalation_truth(glass, taken.asked_at, at)])
    }

    /// Whoever is asked first may always answer; the next only once the time of all before ran out.
    fn escalation_truth(&self, glass: &BreakGlass, asked_at: Option<Instant>, at: Instant) -> Truth {
        if glass.escalation.is_empty() {
            return Truth::TRUE;
        }
        let mut reached = Some(Elapsed::ZERO);
        let mut levels = Vec::with_capacity(glass.escalation.len());
        for (position, level) in glass.escalation.iter().enumerate() {
            let Some(waited) = reached else { break };
            let answered = self.asker.people.truth(&level.seats, None, None, at);
            let turn = match asked_at.map(|asked| asked.plus(waited)) {
                _ if position == 0 => Truth::TRUE,
                Some(from) if at < from => Truth::until(super::Verdict::Pending, from),
                Some(_) => Truth::TRUE,
                None => Truth::until(super::Verdict::Pending, Instant::MAX),
            };
            levels.push(Truth::all([answered, turn]));
            reached = level
                .within
                .map(|within| Elapsed::seconds(waited.as_seconds().saturating_add(within.as_seconds())));
        }
        Truth::any(levels)
    }
}

/// Language section 5: a rollback counts as one only with a declared lever and a target that the log shows as allowed
/// before; a kill only flips a flag that is declared.
fn exemption(policy: &Policy, change: &Change, context: &Context) -> Exemption {
    match &change.intent {
        Intent::Forward => Exemption::None,
        Intent::Rollback { lever, .. } if policy.levers.find(lever).is_none() => {
            Exemption::Refused(NotExempt::UnknownLever)
        }
        Intent::Rollback { to, .. } => match rests_on(context, to) {
            Some(_) => Exemption::Granted,
            None => Exemption::Refused(NotExempt::TargetNotAllowedBefore),
        },
        Intent::Kill { flag } if policy.flags.find(flag).is_none() => {
            Exemption::Refused(NotExempt::UnknownFlag)
        }
        Intent::Kill { .. } => match change.action {
            None | Some(Action::Flag) => Exemption::Granted,
            Some(_) => Exemption::Refused(NotExempt::NotAFlag),
        },
    }
}

/// The latest earlier decision that allowed the release or commit `to`.
pub(super) fn rests_on<'c>(context: &'c Context, to: &str) -> Option<&'c Earlier> {
    context
        .earlier
        .iter()
        .filter(|earlier| earlier.allowed && earlier.at <= context.at)
        .filter(|earlier| [&earlier.release, &earlier.commit].into_iter().flatten().any(|name| name == to))
        .max_by_key(|earlier| (earlier.at, &earlier.release, &earlier.commit))
}
