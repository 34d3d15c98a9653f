//! The flags that a policy declares, for flagd: shares of users who keep their variant, switches, and read-only mode by the clock.
//!
//! A key in the list `killed` turns its flag to its safe variant whatever else holds: one edit, and no user keeps the other.

use super::flagd::{evaluator, within};
use super::flags as held;
use super::freeze::Freeze;
use crate::calendar::IntervalSet;
use crate::policy::{Flag, FlagKind, Id, Policy, Region, Version};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Map, Value, json};

/// The evaluator that holds the keys of flags that are killed.
const KILLED: &str = "killed";

/// What a share is counted in: a hundredth of a percent.
const PARTS: i64 = 10_000;

/// Adds every flag that servers ask.
pub(super) fn add(
    policy: &Policy,
    freezes: &[Freeze],
    evaluators: &mut Map<String, Value>,
    flags: &mut Map<String, Value>,
) {
    let asked = held::asked(policy);
    let versions: Vec<(String, &Version)> = held::versions(policy).collect();
    if asked.is_empty() && versions.is_empty() {
        return;
    }
    evaluators.insert(KILLED.to_owned(), json!({ "in": [{ "var": "$flagd.flagKey" }, []] }));
    for (id, flag) in asked {
        flags.insert(flag.name.clone(), one(policy, freezes, id, flag));
    }
    for (key, version) in versions {
        flags.insert(key, pin(version));
    }
}

/// A version: the pinned one, and where its key is killed the last that is known to be good. No freeze changes it, and neither
/// does broken context.
fn pin(version: &Version) -> Value {
    let good = version.last_known_good.as_ref().unwrap_or(&version.pinned);
    json!({
        "state": "ENABLED",
        "variants": { "pinned": version.pinned, "last-known-good": good },
        "defaultVariant": "pinned",
        "targeting": { "if": [{ "$ref": KILLED }, "last-known-good", "pinned"] },
        "metadata": { "kind": "pin" },
    })
}

fn one(policy: &Policy, freezes: &[Freeze], id: Id<Flag>, flag: &Flag) -> Value {
    let (variants, safe) = variants(flag);
    let metadata = json!({ "kind": flag.kind.name() });
    let targeting = match flag.kind {
        FlagKind::ReadOnly => read_only(policy, id),
        _ if flag.variants.is_empty() => json!({ "if": [{ "$ref": KILLED }, "off", "on"] }),
        _ => shares(policy, freezes, flag, &safe),
    };
    json!({
        "state": "ENABLED",
        "variants": variants,
        "defaultVariant": safe,
        "targeting": targeting,
        "metadata": metadata,
    })
}

/// The variants, and the one that is served where nothing else is said, where context is broken, and where the flag is killed.
fn variants(flag: &Flag) -> (Value, String) {
    if flag.variants.is_empty() {
        return (json!({ "on": true, "off": false }), "off".to_owned());
    }
    let all: Map<String, Value> =
        flag.variants.iter().map(|(name, ..)| (name.clone(), json!(name))).collect();
    (Value::Object(all), held::safe_variant(flag).unwrap_or_default().to_owned())
}

/// On while a maintenance that uses it is planned, by the server's clock.
fn read_only(policy: &Policy, id: Id<Flag>) -> Value {
    let mut branches = vec![json!({ "$ref": KILLED }), json!("off")];
    for planned in held::planned(policy, id) {
        branches.push(and_region(policy, planned.region, within(&planned.when)));
        branches.push(json!("on"));
    }
    branches.push(json!("off"));
    json!({ "if": branches })
}

/// Its shares of users, by their key; all of them the safe variant outside the horizon, while a freeze holds that does not admit
/// every tier, where a user has no key, and where it is killed.
fn shares(policy: &Policy, freezes: &[Freeze], flag: &Flag, safe: &str) -> Value {
    let key = json!({ "var": flag.sticky.as_deref().unwrap_or("targetingKey") });
    let mut parts = vec![json!({ "cat": [{ "var": "$flagd.flagKey" }, ":", key] })];
    for (name, share, _) in &flag.variants {
        let weight = (share * Decimal::from(PARTS)).round().to_i64().unwrap_or(0);
        parts.push(json!([name, weight]));
    }
    let horizon: IntervalSet = [policy.horizon].into_iter().collect();
    let mut branches =
        vec![json!({ "or": [{ "$ref": KILLED }, { "!": [key] }, { "!": [within(&horizon)] }] }), json!(safe)];
    for freeze in freezes {
        if held::concerns(freeze, flag) && policy.tiers.ids().any(|tier| freeze.closes(policy, tier)) {
            let frozen = json!({ "$ref": evaluator(freeze) });
            // A server that does not say where it is counts as everywhere.
            let elsewhere: Vec<&str> = policy
                .regions
                .iter()
                .filter(|(id, _)| !freeze.regions.contains(id))
                .map(|(_, region)| region.name.as_str())
                .collect();
            branches.push(match elsewhere.is_empty() {
                true => frozen,
                false => json!({ "and": [frozen, { "!": [{ "in": [{ "var": "region" }, elsewhere] }] }] }),
            });
            branches.push(json!(safe));
        }
    }
    branches.push(json!({ "fractional": parts }));
    json!({ "if": branches })
}

fn and_region(policy: &Policy, region: Option<Id<Region>>, holds: Value) -> Value {
    match region {
        Some(region) => {
            json!({ "and": [holds, { "==": [{ "var": "region" }, policy.regions[region].name] }] })
        }
        None => holds,
    }
}
