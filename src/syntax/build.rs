//! The grammar's pairs to nodes.

use super::codes;
use super::explain;
use super::expression::{expression, members};
use super::grammar::Rule;
use super::text;
use super::tree::{
    Attribute, Block, Clause, ClauseKind, DocLine, Entry, Expr, ExprKind, Node, NodeKind, Text, Use,
    UseTarget, Word,
};
use super::{MAX_NAME, MAX_STRING};
use crate::diag::Diagnostic;
use crate::source::{FileId, Span};
use pest::iterators::{Pair, Pairs};

/// Builds the nodes of one item; `text` is the item's text with layout blanked, `base` where it begins in the file.
pub(super) struct Builder<'i> {
    pub(super) file: FileId,
    pub(super) base: usize,
    pub(super) text: &'i str,
    /// Findings of layout in this item: what they explain needs no second report.
    pub(super) known: &'i [Diagnostic],
    pub(super) found: Vec<Diagnostic>,
}

impl<'i> Builder<'i> {
    pub(super) fn span(&self, pair: &Pair<'i, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(self.file, self.base + span.start(), self.base + span.end())
    }

    /// Where the item begins.
    pub(super) fn origin(&self) -> Span {
        Span::new(self.file, self.base, self.base)
    }

    pub(super) fn string(&mut self, pair: &Pair<'i, Rule>) -> String {
        let span = self.span(pair);
        if pair.as_str().len() > MAX_STRING {
            self.found.push(codes::too_large(span, "string", "64 KiB"));
            return String::new();
        }
        text::value(pair.as_str(), span, &mut self.found)
    }

    /// Whether layout has said of the string here that nobody closes it: what it holds is not what its author meant.
    pub(super) fn is_unclosed(&self, string: Span) -> bool {
        self.known
            .iter()
            .any(|known| known.code == &codes::UNCLOSED_STRING && known.primary.span.start == string.start)
    }

    pub(super) fn word(&mut self, pair: &Pair<'i, Rule>) -> Word {
        let (span, text) = (self.span(pair), pair.as_str());
        if text.len() > MAX_NAME {
            self.found.push(codes::too_large(span, "name", "128 characters"));
        }
        Word { span, text: text.to_owned() }
    }

    /// The nodes among the pairs of an item or a block.
    pub(super) fn nodes(&mut self, pairs: Pairs<'i, Rule>) -> Vec<Node> {
        let mut nodes: Vec<Node> = Vec::with_capacity(pairs.len());
        for pair in pairs {
            if pair.as_rule() != Rule::node {
                continue;
            }
            let node = self.node(pair);
            if let Some(before) = nodes.last() {
                self.check_end(before.span, node.span);
            }
            nodes.push(node);
        }
        nodes
    }

    /// Two nodes need a newline or `;` between them.
    fn check_end(&mut self, before: Span, after: Span) {
        let between = before.end as usize - self.base..after.start as usize - self.base;
        if self.text.get(between).is_some_and(|between| !between.contains(['\n', ';'])) {
            self.found.push(codes::missing_end(before, self.first_character(after)));
        }
    }

    /// The first character of what lies at `span`, which may take several bytes.
    fn first_character(&self, span: Span) -> Span {
        let start = span.start as usize;
        let rest = self.text.get(start - self.base..).unwrap_or("");
        Span::new(span.file, start, start + rest.chars().next().map_or(0, char::len_utf8))
    }

    fn node(&mut self, pair: Pair<'i, Rule>) -> Node {
        let start = self.span(&pair);
        let mut node = Node { span: start, docs: Vec::new(), attributes: Vec::new(), kind: NodeKind::Error };
        let mut end = None;
        for part in pair.into_inner() {
            let span = self.span(&part);
            match part.as_rule() {
                Rule::doc => {
                    node.docs.push(doc_line(&part, span));
                    continue;
                }
                Rule::attribute => {
                    let attribute = self.attribute(part);
                    node.attributes.push(attribute);
                    continue;
                }
                Rule::import => node.kind = self.import(part),
                Rule::entry => node.kind = self.entry(part),
                _ => self.explain(span),
            }
            end = Some(self.last_visible(span));
        }
        match (end, node.docs.first(), node.docs.last()) {
            (Some(end), _, _) => node.span = start.to(end),
            (None, Some(first), Some(last)) if node.attributes.is_empty() => {
                node.span = first.span.to(last.span);
                self.found.push(codes::misplaced_doc(first.span, true));
            }
            (None, _, _) => {
                node.span = self.last_visible(start);
                self.explain(node.span);
            }
        }
        node
    }

