//! Statements and blocks as lines; columns over lines that touch.

use super::WIDTH;
use super::inline::{Comments, Inline};
use crate::syntax::tree::{Attribute, Block, Entry, Node, NodeKind, Tree};

/// What stands on its own line or lines, in the order of the source.
struct Piece<'a> {
    /// Whether a blank line goes before it.
    blank: bool,
    /// Documentation, attributes and the comments among them.
    lead: Vec<String>,
    body: Body<'a>,
    /// A comment behind it on its last line.
    remark: Option<&'a str>,
}

enum Body<'a> {
    Comment(&'a str),
    Line(Line),
    Tall(String),
}

/// A statement on one line, in its columns.
struct Line {
    word: String,
    head: String,
    brace: String,
    /// Statements that follow on the same line, each with its `; `.
    tail: String,
    head_column: Column,
    brace_column: Column,
}

/// Whether the author began a column before this part.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Begun,
    None,
}

impl<'a> Piece<'a> {
    /// Whether a statement that its author wrote on this line has room there.
    fn takes(&self, next: &Body, level: usize) -> bool {
        match (&self.body, next, self.remark) {
            (Body::Line(line), Body::Line(next), None) => {
                level * 2 + columns(&joined(line)) + 2 + columns(&joined(next)) <= WIDTH
            }
            _ => false,
        }
    }

    fn join(&mut self, next: &Body, remark: Option<&'a str>) {
        if let (Body::Line(line), Body::Line(next)) = (&mut self.body, next) {
            line.tail.push_str("; ");
            line.tail.push_str(&joined(next));
        }
        self.remark = remark;
    }
}

struct Printer<'a> {
    source: &'a str,
    comments: Comments<'a>,
}

/// The whole file, with one newline at its end.
pub(super) fn file(tree: &Tree, source: &str) -> String {
    let mut out = String::new();
    for line in &tree.module_doc {
        out.push_str(&doc("//!", &line.text));
        out.push('\n');
    }
    let start = tree.module_doc.last().map_or(0, |line| line.span.end);
    let mut printer = Printer { source, comments: Comments::new(source, &tree.comments) };
    let pieces = printer.pieces(&tree.nodes, start, u32::MAX, 0);
    let blank = pieces.first().is_some_and(|piece| piece.blank) && !out.is_empty();
    out.push_str(if blank { "\n" } else { "" });
    write(&mut out, &pieces, 0);
    out
}

impl<'a> Printer<'a> {
    /// Whether the author left a line blank between two places that touch.
    fn blank_between(&self, start: u32, end: u32) -> bool {
        let between = self.source.get(start as usize..end as usize).unwrap_or("");
        between.bytes().filter(|byte| *byte == b'\n').count() > 1
    }

    fn breaks_between(&self, start: u32, end: u32) -> bool {
        self.source.get(start as usize..end as usize).is_some_and(|between| between.contains('\n'))
    }

    fn column_between(&self, start: u32, end: u32) -> Column {
        let between = self.source.get(start as usize..end as usize).unwrap_or("");
        if between.ends_with("  ") || between.ends_with('\t') { Column::Begun } else { Column::None }
    }

