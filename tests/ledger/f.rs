//! F: what the runbooks lean on.

use super::{platform, rule};
use opsc::policy::{FlagKind, Policy};

fn asked<'a>(policy: &'a Policy, gate: &str) -> Vec<&'a str> {
    let gate = &policy.gates[policy.gates.find(gate).unwrap()];
    gate.requires.iter().map(|bound| bound.text.as_str()).collect()
}

#[test]
fn f_readiness() {
    assert_eq!(asked(&platform(), "readiness"), ["delta-s <= 0.45", "coverage >= 0.70", "lambda-convergent"]);
}

#[test]
fn f_graduation() {
    assert_eq!(
        asked(&platform(), "graduation"),
        [
            "p50(delta-s-drift) <= 0.03",
            "p95(delta-s-drift) <= 0.10",
            "p95(latency) <= baseline * 1.15",
            "error-rate <= 0.5%",
            "tool-success >= 99%",
            "answer-cost <= baseline * 1.10",
        ]
    );
}

#[test]
fn f_blue_green_within_two_minutes() {
    let policy = platform();
    let lever = &policy.levers[policy.levers.find("blue-green").unwrap()];
    assert_eq!(lever.within.unwrap().to_string(), "2m");
}

#[test]
fn f_flags_are_of_a_kind_and_never_of_clients_alone() {
    assert!(platform().flags.rows().iter().any(|flag| flag.kind == FlagKind::Progressive));
    rule("client-only-flag");
}

#[test]
fn f_a_wait_has_an_end() {
    rule("stage-without-timeout");
    rule("deadlock");
}
