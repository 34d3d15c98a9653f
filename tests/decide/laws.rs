//! The laws of section 5, each a property.

use crate::equal::said;
use crate::generate::{Case, Habit, Tape, approval, cases, evidence, window};
use crate::support::law;
use opsc::calendar::Instant;
use opsc::decide::{ApprovalState, Context, Decision, Given, Next, Verdict, decide};
use opsc::policy::{Id, Window};
use proptest::prelude::*;

fn judged(case: &Case) -> Decision {
    decide(&case.policy, &case.change, &case.context)
}

/// A window out of numbers, for a policy that has the rest.
fn windows() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(any::<u32>(), 0..60)
}

fn another_window(case: &Case, numbers: &[u32]) -> Window {
    window(&mut Tape::new(numbers, Habit::Any), &case.policy, "another")
}

/// The order of what a change lists, turned round.
fn turned(case: &Case) -> Case {
    let mut turned = case.clone();
    let change = &mut turned.change;
    change.regions.reverse();
    change.components.reverse();
    change.paths.reverse();
    change.authors.reverse();
    change.evidence.reverse();
    change.approvals.reverse();
    turned.context.earlier.reverse();
    turned.context.exceptions_used.iter_mut().for_each(|used| used.reverse());
    turned
}

fn at_later(case: &Case, at: Instant) -> Case {
    // What the log shows counts as of the instant judged.
    Case { context: Context { at, ..case.context.clone() }, ..case.clone() }
}

