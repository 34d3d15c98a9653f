//! Widening a selection: from the word at the cursor to the expression, the statement, its block, the declaration, the file.

use super::Cursor;
use crate::source::Span;
use crate::syntax::tree::{ClauseKind, Expr, NodeKind};

impl Cursor<'_> {
    /// What can be selected around the cursor, the smallest first; each holds the one before it, and is larger.
    pub fn selections(&self) -> Vec<Span> {
        let length = self.analysis.sources.get(self.module.file).map_or(0, |source| source.text().len());
        let mut around = vec![Span::new(self.module.file, 0, length)];
        for node in &self.nodes {
            around.push(node.span);
            let NodeKind::Entry(entry) = &node.kind else { continue };
            around.push(Span { start: entry.word.span.start, ..node.span });
            around.push(entry.word.span);
            let phrases = [entry.head.as_ref(), entry.annotation.as_ref()].into_iter().flatten();
            around.extend(phrases.map(|phrase: &Expr| phrase.span));
            for clause in &entry.clauses {
                around.push(clause.span);
                if let ClauseKind::Because(text) = &clause.kind {
                    around.push(text.span);
                }
            }
            if let Some(block) = &entry.block {
                let inner =
                    Span { start: block.span.start + 1, end: block.span.end.saturating_sub(1), ..block.span };
                around.extend([block.span, inner]);
            }
        }
        around.extend(self.expressions.iter().map(|expression| expression.span));
        around.extend(self.name_span());
        around.retain(|span| span.start <= self.offset && self.offset <= span.end && span.start <= span.end);
        around.sort_by_key(|span| (span.end - span.start, span.start));
        let mut found: Vec<Span> = Vec::new();
        for span in around {
            let holds = |last: &Span| span.start <= last.start && last.end <= span.end && span != *last;
            if found.last().is_none_or(holds) {
                found.push(span);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use crate::ide::sample::{at_cursor, cursor};

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let (analysis, file, offset) = at_cursor(&[("main.ops", text)]);
        let selections = cursor(&analysis, file, offset).selections();
        let shown: Vec<&str> = selections.iter().map(|span| analysis.sources.text_of(*span)).collect();
        let whole = text.replacen('|', "", 1);
        assert_eq!(shown, [expected, &[whole.as_str()]].concat());
    }

    #[test]
    fn a_selection_grows_by_what_is_read() {
        check(
            "policy p { language 1 }\nwindow w : hard when a = b|c and d { regions x }\n",
            &[
                "bc",
                "a = bc",
                "a = bc and d",
                "when a = bc and d",
                "window w : hard when a = bc and d { regions x }",
            ],
        );
        check(
            "/// Doc.\nwindow w : hard { regions x|y, z }\n",
            &[
                "xy",
                "xy, z",
                "regions xy, z",
                " regions xy, z ",
                "{ regions xy, z }",
                "window w : hard { regions xy, z }",
                "/// Doc.\nwindow w : hard { regions xy, z }",
            ],
        );
    }

    #[test]
    fn outside_of_everything_there_is_the_file() {
        check("tier T1\n\n|\n", &[]);
    }
}
