//! What may be written at a place: words of the schema with what belongs to them, names that are declared, and values.

mod condition;
mod snippet;
#[cfg(test)]
mod tests;
mod uses;
mod value;
mod word;

use super::Analysis;
use super::statement::{Spot, Writing};
use crate::diag::Level;
use crate::render::card::Card;
use crate::rules;
use crate::source::{FileId, Span};
use std::collections::BTreeSet;

/// Something that may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub sort: Sort,
    /// A few words beside it.
    pub detail: String,
    /// What is to be known of it.
    pub card: Option<Card>,
    /// What is written.
    pub text: String,
    /// The same with places to fill in: `${1:15m}`, and `$0` where one goes on; nothing where there is none to fill in.
    pub snippet: Option<String>,
    /// What it replaces.
    pub replaced: Span,
}

/// What may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sort {
    /// The word of a declaration.
    Declaration,
    /// The word of a statement.
    Field,
    /// A word of a phrase.
    Word,
    /// A name that is declared.
    Name,
    /// A function over a metric.
    Function,
    /// A value, or one of a few words that stand for one.
    Value,
    /// A number with its unit.
    Unit,
    /// A module of the library.
    Module,
    /// A file.
    File,
    /// The code of a finding.
    Code,
}

/// Everything that may be written at a place, the likeliest first.
pub fn completions(analysis: &Analysis, file: FileId, offset: u32) -> Vec<Completion> {
    let Some(writing) = Writing::at(analysis, file, offset) else { return Vec::new() };
    let mut found =
        Found { writing: &writing, replaced: writing.typed, labels: BTreeSet::new(), all: Vec::new() };
    match &writing.spot {
        Spot::Comment | Spot::Nowhere | Spot::Attribute(1..) => {}
        Spot::Attribute(0) => found.codes(),
        Spot::Keyword => found.keywords(),
        Spot::Use(written) => found.uses(written, offset),
        Spot::Phrase(phrase) => found.phrase(phrase),
        Spot::Quoted(spot) => {
            if let Spot::Phrase(phrase) = spot.as_ref() {
                found.quoted(phrase);
            }
        }
    }
    found.all
}

/// What was found so far.
struct Found<'w, 'a> {
    writing: &'w Writing<'a>,
    replaced: Span,
    labels: BTreeSet<String>,
    all: Vec<Completion>,
}

impl<'a> Found<'_, 'a> {
    fn analysis(&self) -> &'a Analysis {
        self.writing.analysis
    }

    /// What has been typed of it.
    fn typed(&self) -> &'a str {
        self.analysis().sources.text_of(self.writing.typed)
    }

    /// Adds what is written as it is called; once.
    fn push(&mut self, sort: Sort, label: impl Into<String>, detail: impl Into<String>) {
        let label = label.into();
        self.add(Completion {
            text: label.clone(),
            label,
            sort,
            detail: detail.into(),
            card: None,
            snippet: None,
            replaced: self.replaced,
        });
    }

    fn add(&mut self, completion: Completion) {
        if self.labels.insert(completion.label.clone()) {
            self.all.push(completion);
        }
    }

    /// Every code that `@allow` may name: errors cannot be accepted.
    fn codes(&mut self) {
        for code in rules::codes().iter().filter(|code| code.level != Level::Error) {
            self.push(Sort::Code, code.name, code.summary);
        }
    }
}
