//! `prove`: whether every change there can be is judged as a promise says, at every instant of the horizon. Exact: what holds
//! was looked at in every case, and what does not is shown by a change that the gate was asked about.

use super::replay::{self, Spot, action_of};
use crate::calendar::Zone;
use crate::code;
use crate::decide::{Prepared, Verdict};
use crate::diag::Diagnostic;
use crate::policy::{Asking, Id, Outcome, Phase, Policy, Proof, Region, Tier};
use crate::segments::space::{Bdd, Judge, Place, Says, Space, States, TooLarge, Witness};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

code!(pub PROOF_FAILED, Error, "proof-failed", "a proof that a change disproves");
code!(pub PROOF_OF_NOTHING, Warning, "proof-of-nothing", "a proof that speaks of no change at all");
code!(pub PROOF_UNDECIDED, Error, "proof-undecided", "a proof that could neither be shown nor disproved");

/// What became of a proof.
#[derive(Debug, Clone, PartialEq)]
pub enum Proved {
    /// It is so.
    Holds,
    /// It speaks of no change and instant there can be.
    OfNothing,
    /// It is not so.
    Fails(Box<Counterexample>),
    /// It could not be decided, and why.
    Undecided(String),
}

/// A change that is not judged as promised.
#[derive(Debug, Clone, PartialEq)]
pub struct Counterexample {
    /// Where and when.
    pub spot: Spot,
    /// With which evidence: no counterexample takes less, by [`Witness::size`].
    pub witness: Witness,
    /// How the gate judges it.
    pub verdict: Verdict,
}

/// A proof with what was looked at for it.
#[derive(Debug)]
pub struct ProofRun<'p> {
    /// The proof.
    pub proof: &'p Proof,
    /// What became of it.
    pub proved: Proved,
    /// How many stretches of time it speaks of, over all cells.
    pub stretches: u64,
    /// How many kinds of cell it speaks of.
    pub cells: u64,
    /// How many combinations of evidence and approvals there are, in digits.
    pub combinations: String,
}

impl ProofRun<'_> {
    /// The `gate` command that shows the counterexample, for a policy at `path`. Nothing where there is none, or where it rests on
    /// what no one command brings: a log of exceptions, a calendar file of who is on call.
    pub fn command(&self, policy: &Policy, path: &str) -> Option<String> {
        let Proved::Fails(found) = &self.proved else { return None };
        replay::command(policy, path, &found.spot, &found.witness)
    }

    /// What is wrong with the proof, for people. Nothing where it holds.
    pub fn finding(&self, policy: &Policy) -> Option<Diagnostic> {
        let name = &self.proof.name;
        match &self.proved {
            Proved::Holds => None,
            Proved::OfNothing => Some(
                Diagnostic::new(
                    &PROOF_OF_NOTHING,
                    self.proof.origin.span,
                    format!("proof `{name}` speaks of no change and no instant there can be"),
                )
                .help("it holds whatever the policy says: widen its `where`, or take it away"),
            ),
            Proved::Undecided(why) => Some(Diagnostic::new(
                &PROOF_UNDECIDED,
                self.proof.origin.span,
                format!("proof `{name}` is neither shown nor disproved: {why}"),
            )),
            Proved::Fails(found) => {
                let wanted: Vec<&str> = self.proof.expected.iter().map(|one| one.name()).collect();
                let zone = found.spot.region.as_ref().and_then(|name| policy.regions.find(name));
                let zone = zone.map_or(Zone::UTC, |region| policy.regions[region].place.zone);
                let finding = Diagnostic::new(
                    &PROOF_FAILED,
                    self.proof.expected_at.span,
                    format!(
                        "proof `{name}` does not hold: {} is {}, not {}",
                        found.spot.words(),
                        outcome(found.verdict).name(),
                        wanted.join(" or ")
                    ),
                );
                Some(
                    finding
                        .note(format!("at {}", zone.show_dated(found.spot.at)))
                        .note(found.witness.words()),
                )
            }
        }
    }
}

