//! The log of decisions: JSON lines, each carrying the hash of the one before it. Pure text in, findings out; files are the caller's.
//!
//! A line is the canonical JSON of `{"seq": n, "prev": "…", "record": {…}, "hash": "…"}`: keys in that order, the record's own
//! in byte order at every depth, no blanks. `hash` is SHA-256 in hex over the line without its `hash` member; `prev` is the
//! hash of the line before, or 64 zeros. The *head* of a log is its last hash, and `seq` counts from 0.

use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The `prev` of the first line.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Where a log stands: what the next line builds on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// How many lines there are.
    pub length: u64,
    /// The hash of the last one, or [`GENESIS`].
    pub hash: String,
}

impl Head {
    /// The head of an empty log.
    pub fn empty() -> Self {
        Self { length: 0, hash: GENESIS.to_owned() }
    }
}

/// What a log's text holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The head behind the last good line.
    pub head: Head,
    /// The records of the good lines, in order.
    pub records: Vec<Value>,
    /// The first thing that is wrong, if any. Nothing behind it was read.
    pub broken: Option<Broken>,
    /// How many bytes the good lines have: a torn tail starts there.
    pub good_bytes: usize,
}

/// The first thing that is wrong with a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The last line has no end: the writer was interrupted.
    Torn,
    /// It is not a line of a log: not JSON, or members are missing or too many, or it is not in canonical form.
    Malformed,
    /// Its `seq` does not follow.
    OutOfSequence {
        /// What it is.
        found: u64,
        /// What it would be.
        expected: u64,
    },
    /// Its `prev` is not the hash of the line before: a line was changed, removed or put in.
    Unchained,
    /// Its `hash` is not that of its content: it was changed.
    Altered,
}

/// What [`check_head`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HeadCheck {
    /// The log ends with this head.
    IsHead,
    /// The log went on since.
    Extended {
        /// By so many lines.
        by: u64,
    },
    /// The log never had this head: it was cut off or rewritten behind what it shows.
    Missing,
}

/// The line, newline included, that appends `record` to a log with this head, and the head it has then.
pub fn append(head: &Head, record: &Value) -> (String, Head) {
    let unsigned = unsigned_line(head, &canonical(record));
    let hash = sha256(&unsigned);
    let mut line = unsigned;
    line.pop();
    let _ = writeln!(line, ",\"hash\":\"{hash}\"}}");
    (line, Head { length: head.length + 1, hash })
}

/// Reads a log up to the first line that is wrong.
pub fn read(text: &str) -> Reading {
    let mut reading = Reading { head: Head::empty(), records: Vec::new(), broken: None, good_bytes: 0 };
    for line in text.split_inclusive('\n') {
        match read_line(&reading.head, line) {
            Ok((record, head)) => {
                reading.records.push(record);
                reading.head = head;
                reading.good_bytes += line.len();
            }
            Err(fault) => {
                reading.broken = Some(Broken { line: reading.head.length + 1, fault });
                break;
            }
        }
    }
    reading
}

/// The first line that is not as it was written, or does not follow the one before: at the line where [`read`] finds one, without
/// reading what the records say.
///
/// # Errors
/// What `lines` gives where a line cannot be had.
pub fn first_break<E>(lines: impl IntoIterator<Item = Result<Vec<u8>, E>>) -> Result<Option<Broken>, E> {
    let mut head = Head::empty();
    for line in lines {
        match follow(&head, &line?) {
            Ok(next) => head = next,
            Err(fault) => return Ok(Some(Broken { line: head.length + 1, fault })),
        }
    }
    Ok(None)
}

/// The head behind a line, by its text alone.
fn follow(head: &Head, line: &[u8]) -> Result<Head, Fault> {
    let line = line.strip_suffix(b"\n").ok_or(Fault::Torn)?;
    let line = std::str::from_utf8(line).map_err(|_| Fault::Malformed)?;
    let rest = line.strip_prefix("{\"seq\":").ok_or(Fault::Malformed)?;
    let (found, rest) = rest.split_once(",\"prev\":\"").ok_or(Fault::Malformed)?;
    let found: u64 = found.parse().map_err(|_| Fault::Malformed)?;
    let (prev, _) = rest.split_once("\",\"record\":").ok_or(Fault::Malformed)?;
    let signed = line.strip_suffix("\"}").ok_or(Fault::Malformed)?;
    let (unsigned, hash) = signed.rsplit_once(",\"hash\":\"").ok_or(Fault::Malformed)?;
    if found != head.length {
        return Err(Fault::OutOfSequence { found, expected: head.length });
    }
    if prev != head.hash {
        return Err(Fault::Unchained);
    }
    let mut digest = Sha256::new();
    digest.update(unsigned.as_bytes());
    digest.update(b"}");
    let expected = hex(&digest.finalize());
    if expected != hash {
        return Err(Fault::Altered);
    }
    Ok(Head { length: head.length + 1, hash: expected })
}

/// Whether a log still contains a head that was seen earlier: finds truncation.
pub fn check_head(text: &str, hash: &str) -> HeadCheck {
    let mut head = Head::empty();
    let mut seen = (hash == GENESIS).then_some(0);
    for line in text.split_inclusive('\n') {
        let Ok((_, next)) = read_line(&head, line) else { break };
        head = next;
        if head.hash == hash {
            seen = Some(head.length);
        }
    }
    match seen {
        None => HeadCheck::Missing,
        Some(length) if length == head.length => HeadCheck::IsHead,
        Some(length) => HeadCheck::Extended { by: head.length - length },
    }
}

