//! What an enforced gate takes, and from whom: the real program over a policy, a checkout of the change, and files of evidence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const POLICY: &str = r#"
policy shop { language 1 }
region eu { zone "Europe/Dublin" }
component site { paths "site/**" }
role lead { members "ada", "bob" }
tier T2 "Standard" { examples "page"; before deploy require warmed }
freeze hard { admit T2; block others }
fact warmed : bool { from operator; from label by lead; from json "slo.json" at "/warmed"; from ci }
break-glass fire { by 1 of lead }
"#;

const CHANGE: &str =
    r#"{ "tier": { "name": "T2" }, "authors": ["eve"], "commit": "c1", "paths": ["site/a"] EXTRA }"#;

/// A policy on its own, and beside it a checkout that the gate runs in.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(policy: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("judge/main.ops", policy);
        place.write("work/site/a", "a page\n");
        place.git(&["init", "--quiet"]);
        place.change("");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn change(&self, extra: &str) {
        self.write("work/change.json", &CHANGE.replace("EXTRA", extra));
    }

    fn git(&self, arguments: &[&str]) {
        let work = self.path("work");
        assert!(Command::new("git").arg("-C").arg(work).args(arguments).status().unwrap().success());
    }

    fn opsc(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_opsc"));
        let output = command.current_dir(self.path("work")).args(arguments).output().unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        (output.status.code(), said.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// An enforced gate's exit code, and what it says.
    #[track_caller]
    fn check(&self, arguments: &[&str], exit: i32, says: &str) {
        let asked = ["gate", "../judge", "--enforce", "--change", "change.json", "--action", "deploy"];
        let (code, said) = self.opsc(&[&asked, arguments].concat());
        assert_eq!(code, Some(exit), "{said}");
        assert!(said.contains(says), "{said}");
    }
}

fn link(from: &Path, to: &Path) {
    fs::hard_link(from, to).unwrap();
}

#[test]
fn evidence_that_git_tracks_is_no_evidence() {
    let place = Place::new(POLICY);
    place.write("work/facts.json", r#"{ "warmed": true }"#);
    place.check(&["--facts", "facts.json"], 0, "ALLOWED");
    place.git(&["add", "facts.json"]);
    place.check(&["--facts", "facts.json"], 4, "takes no word from `facts.json`: git tracks it");
    place.write("elsewhere/facts.json", r#"{ "warmed": true }"#);
    place.check(&["--facts", "../elsewhere/facts.json"], 0, "ALLOWED");
    place.write("work/slo.json", r#"{ "warmed": true }"#);
    place.check(&[], 0, "ALLOWED");
    place.git(&["add", "slo.json"]);
    place.check(&[], 4, "takes no word from `slo.json`");
    place.git(&["rm", "--quiet", "--cached", "slo.json"]);
    place.check(&["--log", "log.jsonl"], 0, "ALLOWED");
    place.git(&["add", "log.jsonl"]);
    place.check(&["--log", "log.jsonl"], 4, "takes no word from `log.jsonl`");
    place.git(&["add", "change.json"]);
    place.check(&[], 4, "takes no word from `change.json`");
}

#[test]
fn whoever_says_something_has_a_name() {
    let place = Place::new(POLICY);
    place.check(&["--fact", "warmed"], 2, "add `--by PERSON`");
    place.check(&["--fact", "warmed", "--by", "ana", "--json"], 0, r#""actor": "ana""#);
    place.write("work/facts.json", r#"[{ "fact": "warmed", "value": true, "source": "operator" }]"#);
    place.check(&["--facts", "facts.json"], 4, "no `actor` says which operator");
    let by_label = r#"{ "fact": "warmed", "value": true, "source": "label", "actor": "bob" }"#;
    place.write("work/facts.json", &format!("[{by_label}]"));
    place.check(&["--facts", "facts.json"], 4, "takes labels and reviews from `--change` alone");
    place.change(&format!(r#", "evidence": [{by_label}]"#));
    place.check(&[], 0, "ALLOWED");
}

#[test]
fn a_change_claims_nothing_for_itself() {
    let place = Place::new(POLICY);
    place.change(r#", "break_glass": { "name": "fire", "by": "ada" }"#);
    place.check(&[], 4, "claims a break-glass for itself");
    place.change(r#", "intent": { "kill": { "flag": "beam" } }"#);
    place.check(&[], 4, "claims a kill for itself");
    place.change(r#", "intent": { "rollback": { "lever": "flip", "to": "v1" } }"#);
    place.check(&[], 4, "claims a rollback for itself");
    place.change("");
    let taken = ["--break-glass", "fire", "--by", "ada", "--fact", "warmed", "--json"];
    place.check(&taken, 0, r#""name": "fire", "by": "ada""#);
    place.check(
        &["--kill", "beam", "--fact", "warmed", "--by", "ada"],
        0,
        "the policy declares no such flag",
    );
}

#[test]
fn a_policy_that_says_nothing_is_not_enforced() {
    let place = Place::new("policy shop { language 1 }\n");
    place.check(&[], 3, "it would allow everything");
    let (exit, said) = place.opsc(&["gate", "../judge"]);
    assert_eq!(exit, Some(0), "{said}");
}

#[test]
fn what_is_enforced_is_judged_now() {
    Place::new(POLICY).check(&["--at", "2026-01-01T00:00:00Z"], 2, "what is enforced is judged now");
}

#[test]
fn outputs_are_files_of_their_own() {
    let place = Place::new(POLICY);
    place.write("work/log.jsonl", "");
    link(&place.path("work/log.jsonl"), &place.path("work/summary.md"));
    place.check(&["--log", "log.jsonl", "--summary", "summary.md"], 2, "name the same file");
    link(&place.path("judge/main.ops"), &place.path("work/policy.md"));
    place.check(&["--summary", "policy.md"], 2, "is a file of the policy");
    place.check(&["--log", "../judge/main.ops"], 2, "is a file of the policy");
}

#[test]
fn an_enforced_gate_follows_the_whole_log() {
    let place = Place::new(POLICY);
    let log = ["--fact", "warmed", "--by", "ada", "--log", "log.jsonl"];
    for _ in 0..3 {
        place.check(&log, 0, "log head");
    }
    let whole = fs::read_to_string(place.path("work/log.jsonl")).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    place.write("work/log.jsonl", &lines[1..].concat());
    place.check(&log, 4, "its chain is broken at line 1");
    place.write("work/log.jsonl", &whole);
    place.check(&log, 0, "log head");
}

#[test]
fn there_is_no_opening_for_what_the_policy_does_not_know() {
    let place = Place::new(POLICY);
    let (exit, said) = place.opsc(&["next", "../judge", "--region", "ue"]);
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("no region `ue`") && said.contains("it knows eu"), "{said}");
}
