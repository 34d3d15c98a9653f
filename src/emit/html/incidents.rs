//! Incidents: what opens one, how grave it is, who says what and by when.

use super::Shown;
use super::markup::{Markup, cell, head, html, list, table};
use super::words::{self, bound, names, party};
use crate::calendar::Elapsed;
use crate::policy::{Comms, Incident, Policy, Severity, Status, Until};

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    let policy = shown.policy;
    html![
        Markup::of(policy.incidents.rows().iter().map(|incident| one(policy, incident))),
        table(
            "Severities, the gravest first",
            &["Severity", "What users feel", "The page shows", "Paged"],
            policy.severities.rows().iter().map(|row| severity(policy, row)),
        ),
        table(
            "States of the status page",
            &["State", "Level", "Users see", "Set by"],
            policy.statuses.rows().iter().map(status),
        ),
        Markup::of(policy.comms.rows().iter().map(|comms| said(policy, comms))),
    ]
}

fn one(policy: &Policy, incident: &Incident) -> Markup {
    let lever = incident.on_lever.then(|| "a lever is considered".into());
    let triggers = incident.triggers.iter().map(bound).chain(lever);
    let severity = incident.severity.map_or_else(Markup::default, |id| {
        html!["<p>At first of severity <b>", Markup::said(&policy.severities[id].name), "</b>.</p>\n"]
    });
    let records = incident.records.iter().map(|what| Markup::said(what));
    let records = list(records);
    let records = if records.is_empty() { records } else { html!["<p>Written down:</p>\n", records] };
    html![
        "<h3>Incident ",
        Markup::said(&incident.name),
        "</h3>\n",
        words::doc(&incident.doc),
        severity,
        "<p>Opens when any of these holds:</p>\n",
        list(triggers),
        records,
    ]
}

fn severity(policy: &Policy, severity: &Severity) -> Markup {
    let status =
        severity.status.map_or_else(Markup::default, |(id, _)| Markup::said(&policy.statuses[id].title));
    let paged = Markup::join(severity.pages.iter().map(|who| party(policy, who)), ", ");
    html![
        head(html![Markup::said(&severity.name), " ", Markup::said(&severity.title)]),
        cell(Markup::said(&severity.impact)),
        cell(status),
        cell(paged),
    ]
}

fn status(status: &Status) -> Markup {
    let examples = status.examples.iter().map(|example| Markup::said(example));
    html![
        head(html![Markup::said(&status.name), " ", Markup::said(&status.title)]),
        cell(Markup::plain(status.level.name())),
        cell(Markup::said(&status.shows)),
        cell(list(status.triggers.iter().map(bound).chain(examples))),
    ]
}

fn said(policy: &Policy, comms: &Comms) -> Markup {
    let time = |length: Elapsed| Markup::plain(length.show());
    let first = comms.first.map(|(within, _)| html!["The first update within ", time(within)]);
    let then = comms.cadence.iter().map(|cadence| {
        let until = match cadence.until {
            Until::Stable => "the numbers stand still",
            Until::Resolved => "it is resolved",
        };
        let most =
            if cadence.most == cadence.least { Markup::default() } else { html![" to ", time(cadence.most)] };
        html!["Then one every ", time(cadence.least), most, " until ", until]
    });
    let postmortem =
        comms.postmortem.map(|within| html!["The postmortem within ", time(within), " of the end"]);
    let parts = comms
        .parts
        .iter()
        .map(|(part, who)| html!["Part of the ", Markup::plain(part.name()), ": ", party(policy, who)]);
    let says = names(comms.says.iter().map(|(_, id, _)| policy.templates[*id].name.as_str()));
    let says = (!says.is_empty()).then(|| html!["Texts: ", says]);
    html![
        "<h3>Who says what: ",
        Markup::said(&comms.name),
        "</h3>\n",
        words::doc(&comms.doc),
        list(first.into_iter().chain(then).chain(postmortem).chain(parts).chain(says)),
    ]
}
