//! What differs between two policies as data, names for ids and everything that only people read left out: what no comparison of
//! decisions can show, such as a pipeline's holds or a rollback's triggers.

use super::document;
use crate::calendar::Elapsed;
use crate::policy::Policy;
use serde_json::{Map, Value};

/// A value that differs, with where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The section, and names and fields from there: `pipelines`, `rag-release`, `stages`, `canary`, `hold`.
    pub place: Vec<String>,
    /// What it was; none where there was none.
    pub old: Option<String>,
    /// What it is; none where there is none any more.
    pub new: Option<String>,
    /// Whether a decision may rest on it.
    pub decides: Decides,
}

/// Whether a decision may rest on a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decides {
    /// It may.
    Yes,
    /// It says how a change rolls out, comes back or is told of, not whether it may land.
    No,
}

/// Sections that a comparison of decisions covers, or that say nothing.
const COVERED: [&str; 11] = [
    "schema",
    "policy",
    "tiers",
    "freezes",
    "windows",
    "exceptions",
    "approvals",
    "roles",
    "teams",
    "holidays",
    "shifts",
];

/// Sections that decisions rest on and that no comparison of decisions covers.
const DECIDING: [&str; 6] = ["classify", "components", "services", "environments", "facts", "break_glass"];

/// Fields that only people read.
const WORDS: [&str; 7] = ["doc", "because", "title", "examples", "text", "note", "line"];

/// Everything that differs, in the order of the document.
pub fn changed(old: &Policy, new: &Policy) -> Vec<Changed> {
    let (old, new) = (document(old), document(new));
    let mut found = Vec::new();
    let nothing = Map::new();
    let (old, new) = (old.as_object().unwrap_or(&nothing), new.as_object().unwrap_or(&nothing));
    for section in new.keys().chain(old.keys().filter(|key| !new.contains_key(*key))) {
        if !COVERED.contains(&section.as_str()) {
            walk(&mut vec![section.clone()], old.get(section), new.get(section), &mut found);
        }
    }
    found
}

fn walk(place: &mut Vec<String>, old: Option<&Value>, new: Option<&Value>, found: &mut Vec<Changed>) {
    if old == new {
        return;
    }
    match (old, new) {
        (Some(Value::Object(before)), Some(Value::Object(after)))
            if !is_quantity(before) && !is_quantity(after) =>
        {
            for key in after.keys().chain(before.keys().filter(|key| !after.contains_key(*key))) {
                if !WORDS.contains(&key.as_str()) {
                    step(place, key, before.get(key), after.get(key), found);
                }
            }
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) if is_named(before) && is_named(after) => {
            for row in after.iter().chain(before.iter().filter(|row| find(after, name(row)).is_none())) {
                let name = name(row);
                step(place, name, find(before, name), find(after, name), found);
            }
            let order = |rows: &[Value], others: &[Value]| -> Vec<String> {
                let names = rows.iter().map(name).filter(|name| find(others, name).is_some());
                names.map(str::to_owned).collect()
            };
            let (was, is) = (order(before, after), order(after, before));
            // Rows of a section stand in no order that means anything; stages do.
            if place.len() > 1 && was != is {
                found.push(change(place, "order", Some(was.join(", ")), Some(is.join(", "))));
            }
        }
        (old, new) => {
            let (old, new) = (old.filter(|value| !value.is_null()), new.filter(|value| !value.is_null()));
            let is_row = |value: &Value| value.get("name").is_some();
            let shown = |value: &Value| if is_row(value) { "declared".to_owned() } else { shown(value) };
            if let Some(last) = place.pop() {
                let change = change(place, &last, old.map(shown), new.map(shown));
                place.push(last);
                found.push(change);
            }
        }
    }
}

fn step(
    place: &mut Vec<String>,
    key: &str,
    old: Option<&Value>,
    new: Option<&Value>,
    found: &mut Vec<Changed>,
) {
    place.push(key.to_owned());
    walk(place, old, new, found);
    place.pop();
}

fn change(place: &[String], last: &str, old: Option<String>, new: Option<String>) -> Changed {
    let place: Vec<String> = place.iter().cloned().chain([last.to_owned()]).collect();
    let section = place.first().map_or("", String::as_str);
    let decides = if DECIDING.contains(&section) { Decides::Yes } else { Decides::No };
    Changed { place, old, new, decides }
}

fn is_named(rows: &[Value]) -> bool {
    rows.iter().all(|row| row.get("name").is_some_and(Value::is_string))
}

fn name(row: &Value) -> &str {
    row.get("name").and_then(Value::as_str).unwrap_or_default()
}

fn find<'v>(rows: &'v [Value], wanted: &str) -> Option<&'v Value> {
    rows.iter().find(|row| name(row) == wanted)
}

fn is_quantity(value: &Map<String, Value>) -> bool {
    value.len() == 1 && value.contains_key("seconds")
}

/// A value in a line.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) if is_quantity(fields) => match fields.get("seconds").and_then(Value::as_i64) {
            Some(seconds) => Elapsed::seconds(seconds).to_string(),
            None => value.to_string(),
        },
        Value::Array(members) => members.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
