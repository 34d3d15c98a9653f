//! Properties: a planted mistake is found and made as simple as is known, the same seed gives the same rollout, what is kept is tried
//! first and tells the same story, and what is damaged is named.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::diag::Habit;
use opsc::policy::Policy;
use opsc::rules;
use opsc::simulate::{Outcome, Scenario, simulate};
use opsc::verify::property::{Counterexample, Trying, try_property};
use opsc::verify::{PropertyRun, Verdict};
use opsc::world::MemoryWorld;
use proptest::prelude::*;
use std::fs;
use std::process::{Command, Output};

/// A rollout whose rollback leaves writes frozen where nothing recovers: `UNFREEZE` says where they are opened again.
const POLICY: &str = r#"
policy shop { language 1; horizon 2026-01-01 .. 2026-07-01 }
region dublin { zone "Europe/Dublin" }
role owner { members "ana", "ben" }
tier T2 "Standard"
freeze hard { block others }
window spring : hard { during 2026-03-01 through 2026-03-03 }
metric error-rate : ratio { better lower; no-data hold }
metric latency    : duration { better lower; no-data hold; baseline stable }
gate slo { require error-rate <= 0.5%; require p95(latency) <= baseline * 1.2 }
lever flag-kill { flips flag "new-api"; within 1m }
lock schema
pipeline web {
  on failure stop
  on freeze  { hard: pause 4h then roll back }
  stage build         { run "make image" }
  stage migrate       { after build; run "make migrate"; undo "make back"; holds schema }
  stage boot : deploy { after migrate; run "make deploy" }
  stage canary        { after boot; traffic 5% hold 15m; gate slo }
  stage ramp          { after canary; approve 1 of owner; traffic 50%, 100% hold 30m }
}
rollback back for web {
  when error-rate > 5% over 10m
  do      { freeze-writes; pull flag-kill; hold 10m until recovered at most 20m; UNFREEZE }
  FINALLY
  recovered when error-rate < 1% over 5m
}
"#;

const BROKEN: &str = "property \"writes come back\" { for trace of web; expect eventually writes open }\n";

fn policy(text: &str) -> Policy {
    let checked = rules::check(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops", Habit::Always);
    let checked = checked.unwrap();
    checked.policy.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// Where writes stay frozen when the hold runs out: in this language its steps behind are then left.
fn careless(property: &str) -> String {
    let text = POLICY.replace("at most 20m;", "at most 20m else incident S1;");
    let text = text.replace("UNFREEZE", "unfreeze-writes").replace("  FINALLY\n", "");
    text + "severity S1 \"Outage\" { impact \"no answers\" }\n" + property
}

fn careful(property: &str) -> String {
    let text = POLICY.replace("at most 20m;", "at most 20m else incident S1;").replace("; UNFREEZE", "");
    let text = text.replace("FINALLY", "finally { unfreeze-writes }");
    text + "severity S1 \"Outage\" { impact \"no answers\" }\n" + property
}

fn run<'p>(policy: &'p Policy, saved: &[Scenario], seed: u64) -> PropertyRun<'p> {
    let property = &policy.properties.rows()[0];
    try_property(policy, property, saved, Trying { seed, cases: 200 }, &|| false)
}

