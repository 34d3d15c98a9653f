//! Who: roles, teams, on-call schedules.

use crate::schema::declaration::{Declaration, declaration, field};

pub static ROLE: Declaration =
    declaration("role", "new", "A part that people play in approvals, and who plays it.").fields(&[
        field("members", "text,", "Logins or addresses, as approvals carry them.").many(),
        field("team", "team,", "Teams whose members have the role too.").many(),
        field("on-call", "schedule,", "Schedules: whoever is on call has the role then.").many(),
    ]);

pub static TEAM: Declaration = declaration("team", "new", "People who work together.").fields(&[
    field("zone", "zone", "The zone it works in."),
    field("members", "text,", "Logins or addresses, as approvals carry them.").many(),
    field("regions", "region,", "The regions it answers for.").many().default("all"),
    field(
        "hours",
        "'every' <recurrence>",
        "When its people are at work, in its zone: `opsc next` plans their approvals for then. The gate does not ask.",
    )
    .many(),
]);

pub static SCHEDULE: Declaration = declaration("schedule", "new", "Who is on call when.").fields(&[
    field("zone", "zone", "The zone its shifts are read in.").required(),
    field(
        "shift",
        "person=text 'every' <recurrence> | person=text #once start=instant '..' end=instant",
        "Who is on call, and when.",
    )
    .many(),
    field(
        "from",
        "#ics 'ics' file=text ('fresh' fresh=duration)?",
        "A calendar file, by its path from the policy's folder, that says who is on call; older than `fresh`, it says nothing.",
    ),
    field(
        "person",
        "login=text 'is' name=text,",
        "What the calendar file calls someone, where that is not the name that approvals carry.",
    )
    .many(),
]);
