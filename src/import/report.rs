//! What an import says besides the policy: remarks on what it made, and the errors for which it makes none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What a remark is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RemarkKind {
    /// The source does something that its authors may not mean; the policy does the same.
    MayNotMean,
    /// The source says something that the policy does not.
    NotCarried,
    /// The policy says it in another way, or says what the source left open.
    Changed,
}

impl RemarkKind {
    /// The words in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::MayNotMean => "may not mean",
            Self::NotCarried => "not carried over",
            Self::Changed => "changed",
        }
    }
}

impl fmt::Display for RemarkKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Something to know about one line of the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The line of the source, from 1.
    pub line: u32,
    /// What it is about.
    pub kind: RemarkKind,
    /// One line: lower case, no full stop, backticks round the source's text.
    pub text: String,
    /// What follows from it and how to mend it; may be empty.
    pub detail: String,
}

/// Why a source cannot be imported, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImportError {
    /// The line of the source, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What is wrong: lower case, no full stop, backticks round the source's text.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl fmt::Display for ImportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ImportError {}

/// A place in the source: line and column, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    /// The line.
    pub(super) line: u32,
    /// The column in characters.
    pub(super) column: u32,
}

impl At {
    /// The start of the source.
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// An error at this place.
    pub(super) fn error(self, message: impl Into<String>, help: impl Into<String>) -> ImportError {
        ImportError { line: self.line, column: self.column, message: message.into(), help: help.into() }
    }
}

/// Collects remarks and errors while a source is read.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// What was remarked so far, by line.
    pub(super) remarks: BTreeSet<Remark>,
    /// What was wrong so far.
    pub(super) errors: Vec<ImportError>,
    said: BTreeSet<String>,
    gathered: BTreeMap<String, Gathered>,
}

/// What a file says of many things, told in one remark.
#[derive(Debug)]
struct Gathered {
    kind: RemarkKind,
    /// The words where there are several, with `{count}` and `{}` for the things.
    many: String,
    detail: String,
    things: BTreeSet<(u32, String)>,
}

/// So many things of one remark are named.
const MOST_NAMED: usize = 3;

impl Report {
    /// Adds a remark.
    pub(super) fn remark(
        &mut self,
        at: At,
        kind: RemarkKind,
        text: impl Into<String>,
        detail: impl Into<String>,
    ) {
        let remark = Remark { line: at.line, kind, text: text.into(), detail: detail.into() };
        self.remarks.insert(remark);
    }

    /// Adds a remark, unless one with the same words stands already: for what a file says on every line.
    pub(super) fn remark_once(
        &mut self,
        at: At,
        kind: RemarkKind,
        text: impl Into<String>,
        detail: impl Into<String>,
    ) {
        let text = text.into();
        if self.said.insert(text.clone()) {
            self.remark(at, kind, text, detail);
        }
    }

    /// Adds `thing`, the source's text in backticks, to the remark that is told as `one`, or as `many` where there are several: `{}` stands for the thing or
    /// things, `{count}` for their number.
    pub(super) fn gather(&mut self, at: At, kind: RemarkKind, thing: String, [one, many, detail]: [&str; 3]) {
        let gathered = self.gathered.entry(one.to_owned()).or_insert_with(|| Gathered {
            kind,
            many: many.to_owned(),
            detail: detail.to_owned(),
            things: BTreeSet::new(),
        });
        gathered.things.insert((at.line, thing));
    }

    /// Everything remarked, by line; what was gathered stands at the line of its first thing.
    pub(super) fn into_remarks(mut self) -> Vec<Remark> {
        for (one, Gathered { kind, many, detail, things }) in self.gathered {
            let count = things.len();
            let line = things.first().map_or(1, |(line, _)| *line);
            let text = match things.first() {
                Some((_, thing)) if count == 1 => one.replace("{}", thing),
                _ => {
                    let mut named: Vec<String> = things
                        .iter()
                        .take(MOST_NAMED)
                        .map(|(line, thing)| format!("{thing} (line {line})"))
                        .collect();
                    if count > MOST_NAMED {
                        named.push(format!("{} more", count - MOST_NAMED));
                    }
                    let last = named.pop().unwrap_or_default();
                    let named = format!("{} and {last}", named.join(", "));
                    many.replace("{count}", &count.to_string()).replace("{}", &named)
                }
            };
            self.remarks.insert(Remark { line, kind, text, detail });
        }
        self.remarks.into_iter().collect()
    }

    /// Adds an error.
    pub(super) fn error(&mut self, at: At, message: impl Into<String>, help: impl Into<String>) {
        self.errors.push(at.error(message, help));
    }

    /// The value, or nothing and the error noted.
    pub(super) fn keep<T>(&mut self, result: Result<T, ImportError>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }
}
