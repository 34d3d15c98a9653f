//! Every action does what its title says, and what a finding speaks of is gone once it is done.

use super::*;
use crate::ide::sample::{at_cursor, edited, read, whole};
use crate::rules;
use std::collections::BTreeMap;

#[path = "../../../tests/support/fences.rs"]
mod fences;

const POLICY: &str = "policy p { language 1 }\n";

/// The titles of what can be done at the `|`.
#[track_caller]
fn offers(text: &str, expected: &[&str]) {
    let (analysis, file, offset) = at_cursor(&[("main.ops", text)]);
    let span = Span { file, start: offset, end: offset };
    let titles: Vec<String> = actions(&analysis, span, |kind| kind != ActionKind::FixAll)
        .into_iter()
        .map(|one| one.title)
        .collect();
    assert_eq!(titles, expected);
}

/// What the action whose title holds `title` makes of the text.
#[track_caller]
fn check(text: &str, title: &str, expected: &str) {
    let (analysis, file, offset) = at_cursor(&[("main.ops", text)]);
    let span = Span { file, start: offset, end: offset };
    let found = actions(&analysis, span, |_| true);
    let titles: Vec<&str> = found.iter().map(|one| one.title.as_str()).collect();
    let action = found.iter().find(|one| one.title.contains(title)).unwrap_or_else(|| panic!("{titles:?}"));
    assert_eq!(edited(&analysis, &action.edits)["main.ops"], expected);
    let after = read(&[("main.ops", expected)]);
    for mended in &action.mends {
        let stays = |one: &&Diagnostic| one.code == mended.code && one.message == mended.message;
        assert!(after.diagnostics.iter().find(stays).is_none(), "{} is still found", mended.code.name);
    }
}

#[test]
fn a_mend_without_choice_is_preferred() {
    let text = "policy p { language 1 }\nroel r {}\n";
    let analysis = read(&[("main.ops", text)]);
    let file = analysis.sources.find("main.ops").unwrap();
    let found = actions(&analysis, whole(&analysis, file), |kind| kind == ActionKind::Fix);
    let shown: Vec<(&str, bool)> = found.iter().map(|one| (one.title.as_str(), one.is_preferred)).collect();
    assert_eq!(shown, [("write `role`", true)]);
}

#[test]
fn only_the_asked_span_and_kinds_are_looked_at() {
    offers("policy p { language 1 }|\nroel r {}\n", &[]);
    offers("policy p { language 1 }\nro|el r {}\n", &["write `role`"]);
}

#[test]
fn everything_that_leaves_no_choice_is_mended_at_once() {
    check(
        "|policy p { language 1 }\nroel r {}\nteem t {}\n",
        "everything",
        "policy p { language 1 }\nrole r {}\nteam t {}\n",
    );
}

#[test]
fn a_hole_is_closed_from_either_side() {
    let around = |end: &str, start: &str, cursor: &str| {
        format!(
            "{POLICY}tier any\nfreeze hard {{ block any }}\nwindow one : hard {{ during 2025-06-06T18:00Z .. {end} }}\nwindow {cursor}two : hard {{ during {start} .. 2025-06-09T08:00Z }}\n"
        )
    };
    let (end, start) = ("2025-06-07T00:00Z", "2025-06-07T02:01+02:00");
    check(&around(end, start, "|"), "end `one`", &around(start, start, ""));
    check(&around(end, start, "|"), "begin `two`", &around(end, end, ""));
}

#[test]
fn a_closed_end_becomes_half_open() {
    let window =
        |when: &str| format!("{POLICY}tier any\nfreeze hard {{ block any }}\nwindow w : hard {{ {when} }}\n");
    check(&window("every day 09:00 .. 23:|59:59"), "write `24:00`", &window("every day 09:00 .. 24:00"));
    check(
        &window("during 2025-11-27 thr|ough 2025-11-30"),
        "half-open",
        &window("during 2025-11-27 .. 2025-12-01"),
    );
}

#[test]
fn an_exception_gets_what_it_lacks() {
    let around = |exception: &str| {
        format!(
            "{POLICY}tier T1\nfreeze hard {{ block T1 }}\nteam sre {{ zone \"UTC\" }}\nrole owner {{ members \"ana\" }}\nlever back {{ pin \"x\"; takes 1m }}\nwindow w : hard {{ during 2025-06-06T18:00Z .. 2025-06-07T00:00Z }}\n{exception}\n"
        )
    };
    check(
        &around("exception e : T|1 {\n    lifts w // the first\n}"),
        "add `owner`",
        &around(
            "exception e : T1 {\n    lifts w // the first\n    owner sre\n    ticket \"text\"\n    lever back\n    warmup \"text\"\n    expires 2025-06-08T00:00Z\n    approve 1 of owner\n}",
        ),
    );
    check(
        &around("exception e : T|1 { lifts w; owner sre; ticket \"x\"; warmup \"no\" }"),
        "add `lever`",
        &around(
            "exception e : T1 { lifts w; owner sre; ticket \"x\"; warmup \"no\"; lever back; expires 2025-06-08T00:00Z; approve 1 of owner }",
        ),
    );
}

