//! The answer as plain data: a verdict with every reason, each with its cells, its span and what it needs. Wording is not here.

use super::RotaState;
use crate::calendar::Instant;
use crate::policy::{Action, Origin, Phase};
use serde::{Deserialize, Serialize};

/// `allow < pending < block`. Only `Allow` permits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It holds.
    #[default]
    Allow,
    /// It is not known to hold.
    Pending,
    /// It does not hold.
    Block,
}

impl Verdict {
    /// The exit code of the gate: 0, 11 or 10.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Allow => 0,
            Self::Pending => 11,
            Self::Block => 10,
        }
    }

    /// The word in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Pending => "pending",
            Self::Block => "block",
        }
    }
}

/// What `decide` answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The worst of all reasons, and so of all cells.
    pub verdict: Verdict,
    /// The instant that was judged.
    pub at: Instant,
    /// What is done; none means every action.
    pub action: Option<Action>,
    /// The phase whose requirements were asked.
    pub phase: Phase,
    /// The tier that was judged, and how it was found.
    pub tier: TierFound,
    /// Every reason, those that allow included: the worst first, then by what they are about and by name.
    pub reasons: Vec<Reason>,
    /// Every cell asked, region by region, each region's components in the policy's order.
    pub cells: Vec<Cell>,
    /// What is asked in later phases only.
    pub later: Vec<Later>,
    /// What is worth saying without being a reason.
    pub notes: Vec<Note>,
    /// Until when an allow counts; none where the verdict is another, or where nothing ends it within
    /// [`SEARCH_SPAN`](super::SEARCH_SPAN).
    pub valid_until: Option<Expiry>,
    /// When everything allows, with evidence as given.
    pub next_allowed: Next,
    /// The first instant from which time alone stands in the way no more: what still lacks then is evidence,
    /// approvals or another change. None where waiting does not open it within the search span.
    pub opens_at: Option<Instant>,
    /// Why not right after the first reason ends: what holds at instants the search passed, in order.
    pub meanwhile: Vec<Obstacle>,
    /// What became of each piece of the change's evidence, in its order.
    pub evidence: Vec<EvidenceState>,
}

/// What a reason is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// The policy was read where it must not be.
    Trust,
    /// A name that the policy does not know; the reason's `name` is that name.
    UnknownName,
    /// Evidence that cannot be read, or that contradicts itself; the reason's `name` is the fact.
    Evidence,
    /// No tier is known.
    Tier,
    /// A window that is active.
    Window,
    /// A kind that applies outside all of its `only` windows; the reason's `name` is the kind.
    OutsideOnly,
    /// A vendor's window whose last reading is too old: `stale-vendor-feed`.
    StaleVendorFeed,
    /// A requirement of the tier.
    Requirement,
    /// Somebody eligible asks for changes; the reason's `name` is that person.
    ChangesRequested,
    /// The way through in an emergency that was taken.
    BreakGlass,
}

impl About {
    /// The word in records.
    pub fn name(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::UnknownName => "unknown-name",
            Self::Evidence => "evidence",
            Self::Tier => "tier",
            Self::Window => "window",
            Self::OutsideOnly => "outside-only",
            Self::StaleVendorFeed => "stale-vendor-feed",
            Self::Requirement => "requirement",
            Self::ChangesRequested => "changes-requested",
            Self::BreakGlass => "break-glass",
        }
    }
}

