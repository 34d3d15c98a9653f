//! The report as SARIF 2.1.0, for code scanning services.
//!
//! `results` is written even when empty, so that a service closes what it showed before. Columns count code
//! points from 1. Addresses are relative to the folder that the run was started in. What GitHub's code scanning asks for
//! beyond the standard is there: help, tags, precision and severity of each rule, its own fingerprint, and no more results
//! than it takes. No rule has a `security-severity`: a finding about a policy is no vulnerability.

use super::{Paint, Report, fingerprint, line_hash};
use crate::diag::{Code, Diagnostic, Edit, Fix, Habit, Label, Level};
use crate::resolve::LIBRARY;
use crate::source::{FileId, Sources, Span};
use serde_json::{Value, json};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// A file with more results in a run is refused by GitHub, which shows the 5000 most severe.
const MOST_RESULTS: usize = 25_000;

pub(super) fn render(report: &Report<'_>, _: Paint) -> String {
    let results = results(report);
    let left_out = report.found.len() - results.len();
    let mut log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": report.codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    if let Some(run) = log.pointer_mut("/runs/0").and_then(Value::as_object_mut).filter(|_| left_out > 0) {
        let said = format!(
            "{left_out} findings are left out, the least severe: no more than {MOST_RESULTS} are taken."
        );
        let notification = json!({ "level": "warning", "message": { "text": said } });
        let invocation = json!({ "executionSuccessful": true, "toolExecutionNotifications": [notification] });
        run.insert("invocations".to_owned(), json!([invocation]));
    }
    serde_json::to_string_pretty(&log).map(|text| text + "\n").unwrap_or_default()
}

fn level(level: Level) -> &'static str {
    level.name()
}

/// The same in the words of a rule's properties.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    }
}

fn rule(code: &Code) -> Value {
    let mut rule = json!({
        "id": code.name,
        "shortDescription": { "text": sentence(code.summary) },
        "fullDescription": { "text": sentence(code.summary) },
        "help": { "text": code.page, "markdown": code.page },
        "defaultConfiguration": { "level": level(code.level) },
        "properties": {
            "tags": ["policy", "release"],
            // A finding is worked out, not guessed; what is a matter of habit may be meant.
            "precision": if code.habit == Habit::Always { "very-high" } else { "high" },
            "problem.severity": severity(code.level),
        },
    });
    if let (Some(address), Some(rule)) = (address_of(env!("CARGO_PKG_HOMEPAGE"), code), rule.as_object_mut())
    {
        rule.insert("helpUri".to_owned(), Value::String(address));
    }
    rule
}

/// Where the page of a rule is published: below the product's home page, where it has one.
fn address_of(home: &str, code: &Code) -> Option<String> {
    (!home.is_empty()).then(|| format!("{}/rules/{}", home.trim_end_matches('/'), code.name))
}

/// A message as code scanning services show it.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

fn results(report: &Report<'_>) -> Vec<Value> {
    let mut hashes: BTreeMap<FileId, Vec<String>> = BTreeMap::new();
    let mut found: Vec<(&Diagnostic, String)> =
        report.found.iter().zip(fingerprint::of_each(report)).collect();
    if found.len() > MOST_RESULTS {
        found.sort_by_key(|(finding, _)| Reverse(finding.level));
        found.truncate(MOST_RESULTS);
    }
    let each = found.into_iter().map(|(finding, print)| {
        let file = report.sources.get(finding.primary.span.file);
        let lines = hashes
            .entry(finding.primary.span.file)
            .or_insert_with(|| line_hash::of_lines(file.map_or("", |file| file.text())));
        let line = usize::try_from(report.sources.position(finding.primary.span).line).unwrap_or_default();
        let line_hash = lines.get(line.saturating_sub(1)).map_or("", String::as_str);
        result(report, finding, &print, line_hash)
    });
    each.collect()
}

fn result(report: &Report<'_>, finding: &Diagnostic, print: &str, line_hash: &str) -> Value {
    let sources = report.sources;
    let related: Vec<Value> = in_repository(sources, finding)
        .zip(1..)
        .map(|(label, id)| {
            let mut location = location(sources, label);
            if let Some(fields) = location.as_object_mut() {
                fields.insert("id".to_owned(), json!(id));
            }
            location
        })
        .collect();
    let mut result = json!({
        "ruleId": finding.code.name,
        "level": level(finding.level),
        "message": { "text": message(sources, finding) },
        "locations": [location(sources, &finding.primary)],
        "partialFingerprints": { "opsc/v1": print, "primaryLocationLineHash": line_hash },
    });
    let rule_index = report.codes.iter().position(|code| *code == finding.code);
    let fixes: Vec<Value> = finding.fixes.iter().map(|fix| mend(sources, fix)).collect();
    if let Some(fields) = result.as_object_mut() {
        fields.extend(rule_index.map(|index| ("ruleIndex".to_owned(), json!(index))));
        fields.extend((!related.is_empty()).then(|| ("relatedLocations".to_owned(), Value::Array(related))));
        fields.extend((!fixes.is_empty()).then(|| ("fixes".to_owned(), Value::Array(fixes))));
    }
    result
}

