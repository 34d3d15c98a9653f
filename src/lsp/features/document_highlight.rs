//! `textDocument/documentHighlight`: every place of the file that says the name at the cursor.

use crate::ide::Mention;
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, DocumentHighlightProvider,
    DocumentHighlightRequest, ServerCapabilities,
};

pub(super) struct DocumentHighlights;

impl Feature for DocumentHighlights {
    type Request = DocumentHighlightRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.document_highlight_provider = Some(DocumentHighlightProvider::Bool(true));
    }

    fn answer(
        view: &View,
        parameters: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>, Refusal> {
        let Some((snapshot, cursor)) = view.cursor(&parameters.text_document_position_params) else {
            return Ok(None);
        };
        let highlights = cursor.mentions().into_iter().map(|(span, mention)| DocumentHighlight {
            range: view.range(snapshot, span),
            kind: Some(match mention {
                Mention::Declares => DocumentHighlightKind::Write,
                Mention::Uses => DocumentHighlightKind::Read,
            }),
        });
        Ok(Some(highlights.collect()))
    }
}
