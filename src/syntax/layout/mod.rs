//! What is only layout, settled before the grammar: where items begin, which newlines end nothing, where comments are.
//!
//! One pass over the bytes. The text it hands on has the same length, so that every offset holds; tabs, comments and soft
//! newlines are spaces in it. Brackets are matched here too, which bounds their depth before anything recurses.

mod brackets;
mod opaque;
mod restart;

use super::codes;
use super::tree::{Comment, DocLine};
use crate::diag::Diagnostic;
use crate::source::{FileId, Span};
use restart::Restart;
use std::ops::Range;

/// The deepest nesting of braces, brackets and parentheses.
pub const MAX_DEPTH: usize = 64;

/// A file made ready for the grammar.
#[derive(Debug, Default)]
pub struct Layout {
    /// The text with layout blanked, byte for byte as long as the original.
    pub text: String,
    /// Top-level items, in order: whole lines, each from a line that begins in column 0.
    pub items: Vec<Item>,
    /// `//!` lines at the head of the file.
    pub module_doc: Vec<DocLine>,
    /// `//` comments, in order.
    pub comments: Vec<Comment>,
    /// Findings of this pass.
    pub found: Vec<Diagnostic>,
}

/// A slice of the file that parses by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its bytes.
    pub range: Range<usize>,
    /// Whether its brackets let it be parsed.
    pub shape: Shape,
}

/// What the brackets of an item say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// They match, or the grammar can cope with the ones that are missing.
    Sound,
    /// A `)` or `]` too many; all else can be read.
    Frayed,
    /// A `}` too many: what stands behind the first node is not what its author meant.
    Torn,
    /// Nested too deeply to be read.
    TooDeep,
}

/// Where an item ends that holds an open bracket.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// Where its brackets close.
    Balanced,
    /// At the next line that begins with a word in column 0: some bracket of the file is never closed.
    Column,
}

struct Open {
    byte: u8,
    at: usize,
    /// How many soft newlines had been seen when it opened: they are hard again if it never closes.
    soft: usize,
    /// The indent of its line.
    indent: usize,
}

struct Scanner<'a> {
    file: FileId,
    source: &'a str,
    bytes: &'a [u8],
    out: Vec<u8>,
    layout: Layout,
    at: usize,
    mode: Mode,
    item: Option<usize>,
    has_body: bool,
    shape: Shape,
    open: Vec<Open>,
    soft: Vec<usize>,
    line_start: usize,
    /// Whether only blanks were seen on this line.
    fresh: bool,
    /// Hard newlines since the last thing that was not layout: soft after all if `and` or `or` comes next.
    pending: Option<usize>,
    /// The last thing that was not layout was a comma or an operator.
    expects_more: bool,
    /// An opening brace whose indent says that the brace which closed it was meant for another.
    suspect: Option<usize>,
    /// The block that was closed last.
    closed: Option<Span>,
}

/// Reads the layout of a file.
pub fn read(file: FileId, source: &str) -> Layout {
    let mut scanner = Scanner {
        file,
        source,
        bytes: source.as_bytes(),
        out: source.as_bytes().to_vec(),
        layout: Layout::default(),
        at: 0,
        mode: Mode::Balanced,
        item: None,
        has_body: false,
        shape: Shape::Sound,
        open: Vec::new(),
        soft: Vec::new(),
        line_start: 0,
        fresh: true,
        pending: None,
        expects_more: false,
        suspect: None,
        closed: None,
    };
    scanner.run();
    scanner.layout.text = String::from_utf8(scanner.out).unwrap_or_default();
    scanner.layout
}

