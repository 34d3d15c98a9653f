//! Where in a space something holds and where it fails; where it does neither, it is unknown. Kleene's strong logic, as two
//! decision diagrams.

use biodivine_lib_bdd::{Bdd, BddVariableSet};

/// What a condition says, over every combination of evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Says {
    /// Where it holds.
    pub holds: Bdd,
    /// Where it fails.
    pub fails: Bdd,
}

impl Says {
    /// Everywhere.
    pub(super) fn yes(variables: &BddVariableSet) -> Self {
        Self { holds: variables.mk_true(), fails: variables.mk_false() }
    }

    /// Nowhere.
    pub(super) fn no(variables: &BddVariableSet) -> Self {
        Self { holds: variables.mk_false(), fails: variables.mk_true() }
    }

    /// Neither, everywhere.
    pub(super) fn unknown(variables: &BddVariableSet) -> Self {
        Self { holds: variables.mk_false(), fails: variables.mk_false() }
    }

    /// Where both hold.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        Self { holds: self.holds.and(&other.holds), fails: self.fails.or(&other.fails) }
    }

    /// Where either holds.
    #[must_use]
    pub(super) fn or(&self, other: &Self) -> Self {
        Self { holds: self.holds.or(&other.holds), fails: self.fails.and(&other.fails) }
    }

    /// The other way round.
    #[must_use]
    pub(super) fn not(self) -> Self {
        Self { holds: self.fails, fails: self.holds }
    }
}
