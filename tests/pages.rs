//! Runs every page of `docs/rules`: what it calls bad is found where it says, what it calls good is silent, what it
//! calls fixed is what `opsc check --fix` makes of the bad one, and the report it shows is the report people get.
//!
//! Fences: ` ```ops bad `, ` ```ops good `, ` ```ops fixed ` (of the bad one before it), ` ```ops file people.ops ` (beside
//! every policy of the page), ` ```text ` straight behind a bad one (its report). In a bad one, `// ^^^ code-name`
//! under a line says that the code speaks of that place; `// ^ code-name` with the first caret at the fourth column or before
//! speaks of the whole line. The clock stands at 2025-06-01T00:00Z.
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
use opsc::diag::{Code, Diagnostic, Habit, apply};
use opsc::render::{self, Paint, Report};
use opsc::rules;
use opsc::source::Sources;
use opsc::verify::property::{Trying, try_property};
use opsc::verify::{self, prove::prove};
use opsc::world::MemoryWorld;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Findings over input that a page cannot hold, with the file and the test that shows each.
const SHOWN_ELSEWHERE: &[(&str, &str, &str)] = &[
    ("import-limit", "src/policy/tests.rs", "a_chain_of_files_has_an_end"),
    ("property-undecided", "tests/properties.rs", "a_budget_that_is_used_up_decides_nothing"),
    ("bad-regression", "tests/properties.rs", "a_kept_rollout_that_cannot_be_read_is_named"),
    ("proof-undecided", "src/verify/prove.rs", "a_search_that_is_ended_decides_nothing"),
    ("import-not-text", "src/policy/tests.rs", "files_use_each_other_within_bounds"),
];

/// 2025-06-01T00:00:00Z.
const NOW: u64 = 1_748_736_000;

/// A finding that a page announces: the line it is on, its columns where the carets can show them, its code.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Clone)]
struct Announced {
    line: u32,
    code: String,
    columns: Option<(u32, u32)>,
}

fn marker(line: &str) -> Option<(usize, usize, &str)> {
    let rest = line.trim_start().strip_prefix("//")?;
    let inner = rest.trim_start();
    let carets = inner.chars().take_while(|letter| *letter == '^').count();
    let code = inner[carets..].trim();
    let first = line.len() - inner.len();
    let name = !code.is_empty()
        && code.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
    (carets > 0 && name).then_some((first, carets, code))
}

fn announced(text: &str) -> Vec<Announced> {
    let mut found = Vec::new();
    let mut spoken_of = 0;
    for (index, line) in text.lines().enumerate() {
        let Some((first, carets, code)) = marker(line) else {
            spoken_of = index + 1;
            continue;
        };
        let number = |n: usize| u32::try_from(n).unwrap();
        let columns = (first > 3).then(|| (number(first + 1), number(first + carets)));
        found.push(Announced { line: number(spoken_of), code: code.to_owned(), columns });
    }
    found
}

fn without_markers(text: &str) -> String {
    text.lines().filter(|line| marker(line).is_none()).map(|line| format!("{line}\n")).collect()
}

struct Page<'a> {
    name: &'a str,
    code: &'a Code,
    companions: BTreeMap<String, String>,
}

impl Page<'_> {
    /// What is found in a policy: always what speaks unasked, and what this page is about.
    fn check(&self, text: &str) -> (Sources, Vec<Diagnostic>) {
        let mut world = MemoryWorld::at(NOW).with_file("main.ops", text);
        for (path, companion) in &self.companions {
            world = world.with_file(path, companion.as_str());
        }
        let checked = rules::check(&world, "main.ops", Habit::Strict).unwrap();
        let promised = checked.policy.iter().flat_map(|policy| {
            let failed =
                verify::run(policy).into_iter().flat_map(|run| run.failures().cloned().collect::<Vec<_>>());
            let proved = prove(policy, |_| true, &mut |_, _| ControlFlow::Continue(()));
            let proved = proved.iter().filter_map(|run| run.finding(policy)).collect::<Vec<_>>();
            let trying = Trying { seed: 0, cases: 50 };
            let properties = policy.properties.rows().iter();
            let tried = properties.filter_map(|property| {
                try_property(policy, property, &[], trying, &|| false).finding(policy)
            });
            failed.chain(proved).chain(tried).collect::<Vec<_>>()
        });
        // Only running tests and proofs raises what they raise, so only their own pages run them.
        let promised = promised.filter(|_| verify::CODES.contains(&self.code));
        let found = checked
            .diagnostics
            .into_iter()
            .chain(promised)
            .filter(|diagnostic| diagnostic.code.habit == Habit::Always || diagnostic.code == self.code)
            .collect();
        (checked.sources, found)
    }

    fn bad(&self, fence: &Fence, problems: &mut Vec<String>) -> (Sources, Vec<Diagnostic>) {
        let (sources, found) = self.check(&fence.text);
        let mut expected = announced(&fence.text);
        for diagnostic in &found {
            let span = diagnostic.primary.span;
            let at = sources.position(span);
            let file = sources.get(span.file).unwrap();
            let end = file.position(span.end.max(span.start + 1) - 1);
            let last = if end.line == at.line { end.column } else { u32::MAX };
            let matches = |expected: &Announced| {
                file.name() == "main.ops"
                    && expected.line == at.line
                    && expected.code == diagnostic.code.name
                    && expected.columns.is_none_or(|(from, to)| from <= last && at.column <= to)
            };
            match expected.iter().position(matches) {
                Some(place) => {
                    expected.remove(place);
                }
                None => problems.push(format!(
                    "{}:{}: not announced: {}:{}:{}: {}: {}",
                    self.name,
                    fence.line,
                    file.name(),
                    at.line,
                    at.column,
                    diagnostic.code.name,
                    diagnostic.message
                )),
            }
        }
        for missing in expected {
            problems.push(format!("{}:{}: not found: {missing:?}", self.name, fence.line));
        }
        if !found.iter().any(|diagnostic| diagnostic.code == self.code) {
            problems.push(format!(
                "{}:{}: the bad policy does not show `{}`",
                self.name, fence.line, self.code.name
            ));
        }
        (sources, found)
    }
}

