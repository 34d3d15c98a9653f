//! The record of a decision: one JSON object that can be read without the policy it was decided on.
//!
//! Its published schema is `docs/schema/decision.schema.json`. Language section 5 "The record"; ledger A7, A12.

use super::decision::{
    About, Cell, Classified, EvidenceState, Expiry, Filled, Lift, Need, Next, Note, Obstacle, Owed, TierBy,
    Verdict,
};
use super::{
    Approval, BreakGlassUse, Earlier, EvidenceSource, Given, Intent, Label, PolicyFrom, RotaState, StatedTier,
};
use crate::calendar::Instant;
use crate::policy::{Action, Phase};
use serde::{Deserialize, Serialize};

/// The version of the record's form.
pub const RECORD_SCHEMA: &str = "opsc.decision/1";

/// What stands where a private fact's value would.
pub const REDACTED: &str = "(private)";

/// What the caller knows of a decision: who decided it, when and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// A name for the record, unique in its log.
    pub id: String,
    /// What the clock read.
    pub decided_at: Instant,
    /// Which clock: `system`, `witness`.
    pub clock: String,
    /// The program's version.
    pub opsc: String,
    /// The zone database's version.
    pub zone_database: String,
}

/// A decision, self-contained.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// [`RECORD_SCHEMA`].
    pub schema: String,
    /// Its name.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether this decision stopped the change: any verdict but allow.
    pub blocked: bool,
    /// The instant that was judged.
    pub at: Instant,
    /// Whether that is not the clock's reading.
    pub simulated: bool,
    /// What the clock read.
    pub decided_at: Instant,
    /// Which clock.
    pub clock: String,
    /// Until when an allow counts, and why.
    pub valid_until: Option<Expiry>,
    /// When everything allows with evidence as given.
    pub next_allowed: Next,
    /// From when on time alone does not stand in the way.
    pub opens_at: Option<Instant>,
    /// What holds between the first reason's end and that.
    pub meanwhile: Vec<Obstacle>,
    /// Every reason.
    pub reasons: Vec<ReasonRecord>,
    /// Every cell.
    pub cells: Vec<Cell>,
    /// What is asked in later phases.
    pub later: Vec<LaterRecord>,
    /// What is worth saying besides.
    pub notes: Vec<Note>,
    /// The change.
    pub change: ChangeRecord,
    /// Its tier and how it was found.
    pub tier: TierRecord,
    /// Every window that is active in a cell of the change.
    pub windows: Vec<WindowRecord>,
    /// Whose approvals count, and for what.
    pub approvers: Vec<Approver>,
    /// Every review that was given.
    pub reviews: Vec<Approval>,
    /// The release it belongs to.
    pub release: Option<ReleaseRecord>,
    /// Exceptions that let it pass.
    pub exceptions: Vec<ExceptionRecord>,
    /// The glass that was broken, with what it owes.
    pub break_glass: Option<BreakGlassRecord>,
    /// Everything asserted.
    pub evidence: Vec<EvidenceRecord>,
    /// Calendar files that schedules come from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rotas: Vec<RotaRecord>,
    /// The policy.
    pub policy: PolicyRecord,
    /// The earlier decision that a rollback rests on.
    pub rollback_rests_on: Option<Earlier>,
    /// The zone database's version.
    pub zone_database: String,
    /// The program's version.
    pub opsc: String,
}

/// A reason, with names for positions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReasonRecord {
    /// What it is about.
    pub about: About,
    /// Its name.
    pub name: String,
    /// The freeze kind.
    pub kind: Option<String>,
    /// What it says.
    pub verdict: Verdict,
    /// `file:line`.
    pub position: Option<String>,
    /// Positions in `cells`.
    pub cells: Vec<usize>,
    /// Since when.
    pub start: Option<Instant>,
    /// Until when at least.
    pub end: Option<Instant>,
    /// What would make it allow.
    pub needs: Vec<Need>,
    /// Who fills which seat.
    pub filled: Vec<Filled>,
    /// Why it allows although it would not on its own.
    pub lifted: Option<Lift>,
    /// Why it is there.
    pub because: Option<String>,
}

/// A requirement of a later phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaterRecord {
    /// As written.
    pub text: String,
    /// From which phase on.
    pub phase: Phase,
    /// `file:line`.
    pub position: String,
    /// What it would say now.
    pub verdict: Verdict,
}

