//! `textDocument/prepareRename`: whether what stands at a place can be called otherwise, and what it is called now.

use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    PrepareRenameParams, PrepareRenamePlaceholder, PrepareRenameRequest, PrepareRenameResult,
    ServerCapabilities,
};

pub(super) struct PrepareRename;

impl Feature for PrepareRename {
    type Request = PrepareRenameRequest;

    /// It is said with [`super::rename::Rename`].
    fn offer(_: &mut ServerCapabilities) {}

    fn answer(view: &View, parameters: PrepareRenameParams) -> Result<Option<PrepareRenameResult>, Refusal> {
        let Some((snapshot, cursor)) = view.cursor(&parameters.text_document_position_params) else {
            return Ok(None);
        };
        let renamable = cursor.renamable().map_err(Refusal::impossible)?;
        Ok(Some(PrepareRenameResult::PrepareRenamePlaceholder(PrepareRenamePlaceholder {
            range: view.range(snapshot, renamable.span),
            placeholder: renamable.symbol.name.to_owned(),
        })))
    }
}
