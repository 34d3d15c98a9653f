//! A page of Markdown as data: what is written by hand and what a policy says are told apart by type, so that no text of a
//! policy can become markup.

use crate::emit::escape;
use std::collections::BTreeMap;

/// Words within a line. A literal of this program is taken as it is; everything else is escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Inline {
    markdown: String,
    plain: String,
}

impl From<&'static str> for Inline {
    fn from(literal: &'static str) -> Self {
        Self { markdown: literal.to_owned(), plain: literal.to_owned() }
    }
}

impl Inline {
    /// Prose of the policy.
    pub(super) fn said(text: &str) -> Self {
        Self { markdown: escape::markdown(text), plain: text.to_owned() }
    }

    /// A name, a condition or a command, as it is written.
    pub(super) fn code(text: &str) -> Self {
        Self { markdown: escape::markdown_code(text), plain: text.to_owned() }
    }

    /// A number, a share or a span of time.
    pub(super) fn number(value: impl ToString) -> Self {
        Self::said(&value.to_string())
    }

    /// Set off from the rest.
    pub(super) fn strong(self) -> Self {
        Self { markdown: format!("**{}**", self.markdown), plain: self.plain }
    }

    /// Another page, by the name of its file.
    pub(super) fn link(words: &'static str, file: &'static str) -> Self {
        Self { markdown: format!("[{words}]({file})"), plain: words.to_owned() }
    }

    /// One behind the other.
    pub(super) fn of(parts: impl IntoIterator<Item = Self>) -> Self {
        parts.into_iter().fold(Self::default(), |mut all, part| {
            all.markdown.push_str(&part.markdown);
            all.plain.push_str(&part.plain);
            all
        })
    }

    /// With the same words between any two.
    pub(super) fn join(parts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut all: Vec<Self> = Vec::new();
        for part in parts {
            if !all.is_empty() {
                all.push(between.into());
            }
            all.push(part);
        }
        Self::of(all)
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.markdown.is_empty()
    }
}

/// Words one behind the other: literals as they are, and inlines.
macro_rules! line {
    ($($part:expr),* $(,)?) => {
        $crate::emit::runbook::page::Inline::of([$($crate::emit::runbook::page::Inline::from($part)),*])
    };
}
pub(super) use line;

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// A heading: 2 below the title, 3 below that.
    Heading(usize, Inline),
    /// A paragraph.
    Line(Inline),
    /// Commands to paste.
    Shell(String),
    /// A text to paste.
    Words(String),
    /// Items one below the other.
    List(Mark, Vec<Item>),
}

/// What stands before each item of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Steps, in order
    Number,
    /// Items without order
    Bullet,
    /// Boxes to tick
    Tick,
}

/// An item of a list: a line, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    line: Inline,
    parts: Vec<Part>,
}

impl Item {
    /// An item of one line.
    pub(super) fn new(line: Inline) -> Self {
        Self { line, parts: Vec::new() }
    }

    /// With this below its line; an empty list is nothing.
    pub(super) fn with(mut self, part: Part) -> Self {
        if !is_nothing(&part) {
            self.parts.push(part);
        }
        self
    }

    /// With commands to paste, where there are any.
    pub(super) fn shell(self, commands: Option<&str>) -> Self {
        match commands {
            Some(commands) => self.with(Part::Shell(commands.to_owned())),
            None => self,
        }
    }
}

fn is_nothing(part: &Part) -> bool {
    match part {
        Part::List(_, items) => items.is_empty(),
        Part::Line(line) => line.is_empty(),
        Part::Heading(..) | Part::Shell(_) | Part::Words(_) => false,
    }
}

/// A page that grows from its head to its end.
#[derive(Debug, Default)]
pub(super) struct Page {
    parts: Vec<Part>,
}

impl Page {
    /// Adds a part; an empty list is nothing.
    pub(super) fn add(&mut self, part: Part) {
        if !is_nothing(&part) {
            self.parts.push(part);
        }
    }

    /// Whether nothing was added.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Adds a heading.
    pub(super) fn heading(&mut self, depth: usize, title: Inline) {
        self.add(Part::Heading(depth, title));
    }

    /// Adds a paragraph.
    pub(super) fn line(&mut self, line: Inline) {
        self.add(Part::Line(line));
    }

    /// Adds a list.
    pub(super) fn list(&mut self, mark: Mark, items: Vec<Item>) {
        self.add(Part::List(mark, items));
    }

    /// The page: its title, a remark that no reader shows, what it is for, its contents, its parts.
    pub(super) fn finish(self, title: &'static str, remark: [String; 2], about: Inline) -> String {
        let headings = self.parts.iter().filter_map(|part| match part {
            Part::Heading(depth, title) => Some((*depth, title)),
            _ => None,
        });
        let mut seen = BTreeMap::new();
        slug(title, &mut seen);
        slug("Contents", &mut seen);
        let entries = headings.map(|(depth, heading)| {
            let indent = " ".repeat(depth.saturating_sub(2) * 2);
            format!("{indent}- [{}](#{})\n", heading.markdown, slug(&heading.plain, &mut seen))
        });
        let contents: String = entries.collect();
        let [from, how] = remark;
        let mut text =
            format!("# {title}\n\n<!-- {from}\n{how} -->\n\n{}\n\n## Contents\n\n{contents}", about.markdown);
        write(&mut text, &self.parts, 0);
        text
    }
}

/// The name by which GitHub and its like link a heading, the second of a name and further ones numbered.
fn slug(title: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let kept = title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    let slug: String =
        kept.flat_map(char::to_lowercase).map(|letter| if letter == ' ' { '-' } else { letter }).collect();
    let count = seen.entry(slug.clone()).or_default();
    *count += 1;
    match *count {
        1 => slug,
        several => format!("{slug}-{}", several - 1),
    }
}

fn write(text: &mut String, parts: &[Part], depth: usize) {
    let indent = " ".repeat(depth);
    for part in parts {
        text.push('\n');
        match part {
            Part::Heading(level, title) => {
                text.push_str(&format!("{} {}\n", "#".repeat(*level), title.markdown));
            }
            Part::Line(line) => text.push_str(&format!("{indent}{}\n", line.markdown.trim_end())),
            Part::Shell(commands) => text.push_str(&escape::markdown_block("sh", commands, depth)),
            Part::Words(words) => text.push_str(&escape::markdown_block("text", words, depth)),
            Part::List(mark, items) => list(text, *mark, items, depth),
        }
    }
}

fn list(text: &mut String, mark: Mark, items: &[Item], depth: usize) {
    let indent = " ".repeat(depth);
    let is_loose = items.iter().any(|item| !item.parts.is_empty());
    for (number, item) in (1..).zip(items) {
        if is_loose && number > 1 {
            text.push('\n');
        }
        let (sign, width) = match mark {
            Mark::Number => (format!("{number}. "), format!("{number}. ").len()),
            Mark::Bullet => ("- ".to_owned(), 2),
            Mark::Tick => ("- [ ] ".to_owned(), 2),
        };
        text.push_str(&format!("{indent}{sign}{}\n", item.line.markdown.trim_end()));
        write(text, &item.parts, depth + width);
    }
}
