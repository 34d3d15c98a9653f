//! A simulated rollout as people and programs read it: a timeline in a terminal, one JSON object, a page that stands alone.

mod html;
mod json;
mod terminal;
mod words;

use super::Paint;
use super::place::from_here;
use crate::calendar::Zone;
use crate::policy::{Origin, Policy};
use crate::simulate::Timeline;

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The policy that was simulated.
    pub policy: &'a Policy,
    /// What happened.
    pub timeline: &'a Timeline,
    /// Where local times are read.
    pub zone: Zone,
    /// The policy's folder as a reader here opens it, with `/` at its end; empty for the current one.
    pub root: &'a str,
    /// What was taken as given, a sentence each.
    pub assumed: &'a [String],
}

impl Shown<'_> {
    /// A line of the policy, as a reader here opens it; nothing where no line makes something so.
    fn place(&self, origin: Option<Origin>) -> String {
        let Some(origin) = origin else { return String::new() };
        from_here(self.root, &self.policy.place(origin))
    }
}

/// In a terminal: the answer first, then what happened; 100 columns, colour never the only sign.
pub fn terminal(shown: &Shown<'_>, paint: Paint) -> String {
    terminal::render(shown, paint)
}

/// As one JSON object, by docs/schema/simulation.schema.json.
pub fn json(shown: &Shown<'_>) -> String {
    json::render(shown)
}

/// As a page that stands alone: no script, no network.
pub fn html(shown: &Shown<'_>) -> String {
    html::render(shown)
}
