//! Whatever is opened, typed, closed and written to the disk, in whatever order: the server ends up knowing what a fresh
//! reading of the same texts says, and tells the client exactly that.

use super::client::Shows;
use super::snapshot::{Agreed, Snapshot};
use super::tests::{Client, at};
use super::{Encoding, Refusal, Row};
use crate::diag::Habit;
use crate::ide::Analysis;
use crate::support::law;
use crate::world::{MemoryWorld, Overlay, World};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

const FILES: [&str; 3] = ["/p/main.ops", "/p/a.ops", "/p/b.ops"];

const TEXTS: [&str; 3] = [
    "policy p { language 1 }\nuse std.tiers\nuse std.freezes\nuse \"./a.ops\"\nuse \"./b.ops\"\n\n/// Ende 😀\nwindow w : hard {\n  during 2025-01-01T00:00Z .. 2025-01-02T00:00Z\n  regions eu\n}\n",
    "region eu { zone \"Europe/Dublin\" }\r\nrole sre-owner { members \"é@x\" }\r\n",
    "role product-owner { members \"b@x\" }\n// 😀 remark\ncomponent llm {}\n",
];

/// What is typed. Only the first file's text speaks of others, so that it is known which policy each belongs to.
const TYPED: [&str; 18] = [
    "",
    " ",
    "\n",
    "\r\n",
    "\r",
    "}",
    "{",
    "\"",
    "\"\"\"",
    "//",
    "/// é\n",
    "😀",
    "nowhere",
    "hard",
    "\nwindow v : hard {\n",
    "\nteam t { members \"a@x\" }\n",
    "\npolicy q { language 1 }\n",
    "\ncomponent llm {}\n",
];

#[derive(Debug, Clone)]
enum Action {
    Open(usize),
    Close(usize),
    /// Of a file, from and to a permille of its text: new text.
    Type(usize, usize, usize, usize),
    /// Of a file: wholly new text, made of what can be typed.
    Replace(usize, Vec<usize>),
    /// The file on the disk.
    Write(usize, Vec<usize>),
    Wait,
}

fn action() -> impl Strategy<Value = Action> {
    let typed = || 0..TYPED.len();
    let many = || prop::collection::vec(0..TYPED.len(), 0..6);
    prop_oneof![
        2 => (0..FILES.len()).prop_map(Action::Open),
        1 => (0..FILES.len()).prop_map(Action::Close),
        8 => (0..FILES.len(), 0..=1000usize, 0..40usize, typed())
            .prop_map(|(file, from, length, text)| Action::Type(file, from, length, text)),
        1 => (0..FILES.len(), many()).prop_map(|(file, parts)| Action::Replace(file, parts)),
        1 => (1..FILES.len(), many()).prop_map(|(file, parts)| Action::Write(file, parts)),
        1 => Just(Action::Wait),
    ]
}

/// A disk that is written to while a server looks at it.
struct Disk(Mutex<BTreeMap<String, String>>);

impl Disk {
    fn write(&self, path: &str, text: &str) {
        self.0.lock().unwrap().insert(path.to_owned(), text.to_owned());
    }

    fn as_it_stands(&self) -> MemoryWorld {
        let files = self.0.lock().unwrap();
        files.iter().fold(MemoryWorld::at(0), |world, (path, text)| world.with_file(path, text.as_str()))
    }
}

impl World for Disk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.as_it_stands().read(path)
    }

    fn is_file(&self, path: &str) -> bool {
        self.as_it_stands().is_file(path)
    }

    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        self.as_it_stands().modified(path)
    }

    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn variable(&self, _: &str) -> Option<String> {
        None
    }
}

/// A request that shows all that is known of the policy that a document belongs to.
static STATE: &[Row] = &[Row {
    method: "textDocument/hover",
    offer: |_| {},
    answer: |view, _| match &view.here {
        Some(here) => Ok(json!([here.analysis.root_file(), state(&here.analysis)])),
        None => Err(Refusal::impossible("of no policy")),
    },
}];

