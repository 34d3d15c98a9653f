//! What stops a command: its command line, what it reads, what it writes. Findings about a policy are no failure.

use super::command::Row;
use super::output::{Exit, Output};
use crate::render::{Paint, WIDTH, guard::visible};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode, ThemeCharacters,
    ThemeStyles,
};
use std::fmt;
use std::io;

/// Why a command could not do what it was asked for. Also the library's public error.
#[derive(Debug)]
pub struct Failure {
    exit: Exit,
    message: String,
    help: Option<String>,
    place: Option<(NamedSource<String>, usize, String)>,
    report: Option<String>,
}

impl Failure {
    fn new(exit: Exit, message: String) -> Self {
        Self { exit, message, help: None, place: None, report: None }
    }

    /// The command line asks for something that there is not.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message.into())
    }

    /// A file cannot be read.
    pub fn unreadable(path: &str, error: &io::Error) -> Self {
        let (reason, help) =
            reason(error, "there is no such file", "mend the path: it counts from the current folder");
        let failure = Self::new(Exit::Unreadable, format!("cannot read `{path}`: {reason}"));
        if help.is_empty() { failure } else { failure.help(help) }
    }

    /// A file cannot be written.
    pub fn unwritable(path: &str, error: &io::Error) -> Self {
        let nowhere = "its folder takes no new files";
        let (reason, help) = reason(error, nowhere, "name a file in a folder that takes files");
        let failure = Self::new(Exit::Unreadable, format!("cannot write `{path}`: {reason}"));
        if help.is_empty() { failure } else { failure.help(help) }
    }

    /// A file can be read but makes no sense.
    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(Exit::Unreadable, message.into())
    }

    /// The clock cannot be right.
    pub fn clock(message: impl Into<String>) -> Self {
        Self::new(Exit::Clock, message.into())
    }

    /// The policy has errors; `report` shows them.
    pub fn invalid_policy(message: impl Into<String>, report: String) -> Self {
        Self { report: Some(report), ..Self::new(Exit::InvalidPolicy, message.into()) }
    }

    /// Says how to go on.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same failure in other words.
    #[must_use]
    pub fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// Comes after a report of its own.
    #[must_use]
    pub fn after(mut self, report: String) -> Self {
        self.report = Some(report);
        self
    }

    /// Shows the place in a file, by the byte offset where it goes wrong.
    #[must_use]
    pub fn at(mut self, file: &str, text: &str, offset: usize, label: impl Into<String>) -> Self {
        self.place = Some((NamedSource::new(file, visible(text).into_owned()), offset, label.into()));
        self
    }

    /// The exit code it ends the process with.
    pub fn exit(&self) -> Exit {
        self.exit
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// As the command `row` says it, on standard error.
    pub(super) fn output(&self, row: &Row, paint: Paint) -> Output {
        let text = self.report.clone().unwrap_or_default() + &self.text(paint);
        Output { out: String::new(), err: (row.refusal)(&text), exit: self.exit }
    }

    fn text(&self, paint: Paint) -> String {
        let styles = match paint {
            Paint::Plain => ThemeStyles::none(),
            Paint::Colour => ThemeStyles::ansi(),
        };
        let characters = ThemeCharacters { error: "error:".to_owned(), ..ThemeCharacters::ascii() };
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme { characters, styles })
            .with_links(false)
            .with_width(WIDTH)
            .with_context_lines(0);
        let mut text = String::new();
        match handler.render_report(&mut text, self) {
            Ok(()) => outdented(&text),
            Err(_) => format!("error: {}\n", self.message),
        }
    }
}

/// The report without the margin that every line of it has.
fn outdented(text: &str) -> String {
    text.trim_start_matches('\n')
        .lines()
        .map(|line| format!("{}\n", line.strip_prefix("  ").unwrap_or(line)))
        .collect()
}

/// Why the outside refused and what to do about it, in our own words where there are any. That something is not there
/// means one thing to a reader, another to a writer.
fn reason(error: &io::Error, absent: &'static str, mend: &'static str) -> (String, &'static str) {
    let (reason, help) = match error.kind() {
        io::ErrorKind::NotFound => (absent, mend),
        io::ErrorKind::PermissionDenied => {
            ("permission is denied", "look at who may open the file and its folder, or name another")
        }
        io::ErrorKind::IsADirectory => ("it is a folder", "name a file"),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            ("a part of the path is not a folder", "mend the path")
        }
        io::ErrorKind::StorageFull => ("the disk is full", "make room, then try again"),
        io::ErrorKind::ReadOnlyFilesystem => ("the file system is read-only", "name a file elsewhere"),
        io::ErrorKind::InvalidData => ("it is not UTF-8 text", "save it as UTF-8"),
        _ => return (error.to_string(), ""),
    };
    (reason.to_owned(), help)
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&visible(&self.message))
    }
}

impl std::error::Error for Failure {}

impl miette::Diagnostic for Failure {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.place.as_ref().map(|(source, _, _)| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (_, offset, label) = self.place.as_ref()?;
        Some(Box::new(std::iter::once(LabeledSpan::at_offset(*offset, label))))
    }
}
