//! How risky a change is, and what that asks of it.

use crate::schema::declaration::{ClauseWord, Declaration, declaration, field};

pub static TIER: Declaration = declaration(
    "tier",
    "new title?",
    "How risky a change is, and what that asks of it; the least risky tier is written first.",
)
.fields(&[
    field("examples", "text,", "Examples of changes of this tier.").many(),
    field(
        "before",
        "(#merge 'merge' | #deploy 'deploy' | #promote 'promote') 'require' condition",
        "What must hold before a phase; until that phase it is checked later.",
    )
    .many(),
    field("approve", "seats", "Who must approve before the change is merged.").many(),
    field(
        "in",
        "freeze (#blocked 'blocked' | #admitted 'admitted' | #excepted 'excepted')",
        "What is said elsewhere of this tier in a kind of freeze: a claim, held against the kind itself.",
    )
    .many()
    .clauses(&[ClauseWord::When]),
]);
