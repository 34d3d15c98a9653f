//! What an import says besides the policy: remarks on what it made, and the errors for which it makes none.

use std::collections::BTreeSet;
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
}

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

    /// Adds an error.
    pub(super) fn error(&mut self, at: At, message: impl Into<String>, help: impl Into<String>) {
        self.errors.push(at.error(message, help));
    }

    /// The value, or nothing and the error noted.
    pub(super) fn keep<T>(&mut self, result: Result<T, ImportError>) -> Option<T> {
        result.map_err(|error| self.errors.push(error)).ok()
    }
}
