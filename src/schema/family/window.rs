//! When a kind of freeze holds, and where; and the holidays it may follow.

use crate::schema::declaration::{ClauseWord, Declaration, declaration, field};

pub(super) const DURING: &str = "#dates start=date ('through' | #open '..') end=date \
     | #day start=date \
     | #instants start=moment '..' end=moment \
     | #holidays holidays ('extended' extension=anything)?";

pub static WINDOW: Declaration = declaration(
    "window",
    "new",
    "A span of time in which a kind of freeze holds.",
)
.annotation("freeze")
.fields(&[
    field("during", DURING, "A span of dates or instants, or holidays.").many(),
    field("every", "<recurrence>", "A span that comes again and again.").many(),
    field("only", "'every' <recurrence>", "Outside these spans the kind holds, within them it does not.")
        .many(),
    field("while", "anything", "It holds while a condition does; `in scope` may stand behind it."),
    field(
        "no-data",
        "#active 'active' | #inactive 'inactive'",
        "Whether it holds while the condition is unknown.",
    )
    .default("active"),
    field(
        "in",
        "#each 'each' 'region' | #owner 'owner' 'zone' | zone",
        "Where its local times are read: in each region, in the zone of the owner's team, or in one zone.",
    )
    .default("each region"),
    field("from", "date", "No span starts before this date."),
    field("until", "date", "No span starts on or after this date."),
    field("except", "date,", "No span starts on these dates.").many().clauses(&[ClauseWord::Because]),
    field("regions", "region,", "Where it holds.").many().default("all"),
    field("scope", "component,", "What it holds for.").many().default("all components"),
    field("environments", "environment,", "The environments it holds in.").many().default("all"),
    field("on", "action=word,", "The actions it stops: `merge`, `deploy`, `migrate`, `promote`, `flag`.")
        .many()
        .default("all"),
    field("owner", "party", "Who answers for it, and is asked about it."),
    field("because", "text", "Why it is there; shown to whoever it stops."),
    field("vendor", "text", "Whose window it is, where it is somebody else's."),
    field("source", "text", "Where the vendor's window was read."),
    field("checked", "#date date | instant", "When the vendor's window was last read."),
    field("recheck", "duration", "How long a reading of the vendor's window counts."),
    field(
        "after",
        "'gate' gate,",
        "Gates to be asked once the window is over; a decision does not wait for them.",
    )
    .many(),
    field("enforce", "'warn' 'until' date", "Until this date it is recorded and stops nothing."),
]);

pub static HOLIDAYS: Declaration =
    declaration("holidays", "new", "Dates that are not worked, and some that are.").fields(&[
        field(
            "",
            "date ('for' length=duration)?",
            "A holiday, with how many days it lasts; `///` before it says which.",
        )
        .many(),
        field(
            "about",
            "date 'within' spread=duration ('for' length=duration)?",
            "A feast whose date is not yet fixed: it may shift so many days to either side.",
        )
        .many(),
        field("confirm", "'by' date", "By when the date of the feast written before it must be fixed.")
            .many(),
        field("extra", "'workday' date,", "Dates that are worked all the same.").many(),
        field("regions", "region,", "Where they hold.").many().default("all"),
    ]);
