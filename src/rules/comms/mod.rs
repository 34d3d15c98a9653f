//! What users are told: that updates say what they must and no more, that the ladder is one, that silence is not planned.

mod cadence;
mod ladder;
mod text;

pub(super) use cadence::RULE as CADENCE;
pub(super) use ladder::RULE as LADDER;
pub(super) use text::RULE as TEXT;
