//! `textDocument/codeAction`: mends and rewrites, with their edits.

use crate::ide::{Action, ActionKind, actions};
use crate::lsp::diagnostics::published;
use crate::lsp::{Feature, Refusal, Snapshot, View};
use gen_lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionParams, CodeActionProvider, CodeActionRequest,
    CodeActionResponse, ServerCapabilities,
};

pub(super) struct CodeActions;

/// What the protocol calls each kind. `source.fixAll.opsc` is asked for by editors that mend on saving.
static KINDS: &[(ActionKind, &str)] = &[
    (ActionKind::Fix, "quickfix"),
    (ActionKind::Rewrite, "refactor.rewrite"),
    (ActionKind::FixAll, "source.fixAll.opsc"),
];

impl Feature for CodeActions {
    type Request = CodeActionRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        let kinds = KINDS.iter().map(|(_, name)| CodeActionKind::from(*name)).collect();
        capabilities.code_action_provider = Some(CodeActionProvider::CodeActionOptions(CodeActionOptions {
            code_action_kinds: Some(kinds),
            ..CodeActionOptions::default()
        }));
    }

    fn answer(view: &View, parameters: CodeActionParams) -> Result<Option<Vec<CodeActionResponse>>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let Some(span) = view.span(snapshot, file, parameters.range) else { return Ok(None) };
        let only = parameters.context.only;
        let is_wanted = |kind| match &only {
            // A kind asks for every kind below it.
            Some(only) => only.iter().any(|asked| is_within(name_of(kind), asked.as_str())),
            None => true,
        };
        let found = actions(&snapshot.analysis, span, is_wanted);
        Ok(Some(found.iter().map(|action| response(view, snapshot, action)).collect()))
    }
}

fn name_of(kind: ActionKind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("", |(_, name)| name)
}

/// Whether a kind is another, or one of those below it, as `source.fixAll.opsc` is below `source`.
fn is_within(kind: &str, asked: &str) -> bool {
    asked.is_empty() || kind.strip_prefix(asked).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn response(view: &View, snapshot: &Snapshot, action: &Action<'_>) -> CodeActionResponse {
    let mends: Vec<_> =
        action.mends.iter().map(|finding| published(snapshot, finding, &view.agreed)).collect();
    CodeActionResponse::CodeAction(CodeAction {
        title: action.title.clone(),
        kind: Some(CodeActionKind::from(name_of(action.kind))),
        diagnostics: (!mends.is_empty()).then_some(mends),
        is_preferred: action.is_preferred.then_some(true),
        edit: Some(view.edits(snapshot, &action.edits)),
        ..CodeAction::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_asks_for_those_below_it() {
        assert!(is_within("source.fixAll.opsc", "source.fixAll"));
        assert!(is_within("source.fixAll.opsc", "source"));
        assert!(is_within("quickfix", ""));
        assert!(!is_within("quickfix", "quick"));
        assert!(!is_within("source", "source.fixAll"));
    }
}
