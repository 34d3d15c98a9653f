//! `textDocument/hover`: what is to be known of what the pointer rests on.

use crate::ide;
use crate::lsp::snapshot::markup;
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{Contents, Hover, HoverParams, HoverProvider, HoverRequest, ServerCapabilities};

pub(super) struct ShowHover;

impl Feature for ShowHover {
    type Request = HoverRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.hover_provider = Some(HoverProvider::Bool(true));
    }

    fn answer(view: &View, parameters: HoverParams) -> Result<Option<Hover>, Refusal> {
        let Some((snapshot, cursor)) = view.cursor(&parameters.text_document_position_params) else {
            return Ok(None);
        };
        let Some(found) = ide::hover(&cursor) else { return Ok(None) };
        let page = found.page.and_then(|page| view.page(page));
        let contents = Contents::MarkupContent(markup(&found.card, view.shows().hover, page));
        Ok(Some(Hover { contents, range: Some(view.range(snapshot, found.span)) }))
    }
}