#[test]
fn a_missing_block_is_written_with_its_fields() {
    check(
        &format!("{POLICY}region e|u\r\n"),
        "add `zone`",
        &format!("{POLICY}region eu {{\r\n  zone \"UTC\"\r\n}}\r\n"),
    );
    check(
        &format!("{POLICY}region e|u {{ // where\n}}\n"),
        "add `zone`",
        &format!("{POLICY}region eu {{\n  zone \"UTC\" // where\n}}\n"),
    );
}

#[test]
fn a_finding_is_accepted_where_it_is() {
    let around = |allow: &str, closed: &str| {
        format!(
            "{POLICY}tier any\nfreeze hard {{ block any }}\nwindow w : hard {{\n  {allow}every day 09:00 .. {closed}\n}}\n"
        )
    };
    check(&around("", "23:5|9"), "accept", &around("@allow(closed-end, \"why this is meant\")\n  ", "23:59"));
    let one_line = |allow: &str, closed: &str| {
        format!(
            "{POLICY}tier any\nfreeze hard {{ block any }}\n/// Nights.\n@allow(absent-day, \"x\")\n{allow}window w : hard {{ every day 09:00 .. {closed} }}\n"
        )
    };
    check(
        &one_line("", "23:5|9"),
        "accept",
        &one_line("@allow(closed-end, \"why this is meant\")\n", "23:59"),
    );
    let crlf = around("", "23:5|9").replace('\n', "\r\n");
    let expected = around("@allow(closed-end, \"why this is meant\")\n  ", "23:59").replace('\n', "\r\n");
    check(&crlf, "accept", &expected);
}

#[test]
fn an_error_cannot_be_accepted() {
    offers("policy p { language 1 }\nregion e|u { zone \"Nowhere\" }\n", &[]);
}

#[test]
fn the_library_is_nobodys_to_change() {
    let analysis = read(&[("main.ops", "policy p { language 1 }\nuse std.tiers\nuse std.freezes\n")]);
    for module in &analysis.modules {
        let found = actions(&analysis, whole(&analysis, module.file), |_| true);
        let own = |edit: &Edit| analysis.author(edit.span.file) == Author::Policy;
        assert!(found.iter().flat_map(|one| &one.edits).all(own));
    }
}

/// The findings of one code, by message: how often each is said.
fn said(analysis: &Analysis, code: &str) -> BTreeMap<String, usize> {
    let mut said = BTreeMap::new();
    for finding in analysis.diagnostics.iter().filter(|finding| finding.code.name == code) {
        *said.entry(finding.message.clone()).or_default() += 1;
    }
    said
}

/// Every bad policy of every page: each action that answers a finding, carried out, leaves less of it.
#[test]
fn what_every_page_finds_is_gone_once_it_is_answered() {
    let (mut tried, mut problems) = (0, Vec::new());
    for code in rules::codes() {
        let fences = fences::fences(code.page);
        let beside: Vec<(&str, &str)> = fences
            .iter()
            .filter_map(|fence| Some((fence.info.strip_prefix("ops file ")?, fence.text.as_str())))
            .collect();
        for fence in fences.iter().filter(|fence| fence.info == "ops bad") {
            let files = [&[("main.ops", fence.text.as_str())], beside.as_slice()].concat();
            let analysis = read(&files);
            let file = analysis.sources.find("main.ops").unwrap();
            for action in actions(&analysis, whole(&analysis, file), |kind| kind == ActionKind::Fix) {
                let texts = edited(&analysis, &action.edits);
                let (root, others): (Vec<_>, Vec<_>) = texts
                    .iter()
                    .map(|(name, text)| (name.as_str(), text.as_str()))
                    .partition(|(name, _)| *name == "main.ops");
                let after = read(&[root, others].concat());
                for mended in &action.mends {
                    let (then, now) = (said(&analysis, mended.code.name), said(&after, mended.code.name));
                    let count = |said: &BTreeMap<String, usize>| said.get(&mended.message).copied();
                    if count(&now) >= count(&then) {
                        let (page, line) = (code.name, fence.line);
                        problems
                            .push(format!("{page}:{line}: `{}` leaves: {}", action.title, mended.message));
                    }
                    tried += 1;
                }
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(tried > 100, "{tried}");
}
