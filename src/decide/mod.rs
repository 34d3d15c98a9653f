//! The decision: a pure function of policy, change and circumstances. Everything here follows section 5 of the language reference.

mod change;
mod context;
mod decision;
pub mod log;
mod record;

use crate::calendar::Elapsed;

pub use change::{
    Approval, ApprovalState, BreakGlassUse, Change, Evidence, EvidenceSource, Given, Intent, Label,
    StatedTier,
};
pub use context::{Context, Earlier, ExceptionUse, PolicyFrom};
pub use decision::{
    About, Cause, Cell, Classified, Decision, EvidenceState, Expiry, FactState, Filled, Later, Lift, Need,
    Next, NotExempt, Note, Obstacle, OpenSeat, Owed, Reason, TierBy, TierFound, Verdict,
};
pub use record::{
    Approver, BreakGlassRecord, ChangeRecord, EvidenceRecord, ExceptionRecord, LaterRecord, PolicyRecord,
    RECORD_SCHEMA, REDACTED, ReasonRecord, Record, ReleaseRecord, Stamp, TierRecord, WindowRecord,
};

/// How far ahead `next_allowed` and `valid_until` are searched.
pub const SEARCH_SPAN: Elapsed = Elapsed::days(5 * 366);
