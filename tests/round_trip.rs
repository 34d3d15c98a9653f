//! The runbook's files, written and read back: what `opsc import` makes of them compiles to the same windows, releases and gate.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::calendar::{Instant, Interval};
use opsc::emit;
use opsc::policy::{self, Policy};
use opsc::world::MemoryWorld;
use std::fs;
use std::path::Path;
use std::process::Command;

const CALENDAR: &str = "opsdeploy/release_calendar.yml";

fn compiled(folder: &Path) -> (Policy, String) {
    let world = fs::read_dir(folder).unwrap().fold(MemoryWorld::at(0), |world, entry| {
        let path = entry.unwrap().path();
        match path.extension() {
            Some(end) if end == "ops" => {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                world.with_file(&name, fs::read(&path).unwrap())
            }
            _ => world,
        }
    });
    let loaded = policy::load(&world, "main.ops").unwrap();
    let policy = loaded.policy.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics));
    let target = policy.targets.rows().iter().find(|target| target.name == "opsdeploy").unwrap().clone();
    let target = policy::Target { to: "opsdeploy".to_owned(), ..target };
    let files = emit::build(&policy, &target).unwrap();
    let text = String::from_utf8(files.get(CALENDAR).unwrap().to_vec()).unwrap();
    (policy, text)
}

/// Without its comments: they name the policy.
fn plain(text: &str) -> String {
    text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn check(story: &str) {
    let (policy, first) = compiled(&Path::new(env!("CARGO_MANIFEST_DIR")).join(story));
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("opsdeploy")).unwrap();
    fs::write(folder.path().join(CALENDAR), &first).unwrap();
    let imported = Command::new(env!("CARGO_BIN_EXE_opsc"))
        .args(["import", CALENDAR])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&imported.stderr);
    assert!(imported.status.success(), "{said}");
    assert!(!said.contains("not carried over"), "{said}");
    let text = String::from_utf8(imported.stdout).unwrap() + "\ntarget opsdeploy { to \"opsdeploy\" }\n";
    fs::write(folder.path().join("main.ops"), text).unwrap();
    let (again, second) = compiled(folder.path());
    assert_eq!(plain(&first), plain(&second));

    // Every window is there, a half-open span to the second, and none besides.
    let spans = |policy: &Policy| -> Vec<Interval> {
        let place = |index: usize| policy.regions.rows().get(index).map(|region| region.place.clone());
        let all = Interval::new(Instant::MIN, Instant::MAX);
        policy
            .windows
            .rows()
            .iter()
            .flat_map(|window| window.when.active(&place(0).unwrap(), all).intervals().to_vec())
            .collect()
    };
    assert_eq!(spans(&again).len(), first.matches("  - id:").count() - policy.releases.len());
}

#[test]
fn nasty_texts_come_back() {
    check("tests/clients/nasty");
}

#[test]
fn the_runbooks_platform_comes_back() {
    check("examples/rag-platform");
}
