//! Which bracket closes which, and what to say of one that has no partner.

use super::super::codes;
use super::{MAX_DEPTH, Open, Scanner, Shape};
use crate::source::Span;

impl Scanner<'_> {
    pub(super) fn opens(&mut self, byte: u8) {
        let line = self.bytes.get(self.line_start..self.at).unwrap_or_default();
        let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        self.open.push(Open { byte, at: self.at, soft: self.soft.len(), indent });
        if self.open.len() > MAX_DEPTH && self.shape != Shape::TooDeep {
            self.shape = Shape::TooDeep;
            self.report(codes::too_deep(self.span(self.at, self.at + 1)));
        }
        self.at += 1;
    }

    pub(super) fn closes(&mut self, byte: u8, fresh: bool) {
        let opener = match byte {
            b'}' => b'{',
            b']' => b'[',
            _ => b'(',
        };
        let here = self.at;
        self.at += 1;
        // A parenthesis never closes across a brace, a brace closes whatever was left open in it.
        let reach =
            self.open.iter().rposition(|open| open.byte == opener || (byte != b'}' && open.byte == b'{'));
        let Some(depth) = reach.filter(|depth| self.open.get(*depth).is_some_and(|open| open.byte == opener))
        else {
            self.blank(here..here + 1);
            // The first one of an item speaks for all: they have one cause.
            if self.shape == Shape::Sound {
                self.shape = if byte == b'}' { Shape::Torn } else { Shape::Frayed };
                self.report(codes::stray_brace(self.span(here, here + 1), char::from(byte), self.closed));
            }
            return;
        };
        let unclosed = self.open.split_off(depth + 1);
        self.unclosed(unclosed, None);
        if let Some(open) = self.open.pop() {
            self.closed = Some(self.span(open.at, open.at + 1)).filter(|_| byte == b'}');
            if byte == b'}' && fresh && self.suspect.is_none() && here - self.line_start < open.indent {
                self.suspect = Some(open.at);
            }
        }
    }

    pub(super) fn unclosed(&mut self, unclosed: Vec<Open>, end: Option<Span>) {
        // Only the outermost speaks: one forgotten bracket is one finding.
        let Some(first) = unclosed.first() else { return };
        let byte = char::from(first.byte);
        if first.byte != b'{' {
            for at in self.soft.split_off(first.soft.min(self.soft.len())) {
                if let Some(out) = self.out.get_mut(at) {
                    *out = b'\n';
                }
            }
        }
        let place = self.suspect.filter(|_| first.byte == b'{').unwrap_or(first.at);
        let end = end.filter(|_| first.byte == b'{' && unclosed.len() == 1);
        self.report(codes::unclosed_brace(self.span(place, place + 1), byte, end));
    }
}
