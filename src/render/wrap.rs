//! Lines that keep to a width, by what a terminal shows of each character.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Columns that a text takes in a terminal.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// The text on lines of at most `width` columns, broken at spaces; the first line is taken to begin behind
/// `taken` columns, and every further line begins with `indent`. Line breaks of the text stay, and what
/// stands in backticks is not broken where it fits on a line of its own. A longer word stays whole.
pub fn wrap(text: &str, width: usize, taken: usize, indent: &str) -> String {
    let mut wrapped = String::with_capacity(text.len());
    let mut column = taken;
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            next_line(&mut wrapped, indent);
            column = columns(indent);
        }
        let leading = line.len() - line.trim_start_matches(' ').len();
        let (lead, rest) = line.split_at(leading);
        wrapped.push_str(lead);
        column += leading;
        let room = width.saturating_sub(columns(indent) + leading);
        for (word_number, word) in words(rest, room).into_iter().enumerate() {
            let size = columns(word);
            if word_number > 0 {
                if column + 1 + size > width {
                    next_line(&mut wrapped, indent);
                    wrapped.push_str(lead);
                    column = columns(indent) + leading;
                } else {
                    wrapped.push(' ');
                    column += 1;
                }
            }
            wrapped.push_str(word);
            column += size;
        }
    }
    wrapped
}

/// The text cut to `width` columns; what was cut shows as `...`.
pub fn cut(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let room = width.saturating_sub(3);
    let mut taken = 0;
    let kept: String = text
        .chars()
        .take_while(|character| {
            taken += character.width().unwrap_or(0);
            taken <= room
        })
        .collect();
    format!("{}...", kept.trim_end())
}

/// The text with spaces behind it up to `width` columns.
pub fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

fn next_line(wrapped: &mut String, indent: &str) {
    wrapped.push('\n');
    wrapped.push_str(indent);
}

fn words(line: &str, room: usize) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let space = rest.find(' ').unwrap_or(rest.len());
        let quoted =
            quoted_end(rest, space).filter(|end| rest.get(..*end).is_some_and(|w| columns(w) <= room));
        let (word, behind) = rest.split_at(quoted.unwrap_or(space));
        words.push(word);
        rest = behind.strip_prefix(' ').unwrap_or(behind);
    }
    words
}

/// Where the word that opens a backtick before `space` ends, with its closing backtick.
fn quoted_end(text: &str, space: usize) -> Option<usize> {
    let mut end = space;
    loop {
        if text.get(..end)?.matches('`').count() % 2 == 0 {
            return Some(end);
        }
        let closing = end + text.get(end..)?.find('`')? + 1;
        end = closing + text.get(closing..)?.find(' ').unwrap_or(text.len() - closing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_to_the_width() {
        assert_eq!(wrap("one two three four", 9, 0, "  "), "one two\n  three\n  four");
        assert_eq!(wrap("one two", 9, 6, "- "), "one\n- two");
        assert_eq!(wrap("a `b c d` e", 7, 0, ""), "a\n`b c d`\ne");
        assert_eq!(wrap("first\nsecond", 80, 0, "  "), "first\n  second");
        assert_eq!(wrap("averyverylongword x", 5, 0, ""), "averyverylongword\nx");
        assert_eq!(wrap("a `unclosed b", 80, 0, ""), "a `unclosed b");
        assert_eq!(wrap("", 80, 0, ""), "");
    }

    #[test]
    fn cutting_counts_columns() {
        assert_eq!(cut("東京東京", 7), "東京...");
        assert_eq!(cut("abc", 3), "abc");
    }
}
