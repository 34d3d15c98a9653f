//! How two policies differ: for a terminal, for a pull request, for programs.

mod json;
mod markdown;
mod text;
mod words;

pub use json::json;
pub use markdown::markdown;
pub use text::text;

use crate::emit::json::{Changed, Decides};
use crate::policy::Policy;
use crate::verify::clocks::Moved;
use crate::verify::diff::Comparison;

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Compared<'a> {
    /// What the old policy is called: a path, a revision.
    pub old: &'a str,
    /// What the new policy is called.
    pub new: &'a str,
    /// The new policy, for its zones.
    pub policy: &'a Policy,
    /// How their decisions differ.
    pub comparison: &'a Comparison,
    /// How everything else differs.
    pub changed: &'a [Changed],
    /// Which clocks were moved, where two versions of the zone database are compared.
    pub clocks: Option<&'a Clocks>,
}

/// Two versions of the zone database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// The old policy's.
    pub old: &'static str,
    /// The new policy's.
    pub new: &'static str,
    /// Zones of the policies whose clocks they do not agree about.
    pub moved: Vec<Moved>,
}

/// What a comparison comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// They mean the same.
    Same,
    /// No verdict is milder, as far as verdicts were compared.
    NotWider,
    /// Something may land that could not, or may for all that could be shown.
    Wider,
}

impl Compared<'_> {
    /// What it comes to.
    pub fn outcome(&self) -> Outcome {
        let comparison = self.comparison;
        let is_open = comparison.undecided.is_some()
            || !comparison.unmatched.is_empty()
            || self.changed.iter().any(|change| change.decides == Decides::Yes);
        if comparison.widens() || is_open {
            Outcome::Wider
        } else if comparison.differences.is_empty() && self.changed.is_empty() {
            Outcome::Same
        } else {
            Outcome::NotWider
        }
    }
}
