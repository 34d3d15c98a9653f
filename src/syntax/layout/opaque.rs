//! Comments and strings: where they end, and what must not stand even in them.

use super::super::codes;
use super::super::tree::{Comment, DocLine};
use super::Scanner;

impl Scanner<'_> {
    pub(super) fn comment(&mut self) {
        let start = self.at;
        let line_end = self.bytes.get(start..).and_then(|rest| rest.iter().position(|byte| *byte == b'\n'));
        let end = line_end.map_or(self.bytes.len(), |length| start + length);
        let doc = self.peek(2) == b'/' && self.peek(3) != b'/';
        let module_doc = self.peek(2) == b'!';
        let in_brackets = self.open.last().is_some_and(|open| open.byte != b'{');
        let visible_end = self.source.get(start..end).map_or(end, |text| start + text.trim_end().len());
        let span = self.span(start, visible_end);
        let text = self.source.get(start + 3..visible_end).unwrap_or("");
        if doc && self.fresh && !in_brackets && !self.expects_more {
            if start == self.line_start {
                self.line_begins_item();
            }
            if self.item.is_none() {
                self.begin_item();
            }
            self.blank(visible_end..end);
            self.pending = None;
        } else {
            if module_doc && self.item.is_none() && self.layout.items.is_empty() {
                let text = text.strip_prefix(' ').unwrap_or(text).to_owned();
                self.layout.module_doc.push(DocLine { span, text });
            } else if doc || module_doc {
                self.report(codes::misplaced_doc(span, doc));
            } else {
                self.layout.comments.push(Comment { span });
            }
            self.blank(start..end);
        }
        while self.at < end {
            match self.peek(0) {
                0x80.. => self.beyond_ascii(),
                b'\t' | b'\r' => self.at += 1,
                0..0x20 | 0x7F => self.control(),
                _ => self.at += 1,
            }
        }
    }

    pub(super) fn string(&mut self) {
        let start = self.at;
        let block = self.peek(1) == b'"' && self.peek(2) == b'"';
        self.at += if block { 3 } else { 1 };
        // Where the next declaration seems to begin, should the block never be closed.
        let mut resume = None;
        loop {
            match self.peek(0) {
                _ if self.at >= self.bytes.len() => {
                    self.at = resume.filter(|_| block).unwrap_or(self.bytes.len());
                    self.unclosed_string(start, block);
                    if block {
                        // The string has swallowed whatever would have closed these.
                        self.open.clear();
                        self.end_item(self.at);
                        self.line_start = self.at;
                        self.fresh = true;
                    }
                    return;
                }
                b'"' if !block => break self.at += 1,
                b'"' if self.peek(1) == b'"' && self.peek(2) == b'"' => break self.at += 3,
                b'\n' if !block => break self.unclosed_string(start, block),
                b'\n' => {
                    self.at += 1;
                    self.line_start = self.at;
                    if resume.is_none() && self.peek(0).is_ascii_alphabetic() {
                        resume = Some(self.at);
                    }
                }
                b'\\' if !matches!(self.peek(1), b'\n' | b'\r' | 0x80..) => self.at += 2,
                b'\t' | b'\r' => self.at += 1,
                0..0x20 | 0x7F => self.control(),
                0x80.. => self.beyond_ascii(),
                _ => self.at += 1,
            }
        }
        self.at = self.at.min(self.bytes.len());
    }

    fn unclosed_string(&mut self, start: usize, block: bool) {
        let end = self.at.min(self.bytes.len());
        let meant = if block { None } else { self.before_closing(start, end) };
        let text = self.source.get(start..meant.unwrap_or(end)).unwrap_or("").trim_end();
        let first_line = text.lines().next().unwrap_or("").trim_end();
        let quotes = if block { "\"\"\"" } else { "\"" };
        let span = self.span(start, start + first_line.len());
        let insert = self.span(start + text.len(), start + text.len());
        self.report(codes::unclosed_string(span, insert, quotes));
        if let Some(meant) = meant {
            // The quote that is missing takes the place of the last character: the string's value counts for nothing.
            let before = self.source.get(..meant).and_then(|text| text.char_indices().next_back());
            if let Some((last, _)) = before {
                self.blank(last..meant);
                if let Some(byte) = self.out.get_mut(meant - 1) {
                    *byte = b'"';
                }
            }
            self.at = meant;
        }
    }

    /// Where in the line of an unclosed string the brackets begin that close what this line has opened: those its author
    /// did not mean to be in it.
    fn before_closing(&self, start: usize, end: usize) -> Option<usize> {
        let line = self.source.get(start..end)?;
        let line = line.split_once(" //").map_or(line, |(before, _)| before).trim_end();
        let text = line.trim_end_matches(['}', ']', ')', ';', ' ']);
        let behind = line.get(text.len()..)?;
        let here = self.open.iter().filter(|open| open.at >= self.line_start).count();
        // More closing brackets than the line has opened: the first of them may well be of the string.
        let (first, _) = behind.rmatch_indices(['}', ']', ')']).take(here).last()?;
        let open = self.open.last()?;
        let closes =
            matches!((open.byte, behind.as_bytes().get(first)?), (b'{', b'}') | (b'[', b']') | (b'(', b')'));
        let meant = start + text.len() + first;
        (closes && meant > start + 1).then_some(meant)
    }
}
