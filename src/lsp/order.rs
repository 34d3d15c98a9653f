//! What hangs on the order of things: readings that take long, documents without files, folders that come and go.

use super::tests::{Client, MAIN, at, error_code};
use super::{Ending, FEATURES, Message};
use crate::world::{MemoryWorld, World};
use crossbeam_channel::{Receiver, Sender, unbounded};
use lsp_server::{ErrorCode, Response};
use serde_json::json;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

/// A world in which whoever reads `OTHER` says so, and waits until the sender of `until` is gone.
struct Held {
    below: MemoryWorld,
    here: Sender<()>,
    until: Receiver<()>,
}

const OTHER: &str = "/p/other.ops";

impl Held {
    /// A client whose policy is being read, and what lets it go on.
    fn client(text: &str) -> (Client, Sender<()>) {
        let ((here, reads), (release, until)) = (unbounded(), unbounded());
        let world = Held { below: MemoryWorld::at(0).with_file(OTHER, ""), here, until };
        let client = Client::over(Arc::new(world), FEATURES, json!({ "capabilities": {} }));
        client.open(MAIN, text);
        reads.recv().unwrap();
        (client, release)
    }
}

impl World for Held {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if path == OTHER {
            self.here.send(()).ok();
            self.until.recv().unwrap_err();
        }
        self.below.read(path)
    }

    fn is_file(&self, path: &str) -> bool {
        self.below.is_file(path)
    }

    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        self.below.modified(path)
    }

    fn now(&self) -> SystemTime {
        self.below.now()
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.below.variable(name)
    }
}

#[test]
fn a_request_about_a_text_that_is_gone_is_overtaken() {
    let text = "policy p { language 1 }\nuse \"./other.ops\"\n";
    let (mut client, release) = Held::client(text);
    let first = client.request("textDocument/definition", at(MAIN, 0, 0));
    client.edit(MAIN, 2, json!([{ "text": format!("\n{text}") }]));
    let second = client.request("textDocument/definition", at(MAIN, 0, 0));
    // The reading of the second text is never made: a newer one is wished for while the first is under way.
    client.edit(MAIN, 3, json!([{ "text": format!("\n\n{text}") }]));
    drop(release);
    // They may come in either order.
    let mut answers: Vec<Response> = Vec::new();
    while answers.len() < 2 {
        answers.extend(match client.next() {
            Message::Response(response) => Some(response),
            Message::Notification(_) | Message::Request(_) => None,
        });
    }
    answers.sort_by_key(|answer| answer.id != first.into());
    let [of_first, of_second]: [Response; 2] = answers.try_into().unwrap();
    of_first.response_result.unwrap();
    assert_eq!(of_second.id, second.into());
    assert_eq!(error_code(of_second), ErrorCode::ContentModified as i32);
    client.ask("textDocument/definition", at(MAIN, 0, 0)).response_result.unwrap();
    assert_eq!(client.end(), Ending::Orderly);
}

#[test]
fn what_is_typed_before_the_first_reading_is_not_lost() {
    let (client, release) = Held::client("policy p { language 1 }\nuse \"./other.ops\"\n");
    client.edit(MAIN, 2, json!([{ "text": "policy p { language 1 }\nregion eu { zone \"x\" }\n" }]));
    drop(release);
    assert_eq!(client.published(MAIN), Vec::<String>::new());
    assert_eq!(client.published(MAIN), ["1:unknown-zone"]);
    assert_eq!(client.end(), Ending::Orderly);
}

#[test]
fn a_buffer_without_a_file_is_a_policy_of_its_own() {
    let client = Client::plain(MemoryWorld::at(0).with_file("/main.ops", "nonsense"));
    client.open("untitled:Untitled-1", "policy p { language 1 }\nregion eu { zone \"x\" }\n");
    assert_eq!(client.published("untitled:Untitled-1"), ["1:unknown-zone"]);
    client.open("untitled:Untitled-2", "region eu { zone \"Europe/Dublin\" }\n");
    assert_eq!(client.published("untitled:Untitled-2"), ["0:no-policy"]);
    assert_eq!(client.end(), Ending::Orderly);
}

#[test]
fn every_folder_is_looked_after_until_it_is_closed() {
    let folders = json!([{ "uri": "file:///p", "name": "p" }, { "uri": "file:///empty", "name": "" }, { "uri": "file:///q", "name": "q" }]);
    let wrong = "policy p { language 1 }\nregion eu { zone \"x\" }\n";
    let world = MemoryWorld::at(0).with_file("/p/main.ops", wrong).with_file("/q/main.ops", wrong);
    let client = Client::start(world, FEATURES, json!({ "capabilities": {}, "workspaceFolders": folders }));
    let mut found: Vec<String> = Vec::new();
    while found.len() < 2 {
        if let Message::Notification(said) = client.next() {
            found.push(said.params["uri"].as_str().unwrap().to_owned());
        }
    }
    found.sort();
    assert_eq!(found, ["file:///p/main.ops", "file:///q/main.ops"]);
    let event = json!({ "event": { "added": [], "removed": [folders[2]] } });
    client.tell("workspace/didChangeWorkspaceFolders", event);
    assert_eq!(client.published("file:///q/main.ops"), Vec::<String>::new());
    assert_eq!(client.end(), Ending::Orderly);
}
