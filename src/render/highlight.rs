//! `.ops` in the language's own colours: what the parser sees in it, not what a pattern guesses.

use super::{Paint, Style};
use crate::source::{Sources, Span};
use crate::syntax::parse;
use crate::syntax::tree::{Clause, ClauseKind, Expr, ExprKind, Node, NodeKind, UseTarget};

/// A text of the language with colours, broken or not; unchanged where there is no colour.
pub fn ops(text: &str, paint: Paint) -> String {
    if paint == Paint::Plain {
        return text.to_owned();
    }
    let mut sources = Sources::new();
    let file = sources.add("", text);
    let (tree, _) = parse(&sources, file);
    let mut marks: Vec<(Span, Style)> = Vec::new();
    marks.extend(tree.module_doc.iter().map(|line| (line.span, Style::Faint)));
    for comment in &tree.comments {
        // On a page, carets in a comment point at what is found in the line above.
        let is_pointer = sources.text_of(comment.span).contains('^');
        marks.push((comment.span, if is_pointer { Style::Bad } else { Style::Faint }));
    }
    nodes(&tree.nodes, &mut marks);
    marks.sort_by_key(|(span, _)| span.start);
    painted(text, &marks, paint)
}

/// Each mark painted on its own; one that begins within another is left out.
fn painted(text: &str, marks: &[(Span, Style)], paint: Paint) -> String {
    let mut shown = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for (span, style) in marks {
        let range = span.range();
        let (Some(before), Some(marked)) = (text.get(done..range.start), text.get(range.clone())) else {
            continue;
        };
        shown.push_str(before);
        let lines: Vec<String> = marked.split('\n').map(|line| paint.text(*style, line)).collect();
        shown.push_str(&lines.join("\n"));
        done = range.end;
    }
    shown.push_str(text.get(done..).unwrap_or_default());
    shown
}

fn nodes(list: &[Node], marks: &mut Vec<(Span, Style)>) {
    for node in list {
        marks.extend(node.docs.iter().map(|line| (line.span, Style::Faint)));
        marks.extend(node.attributes.iter().map(|attribute| (attribute.name.span, Style::Waiting)));
        match &node.kind {
            NodeKind::Use(used) => {
                let start = used.span.range().start;
                let word = Span::new(used.span.file, start, start + "use".len());
                marks.push((word, Style::Name));
                if let UseTarget::File { span, .. } = &used.target {
                    marks.push((*span, Style::Quoted));
                }
            }
            NodeKind::Entry(entry) => {
                marks.push((entry.word.span, Style::Name));
                entry.head.iter().chain(&entry.annotation).for_each(|expr| values(expr, marks));
                entry.clauses.iter().for_each(|one| clause(one, marks));
                if let Some(block) = &entry.block {
                    nodes(&block.nodes, marks);
                }
            }
            NodeKind::Error => {}
        }
    }
}

fn clause(clause: &Clause, marks: &mut Vec<(Span, Style)>) {
    match &clause.kind {
        ClauseKind::When(expr) | ClauseKind::Where(expr) => values(expr, marks),
        ClauseKind::Because(text) => marks.push((text.span, Style::Quoted)),
    }
}

/// Texts and literals, wherever they stand in an expression.
fn values(expr: &Expr, marks: &mut Vec<(Span, Style)>) {
    match &expr.kind {
        ExprKind::Text(_) => marks.push((expr.span, Style::Quoted)),
        ExprKind::Literal(_) => marks.push((expr.span, Style::Value)),
        ExprKind::Or(inner)
        | ExprKind::And(inner)
        | ExprKind::Phrase(inner)
        | ExprKind::List(inner)
        | ExprKind::Bracket(inner) => inner.iter().for_each(|one| values(one, marks)),
        ExprKind::Not(inner) | ExprKind::Negative(inner) | ExprKind::Paren(inner) => values(inner, marks),
        ExprKind::Compare(left, _, right) | ExprKind::Arithmetic(left, _, right) => {
            values(left, marks);
            values(right, marks);
        }
        ExprKind::In(membership) => {
            values(&membership.member, marks);
            membership.of.iter().for_each(|one| values(one, marks));
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(|one| values(one, marks)),
        ExprKind::Range | ExprKind::Bool(_) | ExprKind::Word(_) | ExprKind::Error => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with each painted piece in braces behind the letter of its style.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut shown = ops(text, Paint::Colour);
        for (sequence, letter) in [
            ("\u{1b}[36m", "n"),
            ("\u{1b}[32m", "q"),
            ("\u{1b}[33m", "v"),
            ("\u{1b}[2m", "f"),
            ("\u{1b}[1;31m", "b"),
        ] {
            shown = shown.replace(sequence, &format!("{letter}<"));
        }
        assert_eq!(shown.replace("\u{1b}[0m", ">"), expected);
        assert_eq!(ops(text, Paint::Plain), text);
    }

    #[test]
    fn what_the_parser_sees_is_painted() {
        check(
            "region eu { zone \"Europe/Dublin\" } // here\n",
            "n<region> eu { n<zone> q<\"Europe/Dublin\"> } f<// here>\n",
        );
        check("stage a : canary { hold 15m }\n", "n<stage> a : canary { n<hold> v<15m> }\n");
        check("policy p\n//     ^ missing-end\n", "n<policy> p\nb<//     ^ missing-end>\n");
    }

    #[test]
    fn what_cannot_be_read_stays_as_it_is() {
        let broken = "region { zone \"\nregion eu {}\n";
        let shown = ops(broken, Paint::Colour);
        let mut plain = String::new();
        let mut rest = shown.as_str();
        while let Some((before, sequence)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = sequence.split_once('m').unwrap().1;
        }
        assert_eq!(plain + rest, broken);
    }
}
