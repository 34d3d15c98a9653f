//! What the pages say is so: their policies check, their commands answer what is shown, their links lead somewhere, and
//! the index of rules is whole.
//!
//! Fences: ` ```ops ` is a complete policy without errors; ` ```ops fragment ` stands behind the page's first complete one;
//! ` ```LANGUAGE file PATH ` is written to PATH for the commands that follow; ` ```console ` holds commands behind `$ ` with
//! what they answer. There, `...` stands for any text of its line, and alone on a line for any lines. A page's commands share
//! one folder, which begins with a copy of `examples/`; those of an example's page run in a copy of the example.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

#[path = "support/fences.rs"]
mod fences;

use fences::{Fence, fences};
use opsc::diag::{Habit, Level};
use opsc::rules;
use opsc::world::MemoryWorld;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// 2026-06-01T00:00:00Z.
const NOW: u64 = 1_780_272_000;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page that people read, the rules' and targets' own aside: those have their own tests.
fn pages() -> Vec<PathBuf> {
    let markdown = |folder: &str| {
        let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
        entries.filter(|path| path.extension().is_some_and(|end| end == "md")).collect::<Vec<_>>()
    };
    let examples = fs::read_dir(root().join("examples")).unwrap();
    let mut found = markdown("docs");
    found.extend(markdown("."));
    found.extend(examples.map(|entry| entry.unwrap().path().join("README.md")).filter(|page| page.is_file()));
    found.sort();
    found
}

fn is_whole(fence: &Fence) -> bool {
    fence.info == "ops" || fence.info.starts_with("ops file ")
}

/// The errors of a policy, with the lines they are on.
fn errors(text: &str) -> Vec<String> {
    let world = MemoryWorld::at(NOW).with_file("main.ops", text);
    let checked = rules::check(&world, "main.ops", Habit::Always).unwrap();
    let wrong = checked.diagnostics.iter().filter(|finding| finding.level == Level::Error);
    wrong
        .map(|finding| {
            let line = checked.sources.position(finding.primary.span).line;
            format!("line {line}: {}: {}", finding.code.name, finding.message)
        })
        .collect()
}

#[test]
fn every_policy_on_a_page_checks() {
    let mut wrong = String::new();
    let mut policies = 0;
    for page in pages() {
        let found = fences(&fs::read_to_string(&page).unwrap());
        let whole = found.iter().find(|fence| is_whole(fence));
        for fence in &found {
            let before = match fence.info.as_str() {
                "ops fragment" => whole.map_or("", |whole| whole.text.as_str()),
                _ if is_whole(fence) => "",
                _ => continue,
            };
            policies += 1;
            for error in errors(&format!("{}{before}", fence.text)) {
                writeln!(wrong, "{}:{}: {error}", page.display(), fence.line).unwrap();
            }
        }
    }
    assert!(policies > 20, "only {policies} policies were found");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_command_on_a_page_answers_what_is_shown() {
    let mut wrong = String::new();
    let mut commands = 0;
    for page in pages() {
        let whole = tempfile::tempdir().unwrap();
        copy(&root().join("examples"), &whole.path().join("examples"));
        let within = page.strip_prefix(root()).unwrap().parent().unwrap();
        let folder =
            if within.starts_with("examples") { whole.path().join(within) } else { whole.path().into() };
        for fence in fences(&fs::read_to_string(&page).unwrap()) {
            if let Some((_, path)) = fence.info.split_once(" file ") {
                let path = folder.join(path);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, &fence.text).unwrap();
            }
            if fence.info != "console" {
                continue;
            }
            for part in format!("\n{}", fence.text).split("\n$ ").skip(1) {
                let (command, shown) = part.split_once('\n').unwrap_or((part, ""));
                let answer = run(command, &folder);
                commands += 1;
                let shown: Vec<&str> = shown.trim_end().lines().collect();
                let got: Vec<&str> = answer.trim_end().lines().collect();
                if !matches(&shown, &got) {
                    let place = format!("{}:{}", page.display(), fence.line);
                    writeln!(wrong, "{place}: `{command}` answers\n{answer}").unwrap();
                }
            }
        }
    }
    assert!(commands > 10, "only {commands} commands were found");
    assert!(wrong.is_empty(), "{wrong}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What a shell shows; `opsc` is the program under test.
fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_opsc")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .env("HOME", folder)
        .env("GIT_CEILING_DIRECTORIES", folder)
        .env_remove("XDG_CACHE_HOME")
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

fn matches(shown: &[&str], got: &[&str]) -> bool {
    match shown.split_first() {
        None => got.is_empty(),
        Some((&"...", rest)) => (0..=got.len()).any(|skipped| matches(rest, &got[skipped..])),
        Some((first, rest)) => {
            got.split_first().is_some_and(|(line, more)| fits(first, line) && matches(rest, more))
        }
    }
}

fn fits(shown: &str, line: &str) -> bool {
    match shown.split_once("...") {
        None => shown == line,
        Some((before, after)) => line.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| fits(after, &rest[at..]))
        }),
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut wrong = String::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap();
            if !path.is_empty() && !path.contains("://") && !page.parent().unwrap().join(path).exists() {
                writeln!(wrong, "{}: nothing at `{link}`", page.display()).unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn the_index_of_rules_is_whole() {
    let mut fresh = String::from(
        "# Rules\n\nWhat `opsc check` and `opsc test` can find, by the name in brackets. Each page says why it hurts and how to \
         mend it;\n`opsc explain NAME` shows it. Rules marked *strict* speak only under `--strict`.\n\nWritten from the \
         program's own table: `BLESS=1 cargo test --test docs` brings it up to date.\n\n| name | level | what it finds |\n\
         |---|---|---|\n",
    );
    for code in rules::codes() {
        let level = match code.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "note",
        };
        let strict = if code.habit == Habit::Strict { ", *strict*" } else { "" };
        writeln!(fresh, "| [{0}]({0}.md) | {level}{strict} | {1} |", code.name, code.summary).unwrap();
    }
    let path = root().join("docs/rules/index.md");
    if std::env::var_os("BLESS").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    let written = fs::read_to_string(path).unwrap();
    assert!(
        written == fresh,
        "docs/rules/index.md is out of date: `BLESS=1 cargo test --test docs` writes it"
    );
}
