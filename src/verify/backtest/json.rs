//! Deployments as GitHub's and GitLab's APIs answer them.
//!
//! GitHub: REST, `GET /repos/{owner}/{repo}/deployments`; GitLab: REST, `GET /projects/:id/deployments`. They differ in
//! `environment`, which is a text there and an object here.

use super::{Deployment, HistoryError, instant};
use serde_json::{Map, Value};

pub(super) fn read(text: &str) -> Result<Vec<Deployment>, HistoryError> {
    let mut found = Vec::new();
    let pages = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    for (page, value) in pages.enumerate() {
        let value = value.map_err(|error| {
            let place = format!("line {}", error.line());
            HistoryError::new(place, format!("this is no JSON: {error}"), "save the API's answer as it is")
        })?;
        // Only a second page needs a name.
        let root = if page == 0 { String::new() } else { format!("page {} ", page + 1) };
        collect(&value, &root, 0, &mut found)?;
    }
    Ok(found)
}

/// Deployments in a list, or in a list of pages.
fn collect(
    value: &Value,
    place: &str,
    depth: usize,
    found: &mut Vec<Deployment>,
) -> Result<(), HistoryError> {
    match value {
        Value::Array(items) if depth < 2 => {
            for (position, item) in items.iter().enumerate() {
                collect(item, &format!("{place}/{position}"), depth + 1, found)?;
            }
            Ok(())
        }
        Value::Object(item) if item.contains_key("created_at") => {
            found.push(deployment(item, place)?);
            Ok(())
        }
        Value::Object(item) if depth == 0 && item.contains_key("message") => {
            let said = item.get("message").and_then(Value::as_str).unwrap_or_default();
            let message = format!("the API refused: {said}");
            Err(HistoryError::new(place, message, "ask it with a token that may read deployments"))
        }
        _ => Err(HistoryError::new(
            place,
            "this is no deployment: it has no `created_at`",
            "give the answer of `GET /repos/OWNER/REPO/deployments`, or of `GET /projects/ID/deployments`",
        )),
    }
}

fn deployment(item: &Map<String, Value>, place: &str) -> Result<Deployment, HistoryError> {
    let text = |field: &str| name(item.get(field));
    let (begun, field) = match item.get("environment") {
        Some(Value::Object(_)) => started_job(item),
        _ => started_status(item),
    }
    .map_or((text("created_at"), "created_at"), |(begun, field)| (Some(begun), field));
    let Some(at) = begun.as_deref().and_then(instant) else {
        let message = format!("`{}` is no instant", begun.unwrap_or_default());
        let help = "the API writes one as in `2026-01-31T12:00:00Z`";
        return Err(HistoryError::new(format!("{place}/{field}"), message, help));
    };
    let mut found = Deployment::begun(at, place);
    match item.get("id") {
        Some(Value::String(id)) => found.id.clone_from(id),
        Some(Value::Number(id)) => found.id = id.to_string(),
        _ => {}
    }
    found.commit = text("sha");
    if let Some(Value::Object(environment)) = item.get("environment") {
        found.environment = name(environment.get("name"));
        found.author = item.get("user").and_then(|user| name(user.get("username")));
    } else {
        found.environment = text("environment");
        found.author = item.get("creator").and_then(|user| name(user.get("login")));
        payload(item.get("payload"), &mut found);
    }
    Ok(found)
}

/// GitLab: when the job began that deployed it.
fn started_job(item: &Map<String, Value>) -> Option<(String, &'static str)> {
    let started = item.get("deployable")?.get("started_at");
    Some((name(started)?, "deployable/started_at"))
}

/// GitHub: when its first status said that it was in progress, where whoever saved it put its statuses beside it.
fn started_status(item: &Map<String, Value>) -> Option<(String, &'static str)> {
    let statuses = item.get("statuses")?.as_array()?;
    let is_begun = |status: &&Value| status.get("state").and_then(Value::as_str) == Some("in_progress");
    let begun = statuses.iter().filter(is_begun).filter_map(|status| name(status.get("created_at")));
    Some((begun.min()?, "statuses"))
}

/// What the author of a deployment on GitHub said of it: an object, or one written as a text.
fn payload(payload: Option<&Value>, found: &mut Deployment) {
    let parsed = match payload {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or_default(),
        Some(other) => other.clone(),
        None => Value::Null,
    };
    let Value::Object(said) = parsed else { return };
    let list = |one: &str, many: &str| -> Vec<String> {
        let fields = [said.get(one), said.get(many)].into_iter().flatten();
        let items = fields.flat_map(|field| match field {
            Value::Array(items) => items.iter().collect(),
            other => vec![other],
        });
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    found.regions = list("region", "regions");
    found.components = list("component", "components");
    found.paths = list("path", "paths");
    found.approved_by = list("approved_by", "approvers");
    found.tier = name(said.get("tier"));
    found.service = name(said.get("service"));
    found.emergency = said.get("emergency") == Some(&Value::Bool(true));
}

fn name(value: Option<&Value>) -> Option<String> {
    value.and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}
