//! How a change rolls out: pipelines with their stages, and locks.

use crate::schema::declaration::{ClauseWord, Declaration, Field, declaration, field};

pub static LOCK: Declaration =
    declaration("lock", "new", "Something that one run of a pipeline holds at a time.")
        .fields(&[field("lease", "duration", "How long it is held at most.").default("without end")])
        .clauses(&[ClauseWord::Because]);

pub static PIPELINE: Declaration =
    declaration("pipeline", "new ('for' service)?", "The stages that carry a release out.").fields(&[
        field("runs", "integer", "How many runs of it there may be at once.").default("1"),
        field(
            "holds",
            "lock,",
            "Locks that a run holds from its first stage to its last: a concurrency group is one.",
        )
        .many(),
        field(
            "on",
            "#freeze 'freeze' | #failure 'failure' <failure>",
            "What it does when a freeze begins half-way, the first answer that fits; and when a stage fails that says nothing of its own.",
        )
        .many()
        .fields(ANSWERS)
        .default("`on freeze` pauses, `on failure` stops"),
        field("stage", "new", "One step of it; a name that is a kind says the kind too.")
            .annotation(
                "(kind=word)?",
            )
            .several()
            .fields(STAGE),
    ]);

const ANSWERS: &[Field] = &[
    field("otherwise", "<reaction>", "What is done when no answer before it fits.").many().default("pause"),
    field("", "freeze", "What is done when a freeze of this kind begins.")
        .annotation("<reaction>")
        .many()
        .clauses(&[ClauseWord::When]),
];

const STAGE: &[Field] = &[
    field(
        "after",
        "stage=word, ('of' pipeline)?",
        "Stages that must be finished before it starts, of this pipeline or of another.",
    )
    .many(),
    field("run", "text", "The command it runs."),
    field("undo", "text", "The command that undoes it."),
    field("needs", "component,", "Components that must be ready before it starts.").many(),
    field("starts", "component,", "Components it starts; it is finished once they are ready.")
        .many()
        .default("for a `deploy`, those of the pipeline's service"),
    field("calls", "pipeline,", "Pipelines it runs and waits for.").many(),
    field("produces", "artifact=word,", "Artifacts and pins it makes.").many(),
    field("expects", "artifact=word,", "Artifacts and pins that must be as an earlier stage made them.")
        .many(),
    field(
        "holds",
        "lock, ('until' stage=word)?",
        "Locks it takes when it starts, and the stage at whose end they are given back.",
    )
    .many()
    .default("given back at its own end"),
    field(
        "traffic",
        "(#mirror 'mirror' share=ratio | share=ratio,) ('hold' hold=duration)?",
        "Shares of traffic it gives to the change, one after the other; what is mirrored is not answered.",
    ),
    field("hold", "duration", "How long each share, or the stage, must hold."),
    field("gate", "gate,", "Gates that must pass at the end of each hold.").many(),
    field(
        "regions",
        "region, ('then' region,)* ('soak' soak=duration)?",
        "The regions it goes to, in steps, and how long each must be healthy before the next.",
    )
    .default("all at once"),
    field("environment", "environment", "The environment it acts on."),
    field("approve", "seats", "Who must approve before it starts."),
    field("timeout", "duration", "How long it may take.").default("without end"),
    field("retry", "integer", "How often it is tried again.").default("0"),
    field("on", "'failure' <failure>", "What happens when it fails.").default("what the pipeline says"),
    field("warms", "cache=word,", "Caches it warms.").many(),
    field("switch", "from=word to=word", "The colours it switches traffic between."),
];
