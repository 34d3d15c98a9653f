//! Every code there is, for `opsc explain` and the rules of a report.

use crate::diag::Code;
use crate::{rules, verify};

/// Every code, by name: those of a check, and those of the author's tests.
pub fn codes() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> = [rules::codes(), verify::CODES].concat();
    codes.sort_by_key(|code| code.name);
    codes
}
