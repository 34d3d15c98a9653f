//! How a release comes back: levers and flags.

use crate::schema::declaration::{Declaration, declaration, field};

pub static LEVER: Declaration =
    declaration("lever", "new", "What is flipped to go back; exceptions and rollbacks name it.")
        .annotation("(#degrade 'degrade' | #sticky 'sticky' | #single-flight 'single-flight' | #back 'back')?")
        .fields(&[
            field(
                "flips",
                "#flag 'flag' text? | #selector 'selector' text? | #alias 'alias' text? | #pin 'pin' text? | #route 'route' text?",
                "The pointer it flips, by the name its own system knows it by. Each is an operation of its own.",
            )
            .many(),
            field("steps", "integer", "How many operations it takes.").default("one for each pointer"),
            field("run", "text", "The command that pulls it."),
            field("inverse", "text", "The command that undoes it."),
            field("within", "duration", "How fast it works."),
            field("rotates", "word,", "Caches whose namespace it rotates by itself.").many(),
            field(
                "available",
                "'until' stage=word",
                "The stage of a pipeline from whose start on it can be pulled no longer.",
            )
            .default("always"),
            field(
                "keeps",
                "'old' 'for' duration",
                "How long what it goes back to is kept once the rollout is over.",
            )
            .default("for good"),
            field("cannot", "'undo' text", "What it cannot undo.").many(),
            field("after", "lever,", "Levers that must be pulled before it.").many(),
        ]);

pub static FLAG: Declaration = declaration("flag", "new", "A flag of a flag server.").fields(&[
    field(
        "kind",
        "#kill-switch 'kill-switch' | #progressive 'progressive' | #quality-gated 'quality-gated' \
         | #safety-guard 'safety-guard' | #cost-guard 'cost-guard' | #read-only 'read-only'",
        "What it is for.",
    )
    .required(),
    field("scope", "component,", "What it turns on and off.").many().default("everything"),
    field("variant", "variant=word ratio", "A variant, with its share of traffic.")
        .many()
        .default("`on` and `off`"),
    field("default", "word", "The variant served where nothing else is said."),
    field("sticky", "text", "The key by which one user keeps one variant."),
    field("asked", "#server 'server' | #client 'client'", "Where it is asked.").default("server"),
    field("guard", "gate,", "Gates that close it where they fail.").many(),
    field("owner", "party", "Who answers for it."),
    field("expires", "date", "When it should be gone."),
]);
