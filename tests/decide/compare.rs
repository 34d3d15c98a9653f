//! Comparisons against the gate: wherever two policies are seen to answer a change differently, the comparison says so; and what
//! it shows with its evidence is answered differently.

use crate::generate::{self, Case, Habit, Tape, cases};
use crate::small::elapsed;
use crate::space::around;
use crate::support::law;
use opsc::decide::{
    About, Approval, ApprovalState, Change, Context, Decision, Intent, Prepared, StatedTier, Verdict,
};
use opsc::policy::{Action, Phase, Policy};
use opsc::verify::diff::{Cause, Clock, Comparison, Difference, Turn, diff};
use opsc::verify::replay::{self, Spot};
use proptest::prelude::*;
use std::ops::ControlFlow;

fn compared(old: &Case, new: &Policy) -> Comparison {
    diff(&old.policy, new, around(&old.context), &mut |_, _| ControlFlow::Continue(()))
}

/// The same policy with a window more, one less, a tier's requirements gone, or another ruling.
fn changed(policy: &Policy, tape: &mut Tape<'_>, pick: u32) -> Policy {
    let mut new = policy.clone();
    match pick % 4 {
        0 => {
            let window = generate::window(tape, policy, "more");
            new.windows.push(window);
        }
        1 => {
            if let Some(id) = policy.windows.ids().next() {
                let window = generate::window(tape, policy, &policy.windows[id].name);
                *new.windows.get_mut(id).unwrap() = window;
            }
        }
        2 => {
            for id in policy.tiers.ids().take(2) {
                new.tiers.get_mut(id).unwrap().requirements.clear();
            }
        }
        _ => {
            for id in policy.kinds.ids() {
                new.kinds.get_mut(id).unwrap().rulings.reverse();
            }
        }
    }
    new
}

fn is_outside(decision: &Decision) -> bool {
    decision
        .reasons
        .iter()
        .any(|reason| matches!(reason.about, About::UnknownName | About::Evidence | About::Trust))
}

fn covers(difference: &Difference, change: &Change, context: &Context) -> bool {
    let within = |names: &[String], asked: Option<&String>| {
        names.is_empty() || asked.is_none_or(|asked| names.contains(asked))
    };
    within(&difference.tiers, change.tier.as_ref().map(|tier| &tier.name))
        && within(&difference.regions, change.regions.first())
        && within(&difference.components, change.components.first())
        && within(&difference.environments, change.environment.as_ref())
        && (difference.cause == Cause::Requirements
            || difference.clock == Clock::Local
            || difference.when.iter().any(|span| span.contains(context.at)))
}

fn check(case: &Case, pick: u32, tape: &[u32]) -> Result<(), TestCaseError> {
    let mut tape = Tape::new(tape, Habit::Any);
    let new = changed(&case.policy, &mut tape, pick);
    let comparison = compared(case, &new);
    if comparison.undecided.is_some() {
        return Ok(());
    }
    let (old_gate, new_gate) = (Prepared::new(&case.policy), Prepared::new(&new));
    for number in 0..20_u32 {
        let at = case.context.at.plus(elapsed(i64::from(number) - 10));
        let context = Context { policy_from: Default::default(), at, ..case.context.clone() };
        let mut change = Change {
            intent: Intent::Forward,
            tier: case
                .policy
                .tiers
                .rows()
                .get(number as usize % 3)
                .map(|tier| StatedTier { name: tier.name.clone(), by: None }),
            action: Some(Action::ALL[number as usize % 5]),
            phase: None,
            environment: case.policy.environments.rows().last().map(|row| row.name.clone()),
            regions: case.policy.regions.rows().last().map(|row| row.name.clone()).into_iter().collect(),
            components: case
                .policy
                .components
                .rows()
                .last()
                .map(|row| row.name.clone())
                .into_iter()
                .collect(),
            service: None,
            release: None,
            paths: Vec::new(),
            break_glass: None,
            evidence: Vec::new(),
            approvals: Vec::new(),
            ..case.change.clone()
        };
        for _ in 0..3 {
            change.evidence.push(generate::evidence(&mut tape, &context));
            // A comparison looks at changes that nobody objects to.
            let state = ApprovalState::Approved;
            change.approvals.push(Approval { state, ..generate::approval(&mut tape, &context) });
        }
        let (was, is) = (old_gate.decide(&change, &context), new_gate.decide(&change, &context));
        if is_outside(&was) || is_outside(&is) {
            continue;
        }
        let differs = (was.verdict == Verdict::Allow) != (is.verdict == Verdict::Allow);
        let widens = is.verdict == Verdict::Allow;
        let said = comparison.differences.iter().any(|one| {
            one.turn.widens() == widens
                && !matches!(one.turn, Turn::Softer | Turn::Harder)
                && covers(one, &change, &context)
        });
        prop_assert!(
            !differs || said,
            "not said: {change:#?} at {at}: {:?}, then {:?}; {comparison:#?}",
            was.verdict,
            is.verdict
        );
    }
    for difference in
        comparison.differences.iter().filter(|one| matches!(one.turn, Turn::Looser | Turn::Tighter))
    {
        let Some(span) = difference.when.first().filter(|_| difference.clock == Clock::Everywhere) else {
            continue;
        };
        let (action, phase) = difference.asks.first().copied().unwrap_or((Action::Deploy, Phase::Deploy));
        let spot = Spot {
            region: difference.regions.first().cloned(),
            component: difference.components.first().cloned(),
            environment: difference.environments.first().cloned(),
            action,
            phase,
            tier: difference.tiers.first().cloned(),
            at: span.start,
        };
        let judged = |policy: &Policy, gate: &Prepared<'_>| {
            let (change, context) = replay::of(policy, &spot, &difference.with);
            gate.decide(&change, &context).verdict == Verdict::Allow
        };
        let turned = (judged(&case.policy, &old_gate), judged(&new, &new_gate));
        prop_assert_eq!(turned, (!difference.turn.widens(), difference.turn.widens()), "{:#?}", difference);
    }
    Ok(())
}

proptest! {
    #![proptest_config(law(60))]

    #[test]
    fn a_comparison_says_what_the_gates_say(
        case in cases(Habit::Any),
        pick in any::<u32>(),
        tape in prop::collection::vec(any::<u32>(), 400),
    ) {
        check(&case, pick, &tape)?;
    }

    #[test]
    fn a_policy_is_as_itself(case in cases(Habit::Any)) {
        let comparison = compared(&case, &case.policy);
        prop_assert!(comparison.differences.is_empty(), "{comparison:#?}");
    }
}
