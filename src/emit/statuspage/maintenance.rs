//! Maintenances: one entry each time, as far as the horizon, what is told before it, and what is sent when it ends or is extended.

use super::words;
use super::{Request, Verb};
use crate::calendar::{Elapsed, Interval};
use crate::policy::{Act, Maintenance, Notice, PageLevel, Policy, Wording};
use serde_json::json;
use std::collections::BTreeSet;

/// The page's own reminder goes out so long before an entry begins.
const REMINDER: Elapsed = Elapsed::hours(1);

/// What an entry is called where no status says.
const NAME: &str = "Scheduled maintenance";

/// Requests of every maintenance.
pub(super) fn requests(policy: &Policy) -> Vec<Request> {
    policy.maintenances.rows().iter().flat_map(|maintenance| all(policy, maintenance)).collect()
}

fn all(policy: &Policy, maintenance: &Maintenance) -> Vec<Request> {
    let id = format!("maintenance.{}", maintenance.name);
    let mut notices: Vec<&Notice> = maintenance.notices.iter().collect();
    notices.sort_by_key(|notice| std::cmp::Reverse(notice.before));
    let mut requests = Vec::new();
    if maintenance.when.is_none() {
        requests.push(entry(policy, maintenance, &notices, id.clone(), None));
    }
    for span in spans(policy, maintenance) {
        let id = format!("{id}.{}", span.start);
        requests.push(entry(policy, maintenance, &notices, id.clone(), Some(span)));
        requests.extend(reminders(policy, &notices, &id, Some(span)));
    }
    if maintenance.when.is_none() {
        requests.extend(reminders(policy, &notices, &id, None));
    }
    let change = |what: &str| Request::new(Verb::Change, format!("{id}.{what}"));
    let told = banner(policy, maintenance);
    requests.push(change("begun").with("status", "in_progress").says("body", told));
    if !maintenance.extensions.is_empty() {
        requests
            .push(change("extended").with("scheduled_until", "{scheduled-until}").fill("scheduled-until"));
    }
    let over = maintenance.end.iter().chain(&maintenance.finally).find_map(|step| match &step.act {
        Act::Notice(says) => Some(words::of(policy, says)),
        _ => None,
    });
    requests.push(change("completed").with("status", "completed").says("body", over));
    requests
}

/// The request that puts an entry up: as soon as the first notice is due.
fn entry(
    policy: &Policy,
    maintenance: &Maintenance,
    notices: &[&Notice],
    id: String,
    span: Option<Interval>,
) -> Request {
    let titles = policy.statuses.rows().iter().filter(|status| status.level == PageLevel::Maintenance);
    let title = titles.map(|status| status.title.as_str()).next().unwrap_or(NAME);
    let first = notices.first();
    let said = first.and_then(|notice| notice.says.as_ref()).map(|says| words::of(policy, says));
    let metadata = json!({ "ops": { "id": id } });
    let mut request = Request::new(Verb::Create, id)
        .with("name", words::name(title))
        .with("status", "scheduled")
        .with("impact_override", "maintenance");
    request = match span {
        Some(span) => request
            .with("scheduled_for", span.start.to_string())
            .with("scheduled_until", span.end.to_string()),
        None => ["scheduled-for", "scheduled-until"]
            .into_iter()
            .zip(["scheduled_for", "scheduled_until"])
            .fold(request, |request, (name, field)| request.with(field, format!("{{{name}}}")).fill(name)),
    };
    request.at = first.zip(span).map(|(notice, span)| span.start.minus(notice.before));
    let (ids, fill) = components(policy, maintenance);
    request = fill.iter().fold(request, |request, name| request.fill(name));
    request
        .with("scheduled_remind_prior", notices.iter().any(|notice| notice.before == REMINDER))
        .with("scheduled_auto_in_progress", true)
        // That it is over is for its last step to say: the page would say so by its clock alone.
        .with("scheduled_auto_completed", false)
        .with("auto_transition_to_maintenance_state", true)
        .with("auto_transition_to_operational_state", true)
        .with("component_ids", ids)
        .with("metadata", metadata)
        .says("body", said.or_else(|| banner(policy, maintenance)))
}

/// Notices behind the first that the page does not send by itself, and have words.
fn reminders(policy: &Policy, notices: &[&Notice], id: &str, span: Option<Interval>) -> Vec<Request> {
    let later = notices.iter().skip(1).filter_map(|notice| notice.says.as_ref().map(|says| (notice, says)));
    let requests = later.map(|(notice, says): (&&Notice, &Wording)| {
        let mut request = Request::new(Verb::Change, format!("{id}.{}-before", notice.before));
        request.at = span.map(|span| span.start.minus(notice.before));
        request.says("body", Some(words::of(policy, says)))
    });
    requests.collect()
}

fn banner(policy: &Policy, maintenance: &Maintenance) -> Option<words::Words> {
    maintenance.banner.as_ref().map(|banner| words::of(policy, &banner.says))
}

/// The page's ids of its components, as names to fill in.
fn components(policy: &Policy, maintenance: &Maintenance) -> (serde_json::Value, Vec<String>) {
    let ids = maintenance.components.clone().unwrap_or_else(|| policy.components.ids().collect());
    let mut fill: Vec<String> =
        ids.iter().map(|id| format!("{}.{}", super::COMPONENT, policy.components[*id].name)).collect();
    if fill.is_empty() {
        fill.push(super::COMPONENT.to_owned());
    }
    (fill.iter().map(|name| format!("{{{name}}}")).collect(), fill)
}

/// Every time it is, in any region: half-open, whole, in order.
fn spans(policy: &Policy, maintenance: &Maintenance) -> Vec<Interval> {
    let Some(when) = &maintenance.when else { return Vec::new() };
    let concerned = policy.regions_or_none().filter(|region| {
        region
            .is_none_or(|region| maintenance.regions.as_ref().is_none_or(|regions| regions.contains(&region)))
    });
    let found: BTreeSet<_> = concerned
        .flat_map(|region| when.occurrences(policy.place_of(region), policy.horizon))
        .map(|occurrence| (occurrence.interval.start, occurrence.interval.end))
        .collect();
    found.into_iter().map(|(start, end)| Interval::new(start, end)).collect()
}
