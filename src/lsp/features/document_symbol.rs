//! `textDocument/documentSymbol`: the outline of a file.

use crate::ide::{Outlined, outline};
use crate::lsp::symbols::kind_of;
use crate::lsp::{Feature, Refusal, Snapshot, View};
use gen_lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolProvider, DocumentSymbolRequest,
    DocumentSymbolResponse, ServerCapabilities,
};

pub(super) struct DocumentSymbols;

impl Feature for DocumentSymbols {
    type Request = DocumentSymbolRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.document_symbol_provider = Some(DocumentSymbolProvider::Bool(true));
    }

    fn answer(
        view: &View,
        parameters: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let outline = outline(&snapshot.analysis, file);
        let symbols = outline.into_iter().map(|one| symbol(view, snapshot, one)).collect();
        Ok(Some(DocumentSymbolResponse::DocumentSymbolList(symbols)))
    }
}

#[expect(deprecated, reason = "the field has no default, and older clients look at it")]
fn symbol(view: &View, snapshot: &Snapshot, one: Outlined) -> DocumentSymbol {
    let children: Vec<_> = one.children.into_iter().map(|child| symbol(view, snapshot, child)).collect();
    DocumentSymbol {
        kind: kind_of(&one.keyword),
        name: one.name,
        detail: Some(one.detail),
        tags: None,
        deprecated: None,
        range: view.range(snapshot, one.span),
        selection_range: view.range(snapshot, one.name_span),
        children: (!children.is_empty()).then_some(children),
    }
}