    /// The span without the blanks at its end.
    fn last_visible(&self, span: Span) -> Span {
        let range = span.start as usize - self.base..span.end as usize - self.base;
        let visible = self.text.get(range).map_or(0, |text| text.trim_end_matches([' ', '\n']).len());
        Span::new(span.file, span.start as usize, span.start as usize + visible)
    }

    /// Says why the text at `bad` could not be read, unless layout has said so.
    pub(super) fn explain(&mut self, bad: Span) {
        let line = self.last_visible(bad);
        if !self.known.iter().any(|known| line.touches(known.primary.span.start)) {
            let found = explain::statement(self.text, self.base, line);
            self.found.push(found);
        }
    }

    fn attribute(&mut self, pair: Pair<'i, Rule>) -> Attribute {
        let span = self.span(&pair);
        let mut name = Word { span, text: String::new() };
        let mut arguments = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::word => name = self.word(&part),
                _ => arguments = members(self, part.into_inner()),
            }
        }
        Attribute { span, name, arguments }
    }

    fn import(&mut self, pair: Pair<'i, Rule>) -> NodeKind {
        let span = self.span(&pair);
        let (mut file, mut path, mut only) = (None, Vec::new(), None);
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::word => path.push(self.word(&part)),
                Rule::string => file = Some((self.span(&part), self.string(&part))),
                Rule::only => only = Some(part.into_inner().map(|word| self.word(&word)).collect()),
                _ => {
                    self.explain(span);
                    return NodeKind::Error;
                }
            }
        }
        let target = match file {
            Some((span, path)) => UseTarget::File { span, path },
            None => UseTarget::Module { path, only },
        };
        NodeKind::Use(Use { span, target })
    }

    fn entry(&mut self, pair: Pair<'i, Rule>) -> NodeKind {
        let whole = self.span(&pair);
        let mut parts = pair.into_inner();
        let Some(first) = parts.next() else { return NodeKind::Error };
        let mut entry =
            Entry { word: self.word(&first), head: None, annotation: None, clauses: Vec::new(), block: None };
        let mut junk = None;
        for part in parts {
            match part.as_rule() {
                Rule::expr => entry.head = Some(expression(self, part)),
                Rule::annotation => {
                    entry.annotation = part.into_inner().next().map(|expr| expression(self, expr))
                }
                Rule::clause => entry.clauses.extend(self.clause(part)),
                Rule::block => {
                    let span = self.span(&part);
                    entry.block = Some(Block { span, nodes: self.nodes(part.into_inner()) });
                }
                _ => {
                    let span = self.last_visible(self.span(&part));
                    self.explain(Span { end: span.end, ..whole });
                    junk = Some(span);
                }
            }
        }
        match (junk, &entry.block) {
            (Some(_), None) => NodeKind::Error,
            (Some(span), Some(_)) => {
                void(&mut entry, span);
                NodeKind::Entry(entry)
            }
            (None, _) => NodeKind::Entry(entry),
        }
    }

    fn clause(&mut self, pair: Pair<'i, Rule>) -> Option<Clause> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let word = parts.next()?;
        let expr = expression(self, parts.next()?);
        let kind = match (word.as_str(), expr.kind) {
            ("because", ExprKind::Text(value)) => ClauseKind::Because(Text { span: expr.span, value }),
            ("because", ExprKind::Error) => return None,
            ("because", _) => {
                self.found.push(codes::reason_is_no_string(expr.span));
                return None;
            }
            ("when", kind) => ClauseKind::When(Expr { span: expr.span, kind }),
            (_, kind) => ClauseKind::Where(Expr { span: expr.span, kind }),
        };
        Some(Clause { span, kind })
    }
}

/// Marks the part of a head behind which the text could not be read.
fn void(entry: &mut Entry, span: Span) {
    let error = Expr { span, kind: ExprKind::Error };
    let place = match (&mut entry.annotation, &mut entry.head) {
        (Some(annotation), _) => annotation,
        (None, Some(head)) => head,
        (None, head) => return *head = Some(error),
    };
    let before = std::mem::replace(place, error.clone());
    let whole = before.span.to(span);
    let mut parts = match before.kind {
        ExprKind::Phrase(parts) => parts,
        kind => vec![Expr { span: before.span, kind }],
    };
    parts.push(error);
    *place = Expr { span: whole, kind: ExprKind::Phrase(parts) };
}

fn doc_line(pair: &Pair<'_, Rule>, span: Span) -> DocLine {
    let line = pair.as_str();
    let text = line.strip_prefix("///").unwrap_or(line);
    let text = text.strip_prefix(' ').unwrap_or(text).trim_end();
    let end = span.start as usize + line.trim_end().len();
    DocLine { span: Span::new(span.file, span.start as usize, end), text: text.to_owned() }
}
