//! `flagd`: one boolean flag a component and tier, open exactly when the calendar alone admits it without condition; and the
//! policy's own flags.
//!
//! The flag server's own clock (`$flagd.timestamp`) and a `region` from its static context decide. Unknown regions,
//! instants outside the horizon and broken context are closed; `ENABLED` with `defaultVariant` "closed" keeps an SDK from
//! falling back to whatever its code has as a default.

use super::freeze::{self, Freeze};
use super::{Files, Job, Target, flagd_flags, mark, pretty};
use crate::calendar::{Interval, IntervalSet};
use crate::policy::{Action, Component, Id, Policy, Region, Tier};
use serde_json::{Map, Value, json};

/// The target.
pub static FLAGD: Target = Target {
    name: "flagd",
    summary: "a flag a component and tier that is on while the calendar admits it, for flagd",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/flagd.md")),
    make,
};

const TIMESTAMP: &str = "$flagd.timestamp";
const IN_HORIZON: &str = "in-horizon";

fn make(job: &Job<'_>) -> Files {
    let text = pretty::text(&document(job));
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

fn document(job: &Job<'_>) -> Value {
    let policy = job.policy;
    let environment = policy.environments.find(job.option("environment"));
    let action = Action::ALL.into_iter().find(|action| action.name() == job.option("action"));
    let freezes: Vec<Freeze> = freeze::freezes(policy)
        .into_iter()
        .filter(|freeze| freeze.concerns(environment, action) && !freeze.when.is_empty())
        .collect();

    let mut evaluators = Map::new();
    let horizon: IntervalSet = [policy.horizon].into_iter().collect();
    evaluators.insert(IN_HORIZON.to_owned(), within(&horizon));
    for freeze in &freezes {
        evaluators.insert(evaluator(freeze), within(&freeze.when));
    }

    let mut flags = Map::new();
    for component in components_or_none(policy) {
        for (tier, _) in policy.tiers.iter() {
            flags.insert(key(policy, component, tier), flag(policy, &freezes, component, tier));
        }
    }
    flagd_flags::add(policy, &freezes, &mut evaluators, &mut flags);
    let [made, from] = mark::lines(job);
    json!({
        "$schema": "https://flagd.dev/schema/v0/flags.json",
        "metadata": { "made": made, "from": from },
        "$evaluators": evaluators,
        "flags": flags,
    })
}

fn components_or_none(policy: &Policy) -> Vec<Option<Id<Component>>> {
    if policy.components.is_empty() { vec![None] } else { policy.components.ids().map(Some).collect() }
}

/// `ops.<component>.<tier>`, or `ops.<tier>` where the policy declares no component.
fn key(policy: &Policy, component: Option<Id<Component>>, tier: Id<Tier>) -> String {
    let tier = &policy.tiers[tier].name;
    match component {
        Some(component) => format!("ops.{}.{tier}", policy.components[component].name),
        None => format!("ops.{tier}"),
    }
}

pub(super) fn evaluator(freeze: &Freeze) -> String {
    format!("window-{}", freeze.name)
}

/// Whether the clock stands in one of the intervals.
pub(super) fn within(set: &IntervalSet) -> Value {
    let inside = |interval: &Interval| {
        json!({ "and": [
            { ">=": [{ "var": TIMESTAMP }, interval.start.unix()] },
            { "<": [{ "var": TIMESTAMP }, interval.end.unix()] },
        ] })
    };
    match set.intervals() {
        [alone] => inside(alone),
        several => json!({ "or": several.iter().map(inside).collect::<Vec<_>>() }),
    }
}

fn flag(policy: &Policy, freezes: &[Freeze], component: Option<Id<Component>>, tier: Id<Tier>) -> Value {
    let mut metadata = Map::new();
    if let Some(component) = component {
        metadata.insert("component".to_owned(), json!(policy.components[component].name));
    }
    metadata.insert("tier".to_owned(), json!(policy.tiers[tier].name));
    json!({
        "state": "ENABLED",
        "variants": { "open": true, "closed": false },
        "defaultVariant": "closed",
        "targeting": targeting(policy, freezes, component, tier),
        "metadata": metadata,
    })
}

/// For each group of regions that the same freezes close: open in the horizon and outside all of them.
fn targeting(policy: &Policy, freezes: &[Freeze], component: Option<Id<Component>>, tier: Id<Tier>) -> Value {
    let mut groups: Vec<(Vec<String>, Vec<Id<Region>>)> = Vec::new();
    for region in freeze::regions_or_none(policy) {
        let closing: Vec<String> = freezes
            .iter()
            .filter(|freeze| region.is_none_or(|region| freeze.regions.contains(&region)))
            .filter(|freeze| component.is_none_or(|component| freeze.components.contains(&component)))
            .filter(|freeze| freeze.closes(policy, tier))
            .map(evaluator)
            .collect();
        match groups.iter_mut().find(|(known, _)| *known == closing) {
            Some((_, regions)) => regions.extend(region),
            None => groups.push((closing, region.into_iter().collect())),
        }
    }
    let mut branches = Vec::new();
    for (closing, regions) in groups {
        let mut all = vec![json!({ "$ref": IN_HORIZON })];
        if !regions.is_empty() {
            let names: Vec<&str> =
                regions.iter().map(|region| policy.regions[*region].name.as_str()).collect();
            all.push(json!({ "in": [{ "var": "region" }, names] }));
        }
        all.extend(closing.iter().map(|name| json!({ "!": [{ "$ref": name }] })));
        branches.push(json!({ "and": all }));
        branches.push(json!("open"));
    }
    branches.push(json!("closed"));
    json!({ "if": branches })
}
