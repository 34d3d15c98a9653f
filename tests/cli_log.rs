//! The log of decisions under many writers at once, killed writers and torn tails: real processes on a real disk.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use opsc::calendar::Instant;
use opsc::cli::LogFile;
use opsc::decide::log;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output};
use std::thread::sleep;
use std::time::Duration;

/// What tells a child of these tests what to do: the log, its own name, how many records.
const ORDER: &str = "OPSC_TEST_APPEND";

fn now() -> Instant {
    Instant::from_unix(1_764_345_852)
}

fn append(path: &Path, record: &Value) -> String {
    let mut log = LogFile::open(&path.to_string_lossy(), now()).unwrap();
    log.append(record).unwrap().hash.clone()
}

/// Not a test by itself: what the writers of the other tests run.
#[test]
fn a_writer() {
    let Ok(order) = std::env::var(ORDER) else { return };
    let [path, name, number] = order.split('\n').collect::<Vec<_>>()[..] else { panic!("{order}") };
    for n in 0..number.parse::<usize>().unwrap() {
        append(Path::new(path), &json!({ "writer": name, "n": n, "padding": "x".repeat(3000) }));
    }
}

fn writer(path: &Path, name: usize, number: usize) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_writer", "--test-threads=1"])
        .env(ORDER, format!("{}\n{name}\n{number}", path.display()))
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

fn opsc(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_opsc")).args(arguments).output().unwrap()
}

#[track_caller]
fn check_verify(path: &Path, head: Option<&str>, exit: i32, says: &[&str]) {
    let path = path.to_string_lossy();
    let mut arguments = vec!["log", "verify", &path];
    arguments.extend(head.map(|head| ["--head", head]).into_iter().flatten());
    let output = opsc(&arguments);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(exit), "{text}");
    for part in says {
        assert!(text.contains(part), "`{part}` is missing in:\n{text}");
    }
}

fn records(path: &Path) -> Vec<Value> {
    let reading = log::read(&fs::read_to_string(path).unwrap());
    assert_eq!(reading.broken, None);
    reading.records
}

fn torn(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.torn", path.display()))
}

#[test]
fn many_writers_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("logs/decisions.jsonl");
    let writers: Vec<Child> = (0..8).map(|name| writer(&path, name, 50)).collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    let records = records(&path);
    assert_eq!(records.len(), 400);
    for name in 0..8 {
        let name = name.to_string();
        let own = records.iter().filter(|record| record["writer"] == name);
        let numbers: Vec<u64> = own.map(|record| record["n"].as_u64().unwrap()).collect();
        assert_eq!(numbers, (0..50).collect::<Vec<_>>(), "writer {name}");
    }
    assert!(!torn(&path).exists());
    check_verify(&path, None, 0, &["400 records, all whole"]);
}

#[test]
fn killed_writers_leave_a_log_that_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let mut before = 0;
    for round in 0..12 {
        let mut writers: Vec<Child> = (0..3).map(|name| writer(&path, name, 100_000)).collect();
        sleep(Duration::from_millis(40 + 7 * round));
        for writer in &mut writers {
            writer.kill().unwrap();
        }
        for writer in &mut writers {
            writer.wait().unwrap();
        }
        append(&path, &json!({ "round": round }));
        let records = records(&path);
        assert_eq!(records.last().unwrap()["round"], round);
        assert!(records.len() > before);
        before = records.len();
    }
    check_verify(&path, None, 0, &["all whole"]);
}

#[test]
fn a_torn_tail_is_moved_away_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    append(&path, &json!({ "n": 0 }));
    append(&path, &json!({ "n": 1 }));
    let whole = fs::read(&path).unwrap();
    let second = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    for end in second + 1..whole.len() {
        fs::write(&path, &whole[..end]).unwrap();
        let _ = fs::remove_file(torn(&path));
        check_verify(&path, None, 1, &[":2: the line has no end", "1 record whole before it"]);
        append(&path, &json!({ "n": 2 }));
        let records = records(&path);
        assert_eq!(records.len(), 3);
        assert_eq!(records[1]["schema"], "opsc.repaired/1");
        assert_eq!(records[1]["torn_bytes"], end - second);
        assert_eq!(fs::read(torn(&path)).unwrap(), &whole[second..end]);
    }
    check_verify(&path, None, 0, &["3 records", "line 2: a torn tail of"]);
}

