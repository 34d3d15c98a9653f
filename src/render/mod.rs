//! Findings to what people and machines read: the terminal, one line each, JSON, SARIF, CI annotations.
//!
//! A format is one file and one row of [`FORMATS`].

pub mod backtest;
pub mod calendar;
pub mod card;
pub mod comparison;
pub mod coverage;
pub mod decision;
pub mod diff;
mod fingerprint;
mod github;
mod gitlab;
pub mod guard;
pub mod highlight;
mod human;
mod json;
mod line_hash;
pub mod markdown;
mod paint;
mod place;
mod sarif;
pub mod schedule;
mod short;
pub mod simulation;
mod summary;
pub mod testing;
pub mod wrap;

pub use paint::{Paint, Style};
pub use summary::{Summary, count};

use crate::diag::{Code, Diagnostic};
use crate::source::Sources;

/// Columns that a report keeps to.
pub const WIDTH: usize = 100;

/// What a report is made of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The files that spans speak of.
    pub sources: &'a Sources,
    /// The findings, in the order they are shown.
    pub found: &'a [Diagnostic],
    /// Every code there is, found or not: some formats list them.
    pub codes: &'a [&'static Code],
}

/// One way to write a report.
#[derive(Debug)]
pub struct Format {
    /// What `--format` takes.
    pub name: &'static str,
    /// One line, for `--help`.
    pub summary: &'static str,
    /// Writes the report. Ends in a newline unless it is empty.
    pub render: fn(&Report<'_>, Paint) -> String,
}

/// Every format; the first is the default.
pub static FORMATS: &[Format] = &[
    Format { name: "human", summary: "with the lines in question, for people", render: human::render },
    Format {
        name: "short",
        summary: "`file:line:column: level[code]: message`, one line each",
        render: short::render,
    },
    Format { name: "json", summary: "one object, by docs/schema/check.schema.json", render: json::render },
    Format { name: "sarif", summary: "SARIF 2.1.0, for code scanning", render: sarif::render },
    Format { name: "github", summary: "annotations of a GitHub workflow run", render: github::render },
    Format {
        name: "gitlab",
        summary: "GitLab's code quality report, for merge requests",
        render: gitlab::render,
    },
];

/// The format of this name.
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The report as people read it in a terminal: the first row of [`FORMATS`].
pub fn human(report: &Report<'_>, paint: Paint) -> String {
    human::render(report, paint)
}