proptest! {
    #![proptest_config(law(120))]

    #[test]
    fn the_order_of_a_change_never_matters(case in cases(Habit::Any)) {
        let mut one = judged(&case);
        let mut two = judged(&turned(&case));
        // Evidence is answered in its own order, and of several paths that raise a tier any may be named.
        one.evidence.sort_unstable();
        two.evidence.sort_unstable();
        one.tier.classified = None;
        two.tier.classified = None;
        prop_assert_eq!(one, two);
    }

    #[test]
    fn the_order_of_windows_never_matters(case in cases(Habit::Any)) {
        let mut turned = case.clone();
        let count = case.policy.windows.len();
        turned.policy.windows = Default::default();
        for window in case.policy.windows.rows().iter().rev() {
            turned.policy.windows.push(window.clone());
        }
        let ids: Vec<Id<Window>> = turned.policy.windows.ids().collect();
        for id in turned.policy.exceptions.ids().collect::<Vec<_>>() {
            if let Some(exception) = turned.policy.exceptions.get_mut(id) {
                for lifted in &mut exception.lifts {
                    *lifted = ids[count - 1 - lifted.index()];
                }
            }
        }
        let (one, two) = (judged(&case), judged(&turned));
        prop_assert_eq!(said(&one), said(&two));
        prop_assert_eq!((one.cells, one.valid_until, one.next_allowed, one.opens_at),
            (two.cells, two.valid_until, two.next_allowed, two.opens_at));
    }

    #[test]
    fn adding_a_freeze_never_lowers_a_verdict(case in cases(Habit::Any), numbers in windows()) {
        let added = Window { only: false, ..another_window(&case, &numbers) };
        let (before, after) = (judged(&case), judged(&case.with_window(added)));
        prop_assert!(after.verdict >= before.verdict);
        for (before, after) in before.cells.iter().zip(&after.cells) {
            prop_assert!(after.verdict >= before.verdict);
        }
    }

    #[test]
    fn the_first_only_window_of_a_kind_never_lowers_a_verdict(case in cases(Habit::Any), numbers in windows()) {
        let added = Window { only: true, ..another_window(&case, &numbers) };
        let mut case = case;
        let others: Vec<_> = case.policy.windows.rows().iter()
            .filter(|window| !(window.only && window.kind == added.kind)).cloned().collect();
        prop_assume!(others.len() == case.policy.windows.len());
        case.policy.exceptions = Default::default();
        let (before, after) = (judged(&case), judged(&case.with_window(added)));
        prop_assert!(after.verdict >= before.verdict);
    }

    #[test]
    fn a_further_only_window_never_raises_a_verdict(case in cases(Habit::Any), numbers in windows()) {
        // It covers no cell that the first did not, enforces no earlier, and brings no vendor's doubt along.
        let first = case.policy.windows.rows().iter().find(|window| window.only).cloned();
        prop_assume!(first.is_some());
        let first = first.unwrap();
        let added = Window {
            only: true,
            kind: first.kind,
            regions: first.regions.clone(),
            components: first.components.clone(),
            environments: first.environments.clone(),
            actions: first.actions.clone(),
            warn_until: first.warn_until,
            vendor: None,
            ..another_window(&case, &numbers)
        };
        let (before, after) = (judged(&case), judged(&case.with_window(added)));
        prop_assert!(after.verdict <= before.verdict);
    }

    #[test]
    fn an_exception_reaches_nothing_beyond_its_bounds(case in cases(Habit::Any)) {
        let mut without = case.clone();
        without.policy.exceptions = Default::default();
        let (with, without) = (judged(&case), judged(&without));
        let tier = with.tier.name.clone();
        let exceptions: Vec<_> = case.policy.exceptions.rows().iter()
            .filter(|exception| Some(&case.policy.tiers[exception.tier].name) == tier.as_ref())
            .filter(|exception| case.context.at < exception.expires)
            .filter(|exception| exception.starts.is_none_or(|starts| starts <= case.context.at))
            .collect();
        let (said_with, said_without) = (said(&with), said(&without));
        for ((about, name, cell), verdict) in &said_without {
            let now = said_with.get(&(*about, name.clone(), *cell)).copied();
            if now == Some(*verdict) {
                continue;
            }
            // What changed is a window, or an `only` kind, that one of them lifts, in a cell that it reaches.
            let place = &with.cells[*cell];
            let reaches = exceptions.iter().any(|exception| {
                let region = exception.regions.as_ref().is_none_or(|ids| ids.iter()
                    .any(|id| Some(&case.policy.regions[*id].name) == place.region.as_ref()) || place.region.is_none());
                let component = exception.components.as_ref().is_none_or(|ids| ids.iter()
                    .any(|id| Some(&case.policy.components[*id].name) == place.component.as_ref()) || place.component.is_none());
                let lifts = exception.lifts.iter().any(|id| {
                    let window = &case.policy.windows[*id];
                    window.name == *name || (window.only && case.policy.kinds[window.kind].name == *name)
                });
                region && component && lifts
            });
            // A broken glass is said only of freezes that hold without it.
            let is_glass = *about == opsc::decide::About::BreakGlass;
            prop_assert!(reaches || is_glass, "{about:?} {name} in cell {cell}: {verdict:?} became {now:?}");
        }
    }

    #[test]
    fn a_service_is_the_worst_of_its_cells(case in cases(Habit::Any)) {
        let whole = judged(&case);
        let worst = whole.cells.iter().map(|cell| cell.verdict).max();
        prop_assert_eq!(worst, Some(whole.verdict));
    }

    #[test]
    fn a_cell_asked_alone_says_what_it_says_among_others(case in cases(Habit::Any)) {
        let whole = judged(&case);
        let mut alone = case.clone();
        // Paths and names that are unknown would bring other cells along.
        prop_assume!(case.change.paths.is_empty() && case.change.service.is_none());
        prop_assume!(whole.reasons.iter().all(|reason| reason.about != opsc::decide::About::BreakGlass
            && reason.about != opsc::decide::About::UnknownName));
        for (position, cell) in whole.cells.iter().enumerate() {
            alone.change.regions = cell.region.iter().cloned().collect();
            alone.change.components = cell.component.iter().cloned().collect();
            let asked = judged(&alone);
            prop_assert_eq!(asked.verdict, cell.verdict, "cell {}", position);
        }
    }

    #[test]
    fn only_an_allow_exits_with_0(case in cases(Habit::Any)) {
        let decision = judged(&case);
        let all_hold = decision.reasons.iter().all(|reason| reason.verdict == Verdict::Allow);
        prop_assert_eq!(decision.verdict.exit_code() == 0, all_hold);
    }

    #[test]
    fn unknown_evidence_never_allows_what_every_value_would_not(case in cases(Habit::Any)) {
        // The question without a fact, and with each value it could have. A window that follows evidence says itself what
        // holds where there is none, so it is left out.
        let mut unknown = case.clone();
        for id in unknown.policy.windows.ids().collect::<Vec<_>>() {
            if let Some(window) = unknown.policy.windows.get_mut(id) {
                window.follows = None;
            }
        }
        unknown.change.evidence.retain(|evidence| evidence.fact != "f0");
        let verdict = judged(&unknown).verdict;
        let mut known = unknown.clone();
        for fact in known.policy.facts.ids().collect::<Vec<_>>() {
            if let Some(fact) = known.policy.facts.get_mut(fact).filter(|fact| fact.name == "f0") {
                fact.sources = Vec::new();
                fact.fresh = None;
            }
        }
        let with = |value: bool| {
            let mut known = known.clone();
            known.change.evidence.push(opsc::decide::Evidence {
                fact: "f0".to_owned(),
                value: Given::Bool(value),
                source: opsc::decide::EvidenceSource::Ci,
                actor: None,
                observed_at: None,
            });
            judged(&known).verdict
        };
        let (yes, no) = (with(true), with(false));
        // Two requirements may want opposite values: then each value blocks, and not knowing is still only pending.
        prop_assert!(verdict != Verdict::Allow || yes.min(no) == Verdict::Allow);
        prop_assert!(verdict <= yes.max(no).max(Verdict::Pending));
    }

    #[test]
    fn what_is_wanted_and_unknown_allows_no_more_than_known(case in cases(Habit::Monotone)) {
        // Without `not` and following windows, the fact is only ever wanted true.
        let mut unknown = case.clone();
        unknown.change.evidence.retain(|evidence| evidence.fact != "f0");
        let mut known = unknown.clone();
        for fact in known.policy.facts.ids().collect::<Vec<_>>() {
            if let Some(fact) = known.policy.facts.get_mut(fact).filter(|fact| fact.name == "f0") {
                fact.sources = Vec::new();
                fact.fresh = None;
            }
        }
        known.change.evidence.push(opsc::decide::Evidence {
            fact: "f0".to_owned(),
            value: Given::Bool(true),
            source: opsc::decide::EvidenceSource::Ci,
            actor: None,
            observed_at: None,
        });
        prop_assert!(judged(&unknown).verdict >= judged(&known).verdict);
    }

    #[test]
    fn a_further_approval_never_raises_a_verdict(case in cases(Habit::Monotone), numbers in windows()) {
        let mut more = case.clone();
        let mut given = approval(&mut Tape::new(&numbers, Habit::Monotone), &case.context);
        given.state = ApprovalState::Approved;
        more.change.approvals.push(given);
        prop_assert!(judged(&more).verdict <= judged(&case).verdict);
    }

    #[test]
    fn a_request_for_changes_never_lowers_a_verdict(case in cases(Habit::Monotone), numbers in windows()) {
        let mut more = case.clone();
        let mut asked = approval(&mut Tape::new(&numbers, Habit::Monotone), &case.context);
        asked.state = ApprovalState::ChangesRequested;
        more.change.approvals.push(asked);
        prop_assert!(judged(&more).verdict >= judged(&case).verdict);
    }

    #[test]
    fn further_authors_never_lower_a_verdict(case in cases(Habit::Monotone), who in 0usize..5) {
        // Unless one of them is who asks for changes: whoever wrote a change is no reviewer of it.
        let person = crate::generate::PEOPLE[who];
        prop_assume!(case.change.approvals.iter()
            .all(|review| review.person != person || review.state == ApprovalState::Approved));
        let mut more = case.clone();
        more.change.co_authors.push(person.to_owned());
        prop_assert!(judged(&more).verdict >= judged(&case).verdict);
    }

    #[test]
    fn an_allow_holds_until_it_says_and_the_next_allows(case in cases(Habit::Any)) {
        let decision = judged(&case);
        // An earlier decision counts as of the instant judged, so it must not lie between.
        prop_assume!(case.context.earlier.iter().all(|earlier| earlier.at <= case.context.at));
        if let Some(expiry) = &decision.valid_until {
            let before = expiry.at.minus(opsc::calendar::Elapsed::seconds(1));
            prop_assert_eq!(judged(&at_later(&case, before)).verdict, Verdict::Allow);
            prop_assert_ne!(judged(&at_later(&case, expiry.at)).verdict, Verdict::Allow);
        }
        if let Next::At(next) = decision.next_allowed {
            prop_assert_eq!(judged(&at_later(&case, next)).verdict, Verdict::Allow);
            if next > case.context.at {
                let before = next.minus(opsc::calendar::Elapsed::seconds(1));
                prop_assert_ne!(judged(&at_later(&case, before)).verdict, Verdict::Allow);
            }
            prop_assert!(decision.opens_at.is_some_and(|opens| opens <= next));
        }
    }

    #[test]
    fn a_rollback_and_a_kill_are_no_worse_than_going_forward(case in cases(Habit::Any)) {
        let mut forward = case.clone();
        forward.change.intent = opsc::decide::Intent::Forward;
        forward.change.action = forward.change.action.or(Some(opsc::policy::Action::Flag));
        let mut back = case.clone();
        back.change.action = forward.change.action;
        prop_assert!(judged(&back).verdict <= judged(&forward).verdict);
    }

    #[test]
    fn foreign_evidence_counts_for_nothing(case in cases(Habit::Any), numbers in windows()) {
        let mut more = case.clone();
        let mut given = evidence(&mut Tape::new(&numbers, Habit::Any), &case.context);
        given.source = opsc::decide::EvidenceSource::Review;
        let is_foreign = case.policy.facts.rows().iter()
            .any(|fact| fact.name == given.fact && !fact.sources.is_empty() && opsc::decide::read_value(&fact.kind, &given.value).is_some());
        prop_assume!(is_foreign);
        more.change.evidence.push(given);
        prop_assert_eq!(said(&judged(&more)), said(&judged(&case)));
    }
}
