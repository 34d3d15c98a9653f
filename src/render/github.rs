//! Annotations of a GitHub workflow run: one command a finding, with every character escaped that would end it.

use super::{Paint, Report, guard::visible};
use crate::diag::{Diagnostic, Level};

pub(super) fn render(report: &Report<'_>, _: Paint) -> String {
    report.found.iter().map(|finding| annotation(report, finding)).collect()
}

fn annotation(report: &Report<'_>, finding: &Diagnostic) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let span = finding.primary.span;
    let (start, end) = (report.sources.position(span), report.sources.position(span.after()));
    let file = report.sources.get(span.file).map_or("", |file| file.name());
    let columns = match start.line == end.line {
        true => format!(",col={},endColumn={}", start.column, end.column.max(start.column + 1)),
        false => String::new(),
    };
    format!(
        "::{command} file={},line={},endLine={}{columns},title={}::{}\n",
        property(&visible(file)),
        start.line,
        end.line,
        property(finding.code.name),
        data(&visible(&text(report, finding)))
    )
}

fn text(report: &Report<'_>, finding: &Diagnostic) -> String {
    let mut lines = vec![finding.message.clone()];
    lines.extend(Some(&finding.primary.text).filter(|text| !text.is_empty()).cloned());
    let place = |label: &crate::diag::Label| format!("{}: {}", report.sources.place(label.span), label.text);
    lines.extend(finding.secondary.iter().map(place));
    lines.extend(finding.notes.iter().map(|note| format!("note: {note}")));
    lines.extend(finding.help.iter().map(|help| format!("help: {help}")));
    lines.extend(finding.fixes.iter().map(|fix| format!("fix: {}", fix.title)));
    lines.join("\n")
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
