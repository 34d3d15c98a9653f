//! The engine of proofs against brute force: at every second of a span of up to a week around an edge or a change of clocks, the gate
//! is asked about a change for each verdict that the engine holds possible there, and about others. A normal run takes short spans;
//! one that asks for its number of cases takes all lengths.

use crate::generate::{self, Case, Habit, Tape, cases};
use crate::space::{at_an_edge, narrowed};
use crate::support::{is_long_run, law};
use opsc::calendar::{Elapsed, Instant, Interval};
use opsc::decide::{About, Change, Context, Prepared, Verdict};
use opsc::policy::Phase;
use opsc::segments::space::{Bdd, Judge, Place, Space};
use opsc::verify::replay::{self, Spot};
use proptest::prelude::*;

const VERDICTS: [Verdict; 3] = [Verdict::Allow, Verdict::Pending, Verdict::Block];

/// The longest span, in seconds.
fn longest() -> u64 {
    if is_long_run() { 7 * 86_400 } else { 120 }
}

/// A span that holds the instant: of all lengths, the longer the seldomer.
fn span(at: Instant, pick: u32) -> Interval {
    let doublings = u64::from(longest().ilog2()) + 1;
    let doubled = (u64::from(pick) % doublings).min(u64::from(pick / 32) % doublings);
    let length = 1_u64 << doubled;
    let length = (length + u64::from(pick / 1024) % length).clamp(2, longest());
    let before = 1 + u64::from(pick / 7) % (length - 1);
    let start = at.minus(Elapsed::seconds(i64::try_from(before).unwrap()));
    Interval::new(start, start.plus(Elapsed::seconds(i64::try_from(length).unwrap())))
}

/// What the gate says of a change in one cell.
pub fn verdict(prepared: &Prepared<'_>, change: &Change, context: &Context) -> Verdict {
    prepared.cells(change, context).iter().map(|cell| cell.verdict).max().unwrap()
}

fn check(case: &Case, within: Interval, pick: usize, tape: &[u32]) -> Result<(), TestCaseError> {
    let policy = &case.policy;
    let Ok(space) = Space::of(&[policy], within) else { return Ok(()) };
    let mut judge = Judge::of(&space, 0).unwrap();
    let mut states = space.states();
    let cell = &space.cells()[pick % space.cells().len()];
    let tiers: Vec<_> = judge.tiers().collect();
    let tier = tiers[pick / 7 % tiers.len()];
    let phase = Phase::ALL[pick / 49 % Phase::ALL.len()];
    let name = tier.map(|tier| policy.tiers[tier].name.as_str());
    let Some(spot) = Spot::of(cell, name, phase, within.start) else { return Ok(()) };
    let place = Place { action: spot.action, ..cell.places[0] };
    let prepared = Prepared::new(policy);
    let mut tape = Tape::new(tape, Habit::Any);
    let mut others = vec![narrowed(&case.change, cell, &spot)];
    for _ in 0..2 {
        let mut change = Change { evidence: Vec::new(), approvals: Vec::new(), ..others[0].clone() };
        change.evidence.push(generate::evidence(&mut tape, &case.context));
        change.approvals.push(generate::approval(&mut tape, &case.context));
        others.push(change);
    }
    // What is wrong with a change itself is no matter of time: the engine does not speak of it.
    others.retain(|change| {
        let decision = prepared.decide(change, &case.context);
        let is_outside = |about| matches!(about, About::UnknownName | About::Evidence | About::Trust);
        !decision.reasons.iter().any(|reason| is_outside(reason.about))
    });
    let mut asked = 0_u64;
    let mut at = within.start;
    for stretch in space.stretches(cell, &mut states) {
        prop_assert_eq!(stretch.interval.start, at, "the stretches leave a gap, or overlap");
        let says = judge.verdict(&states[0], stretch.states[0], place, tier, phase);
        let possible = |verdict: Verdict| -> Bdd {
            match verdict {
                Verdict::Allow => says.holds.clone(),
                Verdict::Block => says.fails.clone(),
                Verdict::Pending => says.holds.or(&says.fails).not(),
            }
        };
        let shown = VERDICTS.map(|verdict| space.witness(&possible(verdict)));
        while at < stretch.interval.end {
            let spot = Spot { at, ..spot.clone() };
            for (wanted, witness) in VERDICTS.into_iter().zip(&shown) {
                let Some(witness) = witness else { continue };
                let (change, context) = replay::of(policy, &spot, witness);
                let got = verdict(&prepared, &change, &context);
                prop_assert_eq!(got, wanted, "{:?} with {:?}", spot, witness);
                asked += 1;
            }
            for change in &others {
                let context = Context { at, ..case.context.clone() };
                let got = verdict(&prepared, change, &context);
                let is_held_possible =
                    VERDICTS.into_iter().zip(&shown).any(|(one, shown)| one == got && shown.is_some());
                prop_assert!(is_held_possible, "{:?} with {:?} is {:?}", spot, change, got);
                asked += 1;
            }
            at = at.plus(Elapsed::seconds(1));
        }
    }
    prop_assert_eq!(at, within.end, "the stretches end early");
    prop_assert!(asked > 0, "nothing was asked");
    Ok(())
}

proptest! {
    #![proptest_config(law(150))]

    #[test]
    fn every_second_has_the_verdicts_that_the_engine_holds_possible(
        case in cases(Habit::Any),
        pick in any::<u32>(),
        length in any::<u32>(),
        cell in any::<u16>(),
        tape in prop::collection::vec(any::<u32>(), 60),
    ) {
        let mut case = at_an_edge(case, pick);
        if pick.is_multiple_of(5) {
            // Clocks change in Europe.
            case.context.at = Instant::parse("2025-03-30T01:00:00Z").unwrap();
        }
        let within = span(case.context.at, length);
        check(&case, within, usize::from(cell), &tape)?;
    }
}
