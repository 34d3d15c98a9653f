//! The playbook of an incident: what opens one, how bad it is, who plays which part, what is said when, to whom, what is kept.

use super::page::{Inline, Item, Mark, Page, Part, line};
use super::words::{bounds, name, names, party, source, step, time};
use crate::policy::{
    Audience, Comms, CommsPart, Incident, Moment, Policy, Severity, Status, Template, Until,
};

/// Writes it; nothing where the policy says nothing of incidents.
pub(super) fn write(policy: &Policy, page: &mut Page) {
    if policy.incidents.is_empty() && policy.severities.is_empty() && policy.comms.is_empty() {
        return;
    }
    policy.incidents.rows().iter().for_each(|row| incident(policy, row, page));
    severities(policy, page);
    policy.comms.rows().iter().for_each(|row| comms(policy, row, page));
    statuses(policy, page);
    audiences(policy, page);
}

fn incident(policy: &Policy, incident: &Incident, page: &mut Page) {
    page.heading(2, line!["Incident ", name(&incident.name)]);
    page.line(line![Inline::said(&incident.doc)]);
    page.line(line!["Open it as soon as one of these holds", source(policy, incident.origin), ":"]);
    let mut opens = bounds(policy, &incident.triggers);
    if incident.on_lever {
        opens.push(step(policy, "Somebody thinks of pulling a lever, or has".into(), incident.origin));
    }
    page.list(Mark::Bullet, opens);
    let mut first = Vec::new();
    if let Some(severity) = incident.severity {
        let severity = &policy.severities[severity];
        let said = line![
            "Set the severity: ",
            name(&severity.name),
            " at first, and another one as soon as you know better"
        ];
        first.push(step(policy, said, severity.origin));
        if let Some((status, at)) = severity.status {
            let status = &policy.statuses[status];
            let said = line![
                "Set the status page to ",
                name(&status.name),
                ", and put up the banner with the same words"
            ];
            first.push(step(policy, said, at));
        }
    }
    if let Some(comms) = incident.comms {
        let comms = &policy.comms[comms];
        for (part, who) in &comms.parts {
            first.push(step(
                policy,
                line!["Assign who ", doing(*part), ": ", party(policy, who)],
                comms.origin,
            ));
        }
        if let Some((within, at)) = comms.first {
            first.push(step(policy, line!["Send the first update within ", time(within)], at));
        }
    }
    if !policy.rollbacks.is_empty() {
        let back = Inline::link("the playbook of a rollback", "rollback.md");
        first.push(step(policy, line!["See which lever stands ready, in ", back], incident.origin));
    }
    page.heading(3, line!["First minutes of ", name(&incident.name)]);
    page.list(Mark::Number, first);
    let kept: Vec<Item> =
        incident.records.iter().map(|what| step(policy, Inline::said(what), incident.origin)).collect();
    if !kept.is_empty() {
        page.heading(3, line!["What is kept of ", name(&incident.name)]);
        page.list(Mark::Tick, kept);
    }
}

fn doing(part: CommsPart) -> &'static str {
    match part {
        CommsPart::Lead => "leads, and decides",
        CommsPart::Writer => "writes the updates",
        CommsPart::Support => "answers users",
        CommsPart::Engineer => "mends it",
    }
}

fn severities(policy: &Policy, page: &mut Page) {
    if policy.severities.is_empty() {
        return;
    }
    page.heading(2, "How bad it is".into());
    page.line("Gravest first. Take the last one that still describes what users feel.".into());
    page.list(Mark::Number, policy.severities.rows().iter().map(|row| severity(policy, row)).collect());
}

fn severity(policy: &Policy, severity: &Severity) -> Item {
    let title = if severity.title == severity.name {
        Inline::default()
    } else {
        line![", ", Inline::said(&severity.title)]
    };
    let status =
        severity.status.map(|(status, _)| line![". The page shows ", name(&policy.statuses[status].name)]);
    let pages = Inline::join(severity.pages.iter().map(|who| party(policy, who)), ", ");
    let pages = if pages.is_empty() { ". Nobody is paged".into() } else { line![". Page ", pages] };
    let said = line![
        name(&severity.name),
        title,
        ": ",
        Inline::said(&severity.impact),
        status.unwrap_or_default(),
        pages
    ];
    step(policy, said, severity.origin)
}

