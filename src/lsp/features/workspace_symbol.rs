//! `workspace/symbol`: declarations of every open policy, by some letters of their names.

use crate::ide::search;
use crate::lsp::symbols::kind_of;
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    BaseSymbolInformation, ServerCapabilities, WorkspaceSymbol, WorkspaceSymbolLocation,
    WorkspaceSymbolParams, WorkspaceSymbolProvider, WorkspaceSymbolRequest, WorkspaceSymbolResponse,
};
use std::collections::BTreeSet;

pub(super) struct WorkspaceSymbols;

/// So many are listed; who looks for another types a letter more.
const MOST: usize = 256;

impl Feature for WorkspaceSymbols {
    type Request = WorkspaceSymbolRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.workspace_symbol_provider = Some(WorkspaceSymbolProvider::Bool(true));
    }

    fn answer(
        view: &View,
        parameters: WorkspaceSymbolParams,
    ) -> Result<Option<WorkspaceSymbolResponse>, Refusal> {
        let mut found: Vec<(u32, WorkspaceSymbol)> = Vec::new();
        let mut seen = BTreeSet::new();
        for snapshot in &view.all {
            for hit in search(&snapshot.analysis, &parameters.query) {
                let Some(location) = view.location(snapshot, hit.declared.name_span) else { continue };
                // A file that two policies use declares what it declares once.
                if !seen.insert((location.uri.0.clone(), hit.declared.name_span.start)) {
                    continue;
                }
                let symbol = WorkspaceSymbol {
                    location: WorkspaceSymbolLocation::Location(location),
                    data: None,
                    base_symbol_information: BaseSymbolInformation {
                        name: hit.declared.name,
                        kind: kind_of(&hit.declared.keyword),
                        tags: None,
                        container_name: hit.within,
                    },
                };
                found.push((hit.distance, symbol));
            }
        }
        found.sort_by_key(|(distance, _)| *distance);
        let symbols = found.into_iter().take(MOST).map(|(_, symbol)| symbol).collect();
        Ok(Some(WorkspaceSymbolResponse::WorkspaceSymbolList(symbols)))
    }
}
