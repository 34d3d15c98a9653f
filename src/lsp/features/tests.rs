//! Requests answered over a reading in memory: what goes over the wire, with lines and characters as the protocol counts.

use super::FEATURES;
use crate::diag::Habit;
use crate::ide::Analysis;
use crate::lsp::client::Shows;
use crate::lsp::position::Encoding;
use crate::lsp::snapshot::{Agreed, Snapshot};
use crate::lsp::{Message, Refusal, View};
use crate::world::MemoryWorld;
use crossbeam_channel::{Receiver, unbounded};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

const MAIN: &str = "file:///p/main.ops";

/// 2025-06-01T00:00:00Z.
const NOW: u64 = 1_748_736_000;

const POLICY: &str = "policy p { language 1 }\r\n// 😀 é\r\ntier T1\r\nfreeze hard { block T1 } // 😀\r\nregion eu { zone \"Europe/Dublin\" }\r\nwindow w : hard {\r\n  during 2025-06-01T00:00Z .. 2025-06-03T08:00Z\r\n  because \"😀: see https://example.org/x\"; regions eu\r\n}\r\nrelease r : T1 { regions eu }\r\ntest \"open\" { given tier T1; given at 2025-06-02T00:00Z; expect allowed }\r\n";

/// A view of one policy, and what the person is told.
fn view(files: &[(&str, &str)]) -> (View, Receiver<Message>) {
    let world = files.iter().fold(MemoryWorld::at(NOW), |world, (path, text)| world.with_file(path, *text));
    let analysis = Analysis::of(&world, files[0].0, Habit::Always, None).unwrap();
    let agreed = Agreed { encoding: Encoding::Utf16, shows: Shows::default(), manual: None };
    let snapshot = Arc::new(Snapshot::new(analysis, BTreeMap::new(), 0, &agreed));
    let (out, said) = unbounded();
    let here = Some(Arc::clone(&snapshot));
    (View { agreed, world: Arc::new(world), out, here, all: vec![snapshot] }, said)
}

fn ask(view: &View, method: &str, parameters: Value) -> Result<Value, Refusal> {
    let row = FEATURES.iter().find(|row| row.method == method).unwrap();
    (row.answer)(view, parameters)
}

/// The answer to a request about the whole of a policy.
#[track_caller]
fn answer(text: &str, method: &str, more: Value) -> Value {
    let (view, _) = view(&[("/p/main.ops", text)]);
    let mut parameters = json!({ "textDocument": { "uri": MAIN } });
    parameters.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ask(&view, method, parameters).unwrap()
}

fn range(line: u32, from: u32, to: u32) -> Value {
    json!({ "start": { "line": line, "character": from }, "end": { "line": line, "character": to } })
}

#[test]
fn no_request_about_any_place_of_any_text_goes_wrong() {
    let texts = [
        POLICY,
        "",
        "window w : {\r\n😀 @allow(\n\"\"\"é\r\nrelease",
        "use \"./main.ops\"\nstage 😀\n}}{ test \"x\"",
    ];
    for text in texts {
        let (view, _) = view(&[("/p/main.ops", text)]);
        for (line, shown) in (0..).zip(text.split('\n').chain(["", ""])) {
            for character in (0..=u32::try_from(shown.len()).unwrap() + 1).step_by(3) {
                let at = json!({ "line": line, "character": character });
                let parameters = json!({
                    "textDocument": { "uri": MAIN },
                    "position": at,
                    "positions": [at],
                    "range": { "start": at, "end": at },
                    "context": { "diagnostics": [], "includeDeclaration": true },
                    "newName": "x",
                    "query": shown,
                    "command": "opsc.runTest",
                    "arguments": [{ "uri": MAIN, "name": shown, "arguments": [] }],
                });
                for row in FEATURES {
                    drop((row.answer)(&view, parameters.clone()));
                }
            }
        }
    }
}

