//! What is said when something is wrong: severities, states of the page, texts, who hears what by when, incidents.

use super::condition::{bound, party};
use super::{elapsed, rows_of};
use crate::policy::{Audience, Comms, Incident, Policy, Severity, Status, Template, Until};
use serde_json::{Value, json};

pub(super) fn status(policy: &Policy, status: &Status) -> Value {
    json!({
        "name": status.name,
        "title": status.title,
        "doc": status.doc,
        "level": status.level.name(),
        "shows": status.shows,
        "triggers": rows_of(&status.triggers, |trigger| bound(policy, trigger)),
        "examples": status.examples,
    })
}

pub(super) fn severity(policy: &Policy, severity: &Severity) -> Value {
    json!({
        "name": severity.name,
        "title": severity.title,
        "doc": severity.doc,
        "impact": severity.impact,
        "status": severity.status.map(|(status, _)| &policy.statuses[status].name),
        "pages": rows_of(&severity.pages, |who| party(policy, who)),
    })
}

pub(super) fn template(_: &Policy, template: &Template) -> Value {
    json!({
        "name": template.name,
        "doc": template.doc,
        "moment": template.moment.name(),
        "takes": template.takes,
        "text": template.text.0,
        "internal": template.internal,
    })
}

pub(super) fn comms(policy: &Policy, comms: &Comms) -> Value {
    let cadence = rows_of(&comms.cadence, |cadence| {
        let until = match cadence.until {
            Until::Stable => "stable",
            Until::Resolved => "resolved",
        };
        json!({ "least": elapsed(cadence.least), "most": elapsed(cadence.most), "until": until })
    });
    let says = rows_of(
        &comms.says,
        |(moment, template, _)| json!({ "moment": moment.name(), "template": policy.templates[*template].name }),
    );
    json!({
        "name": comms.name,
        "doc": comms.doc,
        "first_within": comms.first.map(|(within, _)| elapsed(within)),
        "cadence": cadence,
        "parts": rows_of(&comms.parts, |(part, who)| json!({ "part": part.name(), "who": party(policy, who) })),
        "says": says,
        "postmortem_within": comms.postmortem.map(elapsed),
    })
}

pub(super) fn audience(_: &Policy, audience: &Audience) -> Value {
    json!({
        "name": audience.name,
        "doc": audience.doc,
        "channels": audience.channels,
        "told": audience.told,
    })
}

pub(super) fn incident(policy: &Policy, incident: &Incident) -> Value {
    json!({
        "name": incident.name,
        "doc": incident.doc,
        "triggers": rows_of(&incident.triggers, |trigger| bound(policy, trigger)),
        "on_lever": incident.on_lever,
        "severity": incident.severity.map(|severity| &policy.severities[severity].name),
        "comms": incident.comms.map(|comms| &policy.comms[comms].name),
        "records": incident.records,
    })
}
