//! A schedule as JSON.

use super::Shown;
use crate::policy::{Id, Named, Policy, Table};
use crate::render::decision;
use crate::schedule::{Approver, Ask, Cost, Hours, Plan, Planned, Request, Rule, percent};
use serde_json::{Value, json};

pub(super) fn render(shown: &Shown<'_>) -> Value {
    let (policy, found) = (shown.policy, shown.found);
    let release = &policy.releases[shown.id];
    let steps = |plan: &Plan| -> Vec<Value> {
        found.asks.iter().zip(&plan.asks).map(|(ask, planned)| step(shown, ask, planned)).collect()
    };
    let other = found.other.as_ref().map(|(order, plan)| {
        let order: Vec<String> = order.iter().map(|region| shown.regions(&[*region])).collect();
        json!({ "regions": order, "start": plan.start, "end": plan.end })
    });
    let before =
        |(release, end): &(Id<_>, _)| json!({ "release": policy.releases[*release].name, "over": end });
    let emergencies: Vec<&str> = policy.break_glass.rows().iter().map(|glass| glass.name.as_str()).collect();
    json!({
        "release": release.name,
        "pipeline": release.by.map(|pipeline| &policy.pipelines[pipeline].name),
        "from": shown.from,
        "off_peak": found.hours == Hours::OffPeak,
        "start": found.plan.as_ref().ok().map(|plan| plan.start),
        "end": found.plan.as_ref().ok().map(|plan| plan.end),
        "needs": shown.needs(),
        "steps": found.plan.as_ref().map(steps).unwrap_or_default(),
        "after": found.before.iter().map(before).collect::<Vec<_>>(),
        "approvals": found.requests.iter().map(|(ask, request)| approval(shown, *ask, request)).collect::<Vec<_>>(),
        "costs_most": found.costs.first().map(|most| cost(shown, most)),
        "costs": found.costs.iter().map(|one| cost(shown, one)).collect::<Vec<_>>(),
        "at_any_hour": found.any_hour.as_ref().map(brief),
        "other_order": other,
        "instead": {
            "regions": named(&policy.regions, &found.instead.regions),
            "components": named(&policy.components, &found.instead.components),
            "tiers": named(&policy.tiers, &found.instead.tiers),
            "break_glass": emergencies,
        },
    })
}

fn brief(plan: &Plan) -> Value {
    json!({ "start": plan.start, "end": plan.end })
}

fn named<T: Named>(table: &Table<T>, found: &[(Id<T>, Plan)]) -> Vec<Value> {
    let one = |(id, plan): &(Id<T>, Plan)| json!({ "name": table[*id].name(), "start": plan.start, "end": plan.end });
    found.iter().map(one).collect()
}

fn cost(shown: &Shown<'_>, cost: &Cost) -> Value {
    let (kind, name) = rule(shown.policy, cost.rule);
    json!({
        "rule": kind,
        "name": name,
        "place": shown.place(cost.rule),
        "earlier_seconds": cost.saved.map(|saved| saved.as_seconds()),
        "start": cost.plan.start,
        "end": cost.plan.end,
        "exception": cost.rule.is_liftable(shown.policy, shown.id),
    })
}

/// The kind of a rule, and the name of what it is about.
fn rule(policy: &Policy, rule: Rule) -> (&'static str, Option<&str>) {
    match rule {
        Rule::Window(window) => ("window", Some(&policy.windows[window].name)),
        Rule::Hours(kind) => ("only", Some(&policy.kinds[kind].name)),
        Rule::OffPeak(region) => ("off-peak", Some(&policy.regions[region].name)),
        Rule::Approval(tier, position) => {
            let required = policy.tiers[tier].requirements.get(position);
            ("requirement", required.map(|required| required.text.as_str()))
        }
        Rule::OnFreeze(kind) => ("on-freeze", Some(&policy.kinds[kind].name)),
        Rule::After(release) => ("after", Some(&policy.releases[release].name)),
        Rule::Soak => ("soak", None),
    }
}

fn approval(shown: &Shown<'_>, ask: usize, request: &Request) -> Value {
    let person = |approver: &Approver| json!({ "person": approver.person, "zone": approver.zone, "at_work_from": approver.from });
    json!({
        "step": ask,
        "title": shown.found.asks.get(ask).map(|ask| shown.title(ask)),
        "approval": request.name,
        "count": request.seat.count,
        "roles": request.seat.roles,
        "since": request.since,
        "by": request.by,
        "people": request.people.iter().map(person).collect::<Vec<_>>(),
    })
}

fn step(shown: &Shown<'_>, ask: &Ask, planned: &Planned) -> Value {
    let policy = shown.policy;
    let regions: Vec<&str> = ask.regions.iter().map(|region| policy.regions[*region].name.as_str()).collect();
    let step = ask.step.and_then(|position| shown.found.rollout.as_ref()?.steps.get(position));
    let stages = policy.releases[shown.id].by.map(|pipeline| &policy.pipelines[pipeline].stages);
    json!({
        "at": planned.at,
        "local": shown.at(shown.zone_of(ask), planned.at),
        "stage": step.and_then(|step| Some(&stages?[step.stage].name)),
        "traffic": step.and_then(|step| Some(percent(step.traffic?))),
        "action": ask.action,
        "regions": regions,
        "verdict": planned.answer.verdict,
        "needs": decision::needs(&planned.answer),
    })
}
