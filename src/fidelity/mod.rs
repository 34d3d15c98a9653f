//! What each target can hold of a policy, as data, and what is said where it cannot hold enough.
//!
//! A construct that a target holds exactly or stricter passes; one that it would hold weaker is refused at the
//! policy's line, unless the target says `allow lossy because "..."` (language section 8).

mod argo_rollouts;
mod asked;
mod capability;
mod check;
mod construct;
mod coverage;
mod hosts;
mod manifests;
mod option;
mod part;
mod seen;
mod reasons;
mod rolled;
mod runs;
mod table;
mod uses;

pub use capability::{Capability, Want};
pub use check::{
    BAD_TARGET_OPTION, CODES, TARGET_HAS_NOTHING, TARGET_HOLDS_LESS, TARGET_PATH_OUTSIDE, TARGETS_COLLIDE,
    UNKNOWN_TARGET, UNKNOWN_TARGET_OPTION, check, check_target,
};
pub use construct::CONSTRUCTS;
pub use coverage::{Carried, Coverage, coverage};
pub use option::{OptionField, OptionKind};
pub use part::{Construct, LONGEST_BODY, LONGEST_NAME, Part, Use};
pub use seen::{Blindness, Seen, SeenBar, Trigger, seen, spans, tells_tracks, triggers};
pub use table::{CAPABILITIES, LATER};

use crate::policy::Policy;

/// How well a target holds a construct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fidelity {
    /// It admits and refuses exactly what the policy does.
    Exact,
    /// It refuses all that the policy refuses, and more.
    Stricter,
    /// It may admit what the policy refuses: an error unless it is accepted with a reason.
    Weaker,
}

impl Fidelity {
    /// The word in reports and pages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Stricter => "stricter",
            Self::Weaker => "weaker",
        }
    }
}

/// What a target does with freezes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freezes {
    /// It refuses what they refuse, or asks the gate, which does.
    Refuses,
    /// It shows them to people, and stops nobody.
    Shows,
    /// It says nothing of them.
    Silent,
}

/// The paths that every declared target writes, relative to the policy's root; a folder ends in `/`.
pub fn outputs(policy: &Policy) -> Vec<String> {
    let mut paths = Vec::new();
    for target in policy.targets.rows() {
        let capability = CAPABILITIES.iter().find(|capability| capability.target == target.name);
        paths.extend(capability.map_or_else(Vec::new, |capability| capability.paths(policy, target)));
    }
    paths
}
