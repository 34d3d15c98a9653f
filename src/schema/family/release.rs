//! Planned releases, dated exceptions, and the way through in an emergency.

use crate::schema::declaration::{Declaration, declaration, field};

pub static RELEASE: Declaration = declaration("release", "new", "A planned release.")
    .annotation("tier")
    .fields(&[
    field("owner", "party", "Who owns it."),
    field("components", "component,", "What it changes.").many(),
    field(
        "regions",
        "region, ('then' region,)* ('soak' soak=duration)?",
        "The regions it goes to, in steps.",
    )
    .default("all at once"),
    field("environment", "environment", "The environment it goes to.").default("all"),
    field("at", "instant", "When it is planned to start."),
    field("by", "pipeline", "The pipeline that carries it out."),
    field(
        "after",
        "release,",
        "Releases that are over before it starts: `opsc next` plans it behind them. The gate does not ask.",
    )
    .many(),
]);

pub static EXCEPTION: Declaration =
    declaration("exception", "new", "A dated permission for one tier to pass windows that would block it.")
        .annotation("tier")
        .fields(&[
            field("lifts", "window,", "The windows it lifts.").several(),
            field("regions", "region,", "Where it holds.").many().default("all that the windows have"),
            field("scope", "component,", "What it holds for.").many().default("all that the windows have"),
            field("environments", "environment,", "The environments it holds in.")
                .many()
                .default("all that the windows have"),
            field("owner", "party", "Who owns it.").required(),
            field("ticket", "text", "Where it was asked for.").required(),
            field("lever", "lever", "The lever that takes the change back.").required(),
            field("warmup", "text", "How caches are warmed, or why they need not be.").required(),
            field("starts", "instant", "The first instant at which it counts.")
                .default("once it is in the policy"),
            field("expires", "instant", "The first instant at which it counts no longer.").required(),
            field("approve", "seats", "Who must approve each use.").required(),
            field("once", "", "It may be used once."),
            field("for", "'change' change=text", "It is for this change alone."),
            field("because", "text", "Why it was given."),
        ]);

pub static BREAK_GLASS: Declaration =
    declaration("break-glass", "new", "A way through in an emergency, and what it owes afterwards.").fields(
        &[
            field("by", "seats", "Who may break the glass.").required(),
            field("tiers", "tier,", "The tiers it serves.").many().default("all"),
            field("require", "condition", "What must hold.").many(),
            field(
                "escalate",
                "count=integer 'of' part ('in' 'region')? ('within' within=duration)?",
                "Who is asked, in order, each within a time.",
            )
            .many(),
            field("owes", "debt=text ('within' within=duration)?", "What is owed afterwards, and by when.")
                .many(),
            field("because", "text", "Why it is there."),
        ],
    );
