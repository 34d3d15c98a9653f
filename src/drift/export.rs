//! JSON that a host's API answered, read so that what it does not have is said by its pointer.

use serde_json::Value;

/// Why an export cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// Line and column, from 1, where it is no JSON at all.
    pub at: Option<(usize, usize)>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// How to get a better one.
    pub help: String,
}

impl Malformed {
    /// The value at a pointer is not what the API gives.
    pub(super) fn shape(pointer: &str, wanted: &str, help: &str) -> Self {
        let place = if pointer.is_empty() { "the export".to_owned() } else { format!("`{pointer}`") };
        Self { at: None, message: format!("{place} is not {wanted}"), help: help.to_owned() }
    }
}

/// The document in a text.
pub(super) fn parse(text: &str, help: &str) -> Result<Value, Malformed> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| Malformed {
        at: Some((error.line(), error.column())),
        message: "this is no JSON".to_owned(),
        help: help.to_owned(),
    })
}

/// A list of the export.
pub(super) fn list<'v>(value: &'v Value, pointer: &str, help: &str) -> Result<&'v [Value], Malformed> {
    let found = value.as_array().map(Vec::as_slice);
    found.ok_or_else(|| Malformed::shape(pointer, "a list", help))
}

/// A text of the export.
pub(super) fn text<'v>(
    value: &'v Value,
    field: &str,
    pointer: &str,
    help: &str,
) -> Result<&'v str, Malformed> {
    let found = value.get(field).and_then(Value::as_str);
    found.ok_or_else(|| Malformed::shape(&format!("{pointer}/{field}"), "a text", help))
}
