//! The house tests itself: rooms import only rooms before them, each outside crate has one owning room, files stay small.
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

/// Rooms in dependency order: each may import only those before it.
const ROOMS: &[&str] = &[
    "world", "source", "calendar", "diag", "syntax", "schema", "resolve", "types", "policy", "graph",
    "segments", "decide", "schedule", "simulate", "verify", "review", "fidelity", "rules", "emit", "fmt",
    "import", "drift", "render", "ide", "lsp", "cli",
];

/// Rooms that may not import a room although it stands before them, with the reason.
const SEALED: &[(&str, &[&str], &str)] = &[
    ("calendar", &["world", "source"], "time algebra knows nothing of ours"),
    ("source", &["world"], "text and places know nothing of ours"),
    ("emit", &["syntax", "schema", "resolve", "rules"], "targets see only the checked policy"),
    ("ide", &["emit"], "an editor writes no targets"),
];

/// Crates that only these rooms may name.
const OWNERS: &[(&str, &[&str])] = &[
    ("pest", &["syntax"]),
    ("pest_derive", &["syntax"]),
    ("petgraph", &["graph"]),
    ("biodivine_lib_bdd", &["segments"]),
    ("chrono", &["calendar"]),
    ("chrono_tz", &["calendar"]),
    ("tz", &["calendar"]),
    ("rrule", &["calendar"]),
    ("codespan_reporting", &["source", "render"]),
    ("clap", &["cli"]),
    ("lsp_server", &["lsp"]),
    ("gen_lsp_types", &["lsp"]),
    ("crossbeam_channel", &["lsp", "cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("miette", &["cli"]),
    ("saphyr_parser", &["import"]),
    ("icalendar", &["import"]),
    ("postcard", &["policy"]),
    ("proptest", &["verify"]),
];

/// No file of the library is longer than this.
const LONGEST_FILE: usize = 500;

struct File {
    path: PathBuf,
    room: String,
    text: String,
}

fn files() -> Vec<File> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    walk(&source, &mut paths);
    paths.sort();
    paths
        .into_iter()
        .map(|path| {
            let inner = path.strip_prefix(&source).unwrap();
            let first = inner.components().next().unwrap().as_os_str().to_string_lossy().into_owned();
            let text = fs::read_to_string(&path).unwrap();
            File { room: first.trim_end_matches(".rs").to_owned(), path: inner.to_owned(), text }
        })
        .collect()
}

/// Every room named behind `crate::`, braces opened one level: `crate::{a::B, c}`.
fn imports(text: &str) -> BTreeSet<String> {
    let word = |text: &str| -> String {
        text.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect()
    };
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for (at, marker) in line.match_indices("crate::") {
            if line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
                continue;
            }
            let rest = &line[at + marker.len()..];
            match rest.strip_prefix('{') {
                Some(group) => found.extend(group.split(',').map(|part| word(part.trim()))),
                None => {
                    found.insert(word(rest));
                }
            }
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

#[test]
fn every_room_is_known_and_declared_in_order() {
    let library = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    let declared: Vec<&str> =
        library.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let places: Vec<usize> = declared
        .iter()
        .map(|room| {
            let known = ROOMS.iter().position(|known| known == room);
            known.unwrap_or_else(|| panic!("`{room}` is no room of the house"))
        })
        .collect();
    assert!(places.is_sorted(), "src/lib.rs declares rooms out of reading order: {declared:?}");
}

#[test]
fn rooms_import_only_rooms_before_them() {
    let order: BTreeMap<&str, usize> = ROOMS.iter().enumerate().map(|(place, room)| (*room, place)).collect();
    let mut broken = Vec::new();
    for file in files() {
        let Some(&place) = order.get(file.room.as_str()) else { continue };
        for import in imports(&file.text) {
            let Some(&other) = order.get(import.as_str()) else { continue };
            if other > place {
                let path = file.path.display();
                broken.push(format!("{path}: `{}` imports `{import}`, which comes after it", file.room));
            }
            for (room, sealed, reason) in SEALED {
                if *room == file.room && sealed.contains(&import.as_str()) {
                    broken
                        .push(format!("{}: `{room}` imports `{import}`, but {reason}", file.path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_outside_crate_stays_in_its_room() {
    let names = |text: &str, name: &str| {
        text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")).any(|line| {
            line.match_indices(&format!("{name}::"))
                .any(|(at, _)| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'))
        })
    };
    // Files that their folder's module has for tests alone: `#[cfg(test)] mod law;`.
    let tests: BTreeSet<PathBuf> = files()
        .iter()
        .flat_map(|file| {
            let folder = file.path.parent().unwrap().to_owned();
            let modules = file.text.split("#[cfg(test)]\nmod ").skip(1);
            let names = modules.filter_map(|rest| rest.split_once(';')).map(|(name, _)| name.to_owned());
            names.map(move |name| folder.join(format!("{name}.rs"))).collect::<Vec<_>>()
        })
        .collect();
    let mut broken = Vec::new();
    for file in files().iter().filter(|file| !matches!(file.room.as_str(), "lib" | "main")) {
        for (name, rooms) in OWNERS {
            // Any room's tests may draw what they try.
            let is_test =
                tests.contains(&file.path) || file.path.components().any(|part| part.as_os_str() == "tests");
            let text = match (*name, file.text.split_once("#[cfg(test)]")) {
                ("proptest", _) if is_test => "",
                ("proptest", Some((product, _))) => product,
                _ => &file.text,
            };
            if names(text, name) && !rooms.contains(&file.room.as_str()) {
                let path = file.path.display();
                broken.push(format!("{path}: names `{name}`, which belongs to {}", rooms.join(" and ")));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn files_say_why_they_exist_and_stay_small() {
    let mut broken = Vec::new();
    for file in files() {
        if !file.text.starts_with("//!") {
            broken.push(format!("{}: the first line does not say why the file exists", file.path.display()));
        }
        let lines = file.text.lines().count();
        if lines > LONGEST_FILE {
            broken.push(format!(
                "{}: {lines} lines; split it, it holds more than one idea",
                file.path.display()
            ));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn every_page_of_a_rule_belongs_to_a_code() {
    let pages = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules")).unwrap();
    let declared: String = files().into_iter().map(|file| file.text).collect();
    for page in pages {
        let path = page.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let known = name == "index" || declared.contains(&format!("\"{name}\""));
        assert!(known, "docs/rules/{name}.md is the page of no code");
    }
}
