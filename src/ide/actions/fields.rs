//! Adding the fields that a declaration lacks, each with a first wording: an exception without its ticket, lever and expiry.

use super::{Action, ActionKind, draft, found};
use crate::diag::Edit;
use crate::ide::{Analysis, Cursor};
use crate::schema::{Body, MISSING_FIELD, Slot};
use crate::source::Span;
use crate::syntax::tree::{Block, Entry, Node, NodeKind};

/// One action for each declaration or statement in a span that lacks what it must say.
pub(super) fn missing(analysis: &Analysis, span: Span) -> Vec<Action<'_>> {
    let findings = found(analysis, span).filter(|finding| finding.code == &MISSING_FIELD);
    findings
        .filter_map(|finding| {
            let cursor = Cursor::at(analysis, span.file, finding.primary.span.start)?;
            let node = cursor.nodes.last()?;
            let body = match cursor.nodes.len() {
                1 => &cursor.kind?.body,
                depth => &cursor.slots.get(depth - 2)?.body,
            };
            let lacking = lacking(node, body);
            // What nobody has to choose is already the finding's own mend.
            if lacking.iter().all(|slot| !slot.row.insert.is_empty()) {
                return None;
            }
            let words: Vec<String> = lacking.iter().map(|slot| format!("`{}`", slot.row.keyword)).collect();
            let drafts = lacking.iter().map(|slot| draft::field(analysis, slot)).collect();
            Some(Action {
                title: format!("add {}", words.join(", ")),
                kind: ActionKind::Fix,
                edits: vec![inserted(analysis, node, drafts)?],
                mends: vec![finding],
                is_preferred: finding.fixes.is_empty(),
            })
        })
        .collect()
}

/// The fields that a node must have and does not; one that any name may begin has no word to write.
fn lacking<'s>(node: &Node, body: &'s Body) -> Vec<&'s Slot> {
    let NodeKind::Entry(entry) = &node.kind else { return Vec::new() };
    let nodes = entry.block.as_ref().map_or(&[][..], |block| &block.nodes);
    let is_said = |slot: &Slot| {
        nodes
            .iter()
            .any(|node| matches!(&node.kind, NodeKind::Entry(inner) if inner.word.text == slot.row.keyword))
    };
    let required = body.fields.iter().filter(|slot| slot.row.arity.required());
    required.filter(|slot| !slot.row.keyword.is_empty() && !is_said(slot)).collect()
}

/// The edit that adds statements: in the layout that the block has.
fn inserted(analysis: &Analysis, node: &Node, drafts: Vec<String>) -> Option<Edit> {
    let NodeKind::Entry(entry) = &node.kind else { return None };
    let text = analysis.sources.get(node.span.file)?.text();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let margin = indent(text, entry.word.span.start);
    let lines =
        |indent: &str| -> String { drafts.iter().map(|draft| format!("{newline}{indent}{draft}")).collect() };
    let fresh = || format!("{{{}{newline}{margin}}}", lines(&format!("{margin}  ")));
    let Some(block) = &entry.block else {
        return Some(Edit { span: head(entry).after(), text: format!(" {}", fresh()) });
    };
    let last = block.nodes.last().map(|node| node.span);
    match last {
        None if is_blank(analysis, block) => Some(Edit { span: block.span, text: fresh() }),
        None => {
            let open = block.span.start + 1;
            let span = Span { start: open, end: open, ..block.span };
            Some(Edit { span, text: lines(&format!("{margin}  ")) })
        }
        Some(last) => {
            let rest = text.get(last.end as usize..block.span.end as usize)?;
            match rest.find(['\n', '\r']) {
                // A comment behind the last statement stays behind it.
                Some(length) => {
                    let end = last.end + u32::try_from(length).ok()?;
                    let span = Span { start: end, end, ..last };
                    Some(Edit { span, text: lines(indent(text, last.start)) })
                }
                None => Some(Edit { span: last.after(), text: format!("; {}", drafts.join("; ")) }),
            }
        }
    }
}

/// Word, head, annotation and clauses of an entry.
fn head(entry: &Entry) -> Span {
    let parts = [entry.head.as_ref(), entry.annotation.as_ref()].into_iter().flatten().map(|part| part.span);
    parts.chain(entry.clauses.iter().map(|clause| clause.span)).fold(entry.word.span, Span::to)
}

fn is_blank(analysis: &Analysis, block: &Block) -> bool {
    let text = analysis.sources.text_of(block.span);
    text.strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .is_some_and(|inner| inner.trim().is_empty())
}

/// The blanks that the line of an offset begins with.
fn indent(text: &str, offset: u32) -> &str {
    let line = text.get(..offset as usize).and_then(|before| before.rsplit('\n').next()).unwrap_or("");
    let width = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..width).unwrap_or("")
}
