//! Asks the decision of every change at every instant at which something may change: each tier, region, component and environment, a
//! deploy and something else, with a fact unknown, true and approved by everybody, and false. What a target says of the same is measured against it.
//!
//! `cargo run --example answers -- PATH` prints one JSON object.

use opsc::calendar::{Elapsed, Instant};
use opsc::cli::System;
use opsc::decide::{
    Approval, ApprovalState, Change, Context, Evidence, EvidenceSource, Given, Prepared, StatedTier, Verdict,
};
use opsc::fidelity::{CAPABILITIES, CONSTRUCTS};
use opsc::policy::{self, Action, Policy, Region};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::error::Error;

const ACTIONS: [Action; 2] = [Action::Deploy, Action::Migrate];
const COMMIT: &str = "c0ffee0";
/// Behind the horizon so many instants are asked, so far apart.
const BEHIND: (i64, Elapsed) = (40, Elapsed::seconds(61 * 3600 + 7));

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: answers PATH")?;
    let policy = policy::load(&System::default(), &path)?.policy.ok_or("the policy has errors")?;
    let prepared = Prepared::new(&policy);
    let mut asked = Vec::new();
    for region in policy.regions.rows() {
        let instants = instants(&policy, region);
        let seconds: Vec<i64> = instants.iter().map(|at| at.unix()).collect();
        let changes: Vec<Value> =
            changes(&policy, region).iter().map(|change| answers(&prepared, change, &instants)).collect();
        asked.push(json!({ "region": region.name, "instants": seconds, "changes": changes }));
    }
    let horizon = [policy.horizon.start.unix(), policy.horizon.end.unix()];
    let answers = json!({ "horizon": horizon, "asked": asked, "uses": uses(&policy), "table": table() });
    println!("{answers}");
    Ok(())
}

/// The constructs that the policy uses.
fn uses(policy: &Policy) -> Vec<&'static str> {
    let used = CONSTRUCTS.iter().filter(|construct| !(construct.uses)(policy).is_empty());
    used.map(|construct| construct.name).collect()
}

/// By target and construct: how well it is held; nothing of what the target does not write.
fn table() -> Value {
    let rows = CAPABILITIES.iter().map(|capability| {
        let written = CONSTRUCTS.iter().filter(|construct| capability.parts.contains(&construct.part));
        let held = written
            .map(|construct| (construct.name.to_owned(), json!(capability.holds(construct.name).0.name())));
        (capability.target.to_owned(), Value::Object(held.collect()))
    });
    Value::Object(rows.collect())
}

/// Every edge of a window and every change of clocks, a second to either side, and some time behind the horizon.
fn instants(policy: &Policy, region: &Region) -> BTreeSet<Instant> {
    let second = Elapsed::seconds(1);
    let mut edges = BTreeSet::from([policy.horizon.start]);
    for window in policy.windows.rows() {
        edges.extend(window.when.active(&region.place, policy.horizon).edges());
        edges.extend(window.vendor.as_ref().and_then(|vendor| Some(vendor.checked?.plus(vendor.recheck?))));
    }
    let half = Elapsed::seconds(1800);
    let mut at = policy.horizon.start;
    while at < policy.horizon.end {
        if region.place.zone.offset(at) != region.place.zone.offset(at.plus(half)) {
            edges.extend((-4..=4).map(|step| at.plus(Elapsed::seconds(step * 1800))));
        }
        at = at.plus(half);
    }
    let around = edges.into_iter().flat_map(|at| [at.minus(second), at, at.plus(second)]);
    let within = around.filter(|at| policy.in_horizon(*at));
    let (count, step) = BEHIND;
    let behind = (0..count).map(|turn| policy.horizon.end.plus(Elapsed::seconds(turn * step.as_seconds())));
    within.chain(behind).collect()
}

fn changes(policy: &Policy, region: &Region) -> Vec<Change> {
    let facts: &[Option<bool>] =
        if policy.facts.is_empty() { &[None] } else { &[None, Some(true), Some(false)] };
    let mut found = Vec::new();
    for tier in policy.tiers.rows() {
        for component in policy.components.rows() {
            for environment in policy.environments.rows() {
                for (action, fact) in
                    ACTIONS.into_iter().flat_map(|action| facts.iter().map(move |fact| (action, fact)))
                {
                    let evidence = policy.facts.rows().iter().zip(*fact).map(|(fact, value)| Evidence {
                        fact: fact.name.clone(),
                        value: Given::Bool(value),
                        source: EvidenceSource::Ci,
                        actor: None,
                        observed_at: None,
                    });
                    let people = policy.roles.rows().iter().flat_map(|role| &role.members);
                    let approvals = people.filter(|_| *fact == Some(true)).map(|person| Approval {
                        person: person.clone(),
                        commit: Some(COMMIT.to_owned()),
                        patch: None,
                        given_at: None,
                        state: ApprovalState::Approved,
                        dismissed: false,
                    });
                    found.push(Change {
                        commit: Some(COMMIT.to_owned()),
                        approvals: approvals.collect(),
                        tier: Some(StatedTier { name: tier.name.clone(), by: None }),
                        action: Some(action),
                        environment: Some(environment.name.clone()),
                        regions: vec![region.name.clone()],
                        components: vec![component.name.clone()],
                        evidence: evidence.collect(),
                        ..Change::default()
                    });
                }
            }
        }
    }
    found
}

/// A letter an instant, `1` where the change is allowed, beside what a target may be asked by.
fn answers(prepared: &Prepared<'_>, change: &Change, instants: &BTreeSet<Instant>) -> Value {
    let open = instants.iter().map(|at| {
        let mut change = change.clone();
        for evidence in &mut change.evidence {
            evidence.observed_at = Some(*at);
        }
        for approval in &mut change.approvals {
            approval.given_at = Some(*at);
        }
        prepared.decide(&change, &Context::at(*at)).verdict == Verdict::Allow
    });
    let letters: String = open.map(|is_open| if is_open { '1' } else { '0' }).collect();
    json!({
        "tier": change.tier.as_ref().map(|tier| &tier.name),
        "action": change.action.map(Action::name),
        "environment": change.environment,
        "component": change.components.first(),
        "fact": change.evidence.first().map(|evidence| evidence.value.to_string()),
        "open": letters,
    })
}
