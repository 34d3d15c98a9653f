//! The calendar as people look at it: a lane a region, local time and UTC, in a terminal or as a page.

mod html;
mod terminal;

use super::Paint;
use crate::calendar::{Instant, Interval};
use crate::policy::Policy;
use crate::schedule::Lane;

/// What a calendar shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// A lane a region.
    pub lanes: &'a [Lane],
    /// From when to when.
    pub within: Interval,
    /// The clock's reading, which is marked.
    pub now: Instant,
}

/// In a terminal: 100 columns, colour never the only sign.
pub fn terminal(shown: &Shown<'_>, paint: Paint) -> String {
    terminal::render(shown, paint)
}

/// As a page that stands alone: no script, no network.
pub fn html(shown: &Shown<'_>) -> String {
    html::render(shown)
}
