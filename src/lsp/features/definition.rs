//! `textDocument/definition`: from a use of a name to its declaration.

use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    Definition, DefinitionParams, DefinitionProvider, DefinitionRequest, DefinitionResponse,
    ServerCapabilities,
};

pub(super) struct GoToDefinition;

impl Feature for GoToDefinition {
    type Request = DefinitionRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.definition_provider = Some(DefinitionProvider::Bool(true));
    }

    fn answer(view: &View, parameters: DefinitionParams) -> Result<Option<DefinitionResponse>, Refusal> {
        let Some((snapshot, cursor)) = view.cursor(&parameters.text_document_position_params) else {
            return Ok(None);
        };
        let declared = cursor.symbol().and_then(|symbol| view.location(snapshot, symbol.span));
        Ok(declared.map(|location| DefinitionResponse::Definition(Definition::Location(location))))
    }
}
