//! B: rollback and fast recovery.

use super::{built, platform, rule, says, written};
use opsc::policy::{FlipKind, LeverKind, Rollback};

fn rollback() -> Rollback {
    let policy = platform();
    policy.rollbacks[policy.rollbacks.find("bad-answers").unwrap()].clone()
}

#[test]
fn b1_the_triggers() {
    let rollback = rollback();
    let triggers: Vec<&str> = rollback.triggers.iter().map(|bound| bound.text.as_str()).collect();
    for trigger in [
        "p95(delta-s-drift) > 0.15",
        "coverage < 0.60",
        "lambda-flip-rate > 0.20",
        "tool-loops > 0",
        "error-rate > 1%",
        "throttled-rate >",
        "p99(latency) > baseline * 2",
        "mixed-answers > 0",
        "duplicate-effects > 0",
        "index-mismatches > 0",
    ] {
        assert!(triggers.iter().any(|text| text.starts_with(trigger)), "{trigger}: {triggers:?}");
    }
}

#[test]
fn b2_when_it_is_over() {
    let policy = platform();
    let recovered = rollback().recovered.unwrap();
    assert_eq!(recovered.within.map(|within| within.to_string()).as_deref(), Some("10m"));
    let gate = &policy.gates[policy.gates.find("back-to-normal").unwrap()];
    let asked: Vec<&str> = gate.requires.iter().map(|bound| bound.text.as_str()).collect();
    for bar in [
        "error-rate < 0.5%",
        "p95(latency) <= baseline * 1.15",
        "coverage >= baseline",
        "duplicate-effects == 0",
    ] {
        assert!(asked.contains(&bar), "{bar}: {asked:?}");
    }
}

#[test]
fn b3_the_checklist_in_its_order() {
    let rollback = rollback();
    let steps = written(&rollback.steps);
    let order = ["capture", "freeze-writes", "pull fastest of", "rotate-cache", "throttle on", "hold 10m"];
    let places: Vec<usize> =
        order.iter().map(|step| steps.iter().position(|text| text.starts_with(step)).unwrap()).collect();
    assert!(places.is_sorted(), "{steps:?}");
    assert_eq!(written(&rollback.finally), ["throttle off", "unfreeze-writes"]);
    let policy = platform();
    assert_eq!(
        policy.pins[policy.pins.find("what-runs").unwrap()].has,
        [
            "build-id",
            "git-sha",
            "model-ver",
            "prompt-ver",
            "index-hash",
            "rerank-conf",
            "tok-ver",
            "analyzer-conf"
        ]
    );
    rule("not-restored");
    rule("evidence-after-flip");
}

#[test]
fn b4_levers_with_times_fastest_first() {
    let policy = platform();
    for (name, kind, within) in [
        ("flag-kill", FlipKind::Flag, "1m"),
        ("blue-green", FlipKind::Selector, "2m"),
        ("index-alias", FlipKind::Alias, "5m"),
        ("version-unpin", FlipKind::Pin, "15m"),
    ] {
        let lever = &policy.levers[policy.levers.find(name).unwrap()];
        assert_eq!(lever.flips[0].kind, kind, "{name}");
        assert_eq!(lever.within.unwrap().to_string(), within, "{name}");
    }
    let page = built("docs/runbooks/rollback.md");
    let places = ["1. `prompts-back`", "2. `answers-to-blue`", "3. `docs-to-previous`"]
        .map(|step| page.find(step).unwrap());
    assert!(places.is_sorted());
    rule("fastest-of-untimed");
}

#[test]
fn b5_one_flip_is_one_operation() {
    rule("lever-takes-steps");
}

#[test]
fn b6_from_symptom_to_lever() {
    let rollback = rollback();
    assert_eq!(rollback.cases.len(), 4);
    assert!(rollback.cases.iter().all(|case| case.when.is_some() && !case.pull.is_empty()));
    let page = built("docs/runbooks/rollback.md");
    says(
        &page,
        &["## From symptom to lever", "**Quality regression**", "**Retriever wrong, or answers mixed**"],
    );
    says(&page, &["**Hot cost or tail latency**", "**Duplicate effects**", ": pull `prompts-back`"]);
}

#[test]
fn b7_the_commands_that_flip() {
    let page = built("docs/runbooks/rollback.md");
    says(
        &page,
        &["vec alias update docs_live --to docs_vA", "kubectl apply -f kubernetes/rag-live-blue.yml"],
    );
    says(&page, &["opsdeploy flags apply opsdeploy/flags/off.yml"]);
}

#[test]
fn b8_patterns_of_fast_recovery() {
    let policy = platform();
    for kind in [LeverKind::Degrade, LeverKind::Sticky, LeverKind::SingleFlight] {
        assert!(policy.levers.rows().iter().any(|lever| lever.kind == kind), "{kind:?}");
    }
    assert!(policy.flags.rows().iter().any(|flag| flag.sticky.is_some()));
    assert!(rollback().region_plan.len() > 1);
    rule("flag-not-sticky");
}

#[test]
fn b9_what_is_audited_afterwards() {
    let page = built("docs/runbooks/rollback.md");
    for what in [
        "pins-in-logs",
        "cache-rotated",
        "quality-on-warm-gold-set",
        "effects-reconciled",
        "root-cause-linked",
    ] {
        says(&page, &[&format!("- [ ] `{what}`")]);
    }
}

#[test]
fn b10_the_pitfalls() {
    for name in [
        "cache-not-rotated",
        "writers-during-flip",
        "client-only-flag",
        "not-restored",
        "evidence-after-flip",
    ] {
        rule(name);
    }
}
