//! Maintenances: when writes are refused where, what becomes of them, and the steps.

use super::Shown;
use super::markup::{Markup, cell, head, html, list, steps, table};
use super::words::{self, names, written};
use crate::policy::{Id, Maintenance, Origin, Policy, Surface, Wording};

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    Markup::of(shown.policy.maintenances.rows().iter().map(|row| one(shown.policy, row)))
}

fn one(policy: &Policy, maintenance: &Maintenance) -> Markup {
    let why = maintenance
        .because
        .as_deref()
        .map_or_else(Markup::default, |why| html!["<p>", Markup::said(why), "</p>\n"]);
    let caption = format!("When {} is", maintenance.name);
    let times = table(&caption, &["Region", "From", "Until"], times(policy, maintenance));
    html![
        "<h3>Maintenance ",
        Markup::said(&maintenance.name),
        "</h3>\n",
        words::doc(&maintenance.doc),
        why,
        if maintenance.when.is_some() { times } else { "<p>Whenever it is called for.</p>\n".into() },
        list(facts(policy, maintenance)),
        part("It begins", steps(written(&maintenance.begin))),
        part("It ends", steps(written(&maintenance.end))),
        part("However it ended", steps(written(&maintenance.finally))),
    ]
}

fn part(title: &'static str, body: Markup) -> Markup {
    if body.is_empty() { body } else { html!["<h4>", title, "</h4>\n", body] }
}

/// Each occurrence within the horizon, by region.
fn times(policy: &Policy, maintenance: &Maintenance) -> Vec<Markup> {
    let mut rows = Vec::new();
    let concerned = policy.regions_or_none().filter(|region| {
        region.is_none_or(|id| maintenance.regions.as_ref().is_none_or(|regions| regions.contains(&id)))
    });
    for region in concerned {
        let place = policy.place_of(region);
        let name = region.map_or("everywhere".into(), |id| Markup::said(&policy.regions[id].name));
        let when = maintenance.when.iter().flat_map(|when| when.occurrences(place, policy.horizon));
        rows.extend(when.map(|held| {
            let time = |at| Markup::dated(place.zone, at);
            html![head(name.clone()), cell(time(held.interval.start)), cell(time(held.interval.end))]
        }));
    }
    rows
}

fn facts(policy: &Policy, maintenance: &Maintenance) -> Vec<Markup> {
    let surfaces =
        |said: &[(Id<Surface>, Origin)]| names(said.iter().map(|(id, _)| policy.surfaces[*id].name.as_str()));
    let mut said = Vec::new();
    for (words, of) in
        [("Refuses ", &maintenance.refuses), ("Drops ", &maintenance.drops), ("Stops ", &maintenance.stops)]
    {
        said.extend((!of.is_empty()).then(|| html![words, surfaces(of)]));
    }
    said.extend(maintenance.queues.iter().map(|queue| {
        let kept =
            queue.queue.as_deref().map_or_else(Markup::default, |name| html![" in ", Markup::said(name)]);
        html!["Keeps ", surfaces(&queue.surfaces), " for later", kept]
    }));
    said.extend(maintenance.answer.as_ref().map(|answer| {
        let code = answer.code.as_deref().map_or_else(Markup::default, |code| html![" ", Markup::code(code)]);
        let again = answer
            .retry_after
            .map_or_else(Markup::default, |after| html![", come back after ", Markup::plain(after.show())]);
        html!["Answers ", Markup::plain(answer.status), code, again]
    }));
    said.extend(
        maintenance.banner.as_ref().map(|banner| html!["Users see: ", wording(policy, &banner.says)]),
    );
    said.extend(maintenance.notices.iter().map(|notice| {
        let words =
            notice.says.as_ref().map_or_else(Markup::default, |says| html![": ", wording(policy, says)]);
        html!["Told ", Markup::plain(notice.before.show()), " before", words]
    }));
    said.extend(
        maintenance.owner.as_ref().map(|owner| html!["Answered for by ", words::party(policy, owner)]),
    );
    said
}

fn wording(policy: &Policy, wording: &Wording) -> Markup {
    match wording {
        Wording::Text(text) => html!["<q>", Markup::said(text), "</q>"],
        Wording::Template(name) => match policy.templates.find(name) {
            Some(id) => html!["<q>", Markup::said(&policy.templates[id].text.0), "</q>"],
            None => html!["text ", Markup::said(name)],
        },
    }
}