/// All that an analysis knows.
fn state(analysis: &Analysis) -> String {
    let files: Vec<_> = analysis.sources.iter().map(|(_, file)| (file.name(), file.text())).collect();
    let trees: Vec<_> =
        analysis.modules.iter().map(|module| (module.file, &module.tree, &module.only)).collect();
    let policy = analysis.policy().filter(|_| analysis.is_sound());
    let Analysis { diagnostics, allows, root, .. } = analysis;
    let references = analysis.references();
    format!("{files:#?}\n{trees:#?}\n{diagnostics:#?}\n{allows:#?}\n{root}\n{references:#?}\n{policy:#?}")
}

/// A client with what it believes.
struct Editor {
    client: Client,
    disk: Arc<Disk>,
    open: BTreeMap<&'static str, (i32, String)>,
    published: BTreeMap<String, Value>,
    encoding: Encoding,
}

impl Editor {
    fn start(encoding: Encoding) -> Self {
        let disk = Disk(Mutex::default());
        for (file, text) in FILES.iter().zip(TEXTS) {
            disk.write(file, text);
        }
        let disk = Arc::new(disk);
        let greeting = json!({
            "capabilities": { "general": { "positionEncodings": [encoding.kind()] } },
            "workspaceFolders": [{ "uri": "file:///p", "name": "p" }],
        });
        let world: Arc<dyn World + Send + Sync> = disk.clone();
        let client = Client::over(world, STATE, greeting);
        Self { client, disk, open: BTreeMap::new(), published: BTreeMap::new(), encoding }
    }

    fn act(&mut self, action: &Action) {
        let joined = |parts: &[usize]| parts.iter().map(|part| TYPED[*part]).collect::<String>();
        match action {
            Action::Open(file) if !self.open.contains_key(FILES[*file]) => {
                let text = String::from_utf8(self.disk.read(FILES[*file]).unwrap()).unwrap();
                self.client.open(&uri(FILES[*file]), &text);
                self.open.insert(FILES[*file], (1, text));
            }
            Action::Close(file) if self.open.remove(FILES[*file]).is_some() => {
                let document = json!({ "textDocument": { "uri": uri(FILES[*file]) } });
                self.client.tell("textDocument/didClose", document);
            }
            Action::Type(file, from, length, typed) => {
                self.type_in(FILES[*file], *from, *length, TYPED[*typed])
            }
            Action::Replace(file, parts) => {
                if let Some((version, text)) = self.open.get_mut(FILES[*file]) {
                    (*version, *text) = (*version + 1, joined(parts));
                    self.client.edit(&uri(FILES[*file]), *version, json!([{ "text": text }]));
                }
            }
            Action::Write(file, parts) => {
                self.disk.write(FILES[*file], &joined(parts));
                let change = json!({ "uri": uri(FILES[*file]), "type": 2 });
                self.client.tell("workspace/didChangeWatchedFiles", json!({ "changes": [change] }));
            }
            Action::Wait => self.wait(),
            Action::Open(_) | Action::Close(_) => {}
        }
    }

    fn type_in(&mut self, file: &str, from: usize, length: usize, typed: &str) {
        let Some((version, text)) = self.open.get_mut(file) else { return };
        // The place within `\r\n` is none.
        let place = |offset: usize| {
            let offset = text.floor_char_boundary(offset.min(text.len()));
            let is_torn = text[..offset].ends_with('\r') && text[offset..].starts_with('\n');
            offset - usize::from(is_torn)
        };
        let start = place(text.len() * from / 1000);
        let end = place(start + length);
        let range = json!({
            "start": position(text, start, self.encoding),
            "end": position(text, end, self.encoding),
        });
        text.replace_range(start..end, typed);
        *version += 1;
        self.client.edit(&uri(file), *version, json!([{ "range": range, "text": typed }]));
    }

    /// Waits until every reading that is asked for is there: a request is answered only then.
    fn wait(&mut self) {
        for file in self.open.keys().copied().collect::<Vec<_>>() {
            drop(self.state(file));
        }
    }

    /// The first file and the state of the policy that an open document belongs to; nothing where the answer came too late.
    fn state(&mut self, file: &str) -> Option<(String, String)> {
        let id = self.client.request("textDocument/hover", at(&uri(file), 0, 0));
        let published = &mut self.published;
        let answer = self.client.response_after(id, |said| {
            if said.method == "textDocument/publishDiagnostics" {
                let uri = said.params["uri"].as_str().unwrap().to_owned();
                published.insert(uri, said.params["diagnostics"].clone());
            }
        });
        let answer = answer.response_result.ok()?;
        Some((answer[0].as_str()?.to_owned(), answer[1].as_str()?.to_owned()))
    }

