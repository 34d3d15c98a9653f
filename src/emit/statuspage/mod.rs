//! `statuspage`: what Atlassian Statuspage's API is asked when something is wrong or writes stop, as bodies of requests.
//!
//! Nothing is sent. Each request has a stable id, so that an operator or a program takes the one it needs, fills in the
//! names that the request lists, and sends it.

mod incident;
mod maintenance;
mod words;

use super::{Files, Job, Target, mark};
use crate::calendar::Instant;
use crate::policy::{PageLevel, Policy};
use serde_json::{Value, json};
use words::Words;

/// The target.
pub static STATUSPAGE: Target = Target {
    name: "statuspage",
    summary: "bodies of requests for incidents, maintenances and components, and banners, for Atlassian Statuspage",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/statuspage.md")),
    make,
};

/// What a level is for a component of a page, and for an incident.
const LEVELS: [(PageLevel, &str, &str); 5] = [
    (PageLevel::Operational, "operational", "none"),
    (PageLevel::DegradedPerformance, "degraded_performance", "minor"),
    (PageLevel::PartialOutage, "partial_outage", "major"),
    (PageLevel::MajorOutage, "major_outage", "critical"),
    (PageLevel::Maintenance, "under_maintenance", "maintenance"),
];

/// A component that whoever sends the request names by the page's own id.
const COMPONENT: &str = "component";
/// The id that the page gave an incident or a maintenance when it was created.
const INCIDENT: &str = "incident";

/// What a request does to what is on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    /// Puts up an incident or a maintenance
    Create,
    /// Changes the one that is up
    Change,
    /// Changes a component
    Component,
}

/// One request.
struct Request {
    /// Its name in the file, the same after every build.
    id: String,
    /// What it does.
    verb: Verb,
    /// When it is to be sent; none means when it happens.
    at: Option<Instant>,
    /// Names between braces that are filled in before it is sent, besides those of its path.
    fill: Vec<String>,
    /// The fields of its one object.
    fields: Vec<(&'static str, Value)>,
}

impl Request {
    fn new(verb: Verb, id: String) -> Self {
        Self { id, verb, at: None, fill: Vec::new(), fields: Vec::new() }
    }

    fn with(mut self, field: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((field, value.into()));
        self
    }

    /// Takes in a name that is to be filled in.
    fn fill(mut self, name: &str) -> Self {
        if !self.fill.iter().any(|known| known == name) {
            self.fill.push(name.to_owned());
        }
        self
    }

    /// Says something in one of its fields.
    fn says(self, field: &'static str, words: Option<Words>) -> Self {
        let Some(words) = words else { return self };
        let filled = words.fill.iter().fold(self, |request, name| request.fill(name));
        filled.with(field, words.text)
    }

    fn value(self, page: &str) -> Value {
        let (method, path, object, in_path) = match self.verb {
            Verb::Create => ("POST", format!("/pages/{page}/incidents"), "incident", None),
            Verb::Change => {
                ("PATCH", format!("/pages/{page}/incidents/{{{INCIDENT}}}"), "incident", Some(INCIDENT))
            }
            Verb::Component => {
                ("PATCH", format!("/pages/{page}/components/{{{COMPONENT}}}"), "component", Some(COMPONENT))
            }
        };
        let request = in_path.into_iter().fold(self, |request, name| request.fill(name));
        let request = if page == "{page}" { request.fill("page") } else { request };
        let fields: serde_json::Map<String, Value> =
            request.fields.into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
        let body = json!({ object: fields });
        match request.at {
            Some(at) => json!({
                "id": request.id, "method": method, "path": path, "at": at.to_string(), "fill": request.fill, "body": body,
            }),
            None => json!({
                "id": request.id, "method": method, "path": path, "fill": request.fill, "body": body,
            }),
        }
    }
}

fn make(job: &Job<'_>) -> Files {
    let policy = job.policy;
    let page = match job.option("page") {
        "" => "{page}",
        page => page,
    };
    let requests = incident::requests(policy).into_iter().chain(maintenance::requests(policy));
    let requests: Vec<Value> = requests.map(|request| request.value(page)).collect();
    let [made, from] = mark::lines(job);
    let document = json!({
        "made": made, "from": from, "requests": requests, "banners": banners(policy),
    });
    let text = format!("{document:#}\n");
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

/// What is shown inside the product, from the same words as the page.
fn banners(policy: &Policy) -> Vec<Value> {
    let of_incidents = policy.incidents.rows().iter().filter_map(|incident| {
        let words = incident::words(policy, incident, crate::policy::Moment::Banner)?;
        Some((format!("incident.{}", incident.name), words, None))
    });
    let of_maintenances = policy.maintenances.rows().iter().filter_map(|maintenance| {
        let banner = maintenance.banner.as_ref()?;
        let ttl = banner.ttl.map(crate::calendar::Elapsed::as_seconds);
        Some((format!("maintenance.{}", maintenance.name), words::of(policy, &banner.says), ttl))
    });
    let banners = of_incidents.chain(of_maintenances).map(|(id, words, ttl)| match ttl {
        Some(ttl) => json!({ "id": id, "fill": words.fill, "text": words.text, "ttl_seconds": ttl }),
        None => json!({ "id": id, "fill": words.fill, "text": words.text }),
    });
    banners.collect()
}

/// What a level is called for a component.
fn component_status(level: PageLevel) -> &'static str {
    LEVELS.iter().find(|(known, ..)| *known == level).map_or("", |(_, status, _)| *status)
}

/// What a level is called for an incident.
fn impact(level: PageLevel) -> &'static str {
    LEVELS.iter().find(|(known, ..)| *known == level).map_or("none", |(.., impact)| *impact)
}
