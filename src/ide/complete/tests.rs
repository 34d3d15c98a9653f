//! What is offered where, over right, broken and multi-file input; and that what is accepted can be read.

use super::snippet::{Snippet, filled};
use super::{Completion, completions};
use crate::diag::Sink;
use crate::ide::testing::{marked, read};
use crate::ide::{Cursor, hover, signatures};
use crate::schema::{Body, check as hold, schema};
use crate::source::Sources;
use crate::syntax::parse;

const OTHER: &str = "region us-east { zone \"America/New_York\" }\nregion eu { zone \"Europe/Dublin\" }\nrole sre-owner { members \"ann\" }\nteam web { members \"kim\" }\nservice s {}\ncomponent llm {}\nfact warm : bool\nfact lever : one of none, one-step\nmetric errors : ratio { better lower; no-data fail }\n";

#[track_caller]
fn offered(main: &str) -> Vec<Completion> {
    let (analysis, file, offset) = marked(main, &[("other.ops", OTHER), ("new.ops", "")]);
    completions(&analysis, file, offset)
}

/// The first labels offered at the `|`, with the text that is replaced.
#[track_caller]
fn check(main: &str, expected: &str) {
    let text = format!("policy p {{ language 1 }}\nuse std.freezes\nuse \"./other.ops\"\n{main}");
    let found = offered(&text);
    let replaced = found.first().map_or(String::new(), |first| {
        let text = text.replacen('|', "", 1);
        text[first.replaced.range()].to_owned()
    });
    let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).take(6).collect();
    assert_eq!(format!("{replaced}| {}", labels.join(" ")), expected);
}

/// Whether something is offered at the `|`.
#[track_caller]
fn has(main: &str, label: &str) -> bool {
    let text = format!("policy p {{ language 1 }}\nuse std.freezes\nuse \"./other.ops\"\n{main}");
    offered(&text).iter().any(|one| one.label == label)
}

#[test]
fn declarations_are_offered_at_the_top() {
    check("win|", "win| region component service environment role team");
    assert!(!has("po|", "policy"));
    assert!(has("po|", "window"));
    assert!(offered("|").iter().any(|one| one.label == "policy"));
}

#[test]
fn fields_are_offered_required_first_and_once() {
    check("metric m : ratio {\n  |\n}\n", "| better no-data baseline prometheus @allow");
    check("metric m : ratio {\n  better lower\n  no|\n}\n", "no| no-data baseline prometheus @allow");
    check("metric m : ratio {\n  b|", "b| better no-data baseline prometheus @allow");
}

#[test]
fn names_of_the_right_kind_are_offered() {
    check("window w : hard {\n  regions us-|\n}\n", "us-| eu us-east");
    check("window w : hard {\n  regions us-east, |\n", "| eu us-east");
    check("window w : |\n", "| advisory hard soft");
    check("release r : T|", "T| T0 T1");
    check("claim \"x\" { hard blocks T|", "T| others T0 T1");
    check("pipeline q for |", "| s");
}

#[test]
fn words_and_values_go_on_from_what_is_written() {
    check("window w : hard {\n  every |\n}\n", "| day week workday month year rrule");
    check("window w : hard {\n  every week F|\n}\n", "F| Mon Tue Wed Thu Fri Sat");
    check(
        "window w : hard {\n  during 2026|\n}\n",
        "2026| 2026-11-20 2026-11-21 2026-11-22 2026-11-23 2026-11-24 2026-11-25",
    );
    check("window w : hard {\n  on d|\n}\n", "d| merge deploy migrate promote flag");
    check("lock l { lease 15|", "15| 15m 15h 15d 15s 15ms");
    check("metric m : ratio { better |", "| lower higher");
}

#[test]
fn conditions_know_what_they_compare() {
    check(
        "tier X { before deploy require |",
        "| canary incident-open lever owner-online pins-verified readiness-gate",
    );
    assert!(has("tier X { before deploy require warm and |", "lever"));
    check("tier X { before deploy require lever == |", "| none one-step");
    assert!(has("gate g { require p95(|", "errors"));
    check("gate g { require errors <= 5|", "5| 5% baseline");
    check("tier X { before deploy require warm\n  and lever == |", "| none one-step");
    check("tier X { approve 1 of |", "| sre-owner");
    check("tier X { approve 1 of sre-owner |", "| and in");
    check("freeze f { admit T1 |", "| when");
    check("lock l |", "| because");
}

