//! The engine of proofs against the gate: every verdict that it holds possible is one that the gate gives to the change it shows,
//! and no change that the gate can be asked about has a verdict that it holds impossible.

use crate::generate::{self, Case, Habit, Tape, cases};
use crate::small::elapsed;
use crate::support::law;
use opsc::calendar::{Elapsed, Instant, Interval};
use opsc::decide::{About, Change, Context, Intent, Prepared, StatedTier, Verdict};
use opsc::policy::{Phase, Policy};
use opsc::segments::space::{Bdd, Cell, Judge, Place, Space};
use opsc::verify::replay::{self, Spot};
use proptest::prelude::*;

/// One question to the engine: a cell, a tier, a phase and an instant, with what it says of it.
pub struct Asked<'c> {
    pub cell: &'c Cell,
    pub spot: Spot,
    pub allowed: Bdd,
    pub pending: Bdd,
    pub blocked: Bdd,
}

impl Asked<'_> {
    pub fn of(&self, verdict: Verdict) -> &Bdd {
        match verdict {
            Verdict::Allow => &self.allowed,
            Verdict::Pending => &self.pending,
            Verdict::Block => &self.blocked,
        }
    }
}

/// Every question at an instant.
pub fn questions<'c>(
    policy: &'c Policy,
    space: &'c Space<'c>,
    at: Instant,
    visit: &mut dyn FnMut(Asked<'c>),
) {
    let mut judge = Judge::of(space, 0).unwrap();
    let mut states = space.states();
    for cell in space.cells() {
        let stretches = space.stretches(cell, &mut states);
        let stretch = stretches.iter().find(|stretch| stretch.interval.contains(at)).unwrap();
        for tier in judge.tiers() {
            for phase in Phase::ALL {
                let tier_name = tier.map(|tier| policy.tiers[tier].name.as_str());
                let Some(spot) = Spot::of(cell, tier_name, phase, at) else { continue };
                let place = Place { action: spot.action, ..cell.places[0] };
                let says = judge.verdict(&states[0], stretch.states[0], place, tier, phase);
                let either = says.holds.or(&says.fails);
                visit(Asked { cell, spot, pending: either.not(), allowed: says.holds, blocked: says.fails });
            }
        }
    }
}

pub fn around(context: &Context) -> Interval {
    Interval::new(context.at.minus(elapsed(30)), context.at.plus(elapsed(30)))
}

fn check_shown(case: &Case) -> Result<(), TestCaseError> {
    let policy = &case.policy;
    let Ok(space) = Space::of(&[policy], around(&case.context)) else { return Ok(()) };
    let prepared = Prepared::new(policy);
    let mut wrong = None;
    questions(policy, &space, case.context.at, &mut |asked| {
        for verdict in [Verdict::Allow, Verdict::Pending, Verdict::Block] {
            let Some(witness) = space.witness(asked.of(verdict)) else { continue };
            let (change, context) = replay::of(policy, &asked.spot, &witness);
            let decision = prepared.decide(&change, &context);
            if decision.verdict != verdict && wrong.is_none() {
                wrong = Some((verdict, asked.spot.clone(), witness, decision));
            }
        }
    });
    prop_assert!(wrong.is_none(), "the gate judges otherwise: {wrong:#?}");
    Ok(())
}

/// The change of a case, asked of a single cell.
pub fn narrowed(change: &Change, cell: &Cell, spot: &Spot) -> Change {
    Change {
        intent: Intent::Forward,
        tier: spot.tier.clone().map(|name| StatedTier { name, by: None }),
        action: Some(spot.action),
        phase: Some(spot.phase),
        environment: cell.environments.last().cloned(),
        regions: cell.region.iter().cloned().collect(),
        components: cell.components.last().cloned().into_iter().collect(),
        service: None,
        release: None,
        paths: Vec::new(),
        break_glass: None,
        ..change.clone()
    }
}

fn check_possible(case: &Case, tape: &[u32]) -> Result<(), TestCaseError> {
    let policy = &case.policy;
    let Ok(space) = Space::of(&[policy], around(&case.context)) else { return Ok(()) };
    let prepared = Prepared::new(policy);
    let mut tape = Tape::new(tape, Habit::Any);
    let mut changes = vec![case.change.clone()];
    for _ in 0..6 {
        let mut change = Change { evidence: Vec::new(), approvals: Vec::new(), ..case.change.clone() };
        for _ in 0..3 {
            change.evidence.push(generate::evidence(&mut tape, &case.context));
            change.approvals.push(generate::approval(&mut tape, &case.context));
        }
        changes.push(change);
    }
    let context = Context {
        policy_from: Default::default(),
        at: case.context.at,
        simulated: false,
        ..case.context.clone()
    };
    let mut wrong = None;
    questions(policy, &space, context.at, &mut |asked| {
        for change in &changes {
            let change = narrowed(change, asked.cell, &asked.spot);
            let decision = prepared.decide(&change, &context);
            let outside = decision
                .reasons
                .iter()
                .any(|reason| matches!(reason.about, About::UnknownName | About::Evidence | About::Trust));
            if !outside && asked.of(decision.verdict).and(space.everything()).is_false() && wrong.is_none() {
                wrong = Some((asked.spot.clone(), change, decision));
            }
        }
    });
    prop_assert!(wrong.is_none(), "the engine holds it impossible: {wrong:#?}");
    Ok(())
}

/// A case with an instant at, or a second before, one at which something begins or ends.
pub fn at_an_edge(mut case: Case, pick: u32) -> Case {
    let Ok(space) = Space::of(&[&case.policy], around(&case.context)) else { return case };
    let mut states = space.states();
    let cells = space.cells();
    let Some(cell) = cells.get(pick as usize % cells.len().max(1)) else { return case };
    let stretches = space.stretches(cell, &mut states);
    let edge = stretches[pick as usize / 7 % stretches.len()].interval.start;
    case.context.at = if pick.is_multiple_of(2) { edge } else { edge.plus(Elapsed::seconds(1)) };
    let before = edge.minus(Elapsed::seconds(1));
    if pick.is_multiple_of(3) && before >= around(&case.context).start {
        case.context.at = before;
    }
    case
}

proptest! {
    #![proptest_config(law(120))]

    #[test]
    fn what_the_engine_shows_is_what_the_gate_says(case in cases(Habit::Any), pick in any::<u32>()) {
        check_shown(&at_an_edge(case, pick))?;
    }
}

proptest! {
    #![proptest_config(law(40))]

    #[test]
    fn nothing_the_gate_says_is_impossible(
        case in cases(Habit::Any),
        pick in any::<u32>(),
        tape in prop::collection::vec(any::<u32>(), 200),
    ) {
        check_possible(&at_an_edge(case, pick), &tape)?;
    }
}
