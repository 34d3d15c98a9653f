//! The report as one JSON object. Its shape is published as `docs/schema/check.schema.json` and only grows.

use super::{Paint, Report, Summary};
use crate::diag::{Diagnostic, Fix, Label};
use crate::source::{Position, Sources, Span};
use serde::Serialize;

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    tool: Tool,
    findings: Vec<Finding<'a>>,
    summary: Counts,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'static str,
    level: &'static str,
    message: &'a str,
    primary: Place<'a>,
    secondary: Vec<Place<'a>>,
    notes: &'a [String],
    help: &'a [String],
    fixes: Vec<Mend<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    #[serde(flatten)]
    at: Range<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Range<'a> {
    file: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    byte: u32,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Mend<'a> {
    title: &'a str,
    edits: Vec<Replacement<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    #[serde(flatten)]
    at: Range<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Counts {
    errors: usize,
    warnings: usize,
    notes: usize,
}

pub(super) fn render(report: &Report<'_>, _: Paint) -> String {
    let Summary { errors, warnings, notes } = Summary::of(report.found);
    let output = Output {
        version: 1,
        tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        findings: report.found.iter().map(|found| finding(report.sources, found)).collect(),
        summary: Counts { errors, warnings, notes },
    };
    serde_json::to_string_pretty(&output).map(|text| text + "\n").unwrap_or_default()
}

fn finding<'a>(sources: &'a Sources, found: &'a Diagnostic) -> Finding<'a> {
    Finding {
        code: found.code.name,
        level: found.level.name(),
        message: &found.message,
        primary: place(sources, &found.primary),
        secondary: found.secondary.iter().map(|label| place(sources, label)).collect(),
        notes: &found.notes,
        help: &found.help,
        fixes: found.fixes.iter().map(|fix| mend(sources, fix)).collect(),
    }
}

fn place<'a>(sources: &'a Sources, label: &'a Label) -> Place<'a> {
    Place { at: range(sources, label.span), text: &label.text }
}

fn mend<'a>(sources: &'a Sources, fix: &'a Fix) -> Mend<'a> {
    let edits = fix.edits.iter();
    Mend {
        title: &fix.title,
        edits: edits.map(|edit| Replacement { at: range(sources, edit.span), text: &edit.text }).collect(),
    }
}

fn range(sources: &Sources, span: Span) -> Range<'_> {
    let point = |byte, Position { line, column }| Point { byte, line, column };
    Range {
        file: sources.get(span.file).map_or("", |file| file.name()),
        start: point(span.start, sources.position(span)),
        end: point(span.end, sources.position(span.after())),
    }
}