/// Tries every proof that `wanted` takes. `pulse` is told, often, how many kinds of cell of how many were looked at, and may end the
/// search: what was not disproved by then is undecided.
pub fn prove<'p>(
    policy: &'p Policy,
    wanted: impl Fn(&Proof) -> bool,
    pulse: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Vec<ProofRun<'p>> {
    let proofs: Vec<&'p Proof> = policy.proofs.rows().iter().filter(|proof| wanted(proof)).collect();
    let mut runs: Vec<ProofRun<'p>> = proofs
        .into_iter()
        .map(|proof| ProofRun {
            proof,
            proved: Proved::OfNothing,
            stretches: 0,
            cells: 0,
            combinations: String::new(),
        })
        .collect();
    let undecided = |runs: &mut Vec<ProofRun<'p>>, why: &str| {
        for run in runs.iter_mut().filter(|run| !matches!(run.proved, Proved::Fails(_))) {
            run.proved = Proved::Undecided(why.to_owned());
        }
    };
    let space = match Space::of(&[policy], policy.horizon) {
        Ok(space) => space,
        Err(TooLarge) => {
            undecided(&mut runs, "the policy asks for more evidence and people than can be told apart");
            return runs;
        }
    };
    let Some(judge) = Judge::of(&space, 0) else { return runs };
    let combinations = space.count(space.everything());
    let mut search = Search { space: &space, judge, asked: BTreeMap::new() };
    let mut states = space.states();
    let all = space.cells().len();
    let mut is_spent = false;
    'cells: for (done, cell) in space.cells().iter().enumerate() {
        let stretches = space.stretches(cell, &mut states);
        let (Some(states), Some(place)) = (states.first(), cell.places.first()) else { continue };
        let mut counts: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
        for (at, stretch) in stretches.iter().enumerate() {
            if let Some(state) = stretch.states.first() {
                counts.entry(*state).or_insert((0, at)).0 += 1;
            }
        }
        for (number, run) in runs.iter_mut().enumerate() {
            let mut speaks = 0;
            for (state, (count, first)) in &counts {
                if pulse(done, all).is_break() {
                    is_spent = true;
                    break 'cells;
                }
                let Some(at) = stretches.get(*first).map(|stretch| stretch.interval.start) else { continue };
                let mut speaks_here = false;
                for tier in search.judge.tiers() {
                    for phase in Phase::ALL {
                        let Some(action) = action_of(cell, phase) else { continue };
                        let place = Place { action, ..*place };
                        let found = search.case((number, run.proof), states, *state, place, tier, phase);
                        speaks_here |= found.speaks;
                        let Some(witness) = found.witness else { continue };
                        let tier = tier.map(|tier| policy.tiers[tier].name.as_str());
                        let Some(spot) = Spot::of(cell, tier, phase, at) else { continue };
                        worsen(&mut run.proved, spot, witness);
                    }
                }
                if speaks_here {
                    speaks += count;
                }
            }
            run.stretches += speaks;
            run.cells += u64::from(speaks > 0);
            if speaks > 0 && run.proved == Proved::OfNothing {
                run.proved = Proved::Holds;
            }
        }
    }
    if is_spent {
        undecided(&mut runs, "the budget was spent before every case was looked at");
    }
    let _ = pulse(all, all);
    let prepared = Prepared::new(policy);
    for run in &mut runs {
        run.combinations.clone_from(&combinations);
        check(policy, &prepared, run);
    }
    runs
}

/// Keeps the smaller counterexample; of two as small that asked in the phase of its action, then the earlier one.
fn worsen(proved: &mut Proved, spot: Spot, witness: Witness) {
    // What is asked in its own phase is easier to picture.
    let size = |spot: &Spot, witness: &Witness| (witness.size(), spot.phase != spot.action.phase(), spot.at);
    let is_smaller = match proved {
        Proved::Fails(known) => size(&spot, &witness) < size(&known.spot, &known.witness),
        _ => true,
    };
    if is_smaller {
        *proved = Proved::Fails(Box::new(Counterexample { spot, witness, verdict: Verdict::Allow }));
    }
}

/// Asks the gate about a counterexample: one that it judges as promised is none.
fn check(policy: &Policy, prepared: &Prepared<'_>, run: &mut ProofRun<'_>) {
    let Proved::Fails(found) = &mut run.proved else { return };
    let (change, context) = replay::of(policy, &found.spot, &found.witness);
    found.verdict = prepared.decide(&change, &context).verdict;
    if run.proof.expected.contains(&outcome(found.verdict)) {
        run.proved = Proved::Undecided(
            "the case that seemed to disprove it is one that no evidence brings about".to_owned(),
        );
    }
}

fn outcome(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Allow => Outcome::Allowed,
        Verdict::Pending => Outcome::Pending,
        Verdict::Block => Outcome::Blocked,
    }
}

/// Where a judge says what is expected.
fn met(says: &Says, expected: &[Outcome], space: &Space<'_>) -> Bdd {
    expected.iter().fold(space.nothing(), |any, outcome| {
        any.or(&match outcome {
            Outcome::Allowed => says.holds.clone(),
            Outcome::Blocked => says.fails.clone(),
            Outcome::Pending => says.holds.or(&says.fails).not(),
        })
    })
}

/// What one case says of a proof.
#[derive(Debug, Clone, Default)]
struct Case {
    /// Whether the proof speaks of it.
    speaks: bool,
    /// What disproves it.
    witness: Option<Witness>,
}

/// A case, as far as a proof can tell it from others.
type CaseKey = (usize, usize, Option<Id<Tier>>, Phase, Option<Id<Region>>, Vec<bool>);