#[test]
fn tokens_lie_on_the_words_they_colour() {
    for method in ["textDocument/semanticTokens/full", "textDocument/semanticTokens/range"] {
        let whole = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99, "character": 0 } });
        let found = answer(POLICY, method, json!({ "range": whole }));
        let numbers: Vec<usize> =
            found["data"].as_array().unwrap().iter().map(|one| one.as_u64().unwrap() as usize).collect();
        let lines: Vec<Vec<u16>> = POLICY.split("\r\n").map(|line| line.encode_utf16().collect()).collect();
        let (mut line, mut character, mut behind) = (0, 0, 0);
        let mut words = Vec::new();
        for one in numbers.chunks(5) {
            (line, character) = match one[0] {
                0 => (line, character + one[1]),
                more => (line + more, one[1]),
            };
            assert!(one[0] > 0 || character >= behind);
            behind = character + one[2];
            words.push(String::from_utf16(&lines[line][character..behind]).unwrap());
        }
        let wanted = [
            "policy",
            "// 😀 é",
            "T1",
            "// 😀",
            "\"Europe/Dublin\"",
            "\"😀: see https://example.org/x\"",
            "regions",
            "eu",
        ];
        for word in wanted {
            assert!(words.iter().any(|known| known == word), "{method}: {word} in {words:?}");
        }
    }
}

#[test]
fn only_the_kinds_that_are_asked_for_are_offered() {
    let offered = |only: Value| {
        let context = json!({ "diagnostics": [], "only": only });
        let text = "policy p { language 1 }\nroel r {}\n";
        let found =
            answer(text, "textDocument/codeAction", json!({ "range": range(1, 1, 1), "context": context }));
        let kinds: Vec<String> =
            found.as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect();
        kinds.join(" ")
    };
    assert_eq!(offered(Value::Null), "quickfix source.fixAll.opsc");
    assert_eq!(offered(json!(["quickfix"])), "quickfix");
    assert_eq!(offered(json!(["source"])), "source.fixAll.opsc");
    assert_eq!(offered(json!(["source.fixAll.opsc"])), "source.fixAll.opsc");
    assert_eq!(offered(json!(["refactor"])), "");
}

#[test]
fn a_mend_says_what_it_answers_and_where_it_writes() {
    let context = json!({ "diagnostics": [] });
    let text = "policy p { language 1 }\r\nrole 😀 {}\r\n/*😀*/ roel r {}\r\nroel q {}\r\n";
    let found =
        answer(text, "textDocument/codeAction", json!({ "range": range(3, 0, 0), "context": context }));
    let mend = &found[0];
    assert_eq!(mend["isPreferred"], true);
    assert_eq!(mend["diagnostics"][0]["code"], "unknown-declaration");
    assert_eq!(mend["edit"]["changes"][MAIN], json!([{ "range": range(3, 0, 4), "newText": "role" }]));
}

#[test]
fn a_name_is_shown_before_it_is_changed_and_a_refusal_says_why() {
    let at = json!({ "position": { "line": 7, "character": 52 } });
    let prepared = answer(POLICY, "textDocument/prepareRename", at);
    assert_eq!(prepared, json!({ "range": range(7, 51, 53), "placeholder": "eu" }));
    let (view, _) = view(&[("/p/main.ops", POLICY)]);
    let rename = |line: u32, character: u32, name: &str| {
        let at = json!({ "line": line, "character": character });
        ask(
            &view,
            "textDocument/rename",
            json!({ "textDocument": { "uri": MAIN }, "position": at, "newName": name }),
        )
    };
    let edits = rename(4, 7, "ie").unwrap();
    let places: Vec<&Value> =
        edits["changes"][MAIN].as_array().unwrap().iter().map(|edit| &edit["range"]["start"]).collect();
    assert_eq!(places.len(), 3, "{places:?}");
    assert_eq!(
        rename(4, 7, "1"),
        Err(Refusal::impossible(
            "`1` is no name: a name is a letter, then letters, digits and `_`, with `-` before a letter or a digit"
        ))
    );
}

