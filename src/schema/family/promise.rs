//! What the policy is held to: named approvals, claims of other sources, the author's tests.

use crate::schema::declaration::{ClauseWord, Declaration, Field, declaration, field};

pub static APPROVAL: Declaration =
    declaration("approval", "new", "An approval that several rules ask for, under one name.").fields(&[
        field("approve", "seats", "Who must approve, each seat another person.").required(),
        field(
            "valid",
            "'for' duration (#throughout 'throughout' | #start 'at' 'start')?",
            "How long an approval counts, and whether when the change starts or as long as it runs.",
        )
        .default("without end"),
        field("dismiss", "'on' 'new' 'commit'", "A new commit dismisses it, even one with the same patch."),
    ]);

pub static CLAIM: Declaration = declaration(
    "claim",
    "title",
    "What another source says of the kinds of freeze, held against what they do.",
)
.fields(&[field(
    "",
    "freeze (#blocks 'blocks' | #admits 'admits' | #excepts 'excepts') (#others 'others' | tier,)",
    "What it says that a kind does to tiers: `hard blocks T1`.",
)
.several()
.clauses(&[ClauseWord::When])]);

/// What `given` and `with` put into a question; the same stands as statements of their own.
const QUESTION: &str = "#tier 'tier' tier \
     | #action 'action' action=word \
     | #phase 'phase' phase=word \
     | #environment 'environment' environment \
     | #region ('region' | 'regions') region, \
     | #component ('component' | 'components') component, \
     | #service 'service' service \
     | #release 'release' release \
     | #at 'at' instant \
     | #path ('path' | 'paths') path=text, \
     | #fact 'fact' <assertion> \
     | #approved 'approved' 'by' person=party, \
     | #author ('author' | 'authors') person=party, \
     | #rollback 'rollback' lever=word 'to' to=word \
     | #kill 'kill' flag \
     | #glass 'break-glass' break-glass 'by' person=party";

const EXPECTATION: &str = "#allowed 'allowed' \
     | #blocked 'blocked' ('by' by=word,)? ('until' instant)? \
     | #pending 'pending' ('on' on=word,)? \
     | #next 'next' (instant | #never 'never') \
     | #valid 'valid' 'until' instant \
     | #window 'window' window, \
     | #no-window 'no' 'window' window,? \
     | #reason 'reason' reason=party, \
     | #record 'record' (pointer=text value | entry=part) \
     | #no-record 'no' 'record' pointer=text";

/// One question a row: a cell for each column, and behind `:` what the answer must be.
const ROWS: &[Field] = &[field(
    "row",
    "cell=part*",
    "A question: its cells, in the order of the columns, and behind `:` what the answer must be. `unknown` leaves a fact \
     unsaid, `all` leaves a scope open, `nobody` stands for no people.",
)
.several()
.annotation(EXPECTATION)
.fields(&[field("expect", EXPECTATION, "What else the answer must be.").many()])];

macro_rules! question {
    ($inner:expr) => {
        &[
            field("given", QUESTION, "Something that is given: `given tier T2`.").many(),
            field("tier", "#tier tier", "The tier that is stated."),
            field(
                "action",
                "#action action=word",
                "What is done: `merge`, `deploy`, `migrate`, `promote` or `flag`.",
            ),
            field(
                "phase",
                "#phase phase=word",
                "In which phase it is asked: `merge`, `deploy` or `promote`.",
            ),
            field("environment", "#environment environment", "Where it goes."),
            field("region", "#region region,", "The regions it goes to.").default("all"),
            field("regions", "#region region,", "The regions it goes to.").default("all"),
            field("component", "#component component,", "What it changes.").default("all"),
            field("components", "#component component,", "What it changes.").default("all"),
            field("service", "#service service", "The service it changes."),
            field("release", "#release release", "The release it is part of."),
            field("path", "#path path=text,", "A path it changes.").many(),
            field("paths", "#path path=text,", "The paths it changes.").many(),
            field("fact", "#fact <assertion>", "A fact that evidence asserts: `fact warmup true`.").many(),
            field("approved", "#approved 'by' person=party,", "Who approved it.").many(),
            field("author", "#author person=party,", "Who wrote it.").many(),
            field("authors", "#author person=party,", "Who wrote it.").many(),
            field(
                "rollback",
                "#rollback lever=word 'to' to=word",
                "The lever of a rollback, and the release it goes back to.",
            ),
            field("kill", "#kill flag", "The flag that is switched off."),
            field(
                "break-glass",
                "#glass break-glass 'by' person=party",
                "The glass that is broken, and by whom.",
            ),
            field("expect", EXPECTATION, "What the answer must be.").many(),
            field(
                "table",
                "column=word,",
                "Many questions, one a row: the columns are words of a question, or facts by their names.",
            )
            .many()
            .fields(ROWS),
            field("at", "#at instant", "When it is asked; with a block, what is expected then.")
                .many()
                .fields($inner),
            field("in", "#region region,", "The same question, asked for regions.").many().fields($inner),
            field("with", QUESTION, "The same question with something else given: `with tier T3 { ... }`.")
                .many()
                .fields($inner),
            field("case", "title", "A question of its own, from what is given so far.").many().fields($inner),
        ]
    };
}

// Blocks inside a test nest so deep: an instant, a region, a tier.
const INNERMOST: &[Field] = question!(&[]);
const INNER: &[Field] = question!(INNERMOST);
const OUTER: &[Field] = question!(INNER);

pub static TEST: Declaration =
    declaration("test", "title", "Questions with the answers that are expected.").fields(OUTER);

pub static PROVE: Declaration = declaration(
    "prove",
    "title",
    "Something that must be so of every change there can be, at every instant of the horizon.",
)
.fields(&[
    field("for", "'change'", "What it speaks of: changes.").default("changes"),
    field(
        "where",
        "condition",
        "Which changes and instants: by `tier`, `region`, `component`, `service`, `environment`, `action`, `phase`, \
         by `during` a kind of freeze or a window, `at` a span of instants, and by evidence. Several must all be so.",
    )
    .many()
    .default("all"),
    field("expect", "condition", "The verdict they must have: `blocked`, `not allowed`, `blocked or pending`.")
        .required(),
]);

pub static PROPERTY: Declaration = declaration(
    "property",
    "title",
    "Something that must be so of every rollout that meets a condition: tried on made-up rollouts, not proved.",
)
.fields(&[
    field("for", "'trace' 'of' pipeline", "Whose rollouts it speaks of.").required(),
    field(
        "where",
        "anything",
        "Which rollouts: where something is measured (`coverage < 0.60 for 10m during canary`), where `STAGE fails` or \
         `any stage fails`, where a `freeze` is met (`freeze hard during ramp`), where `STAGE unapproved`, of `tier T2`. \
         Several must all be so.",
    )
    .many()
    .default("all"),
    field(
        "expect",
        "anything",
        "What must come (`eventually` may be said before it) or, behind `never`, must not: `finished`, `rolled-back`, `paused`, \
         `failed`, `stuck`, `recovered`, `incident`, `STAGE started`, `traffic above 25%`, `writes open`, `throttle off`, \
         `banner off`, `lock NAME free`; one of several by `or`; `within 15m` of the instant from which all that is said by \
         `where` was so.",
    )
    .several(),
]);