fn run(code: &Code, problems: &mut Vec<String>) {
    let fences = fences(code.page);
    let companions = fences
        .iter()
        .filter_map(|fence| Some((fence.info.strip_prefix("ops file ")?.to_owned(), fence.text.clone())))
        .collect();
    let page = Page { name: code.name, code, companions };
    let mut last_bad: Option<(usize, String, Sources, Vec<Diagnostic>)> = None;
    let mut shown = 0;
    for (index, fence) in fences.iter().enumerate() {
        match fence.info.as_str() {
            "ops bad" => {
                let (sources, found) = page.bad(fence, problems);
                last_bad = Some((index, fence.text.clone(), sources, found));
                shown += 1;
            }
            "ops good" => {
                let (sources, found) = page.check(&fence.text);
                for diagnostic in found {
                    let at = sources.place(diagnostic.primary.span);
                    let (name, line) = (page.name, fence.line);
                    let said = format!("{}: {}", diagnostic.code.name, diagnostic.message);
                    problems.push(format!("{name}:{line}: the good policy is not silent: {at}: {said}"));
                }
            }
            "ops fixed" => {
                let Some((_, bad, _, _)) = &last_bad else {
                    problems.push(format!("{}:{}: fixes no bad policy", page.name, fence.line));
                    continue;
                };
                let plain = without_markers(bad);
                let (sources, found) = page.check(&plain);
                let file = sources.find("main.ops").unwrap();
                let mended = apply(&sources, &found, |changed| changed == file);
                let fixed = mended.texts.get(&file).unwrap_or(&plain);
                if *fixed != fence.text {
                    problems.push(format!("{}:{}: fixing gives\n{fixed}", page.name, fence.line));
                }
            }
            "text" => {
                if let Some((bad_index, _, sources, found)) = &last_bad
                    && bad_index + 1 == index
                {
                    let report = Report { sources, found, codes: rules::codes() };
                    let report = render::human(&report, Paint::Plain);
                    if report.trim_end() != fence.text.trim_end() {
                        problems.push(format!("{}:{}: the report is\n{report}", page.name, fence.line));
                    }
                }
            }
            _ => {}
        }
    }
    let elsewhere = SHOWN_ELSEWHERE.iter().find(|(name, _, _)| *name == code.name);
    if let Some((_, file, test)) = elsewhere {
        let text =
            std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap_or_default();
        if !text.contains(&format!("fn {test}()")) {
            problems.push(format!("{}: {file} has no test `{test}`", page.name));
        }
    } else if shown == 0 {
        problems.push(format!("{}: the page shows no bad policy", page.name));
    }
}

#[test]
fn every_page_is_true() {
    let only = std::env::var("CASE").unwrap_or_default();
    let mut problems = Vec::new();
    for code in rules::codes().iter().chain(verify::CODES).filter(|code| code.name.contains(&only)) {
        run(code, &mut problems);
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn names_are_unique_and_pages_are_titled() {
    let mut names: Vec<&str> = rules::codes().iter().map(|code| code.name).collect();
    for code in rules::codes() {
        assert!(
            code.page.starts_with(&format!("# {}\n", code.name)),
            "docs/rules/{}.md: the title is not the name",
            code.name
        );
    }
    names.sort_unstable();
    assert!(names.is_sorted_by(|a, b| a < b), "a code is listed twice");
}
