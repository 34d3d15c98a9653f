//! Places as editors count them, line and character, and as we do, in bytes: the one file that knows both.

use gen_lsp_types::{Position, PositionEncodingKind, Range};
use std::sync::Arc;

/// What a character of a [`Position`] counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// Code units of UTF-16: what every client can do.
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The one that is cheapest for us among those that a client can do.
    pub fn agreed(offered: &[PositionEncodingKind]) -> Self {
        let known = [(PositionEncodingKind::UTF8, Self::Utf8), (PositionEncodingKind::UTF32, Self::Utf32)];
        known
            .into_iter()
            .find(|(kind, _)| offered.contains(kind))
            .map_or(Self::Utf16, |(_, encoding)| encoding)
    }

    /// Its name in the protocol.
    pub fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    /// How much a character counts.
    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text with the places where its lines begin. A line ends at `\n`, `\r\n` or `\r`, as the protocol has it.
#[derive(Debug, Clone)]
pub struct Lines {
    text: Arc<str>,
    starts: Vec<u32>,
}

impl Lines {
    /// The lines of a text.
    pub fn new(text: Arc<str>) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes
            .iter()
            .enumerate()
            .filter(|(at, byte)| **byte == b'\n' || (**byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')));
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| count(at + 1))).collect();
        Self { text, starts }
    }

    /// The text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The byte offset of a place. One behind the end of its line is that end; one inside a character is before it.
    pub fn offset(&self, position: Position, encoding: Encoding) -> u32 {
        let Some(start) = self.starts.get(position.line as usize).copied() else {
            return count(self.text.len());
        };
        let line = self.line(position.line as usize);
        let wanted = position.character as usize;
        if encoding == Encoding::Utf8 || line.is_ascii() {
            return start + count(line.floor_char_boundary(wanted));
        }
        let mut counted = 0;
        for (at, character) in line.char_indices() {
            counted += encoding.width(character);
            if counted > wanted {
                return start + count(at);
            }
        }
        start + count(line.len())
    }

    /// The place of a byte offset. One behind the end is the end; one inside a character is before it.
    pub fn position(&self, offset: u32, encoding: Encoding) -> Position {
        let offset = count(self.text.floor_char_boundary(offset as usize));
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = self.text.get(start as usize..offset as usize).unwrap_or("");
        let character = match encoding {
            Encoding::Utf8 => before.len(),
            _ if before.is_ascii() => before.len(),
            _ => before.chars().map(|character| encoding.width(character)).sum(),
        };
        Position { line: count(line), character: count(character) }
    }

    /// The places of two byte offsets.
    pub fn range(&self, start: u32, end: u32, encoding: Encoding) -> Range {
        Range { start: self.position(start, encoding), end: self.position(end, encoding) }
    }

    /// A line without its end.
    fn line(&self, line: usize) -> &str {
        let start = self.starts.get(line).copied().unwrap_or(0) as usize;
        let end = self.starts.get(line + 1).map_or(self.text.len(), |next| *next as usize);
        let whole = self.text.get(start..end).unwrap_or("");
        let bare = whole.strip_suffix('\n').unwrap_or(whole);
        bare.strip_suffix('\r').unwrap_or(bare)
    }
}

fn count(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    /// The place of every character boundary, by walking the text from its start.
    fn walked(text: &str, encoding: Encoding) -> Vec<(u32, Position)> {
        let (mut line, mut character) = (0, 0);
        let mut found = Vec::new();
        let mut characters = text.char_indices().peekable();
        while let Some((at, one)) = characters.next() {
            found.push((count(at), Position { line, character: count(character) }));
            let ends =
                one == '\n' || (one == '\r' && characters.peek().is_none_or(|(_, next)| *next != '\n'));
            (line, character) = if ends { (line + 1, 0) } else { (line, character + encoding.width(one)) };
        }
        found.push((count(text.len()), Position { line, character: count(character) }));
        found
    }

    proptest! {
        #[test]
        fn every_place_is_where_a_walk_finds_it(text in "([ab{é]|€|😀|\r\n|\n|\r){0,40}") {
            let lines = Lines::new(text.as_str().into());
            for encoding in ALL {
                for (offset, position) in walked(&text, encoding) {
                    prop_assert_eq!(lines.position(offset, encoding), position);
                    // Between `\r` and `\n` there is no place: the line ends before both.
                    let torn = offset > 0 && text[..offset as usize].ends_with('\r') && text[offset as usize..].starts_with('\n');
                    let back = lines.offset(position, encoding);
                    prop_assert_eq!(back, if torn { offset - 1 } else { offset });
                }
            }
        }

        #[test]
        fn any_place_is_within_the_text(text in "([aé]|😀|\r|\n){0,20}", line in 0..30u32, character in 0..30u32) {
            let lines = Lines::new(text.as_str().into());
            for encoding in ALL {
                let offset = lines.offset(Position { line, character }, encoding);
                prop_assert!(text.is_char_boundary(offset as usize));
                let back = lines.position(offset, encoding);
                prop_assert!(back.line <= line && (back.line < line || back.character <= character));
            }
        }
    }

    #[test]
    fn a_place_inside_a_character_is_before_it() {
        let lines = Lines::new("a😀b\r\nc".into());
        let at = |line, character, encoding| lines.offset(Position { line, character }, encoding);
        assert_eq!(at(0, 2, Encoding::Utf16), 1);
        assert_eq!(at(0, 3, Encoding::Utf16), 5);
        assert_eq!(at(0, 2, Encoding::Utf8), 1);
        assert_eq!(at(0, 99, Encoding::Utf16), 6);
        assert_eq!(at(9, 0, Encoding::Utf16), 9);
        assert_eq!(lines.position(3, Encoding::Utf16), Position { line: 0, character: 1 });
    }
}
