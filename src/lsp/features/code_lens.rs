//! `textDocument/codeLens`: what can be done for a declaration, in front of it.

use crate::ide::{errands, next_slot};
use crate::lsp::errands::{Told, command};
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    CodeLens, CodeLensOptions, CodeLensParams, CodeLensRequest, CodeLensResolveRequest, Command,
    ServerCapabilities,
};

pub(super) struct CodeLenses;

/// Finds out what a lens is called, once it is looked at: when a release can go is no matter of the text alone.
pub(super) struct TitleOfLens;

impl Feature for CodeLenses {
    type Request = CodeLensRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.code_lens_provider =
            Some(CodeLensOptions { resolve_provider: Some(true), ..CodeLensOptions::default() });
    }

    fn answer(view: &View, parameters: CodeLensParams) -> Result<Option<Vec<CodeLens>>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let offered = errands(&snapshot.analysis, file);
        let lenses = offered.iter().map(|offered| {
            let command = command(view, snapshot, offered, offered.errand.title.unwrap_or("").to_owned());
            let range = view.range(snapshot, offered.span);
            match (offered.errand.title, command) {
                (None, Some(command)) => {
                    CodeLens { range, command: None, data: serde_json::to_value(command).ok() }
                }
                (_, command) => CodeLens { range, command, data: None },
            }
        });
        Ok(Some(lenses.collect()))
    }
}

impl Feature for TitleOfLens {
    type Request = CodeLensResolveRequest;

    /// It is said with [`CodeLenses`].
    fn offer(_: &mut ServerCapabilities) {}

    fn answer(view: &View, lens: CodeLens) -> Result<CodeLens, Refusal> {
        let Some(data) = &lens.data else { return Ok(lens) };
        let malformed = |error: serde_json::Error| Refusal::malformed(error.to_string());
        let mut command: Command = serde_json::from_value(data.clone()).map_err(malformed)?;
        let told = command.arguments.iter().flatten().next().cloned().unwrap_or_default();
        let told: Told = serde_json::from_value(told).map_err(malformed)?;
        let analysis = view.reading_of(&told.uri).map(|snapshot| &snapshot.analysis);
        let policy = analysis.filter(|analysis| analysis.is_sound()).and_then(|analysis| analysis.policy());
        let slot = policy.and_then(|policy| next_slot(policy, &told.name, view.clock()));
        command.title = slot.unwrap_or_else(|| "next slot: unknown while the policy has errors".to_owned());
        Ok(CodeLens { command: Some(command), data: None, ..lens })
    }
}
