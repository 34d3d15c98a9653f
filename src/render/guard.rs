//! Keeps foreign text from steering a terminal or a page: controls and direction marks are shown, not sent, and markup is text.

use crate::source::{FileId, Sources};
use codespan_reporting::files;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// The text with every control and every invisible direction mark replaced by a visible sign of the same
/// length in bytes, so that offsets stay right. Newlines, tabs and the `\r` of a line end stay.
pub fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        let line_end = character == '\r' && matches!(rest.peek(), Some('\n') | None);
        match character.len_utf8() {
            _ if line_end || !is_hidden(character) => shown.push(character),
            1 => shown.push('?'),
            2 => shown.push('\u{bf}'),
            _ => shown.push('\u{fffd}'),
        }
    }
    Cow::Owned(shown)
}

/// Text as HTML text or an attribute's value.
pub(super) fn html_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in visible(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

fn is_hidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{ad}' | '\u{61c}' | '\u{feff}' => true,
        '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' => true,
        other => other.is_control(),
    }
}

/// Sources as they may be shown.
pub(super) struct Shown<'a> {
    sources: &'a Sources,
    changed: BTreeMap<FileId, String>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        let changed = sources
            .iter()
            .filter_map(|(id, file)| match visible(file.text()) {
                Cow::Owned(text) => Some((id, text)),
                Cow::Borrowed(_) => None,
            })
            .collect();
        Self { sources, changed }
    }
}

impl<'a> files::Files<'a> for Shown<'_> {
    type FileId = FileId;
    type Name = Cow<'a, str>;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<Self::Name, files::Error> {
        self.sources.get(id).map(|file| visible(file.name())).ok_or(files::Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, files::Error> {
        match self.changed.get(&id) {
            Some(text) => Ok(text),
            None => files::Files::source(self.sources, id),
        }
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, files::Error> {
        files::Files::line_index(self.sources, id, byte_index)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, files::Error> {
        files::Files::line_range(self.sources, id, line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_become_signs_of_the_same_length() {
        for (text, shown) in [
            ("plain é\tx\r\n", "plain é\tx\r\n"),
            ("a\u{1b}[31mb", "a?[31mb"),
            ("a\u{9b}b", "a\u{bf}b"),
            ("a\u{202e}b", "a\u{fffd}b"),
            ("a\rb", "a?b"),
        ] {
            assert_eq!(visible(text), shown);
            assert_eq!(visible(text).len(), text.len());
        }
    }
}
