//! Three engines, one answer: the scan, the index and the oracle, on generated policies.

use crate::generate::{Case, Habit, cases};
use crate::oracle::{Oracle, Said};
use crate::support::law;
use opsc::decide::{Decision, Next, Prepared, Verdict, decide};
use proptest::prelude::*;

/// What a decision says of each cell, as the oracle writes it.
pub fn said(decision: &Decision) -> Said {
    let mut said = Said::new();
    for reason in &decision.reasons {
        for &cell in &reason.cells {
            let slot = said.entry((reason.about, reason.name.clone(), cell)).or_insert(reason.verdict);
            *slot = (*slot).max(reason.verdict);
        }
    }
    said
}

fn check(case: &Case) -> Result<(), TestCaseError> {
    let decision = decide(&case.policy, &case.change, &case.context);
    let indexed = Prepared::new(&case.policy).decide(&case.change, &case.context);
    prop_assert_eq!(&decision, &indexed, "the scan and the index differ");

    let oracle = Oracle::new(case);
    let at = case.context.at;
    let expected = oracle.said(at);
    prop_assert_eq!(said(&decision), expected.clone());
    let worst = expected.values().copied().max().unwrap_or(Verdict::Allow);
    prop_assert_eq!(decision.verdict, worst);
    for (position, cell) in decision.cells.iter().enumerate() {
        let of_cell = expected.iter().filter(|((_, _, cell), _)| *cell == position);
        let worst = of_cell.map(|(_, verdict)| *verdict).max().unwrap_or(Verdict::Allow);
        prop_assert_eq!(cell.verdict, worst);
    }

    let edges = oracle.edges();
    if worst == Verdict::Allow {
        prop_assert_eq!(decision.next_allowed, Next::At(at));
        let ends = edges.into_iter().find(|&edge| !oracle.allows(edge));
        let found = decision.valid_until.as_ref().filter(|expiry| expiry.at < oracle.horizon);
        prop_assert_eq!(found.map(|expiry| expiry.at), ends);
        if let Some(expiry) = found {
            let untrue = oracle.said(expiry.at).into_iter().filter(|(_, verdict)| *verdict != Verdict::Allow);
            let mut causes: Vec<_> = untrue.map(|((about, name, _), _)| (about, name)).collect();
            causes.dedup();
            let said: Vec<_> = expiry.because.iter().map(|cause| (cause.about, cause.name.clone())).collect();
            prop_assert_eq!(said, causes);
        }
    } else {
        prop_assert_eq!(&decision.valid_until, &None);
        let next = edges.into_iter().find(|&edge| oracle.allows(edge));
        let found = match decision.next_allowed {
            Next::At(next) if next < oracle.horizon => Some(next),
            _ => None,
        };
        prop_assert_eq!(found, next);
    }
    Ok(())
}

proptest! {
    #![proptest_config(law(800))]

    #[test]
    fn the_engines_agree(case in cases(Habit::Any)) {
        check(&case)?;
    }
}