/// JSON without blanks, the keys of every object in byte order: one text for one value.
pub fn canonical(value: &Value) -> String {
    fn write(value: &Value, out: &mut String) {
        match value {
            Value::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_unstable_by_key(|(key, _)| key.as_str());
                out.push('{');
                for (position, (key, value)) in members.into_iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    let _ = write!(out, "{}:", Value::String(key.clone()));
                    write(value, out);
                }
                out.push('}');
            }
            Value::Array(items) => {
                out.push('[');
                for (position, item) in items.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    write(item, out);
                }
                out.push(']');
            }
            leaf => {
                let _ = write!(out, "{leaf}");
            }
        }
    }
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn unsigned_line(head: &Head, record: &str) -> String {
    format!("{{\"seq\":{},\"prev\":\"{}\",\"record\":{record}}}", head.length, head.hash)
}

fn read_line(head: &Head, line: &str) -> Result<(Value, Head), Fault> {
    let line = line.strip_suffix('\n').ok_or(Fault::Torn)?;
    let parsed: Value = serde_json::from_str(line).map_err(|_| Fault::Malformed)?;
    let text = |name: &str| parsed.get(name).and_then(Value::as_str).ok_or(Fault::Malformed);
    let found = parsed.get("seq").and_then(Value::as_u64).ok_or(Fault::Malformed)?;
    let record = parsed.get("record").ok_or(Fault::Malformed)?;
    let (prev, hash) = (text("prev")?, text("hash")?);
    if found != head.length {
        return Err(Fault::OutOfSequence { found, expected: head.length });
    }
    if prev != head.hash {
        return Err(Fault::Unchained);
    }
    let (expected, next) = append(head, record);
    if next.hash != hash {
        return Err(Fault::Altered);
    }
    if expected.strip_suffix('\n') != Some(line) {
        return Err(Fault::Malformed);
    }
    Ok((record.clone(), next))
}

fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::law;
    use proptest::prelude::*;
    use serde_json::json;

    fn log_of(records: &[Value]) -> (String, Head) {
        let mut text = String::new();
        let mut head = Head::empty();
        for record in records {
            let (line, next) = append(&head, record);
            text.push_str(&line);
            head = next;
        }
        (text, head)
    }

    fn links(text: &str) -> Option<Broken> {
        let lines = text.split_inclusive('\n').map(|line| Ok::<_, ()>(line.as_bytes().to_vec()));
        first_break(lines).unwrap()
    }

    #[track_caller]
    fn check(text: &str, line: u64, fault: Fault) {
        assert_eq!(links(text).map(|broken| broken.line), Some(line));
        assert_eq!(read(text).broken, Some(Broken { line, fault }));
    }

    #[test]
    fn a_written_log_reads_back() {
        let records = [json!({"b": 1, "a": [true, null]}), json!({"text": "ü \" \n"})];
        let (text, head) = log_of(&records);
        let reading = read(&text);
        assert_eq!(
            (reading.broken, reading.head, reading.good_bytes, reading.records.as_slice()),
            (None, head, text.len(), records.as_slice())
        );
    }

    #[test]
    fn the_first_bad_line_is_named() {
        let (text, _) = log_of(&[json!({"v": 1}), json!({"v": 2}), json!({"v": 3})]);
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        check(&text.replace("{\"v\":2}", "{\"v\":9}"), 2, Fault::Altered);
        check(&[lines[0], lines[2]].concat(), 2, Fault::OutOfSequence { found: 2, expected: 1 });
        check(&[lines[0], "not json\n", lines[2]].concat(), 2, Fault::Malformed);
        check(&text[..text.len() - 1], 3, Fault::Torn);
        check(&text[..text.len() - 9], 3, Fault::Torn);
        check(&text.replace("{\"v\":2}", "{ \"v\":2}"), 2, Fault::Malformed);
        let (other, _) = log_of(&[json!({"v": 7}), json!({"v": 2})]);
        let other: Vec<&str> = other.split_inclusive('\n').collect();
        check(&[lines[0], other[1]].concat(), 2, Fault::Unchained);
    }

    #[test]
    fn truncation_shows_against_a_head() {
        let (text, head) = log_of(&[json!(1), json!(2), json!(3)]);
        let (cut, earlier) = log_of(&[json!(1), json!(2)]);
        assert_eq!(check_head(&text, &head.hash), HeadCheck::IsHead);
        assert_eq!(check_head(&text, &earlier.hash), HeadCheck::Extended { by: 1 });
        assert_eq!(check_head(&cut, &head.hash), HeadCheck::Missing);
        assert_eq!(check_head("", GENESIS), HeadCheck::IsHead);
    }

    proptest! {
        #![proptest_config(law(200))]

        #[test]
        fn any_number_reads_back(number in proptest::num::f64::NORMAL) {
            let (text, head) = log_of(&[json!(number)]);
            let reading = read(&text);
            prop_assert_eq!((reading.broken, reading.head, reading.records), (None, head, vec![json!(number)]));
        }

        #[test]
        fn no_changed_byte_passes(position in 0usize..400, byte in 0u8..128) {
            let (text, head) = log_of(&[json!({"verdict": "allow", "n": 1}), json!({"verdict": "block", "n": 2})]);
            let mut bytes = text.clone().into_bytes();
            let position = position % bytes.len();
            bytes[position] = byte;
            let changed = String::from_utf8(bytes).unwrap();
            let reading = read(&changed);
            prop_assert_eq!(changed == text, reading.broken.is_none() && reading.head == head);
            prop_assert_eq!(links(&changed).is_none(), changed == text);
        }
    }
}