struct Search<'s, 'p> {
    space: &'s Space<'p>,
    judge: Judge<'s, 'p>,
    asked: BTreeMap<CaseKey, Case>,
}

impl<'p> Search<'_, 'p> {
    fn case(
        &mut self,
        (number, proof): (usize, &'p Proof),
        states: &States,
        state: usize,
        place: Place,
        tier: Option<Id<Tier>>,
        phase: Phase,
    ) -> Case {
        let mut placed = Vec::new();
        places(&proof.asked, place, &mut placed);
        let key = (number, state, tier, phase, self.judge.region_of(place), placed);
        if let Some(known) = self.asked.get(&key) {
            return known.clone();
        }
        let asked = self.judge.asking(&proof.asked, states.items(state), place, tier, phase);
        let asked = asked.and(self.space.everything());
        let mut case = Case { speaks: !asked.is_false(), witness: None };
        if case.speaks {
            let says = self.judge.verdict(states, state, place, tier, phase);
            let against = asked.and_not(&met(&says, &proof.expected, self.space));
            case.witness = self.space.witness(&against);
        }
        self.asked.insert(key, case.clone());
        case
    }
}

/// What each part of a promise that speaks of a place says of this one.
fn places(asking: &Asking, place: Place, found: &mut Vec<bool>) {
    fn within<T: PartialEq>(of: &[T], asked: Option<T>) -> bool {
        asked.is_some_and(|asked| of.contains(&asked))
    }
    match asking {
        Asking::All(parts) | Asking::Any(parts) => parts.iter().for_each(|part| places(part, place, found)),
        Asking::Not(part) => places(part, place, found),
        Asking::Region(regions) => found.push(within(regions, place.region)),
        Asking::Component(components) => found.push(within(components, place.component)),
        Asking::Environment(environments) => found.push(within(environments, place.environment)),
        Asking::Action(actions) => found.push(actions.contains(&place.action)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::load;
    use crate::world::MemoryWorld;

    #[track_caller]
    fn check(proof: &str, expected: &str) {
        let text = format!(
            "policy p {{ language 1; owner o; horizon 2026-01-01 .. 2027-01-01 }}\n\
             role o {{ members \"ana\" }}\n\
             fact ready : bool\n\
             tier T1 \"Any\" {{ before deploy require ready }}\n\
             freeze hard {{ block others }}\n\
             window w : hard {{ during 2026-12-24T00:00Z .. 2026-12-27T00:00Z }}\n\
             prove \"it\" {{ {proof} }}\n"
        );
        let loaded = load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap();
        let policy = loaded.policy.unwrap();
        let runs = prove(&policy, |_| true, &mut |_, _| ControlFlow::Continue(()));
        let said = match &runs[0].proved {
            Proved::Fails(found) => {
                let spot = &found.spot;
                format!("{} at {}, {}: {:?}", spot.words(), spot.at, found.witness.words(), found.verdict)
            }
            other => format!("{other:?}"),
        };
        assert_eq!(said, expected);
    }

    #[test]
    fn a_proof_holds_or_the_smallest_change_shows_why_not() {
        check("where during hard; expect blocked", "Holds");
        check("where phase merge and not during w; expect allowed", "Holds");
        check("where not during w and ready; expect allowed", "Holds");
        check(
            "where not during w; expect allowed",
            "a T1 deploy at 2026-01-01T00:00:00Z, without any evidence or approval: Pending",
        );
        check(
            "where unknown ready; expect pending",
            "a T1 merge at 2026-01-01T00:00:00Z, without any evidence or approval: Allow",
        );
        check("where not ready and action deploy; expect blocked", "Holds");
        check("where without ready and action deploy; expect not allowed", "Holds");
        check("where at 2026-12-24T00:00Z .. 2026-12-27T00:00Z; expect blocked", "Holds");
        check(
            "where at 2026-12-24T00:00Z .. 2026-12-27T00:00:01Z; expect blocked",
            "a T1 merge at 2026-12-27T00:00:00Z, without any evidence or approval: Allow",
        );
        check("where ready and not ready; expect blocked", "OfNothing");
    }

    #[test]
    fn a_search_that_is_ended_decides_nothing() {
        let text = "policy p { language 1; horizon 2026-01-01 .. 2027-01-01 }\ntier T1 \"Any\"\n\
                    prove \"it\" { expect allowed }\n";
        let loaded = load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap();
        let policy = loaded.policy.unwrap();
        let runs = prove(&policy, |_| true, &mut |_, _| ControlFlow::Break(()));
        let finding = runs[0].finding(&policy).unwrap();
        assert_eq!(finding.code.name, "proof-undecided");
        assert!(finding.message.contains("the budget was spent"), "{}", finding.message);
    }
}
