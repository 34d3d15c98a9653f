//! The calendar as people look at it: a lane a region, local time and UTC, in a terminal or as a page.

mod html;
mod terminal;

use super::Paint;
use crate::calendar::{Instant, Interval};
use crate::policy::Policy;
use crate::schedule::{Held, Lane};

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

/// What a span is called: its window, or that it lies outside an `only` window's hours.
fn title(policy: &Policy, held: &Held) -> String {
    let name = &policy.windows[held.window].name;
    if held.is_outside { format!("outside {name}") } else { name.clone() }
}

/// Why it is there: `because`, else the first line of its doc.
fn reason(policy: &Policy, held: &Held) -> String {
    let window = &policy.windows[held.window];
    window.because.clone().unwrap_or_else(|| window.doc.lines().next().unwrap_or("").trim().to_owned())
}

/// What it concerns: its components, or everything.
fn concerned(policy: &Policy, held: &Held) -> String {
    match &held.components {
        None => "everything".to_owned(),
        Some(components) => {
            components.iter().map(|id| policy.components[*id].name.as_str()).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A region's name; a policy without regions has one lane of everything.
fn region(policy: &Policy, lane: &Lane) -> String {
    lane.region.map_or("everywhere".to_owned(), |id| policy.regions[id].name.clone())
}
