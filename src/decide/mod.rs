//! The decision: a pure function of policy, change and circumstances. Everything here follows section 5 of the language reference.

mod change;
mod condition;
mod context;
mod decision;
mod exceptions;
mod explain;
mod facts;
mod finding;
mod freeze;
mod globs;
mod judge;
mod lanes;
pub mod log;
mod people;
mod question;
mod record;
mod recording;
mod rota;
mod scope;
mod spells;
mod tier;
mod truth;
mod value;

use crate::calendar::Elapsed;
use crate::policy::Policy;

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
    RECORD_SCHEMA, REDACTED, ReasonRecord, Record, ReleaseRecord, RotaRecord, Stamp, TierRecord,
    WindowRecord,
};
pub use rota::{Duty, Rota, RotaState, duties};

pub use value::read_value;

/// How far ahead `next_allowed` and `valid_until` are searched.
pub const SEARCH_SPAN: Elapsed = Elapsed::days(5 * 366);

/// Judges a change at the context's instant, by asking every window: what suits a process that decides once.
/// [`Prepared::decide`] gives the same answer from an index.
pub fn decide(policy: &Policy, change: &Change, context: &Context) -> Decision {
    Prepared::for_few(policy).decide(change, context)
}

/// A policy made ready for several decisions. What is costly is made when it is first needed, and kept.
pub struct Prepared<'a> {
    policy: &'a Policy,
    globs: globs::Globs<'a>,
    spells: Box<dyn spells::Spells + Send + Sync + 'a>,
}

impl<'a> Prepared<'a> {
    /// Makes a policy ready for many decisions, by an index of its calendar.
    pub fn new(policy: &'a Policy) -> Self {
        Self::with(policy, Box::new(lanes::Lanes::new(policy)))
    }

    /// Makes a policy ready for a few decisions: every window is asked, and no index is made.
    pub fn for_few(policy: &'a Policy) -> Self {
        Self::with(policy, Box::new(spells::Scan::new(policy)))
    }

    fn with(policy: &'a Policy, spells: Box<dyn spells::Spells + Send + Sync + 'a>) -> Self {
        Self { policy, globs: globs::Globs::new(policy), spells }
    }

    /// Judges a change at the context's instant.
    pub fn decide(&self, change: &Change, context: &Context) -> Decision {
        self.question(change, context).answer()
    }

    /// Every cell of a change with its verdict at the context's instant: what [`Self::decide`] says of them, and nothing else of
    /// what it finds out.
    pub fn cells(&self, change: &Change, context: &Context) -> Vec<Cell> {
        self.question(change, context).matrix()
    }

    fn question<'q>(&'q self, change: &'q Change, context: &'q Context) -> question::Question<'q> {
        question::Question::new(self.policy, change, context, &self.globs, &*self.spells)
    }
}
