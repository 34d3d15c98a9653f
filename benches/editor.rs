//! What somebody who types waits for: `cargo bench --bench editor`.
//!
//! The server as it is, over a connection in memory. Each edit types a name wrongly, somewhere in the file, or mends it
//! again; the time is from the edit's sending to the arrival of findings that name exactly what was typed, or are none
//! again. Beside it: what a hover-like request takes, and memory over ten thousand edits. Wall time.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench reads the clock, and its policies and the replies are its own"
)]

use lsp_server::{Notification, Request};
use opsc::diag::Habit;
use opsc::lsp::{Connection, Ending, FEATURES, Message, Setup, serve};
use opsc::world::MemoryWorld;
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Edits that are timed, of each policy.
const EDITS: usize = 400;

/// Edits over which memory is watched.
const MANY: usize = 10_000;

const MAIN: &str = "file:///p/main.ops";

fn main() {
    let sizes = [(100, "lines"), (1_000, "lines"), (10_000, "lines"), (60_000, "lines")];
    println!(
        "{:>8} {:>8} {:>8} | open | edit p50 p95 p99 max | definition p50 p95 p99 max, ms",
        "lines", "items", "bytes"
    );
    for (lines, _) in sizes {
        let text = policy(lines);
        let mut session = Session::start();
        let opened = Instant::now();
        session.open(&text);
        assert!(session.findings(1).is_empty(), "the generated policy is sound");
        let opened = millis(opened);
        let (edits, asked) = typed(&mut session, &text, EDITS);
        println!(
            "{:>8} {:>8} {:>8} | {opened:>7.1} | {} | {}",
            text.lines().count(),
            text.matches("\n}\n").count(),
            text.len(),
            spread(edits),
            spread(asked)
        );
        session.end();
    }
    memory();
}

/// Resident memory after each thousand of many edits.
fn memory() {
    let text = policy(1_000);
    let mut session = Session::start();
    session.open(&text);
    session.findings(1);
    println!("\n{:>8} {:>12}", "edits", "resident KiB");
    for thousand in 0..=MANY / 1_000 {
        println!("{:>8} {:>12}", thousand * 1_000, resident());
        typed(&mut session, &text, 1_000);
    }
    session.end();
}

/// Breaks and mends one name after another; how long each finding took to come and to go, and a request after it.
fn typed(session: &mut Session, text: &str, edits: usize) -> (Vec<f64>, Vec<f64>) {
    let lines: Vec<u32> = text
        .lines()
        .zip(0..)
        .filter(|(line, _)| line.starts_with("  regions eu"))
        .map(|(_, number)| number)
        .collect();
    let (mut waited, mut asked) = (Vec::with_capacity(edits), Vec::with_capacity(edits));
    for edit in 0..edits / 2 {
        // Far from the last one, and every part of the file in turn.
        let line = lines[edit * 7_919 % lines.len()];
        let wrong = format!("nowhere-{edit}");
        for (from, to, expected) in [("eu", wrong.as_str(), Some(line)), (&wrong, "eu", None)] {
            let start = Instant::now();
            let version = session.edit(line, 10, from.len(), to);
            let found = session.findings(version);
            waited.push(millis(start));
            let lines = found.iter().map(|(line, message)| message.contains(&wrong).then_some(*line));
            assert_eq!(lines.collect::<Vec<_>>(), Vec::from_iter(expected.map(Some)));
        }
        let start = Instant::now();
        let found = session.ask("textDocument/definition", &at(line, 11));
        asked.push(millis(start));
        assert_eq!(found["range"]["start"], json!({ "line": 5, "character": 7 }), "where `eu` is declared");
    }
    (waited, asked)
}

struct Session {
    connection: Connection,
    server: JoinHandle<Ending>,
    version: i32,
    asked: i32,
}

impl Session {
    fn start() -> Self {
        let (connection, ours) = Connection::memory();
        let setup = Setup {
            world: Arc::new(MemoryWorld::at(1_760_000_000)),
            manual: None,
            habit: Habit::Always,
            features: FEATURES,
        };
        let server = thread::spawn(move || serve(&ours, setup));
        let mut session = Self { connection, server, version: 1, asked: 0 };
        session.ask("initialize", &json!({ "capabilities": {} }));
        session.tell("initialized", json!({}));
        session
    }