/// One reason, in the cells where it is the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it is about.
    pub about: About,
    /// The name of it: the window, the fact, the requirement's text.
    pub name: String,
    /// The freeze kind, where it is about one.
    pub kind: Option<String>,
    /// The line that says so, where the policy does.
    pub origin: Option<Origin>,
    /// What it says.
    pub verdict: Verdict,
    /// Positions in [`Decision::cells`], in order; all of them where it is about the change as a whole.
    pub cells: Vec<usize>,
    /// The instant it holds since, where that is known: the start of the window's occurrence.
    pub start: Option<Instant>,
    /// The first instant it may say something else: the end of the window, the expiry of evidence. None where
    /// waiting changes nothing.
    pub end: Option<Instant>,
    /// What would make it allow.
    pub needs: Vec<Need>,
    /// Who fills which seat, where approvals count for it.
    pub filled: Vec<Filled>,
    /// Why it allows although it would not on its own.
    pub lifted: Option<Lift>,
    /// What kind of unknown name, or what is wrong with evidence, in a word; else what the policy gives as the
    /// reason (`because`).
    pub because: Option<String>,
}

/// Why a freeze lets a change pass.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lift {
    /// The kind admits the tier.
    Admitted,
    /// An exception lifts it.
    Exception(String),
    /// A glass was broken.
    BreakGlass(String),
    /// The change is a rollback or a kill, which freezes do not hold.
    Exempt,
    /// The window only warns until this instant.
    WarnUntil(Instant),
}

/// What would make a reason allow.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "need")]
pub enum Need {
    /// Evidence of a fact.
    Evidence {
        /// The fact.
        fact: String,
        /// What it must be: `canary <= 5%`; the fact alone where it must be true.
        text: String,
        /// Who may assert it: `ci`, `label by sre-owner`; none means anyone.
        sources: Vec<String>,
        /// Why it is not known, or that it is known and does not hold.
        state: FactState,
    },
    /// Approvals for seats that nobody fills.
    Approvals {
        /// The approval's name, where it has one.
        name: Option<String>,
        /// Seats that are open.
        seats: Vec<OpenSeat>,
    },
    /// Someone must withdraw a request for changes.
    Withdrawal {
        /// Who.
        person: String,
    },
    /// An exception could lift the window; none does.
    Exception {
        /// The window, or the kind.
        window: String,
        /// Exceptions that would, were they approved.
        waiting: Vec<String>,
    },
    /// The log of earlier decisions, which says whether an exception that may be used once was used.
    Log {
        /// The exception.
        exception: String,
    },
    /// The vendor's calendar must be read again.
    Recheck {
        /// The vendor.
        vendor: String,
        /// Where its calendar is read.
        source: Option<String>,
    },
    /// Nobody knows who is on call: the calendar file of a schedule must be brought, or be read again.
    Rota {
        /// The schedule.
        schedule: String,
        /// Its file, from the policy's folder.
        file: String,
        /// What is wrong with it.
        state: RotaState,
    },
    /// A tier must be stated, or the change's paths be given.
    Tier,
    /// Another tier.
    OtherTier {
        /// Any of these.
        tiers: Vec<String>,
    },
}

/// Why a fact is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FactState {
    /// It is known, and is not as it must be.
    Known,
    /// Nobody asserted it.
    Absent,
    /// The assertion is too old, or does not say when it was observed.
    Stale,
    /// It says that it was observed behind the instant judged.
    Future,
    /// It was asserted by someone who may not.
    Foreign,
    /// It cannot be read, or contradicts itself.
    Malformed,
}

/// A seat that nobody fills.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct OpenSeat {
    /// How many people.
    pub count: u32,
    /// Any of these roles.
    pub roles: Vec<String>,
    /// Whether the person must answer for the cell's region.
    pub in_region: bool,
    /// Who could fill it now: eligible, not an author, committer or pusher, and not in another seat. In order.
    pub eligible: Vec<String>,
}

/// A seat that somebody fills.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Filled {
    /// Who.
    pub person: String,
    /// The roles the seat is for.
    pub roles: Vec<String>,
}

/// A region and a component, with the worst of what holds there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// The region; none where the policy declares none.
    pub region: Option<String>,
    /// The component; none where the policy declares none.
    pub component: Option<String>,
    /// The worst of its reasons.
    pub verdict: Verdict,
}

