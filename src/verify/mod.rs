//! What an author says of a policy, held against what it decides.

mod answer;
pub mod backtest;
mod coverage;
pub mod clocks;
pub mod diff;
mod entry;
mod gather;
mod mutate;
pub mod property;
pub mod prove;
mod question;
pub mod replay;
mod run;
mod suggest;

use crate::code;
use crate::diag::Code;

pub use coverage::{Coverage, Item, coverage};
pub use mutate::{Effect, Fate, Mutation, Sameness, Tried, mutate};
pub use property::{PropertyRun, Verdict};
pub use run::{CaseRun, Compared, TestRun, run};
pub use suggest::suggest;

code!(pub TEST_FAILED, Error, "test-failed", "a test whose answer is not the expected one");

/// Every code of this room. Only running the tests raises them, never a check.
pub static CODES: &[&Code] = &[
    &TEST_FAILED,
    &prove::PROOF_FAILED,
    &prove::PROOF_OF_NOTHING,
    &prove::PROOF_UNDECIDED,
    &property::PROPERTY_FAILED,
    &property::PROPERTY_OF_NOTHING,
    &property::PROPERTY_UNDECIDED,
    &property::BAD_REGRESSION,
];
