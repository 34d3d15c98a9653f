//! The server by itself, over a connection in memory: its threads, its order, its endings.

use super::feature::Row;
use super::{Connection, Ending, FEATURES, Message, Refusal, Setup, serve};
use crate::diag::Habit;
use crate::world::{MemoryWorld, World};
use lsp_server::{ErrorCode, Notification, Request, Response};
use serde_json::{Value, json};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A client that knows what it waits for.
pub(super) struct Client {
    connection: Connection,
    server: JoinHandle<Ending>,
    asked: i32,
}

pub(super) const MAIN: &str = "file:///p/main.ops";

static BROKEN: &[Row] = &[Row {
    method: "textDocument/hover",
    offer: |_| {},
    answer: |_, _| panic!("a handler that goes wrong"),
}];

impl Client {
    pub fn start(world: MemoryWorld, features: &'static [Row], greeting: Value) -> Self {
        Self::over(Arc::new(world), features, greeting)
    }

    pub fn over(world: Arc<dyn World + Send + Sync>, features: &'static [Row], greeting: Value) -> Self {
        let (connection, ours) = Connection::memory();
        let setup = Setup { world, manual: Some("/manual".to_owned()), habit: Habit::Always, features };
        let server = thread::spawn(move || serve(&ours, setup));
        let mut client = Self { connection, server, asked: 0 };
        client.ask("initialize", greeting).response_result.unwrap();
        client.tell("initialized", json!({}));
        client
    }

    pub fn plain(world: MemoryWorld) -> Self {
        Self::start(world, FEATURES, json!({ "capabilities": {} }))
    }

    pub fn tell(&self, method: &str, parameters: Value) {
        self.send(Notification::new(method.to_owned(), parameters));
    }

    fn send(&self, message: impl Into<Message>) {
        self.connection.sender.send(message.into()).unwrap();
    }

    pub fn next(&self) -> Message {
        self.connection.receiver.recv_timeout(Duration::from_secs(60)).expect("the server answers")
    }

    /// Sends a request; its number.
    pub fn request(&mut self, method: &str, parameters: Value) -> i32 {
        self.asked += 1;
        self.send(Request::new(self.asked.into(), method.to_owned(), parameters));
        self.asked
    }

    pub fn ask(&mut self, method: &str, parameters: Value) -> Response {
        let id = self.request(method, parameters);
        self.response(id)
    }

    fn response(&self, id: i32) -> Response {
        self.response_after(id, |_| {})
    }

    /// The response to a request; what the server says before it is heard.
    pub fn response_after(&self, id: i32, mut heard: impl FnMut(Notification)) -> Response {
        loop {
            match self.next() {
                Message::Response(response) if response.id == id.into() => return response,
                Message::Notification(said) => heard(said),
                Message::Request(_) | Message::Response(_) => {}
            }
        }
    }

