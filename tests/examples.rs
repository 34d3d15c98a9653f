//! Every example is as its README says: it checks without a word, its tests pass, and the files beside it are those it compiles to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::cli::System;
use opsc::{emit, policy};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn stories() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut stories: Vec<PathBuf> = entries.filter(|path| path.join("main.ops").is_file()).collect();
    stories.sort();
    assert!(stories.len() >= 3, "{stories:?}");
    stories
}

#[track_caller]
fn succeeds(story: &Path, command: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_opsc")).args(command).current_dir(story).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "opsc {} in {}\n{said}", command.join(" "), story.display());
}

#[test]
fn examples_check() {
    stories().iter().for_each(|story| succeeds(story, &["check"]));
}

#[test]
fn examples_pass_their_tests() {
    stories().iter().for_each(|story| succeeds(story, &["test"]));
}

#[test]
fn files_beside_examples_are_fresh() {
    stories().iter().for_each(|story| succeeds(story, &["build", "--check"]));
}

#[test]
fn every_policy_as_a_document_is_valid_by_its_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/schema/policy.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let others = ["tests/golden/build/every-target", "tests/clients/nasty"].map(|folder| root.join(folder));
    for folder in stories().into_iter().chain(others) {
        let path = folder.to_str().unwrap();
        let policy = policy::load(&System::default(), path).unwrap().policy.unwrap();
        let any = policy.targets.rows()[0].clone();
        let name = "json".to_owned();
        let target =
            policy::Target { name, to: String::new(), allow_lossy: None, options: BTreeMap::new(), ..any };
        let files = emit::build(&policy, &target).unwrap();
        let document: Value = serde_json::from_slice(files.get("policy.json").unwrap()).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{path}: {errors:#?}");
    }
}
