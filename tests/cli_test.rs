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
use std::ops::ControlFlow;

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
    let shown = render::testing::Shown {
        policy: &policy,
        runs: &runs,
        listed: &[],
        properties: &[],
        coverage: Some(&coverage),
        mutation: None,
        root: "",
    };
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

const CALENDAR: &str = "policy p { language 1; horizon 2026-01-01 .. 2027-01-01 }
tier any
freeze stop { block any }
region east { zone \"America/New_York\" }
window peak : stop { during 2026-03-01 through 2026-03-02 }
window outage : stop { while broken; no-data inactive }
fact broken : bool
";

const EDGES: &str = "test \"the peak\" {
  given tier any; phase deploy
  table at {
    row 2026-03-01T04:59:59Z : allowed
    row 2026-03-01T05:00:00Z : blocked by peak
    row 2026-03-03T04:59:59Z : blocked by peak
    row 2026-03-03T05:00:00Z : allowed
  }
}
test \"an outage\" {
  given tier any; phase deploy; at 2026-05-01T12:00Z
  case \"going on\" { fact broken true; expect blocked by outage }
  case \"over\" { fact broken false; expect allowed }
}
";

fn policy(text: &str) -> opsc::policy::Policy {
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    opsc::policy::load(&world, "main.ops").unwrap().policy.unwrap()
}

/// The mutants that no test notices, and the score.
fn missed(text: &str) -> (Vec<String>, usize) {
    let mutation = verify::mutate(&policy(text), &|| false, &|_, _| ());
    let again = verify::mutate(&policy(text), &|| false, &|_, _| ());
    assert_eq!(mutation, again);
    (mutation.missed().iter().map(|(tried, _)| tried.what.clone()).collect(), mutation.score())
}

#[test]
fn tests_of_every_edge_notice_a_second() {
    let (left, score) = missed(&format!("{CALENDAR}{EDGES}"));
    // The tests ask about deployments in general, and so of every action at once.
    assert!(left.iter().all(|missed| missed.contains("not for action")), "{left:#?}");
    let without = EDGES.replace("    row 2026-03-03T04:59:59Z : blocked by peak\n", "");
    let (left, lower) = missed(&format!("{CALENDAR}{without}"));
    assert!(left.contains(&"window `peak` ends a second earlier".to_owned()), "{left:#?}");
    assert!(lower < score);
}

#[test]
fn no_test_notices_nothing_and_what_loosens_most_comes_first() {
    let text = format!(
        "{CALENDAR}test \"none\" {{ given tier any; at 2026-07-01T00:00Z; expect no record \"/release\" }}"
    );
    let (left, score) = missed(&text);
    assert_eq!(score, 0);
    assert_eq!(left.first().map(String::as_str), Some("kind `stop` admits any"), "{left:#?}");
    let position = |what: &str| left.iter().position(|missed| missed == what).unwrap();
    assert!(position("window `peak` taken away") < position("window `peak` begins an hour later"));
    assert!(position("window `peak` begins an hour later") < position("window `peak` begins a second later"));
    assert!(
        position("window `peak` begins a second later") < position("window `peak` begins a second earlier")
    );
}

#[test]
fn what_holds_at_the_same_times_is_not_counted() {
    let text = CALENDAR.replace("America/New_York", "UTC");
    let mutation = verify::mutate(&policy(&format!("{text}{EDGES}")), &|| false, &|_, _| ());
    let tried = mutation.tried.iter().find(|tried| tried.what == "window `peak` read in UTC").unwrap();
    // The tests were written for New York, so even this mutant fails them there; without them it is seen for what it is.
    assert_eq!(tried.fate, verify::Fate::Noticed);
    let mutation = verify::mutate(&policy(&text), &|| false, &|_, _| ());
    let tried = mutation.tried.iter().find(|tried| tried.what == "window `peak` read in UTC").unwrap();
    assert_eq!(tried.fate, verify::Fate::Equivalent(verify::Sameness::SameTimes));
}

#[test]
fn a_budget_that_is_used_up_leaves_the_rest_undecided() {
    let mutation = verify::mutate(&policy(CALENDAR), &|| true, &|_, _| ());
    assert!(mutation.tried.iter().all(|tried| tried.fate == verify::Fate::Undecided));
    assert_eq!((mutation.counted(), mutation.score()), (0, 100));
}

/// A policy's own files, by their paths from its folder.
fn files(folder: &std::path::Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let own = entries.filter(|path| path.extension().is_some_and(|end| end == "ops"));
    own.map(|path| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(path).unwrap())
    })
    .collect()
}

#[test]
fn what_is_suggested_checks_passes_and_leaves_nothing_missing() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mut suggested = 0;
    for story in std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()) {
        if !story.join("main.ops").is_file() {
            continue;
        }
        let world = |more: &str| {
            files(&story).into_iter().fold(MemoryWorld::at(0), |world, (name, text)| {
                let text = if name == "main.ops" { format!("{text}\n{more}") } else { text };
                world.with_file(&name, text)
            })
        };
        let load = |more: &str| {
            let loaded = opsc::policy::load(&world(more), "main.ops").unwrap();
            assert!(loaded.policy.is_some(), "{}: {:#?}\n{more}", story.display(), loaded.diagnostics);
            loaded.policy.unwrap()
        };
        let before = load("");
        let more = verify::suggest(&before, &verify::run(&before));
        suggested += more.lines().count();
        let after = load(&more);
        let runs = verify::run(&after);
        let failed: Vec<&String> =
            runs.iter().flat_map(|run| run.failures()).map(|failure| &failure.message).collect();
        assert!(failed.is_empty(), "{}: {failed:#?}\n{more}", story.display());
        assert_eq!(verify::suggest(&after, &runs), "", "{}", story.display());
    }
    assert!(suggested > 0);
}

#[test]
fn a_history_that_was_asked_about_is_told_by_the_published_schema() {
    use opsc::verify::backtest::{Asked, backtest, read_history, read_incidents};
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../docs/schema/backtest.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let policy = policy(include_str!("golden/backtest/said/main.ops"));
    let mut history = read_history(include_str!("golden/backtest/said/deployments.csv")).unwrap();
    history.extend(read_history(include_str!("golden/backtest/said/gitlab.json")).unwrap());
    let incidents = read_incidents(include_str!("golden/backtest/said/incidents.csv")).unwrap();
    let asked = Asked {
        environments: [("prod".to_owned(), "production".to_owned())].into(),
        regions: Default::default(),
        components: Default::default(),
        tiers: Default::default(),
        within: opsc::calendar::Elapsed::hours(24),
    };
    for (incidents, told) in [(incidents.as_slice(), Some(incidents.len())), (&[], None)] {
        let found = backtest(&policy, &history, incidents, &asked, &mut |_, _| ControlFlow::Continue(()));
        let shown = render::backtest::Shown {
            policy: &policy,
            backtest: &found,
            incidents: told,
            within: asked.within,
        };
        let output: serde_json::Value = serde_json::from_str(&render::backtest::json(&shown)).unwrap();
        let errors: Vec<String> = validator.iter_errors(&output).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}
