//! One line a finding, as editors and scripts read it.

use super::{Paint, Report, guard::visible};

pub(super) fn render(report: &Report<'_>, _: Paint) -> String {
    report
        .found
        .iter()
        .map(|finding| {
            let span = finding.primary.span;
            let at = report.sources.position(span);
            let file = report.sources.get(span.file).map_or("", |file| file.name());
            let message = finding.message.replace('\n', " ");
            format!(
                "{}:{}:{}: {}[{}]: {}\n",
                visible(file),
                at.line,
                at.column,
                finding.level,
                finding.code.name,
                visible(&message)
            )
        })
        .collect()
}
