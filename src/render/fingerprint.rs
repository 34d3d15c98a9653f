//! What stays the same of a finding while the lines around it move.

use super::Report;
use crate::diag::Diagnostic;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A longer line, in bytes, says too little of one place in it.
const LONGEST_LINE: usize = 500;

/// A fingerprint for each finding, in order: over its code, the text in question and the line it stands on,
/// with spacing left out. Equal findings are told apart by their order.
pub(super) fn of_each(report: &Report<'_>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    report
        .found
        .iter()
        .map(|finding| {
            let print = of(report, finding);
            let number = seen.entry(print.clone()).or_default();
            *number += 1;
            format!("{print}:{number}")
        })
        .collect()
}

fn of(report: &Report<'_>, finding: &Diagnostic) -> String {
    let span = finding.primary.span;
    let line = report
        .sources
        .get(span.file)
        .and_then(|file| file.text().get(file.line_range(file.line_at(span.start))?))
        .filter(|line| line.len() <= LONGEST_LINE)
        .unwrap_or("");
    let mut hash = Sha256::new();
    for part in [finding.code.name, report.sources.text_of(span), line] {
        for word in part.split_whitespace() {
            hash.update(word.as_bytes());
            hash.update(b" ");
        }
        hash.update(b"\n");
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
