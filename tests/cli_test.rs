//! The page about a failed test is true: its bad policy fails where it says, its good one passes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::diag::Habit;
use opsc::world::MemoryWorld;
use opsc::{render, rules, verify};

const PAGE: &str = include_str!("../docs/rules/test-failed.md");

fn example(info: &str) -> &'static str {
    let behind = PAGE.split_once(&format!("```{info}\n")).unwrap().1;
    behind.split_once("\n```").unwrap().0
}

/// The lines of the failures, and the messages.
fn failures(policy: &str) -> (Vec<u32>, Vec<String>) {
    let world = MemoryWorld::at(0).with_file("main.ops", policy);
    let checked = rules::check(&world, "main.ops", Habit::Always).unwrap();
    let policy = checked.policy.unwrap();
    let found: Vec<_> =
        verify::run(&policy).iter().flat_map(|run| run.failures().cloned().collect::<Vec<_>>()).collect();
    let line = |finding: &opsc::diag::Diagnostic| checked.sources.position(finding.primary.span).line;
    (found.iter().map(line).collect(), found.iter().map(|finding| finding.message.clone()).collect())
}

#[test]
fn the_bad_policy_fails_where_the_page_says() {
    let bad = example("ops bad");
    let marker = bad.lines().position(|line| line.ends_with("^^ test-failed")).unwrap();
    let (lines, messages) = failures(bad);
    assert_eq!(lines, [u32::try_from(marker).unwrap()]);
    assert_eq!(messages, ["test `the first working day`: expected allowed, got blocked by `year-end`"]);
}

#[test]
fn the_good_policy_passes() {
    assert_eq!(failures(example("ops good")).1, Vec::<String>::new());
}

#[track_caller]
fn check(question: &str, expected: &[&str]) {
    let policy = format!(
        "use std.tiers\nuse std.freezes\npolicy p {{ language 1 }}\nregion r {{ zone \"UTC\" }}\ncomponent c {{ paths \"**\" }}\n\
         role sre-owner {{ members \"ann\", \"bob\" }}\nrole product-owner {{ members \"cy\" }}\n\
         window w : hard {{ during 2026-01-01T00:00Z .. 2026-01-02T00:00Z }}\n\
         test \"t\" {{ {question} }}\n"
    );
    assert_eq!(failures(&policy).1, expected);
}

#[test]
fn answers_are_compared_by_name_and_instant() {
    check(
        "given tier T2; at 2026-01-01T12:00Z; phase deploy; expect blocked by w until 2026-01-02T00:00Z",
        &[],
    );
    check("given tier T2; at 2026-01-03T12:00Z; phase deploy; expect pending on warmup", &[]);
    check("given tier T2; at 2026-01-03T12:00Z; phase deploy; fact warmup true; expect allowed", &[]);
    check(
        "given tier T2; at 2026-01-01T22:00Z; phase deploy; fact warmup true; expect next 2026-01-02T00:00Z",
        &[],
    );
    check(
        "given tier T1; at 2026-01-03T12:00Z; phase merge; fact schema-change false; approved by sre-owner; expect pending on product-owner",
        &[],
    );
    check(
        "given tier T2; at 2026-01-01T12:00Z; phase deploy; expect blocked by w until 2026-01-03T00:00Z",
        &[
            "test `t`: expected blocked by `w` until 2026-01-03T00:00:00Z, got blocked by `w` until 2026-01-02T00:00:00Z",
        ],
    );
    check("given tier T2; phase deploy; expect allowed", &["test `t`: the question says no instant"]);
}

#[test]
fn every_answer_is_there_by_the_published_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../docs/schema/test.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let text = include_str!("golden/test/whole/main.ops");
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    let policy = rules::check(&world, "main.ops", Habit::Always).unwrap().policy.unwrap();
    let runs = verify::run(&policy);
    let coverage = verify::coverage(&policy, &runs);
    let shown = render::testing::Shown { policy: &policy, runs: &runs, coverage: Some(&coverage), root: "" };
    let output: serde_json::Value = serde_json::from_str(&render::testing::json(&shown)).unwrap();
    let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn what_a_table_gives_is_what_statements_give() {
    let rows = "given tier T2; phase deploy; table at, warmup { row 2026-01-03T12:00Z true : allowed }";
    check(rows, &[]);
    check(
        "given tier T2; phase deploy; fact warmup true
         table at, warmup { row 2026-01-03T12:00Z unknown : pending on warmup { expect reason T2 } }",
        &["test `t`, 2026-01-03T12:00Z unknown: expected reason `T2`, got reason `warmup`"],
    );
    check(
        "given phase merge; fact schema-change false; at 2026-01-03T12:00Z
         table tier, approved { row T1 nobody : pending on sre-owner; row T1 \"ann\", \"cy\" : allowed }",
        &[],
    );
    check(
        "given at 2026-01-01T12:00Z
         table tier, component, region { row T2 c r : blocked by w; row unstated all all : blocked by hard }",
        &[],
    );
}

#[test]
fn entries_of_the_record_are_compared_by_kind() {
    let question = "given tier T2; at 2026-01-01T12:00Z; phase deploy; ";
    for entry in [
        "record \"/blocked\" = true",
        "record \"/policy/language\" = 1",
        "record \"/policy/language\" = 1.0",
        "record \"/windows/0/end\" = 2026-01-02T00:00Z",
        "record \"/windows/0/end\" = \"2026-01-02T00:00:00Z\"",
        "record \"/tier/name\" = T2",
        "record \"/tier/name\" \"T2\"",
        "no record \"/release\"",
        "no record \"/windows/1\"",
        "window w",
        "reason hard",
    ] {
        check(&format!("{question}expect {entry}"), &[]);
    }
    check(
        &format!("{question}expect record \"/blocked\" = \"true\""),
        &["test `t`: expected `/blocked` of the record to be `\"true\"`, got `true`"],
    );
}
