//! Entries of a decision's record, held against what a test expects of them.

use super::answer::Answer;
use crate::calendar::TZDB_VERSION;
use crate::decide::{Record, Stamp};
use crate::policy::Value;
use rust_decimal::Decimal;
use serde_json::Value as Json;
use std::str::FromStr;

/// The longest entry that is shown as it is.
const LONGEST: usize = 200;

/// The record that the gate would write of this answer, named and stamped as a test's.
fn record(answer: &Answer<'_>) -> Json {
    let stamp = Stamp {
        id: "test".to_owned(),
        decided_at: answer.context.at,
        clock: "test".to_owned(),
        opsc: env!("CARGO_PKG_VERSION").to_owned(),
        zone_database: TZDB_VERSION.to_owned(),
    };
    let record = Record::of(answer.policy, answer.change, answer.context, answer.decision, &stamp);
    serde_json::to_value(record).unwrap_or_default()
}

/// Whether the entry at `pointer` is `value`; without a value, whether nothing stands there.
pub(super) fn holds(answer: &Answer<'_>, pointer: &str, value: Option<&Value>) -> bool {
    let record = record(answer);
    match (record.pointer(pointer), value) {
        (None | Some(Json::Null), None) => true,
        (Some(found), Some(value)) => is(found, value),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

fn is(found: &Json, value: &Value) -> bool {
    match (found, value) {
        (Json::Bool(found), Value::Bool(value)) => found == value,
        (Json::Number(found), Value::Number(value)) => {
            Decimal::from_str(&found.to_string()).is_ok_and(|found| found == *value)
        }
        (Json::String(found), Value::Text(value)) => found == value,
        (Json::String(found), Value::Instant(value)) => *found == value.to_string(),
        _ => false,
    }
}

/// What stands at `pointer`, in words.
pub(super) fn shown(answer: &Answer<'_>, pointer: &str) -> String {
    match record(answer).pointer(pointer) {
        None => "no such entry".to_owned(),
        Some(found) => {
            let text = found.to_string();
            match text.char_indices().nth(LONGEST) {
                None => format!("`{text}`"),
                Some((end, _)) => format!("`{}...`", text.get(..end).unwrap_or_default()),
            }
        }
    }
}
