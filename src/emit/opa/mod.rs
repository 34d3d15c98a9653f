//! `opa`: the calendar as a bundle for Open Policy Agent: its segments as data, and fixed rules that read them.
//!
//! What the segments decide alone is allowed or blocked. A bundle holds no evidence, approvals or facts, so that whatever rests on
//! them is for the gate to say: the answer is then `ask-the-gate`, never `allow`.

mod segments;

use super::freeze::{self, Freeze, Ids};
use super::{Files, Job, Target, mark, pretty};
use crate::calendar::IntervalSet;
use crate::policy::{Action, Id, Phase, Policy, Tier, Window};
use serde_json::{Map, Value, json};

/// The target.
pub static OPA: Target = Target {
    name: "opa",
    summary: "the calendar as a bundle for Open Policy Agent, which answers allow, block or ask-the-gate",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/opa.md")),
    make,
};

const BLOCK: &str = "block";
const ASK: &str = "ask-the-gate";

/// The key under which a question that names no action finds what is required.
const ANY_ACTION: &str = "any";

fn make(job: &Job<'_>) -> Files {
    let rules = |text: &str| format!("{}{text}", mark::hash_comments(job));
    let texts = [
        pretty::text(&manifest(job)),
        pretty::text(&calendar(job)),
        rules(include_str!("gate.rego")),
        rules(include_str!("gate_test.rego")),
    ];
    job.paths().into_iter().zip(texts).collect()
}

/// `.manifest`: what the bundle owns, and which policy it is.
fn manifest(job: &Job<'_>) -> Value {
    let [made, from] = mark::lines(job);
    json!({
        "revision": format!("sha256:{}", job.policy.digest),
        "roots": ["ops"],
        "metadata": { "made": made, "from": from },
    })
}

fn calendar(job: &Job<'_>) -> Value {
    let policy = job.policy;
    let mut freezes = freeze::freezes(policy);
    let mut ids = Ids::default();
    for freeze in &freezes {
        ids.unique(freeze.name.clone());
    }
    let dated = freezes.len();
    freezes.extend(following(policy, &mut ids));
    let (by_time, by_fact) = freezes.split_at(dated);
    let [made, from] = mark::lines(job);
    json!({
        "made": made,
        "from": from,
        "horizon": { "start": policy.horizon.start.to_string(), "end": policy.horizon.end.to_string() },
        "tiers": tiers(policy),
        "actions": Action::ALL.map(Action::name),
        "components": policy.components.rows().iter().map(|one| &one.name).collect::<Vec<_>>(),
        "environments": policy.environments.rows().iter().map(|one| &one.name).collect::<Vec<_>>(),
        "freezes": rules(policy, &freezes),
        "always": always(policy, by_fact),
        "regions": segments::by_region(policy, by_time),
    })
}

/// Windows that follow a fact: nobody here knows when they hold, so that they may at any time.
fn following(policy: &Policy, ids: &mut Ids) -> Vec<Freeze> {
    let windows = policy.windows.iter().filter(|(_, window)| window.follows.is_some());
    let freezes = windows.map(|(id, window)| Freeze {
        name: ids.unique(window.name.clone()),
        kind: window.kind,
        windows: vec![id],
        regions: policy
            .regions
            .ids()
            .filter(|region| window.covers(Some(*region), None, None, None))
            .collect(),
        components: window.components.clone().unwrap_or_else(|| policy.components.ids().collect()),
        environments: window.environments.clone(),
        actions: window.actions.clone(),
        when: IntervalSet::of(policy.horizon),
        beyond: true,
        stale: false,
    });
    freezes.collect()
}

/// By tier and action: what must be shown, in words.
fn tiers(policy: &Policy) -> Value {
    let actions = Action::ALL.into_iter().map(|action| (action.name(), action.phase()));
    let asked: Vec<(&str, Phase)> = actions.chain([(ANY_ACTION, Phase::Promote)]).collect();
    let requires = |phase: Phase, tier: &Tier| -> Value {
        let asked = tier.requirements.iter().filter(|requirement| requirement.phase <= phase);
        asked.map(|requirement| requirement.text.as_str()).collect()
    };
    let tier = |tier: &Tier| -> Map<String, Value> {
        asked.iter().map(|(action, phase)| ((*action).to_owned(), requires(*phase, tier))).collect()
    };
    let rows = policy.tiers.rows().iter();
    Value::Object(rows.map(|row| (row.name.clone(), json!({ "requires": tier(row) }))).collect())
}

/// By freeze: whom it concerns, and what it does to each tier that it does not admit freely.
fn rules(policy: &Policy, freezes: &[Freeze]) -> Value {
    let rule = |freeze: &Freeze| {
        let environments = freeze.environments.clone().unwrap_or_else(|| policy.environments.ids().collect());
        let actions = freeze.actions.clone().unwrap_or_else(|| Action::ALL.to_vec());
        let closed = policy.tiers.iter().filter(|(tier, _)| freeze.closes(policy, *tier));
        let rulings = closed.map(|(id, tier)| {
            let ruling = if may_be_admitted(policy, freeze, id) { ASK } else { BLOCK };
            (tier.name.clone(), json!(ruling))
        });
        let value = json!({
            "kind": policy.kinds[freeze.kind].name,
            "windows": freeze.windows.iter().map(|window| &policy.windows[*window].name).collect::<Vec<_>>(),
            "components": freeze.components.iter().map(|one| &policy.components[*one].name).collect::<Vec<_>>(),
            "environments": environments.iter().map(|one| &policy.environments[*one].name).collect::<Vec<_>>(),
            "actions": actions.into_iter().map(Action::name).collect::<Vec<_>>(),
            "rulings": rulings.collect::<Map<_, _>>(),
        });
        (freeze.name.clone(), value)
    };
    Value::Object(freezes.iter().map(rule).collect())
}

/// Whether a fact, evidence, an approval or an exception of the policy could let a tier through.
fn may_be_admitted(policy: &Policy, freeze: &Freeze, tier: Id<Tier>) -> bool {
    let lifts = |window: &Id<Window>| {
        let mut exceptions = policy.exceptions.rows().iter();
        exceptions.any(|exception| exception.tier == tier && exception.lifts.contains(window))
    };
    let follows = |window: &Id<Window>| policy.windows[*window].follows.is_some();
    freeze.stale
        || freeze.windows.iter().any(follows)
        || freeze::admits_on_condition(policy, freeze.kind, tier)
        || freeze.windows.iter().any(lifts)
}

/// By region: the freezes that may hold at any time.
fn always(policy: &Policy, by_fact: &[Freeze]) -> Value {
    let regions = freeze::regions_or_none(policy).into_iter().map(|region| {
        let here =
            by_fact.iter().filter(|freeze| region.is_none_or(|region| freeze.regions.contains(&region)));
        let held: Map<String, Value> = here.map(|freeze| (freeze.name.clone(), Value::Null)).collect();
        (segments::region_key(policy, region), Value::Object(held))
    });
    Value::Object(regions.collect())
}
