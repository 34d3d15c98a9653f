//! `textDocument/references`: every place that says a name.

use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{Location, ReferenceParams, ReferencesProvider, ReferencesRequest, ServerCapabilities};

pub(super) struct FindReferences;

impl Feature for FindReferences {
    type Request = ReferencesRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.references_provider = Some(ReferencesProvider::Bool(true));
    }

    fn answer(view: &View, parameters: ReferenceParams) -> Result<Option<Vec<Location>>, Refusal> {
        let Some((snapshot, cursor)) = view.cursor(&parameters.text_document_position_params) else {
            return Ok(None);
        };
        let Some(symbol) = cursor.symbol() else { return Ok(None) };
        let declaration = parameters.context.include_declaration.then_some(symbol.span);
        let places = declaration.into_iter().chain(cursor.analysis.uses(symbol.span));
        Ok(Some(places.filter_map(|span| view.location(snapshot, span)).collect()))
    }
}