#[test]
fn what_a_lens_offers_is_done_and_told() {
    let (view, said) = view(&[("/p/main.ops", POLICY)]);
    let lenses = ask(&view, "textDocument/codeLens", json!({ "textDocument": { "uri": MAIN } })).unwrap();
    let [slot, test] = lenses.as_array().unwrap().as_slice() else { panic!("{lenses}") };
    assert_eq!(test["command"]["title"], "run test");
    let told =
        json!({ "uri": MAIN, "name": "open", "arguments": ["test", "/p/main.ops", "--filter", "open"] });
    assert_eq!(test["command"]["arguments"], json!([told]));
    let slot = ask(&view, "codeLens/resolve", slot.clone()).unwrap();
    assert_eq!(slot["command"]["title"], "next slot: Tue 3 Jun 09:00 Dublin (08:00Z)");
    let done =
        ask(&view, "workspace/executeCommand", json!({ "command": "opsc.runTest", "arguments": [told] }))
            .unwrap();
    assert_eq!(done["isWell"], false);
    assert_eq!(done["findings"][0]["location"]["uri"], MAIN);
    let Message::Notification(message) = said.try_recv().unwrap() else { panic!("no notification") };
    assert_eq!(message.params["message"], "test `open` failed: 1 of 1 answer not as expected");
    let nothing = ask(&view, "workspace/executeCommand", json!({ "command": "rm", "arguments": [told] }));
    assert_eq!(nothing, Err(Refusal::malformed("there is no command `rm`")));
}

#[test]
fn a_proof_is_tried_and_a_broken_policy_is_not() {
    let told = |name: &str| json!({ "uri": MAIN, "name": name, "arguments": [] });
    let proof = format!("{POLICY}prove \"w holds\" {{ where tier T1 and during w; expect blocked }}\r\n");
    let (sound, _) = view(&[("/p/main.ops", &proof)]);
    let run = |view: &View, name| {
        ask(view, "workspace/executeCommand", json!({ "command": "opsc.prove", "arguments": [told(name)] }))
    };
    let done = run(&sound, "w holds").unwrap();
    assert_eq!(done["isWell"], true, "{done}");
    assert_eq!(run(&sound, "x"), Err(Refusal::impossible("the policy has no `prove` called `x`")));
    let (broken, _) = view(&[("/p/main.ops", "policy p { language 1 }\nprove \"x\" {\n")]);
    assert_eq!(run(&broken, "x"), Err(Refusal::impossible("the policy has errors: mend them first")));
}

#[test]
fn blocks_fold_and_selections_nest() {
    let folds = answer(POLICY, "textDocument/foldingRange", json!({}));
    assert_eq!(folds, json!([{ "startLine": 5, "endLine": 7 }]));
    let at = json!([{ "line": 6, "character": 12 }, { "line": 99, "character": 0 }]);
    let around = answer(POLICY, "textDocument/selectionRange", json!({ "positions": at }));
    assert_eq!(around[0]["range"], range(6, 9, 26));
    assert_eq!(around[0]["parent"]["range"], range(6, 9, 47));
    assert_eq!(around.as_array().unwrap().len(), 2);
}

#[test]
fn links_lead_out_of_the_text() {
    let links = answer(POLICY, "textDocument/documentLink", json!({}));
    let page = json!({ "range": range(7, 19, 40), "target": "https://example.org/x" });
    assert_eq!(links, json!([page]));
    let feeds = "policy p { language 1 }\nwindow w : hard { source \"a/b.ics\"; vendor \"a/c.ics\" }\n";
    let (view, _) = view(&[("/p/main.ops", feeds), ("/p/a/b.ics", "")]);
    let links = ask(&view, "textDocument/documentLink", json!({ "textDocument": { "uri": MAIN } })).unwrap();
    assert_eq!(links, json!([{ "range": range(1, 25, 34), "target": "file:///p/a/b.ics" }]));
}

#[test]
fn symbols_of_a_file_and_of_every_policy() {
    let outline = answer(POLICY, "textDocument/documentSymbol", json!({}));
    let names: Vec<&str> =
        outline.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["p", "T1", "hard", "eu", "w", "r", "open"]);
    assert_eq!(outline[4]["detail"], "window : hard");
    assert_eq!(outline[4]["selectionRange"], range(5, 7, 8));
    let found = answer(POLICY, "workspace/symbol", json!({ "query": "op" }));
    assert_eq!(found[0]["name"], "open");
    let lit = answer(
        POLICY,
        "textDocument/documentHighlight",
        json!({ "position": { "line": 4, "character": 8 } }),
    );
    let kinds: Vec<u64> = lit.as_array().unwrap().iter().map(|one| one["kind"].as_u64().unwrap()).collect();
    assert_eq!(kinds, [3, 2, 2]);
}
