//! `textDocument/semanticTokens/full` and `/range`: what each word is, as numbers of a legend.

use crate::ide::{Token, TokenKind, Trait, tokens};
use crate::lsp::{Feature, Refusal, Snapshot, View};
use crate::source::{FileId, Span};
use gen_lsp_types::{
    Full, SemanticToken, SemanticTokens, SemanticTokensLegend, SemanticTokensOptions,
    SemanticTokensOptionsRange, SemanticTokensParams, SemanticTokensProvider, SemanticTokensRangeParams,
    SemanticTokensRangeRequest, SemanticTokensRequest, ServerCapabilities,
};

pub(super) struct AllTokens;

pub(super) struct TokensOfRange;

/// What the protocol calls each kind: names that every editor's themes have colours for.
static LEGEND: &[(TokenKind, &str)] = &[
    (TokenKind::Keyword, "keyword"),
    (TokenKind::Field, "property"),
    (TokenKind::Place, "namespace"),
    (TokenKind::People, "interface"),
    (TokenKind::Evidence, "variable"),
    (TokenKind::Rank, "enumMember"),
    (TokenKind::Freeze, "enum"),
    (TokenKind::Event, "event"),
    (TokenKind::Step, "function"),
    (TokenKind::Name, "type"),
    (TokenKind::Text, "string"),
    (TokenKind::Number, "number"),
    (TokenKind::Attribute, "decorator"),
    (TokenKind::Comment, "comment"),
];

/// The same for what else is true.
static TRAITS: &[(Trait, &str)] = &[
    (Trait::Declares, "declaration"),
    (Trait::Documents, "documentation"),
    (Trait::Library, "defaultLibrary"),
];

impl Feature for AllTokens {
    type Request = SemanticTokensRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        let names = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        capabilities.semantic_tokens_provider =
            Some(SemanticTokensProvider::SemanticTokensOptions(SemanticTokensOptions {
                legend: SemanticTokensLegend {
                    token_types: names(LEGEND.iter().map(|(_, name)| *name).collect()),
                    token_modifiers: names(TRAITS.iter().map(|(_, name)| *name).collect()),
                },
                range: Some(SemanticTokensOptionsRange::Bool(true)),
                full: Some(Full::Bool(true)),
                ..SemanticTokensOptions::default()
            }));
    }

    fn answer(view: &View, parameters: SemanticTokensParams) -> Result<Option<SemanticTokens>, Refusal> {
        let found = view.file(&parameters.text_document.uri);
        Ok(found.map(|(snapshot, file)| numbers(view, snapshot, file, |_| true)))
    }
}

impl Feature for TokensOfRange {
    type Request = SemanticTokensRangeRequest;

    /// It is said with [`AllTokens`].
    fn offer(_: &mut ServerCapabilities) {}

    fn answer(view: &View, parameters: SemanticTokensRangeParams) -> Result<Option<SemanticTokens>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let Some(asked) = view.span(snapshot, file, parameters.range) else { return Ok(None) };
        let is_asked = |span: Span| span.end > asked.start && span.start < asked.end;
        Ok(Some(numbers(view, snapshot, file, is_asked)))
    }
}

/// Tokens as the protocol counts them: each from the one before it.
fn numbers(
    view: &View,
    snapshot: &Snapshot,
    file: FileId,
    is_asked: impl Fn(Span) -> bool,
) -> SemanticTokens {
    let (mut line, mut character) = (0, 0);
    let tokens = tokens(&snapshot.analysis, file).into_iter().filter(|token| is_asked(token.span));
    let data = tokens.map(|token| {
        let range = view.range(snapshot, token.span);
        let is_same_line = range.start.line == line;
        let number = SemanticToken {
            delta_line: range.start.line - line,
            delta_start: if is_same_line { range.start.character - character } else { range.start.character },
            length: range.end.character - range.start.character,
            token_type: position(LEGEND, token.kind),
            token_modifiers_bitset: bits(&token),
        };
        (line, character) = (range.start.line, range.start.character);
        number
    });
    SemanticTokens { result_id: None, data: data.collect() }
}

fn position<T: PartialEq>(table: &[(T, &str)], wanted: T) -> u32 {
    let at = table.iter().position(|(known, _)| *known == wanted).unwrap_or(0);
    u32::try_from(at).unwrap_or(0)
}

fn bits(token: &Token) -> u32 {
    token.traits.iter().fold(0, |bits, one| bits | 1 << position(TRAITS, *one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_legend_says_each_kind_once() {
        for (at, (kind, name)) in LEGEND.iter().enumerate() {
            assert_eq!(position(LEGEND, *kind) as usize, at);
            assert_eq!(LEGEND.iter().filter(|(_, other)| other == name).count(), 1, "{name}");
        }
    }
}
