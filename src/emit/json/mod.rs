//! `json`: the checked policy as one document for readers in any language, by `docs/schema/policy.schema.json`.
//!
//! Its shape is a promise of its own, apart from the types inside: names instead of ids, values with their units, times resolved
//! to UTC within the policy's horizon. It only grows; what changes otherwise has another `schema`.

mod calendar;
mod change;
mod compare;
mod condition;
mod maintenance;
mod rollout;
mod told;

use super::{Files, Job, Target, mark, pretty};
use crate::calendar::{Elapsed, TZDB_VERSION};
use crate::policy::{Id, Named, Policy, Table};
use serde_json::{Map, Value, json};

pub use compare::{Changed, Decides, changed};

/// The target.
pub static JSON: Target = Target {
    name: "json",
    summary: "the checked policy as one JSON document by a published schema, its times resolved",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/json.md")),
    make,
};

/// The name and version of the shape.
const SCHEMA: &str = "opsc.policy/1";

fn make(job: &Job<'_>) -> Files {
    let [made, from] = mark::lines(job);
    let marked = json!({ "made": made, "from": from });
    let text = pretty::text(&marked_with(document(job.policy), &marked));
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

/// The document, with who made it and from what behind the name of its shape.
fn marked_with(document: Value, marks: &Value) -> Value {
    let (Value::Object(document), Value::Object(marks)) = (document, marks) else { return Value::Null };
    let mut marked = Map::new();
    for (position, (key, value)) in document.into_iter().enumerate() {
        marked.insert(key, value);
        if position == 0 {
            marked.extend(marks.clone());
        }
    }
    Value::Object(marked)
}

fn document(policy: &Policy) -> Value {
    json!({
        "schema": SCHEMA,
        "policy": {
            "name": policy.name,
            "language": policy.language,
            "digest": policy.digest,
            "owner": policy.owner.as_ref().map(|owner| condition::party(policy, owner)),
            "horizon": calendar::interval(policy.horizon),
            "time_zone_database": TZDB_VERSION,
        },
        "regions": rows(policy, &policy.regions, calendar::region),
        "holidays": rows(policy, &policy.holidays, calendar::holidays),
        "components": rows(policy, &policy.components, change::component),
        "services": rows(policy, &policy.services, change::service),
        "environments": rows(policy, &policy.environments, change::environment),
        "teams": rows(policy, &policy.teams, change::team),
        "roles": rows(policy, &policy.roles, change::role),
        "approvals": rows(policy, &policy.approvals, change::approval),
        "facts": rows(policy, &policy.facts, change::fact),
        "tiers": rows(policy, &policy.tiers, change::tier),
        "freezes": rows(policy, &policy.kinds, calendar::kind),
        "windows": rows(policy, &policy.windows, calendar::window),
        "exceptions": rows(policy, &policy.exceptions, change::exception),
        "break_glass": rows(policy, &policy.break_glass, change::break_glass),
        "releases": rows(policy, &policy.releases, change::release),
        "metrics": rows(policy, &policy.metrics, rollout::metric),
        "gates": rows(policy, &policy.gates, rollout::gate),
        "pins": rows(policy, &policy.pins, rollout::pins),
        "locks": rows(policy, &policy.locks, rollout::lock),
        "pipelines": rows(policy, &policy.pipelines, rollout::pipeline),
        "levers": rows(policy, &policy.levers, rollout::lever),
        "rollbacks": rows(policy, &policy.rollbacks, rollout::rollback),
        "flags": rows(policy, &policy.flags, rollout::flag),
        "schedules": rows(policy, &policy.schedules, maintenance::schedule),
        "surfaces": rows(policy, &policy.surfaces, maintenance::surface),
        "maintenances": rows(policy, &policy.maintenances, maintenance::maintenance),
        "statuses": rows(policy, &policy.statuses, told::status),
        "severities": rows(policy, &policy.severities, told::severity),
        "templates": rows(policy, &policy.templates, told::template),
        "comms": rows(policy, &policy.comms, told::comms),
        "audiences": rows(policy, &policy.audiences, told::audience),
        "incidents": rows(policy, &policy.incidents, told::incident),
    })
}

/// Every row of a table, in the order it is declared.
fn rows<T>(policy: &Policy, table: &Table<T>, view: fn(&Policy, &T) -> Value) -> Vec<Value> {
    table.rows().iter().map(|row| view(policy, row)).collect()
}

/// A list, each item as `view` shows it.
fn rows_of<T>(items: &[T], view: impl Fn(&T) -> Value) -> Vec<Value> {
    items.iter().map(view).collect()
}

/// The names of rows.
fn names<T: Named>(table: &Table<T>, ids: impl IntoIterator<Item = Id<T>>) -> Value {
    ids.into_iter().map(|id| table[id].name()).collect()
}

/// The names that a scope is limited to; null means all.
fn scope<T: Named>(table: &Table<T>, ids: Option<&Vec<Id<T>>>) -> Value {
    ids.map_or(Value::Null, |ids| names(table, ids.iter().copied()))
}

/// Regions in steps, each of regions that go together.
fn region_plan(policy: &Policy, plan: &[Vec<Id<crate::policy::Region>>]) -> Value {
    plan.iter().map(|step| names(&policy.regions, step.iter().copied())).collect()
}

/// A span of time, whole seconds long.
fn elapsed(elapsed: Elapsed) -> Value {
    json!({ "seconds": elapsed.as_seconds() })
}
