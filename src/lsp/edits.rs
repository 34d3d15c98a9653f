//! Edits of a policy's files as the protocol has them.

use super::View;
use super::snapshot::Snapshot;
use crate::diag::Edit;
use gen_lsp_types::{TextEdit, Uri, WorkspaceEdit};
use std::collections::BTreeMap;

impl View {
    /// Edits by the addresses of their files. What changed since the reading is refused before it comes to this, so no
    /// version goes with them.
    pub(super) fn edits(&self, snapshot: &Snapshot, edits: &[Edit]) -> WorkspaceEdit {
        let mut changes: BTreeMap<String, Vec<TextEdit>> = BTreeMap::new();
        for edit in edits {
            let Some(Uri(uri)) = self.uri(snapshot, edit.span.file) else { continue };
            let range = self.range(snapshot, edit.span);
            changes.entry(uri).or_default().push(TextEdit { range, new_text: edit.text.clone() });
        }
        let changes = changes.into_iter().map(|(uri, edits)| (Uri(uri), edits)).collect();
        WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
    }
}
