//! One thing that judging found, in ids and positions: cheap to make at every step of a search, spelt out only once.

use super::Verdict;
use super::truth::Truth;
use crate::calendar::{Instant, Interval};
use crate::policy::{Exception, Fact, FreezeKind, Id, Tier, Window};

/// What a finding is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject<'a> {
    Trust,
    /// The position in the scope's unknown names.
    Unknown(usize),
    Evidence(Id<Fact>),
    Tier,
    Window(Id<Window>),
    OutsideOnly(Id<FreezeKind>),
    StaleVendor(Id<Window>),
    /// The position among a tier's requirements.
    Requirement(Id<Tier>, usize),
    Objector(&'a str),
    BreakGlass,
}

/// Why a freeze lets the change pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Passage {
    Admitted,
    Exception(Id<Exception>),
    BreakGlass,
    Exempt,
    WarnUntil(Instant),
}

/// One thing found at an instant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Finding<'a> {
    pub subject: Subject<'a>,
    /// What it says, and until when at least.
    pub truth: Truth,
    /// The position among the asked regions; none means all of them.
    pub region: Option<usize>,
    /// Positions among the asked components; none means all of them.
    pub components: Option<Vec<usize>>,
    /// The stretch of time it belongs to.
    pub stretch: Option<Interval>,
    pub passage: Option<Passage>,
}

impl<'a> Finding<'a> {
    /// What concerns the change as a whole.
    pub fn whole(subject: Subject<'a>, truth: Truth) -> Self {
        Self { subject, truth, region: None, components: None, stretch: None, passage: None }
    }

    /// Whether time is what it is about: a window, or the lack of an `only` window.
    pub fn is_of_calendar(&self) -> bool {
        matches!(self.subject, Subject::Window(_) | Subject::OutsideOnly(_))
    }

    /// Whether a glass that is broken lets it pass.
    pub fn is_of_freeze(&self) -> bool {
        self.is_of_calendar() || matches!(self.subject, Subject::StaleVendor(_))
    }
}

/// Everything found at an instant.
#[derive(Debug)]
pub(super) struct Findings<'a> {
    pub at: Instant,
    pub list: Vec<Finding<'a>>,
    /// The first instant at which something that holds no finding now, or another tier, may matter.
    pub turns: Instant,
    /// The first instant at which the tier may be another.
    pub tier_until: Instant,
}

impl Findings<'_> {
    /// The worst of all.
    pub fn verdict(&self) -> Verdict {
        self.list.iter().map(|finding| finding.truth.verdict).max().unwrap_or(Verdict::Allow)
    }

    /// Where not everything allows: no instant before this one does.
    pub fn allows_not_before(&self) -> Instant {
        let held = self.list.iter().filter(|finding| {
            // A glass that was not broken adds nothing to the freezes it was meant for.
            finding.truth.verdict != Verdict::Allow && finding.subject != Subject::BreakGlass
        });
        held.map(|finding| finding.truth.allow_until).max().unwrap_or(Instant::MIN).min(self.tier_until)
    }

    /// Where the calendar blocks: no instant before this one is free of that. Nothing where it does not block.
    pub fn opens_not_before(&self) -> Option<Instant> {
        let held = self
            .list
            .iter()
            .filter(|finding| finding.truth.verdict == Verdict::Block && finding.is_of_calendar());
        held.map(|finding| finding.truth.block_until).max().map(|until| until.min(self.tier_until))
    }

    /// Where everything allows: no instant before this one does not, as far as what was found goes.
    pub fn allows_until(&self) -> Instant {
        let found = self.list.iter().map(|finding| finding.truth.allow_until).min().unwrap_or(Instant::MAX);
        found.min(self.turns).min(self.tier_until)
    }
}
