//! The report as GitLab's code quality takes it: the part of Code Climate's format that its merge requests show.

use super::{Paint, Report, fingerprint};
use crate::diag::{Diagnostic, Level};
use serde_json::{Value, json};

pub(super) fn render(report: &Report<'_>, _: Paint) -> String {
    let prints = fingerprint::of_each(report);
    let found = report.found.iter().zip(prints).map(|(finding, print)| issue(report, finding, &print));
    serde_json::to_string_pretty(&found.collect::<Vec<Value>>()).map(|text| text + "\n").unwrap_or_default()
}

/// The five words of the format are `info`, `minor`, `major`, `critical` and `blocker`.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "critical",
        Level::Warning => "minor",
        Level::Note => "info",
    }
}

fn issue(report: &Report<'_>, finding: &Diagnostic, print: &str) -> Value {
    let span = finding.primary.span;
    let file = report.sources.get(span.file).map_or("", |file| file.name());
    let help =
        finding.help.iter().map(String::as_str).chain(finding.fixes.iter().map(|fix| fix.title.as_str()));
    let description: Vec<&str> = std::iter::once(finding.message.as_str()).chain(help).collect();
    json!({
        "description": description.join("; "),
        "check_name": finding.code.name,
        "fingerprint": print,
        "severity": severity(finding.level),
        "location": {
            "path": file.strip_prefix("./").unwrap_or(file),
            "lines": {
                "begin": report.sources.position(span).line,
                "end": report.sources.position(span.after()).line,
            },
        },
    })
}
