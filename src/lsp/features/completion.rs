//! `textDocument/completion`: what may be written here.

use crate::ide::{Completion, Sort, completions};
use crate::lsp::snapshot::markup;
use crate::lsp::{Feature, Refusal, Snapshot, View};
use gen_lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTextEdit, CompletionList, CompletionOptions,
    CompletionParams, CompletionRequest, CompletionResponse, Documentation, InsertTextFormat,
    ServerCapabilities, TextEdit,
};

/// What a client asks by itself behind: the rest it does while a name is typed.
const TRIGGERS: &[&str] = &[" ", "\"", ".", "{", "(", "[", ",", "@", "/", ":"];

pub(super) struct Complete;

impl Feature for Complete {
    type Request = CompletionRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.completion_provider = Some(CompletionOptions {
            trigger_characters: Some(TRIGGERS.iter().map(|sign| (*sign).to_owned()).collect()),
            ..CompletionOptions::default()
        });
    }

    fn answer(view: &View, parameters: CompletionParams) -> Result<Option<CompletionResponse>, Refusal> {
        let at = &parameters.text_document_position_params;
        let Some((snapshot, file)) = view.file(&at.text_document.uri) else { return Ok(None) };
        let Some(offset) = view.offset(snapshot, file, at.position) else { return Ok(None) };
        let found = completions(&snapshot.analysis, file, offset);
        let items = found.into_iter().enumerate().map(|(place, found)| item(view, snapshot, place, found));
        Ok(Some(CompletionResponse::CompletionList(CompletionList {
            is_incomplete: false,
            item_defaults: None,
            apply_kind: None,
            items: items.collect(),
        })))
    }
}

fn item(view: &View, snapshot: &Snapshot, place: usize, found: Completion) -> CompletionItem {
    let shows = view.shows();
    let snippet = found.snippet.filter(|_| shows.snippets);
    let format = if snippet.is_some() { InsertTextFormat::Snippet } else { InsertTextFormat::PlainText };
    let new_text = snippet.unwrap_or(found.text);
    let text_edit = TextEdit { range: view.range(snapshot, found.replaced), new_text };
    let card = found.card.map(|card| Documentation::MarkupContent(markup(&card, shows.completion, None)));
    CompletionItem {
        filter_text: Some(found.label.clone()),
        label: found.label,
        kind: Some(kind(found.sort)),
        detail: Some(found.detail).filter(|detail| !detail.is_empty()),
        documentation: card,
        sort_text: Some(format!("{place:04}")),
        insert_text_format: Some(format),
        text_edit: Some(CompletionItemTextEdit::TextEdit(text_edit)),
        ..CompletionItem::default()
    }
}

fn kind(sort: Sort) -> CompletionItemKind {
    match sort {
        Sort::Declaration => CompletionItemKind::Class,
        Sort::Field => CompletionItemKind::Field,
        Sort::Word => CompletionItemKind::Keyword,
        Sort::Name => CompletionItemKind::Reference,
        Sort::Function => CompletionItemKind::Function,
        Sort::Value => CompletionItemKind::Value,
        Sort::Unit => CompletionItemKind::Unit,
        Sort::Module => CompletionItemKind::Module,
        Sort::File => CompletionItemKind::File,
        Sort::Code => CompletionItemKind::Constant,
    }
}
