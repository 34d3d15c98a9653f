//! `textDocument/foldingRange`: what can be folded away, in lines.

use crate::ide::{FoldKind, folds};
use crate::lsp::{Feature, Refusal, View};
use gen_lsp_types::{
    FoldingRange, FoldingRangeKind, FoldingRangeParams, FoldingRangeProvider, FoldingRangeRequest,
    ServerCapabilities,
};

pub(super) struct FoldingRanges;

impl Feature for FoldingRanges {
    type Request = FoldingRangeRequest;

    fn offer(capabilities: &mut ServerCapabilities) {
        capabilities.folding_range_provider = Some(FoldingRangeProvider::Bool(true));
    }

    fn answer(view: &View, parameters: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>, Refusal> {
        let Some((snapshot, file)) = view.file(&parameters.text_document.uri) else { return Ok(None) };
        let folded = folds(&snapshot.analysis, file).into_iter().map(|(span, kind)| {
            let range = view.range(snapshot, span);
            let closes = snapshot.analysis.sources.text_of(span).ends_with('}');
            let end = range.end.line - u32::from(kind == FoldKind::Block && closes);
            (range.start.line, end, kind)
        });
        let seen =
            folded.filter(|(start, end, _)| start < end).map(|(start_line, end_line, kind)| FoldingRange {
                start_line,
                end_line,
                kind: match kind {
                    FoldKind::Comment => Some(FoldingRangeKind::Comment),
                    FoldKind::Imports => Some(FoldingRangeKind::Imports),
                    FoldKind::Block | FoldKind::Text => None,
                },
                ..FoldingRange::default()
            });
        Ok(Some(seen.collect()))
    }
}
