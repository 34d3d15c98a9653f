//! Any evidence is decided on or refused: `opsc gate` answers with a record that reads back, both ways of deciding agree, and
//! only an allow permits.
//!
//! The input is an octet that chooses the circumstances, then up to four files, with a NUL between them: the change, facts,
//! reviews, and the file that a fact of the policy points into. An empty file is not given.

#![no_main]

use libfuzzer_sys::fuzz_target;
use opsc::calendar::Instant;
use opsc::cli::{self, Exit};
use opsc::decide::{Change, Context, Prepared, Record, Verdict, decide, log};
use opsc::policy::{Policy, compiled, load};
use opsc::world::{MemoryWorld, World};
use serde_json::Value;
use std::ffi::OsString;
use std::io;
use std::sync::LazyLock;
use std::time::SystemTime;

const POLICY: &str = include_str!("../evidence.ops");

/// A folder that is not on disk, so that git is not asked about it.
const MAIN: &str = "nowhere/on/this/disk/main.ops";

/// Each file with its option; the last is read by the policy itself.
const FILES: [(&str, Option<&str>); 4] = [
    ("change.json", Some("--change")),
    ("facts.json", Some("--facts")),
    ("approvals.json", Some("--approvals")),
    ("slo.json", None),
];

/// 2026-11-25T12:00Z, a day before the policy's `sale`.
const START: i64 = 1_795_608_000;

static LOADED: LazyLock<Policy> =
    LazyLock::new(|| load(&files(), MAIN).expect("it is there").policy.expect("it has no errors"));

static COMPILED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    compiled::encode(&LOADED, [(MAIN, POLICY)].into_iter(), "nowhere/on/this/disk/").expect("it is written")
});

/// Files, and the compiled policy wherever the gate looks for one: reading its text takes longer than deciding.
struct Cached(MemoryWorld);

impl World for Cached {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if path.ends_with(".policy") { Ok(COMPILED.clone()) } else { self.0.read(path) }
    }

    fn is_file(&self, path: &str) -> bool {
        self.0.is_file(path)
    }

    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        self.0.modified(path)
    }

    fn now(&self) -> SystemTime {
        self.0.now()
    }

    fn variable(&self, name: &str) -> Option<String> {
        (name == "XDG_CACHE_HOME").then(|| "/nowhere".to_owned())
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let mut world = files();
    let at = Instant::from_unix(START + i64::from(choice >> 2) * 7 * 3600);
    let mut arguments: Vec<String> = ["opsc", "gate", MAIN, "--at", &at.to_string()].map(String::from).into();
    let as_json = choice & 1 == 0;
    if as_json {
        arguments.push("--json".to_owned());
    }
    if choice & 2 == 0 {
        arguments.extend(["--action", "promote"].map(String::from));
    }
    for ((path, option), text) in FILES.into_iter().zip(rest.splitn(FILES.len(), |byte| *byte == 0)) {
        if !text.is_empty() {
            world = world.with_file(path, text);
            arguments.extend(option.into_iter().chain(option.map(|_| path)).map(String::from));
        }
    }
    let arguments: Vec<OsString> = arguments.into_iter().map(OsString::from).collect();
    let output = cli::run(&arguments, &Cached(world));
    match output.exit {
        Exit::Done | Exit::Block | Exit::Pending if as_json => recorded(&output.out, output.exit),
        Exit::Done | Exit::Block | Exit::Pending => {
            assert!(!output.out.is_empty(), "an answer says something")
        }
        Exit::Unreadable => {
            assert!(output.out.is_empty() && output.err.starts_with("NOT DECIDED"), "{}", output.err);
        }
        other => panic!("{other:?}: {}", output.err),
    }
    let change = rest.split(|byte| *byte == 0).next().unwrap_or_default();
    if let Ok(change) = serde_json::from_slice::<Change>(change) {
        agreed(&change, at);
    }
});

fn files() -> MemoryWorld {
    MemoryWorld::at(START.unsigned_abs()).with_file(MAIN, POLICY)
}

/// The record reads back as it was, permits only what it allows, and can be kept in a log.
fn recorded(text: &str, exit: Exit) {
    let value: Value = serde_json::from_str(text).expect("the record is JSON");
    let record: Record = serde_json::from_value(value.clone()).expect("the record is of its form");
    assert_eq!(serde_json::to_value(&record).expect("it is written again"), value, "read and written again");
    assert_eq!(exit == Exit::Done, record.verdict == Verdict::Allow, "only an allow permits");
    assert_eq!(record.blocked, record.verdict != Verdict::Allow);
    let (line, head) = log::append(&log::Head::empty(), &value);
    let reading = log::read(&line);
    assert_eq!((reading.broken, reading.head), (None, head), "a log of one record is whole: {line}");
}

/// The index and the plain search decide alike.
fn agreed(change: &Change, at: Instant) {
    let context = Context::at(at);
    assert_eq!(Prepared::new(&LOADED).decide(change, &context), decide(&LOADED, change, &context));
}