    fn send(&self, message: impl Into<Message>) {
        self.connection.sender.send(message.into()).unwrap();
    }

    fn tell(&self, method: &str, parameters: Value) {
        self.send(Notification::new(method.to_owned(), parameters));
    }

    fn next(&self) -> Message {
        self.connection.receiver.recv_timeout(Duration::from_secs(60)).unwrap()
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        self.asked += 1;
        self.send(Request::new(self.asked.into(), method.to_owned(), parameters));
        loop {
            if let Message::Response(response) = self.next()
                && response.id == self.asked.into()
            {
                return response.response_result.unwrap();
            }
        }
    }

    fn open(&self, text: &str) {
        let document = json!({ "uri": MAIN, "languageId": "ops", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces so many characters of a line; the version of the document then.
    fn edit(&mut self, line: u32, character: usize, length: usize, text: &str) -> i32 {
        self.version += 1;
        let place = |character: usize| json!({ "line": line, "character": character });
        let range = json!({ "start": place(character), "end": place(character + length) });
        self.tell(
            "textDocument/didChange",
            json!({
                "textDocument": { "uri": MAIN, "version": self.version },
                "contentChanges": [{ "range": range, "text": text }],
            }),
        );
        self.version
    }

    /// What is found in a version: line and message each.
    fn findings(&self, version: i32) -> Vec<(u32, String)> {
        loop {
            if let Message::Notification(said) = self.next()
                && said.method == "textDocument/publishDiagnostics"
                && said.params["version"] == version
            {
                let named = |one: &Value| {
                    let line = one["range"]["start"]["line"].as_u64().unwrap();
                    (u32::try_from(line).unwrap(), one["message"].as_str().unwrap().to_owned())
                };
                return said.params["diagnostics"].as_array().unwrap().iter().map(named).collect();
            }
        }
    }

    fn end(mut self) {
        self.ask("shutdown", &Value::Null);
        self.tell("exit", Value::Null);
        assert_eq!(self.server.join().unwrap(), Ending::Orderly);
    }
}

fn at(line: u32, character: u32) -> Value {
    json!({ "textDocument": { "uri": MAIN }, "position": { "line": line, "character": character } })
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

/// The middle, the 95th and 99th of a hundred, and the longest.
fn spread(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let of = |hundredth: usize| times[(times.len() - 1) * hundredth / 100];
    format!("{:>6.1} {:>6.1} {:>6.1} {:>6.1}", of(50), of(95), of(99), of(100))
}

/// What the process holds in memory, where the system says so.
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.map_or("unknown", |line| line.trim().trim_end_matches(" kB")).to_owned()
}

/// A policy of about so many lines: windows, with metrics, gates, services and pipelines among them.
fn policy(lines: usize) -> String {
    let mut text = String::from(
        "policy release { language 1 }
use std.tiers
use std.freezes
use std.metrics.http

region eu { zone \"Europe/Dublin\" }
region us { zone \"America/New_York\" }
component llm {}
component index {}
team sre { members \"ann@example.com\" }
role sre-owner { members \"bob@example.com\" }
role product-owner { members \"eve@example.com\" }

",
    );
    let mut written = text.lines().count();
    for number in 0.. {
        if written >= lines {
            break;
        }
        let before = text.len();
        item(&mut text, number);
        written += text[before..].lines().count();
    }
    text
}

fn item(text: &mut String, number: usize) {
    let (month, day) = (number % 12 + 1, number % 27 + 1);
    match number % 8 {
        5 => write!(
            text,
            "metric wait-{number} : duration {{
  better     lower
  no-data    fail
  prometheus \"avg_over_time(wait_{number}[$window])\"
}}

/// Fast enough.
gate fast-{number} {{
  require wait-{number} <= 250ms over 5m
}}

"
        ),
        7 => write!(
            text,
            "service app-{number} {{ components llm }}

pipeline release-{number} for app-{number} {{
  stage build {{}}
  stage test {{ after build }}
}}

"
        ),
        _ => write!(
            text,
            "/// Freeze number {number}, agreed with the on-call team.
window freeze-{number} : hard {{
  during  2025-{month:02}-{day:02}T08:00Z .. 2025-{month:02}-{:02}T08:00Z
  regions eu
  scope   llm, index
  owner   sre
}}

",
            day + 1
        ),
    }
    .unwrap();
}
