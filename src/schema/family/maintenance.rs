//! Times in which writes are refused, and the surfaces through which writes come.

use super::recovery::STEPS;
use super::window::DURING;
use crate::schema::declaration::{ClauseWord, Declaration, declaration, field};

pub static SURFACE: Declaration = declaration("surface", "new", "A way by which something is written.")
    .annotation("#endpoint 'endpoint' | #tool 'tool' | #store 'store' | #job 'job'")
    .fields(&[
        field("scope", "component,", "The components that it writes to.").many().default("everything"),
        field(
            "route",
            "method=text path=text",
            "A request that reaches it: `route \"POST\" \"/documents\"`.",
        )
        .many(),
    ]);

pub static MAINTENANCE: Declaration =
    declaration("maintenance", "new", "A time in which writes are refused, how it begins and how it ends.")
        .fields(&[
            field("during", DURING, "When it is.").many().default("whenever it is called for"),
            field("every", "<recurrence>", "When it is, again and again.").many(),
            field(
                "in",
                "#each 'each' 'region' | #owner 'owner' 'zone' | zone",
                "Where its local times are read: in each region, in the zone of the owner's team, or in one zone.",
            )
            .default("each region"),
            field("from", "date", "None starts before this date."),
            field("until", "date", "None starts on or after this date."),
            field("except", "date,", "None starts on these dates.").many().clauses(&[ClauseWord::Because]),
            field("regions", "region,", "Where it is.").many().default("all"),
            field("scope", "component,", "The components whose writes are refused.").many().default("all"),
            field("owner", "party", "Who answers for it."),
            field("because", "text", "Why it is; shown to whoever it stops."),
            field("refuses", "surface,", "Surfaces whose writes are refused.").many(),
            field(
                "queues",
                "surface, ('in' queue=text)? ('key' key=text)?",
                "Surfaces whose writes are kept for later, in which queue, and the field that tells one intent from another.",
            )
            .many(),
            field("drops", "surface,", "Surfaces whose writes are not worth keeping.").many(),
            field("stops", "surface,", "Jobs that do not run meanwhile.").many(),
            field(
                "answer",
                "status=integer ('code' code=text)? ('retry-after' retry=duration)?",
                "What a refused write is answered: 423 or 503, a stable code, and when to come back.",
            ),
            field("flag", "flag", "The flag that refuses writes."),
            field("banner", "wording ('ttl' ttl=duration)?", "What users see meanwhile, and how long a copy of it is kept."),
            field("notice", "before=duration 'before' wording?", "What is published beforehand, and how long before.")
                .many(),
            field("retries", "'at' 'most' most=integer ('with' #jitter 'jitter')?", "How often a client tries again, and whether clients spread their tries."),
            field("begin", "", "How it begins, in order; a step that fails leaves the rest undone.")
                .required()
                .fields(STEPS),
            field("end", "", "How it ends, in order; a step that fails leaves the rest undone.")
                .required()
                .fields(STEPS),
            field("finally", "", "What is done however it ends, each whether or not another fails.").fields(STEPS),
            field(
                "extend",
                "by=duration 'at' 'most' most=duration ('then' 'rollback' rollback)?",
                "By how much it is extended where something is wrong, for how long at most, and what is rolled back then.",
            )
            .many()
            .clauses(&[ClauseWord::When]),
        ]);
