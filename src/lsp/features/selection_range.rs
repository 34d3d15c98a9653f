//! `textDocument/selectionRange`: what can be selected around each cursor, from small to large.

use crate::ide::Cursor;
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    Range, SelectionRange, SelectionRangeParams, SelectionRangeProvider, SelectionRangeRequest,
    ServerCapabilities,
};

pub(super) struct SelectionRanges;

impl Feature for SelectionRanges {
    type Request = SelectionRangeRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.selection_range_provider = Some(SelectionRangeProvider::Bool(true));
    }

    fn answer(view: &View, parameters: SelectionRangeParams) -> Result<Option<Vec<SelectionRange>>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let around = parameters.positions.into_iter().map(|position| {
            let cursor = view
                .offset(snapshot, file, position)
                .and_then(|offset| Cursor::at(&snapshot.analysis, file, offset));
            let spans = cursor.map(|cursor| cursor.selections()).unwrap_or_default();
            let ranges = spans.into_iter().rev().map(|span| view.range(snapshot, span));
            let nested = ranges.fold(None, |parent: Option<Box<SelectionRange>>, range| {
                Some(Box::new(SelectionRange { range, parent }))
            });
            // Every position has an answer, as the protocol wants it.
            nested.map_or_else(
                || SelectionRange { range: Range { start: position, end: position }, parent: None },
                |nested| *nested,
            )
        });
        Ok(Some(around.collect()))
    }
}
