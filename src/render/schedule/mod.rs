//! The earliest schedule of a release: the answer first, then when each step comes and what it needs, then why not earlier, then
//! what one can do.

mod json;
mod text;
mod words;

use super::Paint;
use crate::calendar::Instant;
use crate::policy::{Id, Policy, Release};
use crate::schedule::Itinerary;
use serde_json::Value;

/// What is shown of a release.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// The release.
    pub id: Id<Release>,
    /// What was found.
    pub found: &'a Itinerary,
    /// From when on it was looked for.
    pub from: Instant,
}

/// The schedule as people read it: 100 columns, colour never the only sign.
pub fn text(shown: &Shown<'_>, paint: Paint) -> String {
    text::render(shown, paint)
}

/// The schedule as one JSON object; instants are RFC 3339, and durations seconds.
pub fn json(shown: &Shown<'_>) -> Value {
    json::render(shown)
}