/// Other places that a reader of the repository can be led to: the library's files are not in it.
fn in_repository<'a>(sources: &'a Sources, finding: &'a Diagnostic) -> impl Iterator<Item = &'a Label> {
    finding.secondary.iter().filter(|label| !is_library(sources, label))
}

fn is_library(sources: &Sources, label: &Label) -> bool {
    let name = sources.get(label.span.file).map_or("", |file| file.name());
    LIBRARY.iter().any(|module| module.file == name)
}

fn message(sources: &Sources, finding: &Diagnostic) -> String {
    let label = Some(&finding.primary.text).filter(|text| !text.is_empty());
    let notes = finding.notes.iter().map(|note| format!("Note: {note}"));
    let help = finding.help.iter().map(|help| format!("Help: {help}"));
    let library = finding.secondary.iter().filter(|label| is_library(sources, label));
    let library = library.map(|label| format!("{}: {}", sources.place(label.span), label.text));
    let related = in_repository(sources, finding).zip(1..);
    let related = related.map(|(label, id)| format!("[{}]({id})", link(&label.text)));
    std::iter::once(sentence(&finding.message))
        .chain(label.map(|text| sentence(text)))
        .chain(related)
        .chain(library)
        .chain(notes)
        .chain(help)
        .collect::<Vec<_>>()
        .join("\n")
}

/// The text of an embedded link: a bracket in it is escaped (SARIF 2.1.0, 3.11.6).
fn link(text: &str) -> String {
    let text = if text.is_empty() { "here" } else { text };
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn location(sources: &Sources, label: &Label) -> Value {
    let mut location = json!({ "physicalLocation": {
        "artifactLocation": artifact(sources, label.span),
        "region": region(sources, label.span),
    }});
    if let Some(fields) = location.as_object_mut().filter(|_| !label.text.is_empty()) {
        fields.insert("message".to_owned(), json!({ "text": label.text }));
    }
    location
}

fn mend(sources: &Sources, fix: &Fix) -> Value {
    let mut files: Vec<(Span, Vec<&Edit>)> = Vec::new();
    for edit in &fix.edits {
        match files.iter_mut().find(|(span, _)| span.file == edit.span.file) {
            Some((_, edits)) => edits.push(edit),
            None => files.push((edit.span, vec![edit])),
        }
    }
    let replacement = |edit: &&Edit| json!({ "deletedRegion": region(sources, edit.span), "insertedContent": { "text": edit.text } });
    let changes: Vec<Value> = files
        .iter()
        .map(|(span, edits)| {
            json!({
                "artifactLocation": artifact(sources, *span),
                "replacements": edits.iter().map(replacement).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({ "description": { "text": sentence(&fix.title) }, "artifactChanges": changes })
}

fn region(sources: &Sources, span: Span) -> Value {
    let (start, end) = (sources.position(span), sources.position(span.after()));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start,
        "byteLength": span.end.saturating_sub(span.start),
    })
}

fn artifact(sources: &Sources, span: Span) -> Value {
    json!({ "uri": address(sources.get(span.file).map_or("", |file| file.name())) })
}

/// A path as a URI reference (RFC 3986): relative as it is, absolute as a `file:` address.
fn address(path: &str) -> String {
    let mut address = String::with_capacity(path.len());
    for byte in path.strip_prefix("./").unwrap_or(path).bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                address.push(char::from(byte));
            }
            b'\\' => address.push('/'),
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    if address.starts_with('/') { format!("file://{address}") } else { address }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_addresses() {
        assert_eq!(address("./a b/é.ops"), "a%20b/%C3%A9.ops");
        assert_eq!(address("/srv/main.ops"), "file:///srv/main.ops");
    }

    #[test]
    fn a_link_text_cannot_end_its_link() {
        assert_eq!(link("a ](http://x) [b"), "a \\](http://x) \\[b");
    }
}
