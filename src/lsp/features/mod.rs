//! The routing table: every request that is answered from a policy, one file each.

mod code_action;
mod code_lens;
mod completion;
mod definition;
mod document_highlight;
mod document_link;
mod document_symbol;
mod execute_command;
mod folding_range;
mod formatting;
mod hover;
mod inlay_hint;
mod prepare_rename;
mod references;
mod rename;
mod selection_range;
mod semantic_tokens;
mod signature_help;
#[cfg(test)]
mod tests;
mod workspace_symbol;

use super::feature::{Row, row_of};

/// Every feature, in order of its file's name.
pub static FEATURES: &[Row] = &[
    row_of::<code_action::CodeActions>(),
    row_of::<code_lens::CodeLenses>(),
    row_of::<code_lens::TitleOfLens>(),
    row_of::<completion::Complete>(),
    row_of::<definition::GoToDefinition>(),
    row_of::<document_highlight::DocumentHighlights>(),
    row_of::<document_link::DocumentLinks>(),
    row_of::<document_symbol::DocumentSymbols>(),
    row_of::<execute_command::ExecuteCommand>(),
    row_of::<folding_range::FoldingRanges>(),
    row_of::<formatting::FormatFile>(),
    row_of::<formatting::FormatLines>(),
    row_of::<formatting::FormatClosed>(),
    row_of::<hover::ShowHover>(),
    row_of::<inlay_hint::ShowHints>(),
    row_of::<prepare_rename::PrepareRename>(),
    row_of::<references::FindReferences>(),
    row_of::<rename::Rename>(),
    row_of::<selection_range::SelectionRanges>(),
    row_of::<semantic_tokens::AllTokens>(),
    row_of::<semantic_tokens::TokensOfRange>(),
    row_of::<signature_help::HelpWithSignature>(),
    row_of::<workspace_symbol::WorkspaceSymbols>(),
];