    /// The nodes and comments between two places.
    fn pieces(&mut self, nodes: &[Node], start: u32, end: u32, level: usize) -> Vec<Piece<'a>> {
        let mut pieces = Vec::with_capacity(nodes.len());
        let mut done = start;
        for (at, node) in nodes.iter().enumerate() {
            self.own_lines(&mut pieces, &mut done, node.span.start);
            let blank = self.blank_between(done, node.span.start);
            let lead = self.lead(node, level);
            let body = self.body(node, level);
            let same_line = at > 0 && lead.is_empty() && !self.breaks_between(done, node.span.start);
            done = node.span.end;
            let next = nodes.get(at + 1).map_or(end, |next| next.span.start);
            let remark = self.comments.peek(next).filter(|comment| !self.breaks_between(done, comment.start));
            let remark = remark.and_then(|comment| {
                done = comment.end;
                self.comments.take(comment.end)
            });
            match pieces.last_mut().filter(|before| same_line && before.takes(&body, level)) {
                Some(before) => before.join(&body, remark),
                None => pieces.push(Piece { blank, lead, body, remark }),
            }
        }
        self.own_lines(&mut pieces, &mut done, end);
        pieces
    }

    /// Comments on lines of their own, up to `end`.
    fn own_lines(&mut self, pieces: &mut Vec<Piece<'a>>, done: &mut u32, end: u32) {
        while let Some(span) = self.comments.peek(end) {
            let blank = self.blank_between(*done, span.start);
            *done = span.end;
            if let Some(comment) = self.comments.take(end) {
                pieces.push(Piece { blank, lead: Vec::new(), body: Body::Comment(comment), remark: None });
            }
        }
    }

    /// Documentation and attributes, with the comments among them where they stand.
    fn lead(&mut self, node: &Node, level: usize) -> Vec<String> {
        let mut lead = Vec::new();
        for line in &node.docs {
            self.comments_before(&mut lead, line.span.start);
            lead.push(doc("///", &line.text));
        }
        for attribute in &node.attributes {
            self.comments_before(&mut lead, attribute.span.start);
            lead.push(self.attribute(attribute, level));
        }
        if let Some(start) = body_start(node) {
            self.comments_before(&mut lead, start);
        }
        lead
    }

    fn comments_before(&mut self, lead: &mut Vec<String>, end: u32) {
        while let Some(comment) = self.comments.take(end) {
            lead.push(comment.to_owned());
        }
    }

    fn attribute(&mut self, attribute: &Attribute, level: usize) -> String {
        let mut line = Inline::new(self.source, &mut self.comments, attribute.name.span.end, level);
        line.push("@");
        line.push(&attribute.name.text);
        if attribute.span.end > attribute.name.span.end {
            line.push("(");
            line.members(&attribute.arguments, attribute.span.end, ")");
        }
        line.finish()
    }

    fn body(&mut self, node: &Node, level: usize) -> Body<'a> {
        let entry = match &node.kind {
            NodeKind::Entry(entry) => entry,
            NodeKind::Use(import) => {
                let mut line = Inline::new(self.source, &mut self.comments, import.span.start, level);
                line.import(import);
                return single(Line {
                    word: line.finish(),
                    head: String::new(),
                    brace: String::new(),
                    tail: String::new(),
                    head_column: Column::None,
                    brace_column: Column::None,
                });
            }
            NodeKind::Error => {
                return Body::Tall(self.source.get(node.span.range()).unwrap_or("").to_owned());
            }
        };
        let (word, head, head_column) = self.head(entry, level);
        let (brace, tail) = (String::new(), String::new());
        let mut line = Line { word, head, brace, tail, head_column, brace_column: Column::None };
        let Some(block) = &entry.block else { return single(line) };
        if let Some(brace) = self.one_line(block, level) {
            let width = level * 2
                + [&line.word, &line.head, &brace].iter().map(|part| columns(part) + 1).sum::<usize>();
            if width <= WIDTH + 1 && !line.head.contains('\n') {
                line.brace_column = self.column_between(entry.word.span.end, block.span.start);
                line.brace = brace;
                return Body::Line(line);
            }
        }
        let mut text = line.word;
        for part in [line.head.as_str(), "{"].into_iter().filter(|part| !part.is_empty()) {
            text.push(' ');
            text.push_str(part);
        }
        self.tall(block, level, &mut text);
        Body::Tall(text)
    }

    /// The first word, and what stands between it and the block.
    fn head(&mut self, entry: &Entry, level: usize) -> (String, String, Column) {
        let mut word = entry.word.text.clone();
        let mut begin = entry.word.span.end;
        let first = entry.head.as_ref().or(entry.annotation.as_ref());
        let start = match (first, entry.clauses.first()) {
            (Some(expr), _) => expr.span.start,
            (None, Some(clause)) => clause.span.start,
            (None, None) => return (word, String::new(), Column::None),
        };
        if entry.head.is_none() && entry.annotation.is_some() {
            word.push(':');
        }
        let column = self.column_between(begin, start);
        begin = begin.max(start);
        let mut line = Inline::new(self.source, &mut self.comments, begin, level);
        if let Some(head) = &entry.head {
            line.expr(head);
        }
        if let Some(annotation) = &entry.annotation {
            if entry.head.is_some() {
                line.push(" :");
                line.go(annotation.span.start, " ");
            }
            line.expr(annotation);
        }
        for clause in &entry.clauses {
            line.clause(clause);
        }
        let head = line.finish();
        (word, head.trim_start().to_owned(), column)
    }

    /// A block on one line, if its author wrote it so and nothing in it needs lines of its own.
    fn one_line(&mut self, block: &Block, level: usize) -> Option<String> {
        if self.breaks_between(block.span.start, block.span.end)
            || self.comments.peek(block.span.end).is_some()
        {
            return None;
        }
        if block.nodes.is_empty() {
            return Some("{}".to_owned());
        }
        let mut statements = Vec::with_capacity(block.nodes.len());
        for node in &block.nodes {
            if !node.docs.is_empty() || !node.attributes.is_empty() {
                return None;
            }
            let Body::Line(line) = self.body(node, level) else { return None };
            statements.push(joined(&line));
        }
        Some(format!("{{ {} }}", statements.join("; ")))
    }

    /// A block with a line for each statement, after its opening brace.
    fn tall(&mut self, block: &Block, level: usize, out: &mut String) {
        let mut start = block.span.start + 1;
        let first = block.nodes.first().map_or(block.span.end, |node| node.span.start);
        let remark = self.comments.peek(first).filter(|comment| !self.breaks_between(start, comment.start));
        if let Some(comment) = remark {
            start = comment.end;
            out.push_str("  ");
            out.push_str(self.comments.take(comment.end).unwrap_or(""));
        }
        out.push('\n');
        let pieces = self.pieces(&block.nodes, start, block.span.end, level + 1);
        write(out, &pieces, level + 1);
        out.push_str(&"  ".repeat(level));
        out.push('}');
    }
}