#[test]
fn stages_of_the_pipeline_are_offered() {
    check("pipeline q for s {\n  stage build {}\n  stage test { after | }\n}\n", "| build");
    check("pipeline q for s {\n  stage boot : d|\n}\n", "d| build test migrate expand deploy shadow");
}

#[test]
fn zones_modules_and_codes_are_offered() {
    assert!(has("region x { zone \"Europe/D|\" }\n", "Europe/Dublin"));
    assert!(has("region x { zone \"Europe/D|", "Europe/Dublin"));
    check("use std.t|\n", "std.t| std.comms std.facts std.freezes std.gates std.levers std.metrics.http");
    check("use std.tiers.{T0, |}\n", "| T1 T2 T3 policy-change");
    check("use \"./o|\"\n", "./o| ./new.ops ./other.ops");
    assert!(has("@allow(clo|, \"x\")\nteam t {}\n", "closed-end"));
}

#[test]
fn nothing_is_offered_in_comments_and_texts() {
    check("// |\n", "| ");
    check("window w : hard { because \"|\" }\n", "| ");
    check("template t { text \"\"\"\n  regions |\n\"\"\" }\n", "| ");
    check("window w : hard {\n  because \"open\n  regions |\n}\n", "| eu us-east");
}

/// Every word of the schema, accepted where it may stand, is read without a finding about its form.
#[test]
fn what_is_accepted_can_be_read() {
    let analysis = read("policy p { language 1 }\n", &[], None);
    let written = |text: &str| {
        let mut sources = Sources::new();
        let file = sources.add("accepted", text);
        let (tree, mut found) = parse(&sources, file);
        let mut sink = Sink::new();
        hold(&tree, &sources, &mut sink);
        found.extend(sink.into_sorted());
        let lacks = |name: &str| ["missing-field", "duplicate-field"].contains(&name);
        let found: Vec<String> = found
            .iter()
            .filter(|finding| !lacks(finding.code.name))
            .map(|finding| finding.message.clone())
            .collect();
        assert!(found.is_empty(), "{text}\n{found:?}");
    };
    for kind in schema().kinds() {
        let mut snippet = Snippet::new(&analysis);
        snippet.declaration(kind);
        written(&filled(&snippet.text));
        let head = filled(&snippet.text);
        let head = head.split('{').next().unwrap().to_owned();
        each_field(&analysis, &kind.body, &head, "", &written);
    }
}

fn each_field(
    analysis: &crate::ide::Analysis,
    body: &Body,
    before: &str,
    after: &str,
    written: &dyn Fn(&str),
) {
    for slot in body.fields.iter().filter(|slot| !slot.row.keyword.is_empty()) {
        let mut snippet = Snippet::new(analysis);
        snippet.field(slot);
        let text = filled(&snippet.text);
        written(&format!("{before} {{\n{text}\n}}{after}\n"));
        if !slot.body.fields.is_empty() && before.len() < 400 {
            let head = text.split('{').next().unwrap();
            let inside = format!("{before} {{\n{head}");
            each_field(analysis, &slot.body, &inside, &format!("\n}}{after}"), written);
        }
    }
}

/// At places all over the library and every example, each question has an answer.
#[test]
#[expect(clippy::disallowed_methods, reason = "the examples are files of the repository")]
fn places_everywhere_are_answered() {
    for module in crate::resolve::LIBRARY {
        ask_everywhere(module.text, 5);
    }
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let folders = std::fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path());
    for folder in folders.filter(|path| path.is_dir()) {
        for file in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if file.extension().is_some_and(|end| end == "ops") {
                ask_everywhere(&std::fs::read_to_string(file).unwrap(), 41);
            }
        }
    }
}

fn ask_everywhere(text: &str, every: usize) {
    let analysis = read(text, &[], None);
    let file = analysis.sources.find("main.ops").unwrap();
    for (offset, _) in text.char_indices().step_by(every) {
        let offset = u32::try_from(offset).unwrap();
        for offered in completions(&analysis, file, offset) {
            assert_eq!(offered.replaced.end, offset);
            assert!(!offered.text.is_empty() && !offered.label.is_empty());
        }
        for signature in signatures(&analysis, file, offset) {
            assert!(signature.parts.iter().all(|part| signature.label.get(part.clone()).is_some()));
        }
        let cursor = Cursor::at(&analysis, file, offset).unwrap();
        if let Some(hover) = hover(&cursor) {
            assert!(hover.span.touches(offset), "{hover:?}");
        }
    }
}
