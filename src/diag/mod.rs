//! Findings as plain data. A [`Code`] is declared once, beside the facts its wording names; its page is its manual and its test.

mod apply;

pub use apply::{Applied, apply};

use crate::source::Span;
use std::collections::BTreeSet;
use std::fmt;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For information; never fails a check.
    Note,
    /// Probably a mistake; fails a check under `--strict`.
    Warning,
    /// The policy has no meaning, or a wrong one, until it is mended.
    Error,
}

impl Level {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// One kind of finding. Make it with [`code!`](crate::code), which takes its page along: no page, no build.
#[derive(Debug)]
pub struct Code {
    /// Stable kebab-case name: what `@allow` and `opsc explain` take.
    pub name: &'static str,
    /// One line, lower case, no full stop.
    pub summary: &'static str,
    /// The level it has unless the policy says otherwise.
    pub level: Level,
    /// Whether it speaks without being asked, or only under `--strict`.
    pub habit: Habit,
    /// The Markdown of `docs/rules/<name>.md`.
    pub page: &'static str,
}

/// When a code speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Habit {
    /// In every check.
    Always,
    /// Only under `--strict`.
    Strict,
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Code {}

/// Declares a [`Code`] as a `static`, with `docs/rules/<name>.md` as its page.
///
/// `code!(pub UNKNOWN_NAME, Error, "unknown-name", "a name that nothing declares");` A fifth word `Strict`
/// makes it speak only under `--strict`.
#[macro_export]
macro_rules! code {
    ($visibility:vis $constant:ident, $level:ident, $name:literal, $summary:literal) => {
        $crate::code!($visibility $constant, $level, $name, $summary, Always);
    };
    ($visibility:vis $constant:ident, $level:ident, $name:literal, $summary:literal, $habit:ident) => {
        #[doc = $summary]
        $visibility static $constant: $crate::diag::Code = $crate::diag::Code {
            name: $name,
            summary: $summary,
            level: $crate::diag::Level::$level,
            habit: $crate::diag::Habit::$habit,
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules/", $name, ".md")),
        };
    };
}

/// A span with what to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is the matter there; may be empty for the place the message speaks of.
    pub text: String,
}

/// One replacement of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The bytes that go.
    pub span: Span,
    /// The text that comes.
    pub text: String,
}

/// A mend that `opsc check --fix` and editors can carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "write `5m`".
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// One finding: what is wrong, every place involved, and how to mend it.
#[derive(Debug, Clone)]
pub struct Diagnostic {
    /// What kind of finding it is.
    pub code: &'static Code,
    /// The level here; a policy may lower or raise a code's own.
    pub level: Level,
    /// What is wrong: lower case, no full stop, backticks round user text.
    pub message: String,
    /// The place the message speaks of.
    pub primary: Label,
    /// Every other place involved.
    pub secondary: Vec<Label>,
    /// What else the reader needs to know.
    pub notes: Vec<String>,
    /// How to mend it.
    pub help: Vec<String>,
    /// Mends that a tool can carry out, the best first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// A finding of this kind at `span`.
    pub fn new(code: &'static Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            level: code.level,
            message: brief(message.into()),
            primary: Label { span, text: String::new() },
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Says what is the matter at the primary span.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Adds another place involved.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Adds a fact the reader needs.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Says how to mend it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a mend of one replacement; its title is also shown as help.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![Edit { span, text: text.into() }] });
        self
    }
}

/// The most bytes of one word that a message quotes.
const LONGEST_WORD: usize = 200;

/// The message with the middle left out of words that would fill a screen.
fn brief(message: String) -> String {
    if message.len() <= LONGEST_WORD || message.split(' ').all(|word| word.len() <= LONGEST_WORD) {
        return message;
    }
    let words = message.split(' ').map(|word| {
        if word.len() <= LONGEST_WORD {
            return word.to_owned();
        }
        let head = word.get(..word.floor_char_boundary(60)).unwrap_or("");
        let tail = word.get(word.ceil_char_boundary(word.len() - 20)..).unwrap_or("");
        format!("{head}...{tail}")
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Collects findings, keeps their order of discovery and drops exact repeats.
#[derive(Debug, Default)]
pub struct Sink {
    found: Vec<Diagnostic>,
    seen: BTreeSet<(Span, &'static str, String)>,
}

impl Sink {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a finding, unless the same code already spoke with the same words at the same place.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        let key = (diagnostic.primary.span, diagnostic.code.name, diagnostic.message.clone());
        if self.seen.insert(key) {
            self.found.push(diagnostic);
        }
    }

    /// Whether an error was found: the policy has no meaning then.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.level == Level::Error)
    }

    /// What was found so far.
    pub fn found(&self) -> &[Diagnostic] {
        &self.found
    }

    /// Everything found, by file, then place, then code: the same input gives the same order.
    pub fn into_sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| {
            (a.primary.span, a.code.name, &a.message).cmp(&(b.primary.span, b.code.name, &b.message))
        });
        self.found
    }
}

impl Extend<Diagnostic> for Sink {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        for diagnostic in diagnostics {
            self.push(diagnostic);
        }
    }
}
