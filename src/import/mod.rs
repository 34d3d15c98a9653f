//! Foreign calendars become policies: complete ones that check by themselves, with a report on what the source does
//! that its authors may not mean and on what could not be carried over.
//!
//! Every format fills in one `draft`, which one place writes as text. Nothing is dropped in silence: a field that
//! no reader asked for is a remark, and what cannot be read is an error with its line.

mod alertmanager;
mod argo;
mod argo_duration;
mod cron;
mod cron_remarks;
mod day_rule;
mod days;
mod draft;
mod gate;
mod gitlab;
mod ics;
mod literal;
mod names;
mod pairs;
mod rails_zones;
mod release_calendar;
mod report;
mod week;
mod windows_zones;
mod write;
mod yaml;
mod zones;

pub use ics::duties;
pub use report::{ImportError, Remark, RemarkKind};

use crate::calendar::{Date, DateSpan};
use crate::source::Sources;
use draft::Draft;
use report::{At, Report};
use std::collections::BTreeMap;
use std::rc::Rc;
use yaml::Node;

/// A source is no longer than this, in bytes.
pub const LONGEST: usize = 8 * 1024 * 1024;

/// What can be imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// The runbook's `release_calendar.yml`: windows and releases.
    ReleaseCalendar,
    /// The runbook's `change_freeze_gate.yml`, as claims.
    FreezeGate,
    /// Argo CD's `syncWindows`.
    ArgoCd,
    /// GitLab's freeze periods.
    GitLab,
    /// Alertmanager's `time_intervals`.
    Alertmanager,
    /// iCalendar.
    ICalendar,
}

/// A row of [`FORMATS`].
struct Row {
    format: Format,
    name: &'static str,
    about: &'static str,
    reader: Reader,
}

/// How a format is told and read.
#[derive(Clone, Copy)]
enum Reader {
    /// As YAML, or JSON.
    Yaml { looks_so: fn(&Node) -> bool, read: fn(&[Rc<Node>], &mut Draft, &mut Report) },
    /// As text.
    Text { looks_so: fn(&str) -> bool, read: fn(&str, Meaning, &mut Draft, &mut Report) },
}

const FORMATS: &[Row] = &[
    Row {
        format: Format::ReleaseCalendar,
        name: "release-calendar",
        about: "a release calendar with `windows` and `releases`",
        reader: Reader::Yaml { looks_so: release_calendar::looks_so, read: release_calendar::read },
    },
    Row {
        format: Format::FreezeGate,
        name: "freeze-gate",
        about: "a change-freeze gate with `checks`, imported as claims",
        reader: Reader::Yaml { looks_so: gate::looks_so, read: gate::read },
    },
    Row {
        format: Format::ArgoCd,
        name: "argo-cd",
        about: "Argo CD projects with `syncWindows`",
        reader: Reader::Yaml { looks_so: argo::looks_so, read: argo::read },
    },
    Row {
        format: Format::GitLab,
        name: "gitlab",
        about: "GitLab freeze periods with `freeze_start` and `freeze_end`",
        reader: Reader::Yaml { looks_so: gitlab::looks_so, read: gitlab::read },
    },
    Row {
        format: Format::Alertmanager,
        name: "alertmanager",
        about: "an Alertmanager configuration with `time_intervals`",
        reader: Reader::Yaml { looks_so: alertmanager::looks_so, read: alertmanager::read },
    },
    Row {
        format: Format::ICalendar,
        name: "ics",
        about: "an iCalendar file",
        reader: Reader::Text { looks_so: ics::looks_so, read: ics::read },
    },
];

impl Format {
    /// Every format.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|row| row.format)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.name)
    }

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        FORMATS.iter().find(|row| row.name == name).map(|row| row.format)
    }

    fn row(self) -> Option<&'static Row> {
        FORMATS.iter().find(|row| row.format == self)
    }
}

/// What the events of a calendar are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Windows in which a kind of freeze holds.
    Freezes,
    /// Days that are not worked: `holidays`.
    Holidays,
}

