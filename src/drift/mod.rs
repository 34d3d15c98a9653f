//! What a code host is set to, held against a policy: what it would let through that the policy does not.
//!
//! Each reader takes an export as the host gives it and says what is weaker there. What is stricter is a note: it stops nobody
//! whom the policy would stop.

mod codeowners;
mod environments;
mod export;
mod overlap;
mod protection;

pub use codeowners::codeowners;
pub use environments::environments;
pub use export::Malformed;
pub use protection::protection;

/// Something that the host is set to in another way than the policy asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether the policy is worse off for it.
    pub gravity: Gravity,
    /// Where it stands in the export.
    pub place: Place,
    /// What is there: lower case, no full stop, backticks round the export's text.
    pub found: String,
    /// What the policy asks instead.
    pub asked: String,
    /// Where the policy asks it, as `file:line`; none where it asks it of every host.
    pub policy: Option<String>,
    /// How to mend it.
    pub mend: String,
}

/// How much a difference matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gravity {
    /// The host lets through what the policy does not
    Weaker,
    /// The host asks more, or says less than would be needed to tell
    Note,
}

impl Gravity {
    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Weaker => "weaker",
            Self::Note => "note",
        }
    }
}

/// Where something stands in an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line, from 1
    Line(usize),
    /// A JSON pointer (RFC 6901)
    Pointer(String),
    /// Nowhere: it is missing
    Missing,
}

/// The value of a field of the first target of this name that the policy declares; empty where there is none.
fn option<'p>(policy: &'p crate::policy::Policy, target: &str, field: &str) -> &'p str {
    let declared = policy.targets.rows().iter().find(|declared| declared.name == target);
    declared.and_then(|declared| declared.options.get(field)).map_or("", String::as_str)
}
