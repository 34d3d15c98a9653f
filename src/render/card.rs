//! What an editor shows beside the text, as Markdown or as plain text. Nothing that a policy says can mark it up.

use super::WIDTH;
use super::guard::visible;
use super::wrap::{columns, pad, wrap};
use crate::emit::escape::{markdown, markdown_block, markdown_code};

/// Parts, one below the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Card {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Code(String),
    Said(String),
    Quoted(String),
    Rows(Vec<(String, String)>),
}

impl Card {
    /// With a line of a policy, or how one is written.
    #[must_use]
    pub fn code(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Code(text.into()));
        self
    }

    /// With a sentence of ours, in which backticks stand round names and no other sign has a meaning.
    #[must_use]
    pub fn said(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Said(text.into()));
        self
    }

    /// With what the author wrote: no sign of it has a meaning.
    #[must_use]
    pub fn quoted(mut self, text: impl Into<String>) -> Self {
        self.parts.push(Part::Quoted(text.into()));
        self
    }

    /// With rows of a name and what is to be said of it; none where there is none.
    #[must_use]
    pub fn rows(mut self, rows: Vec<(String, String)>) -> Self {
        if !rows.is_empty() {
            self.parts.push(Part::Rows(rows));
        }
        self
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Code(text) => markdown_block("ops", &visible(text), 0).trim_end().to_owned(),
            Part::Said(text) => said(text),
            Part::Quoted(text) => {
                paragraphs(text).iter().map(|text| markdown(text)).collect::<Vec<_>>().join("\n\n")
            }
            Part::Rows(rows) => markdown_block("text", &table(rows), 0).trim_end().to_owned(),
        });
        parts.collect::<Vec<_>>().join("\n\n")
    }

    /// As text of 100 columns.
    pub fn plain(&self) -> String {
        let parts = self.parts.iter().map(|part| match part {
            Part::Code(text) => visible(text).into_owned(),
            Part::Said(text) => wrap(text, WIDTH, 0, ""),
            Part::Quoted(text) => {
                let flowing = paragraphs(text).into_iter().map(|text| wrap(&visible(&text), WIDTH, 0, ""));
                flowing.collect::<Vec<_>>().join("\n\n")
            }
            Part::Rows(rows) => table(rows),
        });
        parts.collect::<Vec<_>>().join("\n\n")
    }
}

/// Sentences in Markdown, with what stands in backticks as code.
fn said(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, (code, behind))) =
        rest.split_once('`').and_then(|(before, behind)| Some((before, behind.split_once('`')?)))
    {
        prose(&mut shown, before);
        shown.push_str(&markdown_code(code));
        rest = behind;
    }
    prose(&mut shown, rest);
    shown
}

/// Adds prose, with the blanks round it kept. Behind the first part no sign begins a line.
fn prose(shown: &mut String, text: &str) {
    let lead = if shown.is_empty() { "" } else { "x" };
    let escaped = markdown(&format!("{lead}{text}"));
    let escaped = escaped.strip_prefix(lead).unwrap_or(&escaped);
    let blank = |is_there: bool| if is_there { " " } else { "" };
    shown.push_str(blank(text.starts_with(' ') && !escaped.starts_with(' ')));
    shown.push_str(escaped);
    shown.push_str(blank(text.ends_with(' ') && !text.trim().is_empty() && !escaped.ends_with(' ')));
}

/// Lines that stand together, on one line each.
fn paragraphs(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in text.lines().map(str::trim) {
        match found.last_mut().filter(|_| is_open && !line.is_empty()) {
            Some(last) => {
                last.push(' ');
                last.push_str(line);
            }
            None if line.is_empty() => {}
            None => found.push(line.to_owned()),
        }
        is_open = !line.is_empty();
    }
    found
}

/// Rows aligned, the second column wrapped.
fn table(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(name, _)| columns(name)).max().unwrap_or(0).min(WIDTH / 3) + 2;
    let indent = " ".repeat(width);
    let line = |(name, text): &(String, String)| {
        let line = format!("{}{}", pad(&visible(name), width), wrap(&visible(text), WIDTH, width, &indent));
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_marks_nothing_up() {
        let card = Card::default()
            .code("window x : hard ``` y")
            .said("the kind `hard` *is* said")
            .quoted("# [x](http://y)\n<b>\n\nnext `code`")
            .rows(vec![("eu".to_owned(), "```now".to_owned())]);
        assert_eq!(
            card.markdown(),
            "````ops\nwindow x : hard ``` y\n````\n\nthe kind `hard` \\*is\\* said\n\n\\# \\[x\\](http\\://y) \\<b\\>\n\nnext \\`code\\`\n\n````text\neu  ```now\n````"
        );
        assert_eq!(
            card.plain(),
            "window x : hard ``` y\n\nthe kind `hard` *is* said\n\n# [x](http://y) <b>\n\nnext `code`\n\neu  ```now"
        );
    }

    #[test]
    fn rows_are_aligned_and_keep_to_the_width() {
        let long = "word ".repeat(30);
        let shown =
            Card::default().rows(vec![("a".to_owned(), long), ("longer".to_owned(), "x".to_owned())]).plain();
        assert!(shown.lines().all(|line| line.len() <= WIDTH), "{shown}");
        assert!(shown.ends_with("longer  x"), "{shown}");
    }
}
