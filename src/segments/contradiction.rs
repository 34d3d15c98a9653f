//! Checks that all must hold, taken apart, and the fewest of their parts that cannot hold together.

use super::possible::{Claim, Possible, can_be};
use crate::policy::{Check, Condition, Gate, Id, Origin, Policy};
use std::collections::BTreeSet;

/// A part of checks that all must hold, with its place.
#[derive(Debug, Clone, Copy)]
pub struct Part<'p> {
    /// What must hold.
    pub check: &'p Check,
    /// Where it is written.
    pub origin: Origin,
    /// The gate that asks for it, where it is not the check itself.
    pub gate: Option<Id<Gate>>,
}

/// Sets of so many parts are looked through for the smallest that contradicts itself.
const MOST_SETS: usize = 20_000;

/// The parts of checks that all must hold, those of gates that they name with them.
pub fn parts<'p>(policy: &'p Policy, checks: impl IntoIterator<Item = (&'p Check, Origin)>) -> Vec<Part<'p>> {
    let mut todo: Vec<Part<'p>> =
        checks.into_iter().map(|(check, origin)| Part { check, origin, gate: None }).collect();
    todo.reverse();
    let mut found = Vec::new();
    let mut seen: BTreeSet<Id<Gate>> = BTreeSet::new();
    while let Some(part) = todo.pop() {
        match part.check {
            Check::All(parts) => todo.extend(parts.iter().rev().map(|check| Part {
                check,
                origin: origin_of(check).unwrap_or(part.origin),
                ..part
            })),
            Check::Gate(gate, _) => {
                if seen.insert(*gate) {
                    let bounds = policy.gates[*gate].requires.iter().rev();
                    todo.extend(bounds.map(|bound| Part {
                        check: &bound.check,
                        origin: origin_of(&bound.check).unwrap_or(bound.origin),
                        gate: Some(*gate),
                    }));
                }
            }
            _ => found.push(part),
        }
    }
    found
}

/// The smallest set of parts that cannot all hold, by position; nothing where all of them can.
pub fn smallest_contradiction(policy: &Policy, parts: &[Part<'_>]) -> Option<Vec<usize>> {
    let is_impossible = |chosen: &[usize]| {
        let claims: Vec<Claim<'_>> =
            chosen.iter().filter_map(|at| parts.get(*at)).map(|part| Claim::Holds(part.check)).collect();
        can_be(policy, &claims) == Possible::No
    };
    let mut left: Vec<usize> = (0..parts.len()).collect();
    if !is_impossible(&left) {
        return None;
    }
    // What can be left out is left out; what remains is minimal, and no smaller set need be looked for beyond its size.
    for at in (0..parts.len()).rev() {
        let fewer: Vec<usize> = left.iter().copied().filter(|known| *known != at).collect();
        if is_impossible(&fewer) {
            left = fewer;
        }
    }
    let mut tried = 0;
    for size in 1..left.len() {
        let mut chosen: Vec<usize> = (0..size).collect();
        loop {
            tried += 1;
            if tried > MOST_SETS {
                return Some(left);
            }
            if is_impossible(&chosen) {
                return Some(chosen);
            }
            if !next_set(&mut chosen, parts.len()) {
                break;
            }
        }
    }
    Some(left)
}

/// The next set of the same size, in the order of positions.
fn next_set(chosen: &mut [usize], count: usize) -> bool {
    let size = chosen.len();
    for at in (0..size).rev() {
        let Some(value) = chosen.get(at).copied() else { return false };
        if value + (size - at) < count {
            for (offset, slot) in chosen.iter_mut().skip(at).enumerate() {
                *slot = value + 1 + offset;
            }
            return true;
        }
    }
    false
}

fn origin_of(check: &Check) -> Option<Origin> {
    match check {
        Check::Bar(bar) => Some(bar.origin),
        Check::Probe(_, origin) | Check::Gate(_, origin) => Some(*origin),
        Check::Evidence(
            Condition::Holds(_, origin)
            | Condition::Compare(.., origin)
            | Condition::Sustained(.., origin)
            | Condition::OneOf(.., origin)
            | Condition::Approval(_, origin)
            | Condition::TierIn(_, origin),
        ) => Some(*origin),
        _ => None,
    }
}
