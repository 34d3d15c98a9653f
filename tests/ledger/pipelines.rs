//! The facts of the runbook on pipelines, one test a row of the ledger, named after the row: what is found where a policy breaks it, and
//! silence where it keeps it.

use opsc::diag::Habit;
use opsc::policy::{Act, OnFailure, Policy};
use opsc::rules;
use opsc::world::MemoryWorld;

const POLICY: &str = r#"
use std.tiers
use std.freezes
use std.pipelines
use std.gates
use std.metrics.{http, rag}
policy ledger { language 1 }
role sre-owner     { members "mara", "tomas" }
role product-owner { members "ines" }
component index
component retriever { needs index }
service rag { components index, retriever }
"#;

fn checked(text: &str) -> (Option<Policy>, Vec<&'static str>) {
    let world = MemoryWorld::at(1_748_736_000).with_file("main.ops", format!("{POLICY}{text}"));
    let checked = rules::check(&world, "main.ops", Habit::Strict).unwrap();
    let mut found: Vec<&str> = checked.diagnostics.iter().map(|found| found.code.name).collect();
    // Whether a release comes back at all is another runbook's.
    found.retain(|name| *name != "pipeline-without-rollback");
    (checked.policy, found)
}

#[track_caller]
fn finds(text: &str, expected: &[&str]) {
    assert_eq!(checked(text).1, expected, "{text}");
}

#[track_caller]
fn policy(text: &str) -> Policy {
    let (policy, found) = checked(text);
    policy.unwrap_or_else(|| panic!("{found:?}"))
}

/// A rollout as the runbook draws it; the stages may be replaced.
const ROLLOUT: &str = r#"
pipeline web for rag {
  stage build  { run "make image"; produces image, deployment; timeout 20m }
  stage test   { after build; run "make test"; timeout 30m }
  stage expand { after test; run "make expand"; timeout 20m }
  stage deploy { after expand; run "make deploy"; expects image, deployment; gate healthy; timeout 10m }
  stage canary { after deploy; traffic 5% hold 15m; gate graduation; timeout 1h }
  stage ramp   { after canary; traffic 25%, 50%, 100% hold 30m; gate graduation; timeout 6h }
  stage promote { after ramp; run "make promote"; gate settled; timeout 10m }
}
"#;

#[test]
fn a11_the_emergency_flow_asks_what_the_runbook_asks() {
    let policy = policy("");
    let gate = &policy.gates[policy.gates.find("emergency").unwrap()];
    let asked: Vec<&str> = gate.requires.iter().map(|bound| bound.text.as_str()).collect();
    assert_eq!(asked, ["incident-open", "owner-online", "pins-verified", "rollback-lever == one-step"]);
    finds(
        r#"
pipeline emergency for rag {
  stage pins : verify   { run "make pins"; produces deployment; gate emergency; timeout 5m }
  stage flip : deploy   { after pins; run "make flip"; expects deployment; timeout 5m }
  stage warm : verify   { after flip; run "make warm"; warms retrieval; timeout 10m }
  stage gold : verify   { after warm; run "make gold-short"; gate readiness; timeout 10m }
  stage canary          { after gold; traffic 5% hold 15m; gate graduation; timeout 30m }
  stage complete : promote { after canary; run "make promote"; timeout 5m }
}"#,
        &[],
    );
}

#[test]
fn e1_build_migrate_and_deploy_are_stages_in_order() {
    finds(ROLLOUT, &[]);
    finds(&ROLLOUT.replace("deploy { after expand", "deploy { after test"), &["migrate-beside-deploy"]);
    let late = ROLLOUT
        .replace("deploy { after expand", "deploy { after test")
        .replace("expand { after test", "expand { after deploy");
    finds(&late, &["deploy-before-migration"]);
}

#[test]
fn e2_every_deploy_carries_its_pins() {
    let policy = policy("");
    assert_eq!(
        policy.pins[policy.pins.find("deployment").unwrap()].has,
        ["release-id", "schema-rev", "index-hash"]
    );
    finds(&ROLLOUT.replace("produces image, deployment", "produces image"), &["expects-nothing-made"]);
}

#[test]
fn e3_a_canary_comes_first() {
    let without = ROLLOUT
        .replace("ramp   { after canary", "ramp   { after deploy")
        .replace("  stage canary { after deploy; traffic 5% hold 15m; gate graduation; timeout 1h }\n", "");
    finds(&without, &["ramp-without-canary"]);
}

