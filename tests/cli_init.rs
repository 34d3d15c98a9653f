//! What `opsc init` writes: checks without a word, is in the style, tests, builds, and is never overwritten.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use std::path::Path;
use std::process::{Command, Output};

#[track_caller]
fn opsc(folder: &Path, arguments: &[&str]) -> Output {
    let output =
        Command::new(env!("CARGO_BIN_EXE_opsc")).args(arguments).current_dir(folder).output().unwrap();
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "`opsc {}`: {said}", arguments.join(" "));
    output
}

#[track_caller]
fn check(folder: &Path) {
    opsc(folder, &["init"]);
    let checked = opsc(folder, &["check", "--strict"]);
    assert_eq!((checked.stdout, checked.stderr), (Vec::new(), Vec::new()));
    opsc(folder, &["fmt", "--check"]);
    opsc(folder, &["test"]);
    opsc(folder, &["build"]);
    opsc(folder, &["build", "--check"]);
    let before = std::fs::read(folder.join("main.ops")).unwrap();
    let again = Command::new(env!("CARGO_BIN_EXE_opsc")).arg("init").current_dir(folder).output().unwrap();
    assert_eq!(again.status.code(), Some(4));
    assert_eq!(std::fs::read(folder.join("main.ops")).unwrap(), before);
}

#[test]
fn a_new_policy_is_silent_whatever_its_folder_is_called() {
    for name in ["shop", "Straße 9", "and", "2026", "--"] {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join(name);
        std::fs::create_dir(&inner).unwrap();
        check(&inner);
    }
}
