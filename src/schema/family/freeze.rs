//! Kinds of freeze: what each does to every tier.

use crate::schema::declaration::{ClauseWord, Declaration, declaration, field};

const TIERS: &str = "#others 'others' | tier,";

pub static FREEZE: Declaration =
    declaration("freeze", "new", "A kind of freeze: what it does to every tier.").fields(&[
        field("admit", TIERS, "Tiers that land all the same; `when` says what must hold for it.")
            .many()
            .clauses(&[ClauseWord::When]),
        field("except", TIERS, "Tiers that are blocked unless an exception lifts the window.").many(),
        field("block", TIERS, "Tiers that are blocked, whatever is excepted.").many(),
    ]);
