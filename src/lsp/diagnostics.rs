//! Findings as the protocol has them: the same rules and wording as `opsc check`.

use super::snapshot::{Agreed, Findings, Snapshot, page_of, range, uri_of};
use crate::diag::{Code, Diagnostic, Fix, Level};
use crate::ide::Page;
use crate::resolve::UNUSED_ALLOW;
use crate::source::FileId;
use gen_lsp_types::{
    CodeDescription, Diagnostic as Published, DiagnosticRelatedInformation, DiagnosticSeverity,
    DiagnosticTag, Location, Message, Uri,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Findings of what could go without a loss: editors fade it.
static FADED: [&Code; 1] = [&UNUSED_ALLOW];

/// What was found in each file that can be shown, by address.
pub(super) fn found(snapshot: &Snapshot, agreed: &Agreed) -> BTreeMap<String, Findings> {
    let mut by_file: BTreeMap<FileId, Vec<Published>> = BTreeMap::new();
    for finding in &snapshot.analysis.diagnostics {
        by_file.entry(finding.primary.span.file).or_default().push(published(snapshot, finding, agreed));
    }
    let shown = snapshot.analysis.sources.iter().filter_map(|(file, source)| {
        let version = snapshot.documents.get(source.name()).map(|(_, version)| *version);
        let found = by_file.remove(&file).unwrap_or_default();
        Some((uri_of(snapshot, file, agreed)?, (version, Arc::new(found))))
    });
    shown.collect()
}

pub(super) fn published(snapshot: &Snapshot, finding: &Diagnostic, agreed: &Agreed) -> Published {
    let related = finding.secondary.iter().filter_map(|label| {
        let uri = Uri(uri_of(snapshot, label.span.file, agreed)?);
        let location = Location { uri, range: range(snapshot, label.span, agreed.encoding) };
        Some(DiagnosticRelatedInformation { location, message: label.text.clone() })
    });
    let related: Vec<_> = related.collect();
    Published {
        range: range(snapshot, finding.primary.span, agreed.encoding),
        severity: Some(match finding.level {
            Level::Error => DiagnosticSeverity::Error,
            Level::Warning => DiagnosticSeverity::Warning,
            Level::Note => DiagnosticSeverity::Information,
        }),
        code: Some(gen_lsp_types::Code::String(finding.code.name.to_owned())),
        code_description: page_of(Page::Rule(finding.code.name), agreed)
            .map(|href| CodeDescription { href: Uri(href) }),
        source: Some("opsc".to_owned()),
        message: Message::String(words(finding)),
        tags: FADED.contains(&finding.code).then(|| vec![DiagnosticTag::Unnecessary]),
        related_information: (!related.is_empty()).then_some(related),
        data: (!finding.fixes.is_empty()).then(|| {
            let fixes = finding.fixes.iter().map(|fix| fix_data(snapshot, fix, agreed));
            json!({ "fixes": fixes.collect::<Vec<Value>>() })
        }),
    }
}

/// The message with all that `opsc check` says below it.
fn words(finding: &Diagnostic) -> String {
    let label = Some(&finding.primary.text).filter(|text| !text.is_empty()).map(|text| format!("\n{text}"));
    let notes = finding.notes.iter().map(|note| format!("\nnote: {note}"));
    let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
    let fixes = finding.fixes.iter().map(|fix| format!("\nhelp: {}", fix.title));
    std::iter::once(finding.message.clone()).chain(label).chain(notes).chain(help).chain(fixes).collect()
}

fn fix_data(snapshot: &Snapshot, fix: &Fix, agreed: &Agreed) -> Value {
    let edits = fix.edits.iter().map(|edit| {
        json!({
            "uri": uri_of(snapshot, edit.span.file, agreed),
            "range": range(snapshot, edit.span, agreed.encoding),
            "newText": edit.text,
        })
    });
    json!({ "title": fix.title, "edits": edits.collect::<Vec<Value>>() })
}
