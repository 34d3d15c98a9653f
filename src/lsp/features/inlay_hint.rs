//! `textDocument/inlayHint`: small print within the range that is shown.

use crate::ide::{self, Hint};
use crate::lsp::{Feature, Refusal, Snapshot, View};
use crate::source::FileId;
use gen_lsp_types::{
    InlayHint, InlayHintParams, InlayHintProvider, InlayHintRequest, Label, ServerCapabilities, Tooltip,
};

pub(super) struct ShowHints;

impl Feature for ShowHints {
    type Request = InlayHintRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.inlay_hint_provider = Some(InlayHintProvider::Bool(true));
    }

    fn answer(view: &View, parameters: InlayHintParams) -> Result<Option<Vec<InlayHint>>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let Some(within) = view.span(snapshot, file, parameters.range) else { return Ok(None) };
        let hints = ide::hints(&snapshot.analysis, within);
        Ok(Some(hints.into_iter().map(|hint| shown(view, snapshot, file, hint)).collect()))
    }
}

fn shown(view: &View, snapshot: &Snapshot, file: FileId, hint: Hint) -> InlayHint {
    let behind = crate::source::Span { file, start: hint.at, end: hint.at };
    InlayHint {
        position: view.range(snapshot, behind).start,
        label: Label::String(hint.text),
        kind: None,
        text_edits: None,
        tooltip: (!hint.about.is_empty()).then(|| Tooltip::String(hint.about.to_owned())),
        padding_left: Some(true),
        padding_right: Some(false),
        data: None,
    }
}