impl Scanner<'_> {
    fn run(&mut self) {
        if self.source.starts_with('\u{FEFF}') {
            self.blank(0..3);
            self.at = 3;
            self.line_start = 3;
        }
        let mut restart = Restart::default();
        loop {
            while self.at < self.bytes.len() {
                if self.open.is_empty() && self.at == self.line_start {
                    restart.remember(self);
                }
                self.step();
            }
            if self.open.is_empty() || self.mode == Mode::Column || !restart.rewind(self) {
                break;
            }
        }
        self.end_item(self.bytes.len());
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn blank(&mut self, range: Range<usize>) {
        if let Some(bytes) = self.out.get_mut(range) {
            bytes.fill(b' ');
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.layout.found.push(diagnostic);
    }

    fn step(&mut self) {
        let byte = self.peek(0);
        match byte {
            b'\n' => self.newline(),
            b' ' => self.at += 1,
            b'\t' | b'\r' => {
                self.blank(self.at..self.at + 1);
                self.at += 1;
            }
            b'/' if self.peek(1) == b'/' => self.comment(),
            _ => self.thing(byte),
        }
    }

    /// Something that is not layout.
    fn thing(&mut self, byte: u8) {
        let is_word = byte.is_ascii_alphabetic() || byte >= 0x80 || byte == b'_';
        let joins = self.pending.is_some() && is_word && self.joins_lines();
        if let (Some(from), true) = (self.pending, joins) {
            for at in from..self.at {
                if self.out.get(at) == Some(&b'\n') {
                    self.soft.push(at);
                    self.blank(at..at + 1);
                }
            }
        } else if self.at == self.line_start && (is_word || byte == b'@') && self.may_begin_item() {
            self.line_begins_item();
        }
        if self.item.is_none() {
            self.begin_item();
        }
        self.pending = None;
        self.has_body |= self.open.is_empty() && !b"@()".contains(&byte);
        self.expects_more = false;
        let fresh = std::mem::replace(&mut self.fresh, false);
        match byte {
            b'"' => self.string(),
            b'{' | b'[' | b'(' => self.opens(byte),
            b'}' | b']' | b')' => self.closes(byte, fresh),
            _ if is_word || byte.is_ascii_digit() => self.word(),
            b'@' if fresh => {
                self.at += 1;
                self.word();
            }
            b'.' if self.peek(1) == b'.' => {
                self.expects_more = true;
                self.at += 2;
            }
            b',' | b'=' | b'<' | b'>' | b'+' | b'-' | b'*' | b'/' => {
                self.expects_more = true;
                self.at += 1;
            }
            0..0x20 | 0x7F => self.control(),
            _ => self.at += 1,
        }
    }

    /// Whether a line in column 0 can be an item of its own: not what a comma or an operator before it asked for,
    /// unless some brace of the file is never closed, which makes column 0 the only thing to go by.
    fn may_begin_item(&self) -> bool {
        !self.expects_more || self.mode == Mode::Column
    }

    /// Whether the word here is `and` or `or`, which continue the line before.
    fn joins_lines(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        ["and", "or"].iter().any(|word| {
            rest.strip_prefix(word.as_bytes()).is_some_and(|after| {
                !after.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte))
            })
        })
    }

    fn word(&mut self) {
        let start = self.at;
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | 0x80..)
            || (self.peek(0) == b'-' && self.peek(1).is_ascii_alphanumeric() && self.at > start)
        {
            if self.peek(0) >= 0x80 {
                self.beyond_ascii();
            } else {
                self.at += 1;
            }
        }
        let word = self.bytes.get(start..self.at).unwrap_or_default();
        self.expects_more = word == b"and" || word == b"or";
    }

    /// One character that is not ASCII; the ones that deceive a reader are reported wherever they stand.
    fn beyond_ascii(&mut self) {
        let character = self.source.get(self.at..).and_then(|rest| rest.chars().next()).unwrap_or('\u{FFFD}');
        let end = self.at + character.len_utf8();
        if matches!(character, '\u{80}'..='\u{9F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
        {
            self.report(codes::invisible(self.span(self.at, end), character));
        }
        self.at = end;
    }

    fn control(&mut self) {
        let span = self.span(self.at, self.at + 1);
        self.report(codes::invisible(span, char::from(self.peek(0))));
        self.blank(self.at..self.at + 1);
        self.at += 1;
    }

    fn newline(&mut self) {
        let in_brackets = self.open.last().is_some_and(|open| open.byte != b'{');
        if in_brackets || self.expects_more {
            self.soft.push(self.at);
            self.blank(self.at..self.at + 1);
        } else if self.pending.is_none() {
            self.pending = Some(self.at);
        }
        self.at += 1;
        self.line_start = self.at;
        self.fresh = true;
    }

    /// A line begins in column 0 with a word, an attribute or documentation.
    fn line_begins_item(&mut self) {
        let cut = self.open.is_empty() && self.has_body || !self.open.is_empty() && self.mode == Mode::Column;
        if cut || self.item.is_none() {
            self.end_item(self.at);
            self.begin_item();
        }
    }

    fn begin_item(&mut self) {
        self.item = Some(self.at);
        self.has_body = false;
        self.shape = Shape::Sound;
        self.soft.clear();
        self.suspect = None;
        self.closed = None;
    }

    fn end_item(&mut self, end: usize) {
        let unclosed = std::mem::take(&mut self.open);
        let visible = self.source.get(..end).map_or(end, |text| text.trim_end().len());
        self.unclosed(unclosed, Some(self.span(visible, visible)));
        if let Some(start) = self.item.take() {
            self.layout.items.push(Item { range: start..end, shape: self.shape });
        }
    }
}
