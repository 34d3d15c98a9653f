//! What code hosts ask of a report beyond its published schema, held against real reports of the real program: GitHub's
//! "SARIF support for code scanning", and GitLab's "code quality report format".
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::diag::{Code, Diagnostic, Habit, Level};
use opsc::render::{Paint, Report, format};
use opsc::source::{Sources, Span};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The policies of golden cases that are checked: many findings, and none.
fn policies() -> Vec<PathBuf> {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/check");
    let cases = std::fs::read_dir(suite).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> = cases.filter(|case| case.join("main.ops").is_file()).collect();
    found.sort();
    found
}

fn report(policy: &Path, format: &str) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_opsc"))
        .args(["check", "--strict", "--format", format])
        .current_dir(policy)
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{}: {error}", policy.display()))
}

fn is_relative(address: &str) -> bool {
    !address.is_empty()
        && !address.starts_with(['/', '.'])
        && !address.contains(':')
        && !address.contains("..")
}

/// A text that is there, not empty, and no longer than that.
#[track_caller]
fn text<'a>(value: &'a Value, pointer: &str, longest: usize) -> &'a str {
    let text =
        value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer}: {value}"));
    assert!(!text.trim().is_empty() && text.chars().count() <= longest, "{pointer}: {text}");
    text
}

#[track_caller]
fn check_for_github(log: &Value) -> usize {
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].is_string());
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1);
    let driver = &runs[0]["tool"]["driver"];
    text(driver, "/name", 255);
    text(driver, "/semanticVersion", 255);
    let rules = driver["rules"].as_array().unwrap();
    let mut names = BTreeSet::new();
    for rule in rules {
        assert!(names.insert(text(rule, "/id", 255)), "a rule is there twice");
        text(rule, "/shortDescription/text", 1024);
        text(rule, "/fullDescription/text", 1024);
        text(rule, "/help/text", usize::MAX);
        text(rule, "/help/markdown", usize::MAX);
        assert!(["error", "warning", "note"].contains(&text(rule, "/defaultConfiguration/level", 10)));
        let properties = &rule["properties"];
        assert!(["very-high", "high", "medium", "low"].contains(&text(properties, "/precision", 10)));
        let severity = properties["problem.severity"].as_str().unwrap();
        assert!(["error", "warning", "recommendation"].contains(&severity));
        assert!(properties["tags"].as_array().unwrap().len() <= 10);
    }
    let results = runs[0]["results"].as_array().unwrap();
    assert!(results.len() <= 25_000 && rules.len() <= 25_000);
    for result in results {
        text(result, "/message/text", usize::MAX);
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        text(result, "/partialFingerprints/primaryLocationLineHash", 255);
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1, "only the first is shown");
        let related = result["relatedLocations"].as_array().into_iter().flatten();
        for place in locations.iter().chain(related).map(|location| &location["physicalLocation"]) {
            assert!(is_relative(text(place, "/artifactLocation/uri", usize::MAX)), "{place}");
            let number = |field: &str| place["region"][field].as_u64().unwrap();
            let (start, end) =
                ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
            assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{place}");
        }
    }
    results.len()
}

#[test]
fn github_takes_every_report() {
    let schema: Value = serde_json::from_str(include_str!("schemas/sarif-2.1.0.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut findings = 0;
    for policy in policies() {
        let log = report(&policy, "sarif");
        let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", policy.display());
        findings += check_for_github(&log);
        // 10 MB, packed; unpacked it is far below that.
        assert!(log.to_string().len() < 4_000_000);
    }
    assert!(findings > 30, "only {findings} findings were looked at");
}

#[test]
fn gitlab_takes_every_report() {
    let mut findings = 0;
    for policy in policies() {
        let report = report(&policy, "gitlab");
        let mut prints = BTreeSet::new();
        for issue in report.as_array().unwrap() {
            findings += 1;
            text(issue, "/description", 10_000);
            text(issue, "/check_name", 255);
            assert!(prints.insert(text(issue, "/fingerprint", 255)), "two findings are one to GitLab");
            let severity = text(issue, "/severity", 10);
            assert!(["info", "minor", "major", "critical", "blocker"].contains(&severity));
            assert!(is_relative(text(issue, "/location/path", usize::MAX)), "{issue}");
            assert!(issue.pointer("/location/lines/begin").and_then(Value::as_u64).unwrap() >= 1);
        }
    }
    assert!(findings > 30, "only {findings} findings were looked at");
}

#[test]
fn more_than_a_host_takes_is_cut_to_the_most_severe_and_says_so() {
    const PAGE: &str = "# a\n\nWhy.\n";
    static GRAVE: Code =
        Code { name: "grave", summary: "grave", level: Level::Error, habit: Habit::Always, page: PAGE };
    static SLIGHT: Code =
        Code { name: "slight", summary: "slight", level: Level::Note, habit: Habit::Strict, page: PAGE };
    let mut sources = Sources::new();
    let file = sources.add("main.ops", "x\n".repeat(10));
    let found: Vec<Diagnostic> = (0..25_010)
        .map(|number| {
            Diagnostic::new(if number < 25_000 { &SLIGHT } else { &GRAVE }, Span::new(file, 0, 1), "x")
        })
        .collect();
    let report = Report { sources: &sources, found: &found, codes: &[&GRAVE, &SLIGHT] };
    let log: Value = serde_json::from_str(&(format("sarif").unwrap().render)(&report, Paint::Plain)).unwrap();
    assert_eq!(check_for_github(&log), 25_000);
    assert_eq!(log["runs"][0]["results"][0]["ruleId"], "grave");
    let said = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(said, "10 findings are left out, the least severe: no more than 25000 are taken.");
}