/// The change, without evidence and reviews, which stand on their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRecord {
    /// What tells it from others.
    pub id: Option<String>,
    /// Where it leads.
    pub intent: Intent,
    /// What is done.
    pub action: Option<Action>,
    /// The phase that was asked.
    pub phase: Phase,
    /// The environment; none means every one.
    pub environment: Option<String>,
    /// Regions that were asked; none means every one.
    pub regions: Vec<String>,
    /// Components that were asked; none means all, or those of the paths.
    pub components: Vec<String>,
    /// The service.
    pub service: Option<String>,
    /// The head commit.
    pub commit: Option<String>,
    /// The patch.
    pub patch: Option<String>,
    /// Paths.
    pub paths: Vec<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// Who wrote it with them.
    pub co_authors: Vec<String>,
    /// Who committed it.
    pub committers: Vec<String>,
    /// Who pushed it.
    pub pushers: Vec<String>,
    /// Labels.
    pub labels: Vec<Label>,
}

/// The tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierRecord {
    /// Its name.
    pub name: Option<String>,
    /// What gave it.
    pub by: TierBy,
    /// What was stated, and by whom.
    pub stated: Option<StatedTier>,
    /// What the paths say.
    pub classified: Option<Classified>,
    /// `file:line` of the rule that classified it.
    pub position: Option<String>,
    /// Who let it be lower.
    pub lowered_by: Vec<Filled>,
}

/// A window that is active.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WindowRecord {
    /// Its name.
    pub id: String,
    /// Its kind.
    pub kind: String,
    /// When this occurrence started; none where it follows evidence.
    pub start: Option<Instant>,
    /// When it ends; none where nothing says so.
    pub end: Option<Instant>,
    /// The regions of the change it is active in.
    pub regions: Vec<String>,
    /// The components of the change it covers.
    pub scope: Vec<String>,
    /// What it says.
    pub verdict: Verdict,
    /// Why it is there.
    pub because: Option<String>,
    /// The vendor, where it is a vendor's.
    pub vendor: Option<String>,
    /// `file:line`.
    pub position: String,
}

/// Someone whose approval counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Approver {
    /// Who.
    pub person: String,
    /// In which roles.
    pub roles: Vec<String>,
    /// For which reason: its name.
    pub of: String,
}

/// The release a change belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseRecord {
    /// Its name.
    pub id: String,
    /// Its tier.
    pub tier: String,
    /// Who owns it.
    pub owner: Option<String>,
}

/// An exception that let a change pass. Ledger A7.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExceptionRecord {
    /// Its name.
    pub id: String,
    /// Who owns it.
    pub owner: String,
    /// Where it was asked for.
    pub ticket: String,
    /// The windows it lifts.
    pub lifts: Vec<String>,
    /// Regions; none means those of the windows.
    pub regions: Option<Vec<String>>,
    /// Components; none means those of the windows.
    pub scope: Option<Vec<String>>,
    /// The rollback lever that stands ready.
    pub lever: String,
    /// How caches are warmed.
    pub warmup: String,
    /// The first instant it counts no longer.
    pub expires: Instant,
    /// `file:line`.
    pub position: String,
}

/// A glass that was broken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakGlassRecord {
    /// As it was taken.
    pub taken: BreakGlassUse,
    /// Whether it counted.
    pub verdict: Verdict,
    /// What is owed.
    pub owes: Vec<Owed>,
}

/// A piece of evidence. The value of a private fact is left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRecord {
    /// The fact.
    pub fact: String,
    /// Its value, or [`REDACTED`].
    pub value: Given,
    /// Where it comes from.
    pub source: EvidenceSource,
    /// Who asserted it.
    pub actor: Option<String>,
    /// When it was observed.
    pub observed_at: Option<Instant>,
    /// What became of it.
    pub state: EvidenceState,
}

/// The calendar file of a schedule, and what it says of the instant that was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotaRecord {
    /// The schedule.
    pub schedule: String,
    /// The file, from the policy's folder.
    pub file: String,
    /// Its SHA-256, in hex; none where there is no file.
    pub digest: Option<String>,
    /// When it was written, where that is known.
    pub written_at: Option<Instant>,
    /// Whether it counts.
    pub state: RotaState,
    /// Who is on call by it.
    pub on_call: Vec<String>,
}

/// The policy that judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRecord {
    /// Its name.
    pub name: String,
    /// The language version.
    pub language: u32,
    /// SHA-256 of its sources, in hex.
    pub digest: String,
    /// SHA-256 of the library, in hex.
    pub library_digest: String,
    /// Where it was read.
    pub from: PolicyFrom,
}