/// A requirement of a later phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Later {
    /// As written.
    pub text: String,
    /// From which phase on it is asked.
    pub phase: Phase,
    /// Where it is written.
    pub origin: Origin,
    /// What it would say now, in the worst cell.
    pub verdict: Verdict,
}

/// What is worth saying without being a reason.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "note")]
pub enum Note {
    /// It is a rollback, and freezes do not hold it.
    Rollback {
        /// The lever.
        lever: String,
        /// What it goes back to.
        to: String,
    },
    /// It is a kill, and freezes do not hold it.
    Kill {
        /// The flag.
        flag: String,
    },
    /// It claims to be a rollback or a kill and is judged as forward, since:
    JudgedForward {
        /// Why.
        why: NotExempt,
    },
    /// An exception let it pass a window.
    ExceptionUsed {
        /// The exception.
        name: String,
    },
    /// A glass was broken, and this is owed for it.
    BreakGlassUsed {
        /// Which.
        name: String,
        /// Who broke it.
        by: String,
        /// What is owed, each with the instant it is due.
        owes: Vec<Owed>,
    },
    /// A stated tier is lower than the one that was found, and nobody who may allow that did.
    TierNotLowered {
        /// The stated tier.
        stated: String,
    },
}

/// What a broken glass owes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Owed {
    /// What.
    pub what: String,
    /// By when.
    pub by: Option<Instant>,
}

/// Why a rollback or a kill does not count as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotExempt {
    /// The policy declares no such lever.
    UnknownLever,
    /// The log does not show its target as allowed before.
    TargetNotAllowedBefore,
    /// The policy declares no such flag.
    UnknownFlag,
    /// A kill flips a flag, and the action is another one.
    NotAFlag,
}

/// When an allow ends, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// The first instant at which it is not allowed.
    pub at: Instant,
    /// What does not allow then.
    pub because: Vec<Cause>,
}

/// A reason by its name alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cause {
    /// What it is about.
    pub about: About,
    /// Its name.
    pub name: String,
}

/// When everything allows, with evidence as given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Next {
    /// At this instant, which is the one judged where that allows.
    At(Instant),
    /// Not by waiting: something is needed.
    NeverByWaiting,
    /// Not before this instant, at which the search ends.
    NotBefore(Instant),
}

/// What holds at an instant on the way to the next allow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// The instant at which everything before it had ended.
    pub at: Instant,
    /// What holds then.
    pub cause: Cause,
    /// When it may end.
    pub until: Option<Instant>,
}

/// The tier that was judged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierFound {
    /// Its name; none where the policy declares no tier.
    pub name: Option<String>,
    /// What gave it.
    pub by: TierBy,
    /// The tier that somebody stated, and who.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<super::StatedTier>,
    /// The tier the paths alone have, with the path and the rule's line that give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classified: Option<Classified>,
    /// Who let it be lower.
    pub lowered_by: Vec<Filled>,
}

/// What gave the tier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TierBy {
    /// Nothing: it is judged as the riskiest.
    #[default]
    Nothing,
    /// Somebody states it, and may.
    Statement,
    /// The release it belongs to.
    Release,
    /// Its paths.
    Paths,
    /// It touches the policy, what it generates or the gate's workflow.
    PolicyChange,
}

/// What paths say of the tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Classified {
    /// The tier.
    pub tier: String,
    /// The path that raised it; none where no rule matched.
    pub path: Option<String>,
    /// The rule.
    #[serde(skip)]
    pub origin: Option<Origin>,
}

/// What became of a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EvidenceState {
    /// It counts.
    Counted,
    /// The same source said something newer.
    Superseded,
    /// It is too old, or says no time where one is needed.
    Stale,
    /// It says that it was observed behind the instant judged.
    Future,
    /// It comes from where the policy does not take it.
    Foreign,
    /// It cannot be read as a value of the fact.
    Malformed,
    /// The policy knows no such fact.
    UnknownFact,
}
