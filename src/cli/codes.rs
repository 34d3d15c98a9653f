//! Every code there is, from the rooms that raise them.

use crate::diag::Code;
use crate::{fidelity, policy, resolve, schema, syntax, types};

/// The codes of each room.
static ROOMS: &[&[&Code]] =
    &[syntax::CODES, schema::CODES, resolve::CODES, types::CODES, policy::CODES, fidelity::CODES];

/// Every code, by name.
pub fn codes() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> = ROOMS.concat();
    codes.sort_by_key(|code| code.name);
    codes
}
