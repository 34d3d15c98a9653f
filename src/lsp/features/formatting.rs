//! `textDocument/formatting`, `rangeFormatting` and `onTypeFormatting`: the style of `opsc fmt`.
//!
//! What the editor wishes for as to blanks is not asked: there is one style. A file that cannot be read stays as it is.

use crate::diag::Edit;
use crate::ide::Cursor;
use crate::lsp::{Feature, Refusal, Snapshot, View};
use gen_lsp_types::{
    DocumentFormattingParams, DocumentFormattingProvider, DocumentFormattingRequest,
    DocumentOnTypeFormattingOptions, DocumentOnTypeFormattingParams, DocumentOnTypeFormattingRequest,
    DocumentRangeFormattingParams, DocumentRangeFormattingProvider, DocumentRangeFormattingRequest,
    ServerCapabilities, TextEdit,
};

pub(super) struct FormatFile;

impl Feature for FormatFile {
    type Request = DocumentFormattingRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.document_formatting_provider = Some(DocumentFormattingProvider::Bool(true));
    }

    fn answer(view: &View, parameters: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>, Refusal> {
        let (snapshot, file) = view.wanted(&parameters.text_document.uri)?;
        Ok(shown(view, snapshot, snapshot.analysis.formatting(file)))
    }
}

pub(super) struct FormatLines;

impl Feature for FormatLines {
    type Request = DocumentRangeFormattingRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.document_range_formatting_provider = Some(DocumentRangeFormattingProvider::Bool(true));
    }

    fn answer(
        view: &View,
        parameters: DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>, Refusal> {
        let (snapshot, file) = view.wanted(&parameters.text_document.uri)?;
        let Some(span) = view.span(snapshot, file, parameters.range) else { return Ok(None) };
        Ok(shown(view, snapshot, snapshot.analysis.formatting_within(span)))
    }
}

pub(super) struct FormatClosed;

impl Feature for FormatClosed {
    type Request = DocumentOnTypeFormattingRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.document_on_type_formatting_provider = Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: None,
        });
    }

    /// What the brace closes.
    fn answer(
        view: &View,
        parameters: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>, Refusal> {
        let (snapshot, file) = view.wanted(&parameters.text_document.uri)?;
        let Some(offset) = view.offset(snapshot, file, parameters.position) else { return Ok(None) };
        let cursor = Cursor::at(&snapshot.analysis, file, offset);
        let closed = cursor.and_then(|cursor| {
            let ends_here = cursor.nodes.iter().find(|node| node.span.end == offset)?;
            Some(ends_here.span)
        });
        let Some(span) = closed else { return Ok(None) };
        Ok(shown(view, snapshot, snapshot.analysis.formatting_within(span)))
    }
}

fn shown(view: &View, snapshot: &Snapshot, edits: Option<Vec<Edit>>) -> Option<Vec<TextEdit>> {
    let edit = |edit: Edit| TextEdit { range: view.range(snapshot, edit.span), new_text: edit.text };
    Some(edits?.into_iter().map(edit).collect())
}
