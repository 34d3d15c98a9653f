//! What is asked: a change as evidence describes it. Names, not ids: a name that the policy does not know must block.

use crate::calendar::Instant;
use crate::policy::{Action, Phase};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change that wants to land. What is not given means all; unknown fields are refused, so that a misspelt one is
/// never taken for one that was left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// What tells it from other changes: a pull request's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Whether it goes forward, back, or switches something off.
    pub intent: Intent,
    /// The tier that somebody claims.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<StatedTier>,
    /// What is done; none means every action.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// The phase that is asked for; none follows from the action, and means the last where there is no action either.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The environment; none means every one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// Regions; none means every one.
    pub regions: Vec<String>,
    /// Components, besides those that own its paths; none at all means every one.
    pub components: Vec<String>,
    /// A service, which stands for its components.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The planned release it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Paths it touches, relative to the repository, with `/`.
    pub paths: Vec<String>,
    /// What its paths say of the tier, for people to read: a decision finds it again by its own policy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classified: Option<super::Classified>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who wrote it together with them.
    pub co_authors: Vec<String>,
    /// Who committed it.
    pub committers: Vec<String>,
    /// Who pushed it.
    pub pushers: Vec<String>,
    /// Its head commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The id of its patch, the same after a rebase.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// Its labels.
    pub labels: Vec<Label>,
    /// What is asserted of it.
    pub evidence: Vec<Evidence>,
    /// What reviewers said.
    pub approvals: Vec<Approval>,
    /// The way through in an emergency that somebody takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub break_glass: Option<BreakGlassUse>,
}

/// Where a change leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Intent {
    /// To something new.
    #[default]
    Forward,
    /// Back to a release that was allowed before.
    Rollback {
        /// The lever it is done with.
        lever: String,
        /// The release or the commit it goes back to.
        to: String,
    },
    /// A flag is switched off.
    Kill {
        /// The flag.
        flag: String,
    },
}

/// A claimed tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatedTier {
    /// The tier's name.
    pub name: String,
    /// Who claims it: who set the label, or who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A label on a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Label {
    /// Its text.
    pub name: String,
    /// Who set it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A fact asserted of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The fact's name.
    pub fact: String,
    /// Its value, as it was given.
    pub value: Given,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// Who asserted it, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// When it was observed, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed_at: Option<Instant>,
}

/// A value as evidence gives it, before it is read by the fact's kind. `null` and nested values are malformed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Given {
    /// `true`
    Bool(bool),
    /// `0.05`
    Number(serde_json::Number),
    /// `"5%"`
    Text(String),
    /// What no fact takes.
    Other(serde_json::Value),
}

impl fmt::Display for Given {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => write!(formatter, "{value}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Text(text) => formatter.write_str(text),
            Self::Other(value) => write!(formatter, "{value}"),
        }
    }
}

/// Where evidence comes from, as whoever handed it over can vouch for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum EvidenceSource {
    /// The CI job that asks.
    Ci,
    /// A label on the change.
    Label,
    /// A review.
    Review,
    /// A file.
    Json {
        /// The file, as the policy writes it.
        file: String,
        /// The RFC 6901 pointer into it.
        pointer: String,
    },
    /// A person at the command line.
    Operator,
}

impl fmt::Display for EvidenceSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ci => formatter.write_str("ci"),
            Self::Label => formatter.write_str("label"),
            Self::Review => formatter.write_str("review"),
            Self::Json { file, pointer } => write!(formatter, "json {file:?} at {pointer:?}"),
            Self::Operator => formatter.write_str("operator"),
        }
    }
}

/// What a reviewer said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who. The roles are the policy's to say, never the evidence's.
    pub person: String,
    /// The commit it was given for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The patch it was given for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patch: Option<String>,
    /// When it was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_at: Option<Instant>,
    /// What was said.
    pub state: ApprovalState,
    /// Whether it was dismissed since.
    #[serde(default)]
    pub dismissed: bool,
}

/// What a review says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ApprovalState {
    /// It may land.
    Approved,
    /// It must not land as it is.
    ChangesRequested,
}

/// Somebody takes a way through in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlassUse {
    /// Which.
    pub name: String,
    /// Who breaks the glass.
    pub by: String,
    /// When those on call were asked; what counts how long an answer is waited for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_at: Option<Instant>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
