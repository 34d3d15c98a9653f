//! Making spans half-open: a window that ends within a minute before the next begins ends when it begins, and whole dates
//! that include their last one are written up to the day behind it.

use super::{Action, ActionKind, found};
use crate::calendar::Days;
use crate::diag::Edit;
use crate::ide::{Analysis, Cursor};
use crate::rules::WINDOW_HOLE;
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Literal, Node, NodeKind};
use crate::types;

/// The longest hole, in seconds: what `window-hole` takes for an oversight.
const LONGEST: i64 = 60;

/// For each hole between two windows in a span: the first to end when the second begins, or the second to begin when the
/// first ends.
pub(super) fn joined(analysis: &Analysis, span: Span) -> Vec<Action<'_>> {
    let holes = found(analysis, span).filter(|finding| finding.code == &WINDOW_HOLE);
    holes
        .flat_map(|finding| {
            let (Some(one), two) = (finding.secondary.first(), finding.primary.span) else {
                return Vec::new();
            };
            let Some((end, start)) = nearest(analysis, one.span, two) else { return Vec::new() };
            let name = |span: Span| analysis.sources.text_of(span);
            let action = |verb: &str, window: Span, at: &Expr, to: &Expr| Action {
                title: format!("make half-open: {verb} `{}` at `{}`", name(window), name(to.span)),
                kind: ActionKind::Fix,
                edits: vec![Edit { span: at.span, text: name(to.span).to_owned() }],
                mends: vec![finding],
                is_preferred: false,
            };
            vec![action("end", one.span, end, start), action("begin", two, start, end)]
        })
        .collect()
}

/// `A through B` at the start of a span as `A .. C`, where C is the day behind B: the same dates.
pub(super) fn rewritten(analysis: &Analysis, span: Span) -> Vec<Action<'_>> {
    through(analysis, span).into_iter().collect()
}

fn through(analysis: &Analysis, span: Span) -> Option<Action<'_>> {
    let cursor = Cursor::at(analysis, span.file, span.start)?;
    let entry = cursor.entry().filter(|entry| entry.word.text == "during")?;
    let parts = entry.head.as_ref()?.phrase();
    let (word, last) = parts.windows(2).find_map(|pair| match pair {
        [word, last] if word.word() == Some("through") => Some((word, last)),
        _ => None,
    })?;
    let date = types::date(analysis.sources.text_of(last.span), last.span).ok()?;
    let behind = date.checked_add_days(Days::new(1))?;
    Some(Action {
        title: format!("write as half-open: `.. {behind}`"),
        kind: ActionKind::Rewrite,
        edits: vec![Edit { span: word.span.to(last.span), text: format!(".. {behind}") }],
        mends: Vec::new(),
        is_preferred: false,
    })
}

/// The end of a span of one window and the start of one of another that make a hole, the smallest there is.
fn nearest(analysis: &Analysis, one: Span, two: Span) -> Option<(&Expr, &Expr)> {
    let ends = bounds(analysis, one)?;
    let starts = bounds(analysis, two)?;
    let pairs = ends.iter().flat_map(|(_, end)| starts.iter().map(move |(start, _)| (*end, *start)));
    let holes = pairs.filter_map(|(end, start)| {
        let gap = seconds(analysis, start)? - seconds(analysis, end)?;
        let is_alike = kind_of(end) == kind_of(start);
        (is_alike && 0 < gap && gap <= LONGEST).then_some((gap, end, start))
    });
    holes.min_by_key(|(gap, ..)| *gap).map(|(_, end, start)| (end, start))
}

/// The literals on both sides of each `..` in the window whose name stands at a place.
fn bounds(analysis: &Analysis, name: Span) -> Option<Vec<(&Expr, &Expr)>> {
    let cursor = Cursor::at(analysis, name.file, name.start)?;
    let block = cursor.entry()?.block.as_ref()?;
    Some(block.nodes.iter().filter_map(bound).collect())
}

fn bound(node: &Node) -> Option<(&Expr, &Expr)> {
    let NodeKind::Entry(entry) = &node.kind else { return None };
    let parts = entry.head.as_ref()?.phrase();
    let range = parts.iter().position(|part| matches!(part.kind, ExprKind::Range))?;
    let (before, behind) = (parts.get(..range)?, parts.get(range..)?);
    let is_literal = |part: &&Expr| matches!(part.kind, ExprKind::Literal(_));
    Some((before.last().filter(is_literal)?, behind.iter().find(is_literal)?))
}

fn kind_of(bound: &Expr) -> Option<Literal> {
    match bound.kind {
        // Two exact instants compare whichever way they are written.
        ExprKind::Literal(Literal::Instant | Literal::ZonedDateTime) => Some(Literal::Instant),
        ExprKind::Literal(literal) => Some(literal),
        _ => None,
    }
}

/// A bound as seconds from where its kind counts.
fn seconds(analysis: &Analysis, bound: &Expr) -> Option<i64> {
    match kind_of(bound)? {
        Literal::Instant => Some(types::instant(&analysis.sources, bound).ok()?.unix()),
        Literal::Time => {
            let time = types::time(analysis.sources.text_of(bound.span), bound.span).ok()?;
            Some(time.seconds().into())
        }
        _ => None,
    }
}
