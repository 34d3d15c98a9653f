//! `opsc check --watch`, as a process of its own: each edit is answered, and nothing is done meanwhile.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

const POLICY: &str = "policy shop { language 1 }\n";
/// Far more than an answer takes, also on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

struct Watch {
    process: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(folder: &Path) -> Self {
        // Whoever runs the tests in the background has SIGINT ignored, and so would what they start.
        let mut process = Command::new("/usr/bin/env")
            .args([
                "--default-signal=INT",
                env!("CARGO_BIN_EXE_opsc"),
                "check",
                "--watch",
                "--format",
                "short",
            ])
            .current_dir(folder)
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(process.stdout.take().unwrap()), Box::new(process.stderr.take().unwrap())];
        for stream in streams {
            let sender = sender.clone();
            thread::spawn(move || {
                BufReader::new(stream).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        }
        Self { process, lines }
    }

    /// What is said up to the next line that tells the time, with that line.
    #[track_caller]
    fn answer(&self) -> (Vec<String>, String) {
        let mut said = Vec::new();
        loop {
            let line =
                self.lines.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("nothing came after {said:?}"));
            if line.starts_with("checked at ") {
                // The two streams are read side by side: a report may come a moment later.
                thread::sleep(Duration::from_millis(100));
                said.extend(self.lines.try_iter());
                return (said, line);
            }
            said.push(line);
        }
    }

    #[track_caller]
    fn answers(&self, finding: &str, cause: &str) {
        let (said, status) = self.answer();
        let said = said.join("\n");
        assert!(said.contains(finding) && said.is_empty() == finding.is_empty(), "{said}");
        assert!(status.contains(cause) && status.ends_with("ctrl-c ends"), "{status}");
        assert_eq!(status.contains("nothing is wrong"), finding.is_empty(), "{status}");
    }

    /// Processor time taken so far, in hundredths of a second: `utime` and `stime` of proc(5).
    fn effort(&self) -> u64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn every_edit_is_answered_and_nothing_else_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("main.ops", POLICY);
    let mut watch = Watch::start(folder.path());
    watch.answers("", "Z: nothing is wrong; 1 file watched");

    write("main.ops", &format!("use \"parts.ops\"\n{POLICY}"));
    watch.answers("import-not-found", ", for `main.ops` changed; ");
    write("parts.ops", "region eu { zone \"Europe/Dubin\" }\n");
    watch.answers("unknown-zone", ", for `parts.ops` changed; 2 files watched");

    // As editors save: another file takes the place of the old one.
    write("parts.ops~", "region eu { zone \"Europe/Dublin\" }\n");
    fs::rename(folder.path().join("parts.ops~"), folder.path().join("parts.ops")).unwrap();
    watch.answers("", ", for `parts.ops` changed: nothing is wrong; 2 files watched");

    fs::remove_file(folder.path().join("main.ops")).unwrap();
    watch.answers("there is no `main.ops`", ", for `main.ops` changed; ");
    write("main.ops", POLICY);
    watch.answers("", ", for `main.ops` changed: nothing is wrong");

    // Neither a file that the policy has nothing to do with, nor idleness.
    write("notes.txt", "x");
    write("parts.ops", "no longer used");
    let before = watch.effort();
    let quiet = watch.lines.recv_timeout(Duration::from_secs(2));
    assert_eq!(quiet, Err(RecvTimeoutError::Timeout));
    let effort = watch.effort() - before;
    assert!(effort <= 20, "two idle seconds took {effort} hundredths of a second");

    // What ctrl-c sends.
    let interrupt = Command::new("sh").args(["-c", &format!("kill -INT {}", watch.process.id())]).status();
    assert!(interrupt.unwrap().success());
    assert_eq!(watch.process.wait().unwrap().signal(), Some(2));
}

#[test]
fn several_writes_at_once_are_one_answer() {
    let folder = tempfile::tempdir().unwrap();
    let main = folder.path().join("main.ops");
    fs::write(&main, POLICY).unwrap();
    let watch = Watch::start(folder.path());
    watch.answers("", "nothing is wrong");
    for _ in 0..10 {
        fs::write(&main, "policy {").unwrap();
        thread::sleep(Duration::from_millis(5));
    }
    fs::write(&main, POLICY).unwrap();
    watch.answers("", "for `main.ops` changed");
    assert_eq!(watch.lines.recv_timeout(Duration::from_secs(1)), Err(RecvTimeoutError::Timeout));
}