/// How to import.
#[derive(Debug, Clone)]
pub struct Options {
    /// The format; none means by the content.
    pub format: Option<Format>,
    /// What the events of an iCalendar file are.
    pub meaning: Meaning,
    /// The freeze kind where the source names none: `hard`, `soft` or `advisory`.
    pub kind: String,
    /// The day of the import: rules that no recurrence can say are written out from its year to the end of the next.
    pub today: Date,
}

impl Options {
    /// By the content, as hard freezes, on this day.
    pub fn on(today: Date) -> Self {
        Self { format: None, meaning: Meaning::Freezes, kind: "hard".to_owned(), today }
    }
}

/// What an import made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The policy's files, by path; the one to begin with is `main.ops`.
    pub files: BTreeMap<String, String>,
    /// What to know about it, by line.
    pub report: Vec<Remark>,
}

/// Makes a policy of a foreign calendar. `name` is the source's file name, as the policy shall speak of it.
///
/// # Errors
/// Everything that could not be read, by its line; the policy is made whole or not at all.
pub fn import(name: &str, bytes: &[u8], options: &Options) -> Result<Imported, Vec<ImportError>> {
    let text = text_of(bytes).map_err(|error| vec![error])?;
    let mut report = Report::default();
    let documents = if ics::looks_so(text) && options.format.is_none_or(|format| format == Format::ICalendar)
    {
        Vec::new()
    } else {
        yaml::documents(text).map_err(|error| vec![error])?
    };
    let row = choose(text, &documents, options.format).map_err(|error| vec![error])?;
    let mut draft = Draft::new(name, horizon(options.today));
    draft.about.push(format!("Imported from {}, {}.", names::one_line(name), row.about.replace('`', "")));
    draft.kind.clone_from(&options.kind);
    draft.source = name.rsplit(['/', '\\']).next().unwrap_or(name).to_owned();
    match row.reader {
        Reader::Yaml { read, .. } => read(&documents, &mut draft, &mut report),
        Reader::Text { read, .. } => read(text, options.meaning, &mut draft, &mut report),
    }
    if !report.errors.is_empty() {
        report.errors.sort();
        return Err(report.errors);
    }
    let files = BTreeMap::from([("main.ops".to_owned(), in_style(write::policy(&draft)))]);
    Ok(Imported { files, report: report.into_remarks() })
}

/// The text as `opsc fmt` leaves it.
fn in_style(text: String) -> String {
    let mut sources = Sources::new();
    let file = sources.add("main.ops", text.as_str());
    crate::fmt::format(&sources, file).unwrap_or(text)
}

/// The year of the import and the next.
fn horizon(today: Date) -> DateSpan {
    let year = days::Day::of(today).year;
    DateSpan { first: days::first_of(year), last: days::first_of(year.saturating_add(2)) }
}

fn text_of(bytes: &[u8]) -> Result<&str, ImportError> {
    if bytes.len() > LONGEST {
        let found = bytes.len();
        return Err(At::START
            .error(format!("the file holds {found} bytes, more than {LONGEST}"), "import it in parts"));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        At { line, column: 1 }.error("the file is not UTF-8", "save it as UTF-8")
    })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

fn choose(text: &str, documents: &[Rc<Node>], wanted: Option<Format>) -> Result<&'static Row, ImportError> {
    if text.trim().is_empty() {
        return Err(At::START.error("the file holds nothing", "name a calendar with something in it"));
    }
    if let Some(row) = wanted.and_then(Format::row) {
        return Ok(row);
    }
    let known = || FORMATS.iter().map(|row| row.about).collect::<Vec<_>>().join(", ");
    let found = FORMATS.iter().find(|row| match row.reader {
        Reader::Yaml { looks_so, .. } => documents.iter().any(|document| looks_so(document)),
        Reader::Text { looks_so, .. } => looks_so(text),
    });
    let at = documents.first().map_or(At::START, |document| document.at);
    found.ok_or_else(|| {
        at.error("this is none of the formats that can be imported", format!("known are {}", known()))
    })
}

#[cfg(test)]
mod tests;