    /// A fresh reading of what there is.
    fn fresh(&self, policy: &str) -> Analysis {
        let disk = self.disk.as_it_stands();
        let texts = self.open.iter().map(|(path, (_, text))| ((*path).to_owned(), text.as_str().into()));
        Analysis::of(&Overlay::new(&disk, texts.collect()), policy, Habit::Always, None).unwrap()
    }

    /// What the client should have been told, by address: the policy of the folder, and each open document that says it is
    /// a policy or that the folder's does not use.
    fn told(&self) -> BTreeMap<String, Value> {
        let main = self.fresh(FILES[0]);
        let is_own = |(path, (_, text)): &(&&'static str, &(i32, String))| {
            main.sources.find(path).is_none() || text.lines().any(|line| line.starts_with("policy "))
        };
        let own = self.open.iter().filter(is_own).map(|(path, _)| *path).filter(|path| *path != FILES[0]);
        let mut told: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        for policy in own.chain([FILES[0]]) {
            let manual = Some("/manual".to_owned());
            let agreed = Agreed { encoding: self.encoding, shows: Shows::default(), manual };
            let snapshot = Snapshot::new(self.fresh(policy), BTreeMap::new(), 0, &agreed);
            for (uri, (_, found)) in &snapshot.findings {
                let all = told.entry(uri.clone()).or_default();
                for one in found.iter().map(|one| serde_json::to_value(one).unwrap()) {
                    if !all.contains(&one) {
                        all.push(one);
                    }
                }
            }
        }
        told.into_iter()
            .filter(|(_, found)| !found.is_empty())
            .map(|(uri, found)| (uri, json!(found)))
            .collect()
    }

    /// Whether server, client and a fresh reading agree. A policy that is left alone is forgotten in a step of its own, so
    /// they may need more than one round.
    fn agree(&mut self) -> bool {
        for file in self.open.keys().copied().collect::<Vec<_>>() {
            let Some((policy, known)) = self.state(file) else { return false };
            if known != state(&self.fresh(&policy)) {
                return false;
            }
        }
        let heard = self.published.iter().filter(|(_, found)| !found.as_array().unwrap().is_empty());
        let sorted = |found: &Value| {
            let mut found: Vec<String> = found.as_array().unwrap().iter().map(Value::to_string).collect();
            found.sort();
            found
        };
        let told = self.told();
        heard
            .map(|(uri, found)| (uri, sorted(found)))
            .eq(told.iter().map(|(uri, found)| (uri, sorted(found))))
    }
}

fn uri(path: &str) -> String {
    format!("file://{path}")
}

/// Line and character of an offset, by walking there. The end of a line may be said by any greater number.
fn position(text: &str, offset: usize, encoding: Encoding) -> Value {
    let before = text[..offset].replace("\r\n", "\n").replace('\r', "\n");
    let line = before.matches('\n').count();
    let last = before.rsplit('\n').next().unwrap_or("");
    let width = match encoding {
        Encoding::Utf8 => last.len(),
        Encoding::Utf16 => last.encode_utf16().count(),
        Encoding::Utf32 => last.chars().count(),
    };
    let is_end = text[offset..].starts_with(['\r', '\n']);
    json!({ "line": line, "character": width + if is_end { 7 } else { 0 } })
}

proptest! {
    #![proptest_config(law(12))]

    #[test]
    fn whatever_is_typed_the_server_knows_what_a_fresh_reading_says(
        actions in prop::collection::vec(action(), 1..24),
        encoding in prop_oneof![Just(Encoding::Utf8), Just(Encoding::Utf16), Just(Encoding::Utf32)],
    ) {
        let mut editor = Editor::start(encoding);
        editor.act(&Action::Open(0));
        for action in &actions {
            editor.act(action);
        }
        // The last words may concern a closed file: a file that is open is asked about.
        editor.act(&Action::Open(0));
        let agreed = (0..10).any(|_| editor.agree());
        prop_assert!(agreed, "heard {:#?}\nto be told {:#?}", editor.published, editor.told());
        editor.client.end();
    }
}
