//! The facts of the runbooks, one test a row, named after the row: what the library and the example say, what a rule finds, what
//! an output has. `docs/ledger.md` is the same as a table.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

mod a;
mod d;
mod e;
mod f;
mod operated;
mod pipelines;
mod playbooks;
mod recovery;
mod table;

use opsc::diag::Habit;
use opsc::policy::Policy;
use opsc::rules;
use opsc::verify;
use opsc::world::MemoryWorld;
use std::fs;
use std::path::Path;

/// The library on its own: two roles, two regions, two components, a freeze of each kind.
const POLICY: &str = r#"
use std.tiers
use std.freezes
use std.levers

policy ledger { language 1 }
role sre-owner     { members "mara", "tomas" }
role product-owner { members "ines" }
region us { zone "America/New_York" }
region jp { zone "Asia/Tokyo" }
component llm
component index
window hard-freeze : hard { during 2025-11-27 through 2025-12-01 }
window soft-freeze : soft { during 2025-09-10 through 2025-09-12 }
"#;

fn checked(text: &str) -> (Policy, Vec<String>) {
    let world = MemoryWorld::at(1_748_736_000).with_file("main.ops", format!("{POLICY}{text}"));
    let checked = rules::check(&world, "main.ops", Habit::Strict).unwrap();
    let found =
        checked.diagnostics.iter().map(|found| format!("{}: {}", found.code.name, found.message)).collect();
    (checked.policy.unwrap_or_else(|| panic!("{found:#?}")), found)
}

/// Every test in `text` passes, and the policy checks clean.
#[track_caller]
fn holds(text: &str) {
    let (policy, found) = checked(text);
    assert!(found.is_empty(), "{found:#?}");
    let runs = verify::run(&policy);
    assert!(runs.iter().map(|run| run.compared()).sum::<usize>() > 0);
    let failed: Vec<&String> =
        runs.iter().flat_map(|run| run.failures()).map(|failure| &failure.message).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

fn asks(policy: &Policy, tier: &str) -> Vec<String> {
    let tier = &policy.tiers[policy.tiers.find(tier).unwrap()];
    tier.requirements.iter().map(|asked| format!("{}: {}", asked.phase.name(), asked.text)).collect()
}

fn read(path: &str) -> String {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&place).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The platform of the runbooks, as it ships.
fn platform() -> Policy {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/rag-platform");
    let mut world = MemoryWorld::at(1_748_736_000);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "ops") {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            world = world.with_file(&name, fs::read_to_string(&path).unwrap());
        }
    }
    rules::check(&world, "main.ops", Habit::Always).unwrap().policy.unwrap()
}

/// What the platform compiles to at `path`.
fn built(path: &str) -> String {
    let files = opsc::emit::build_all(&platform()).unwrap();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    let bytes = files.get(path).unwrap_or_else(|| panic!("{path} is none of {paths:?}"));
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
}

/// The first policy that the rule's page calls bad has its finding; the first that it calls good, or mended, has none.
#[track_caller]
fn rule(name: &str) {
    let page = read(&format!("docs/rules/{name}.md"));
    let mended = if page.contains("```ops good\n") { "```ops good\n" } else { "```ops fixed\n" };
    for (info, is_found) in [("```ops bad\n", true), (mended, false)] {
        let text = page.split(info).nth(1).and_then(|rest| rest.split("\n```").next()).unwrap();
        let world = MemoryWorld::at(1_748_736_000).with_file("main.ops", format!("{text}\n"));
        let found = rules::check(&world, "main.ops", Habit::Strict).unwrap().diagnostics;
        let codes: Vec<&str> = found.iter().map(|found| found.code.name).collect();
        assert_eq!(codes.contains(&name), is_found, "{name}: {codes:?} in\n{text}");
    }
}
