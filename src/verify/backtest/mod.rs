//! What a policy would have said of deployments that were made: which it would have stopped, by what, and whether an incident
//! followed.

mod ask;
mod csv;
mod incidents;
mod json;
mod read;

use crate::calendar::Instant;
use crate::decide::Verdict;
use std::fmt;

pub use ask::{Asked, Backtest, Followed, Judged, Passage, backtest, known};
pub use incidents::read as read_incidents;
pub use read::read as read_history;

/// A deployment as a history tells it. What it does not say is none, or empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// Its id, or where it stands.
    pub id: String,
    /// When it began.
    pub at: Instant,
    /// The environment, by the history's own name.
    pub environment: Option<String>,
    /// Regions.
    pub regions: Vec<String>,
    /// Components.
    pub components: Vec<String>,
    /// The service.
    pub service: Option<String>,
    /// The tier.
    pub tier: Option<String>,
    /// The commit.
    pub commit: Option<String>,
    /// Paths it changed.
    pub paths: Vec<String>,
    /// Who started it.
    pub author: Option<String>,
    /// Who approved it.
    pub approved_by: Vec<String>,
    /// Whether the history calls it an emergency.
    pub emergency: bool,
    /// Where it stands: `line 3`, `/0`.
    pub place: String,
}

impl Deployment {
    /// A deployment of which nothing is known but when it began, and where that is written.
    fn begun(at: Instant, place: &str) -> Self {
        Self {
            id: place.to_owned(),
            at,
            environment: None,
            regions: Vec::new(),
            components: Vec::new(),
            service: None,
            tier: None,
            commit: None,
            paths: Vec::new(),
            author: None,
            approved_by: Vec::new(),
            emergency: false,
            place: place.to_owned(),
        }
    }
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incident {
    /// Its id, or where it stands.
    pub id: String,
    /// When it began.
    pub start: Instant,
    /// When it was over, where that is known.
    pub end: Option<Instant>,
    /// The component, where it is known.
    pub component: Option<String>,
    /// The region, where it is known.
    pub region: Option<String>,
}

/// Why a history cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryError {
    /// `line 3`, or an RFC 6901 pointer; empty where the whole is wrong.
    pub place: String,
    /// What is wrong.
    pub message: String,
    /// How to mend it.
    pub help: String,
}

impl HistoryError {
    fn new(place: impl Into<String>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into(), help: help.into() }
    }
}

impl fmt::Display for HistoryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place.as_str() {
            "" => formatter.write_str(&self.message),
            place => write!(formatter, "{place}: {}", self.message),
        }
    }
}

impl std::error::Error for HistoryError {}

/// An instant as RFC 3339 writes it; what is less than a second is dropped, for GitLab writes it.
fn instant(text: &str) -> Option<Instant> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let zone = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if rest.is_empty() || zone.len() == rest.len() {
        return Instant::parse(text);
    }
    Instant::parse(&format!("{whole}{zone}"))
}

/// `true`, `yes` or `1`; `false`, `no`, `0` or nothing.
fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" | "" => Some(false),
        _ => None,
    }
}

/// Whether a verdict stops for good: with evidence that no history holds, a pending one may become an allow.
fn stops(verdict: Verdict) -> bool {
    verdict == Verdict::Block
}
