//! What a decision rests on besides the policy and the change: the instant, where the policy was read, and what happened before.

use super::Rota;
use crate::calendar::Instant;
use serde::{Deserialize, Serialize};

/// The circumstances of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Context {
    /// The instant that is judged.
    pub at: Instant,
    /// Whether that is not the clock's own reading.
    #[serde(default)]
    pub simulated: bool,
    /// Where the policy was read.
    #[serde(default)]
    pub policy_from: PolicyFrom,
    /// Globs of paths, relative to the repository, that make up the policy, what it generates and the gate's workflow.
    /// A change that touches one has at least the tier `policy-change`.
    #[serde(default)]
    pub guarded: Vec<String>,
    /// What the log shows as decided before, in any order.
    #[serde(default)]
    pub earlier: Vec<Earlier>,
    /// Exceptions that were used before; none where nobody looked, so that one that may be used once is not known to be
    /// there still.
    #[serde(default)]
    pub exceptions_used: Option<Vec<ExceptionUse>>,
    /// Calendar files of schedules, as they were read.
    #[serde(default)]
    pub rotas: Vec<Rota>,
}

impl Context {
    /// Nothing but an instant, read by the clock, over the policy of the working tree; nothing was decided before.
    pub fn at(at: Instant) -> Self {
        Self {
            at,
            simulated: false,
            policy_from: PolicyFrom::default(),
            guarded: Vec::new(),
            earlier: Vec::new(),
            exceptions_used: Some(Vec::new()),
            rotas: Vec::new(),
        }
    }
}

/// Where the policy that judges was read. Language section 5, "Trust".
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum PolicyFrom {
    /// The working tree of whoever asks, who may do so freely.
    #[default]
    WorkingTree,
    /// The branch the change wants to land in.
    TargetBranch {
        /// The branch.
        branch: String,
        /// The commit that was read.
        commit: String,
    },
    /// The change itself: never trusted, always blocks.
    Change,
}

/// An earlier decision, as far as it matters to a rollback.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// When it was decided.
    pub at: Instant,
    /// Whether it allowed, for real.
    pub allowed: bool,
    /// The release it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// The commit it was about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// An exception that let a change through.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExceptionUse {
    /// The exception.
    pub exception: String,
    /// The change it let through, where that has an id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<String>,
}
