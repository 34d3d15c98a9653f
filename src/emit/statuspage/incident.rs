//! Incidents: one request a state, one a severity to change it by, and one a state of a component.

use super::words::{self, Words};
use super::{COMPONENT, Request, Verb, component_status, impact};
use crate::policy::{Comms, Incident, Moment, PageLevel, Policy, Severity};
use serde_json::json;

/// What whoever opens an incident says of where it is: part of its name on the page, as of every update.
const SCOPE: &str = "scope";

/// Each state of an incident on the page, after what happened, and at which moment of the policy it is told. One without a
/// status leaves the page's as it is, and is sent only where there are words.
const STATES: [(&str, Option<&str>, Moment); 6] = [
    ("investigating", Some("investigating"), Moment::Acknowledgement),
    ("update", None, Moment::Ongoing),
    ("identified", Some("identified"), Moment::Identified),
    ("monitoring", Some("monitoring"), Moment::Ongoing),
    ("resolved", Some("resolved"), Moment::Resolved),
    ("postmortem", None, Moment::Postmortem),
];

/// The page reminds whoever keeps it by whole hours, a day at most.
const MOST_HOURS: i64 = 24;
const HOUR: i64 = 3600;

/// Requests of every incident, then of every severity, then of every state of a component.
pub(super) fn requests(policy: &Policy) -> Vec<Request> {
    let incidents = policy.incidents.rows().iter().flat_map(|incident| states(policy, incident));
    let severities = policy.severities.rows().iter().filter_map(|severity| {
        let level = level(policy, severity)?;
        let request = Request::new(Verb::Change, format!("severity.{}", severity.name));
        Some(affected(request.with("impact_override", impact(level)), level))
    });
    let statuses = policy.statuses.rows().iter().map(|status| {
        let request = Request::new(Verb::Component, format!("status.{}", status.name));
        request.with("status", component_status(status.level))
    });
    incidents.chain(severities).chain(statuses).collect()
}

/// What is said of an incident at a moment, where users read it.
pub(super) fn words(policy: &Policy, incident: &Incident, moment: Moment) -> Option<Words> {
    let comms = &policy.comms[incident.comms?];
    let said = comms.says.iter().filter(|(said, ..)| *said == moment);
    let mut templates = said.map(|(_, template, _)| &policy.templates[*template]);
    templates.find(|template| !template.internal).map(words::template)
}

fn states(policy: &Policy, incident: &Incident) -> Vec<Request> {
    let mut requests = Vec::new();
    for (state, status, moment) in STATES {
        let words = words(policy, incident, moment);
        if status.is_none() && words.is_none() {
            continue;
        }
        let id = format!("incident.{}.{state}", incident.name);
        let mut request = match state {
            "investigating" => opening(policy, incident, id),
            _ => Request::new(Verb::Change, id),
        };
        if let Some(status) = status {
            request = request.with("status", status);
        }
        if status == Some("resolved") {
            request = affected(request, PageLevel::Operational);
        }
        requests.push(request.says("body", words));
    }
    requests
}

/// The request that puts an incident up.
fn opening(policy: &Policy, incident: &Incident, id: String) -> Request {
    let severity = incident.severity.map(|severity| &policy.severities[severity]);
    let title = severity.map_or("Incident", |severity| severity.title.as_str());
    // What is to be filled in stands first, so that no title is long enough to cut it off.
    let name = words::name(&format!("{{{SCOPE}}}: {title}"));
    let mut request = Request::new(Verb::Create, id).with("name", name).fill(SCOPE);
    if let Some(level) = severity.and_then(|severity| level(policy, severity)) {
        request = affected(request.with("impact_override", impact(level)), level);
        request = request.with("component_ids", json!([format!("{{{COMPONENT}}}")]));
    }
    if let Some(hours) = incident.comms.and_then(|comms| reminder(&policy.comms[comms])) {
        request = request.with("reminder_intervals", hours.to_string());
    }
    request.with("metadata", json!({ "ops": { "id": format!("incident.{}", incident.name) } }))
}

/// What an incident makes of the components that whoever sends the request names.
fn affected(request: Request, level: PageLevel) -> Request {
    let components = json!({ format!("{{{COMPONENT}}}"): component_status(level) });
    request.with("components", components).fill(COMPONENT)
}

fn level(policy: &Policy, severity: &Severity) -> Option<PageLevel> {
    severity.status.map(|(status, _)| policy.statuses[status].level)
}

/// The hours of the last cadence: a net under whoever keeps the time.
fn reminder(comms: &Comms) -> Option<i64> {
    let most = comms.cadence.last()?.most.as_seconds();
    Some((most + HOUR - 1).div_euclid(HOUR).clamp(1, MOST_HOURS))
}
