//! Severities, states of the page, updates, audiences, incidents.

use super::Lower;
use crate::diag::Diagnostic;
use crate::policy::{
    Audience, Bound, Cadence, Comms, CommsPart, EMPTY_RANGE, Incident, Moment, PageLevel, Severity, Status,
    Template, Until,
};
use crate::schema::{Declared, Given};

pub(super) fn status(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Status> {
    let name = declared.name?;
    let level = declared.one("level")?.captures.tag();
    Some(Status {
        name: name.text.to_owned(),
        title: title(lower, declared).unwrap_or_else(|| name.text.to_owned()),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        level: PageLevel::ALL.into_iter().find(|known| known.name() == level)?,
        shows: text(lower, declared, "shows")?,
        triggers: bounds(lower, declared),
        examples: lower.strings(declared.all("examples"), "text"),
    })
}

pub(super) fn severity(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Severity> {
    let name = declared.name?;
    let status = declared.one("status").and_then(|given| given.get("status"));
    let pages = declared.all("pages").flat_map(|given| given.captures.all("party")).collect::<Vec<_>>();
    Some(Severity {
        name: name.text.to_owned(),
        title: title(lower, declared).unwrap_or_else(|| name.text.to_owned()),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        impact: text(lower, declared, "impact")?,
        status: status.and_then(|written| Some((lower.id(written)?, lower.origin(written.span)))),
        pages: pages.into_iter().filter_map(|party| lower.party(party)).collect(),
    })
}

pub(super) fn comms(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Comms> {
    let name = declared.name?;
    let mut parts = Vec::new();
    for part in CommsPart::ALL {
        let party = declared.one(part.name()).and_then(|given| lower.party(given.get("party")?));
        parts.extend(party.map(|party| (part, party)));
    }
    let first = declared.one("first").and_then(|given| {
        let within = lower.duration(given.get("within")?)?;
        Some((within, lower.origin(given.span())))
    });
    let mut says = Vec::new();
    for written in declared.all("says").flat_map(|given| given.captures.all("template")) {
        let Some(id) = lower.id::<Template>(written) else { continue };
        let moment = lower.policy.templates.rows().get(id.index()).map(|template| template.moment);
        says.extend(moment.map(|moment| (moment, id, lower.origin(written.span))));
    }
    Some(Comms {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        first,
        cadence: declared.all("every").filter_map(|given| cadence(lower, given)).collect(),
        parts,
        says,
        postmortem: declared.one("postmortem").and_then(|given| lower.duration(given.get("within")?)),
    })
}

fn cadence(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Cadence> {
    let least = lower.duration(given.get("least")?)?;
    let most = match given.get("most") {
        Some(written) => lower.duration(written)?,
        None => least,
    };
    if most < least {
        let span = given.span();
        lower.report(
            Diagnostic::new(
                &EMPTY_RANGE,
                span,
                format!("at least {least} apart and at most {most}: nothing is"),
            )
            .help(format!("write `{most} .. {least}`")),
        );
        return None;
    }
    Some(Cadence {
        least,
        most,
        until: if given.captures.has("stable") { Until::Stable } else { Until::Resolved },
        origin: lower.origin(given.span()),
    })
}

pub(super) fn template(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Template> {
    let name = declared.name?;
    let moment = declared.annotation.tag();
    let written = declared.one("text")?.get("text")?;
    let takes = declared.all("takes").flat_map(|given| given.captures.all("word"));
    Some(Template {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        moment: Moment::ALL.into_iter().find(|known| known.name() == moment)?,
        takes: takes.filter_map(|word| word.word().map(str::to_owned)).collect(),
        text: (lower.string(written)?, lower.origin(written.span)),
        internal: declared.one("internal").is_some(),
    })
}

pub(super) fn audience(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Audience> {
    let name = declared.name?;
    Some(Audience {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        channels: lower.strings(declared.all("channel"), "text"),
        told: lower.strings(declared.all("told"), "text"),
    })
}

pub(super) fn incident(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Incident> {
    let name = declared.name?;
    Some(Incident {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        triggers: bounds(lower, declared),
        on_lever: declared.one("on").is_some(),
        severity: declared.one("severity").and_then(|given| lower.id(given.get("severity")?)),
        comms: declared.one("comms").and_then(|given| lower.id(given.get("comms")?)),
        records: lower.strings(declared.all("records"), "text"),
    })
}

fn title(lower: &Lower<'_>, declared: &Declared<'_>) -> Option<String> {
    declared.head.get("title").and_then(|title| lower.string(title))
}

fn text(lower: &Lower<'_>, declared: &Declared<'_>, field: &str) -> Option<String> {
    declared.one(field).and_then(|given| lower.string(given.get("text")?))
}

fn bounds(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Vec<Bound> {
    let written: Vec<_> = declared.all("when").filter_map(|given| given.get("check")).collect();
    written.into_iter().filter_map(|check| lower.bound(check)).collect()
}
