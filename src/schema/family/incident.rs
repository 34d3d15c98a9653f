//! What is said when something is wrong, by whom, to whom and how often.

use crate::schema::declaration::{Declaration, declaration, field};

pub static STATUS: Declaration =
    declaration("status", "new title?", "A state of the status page, and what users see then.").fields(&[
        field(
            "level",
            "#operational 'operational' | #degraded-performance 'degraded-performance' \
             | #partial-outage 'partial-outage' | #major-outage 'major-outage' | #maintenance 'maintenance'",
            "What the page's provider calls it.",
        )
        .required(),
        field("shows", "text", "What users see.").required(),
        field("when", "check=condition", "What sets it; any of several.").many(),
        field("examples", "text,", "What sets it, where no metric tells.").many(),
    ]);

pub static SEVERITY: Declaration =
    declaration("severity", "new title?", "How bad an incident is; the gravest is written first.").fields(&[
        field("impact", "text", "What users feel.").required(),
        field("status", "status", "What the page shows first."),
        field("pages", "party,", "Who is paged.").many(),
    ]);

pub static COMMS: Declaration =
    declaration("comms", "new", "Who says what while an incident is open, and how often.").fields(&[
        field("first", "'within' within=duration", "How soon after the trigger the first update is out.")
            .required()
            .insert("first within 10m"),
        field(
            "every",
            "least=duration ('..' most=duration)? 'until' (#stable 'stable' | #resolved 'resolved')",
            "How often updates follow.",
        )
        .several(),
        field("lead", "party", "Who decides.").required(),
        field("writer", "party", "Who writes the updates.").required(),
        field("support", "party", "Who answers users.").required(),
        field("engineer", "party", "Who mends it.").required(),
        field("says", "template,", "What is said, each at its moment.").many(),
        field("postmortem", "'within' within=duration", "How soon after the end the postmortem is out."),
    ]);

pub static AUDIENCE: Declaration = declaration("audience", "new", "Whom an update is for.").fields(&[
    field("channel", "text,", "How they are reached.").several(),
    field("told", "text,", "What they are told.").several(),
]);

pub static TEMPLATE: Declaration = declaration(
    "template",
    "new",
    "The text of an update; `{name}` in it is filled by whoever sends it.",
)
.annotation(
    "#acknowledgement 'acknowledgement' | #ongoing 'ongoing' | #identified 'identified' | #resolved 'resolved' \
     | #postmortem 'postmortem' | #banner 'banner'",
)
.fields(&[
    field("text", "text", "The text.").required(),
    field("takes", "word,", "Fields of its own, besides those every update has.").many(),
    field("internal", "", "Users do not read it."),
]);

pub static INCIDENT: Declaration =
    declaration("incident", "new", "What opens an incident, and what it asks for.").fields(&[
        field("when", "check=condition", "What opens it; any of several.").many(),
        field("on", "'lever'", "A lever that is considered opens it too."),
        field("severity", "severity", "How bad it is at first.").required(),
        field("comms", "comms", "Who says what.").required(),
        field("records", "text,", "What is written down.").many(),
    ]);
