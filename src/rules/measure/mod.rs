//! What bars say of each other: gates that never pass, triggers that never fire, stops that a gate lets through.

pub(super) mod conditions;
pub(super) mod contradiction;
pub(super) mod holds;
pub(super) mod sources;
pub(super) mod stops;
#[cfg(test)]
mod tests;

use crate::policy::{Bar, Bound, Check, Gate, Id, Origin, Policy};
use crate::segments::{Part, parts};

/// The ways in which a check comes to be: the alternatives of `or`.
fn ways(bound: &Bound) -> Vec<(&Check, Origin)> {
    let mut todo = vec![(&bound.check, bound.origin)];
    let mut found = Vec::new();
    while let Some((check, origin)) = todo.pop() {
        match check {
            Check::Any(parts) => todo.extend(parts.iter().rev().map(|part| (part, origin))),
            Check::Bar(bar) => found.push((check, bar.origin)),
            _ => found.push((check, origin)),
        }
    }
    found
}

/// What a gate requires, that of the gates it names with it.
fn required(policy: &Policy, gate: Id<Gate>) -> Vec<Part<'_>> {
    let bounds = &policy.gates[gate].requires;
    let mut found = parts(policy, bounds.iter().map(|bound| (&bound.check, bound.origin)));
    found.iter_mut().filter(|part| part.gate.is_none()).for_each(|part| part.gate = Some(gate));
    found
}

/// The parts that are bars.
fn bars<'p>(parts: &[Part<'p>]) -> Vec<(&'p Bar, Part<'p>)> {
    let bar = |part: &Part<'p>| match part.check {
        Check::Bar(bar) => Some((bar, *part)),
        _ => None,
    };
    parts.iter().filter_map(bar).collect()
}

/// Every bar of a check, however deep it stands.
fn every_bar<'p>(check: &'p Check, found: &mut Vec<&'p Bar>) {
    match check {
        Check::All(parts) | Check::Any(parts) => parts.iter().for_each(|part| every_bar(part, found)),
        Check::Not(part) => every_bar(part, found),
        Check::Bar(bar) => found.push(bar),
        Check::Evidence(_) | Check::Probe(..) | Check::Gate(..) => {}
    }
}

/// Whether two bars speak of one thing, be it over spans of different length.
fn same_subject(one: &Bar, other: &Bar) -> bool {
    (one.metric, one.aggregate) == (other.metric, other.aggregate)
}
