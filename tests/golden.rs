//! Runs every case under `tests/golden/<suite>/<case>/` with the real binary and compares what it says and writes.
//!
//! A case holds `cmd` (one command line a line, without `opsc`; words split at blanks, `'…'` keeps blanks), its input
//! files, and what is expected: `stdout`, `stderr`, `exit` (left out where empty or 0), and a folder `out/` with the
//! files that the commands write or change, where they do. `BLESS=1 cargo test --test golden` writes what is expected;
//! `CASE=part-of-a-name` runs only some. The input is copied to a folder of its own, so a case never changes itself.
//! `cmd` may begin with lines `copy PATH`, which bring a folder of the repository (an example) in beside the input.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test fails loudly, and is its own outside world"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a case is expected to say; never part of its input.
const EXPECTED: &[&str] = &["stdout", "stderr", "exit", "out"];
/// What a case holds besides its input and what is expected.
const ABOUT: &[&str] = &["cmd", "README.md"];

fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            ' ' if !quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    assert!(!quoted, "a quote is not closed in `{line}`");
    words.extend(word);
    words
}

/// Every file below `folder`, by its path with `/`.
fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

fn write(path: &Path, bytes: &[u8]) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn first_part(name: &str) -> &str {
    name.split('/').next().unwrap_or("")
}

/// What running a case gave, by the name of the file that expects it; empty ones are left out.
fn run(case: &Path) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let script = fs::read_to_string(case.join("cmd")).unwrap();
    let lines: Vec<&str> = script.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut before = tree(case);
    before.retain(|name, _| !EXPECTED.contains(&first_part(name)) && !ABOUT.contains(&first_part(name)));
    for copied in lines.iter().filter_map(|line| line.strip_prefix("copy ")) {
        before.extend(tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join(copied)));
    }
    for (name, bytes) in &before {
        write(&folder.path().join(name), bytes);
    }
    let mut actual: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut exits = Vec::new();
    for line in lines.iter().filter(|line| !line.starts_with("copy ")) {
        let output = Command::new(env!("CARGO_BIN_EXE_opsc"))
            .args(words(line))
            .current_dir(folder.path())
            .env_clear()
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let code = output.status.code().unwrap_or_else(|| panic!("`opsc {line}` was ended by a signal"));
        assert_ne!(code, 101, "`opsc {line}` panicked:\n{}", String::from_utf8_lossy(&output.stderr));
        exits.push(code.to_string());
        let hide = |bytes: Vec<u8>| {
            String::from_utf8(bytes)
                .unwrap()
                .replace(&*folder.path().to_string_lossy(), "FOLDER")
                .into_bytes()
        };
        actual.entry("stdout".to_owned()).or_default().extend(hide(output.stdout));
        actual.entry("stderr".to_owned()).or_default().extend(hide(output.stderr));
    }
    if exits.iter().any(|exit| exit != "0") {
        actual.insert("exit".to_owned(), format!("{}\n", exits.join("\n")).into_bytes());
    }
    for (name, bytes) in tree(folder.path()) {
        if before.get(&name) != Some(&bytes) {
            actual.insert(format!("out/{name}"), bytes);
        }
    }
    actual.retain(|_, bytes| !bytes.is_empty());
    actual
}

/// Says how two texts differ, from their first unlike line on.
fn difference(expected: &[u8], actual: &[u8]) -> String {
    let (expected, actual) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(actual));
    let (old, new): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), actual.lines().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let show = |lines: &[&str], mark: &str| -> String {
        lines.iter().skip(same).take(12).map(|line| format!("    {mark} {line}\n")).collect()
    };
    format!("  from line {}:\n{}{}", same + 1, show(&old, "-"), show(&new, "+"))
}

fn check(case: &Path, name: &str, failures: &mut Vec<String>) {
    let actual = run(case);
    let mut expected = tree(case);
    expected.retain(|file, _| EXPECTED.contains(&first_part(file)));
    if expected == actual {
        return;
    }
    if std::env::var_os("BLESS").is_some() {
        for file in expected.keys() {
            fs::remove_file(case.join(file)).unwrap();
        }
        for (file, bytes) in &actual {
            write(&case.join(file), bytes);
        }
        return;
    }
    for file in expected.keys().chain(actual.keys()).collect::<BTreeSet<_>>() {
        let empty = Vec::new();
        let (old, new) = (expected.get(file).unwrap_or(&empty), actual.get(file).unwrap_or(&empty));
        if old != new {
            failures.push(format!("{name}: `{file}` differs\n{}", difference(old, new)));
        }
    }
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

#[test]
fn golden() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let only = std::env::var("CASE").unwrap_or_default();
    let mut failures = Vec::new();
    let mut count = 0;
    for case in folders(&root).iter().flat_map(|suite| folders(suite)) {
        let name = case.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
        if name.contains(&only) {
            assert!(case.join("cmd").is_file(), "{name}: a case needs a file `cmd`");
            check(&case, &name, &mut failures);
            count += 1;
        }
    }
    assert!(count > 0, "no golden case was found");
    assert!(failures.is_empty(), "{} differ; BLESS=1 accepts them\n{}", failures.len(), failures.join("\n"));
}