#[test]
fn e4_no_traffic_before_variables_secrets_and_dependencies_verify() {
    finds(&ROLLOUT.replace("gate healthy; ", ""), &["traffic-before-health"]);
    let policy = policy("");
    let gate = &policy.gates[policy.gates.find("healthy").unwrap()];
    assert_eq!(gate.requires[0].text, "probe env, secrets, dependencies");
}

#[test]
fn e5_a_bad_canary_reverts_pauses_and_alerts() {
    let rollback = r#"
use std.levers
use std.recovery
rollback bad for web {
  when error-rate > baseline + 2pp for 5m
  when p95(latency) > 800ms for 5m
  do { capture deployment; pull flag-kill; pause; rotate-cache; alert sre-owner; resume }
}"#;
    let text = ROLLOUT.replace("pipeline web for rag {", "pipeline web for rag {\n  on failure rollback bad");
    let policy = policy(&format!("{text}{rollback}"));
    let pipeline = &policy.pipelines[policy.pipelines.find("web").unwrap()];
    assert!(matches!(pipeline.on_failure, Some((OnFailure::Rollback(_), _))));
    let bad = &policy.rollbacks[policy.rollbacks.find("bad").unwrap()];
    let acts = |wanted: fn(&Act) -> bool| bad.steps.iter().any(|step| wanted(&step.act));
    assert!(acts(|act| matches!(act, Act::Pull { .. })));
    assert!(acts(|act| matches!(act, Act::Pause(None))));
    assert!(acts(|act| matches!(act, Act::Alert(_))));
    // A percentage beside a percentage reads two ways.
    let (_, found) = checked(&format!("{text}{}", rollback.replace("2pp", "2%")));
    assert!(found.contains(&"ambiguous-percent"), "{found:?}");
}

#[test]
fn e6_an_artifact_is_built_once() {
    let twice = ROLLOUT.replace("expects image, deployment", "produces image; expects deployment");
    finds(&twice, &["artifact-built-twice"]);
}

#[test]
fn e7_a_stage_goes_on_only_from_what_an_earlier_one_made() {
    finds(
        &ROLLOUT.replace("test   { after build; ", "test   { after build; expects report; "),
        &["expects-nothing-made"],
    );
}

#[test]
fn e8_pipelines_that_share_a_component_take_turns() {
    // What lies between the first migration and `promote` is kept apart by the shared component's own lock; what lies beyond is not.
    let two = format!(
        "{ROLLOUT}{}",
        ROLLOUT
            .replace("pipeline web", "pipeline api")
            .replace("image", "picture")
            .replace(", deployment", "")
    );
    finds(
        &two.replace("expand", "migrate").replace("make migrate\"", "make migrate\"; undo \"make down\""),
        &[],
    );
}

#[test]
fn e9_what_waits_for_what_waits_for_it_is_shown_as_the_circle() {
    finds(&ROLLOUT.replace("stage build  { ", "stage build  { after promote; "), &["order-cycle"]);
    let waits =
        ROLLOUT.replace("stage test   { after build; ", "stage test   { after build; needs retriever; ");
    finds(&waits, &["deadlock"]);
}

#[test]
fn e10_environments_hold_the_same_names_and_a_canary_the_same_values() {
    let environments = r#"
environment staging    { vars DB = "staging"; secrets key }
environment production { after staging; vars DB = "live", CACHE = "on"; secrets key }
"#;
    finds(environments, &["environments-differ"]);
    let elsewhere = ROLLOUT
        .replace("stage canary { after deploy; ", "stage canary { after deploy; environment staging; ")
        .replace("stage ramp   { after canary; ", "stage ramp   { after canary; environment production; ");
    finds(
        &format!("{}{elsewhere}", environments.replace(", CACHE = \"on\"", "")),
        &["canary-environment-differs"],
    );
}

#[test]
fn e12_after_the_last_step_the_drift_is_gone_and_the_index_the_same() {
    let policy = policy("");
    let gate = &policy.gates[policy.gates.find("settled").unwrap()];
    let asked: Vec<&str> = gate.requires.iter().map(|bound| bound.text.as_str()).collect();
    assert_eq!(asked, ["p95(delta-s-drift) <= 0.03", "index-mismatches == 0"]);
    // Without a hand: nothing in the rollout waits for one, and nothing waits without an end.
    finds(&ROLLOUT.replace("; timeout 20m", ""), &["stage-without-timeout", "stage-without-timeout"]);
}
