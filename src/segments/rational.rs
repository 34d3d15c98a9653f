//! Exact fractions, so that bars which meet in one third are compared in one third. What does not fit is refused, not rounded.

use rust_decimal::Decimal;
use std::cmp::Ordering;

/// A fraction in lowest terms; the denominator is above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rational {
    above: i128,
    below: i128,
}

impl Rational {
    /// Nothing.
    pub const ZERO: Self = Self { above: 0, below: 1 };
    /// One.
    pub const ONE: Self = Self { above: 1, below: 1 };

    /// The fraction of two numbers; nothing where the second is zero or they do not fit.
    pub fn new(above: i128, below: i128) -> Option<Self> {
        let common = common(above.checked_abs()?, below.checked_abs()?);
        if below == 0 || common == 0 {
            return None;
        }
        let (above, below) = (above / common, below / common);
        Some(if below < 0 {
            Self { above: above.checked_neg()?, below: below.checked_neg()? }
        } else {
            Self { above, below }
        })
    }

    /// A decimal, exactly.
    pub fn of(decimal: Decimal) -> Option<Self> {
        Self::new(decimal.mantissa(), 10_i128.checked_pow(decimal.scale())?)
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Option<Self> {
        let left = self.above.checked_mul(other.below)?;
        let right = other.above.checked_mul(self.below)?;
        Self::new(left.checked_add(right)?, self.below.checked_mul(other.below)?)
    }

    /// The difference.
    pub fn minus(self, other: Self) -> Option<Self> {
        self.plus(Self { above: other.above.checked_neg()?, below: other.below })
    }

    /// The product.
    pub fn times(self, other: Self) -> Option<Self> {
        Self::new(self.above.checked_mul(other.above)?, self.below.checked_mul(other.below)?)
    }

    /// The quotient; nothing where the other is zero.
    pub fn over(self, other: Self) -> Option<Self> {
        Self::new(self.above.checked_mul(other.below)?, self.below.checked_mul(other.above)?)
    }

    /// Which is greater.
    pub fn order(self, other: Self) -> Option<Ordering> {
        Some(self.above.checked_mul(other.below)?.cmp(&other.above.checked_mul(self.below)?))
    }
}

fn common(mut one: i128, mut other: i128) -> i128 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}
