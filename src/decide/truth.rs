//! Three truths, and the first instants at which they may turn: the algebra under every reason.

use super::Verdict;
use crate::calendar::Instant;

/// What a condition says at an instant. `Allow` is true, `Pending` unknown, `Block` false (Kleene's strong logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Truth {
    /// What it says.
    pub verdict: Verdict,
    /// No instant before this one changes whether it is true.
    pub allow_until: Instant,
    /// No instant before this one changes whether it is false.
    pub block_until: Instant,
}

impl Truth {
    /// True for good.
    pub const TRUE: Self = Self::until(Verdict::Allow, Instant::MAX);
    /// False for good.
    pub const FALSE: Self = Self::until(Verdict::Block, Instant::MAX);

    /// What says the same until an instant.
    pub const fn until(verdict: Verdict, until: Instant) -> Self {
        Self { verdict, allow_until: until, block_until: until }
    }

    /// True or false until an instant.
    pub const fn known(holds: Holds, until: Instant) -> Self {
        match holds {
            Holds::Yes => Self::until(Verdict::Allow, until),
            Holds::No => Self::until(Verdict::Block, until),
        }
    }

    /// The first instant at which anything about it may change.
    pub fn turns(self) -> Instant {
        self.allow_until.min(self.block_until)
    }

    /// Not this.
    pub fn negate(self) -> Self {
        let verdict = match self.verdict {
            Verdict::Allow => Verdict::Block,
            Verdict::Pending => Verdict::Pending,
            Verdict::Block => Verdict::Allow,
        };
        Self { verdict, allow_until: self.block_until, block_until: self.allow_until }
    }

    /// All of these. It stays untrue while one that is untrue stays so, and false while one that is false does.
    pub fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Fold::new();
        truths.into_iter().for_each(|truth| all.add(truth));
        all.finish()
    }

    /// Any of these.
    pub fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        Self::all(truths.into_iter().map(Self::negate)).negate()
    }
}

/// Whether something holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// It does.
    Yes,
    /// It does not.
    No,
}

impl From<bool> for Holds {
    fn from(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }
}

struct Fold {
    verdict: Verdict,
    first_untrue: Instant,
    last_true_again: Instant,
    first_false: Instant,
    last_unfalse: Instant,
}

impl Fold {
    fn new() -> Self {
        Self {
            verdict: Verdict::Allow,
            first_untrue: Instant::MAX,
            last_true_again: Instant::MIN,
            first_false: Instant::MAX,
            last_unfalse: Instant::MIN,
        }
    }

    fn add(&mut self, truth: Truth) {
        self.verdict = self.verdict.max(truth.verdict);
        match truth.verdict {
            Verdict::Allow => self.first_untrue = self.first_untrue.min(truth.allow_until),
            Verdict::Pending | Verdict::Block => {
                self.last_true_again = self.last_true_again.max(truth.allow_until);
            }
        }
        match truth.verdict {
            Verdict::Block => self.last_unfalse = self.last_unfalse.max(truth.block_until),
            Verdict::Allow | Verdict::Pending => self.first_false = self.first_false.min(truth.block_until),
        }
    }

    fn finish(self) -> Truth {
        Truth {
            verdict: self.verdict,
            allow_until: match self.verdict {
                Verdict::Allow => self.first_untrue,
                Verdict::Pending | Verdict::Block => self.last_true_again,
            },
            block_until: match self.verdict {
                Verdict::Block => self.last_unfalse,
                Verdict::Allow | Verdict::Pending => self.first_false,
            },
        }
    }
}
