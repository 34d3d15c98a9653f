//! What is said when something is wrong: severities, states of the page, updates, incidents.

use super::Origin;
use serde::{Deserialize, Serialize};

/// How bad an incident is. The gravest is declared first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Severity {
    /// Its name: `S1`.
    pub name: String,
    /// Its title: `Major outage`.
    pub title: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
}
