//! The counterexamples of the engine against everything smaller: no change that says less has the verdict, whatever it says.

use crate::generate::{Case, Habit, LASTING, PEOPLE, cases};
use crate::seconds::verdict as says;
use crate::small::elapsed;
use crate::space::{around, at_an_edge, questions};
use crate::support::law;
use opsc::calendar::Elapsed;
use opsc::decide::{Approval, ApprovalState, Change, Context, Prepared, Verdict};
use opsc::policy::{Policy, Reuse, Value};
use opsc::segments::space::{Space, Use, Witness};
use opsc::verify::replay::{self, Spot};
use proptest::prelude::*;
use rust_decimal::Decimal;

/// So many changes are asked about in one case.
const MOST_CHANGES: usize = 2000;

/// One thing that a change can say.
#[derive(Debug, Clone, PartialEq)]
enum Said {
    /// A fact, since so long.
    Fact(&'static str, Value, Elapsed),
    Id,
    /// A log of exceptions that tells of this use, if any.
    Log(Option<String>),
    Approval(&'static str, Elapsed, bool),
    Request(&'static str),
}

impl Said {
    fn size(&self) -> usize {
        match self {
            Self::Log(Some(_)) => 2,
            _ => 1,
        }
    }

    /// Whether only one of them can be said.
    fn excludes(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fact(one, ..), Self::Fact(two, ..)) => one == two,
            (Self::Approval(one, ..) | Self::Request(one), Self::Approval(two, ..) | Self::Request(two)) => {
                one == two
            }
            (Self::Id, Self::Id) | (Self::Log(_), Self::Log(_)) => true,
            _ => false,
        }
    }
}

/// Everything that anybody can say of a generated policy.
fn everything(policy: &Policy) -> Vec<Said> {
    let mut all = Vec::new();
    for value in [true, false] {
        all.push(Said::Fact("f0", Value::Bool(value), Elapsed::ZERO));
    }
    for value in ["none", "some", "all"] {
        all.push(Said::Fact("f1", Value::Choice(value.to_owned()), Elapsed::ZERO));
    }
    for percent in [3, 5, 20] {
        for minutes in [0].into_iter().chain(LASTING) {
            all.push(Said::Fact("f2", Value::Ratio(Decimal::new(percent, 2)), Elapsed::minutes(minutes)));
        }
    }
    all.push(Said::Id);
    let once = policy.exceptions.rows().iter().filter(|exception| exception.reuse == Reuse::Once);
    let once: Vec<_> = once.map(|exception| Some(exception.name.clone())).collect();
    if !once.is_empty() {
        all.extend(once.into_iter().chain([None]).map(Said::Log));
    }
    for person in PEOPLE {
        for hours in [0, 61] {
            for of_patch in [false, true] {
                all.push(Said::Approval(person, elapsed(hours), of_patch));
            }
        }
        all.push(Said::Request(person));
    }
    all
}

fn asked(policy: &Policy, spot: &Spot, said: &[&Said]) -> (Change, Context) {
    let mut witness = Witness::default();
    for one in said {
        match one {
            Said::Fact(fact, value, age) => {
                witness.facts.push(((*fact).to_owned(), vec![(*age, value.clone())]))
            }
            Said::Id => witness.change = Some("1".to_owned()),
            Said::Log(used) => {
                for exception in policy.exceptions.rows().iter().filter(|one| one.reuse == Reuse::Once) {
                    let how = if used.as_ref() == Some(&exception.name) { Use::Used } else { Use::Unused };
                    witness.used.push((exception.name.clone(), how));
                }
            }
            Said::Approval(..) | Said::Request(_) => {}
        }
    }
    let (mut change, context) = replay::of(policy, spot, &witness);
    change.commit = Some("b".to_owned());
    change.patch = Some("p".to_owned());
    for one in said {
        let (person, age, of_patch, state) = match one {
            Said::Approval(person, age, of_patch) => (person, *age, *of_patch, ApprovalState::Approved),
            Said::Request(person) => (person, Elapsed::ZERO, false, ApprovalState::ChangesRequested),
            _ => continue,
        };
        change.approvals.push(Approval {
            person: (*person).to_owned(),
            commit: Some(if of_patch { "a" } else { "b" }.to_owned()),
            patch: Some("p".to_owned()),
            given_at: Some(spot.at.minus(age)),
            state,
            dismissed: false,
        });
    }
    (change, context)
}

/// Visits every way to say things of less than `size`, until one is found.
fn smaller<'s>(
    all: &'s [Said],
    size: usize,
    said: &mut Vec<&'s Said>,
    visit: &mut dyn FnMut(&[&'s Said]) -> bool,
) -> bool {
    if visit(said) {
        return true;
    }
    for (at, one) in all.iter().enumerate() {
        if one.size() < size && !said.iter().any(|known| known.excludes(one)) {
            said.push(one);
            if smaller(&all[at + 1..], size - one.size(), said, visit) {
                return true;
            }
            said.pop();
        }
    }
    false
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let policy = &case.policy;
    let Ok(space) = Space::of(&[policy], around(&case.context)) else { return Ok(()) };
    let prepared = Prepared::new(policy);
    let all = everything(policy);
    let mut left = MOST_CHANGES;
    let mut wrong = None;
    questions(policy, &space, case.context.at, &mut |question| {
        for verdict in [Verdict::Allow, Verdict::Pending, Verdict::Block] {
            let Some(witness) = space.witness(question.of(verdict)) else { continue };
            if witness.size() == 0 || wrong.is_some() {
                continue;
            }
            smaller(&all, witness.size(), &mut Vec::new(), &mut |said| {
                left = left.saturating_sub(1);
                let (change, context) = asked(policy, &question.spot, said);
                let is_smaller = left > 0 && says(&prepared, &change, &context) == verdict;
                if is_smaller {
                    wrong = Some((verdict, question.spot.clone(), format!("{said:?}"), witness.clone()));
                }
                is_smaller || left == 0
            });
        }
    });
    prop_assert!(wrong.is_none(), "less is enough: {wrong:#?}");
    Ok(())
}

proptest! {
    #![proptest_config(law(60))]

    #[test]
    fn no_change_that_says_less_has_the_verdict(case in cases(Habit::Any), pick in any::<u32>()) {
        check(&at_an_edge(case, pick))?;
    }
}
