//! Parts of a file that an editor can fold away.

use super::Analysis;
use super::walk;
use crate::source::{FileId, Span};
use crate::syntax::tree::{Expr, ExprKind, NodeKind, Tree};

/// What a part that can be folded is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// A block, whose last line, with its brace, stays to be seen.
    Block,
    /// Lines of comments or of documentation.
    Comment,
    /// Lines that begin with `use`.
    Imports,
    /// A text over several lines.
    Text,
}

/// Every part of a file that stands on more than one line and can be folded, in order.
pub fn folds(analysis: &Analysis, file: FileId) -> Vec<(Span, FoldKind)> {
    let (Some(tree), Some(source)) = (analysis.tree(file), analysis.sources.get(file)) else {
        return Vec::new();
    };
    let text = source.text();
    let mut found = Vec::new();
    let docs =
        |lines: &[crate::syntax::tree::DocLine]| lines.iter().map(|line| line.span).collect::<Vec<_>>();
    found.extend(runs(text, docs(&tree.module_doc), FoldKind::Comment));
    found.extend(runs(text, comments(text, tree), FoldKind::Comment));
    let uses = tree.nodes.iter().filter(|node| matches!(node.kind, NodeKind::Use(_)));
    found.extend(runs(text, uses.map(|node| node.span).collect(), FoldKind::Imports));
    walk::nodes(&tree.nodes, &mut |node, _| {
        found.extend(runs(text, docs(&node.docs), FoldKind::Comment));
        if let NodeKind::Entry(entry) = &node.kind {
            found.extend(entry.block.iter().map(|block| (block.span, FoldKind::Block)));
        }
        for expression in walk::expressions(node) {
            walk::parts(expression, &mut |part| found.extend(long_text(part)));
        }
    });
    // A block that is not closed reaches up to what follows it: blank lines at its end are none of it.
    let seen = found.into_iter().filter_map(|(span, kind)| {
        let covered = text.get(span.range())?.trim_end();
        let end = span.start as usize + covered.len();
        covered.contains(['\n', '\r']).then(|| (Span::new(span.file, span.start as usize, end), kind))
    });
    let mut found: Vec<(Span, FoldKind)> = seen.collect();
    found.sort_unstable();
    found
}

fn long_text(part: &Expr) -> Option<(Span, FoldKind)> {
    matches!(part.kind, ExprKind::Text(_)).then_some((part.span, FoldKind::Text))
}

/// Comments that have lines of their own.
fn comments(text: &str, tree: &Tree) -> Vec<Span> {
    let begins_its_line = |span: &Span| {
        let before = text.get(..span.start as usize).unwrap_or("");
        before.rsplit(['\n', '\r']).next().is_some_and(|line| line.trim().is_empty())
    };
    tree.comments.iter().map(|comment| comment.span).filter(begins_its_line).collect()
}

/// Runs of spans with nothing but one end of a line between them, each as one.
fn runs(text: &str, spans: Vec<Span>, kind: FoldKind) -> Vec<(Span, FoldKind)> {
    let mut found: Vec<(Span, FoldKind)> = Vec::new();
    for span in spans {
        let follows = |last: &Span| {
            let between = text.get(last.end as usize..span.start as usize).unwrap_or("x");
            between.trim().is_empty() && between.matches('\n').count() <= 1
        };
        match found.last_mut().filter(|(last, _)| follows(last)) {
            Some((last, _)) => *last = last.to(span),
            None => found.push((span, kind)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::sample::read;

    /// What can be folded, as `first line..last line kind`, counted from 1.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let analysis = read(&[("main.ops", text)]);
        let file = analysis.sources.find("main.ops").unwrap();
        let source = analysis.sources.get(file).unwrap();
        let shown: Vec<String> = folds(&analysis, file)
            .iter()
            .map(|(span, kind)| {
                format!("{}..{} {kind:?}", source.position(span.start).line, source.position(span.end).line)
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn blocks_runs_and_texts_fold() {
        check(
            "//! One.\n//! Two.\n\nuse std.tiers\nuse std.freezes\n\n// a\n// b\n\n// alone\npolicy p {\n  language 1 // here\n  // there\n}\n",
            &["1..2 Comment", "4..5 Imports", "7..8 Comment", "11..14 Block"],
        );
        check(
            "/// Doc.\r\n/// More.\r\ntemplate t {\r\n  text \"\"\"\r\n    a\r\n  \"\"\"\r\n}\r\n",
            &["1..2 Comment", "3..7 Block", "4..6 Text"],
        );
    }

    #[test]
    fn what_is_on_one_line_does_not() {
        check("policy p { language 1 }\nuse std.tiers\n// one\n", &[]);
    }

    #[test]
    fn a_block_that_is_not_closed_folds_to_where_it_is_taken_to_end() {
        check("window w : hard {\n  every day 09:00 .. 17:00\n\ntier T1\n", &["1..2 Block"]);
    }
}
