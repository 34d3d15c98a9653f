//! Every code there is, from the rooms that raise them.

use crate::diag::Code;

/// The codes of each room.
static ROOMS: &[&[&Code]] = &[];

/// Every code, by name.
pub fn codes() -> Vec<&'static Code> {
    let mut codes: Vec<&'static Code> = ROOMS.concat();
    codes.sort_by_key(|code| code.name);
    codes
}
