//! Findings with the lines in question, several files and spans each.

use super::{
    Paint, Report, Summary, WIDTH, guard,
    guard::visible,
    wrap::{columns, wrap},
};
use crate::diag::{Diagnostic, Label, Level};
use crate::source::{FileId, Sources, Span};
use codespan_reporting::diagnostic::{self as shown, Severity};
use codespan_reporting::term::{self, Chars, Config, termcolor};
use std::ops::Range;

/// Longer lines, in bytes, are not shown.
const LONGEST_LINE: usize = 500;

pub(super) fn render(report: &Report<'_>, paint: Paint) -> String {
    if report.found.is_empty() {
        return String::new();
    }
    let files = guard::Shown::new(report.sources);
    let config = Config { chars: Chars::ascii(), tab_width: 4, ..Config::default() };
    let mut text = String::new();
    for finding in report.found {
        let finding = convert(report.sources, finding);
        text.push_str(&one(&files, &config, &finding, paint));
    }
    text.push_str(&format!("{}\n", Summary::of(report.found)));
    text
}

fn one(
    files: &guard::Shown<'_>,
    config: &Config,
    finding: &shown::Diagnostic<FileId>,
    paint: Paint,
) -> String {
    let written = match paint {
        Paint::Plain => term::emit_into_string(config, files, finding),
        Paint::Colour => {
            let mut buffer = termcolor::Ansi::new(Vec::new());
            term::emit_to_write_style(&mut buffer, config, files, finding)
                .map(|()| String::from_utf8_lossy(&buffer.into_inner()).into_owned())
        }
    };
    let text = written.unwrap_or_else(|_| format!("{}\n", finding.message));
    let lines = text.trim_end_matches('\n').lines().map(|line| format!("{}\n", line.trim_end()));
    lines.chain(std::iter::once("\n".to_owned())).collect()
}

fn convert(sources: &Sources, finding: &Diagnostic) -> shown::Diagnostic<FileId> {
    let severity = match finding.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    };
    let header = finding.level.name().len() + finding.code.name.len() + 4;
    let places = std::iter::once((&finding.primary, shown::LabelStyle::Primary))
        .chain(finding.secondary.iter().map(|at| (at, shown::LabelStyle::Secondary)));
    let (shown_there, told): (Vec<_>, Vec<_>) = places.partition(|(at, _)| can_be_shown(sources, at));
    let mut labels: Vec<_> =
        shown_there.into_iter().filter_map(|(at, style)| label(sources, at, style)).collect();
    let margin = margin(sources, &labels);
    let moved = move_long_labels(sources, &mut labels, margin);
    let told: Vec<String> = told.into_iter().map(|(at, _)| told_place(sources, at, margin)).collect();
    shown::Diagnostic::new(severity)
        .with_code(finding.code.name)
        .with_message(wrap(&visible(&finding.message), WIDTH, header, "    "))
        .with_labels(labels)
        .with_notes([told, moved, notes(finding, margin)].concat())
}

/// Whether the lines of a place are short enough to be shown. A long one would be repeated by every finding in it.
fn can_be_shown(sources: &Sources, at: &Label) -> bool {
    let Some(file) = sources.get(at.span.file) else { return true };
    [at.span.start, at.span.end]
        .into_iter()
        .all(|offset| file.line_range(file.line_at(offset)).is_none_or(|line| line.len() <= LONGEST_LINE))
}

/// A place whose line is too long to be shown, as a note.
fn told_place(sources: &Sources, at: &Label, margin: usize) -> String {
    let position = sources.position(at.span);
    let file = sources.get(at.span.file).map_or("", |file| file.name());
    let text = if at.text.is_empty() { "here; the line is too long to be shown" } else { &at.text };
    wrap(&visible(&format!("{file}:{}:{}: {text}", position.line, position.column)), WIDTH - margin, 0, "")
}

/// Takes the texts off labels that would not fit behind their place, and gives them as notes. Where there are several
/// places, such a note says which it is about.
fn move_long_labels(sources: &Sources, labels: &mut [shown::Label<FileId>], margin: usize) -> Vec<String> {
    let is_one = labels.len() == 1;
    let mut notes = Vec::new();
    for label in labels {
        let end = Span::new(label.file_id, label.range.end, label.range.end);
        let column = sources.position(end).column as usize;
        if !label.message.is_empty() && margin + column + 2 + columns(&label.message) > WIDTH {
            let text = std::mem::take(&mut label.message);
            let note = if is_one { text } else { format!("{}: {text}", sources.place(end)) };
            notes.push(wrap(&visible(&note), WIDTH - margin, 0, ""));
        }
    }
    notes
}

/// What stands below the lines: notes, help, then mends. A sole mend is one that `--fix` carries out.
fn notes(finding: &Diagnostic, margin: usize) -> Vec<String> {
    let mend = if finding.fixes.len() == 1 { "fix" } else { "choose" };
    let lines = |word: &'static str, texts: Vec<&String>| {
        texts.into_iter().map(|text| format!("{word}: {text}")).collect::<Vec<_>>()
    };
    [
        lines("note", finding.notes.iter().collect()),
        lines("help", finding.help.iter().collect()),
        lines(mend, finding.fixes.iter().map(|fix| &fix.title).collect()),
    ]
    .concat()
    .into_iter()
    .map(|text| wrap(&visible(&text), WIDTH - margin, 0, "  "))
    .collect()
}

/// Columns that stand before the text of a note: the width of the largest line number, ` = `.
fn margin(sources: &Sources, labels: &[shown::Label<FileId>]) -> usize {
    let last_line = |at: &shown::Label<FileId>| {
        sources.get(at.file_id).map_or(1, |file| file.line_at(u32::try_from(at.range.end).unwrap_or(0)) + 1)
    };
    let digits = labels.iter().map(last_line).max().unwrap_or(1).to_string().len();
    digits + " = ".len()
}

fn label(sources: &Sources, at: &Label, style: shown::LabelStyle) -> Option<shown::Label<FileId>> {
    let text = sources.get(at.span.file)?.text();
    let range = within(text, at.span.range());
    Some(shown::Label::new(style, at.span.file, range).with_message(visible(&at.text.replace('\n', " "))))
}

/// The range held within the text and on character boundaries, without the line ends behind it.
fn within(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(range.start);
    let end = text.floor_char_boundary(range.end).max(start);
    let kept = text.get(start..end).map_or(0, |spanned| spanned.trim_end_matches(['\n', '\r']).len());
    start..start + kept
}
