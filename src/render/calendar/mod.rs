//! The calendar as people look at it: a lane a region, local time and UTC, in a terminal or as a page.

mod html;
mod json;
mod stress;
mod svg;
mod terminal;

use super::Paint;
use crate::calendar::{Instant, Interval};
use crate::decide::Verdict;
use crate::policy::{FreezeKind, Id, Policy, Ruling};
use crate::schedule::{Lane, Stress};

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

/// As one JSON object: every span of every lane. Instants are RFC 3339.
pub fn json(shown: &Shown<'_>) -> String {
    json::render(shown)
}

/// How long a change has to wait at the worst, in a terminal.
pub fn stress(policy: &Policy, found: &Stress, concerned: &str, paint: Paint) -> String {
    stress::text(policy, found, concerned, paint)
}

/// The same as one JSON object; instants are RFC 3339, and durations seconds.
pub fn stress_json(policy: &Policy, found: &Stress) -> String {
    json::stress(policy, found)
}

/// As a page that stands alone: no script, no network.
pub fn html(shown: &Shown<'_>) -> String {
    html::render(shown)
}

/// As a picture that stands alone, for a README.
pub fn svg(shown: &Shown<'_>) -> String {
    svg::render(shown)
}

/// What a kind does to each tier, in words.
fn rulings(shown: &Shown<'_>, kind: Id<FreezeKind>) -> String {
    let mut by: [(Verdict, &str, Vec<&str>); 3] = [
        (Verdict::Allow, "admits", Vec::new()),
        (Verdict::Pending, "asks of", Vec::new()),
        (Verdict::Block, "blocks", Vec::new()),
    ];
    for (tier, row) in shown.policy.tiers.iter() {
        let verdict = match shown.policy.kinds[kind].ruling(tier) {
            Some(Ruling::Admit { when }) if when.is_true() => Verdict::Allow,
            Some(Ruling::Admit { .. }) => Verdict::Pending,
            _ => Verdict::Block,
        };
        if let Some((_, _, names)) = by.iter_mut().find(|(known, ..)| *known == verdict) {
            names.push(&row.name);
        }
    }
    let said = by
        .iter()
        .filter(|(_, _, names)| !names.is_empty())
        .map(|(_, word, names)| format!("{word} {}", names.join(", ")));
    said.collect::<Vec<_>>().join("; ")
}

/// The number of a kind's look: the strictest is 0.
fn class(kinds: &[Id<FreezeKind>], kind: Id<FreezeKind>) -> usize {
    kinds.iter().position(|known| *known == kind).unwrap_or(0).min(3)
}
