//! What `opsc build` writes. Which targets there are, and what each takes, is said by `fidelity`.

use crate::schema::declaration::{ClauseWord, Declaration, declaration, field};

pub static TARGET: Declaration =
    declaration("target", "new", "Files that `opsc build` writes for another program.").fields(&[
        field("to", "text", "The file or folder it writes, relative to the policy's root.")
            .default("the target's own place"),
        field(
            "",
            "option=word text",
            "A field of the target's own, such as `install \"cargo install --locked opsc\"`.",
        )
        .many(),
        field(
            "allow",
            "'lossy'",
            "What the target holds weaker than the policy does is accepted, for the reason behind `because`.",
        )
        .clauses(&[ClauseWord::Because]),
    ]);
