//! What evidence may say of a change, and how its tier follows from its paths.

use crate::schema::declaration::{Arity, Declaration, declaration, field};

pub static CLASSIFY: Declaration = declaration(
    "classify",
    "",
    "How a change's tier follows from its paths: the riskiest rule that matches gives it.",
)
.arity(Arity::Optional)
.fields(&[
    field("otherwise", "tier", "The tier where no rule matches."),
    field("lower", "'by' 'approval' seats", "Who may let a stated tier be lower than its paths say.")
        .default("nobody"),
    field("", "tier", "A tier, and when the paths give it: `T3 when any path \"migrations/**\"`.")
        .many()
        .clauses(&[crate::schema::declaration::ClauseWord::When]),
]);

pub static FACT: Declaration = declaration("fact", "new", "Something that evidence may assert of a change.")
    .space("evidence")
    .annotation("#bool 'bool' | #one-of 'one' 'of' choice=word, | #number 'number' | #ratio 'ratio' | #duration 'duration' | #money 'money' | #rate 'rate' | #instant 'instant' | #text 'text'")
    .fields(&[
        field(
            "from",
            "#ci 'ci' | #label 'label' ('by' role)? | #review 'review' | #json 'json' file=text 'at' pointer=text | #operator 'operator'",
            "Who may assert it.",
        )
        .many()
        .default("anyone who hands evidence to the gate"),
        field("fresh", "duration", "How long an assertion counts.").default("without end"),
        field("private", "", "Records leave its value out."),
    ]);
