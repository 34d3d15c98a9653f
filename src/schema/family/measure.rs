//! What is measured while a change rolls out, and what must hold of it.

use crate::schema::declaration::{Declaration, declaration, field};

const KINDS: &str =
    "#ratio 'ratio' | #score 'score' | #duration 'duration' | #count 'count' | #rate 'rate' | #money 'money'";

pub static METRIC: Declaration = declaration(
    "metric",
    "new",
    "Something that is measured: a share, a score from 0 to 1, a duration, a number of things, a rate, or money.",
)
.space("evidence")
.annotation(KINDS)
.fields(&[
    field("better", "#lower 'lower' | #higher 'higher'", "Which way it is good.").required(),
    field(
        "no-data",
        "#fail 'fail' | #hold 'hold' | #pass 'pass'",
        "What it counts as where nothing was measured: `fail` as bad, `hold` as unknown, `pass` as good.",
    )
    .required()
    .insert("no-data fail"),
    field(
        "baseline",
        "#stable 'stable' | #pinned 'pinned' text | #offset 'offset' duration",
        "What `baseline` means behind it: what runs beside the change, a pinned reading, or the same so long before.",
    )
    .default("none: it is held against values alone"),
    field("prometheus", "text", "The PromQL expression that measures it; `$window`, `$quantile` and `$track` are filled in."),
]);

pub static GATE: Declaration =
    declaration("gate", "new", "What must hold before something goes on: all that it requires.")
        .space("evidence")
        .fields(&[field(
            "require",
            "condition",
            "What must hold: `error-rate <= 0.5%`, `p95(latency) <= baseline * 1.15 over 10m for 5m`, `probe env`, a fact.",
        )
        .several()]);

pub static PROBE: Declaration = declaration("probe", "new", "A check that is run and answers yes or no.")
    .space("evidence")
    .fields(&[field("run", "text", "The command that asks it.")]);

pub static PINS: Declaration =
    declaration("pins", "new", "Versions that must be the same wherever a release runs.").fields(&[
        field("has", "name=word,", "Names of the versions: `release-id`, `index-hash`.").several(),
        field(
            "pin",
            "name=word pinned=text ('else' good=text)?",
            "The version of one of them, and the last that is known to be good. Flag servers are told both.",
        )
        .many(),
    ]);