    pub fn open(&self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "ops", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub fn edit(&self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// The next findings about a document: `line:code` each.
    pub fn published(&self, uri: &str) -> Vec<String> {
        loop {
            if let Message::Notification(said) = self.next()
                && said.method == "textDocument/publishDiagnostics"
                && said.params["uri"] == uri
            {
                let found = said.params["diagnostics"].as_array().unwrap();
                return found
                    .iter()
                    .map(|one| format!("{}:{}", one["range"]["start"]["line"], one["code"].as_str().unwrap()))
                    .collect();
            }
        }
    }

    pub fn end(mut self) -> Ending {
        self.ask("shutdown", Value::Null).response_result.unwrap();
        self.tell("exit", Value::Null);
        self.server.join().unwrap()
    }
}

pub(super) fn at(uri: &str, line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": uri }, "position": { "line": line, "character": character } })
}

pub(super) fn error_code(response: Response) -> i32 {
    response.response_result.unwrap_err().code
}

#[test]
fn a_session_from_its_greeting_to_its_end() {
    let mut client = Client::plain(MemoryWorld::at(0));
    assert_eq!(error_code(client.ask("no/such", json!({}))), ErrorCode::MethodNotFound as i32);
    assert_eq!(error_code(client.ask("textDocument/definition", json!({}))), ErrorCode::InvalidParams as i32);
    client.ask("shutdown", Value::Null).response_result.unwrap();
    let late = client.ask("textDocument/definition", at(MAIN, 0, 0));
    assert_eq!(error_code(late), ErrorCode::InvalidRequest as i32);
    client.tell("exit", Value::Null);
    assert_eq!(client.server.join().unwrap(), Ending::Orderly);
}

#[test]
fn an_end_without_shutdown_is_abrupt() {
    let client = Client::plain(MemoryWorld::at(0));
    client.tell("exit", Value::Null);
    assert_eq!(client.server.join().unwrap(), Ending::Abrupt);
    let client = Client::plain(MemoryWorld::at(0));
    drop(client.connection);
    assert_eq!(client.server.join().unwrap(), Ending::Abrupt);
}

#[test]
fn a_panic_in_a_handler_is_an_error_reply_and_the_server_lives() {
    let mut client = Client::start(MemoryWorld::at(0), BROKEN, json!({ "capabilities": {} }));
    client.open(MAIN, "policy p { language 1 }\n");
    for _ in 0..4 {
        let refused = client.ask("textDocument/hover", at(MAIN, 0, 0));
        assert_eq!(error_code(refused), ErrorCode::InternalError as i32);
    }
    client.edit(MAIN, 2, json!([{ "text": "polcy p { language 1 }\n" }]));
    assert_eq!(client.published(MAIN), ["0:unknown-declaration"]);
    assert_eq!(client.end(), Ending::Orderly);
}

#[test]
fn findings_follow_what_is_typed() {
    let client = Client::plain(MemoryWorld::at(0));
    client.open(MAIN, "policy p { language 1 }\r\nteam é😀 {}\r\nrole r {}\r\n");
    client.published(MAIN);
    let range = |from: u32, to: u32| json!({ "start": { "line": 2, "character": from }, "end": { "line": 2, "character": to } });
    client.edit(MAIN, 2, json!([{ "range": range(0, 4), "text": "roel" }]));
    assert!(client.published(MAIN).contains(&"2:unknown-declaration".to_owned()));
    client.edit(MAIN, 3, json!([{ "range": range(2, 4), "text": "le" }]));
    assert!(!client.published(MAIN).contains(&"2:unknown-declaration".to_owned()));
    assert_eq!(client.end(), Ending::Orderly);
}

#[test]
fn a_file_belongs_to_the_policy_that_uses_it() {
    let world = MemoryWorld::at(0)
        .with_file(
            "/p/main.ops",
            "policy p { language 1 }\nuse \"./people/teams.ops\"\nrole r { members sr }\n",
        )
        .with_file("/p/people/teams.ops", "")
        .with_file("/p/lone.ops", "");
    let teams = "file:///p/people/teams.ops";
    let client = Client::plain(world);
    client.open(teams, "team sre {}\nteem x {}\n");
    assert_eq!(client.published(teams), ["1:unknown-declaration"]);
    // What nobody uses stands for itself, and is no policy.
    client.open("file:///p/lone.ops", "team x {}\n");
    assert!(client.published("file:///p/lone.ops").contains(&"0:no-policy".to_owned()));
    assert_eq!(client.end(), Ending::Orderly);
}

#[test]
fn a_name_leads_to_its_declaration_while_the_text_changes() {
    let mut client = Client::plain(MemoryWorld::at(0));
    client.open(MAIN, "policy p { language 1 }\nuse std.freezes\nwindow w : hard {}\n");
    let found = client.ask("textDocument/definition", at(MAIN, 2, 12)).response_result.unwrap();
    assert_eq!(found["uri"], "file:///manual/std/freezes.ops");
    client.edit(
        MAIN,
        2,
        json!([{ "text": "policy p { language 1 }\n\n\nfreeze hard { block others }\nwindow w : hard {" }]),
    );
    let found = client.ask("textDocument/definition", at(MAIN, 4, 12)).response_result.unwrap();
    assert_eq!(found["range"]["start"], json!({ "line": 3, "character": 7 }));
    // Library files are looked at by way of the policies that use them.
    client.edit(
        MAIN,
        3,
        json!([{ "text": "policy p { language 1 }\nuse std.freezes\nwindow w : hard {}\n" }]),
    );
    let uri = found_uri(&mut client);
    let line = found_line(&mut client);
    client.open(&uri, "");
    let uses = json!({ "includeDeclaration": false });
    let mut asked = at(&uri, line, 8);
    asked["context"] = uses;
    let uses = client.ask("textDocument/references", asked).response_result.unwrap();
    assert!(uses.as_array().unwrap().iter().any(|place| place["uri"] == MAIN), "{uses}");
    assert_eq!(client.end(), Ending::Orderly);
}

fn found_uri(client: &mut Client) -> String {
    let found = client.ask("textDocument/definition", at(MAIN, 2, 12)).response_result.unwrap();
    found["uri"].as_str().unwrap().to_owned()
}

fn found_line(client: &mut Client) -> u32 {
    let found = client.ask("textDocument/definition", at(MAIN, 2, 12)).response_result.unwrap();
    u32::try_from(found["range"]["start"]["line"].as_u64().unwrap()).unwrap()
}

#[test]
fn a_request_that_is_taken_back_is_answered_so() {
    let mut client = Client::start(MemoryWorld::at(0), SLOW, json!({ "capabilities": {} }));
    client.open(MAIN, "policy p { language 1 }\n");
    let id = client.request("textDocument/hover", at(MAIN, 0, 0));
    client.tell("$/cancelRequest", json!({ "id": id }));
    assert_eq!(error_code(client.response(id)), ErrorCode::RequestCanceled as i32);
    assert_eq!(client.end(), Ending::Orderly);
}

static SLOW: &[Row] = &[Row {
    method: "textDocument/hover",
    offer: |_| {},
    answer: |_, _| {
        thread::sleep(Duration::from_millis(300));
        Err(Refusal::impossible("too late"))
    },
}];

#[test]
fn positions_count_what_was_agreed() {
    let greeting = json!({ "capabilities": { "general": { "positionEncodings": ["utf-16", "utf-8"] } } });
    let mut client = Client::start(MemoryWorld::at(0), FEATURES, greeting);
    client.open(MAIN, "policy p { language 1 }\nrole é { members \"😀\" }\nfreeze hard {}\nclaim \"😀\" { hard blocks T0 }\n");
    let found = client.ask("textDocument/definition", at(MAIN, 3, 16)).response_result.unwrap();
    assert_eq!(found["range"]["start"], json!({ "line": 2, "character": 7 }));
    assert_eq!(client.end(), Ending::Orderly);
}

const WINDOWS: &str = "policy p { language 1 }\nfreeze hard { block others }\nregion eu { zone \"Europe/Dublin\" }\nwindow w : hard {\n  during 1970-02-01 through 1970-02-02\n  regions \n}\n";

#[test]
fn what_the_pointer_rests_on_is_shown_as_the_client_reads_it() {
    let formats = json!({ "capabilities": { "textDocument": { "hover": { "contentFormat": ["markdown", "plaintext"] } } } });
    for (greeting, kind, begins) in [
        (formats, "markdown", "```ops\nwindow w : hard\n```\n\n```text\nhard"),
        (json!({ "capabilities": {} }), "plaintext", "window w : hard\n\nhard"),
    ] {
        let mut client = Client::start(MemoryWorld::at(0), FEATURES, greeting);
        client.open(MAIN, &WINDOWS.replace("  regions \n", ""));
        let shown = client.ask("textDocument/hover", at(MAIN, 3, 8)).response_result.unwrap();
        assert_eq!(shown["contents"]["kind"], kind);
        let text = shown["contents"]["value"].as_str().unwrap();
        assert!(text.starts_with(begins), "{text}");
        assert!(text.contains("next Sun 1 Feb 00:00 Dublin (Sat 31 Jan 23:00Z)"), "{text}");
        assert_eq!(shown["range"]["start"], json!({ "line": 3, "character": 7 }));
        let word = client.ask("textDocument/hover", at(MAIN, 4, 4)).response_result.unwrap();
        let page = "file:///manual/declarations.md#window";
        assert!(word["contents"]["value"].as_str().unwrap().contains(page), "{word}");
        assert_eq!(client.end(), Ending::Orderly);
    }
}

#[test]
fn what_may_be_written_is_offered_with_places_to_fill_in_where_the_client_has_them() {
    let snippets = json!({ "capabilities": { "textDocument": { "completion": { "completionItem": { "snippetSupport": true } } } } });
    for (greeting, format, text) in
        [(snippets, 2, "scope ${1:component}"), (json!({ "capabilities": {} }), 1, "scope component")]
    {
        let mut client = Client::start(MemoryWorld::at(0), FEATURES, greeting);
        client.open(MAIN, &WINDOWS.replace("regions ", "sc"));
        let offered = client.ask("textDocument/completion", at(MAIN, 5, 4)).response_result.unwrap();
        let items = offered["items"].as_array().unwrap();
        let scope = items.iter().find(|item| item["label"] == "scope").unwrap();
        assert_eq!(scope["insertTextFormat"], format);
        assert_eq!(scope["textEdit"]["newText"], text);
        assert_eq!(scope["textEdit"]["range"]["start"], json!({ "line": 5, "character": 2 }));
        assert_eq!(client.end(), Ending::Orderly);
    }
}

#[test]
fn how_it_goes_on_and_small_print_are_shown() {
    let mut client = Client::plain(MemoryWorld::at(0));
    client.open(MAIN, WINDOWS);
    let help = client.ask("textDocument/signatureHelp", at(MAIN, 5, 10)).response_result.unwrap();
    assert_eq!(help["signatures"][0]["label"], "regions REGION, ...");
    assert_eq!(help["signatures"][0]["parameters"][0]["label"], json!([8, 19]));
    assert_eq!(help["activeParameter"], 0);
    let range = json!({ "start": { "line": 4, "character": 0 }, "end": { "line": 5, "character": 0 } });
    let asked = json!({ "textDocument": { "uri": MAIN }, "range": range });
    let hints = client.ask("textDocument/inlayHint", asked).response_result.unwrap();
    let labels: Vec<&str> =
        hints.as_array().unwrap().iter().map(|hint| hint["label"].as_str().unwrap()).collect();
    assert_eq!(labels, ["Sun", "Mon"]);
    assert_eq!(hints[0]["position"], json!({ "line": 4, "character": 19 }));
    assert_eq!(client.end(), Ending::Orderly);
}
