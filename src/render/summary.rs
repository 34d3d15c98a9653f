//! How many findings there are, by level.

use crate::diag::{Diagnostic, Level};
use std::fmt;

/// Findings counted by level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Notes.
    pub notes: usize,
}

impl Summary {
    /// Counts them.
    pub fn of(found: &[Diagnostic]) -> Self {
        let at = |level| found.iter().filter(|diagnostic| diagnostic.level == level).count();
        Self { errors: at(Level::Error), warnings: at(Level::Warning), notes: at(Level::Note) }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> =
            [(self.errors, Level::Error), (self.warnings, Level::Warning), (self.notes, Level::Note)]
                .into_iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, level)| count(number, level.name()))
                .collect();
        formatter.write_str(if parts.is_empty() { "no findings" } else { "" })?;
        formatter.write_str(&parts.join(", "))
    }
}

/// `1 error`, `2 errors`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
