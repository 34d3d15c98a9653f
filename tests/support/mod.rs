//! How many cases a law is tried on, and from which seed: the same in every run, so that a change never fails for what it did
//! not touch. `OPSC_CASES` and `OPSC_SEED` ask for a long run, which hunts.

#![allow(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a law fails by panicking, and asks the environment how long to run"
)]

use proptest::test_runner::{Config, RngSeed};
use std::hash::{BuildHasher, RandomState};

/// The seed of a run that asks for none.
const SEED: u64 = 0x6f70_7363;

/// The settings of a law that takes so many cases in a normal run.
///
/// # Panics
///
/// Where `OPSC_CASES` is no number, and `OPSC_SEED` neither a number nor `random`.
pub fn law(cases: u32) -> Config {
    let cases = asked("OPSC_CASES", |text| text.parse().ok()).unwrap_or(cases);
    let random = || RandomState::new().hash_one(cases);
    let seed = asked("OPSC_SEED", |text| if text == "random" { Some(random()) } else { text.parse().ok() })
        .unwrap_or(SEED);
    // A harness shows this of a law that fails.
    println!("the same cases again: OPSC_CASES={cases} OPSC_SEED={seed}");
    Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        // What a run finds becomes a test of its own, never a file that only the next run on this machine reads.
        failure_persistence: None,
        max_shrink_iters: 4000,
        // A law whose premise hardly ever holds is no law: it fails rather than pass on few cases.
        max_global_rejects: cases.saturating_mul(16),
        max_local_rejects: cases.saturating_mul(256),
        ..Config::default()
    }
}

/// Whether a run asks for its number of cases, and so may take long.
#[allow(dead_code, reason = "only laws that can take long ask")]
pub fn is_long_run() -> bool {
    std::env::var_os("OPSC_CASES").is_some()
}

fn asked<T>(variable: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = std::env::var(variable).ok()?;
    Some(read(&text).unwrap_or_else(|| panic!("`{text}` is nothing that {variable} can be")))
}
