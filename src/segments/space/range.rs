//! A quantity with a handful of values, held in the bits of a decision diagram. Value 0 is where nothing is said.

use biodivine_lib_bdd::{Bdd, BddPartialValuation, BddVariable, BddVariableSet};

/// How many bits a space may have, over all its ranges.
pub(super) const MOST_BITS: usize = 4096;

/// The bits of one quantity.
#[derive(Debug, Clone)]
pub(super) struct Range {
    bits: Vec<BddVariable>,
    /// How many values it has: at least one.
    pub count: usize,
}

/// Hands out bits, in the order in which quantities are asked for.
#[derive(Debug, Default)]
pub(super) struct Bits {
    used: usize,
}

impl Bits {
    /// A quantity of so many values.
    pub fn range(&mut self, count: usize) -> Range {
        let width = usize::BITS - count.saturating_sub(1).leading_zeros();
        let first = self.used;
        self.used += width as usize;
        Range { bits: (first..self.used).map(BddVariable::from_index).collect(), count: count.max(1) }
    }

    /// The variables behind every bit that was handed out; nothing where they are too many.
    pub fn variables(&self) -> Option<BddVariableSet> {
        let count = u16::try_from(self.used).ok().filter(|_| self.used <= MOST_BITS)?;
        Some(BddVariableSet::new_anonymous(count))
    }
}

impl Range {
    /// Its bits, in order.
    pub fn bits(&self) -> &[BddVariable] {
        &self.bits
    }

    /// Whether a value sets one of its bits.
    pub fn sets(&self, value: usize, bit: BddVariable) -> bool {
        self.bits.iter().position(|known| *known == bit).is_some_and(|position| value >> position & 1 == 1)
    }

    /// Where it has this value.
    pub fn is(&self, variables: &BddVariableSet, value: usize) -> Bdd {
        let mut clause = BddPartialValuation::empty();
        for (position, bit) in self.bits.iter().enumerate() {
            clause.set_value(*bit, value >> position & 1 == 1);
        }
        variables.mk_conjunctive_clause(&clause)
    }

    /// Where it has one of the values that fit.
    pub fn any(&self, variables: &BddVariableSet, fits: impl Fn(usize) -> bool) -> Bdd {
        let fitting = (0..self.count).filter(|value| fits(*value));
        fitting.fold(variables.mk_false(), |any, value| any.or(&self.is(variables, value)))
    }

    /// Where its bits spell a value at all.
    pub fn valid(&self, variables: &BddVariableSet) -> Bdd {
        if self.count.is_power_of_two() { variables.mk_true() } else { self.any(variables, |_| true) }
    }
}
