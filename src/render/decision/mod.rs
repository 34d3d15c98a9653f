//! A decision in words: the answer first, then when and what is needed, then why, then what one can do.
//!
//! Every wording stands once, in `words` and `needs`; the two layouts are a terminal's and a pull request's.

mod needs;
mod summary;
mod terminal;
mod words;

pub use summary::{MOST_BYTES, title};
pub use words::{known_names, list};

use super::Paint;
use crate::calendar::Instant;
use crate::decide::{Decision, Need, Record, Verdict};
use crate::policy::Policy;

/// What an answer is made of.
#[derive(Debug, Clone, Copy)]
pub struct Answer<'a> {
    /// The policy that judged: zones, kinds and owners.
    pub policy: &'a Policy,
    /// What it decided.
    pub record: &'a Record,
    /// The same change in each region alone; empty where it may land as it was asked.
    pub alone: &'a [Alone],
    /// The policy's folder as a reader here opens it, with `/` at its end; empty for the current one.
    pub root: &'a str,
    /// Where the record was written, if it was.
    pub log: Option<&'a str>,
}

/// How the same change stands in one region alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alone {
    /// The region.
    pub region: String,
    /// Whether it is one of those that were asked.
    pub is_asked: bool,
    /// The verdict there.
    pub verdict: Verdict,
    /// What it needs there.
    pub needs: Vec<Need>,
    /// From when on time does not stand in the way there.
    pub opens_at: Option<Instant>,
}

/// The answer as a person reads it in a terminal: 100 columns, colour never the only sign.
pub fn terminal(answer: &Answer<'_>, paint: Paint) -> String {
    terminal::render(answer, paint)
}

/// The answer as Markdown for a pull request or a CI step, at most [`MOST_BYTES`] long.
pub fn summary(answer: &Answer<'_>) -> String {
    summary::render(answer)
}

/// Each thing that a decision needs besides time, once: in a few words, and as help.
pub fn missing(answer: &Decision) -> Vec<(&Need, String, String)> {
    let open = answer.reasons.iter().filter(|reason| reason.verdict != Verdict::Allow);
    let passes = |need: &&Need| matches!(need, Need::Exception { .. } | Need::OtherTier { .. });
    let mut found: Vec<(&Need, String, String)> = Vec::new();
    for need in
        open.flat_map(|reason| &reason.needs).filter(|need| answer.opens_at.is_none() || !passes(need))
    {
        if !found.iter().any(|(known, ..)| *known == need) {
            found.push((need, needs::need_in_short(need), needs::need(need)));
        }
    }
    found
}

/// What a decision needs besides time, in a few words each.
pub fn needs(answer: &Decision) -> Vec<String> {
    let open = answer.reasons.iter().filter(|reason| reason.verdict != Verdict::Allow);
    needs::short(open.flat_map(|reason| &reason.needs), answer.opens_at)
}