fn broken(policy: &Policy, seed: u64) -> Counterexample {
    match run(policy, &[], seed).verdict {
        Verdict::Broken(found) => *found,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_planted_mistake_is_found_and_made_as_simple_as_it_can_be() {
    let policy = policy(&careless(BROKEN));
    for seed in [0, 1, 2] {
        let found = broken(&policy, seed);
        assert_eq!(found.found, "writes are frozen at the end", "seed {seed}");
        let assumed = &found.scenario.assumed;
        assert!(assumed.failing.is_empty() && assumed.took.is_empty(), "seed {seed}: {assumed:?}");
        assert!(assumed.approvals.is_empty() && assumed.freezes.is_empty(), "seed {seed}: {assumed:?}");
        assert!(assumed.denied.is_empty(), "seed {seed}: {assumed:?}");
        // One metric is bad, once: no rollout with less leaves writes frozen.
        let levels: Vec<usize> = found.scenario.series.iter().map(|series| series.levels.len()).collect();
        assert_eq!(levels.iter().filter(|levels| **levels > 1).count(), 1, "seed {seed}: {levels:?}");
        assert!(levels.iter().sum::<usize>() <= levels.len() + 2, "seed {seed}: {levels:?}");
    }
}

#[test]
fn the_same_seed_gives_the_same_rollout_and_another_may_not() {
    let policy = policy(&careless(BROKEN));
    let (one, two) = (broken(&policy, 7), broken(&policy, 7));
    assert_eq!(one.scenario, two.scenario);
    assert_eq!(one.from, two.from);
    let text = |found: &Counterexample| found.scenario.write(&policy, "p", &found.found);
    assert_eq!(text(&one), text(&two));
}

#[test]
fn a_kept_rollout_reads_back_and_tells_the_same_story() {
    let policy = policy(&careless(BROKEN));
    let found = broken(&policy, 0);
    let text = found.scenario.write(&policy, "writes come back", &found.found);
    let schema = serde_json::from_str(include_str!("../docs/schema/scenario.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let errors: Vec<String> = validator.iter_errors(&json).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let read = Scenario::read(&policy, &text).unwrap();
    assert_eq!(read, found.scenario);
    let trace = read.trace(&policy);
    assert_eq!(simulate(&read.setting(&policy, &trace)), found.timeline);
}

#[test]
fn a_kept_rollout_is_tried_first_and_stays_mended() {
    let bad = policy(&careless(BROKEN));
    let found = broken(&bad, 0);
    let again = run(&bad, std::slice::from_ref(&found.scenario), 0);
    assert_eq!((again.drawn, again.saved), (0, 1));
    assert!(again.broken().is_some());
    let mended = policy(&careful(BROKEN));
    let after = run(&mended, &[found.scenario], 0);
    assert!(after.passed(), "{after:?}");
    assert!(after.met > 200 && after.saved == 1);
}

#[test]
fn a_budget_that_is_used_up_decides_nothing() {
    let policy = policy(&careful(BROKEN));
    let property = &policy.properties.rows()[0];
    let run = try_property(&policy, property, &[], Trying { seed: 0, cases: 10 }, &|| true);
    assert_eq!(run.finding(&policy).unwrap().code.name, "property-undecided");
}

/// What a rare condition needs is put into a rollout: most of those drawn meet it.
#[test]
fn conditions_are_aimed_at() {
    for condition in [
        "error-rate > 3% over 5m for 5m during canary",
        "error-rate > 3% over 5m and p95(latency) > baseline * 1.2 over 5m during canary",
        "not gate slo during canary",
        "freeze hard during ramp",
        "freeze spring during ramp",
        "freeze hard during canary, ramp and tier T2",
        "any stage fails",
        "migrate fails",
        "ramp unapproved",
    ] {
        let expect = "expect eventually writes open";
        let text = format!("property \"p\" {{ for trace of web; where {condition}\n  {expect} }}\n");
        let policy = policy(&careful(&text));
        let property = &policy.properties.rows()[0];
        let run = try_property(&policy, property, &[], Trying { seed: 0, cases: 40 }, &|| false);
        assert!(run.passed(), "{condition}: {run:?}");
        assert!(run.met >= 40 && run.drawn <= 110, "{condition}: {} of {}", run.met, run.drawn);
    }
}

/// Each of these is so, or is not, for a reason that is known.
#[test]
fn expectations_mean_what_they_say() {
    let cases = [
        ("where migrate fails", "expect failed within 1m", true),
        ("where migrate fails", "expect never traffic above 0%", true),
        ("where migrate fails", "expect never canary started", true),
        ("where migrate fails", "expect eventually lock schema free", true),
        ("where migrate fails", "expect paused or stuck", false),
        ("where ramp unapproved", "expect never traffic above 5%", true),
        ("where ramp unapproved", "expect finished", false),
        ("where error-rate > 5% for 15m during canary", "expect rolled-back or failed within 15m", true),
        ("where error-rate > 5% for 15m during canary", "expect never finished", true),
        ("where error-rate > 5% for 15m during canary", "expect rolled-back within 15m", false),
        ("where error-rate > 5% during canary", "expect rolled-back within 0s", false),
        ("where error-rate > 5% for 15m during canary", "expect never writes frozen", false),
        ("where freeze hard during ramp", "expect finished", false),
        ("where freeze hard during ramp", "expect finished or rolled-back or paused within 12h", true),
    ];
    for (condition, expected, holds) in cases {
        let text = format!("property \"p\" {{ for trace of web\n  {condition}\n  {expected}\n}}\n");
        let policy = policy(&careful(&text));
        let property = &policy.properties.rows()[0];
        let run = try_property(&policy, property, &[], Trying { seed: 3, cases: 60 }, &|| false);
        assert_eq!(run.passed(), holds, "{condition}; {expected}: {:#?}", run.finding(&policy));
        assert!(run.met > 0, "{condition}; {expected}");
    }
}

fn opsc(folder: &std::path::Path, words: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_opsc");
    Command::new(program).args(words).current_dir(folder).env("NO_COLOR", "1").output().unwrap()
}

#[test]
fn what_is_kept_replays_through_the_simulator_to_the_same_outcome() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.ops"), careless(BROKEN)).unwrap();
    let first = opsc(folder.path(), &["test"]);
    assert_eq!(first.status.code(), Some(1), "{}", String::from_utf8_lossy(&first.stderr));
    let kept = "regressions/writes-come-back.json";
    assert!(folder.path().join(kept).is_file());
    let story = String::from_utf8(first.stdout).unwrap();
    assert!(story.contains(&format!("opsc simulate web --scenario {kept}")), "{story}");
    let replayed = opsc(folder.path(), &["simulate", "web", "--scenario", kept]);
    assert_eq!(replayed.status.code(), Some(10));
    assert!(story.contains(&String::from_utf8(replayed.stdout).unwrap()), "{story}");
    // It is tried first, and not kept twice.
    let again = opsc(folder.path(), &["test"]);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(fs::read_dir(folder.path().join("regressions")).unwrap().count(), 1);
    fs::write(folder.path().join("main.ops"), careful(BROKEN)).unwrap();
    assert_eq!(opsc(folder.path(), &["test"]).status.code(), Some(0));
}

#[test]
fn nothing_is_kept_where_that_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.ops"), careless(BROKEN)).unwrap();
    assert_eq!(opsc(folder.path(), &["test", "--no-save"]).status.code(), Some(1));
    assert!(!folder.path().join("regressions").exists());
}

#[test]
fn a_kept_rollout_that_cannot_be_read_is_named() {
    let policy = policy(&careless(BROKEN));
    let good = broken(&policy, 0).scenario.write(&policy, "", "");
    for (damage, said) in [
        (good.replace("\"error-rate\"", "\"eror-rate\""), "the policy has no metric `eror-rate`"),
        (good.replace("\"web\"", "\"wep\""), "the policy has no pipeline `wep`"),
        (good.replace("opsc.scenario/1", "opsc.scenario/9"), "it says schema `opsc.scenario/9`"),
        (good[..good.len() / 2].to_owned(), "this is no scenario"),
        (good.replace("\"every\": \"", "\"every\": \"-"), "is no span of time"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("main.ops"), careful(BROKEN)).unwrap();
        fs::create_dir(folder.path().join("regressions")).unwrap();
        fs::write(folder.path().join("regressions/writes-come-back.json"), damage).unwrap();
        let output = opsc(folder.path(), &["test", "--cases", "5", "--format", "short"]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("bad-regression") && text.contains(said), "{said}: {text}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_rollout_that_finishes_finishes() {
    let policy = policy(&careful("property \"p\" { for trace of web; expect never finished }\n"));
    let found = broken(&policy, 0);
    assert_eq!(found.timeline.outcome, Outcome::Finished);
    assert!(found.scenario.assumed.failing.is_empty());
    assert!(found.scenario.series.iter().all(|series| series.levels.len() == 1), "nothing goes wrong in it");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands in a file, reading it is no more than an answer.
    #[test]
    fn no_scenario_makes_it_panic(at in 0_usize..4000, letter in "[0-9a-z\"{}:, -]{0,4}") {
        let policy = policy(&careful(BROKEN));
        let text = include_str!("fixtures/scenario.json");
        let at = at.min(text.len());
        let changed = format!("{}{letter}{}", &text[..at], &text[at..]);
        let _ = Scenario::read(&policy, &changed);
    }
}
