//! The search for deadlocks in growing policies: `cargo bench --bench deadlock`.
//!
//! Pipelines of 30 stages over 100 locks, each stage with a lock that it keeps until the second stage behind it: taken in one order
//! everywhere; then with one pipeline in ten that takes two of them the other way round; then a single chain. Medians of 9, wall time.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench reads the clock, and its policies are its own"
)]

#[path = "../tests/deadlock/build.rs"]
mod build;

use build::{Draft, Line, Step, policy};
use opsc::graph::{Answer, deadlocks};
use std::hint::black_box;

const STAGES: usize = 30;
const LOCKS: usize = 100;

fn main() {
    println!("{:>28} {:>10} {:>10} {:>10}", "policy", "pipelines", "ms", "findings");
    for count in [25, 50, 100, 200, 400, 800] {
        report("one order", count, &lines(count, |_| false));
    }
    for count in [25, 50, 100, 200, 400, 800] {
        report("one in ten the other way", count, &lines(count, |pipeline| pipeline % 10 == 0));
    }
    for stages in [1_000, 10_000, 100_000] {
        let stage = |at: usize| Step {
            after: at.checked_sub(1).map(|before| (0, before)).into_iter().collect(),
            holds: vec![(at % LOCKS, None)],
            ..Step::default()
        };
        let line = Line { stages: (0..stages).map(stage).collect(), ..Line::default() };
        report(
            "a chain of stages",
            stages,
            &Draft { locks: LOCKS, pipelines: vec![line], ..Draft::default() },
        );
    }
}

fn lines(count: usize, is_reversed: impl Fn(usize) -> bool) -> Draft {
    let line = |pipeline: usize| {
        let stage = |at: usize| {
            let lock = at * (LOCKS / STAGES) + pipeline % (LOCKS / STAGES);
            let lock = match (is_reversed(pipeline), at) {
                (true, 10) => 13 * (LOCKS / STAGES) + pipeline % (LOCKS / STAGES),
                (true, 13) => 10 * (LOCKS / STAGES) + pipeline % (LOCKS / STAGES),
                _ => lock,
            };
            let until = if is_reversed(pipeline) { at + 3 } else { at + 2 };
            Step {
                after: at.checked_sub(1).map(|before| (pipeline, before)).into_iter().collect(),
                holds: vec![(lock, (until < STAGES).then_some(until))],
                ..Step::default()
            }
        };
        Line { stages: (0..STAGES).map(stage).collect(), ..Line::default() }
    };
    Draft { locks: LOCKS, pipelines: (0..count).map(line).collect(), ..Draft::default() }
}

fn report(name: &str, count: usize, draft: &Draft) {
    let policy = policy(draft);
    let mut times = Vec::new();
    for _ in 0..9 {
        let start = std::time::Instant::now();
        black_box(deadlocks(&policy));
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    times.sort_by(f64::total_cmp);
    let found = deadlocks(&policy);
    let undecided = found.iter().filter(|answer| matches!(answer, Answer::Undecided(_))).count();
    println!("{name:>28} {count:>10} {:>10.2} {:>10}", times[4], format!("{} ({undecided})", found.len()));
}
