//! Accepting a finding: `@allow` before the smallest statement on a line of its own that holds what the finding speaks of.

use super::{Action, ActionKind, found};
use crate::diag::{Diagnostic, Edit, Level};
use crate::ide::Analysis;
use crate::resolve::UNUSED_ALLOW;
use crate::source::Span;
use crate::syntax::tree::{Entry, Node, NodeKind};

/// What stands in quotes until the author says why.
const REASON: &str = "why this is meant";

/// An `@allow` for every finding in a span that can be accepted: errors cannot, and what speaks of an `@allow` itself is not
/// answered by another.
pub(super) fn allowed(analysis: &Analysis, span: Span) -> Vec<Action<'_>> {
    found(analysis, span)
        .filter(|finding| finding.level != Level::Error && finding.code != &UNUSED_ALLOW)
        .filter_map(|finding| allow(analysis, finding))
        .collect()
}

fn allow<'a>(analysis: &'a Analysis, finding: &'a Diagnostic) -> Option<Action<'a>> {
    let at = finding.primary.span;
    let text = analysis.sources.get(at.file)?.text();
    let tree = analysis.tree(at.file)?;
    let entry = holding(&tree.nodes, text, at.start)?;
    let word = entry.word.span;
    let before = text.get(..word.start as usize)?;
    let line = before.rsplit('\n').next().unwrap_or("");
    let is_first = line.trim().is_empty();
    let end = if before.ends_with("\r\n") || text.contains("\r\n") { "\r\n" } else { "\n" };
    let behind = if is_first { format!("{end}{line}") } else { " ".to_owned() };
    let name = finding.code.name;
    Some(Action {
        title: format!("accept `{name}` here, with a reason"),
        kind: ActionKind::Fix,
        edits: vec![Edit {
            span: Span { end: word.start, ..word },
            text: format!("@allow({name}, \"{REASON}\"){behind}"),
        }],
        mends: vec![finding],
        is_preferred: false,
    })
}

/// The smallest entry that covers an offset and begins its line; where none does, the declaration around it.
fn holding<'t>(nodes: &'t [Node], text: &str, offset: u32) -> Option<&'t Entry> {
    let node = nodes
        .iter()
        .find(|node| node.span.start <= offset && offset < node.span.end.max(node.span.start + 1))?;
    let NodeKind::Entry(entry) = &node.kind else { return None };
    let inner = entry.block.as_ref().and_then(|block| holding(&block.nodes, text, offset));
    Some(inner.filter(|inner| begins_its_line(inner, text)).unwrap_or(entry))
}

fn begins_its_line(entry: &Entry, text: &str) -> bool {
    let before = text.get(..entry.word.span.start as usize).unwrap_or("");
    before.rsplit('\n').next().is_some_and(|line| line.trim().is_empty())
}
