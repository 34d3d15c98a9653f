//! The mends that findings carry: each by itself, and all of a file that leave no choice, as `opsc check --fix` does.

use super::{Action, ActionKind, found};
use crate::diag::{Diagnostic, Edit, apply};
use crate::ide::Analysis;
use crate::source::Span;

/// Every mend of the findings in a span.
pub(super) fn fixes(analysis: &Analysis, span: Span) -> Vec<Action<'_>> {
    let of = |finding: &'_ Diagnostic| finding.fixes.len() == 1;
    found(analysis, span)
        .flat_map(|finding| finding.fixes.iter().map(move |fix| (finding, fix)))
        .map(|(finding, fix)| Action {
            title: fix.title.clone(),
            kind: ActionKind::Fix,
            edits: fix.edits.clone(),
            mends: vec![finding],
            is_preferred: of(finding),
        })
        .collect()
}

/// One action for every mend of the span's file that leaves no choice. A mend that meets another waits for the next time.
pub(super) fn all(analysis: &Analysis, span: Span) -> Vec<Action<'_>> {
    let file = span.file;
    let applied = apply(&analysis.sources, &analysis.diagnostics, |changed| changed == file);
    if applied.mended.is_empty() {
        return Vec::new();
    }
    let mut edits: Vec<Edit> = applied.mended.iter().flat_map(|(_, fix)| fix.edits.iter().cloned()).collect();
    edits.sort_by_key(|edit| edit.span);
    edits.dedup();
    vec![Action {
        title: "mend everything that leaves no choice".to_owned(),
        kind: ActionKind::FixAll,
        edits,
        mends: applied.mended.into_iter().map(|(finding, _)| finding).collect(),
        is_preferred: false,
    }]
}