fn body_start(node: &Node) -> Option<u32> {
    match &node.kind {
        NodeKind::Entry(entry) => Some(entry.word.span.start),
        NodeKind::Use(import) => Some(import.span.start),
        NodeKind::Error => None,
    }
}

fn doc(marker: &str, text: &str) -> String {
    if text.is_empty() { marker.to_owned() } else { format!("{marker} {text}") }
}

fn columns(text: &str) -> usize {
    text.chars().count()
}

/// A statement without a block: a line, unless the author broke it.
fn single<'a>(line: Line) -> Body<'a> {
    let text = joined(&line);
    if text.contains('\n') { Body::Tall(text) } else { Body::Line(line) }
}

fn joined(line: &Line) -> String {
    let parts = [line.word.as_str(), &line.head, &line.brace];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ") + &line.tail
}

/// Writes pieces, each run of lines that touch in its columns.
fn write(out: &mut String, pieces: &[Piece], level: usize) {
    let mut rest = pieces;
    let mut first = true;
    while let Some(piece) = rest.first() {
        let follows =
            |piece: &&Piece| matches!(piece.body, Body::Line(_)) && !piece.blank && piece.lead.is_empty();
        let length = match piece.body {
            Body::Line(_) => 1 + rest.iter().skip(1).take_while(follows).count(),
            _ => 1,
        };
        let (run, others) = rest.split_at(length.min(rest.len()));
        if piece.blank && !first {
            out.push('\n');
        }
        write_run(out, run, level);
        first = false;
        rest = others;
    }
}

fn write_run(out: &mut String, run: &[Piece], level: usize) {
    let indent = "  ".repeat(level);
    let texts = in_columns(run);
    for (at, (piece, text)) in run.iter().zip(&texts).enumerate() {
        for line in &piece.lead {
            out.push_str(&indent);
            out.push_str(line);
            out.push('\n');
        }
        out.push_str(&indent);
        out.push_str(text);
        if let Some(remark) = piece.remark {
            let width = remark_column(run, &texts, at);
            out.push_str(&" ".repeat(width.saturating_sub(last_line_width(text)) + 2));
            out.push_str(remark);
        }
        out.push('\n');
    }
}

fn last_line_width(text: &str) -> usize {
    columns(text.rsplit('\n').next().unwrap_or(text))
}

/// The widest of the lines around `at` that all carry a remark.
fn remark_column(run: &[Piece], texts: &[String], at: usize) -> usize {
    let carries = |piece: &Piece| piece.remark.is_some();
    let start =
        (0..at).rev().find(|before| !run.get(*before).is_some_and(carries)).map_or(0, |before| before + 1);
    let lines = run.iter().zip(texts).skip(start).take_while(|(piece, _)| carries(piece));
    lines.map(|(_, text)| last_line_width(text)).max().unwrap_or(0)
}

/// The text of each piece of a run, with the columns that were begun in it.
fn in_columns(run: &[Piece]) -> Vec<String> {
    let lines = || {
        run.iter().filter_map(|piece| match &piece.body {
            Body::Line(line) => Some(line),
            _ => None,
        })
    };
    let begun = |column: fn(&Line) -> Column| lines().any(|line| column(line) == Column::Begun);
    let with_head = || lines().filter(|line| !line.head.is_empty());
    let head_at = match begun(|line| line.head_column) {
        true => with_head().map(|line| columns(&line.word)).max().unwrap_or(0),
        false => 0,
    };
    let before_brace = |line: &Line| {
        let mut text = line.word.clone();
        if !line.head.is_empty() {
            text.push_str(&" ".repeat(head_at.saturating_sub(columns(&line.word)) + 1));
            text.push_str(&line.head);
        }
        text
    };
    let brace_at = match begun(|line| line.brace_column) {
        true => lines()
            .filter(|line| !line.brace.is_empty())
            .map(|line| columns(&before_brace(line)))
            .max()
            .unwrap_or(0),
        false => 0,
    };
    run.iter()
        .map(|piece| match &piece.body {
            Body::Comment(text) => (*text).to_owned(),
            Body::Tall(text) => text.clone(),
            Body::Line(line) => {
                let mut text = before_brace(line);
                if !line.brace.is_empty() {
                    text.push_str(&" ".repeat(brace_at.saturating_sub(columns(&text)) + 1));
                    text.push_str(&line.brace);
                }
                text.push_str(&line.tail);
                text
            }
        })
        .collect()
}
