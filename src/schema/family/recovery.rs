//! How a release comes back: levers, rollbacks with their steps, and flags.

use crate::schema::declaration::{ClauseWord, Declaration, Field, declaration, field};

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
            field("scope", "component,", "What it takes back.").many().default("everything that is rolled out"),
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

/// The steps of a rollback or a maintenance, in the order they are done.
pub(super) const STEPS: &[Field] = &[
    field("capture", "pins,", "Keeps what runs, for the postmortem.").many(),
    field("freeze-writes", "", "Refuses writes.").many(),
    field("unfreeze-writes", "", "Takes writes again.").many(),
    field("pause", "pipeline?", "Lets the pipeline take no further step.").many(),
    field("resume", "pipeline?", "Lets the pipeline go on.").many(),
    field(
        "pull",
        "#fastest 'fastest' 'of' lever, | lever,",
        "Pulls these levers, or the fastest of those that can be pulled.",
    )
    .many(),
    field("rotate-cache", "", "Gives cache keys a new namespace, so that no old answer is served.").many(),
    field("warm-cache", "", "Fills the caches again.").many(),
    field("throttle", "#on 'on' | #off 'off'", "Limits how much is taken on, or lifts the limit.").many(),
    field("banner", "#on 'on' | #off 'off'", "Puts the banner up, or takes it down.").many(),
    field(
        "hold",
        "least=duration ('until' 'recovered' 'at' 'most' most=duration ('else' 'incident' severity)?)?",
        "Waits so long, then until it counts as recovered; where it never does, an incident is opened and the rest is not done.",
    )
    .many(),
    field("verify", "gate,", "These gates must pass.").many(),
    field("alert", "party", "Tells somebody.").many(),
    field("stop-jobs", "", "Stops the jobs that write by themselves.").many(),
    field("start-jobs", "", "Lets the jobs that write by themselves run again.").many(),
    field("notice", "wording", "Publishes a notice.").many(),
    field("backfill", "", "Carries out the writes that were queued.").many(),
    field("run", "text", "Runs a command.").many(),
];

pub static ROLLBACK: Declaration =
    declaration("rollback", "new 'for' pipeline", "When and how a release comes back.").fields(&[
        field("when", "anything", "It begins when this holds; said again, when any of them does.").many(),
        field("case", "title", "What one sees, and which levers serve it.").many().fields(&[
            field("when", "anything", "How it is told."),
            field("pull", "lever,", "The levers that serve it, best first.").several(),
            field("note", "text", "What else is done, in words.").many(),
        ]),
        field(
            "regions",
            "region, ('then' region,)* ('soak' soak=duration)?",
            "The regions it goes through, in steps.",
        )
        .default("all at once"),
        field("do", "", "What is done, in order; a step that fails leaves the rest undone.")
            .required()
            .fields(STEPS),
        field(
            "finally",
            "",
            "What is done however the steps before it end, each whether or not another fails.",
        )
        .fields(STEPS),
        field("recovered", "('within' duration)?", "When it counts as recovered, and how soon it must be.")
            .clauses(&[ClauseWord::When]),
        field("audit", "word,", "What is looked at afterwards.").many(),
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
