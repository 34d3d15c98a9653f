//! `textDocument/rename`: another name, in every file.

use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    RenameOptions, RenameParams, RenameProvider, RenameRequest, ServerCapabilities, WorkspaceEdit,
};

pub(super) struct Rename;

impl Feature for Rename {
    type Request = RenameRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.rename_provider = Some(RenameProvider::RenameOptions(RenameOptions {
            prepare_provider: Some(true),
            ..RenameOptions::default()
        }));
    }

    fn answer(view: &View, parameters: RenameParams) -> Result<Option<WorkspaceEdit>, Refusal> {
        let Some((snapshot, cursor)) = view.cursor(&parameters.text_document_position_params) else {
            return Ok(None);
        };
        let edits = cursor.rename(parameters.new_name.trim()).map_err(Refusal::impossible)?;
        Ok(Some(view.edits(snapshot, &edits)))
    }
}
