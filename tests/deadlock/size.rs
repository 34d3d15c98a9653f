//! Large systems: nothing overflows, and nothing takes long.

use crate::build::{Draft, Line, Step, policy};
use opsc::graph::{Answer, deadlocks};

/// A pipeline whose stages follow each other.
fn chain(stages: usize, holds: impl Fn(usize) -> Vec<(usize, Option<usize>)>) -> Line {
    let after = |at: usize| at.checked_sub(1).map(|before| (0, before)).into_iter().collect();
    let step = |at| Step { after: after(at), holds: holds(at), ..Step::default() };
    Line { stages: (0..stages).map(step).collect(), ..Line::default() }
}

#[test]
fn a_chain_of_100_000_stages_does_not_overflow() {
    let free =
        Draft { locks: 2, pipelines: vec![chain(100_000, |at| vec![(at % 2, None)])], ..Draft::default() };
    assert_eq!(deadlocks(&policy(&free)), Vec::new());
    let last = 99_999;
    let held = |at| match at {
        0 => vec![(0, Some(last))],
        99_998 => vec![(0, None)],
        _ => Vec::new(),
    };
    let stuck = Draft { locks: 1, pipelines: vec![chain(100_000, held)], ..Draft::default() };
    let [Answer::Deadlock(found)] = &deadlocks(&policy(&stuck))[..] else { panic!("not one deadlock") };
    assert_eq!(found.steps.iter().filter(|step| step.takes.is_some()).count(), 1);
}