fn comms(policy: &Policy, comms: &Comms, page: &mut Page) {
    page.heading(2, line!["Updates: ", name(&comms.name)]);
    page.line(Inline::said(&comms.doc));
    page.heading(3, line!["Timers of ", name(&comms.name)]);
    let mut timers = Vec::new();
    if let Some((within, at)) = comms.first {
        timers.push(step(policy, line!["The first update within ", time(within), " of the trigger"], at));
    }
    for cadence in &comms.cadence {
        let least = time(cadence.least);
        let span =
            if cadence.least == cadence.most { least } else { line![least, " to ", time(cadence.most)] };
        let until = match cadence.until {
            Until::Stable => "the numbers stand still",
            Until::Resolved => "it is resolved",
        };
        timers.push(step(policy, line!["Then one every ", span, ", until ", until], cadence.origin));
    }
    if let Some(within) = comms.postmortem {
        timers.push(step(policy, line!["The postmortem within ", time(within), " of the end"], comms.origin));
    }
    page.list(Mark::Number, timers);
    for moment in Moment::ALL {
        let said = comms.says.iter().filter(|(said, ..)| *said == moment);
        said.for_each(|(_, id, _)| template(policy, &policy.templates[*id], page));
    }
}

fn template(policy: &Policy, template: &Template, page: &mut Page) {
    page.heading(3, line!["Text ", name(&template.name)]);
    let when = match template.moment {
        Moment::Acknowledgement => "The first update",
        Moment::Ongoing => "While it goes on",
        Moment::Identified => "Once the cause is known",
        Moment::Resolved => "When it is over",
        Moment::Postmortem => "Once the postmortem has a date",
        Moment::Banner => "Inside the product, as long as users feel it",
    };
    let internal = if template.internal { ". Not for users" } else { "" };
    page.line(line![when, internal, source(policy, template.origin), "."]);
    page.line(Inline::said(&template.doc));
    page.add(Part::Words(template.text.0.clone()));
    let fields = template.placeholders();
    if !fields.is_empty() {
        page.line(line!["Fill in ", names(fields), "."]);
    }
}

fn statuses(policy: &Policy, page: &mut Page) {
    if policy.statuses.is_empty() {
        return;
    }
    page.heading(2, "What the status page shows".into());
    page.line("The page and the banner always say the same.".into());
    page.list(Mark::Bullet, policy.statuses.rows().iter().map(|row| status(policy, row)).collect());
}

fn status(policy: &Policy, status: &Status) -> Item {
    let title = if status.title == status.name {
        Inline::default()
    } else {
        line![", ", Inline::said(&status.title)]
    };
    let said = line![
        name(&status.name),
        title,
        ": ",
        Inline::said(&status.shows),
        ". At the provider: ",
        status.level.name()
    ];
    let examples =
        status.examples.iter().map(|example| Item::new(line!["For example: ", Inline::said(example)]));
    let set_by = bounds(policy, &status.triggers).into_iter().chain(examples).collect();
    step(policy, said, status.origin).with(Part::List(Mark::Bullet, set_by))
}

fn audiences(policy: &Policy, page: &mut Page) {
    if policy.audiences.is_empty() {
        return;
    }
    page.heading(2, "Who hears what".into());
    page.list(Mark::Bullet, policy.audiences.rows().iter().map(|row| audience(policy, row)).collect());
}

fn audience(policy: &Policy, audience: &Audience) -> Item {
    let prose = |texts: &[String]| Inline::join(texts.iter().map(|text| Inline::said(text)), "; ");
    let said = line![name(&audience.name), ", by ", prose(&audience.channels), ": ", prose(&audience.told)];
    step(policy, said, audience.origin)
}