#[test]
fn a_repair_that_is_interrupted_is_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    append(&path, &json!({ "n": 0 }));
    let good = fs::read(&path).unwrap();
    let tail = vec![b'x'; 2000];
    fs::write(&path, [good.as_slice(), &tail].concat()).unwrap();
    LogFile::open(&path.to_string_lossy(), now()).unwrap();
    let repaired = fs::read(&path).unwrap();
    let line = &repaired[good.len()..];
    for written in (0..=line.len()).step_by(7).chain([line.len()]) {
        let mut half = [good.as_slice(), &tail].concat();
        half[good.len()..good.len() + written].copy_from_slice(&line[..written]);
        fs::write(&path, &half).unwrap();
        append(&path, &json!({ "n": 1 }));
        let records = records(&path);
        assert_eq!(records.last().unwrap()["n"], 1);
        assert!(records[1..records.len() - 1].iter().all(|record| record["schema"] == "opsc.repaired/1"));
        assert!(records.len() >= 3);
    }
}

#[test]
fn verify_names_what_was_done_to_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("decisions.jsonl");
    let heads: Vec<String> = (0..4).map(|n| append(&path, &json!({ "n": n, "verdict": "block" }))).collect();
    let whole = fs::read_to_string(&path).unwrap();
    check_verify(&path, Some(&heads[3]), 0, &["4 records, all whole", &heads[3]]);
    check_verify(&path, Some(&heads[1]), 0, &["2 records since the head"]);
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    fs::write(&path, lines[..2].concat()).unwrap();
    check_verify(&path, None, 0, &["2 records, all whole"]);
    check_verify(&path, Some(&heads[3]), 1, &["was cut off"]);
    fs::write(&path, whole.replacen("block", "allow", 2)).unwrap();
    check_verify(&path, None, 1, &[":1: this record is not as it was written"]);
    fs::write(&path, [lines[0], lines[2], lines[3]].concat()).unwrap();
    check_verify(&path, None, 1, &[":2: this is record 2, but record 1 should stand here"]);
    fs::write(&path, b"\xff\n").unwrap();
    check_verify(&path, None, 1, &[":1: this is not a line"]);
    check_verify(&folder.path().join("nothing"), None, 4, &[]);
}

#[test]
fn a_log_that_is_none_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    for notes in ["my notes\n", "my notes", "{ \"notes\": 1 }"] {
        fs::write(&path, notes).unwrap();
        let refused = LogFile::open(&path.to_string_lossy(), now()).unwrap_err();
        assert_eq!(refused.exit().code(), 4);
        assert_eq!(fs::read_to_string(&path).unwrap(), notes);
        assert!(!torn(&path).exists());
    }
}

/// Asked about a rollback, a gate reads its whole log.
const POLICY: &str = "policy shop { language 1 }\n";

fn gate(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_opsc"))
        .current_dir(folder)
        .args(["gate", "main.ops", "--rollback", "blue-green", "--to", "v1"])
        .args(arguments)
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn a_broken_log_decides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.ops"), POLICY).unwrap();
    let ask = || gate(folder.path(), &["--log", "log.jsonl"]);
    let path = folder.path().join("log.jsonl");
    for _ in 0..3 {
        let (exit, said) = ask();
        assert_eq!(exit, Some(0), "{said}");
    }
    let whole = fs::read_to_string(&path).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    fs::write(&path, [lines[0], lines[2]].concat()).unwrap();
    let (exit, said) = ask();
    assert_eq!(exit, Some(4), "{said}");
    assert!(said.contains("opsc log verify log.jsonl"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), [lines[0], lines[2]].concat());
    fs::write(&path, &whole).unwrap();
    append(&path, &json!({ "schema": "opsc.other/1" }));
    let (exit, said) = ask();
    assert_eq!(exit, Some(4), "{said}");
    assert!(said.contains("opsc.other/1"), "{said}");
}

#[test]
fn a_summary_never_takes_the_place_of_the_log() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("main.ops"), POLICY).unwrap();
    let (exit, said) = gate(folder.path(), &["--log", "log.jsonl", "--summary", "./log.jsonl"]);
    assert_eq!(exit, Some(2), "{said}");
    assert!(!folder.path().join("log.jsonl").exists());
}
