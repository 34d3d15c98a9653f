//! The earliest schedule of a release, as text and as JSON.

use super::wrap::{columns, pad, wrap};
use super::{Paint, Style, WIDTH, decision, guard::visible};
use crate::calendar::{Elapsed, Instant, Zone};
use crate::policy::{Id, Policy, Region, Release, Window};
use crate::schedule::{Ask, Hours, Itinerary, Missed, Plan, Planned, percent};
use serde_json::{Value, json};

/// So many windows are named that cost time.
const MOST_WITHOUT: usize = 3;

/// The schedule as people read it: a line a step, why not earlier, and what else could be done.
pub fn text(policy: &Policy, id: Id<Release>, found: &Itinerary, from: Instant, paint: Paint) -> String {
    let mut said = match &found.plan {
        Ok(plan) => planned(policy, id, found, plan, from, paint),
        Err(missed) => nowhere(policy, id, found, missed, from, paint),
    };
    if found.asked != found.hours && found.plan.is_ok() {
        let line = "off-peak hours are not kept: they leave no schedule".to_owned();
        section("regions are entered at any hour", &[line], &mut said, paint);
    }
    let without: Vec<String> = found
        .without
        .iter()
        .take(MOST_WITHOUT)
        .map(|(window, saved)| {
            format!("without window `{}`: {} earlier", name(policy, *window), saved.show())
        })
        .chain(found.any_hour.iter().map(|other| {
            let start = first_zone(policy, found).show(other.start, from);
            match &found.plan {
                Ok(plan) => format!(
                    "at any hour (`--any-hour`): {} earlier, from {start}",
                    plan.end.since(other.end).show()
                ),
                Err(_) => format!("at any hour (`--any-hour`): from {start}"),
            }
        }))
        .collect();
    section("why not earlier", &without, &mut said, paint);
    let others: Vec<String> = found
        .other
        .iter()
        .map(|(order, plan)| {
            let order: Vec<&str> = order.iter().map(|region| policy.regions[*region].name.as_str()).collect();
            let zone = first_zone(policy, found);
            format!(
                "`regions {}`: from {}, ends {}",
                order.join(" then "),
                zone.show(plan.start, from),
                zone.show(plan.end, from)
            )
        })
        .collect();
    section("another way", &others, &mut said, paint);
    said
}

/// The schedule as one JSON object; instants are RFC 3339, and durations seconds.
pub fn json(policy: &Policy, id: Id<Release>, found: &Itinerary, from: Instant) -> Value {
    let steps = |plan: &Plan| -> Vec<Value> {
        found
            .asks
            .iter()
            .zip(&plan.asks)
            .map(|(ask, planned)| step_json(policy, id, found, ask, planned, from))
            .collect()
    };
    let brief = |plan: &Plan| json!({ "start": plan.start, "end": plan.end });
    let without = |(window, saved): &(Id<Window>, Elapsed)| json!({ "window": name(policy, *window), "earlier_seconds": saved.as_seconds() });
    let other = |(order, plan): &(Vec<Id<Region>>, Plan)| {
        let order: Vec<&str> = order.iter().map(|region| policy.regions[*region].name.as_str()).collect();
        json!({ "regions": order, "start": plan.start, "end": plan.end })
    };
    json!({
        "release": policy.releases[id].name,
        "pipeline": policy.releases[id].by.map(|pipeline| &policy.pipelines[pipeline].name),
        "from": from,
        "off_peak": found.hours == Hours::OffPeak,
        "start": found.plan.as_ref().ok().map(|plan| plan.start),
        "end": found.plan.as_ref().ok().map(|plan| plan.end),
        "needs": found.plan.as_ref().map(needs).unwrap_or_default(),
        "steps": found.plan.as_ref().map(steps).unwrap_or_default(),
        "without": found.without.iter().map(without).collect::<Vec<_>>(),
        "at_any_hour": found.any_hour.as_ref().map(brief),
        "other_order": found.other.as_ref().map(other),
    })
}

fn planned(
    policy: &Policy,
    id: Id<Release>,
    found: &Itinerary,
    plan: &Plan,
    from: Instant,
    paint: Paint,
) -> String {
    let zone = first_zone(policy, found);
    let wait =
        if plan.start == from { "now".to_owned() } else { format!("in {}", plan.start.since(from).show()) };
    let needs = needs(plan);
    let with = if needs.is_empty() { String::new() } else { format!(", with {}", decision::list(&needs)) };
    let line = format!("{}, {wait}{with}; ends {}", zone.show_dated(plan.start), zone.show_dated(plan.end));
    let mut said =
        format!("{}  {}\n\n", paint.text(Style::Good, "PLAN"), wrap(&visible(&line), WIDTH, 6, "      "));
    let titles: Vec<(String, String)> =
        found.asks.iter().map(|ask| (title(policy, id, found, ask), places(policy, ask))).collect();
    let width =
        |of: fn(&(String, String)) -> &String| titles.iter().map(|row| columns(of(row))).max().unwrap_or(0);
    let (left, middle) = (width(|row| &row.0), width(|row| &row.1));
    for ((ask, planned), (step, place)) in found.asks.iter().zip(&plan.asks).zip(&titles) {
        let at = zone_of(policy, ask).show(planned.at, from);
        said.push_str(&format!("  {}  {}  {at}\n", pad(step, left), pad(place, middle)));
    }
    said
}

fn nowhere(
    policy: &Policy,
    id: Id<Release>,
    found: &Itinerary,
    missed: &Missed,
    from: Instant,
    paint: Paint,
) -> String {
    let why = found.asks.get(missed.ask).map_or(String::new(), |ask| {
        let (title, place) = (title(policy, id, found, ask), places(policy, ask));
        if missed.is_too_long() {
            return format!(
                ": up to `{title}` in {place}, its holds and soaks alone take {}",
                missed.least.show()
            );
        }
        let at = zone_of(policy, ask).show(missed.from, from);
        format!(": from {at} on, no instant is found for `{title}` in {place}")
    });
    let line = format!("no schedule within 400 days of {}{why}", first_zone(policy, found).show_dated(from));
    format!("{}  {}\n", paint.text(Style::Bad, "PLAN"), wrap(&visible(&line), WIDTH, 6, "      "))
}

fn section(title: &str, lines: &[String], said: &mut String, paint: Paint) {
    if lines.is_empty() {
        return;
    }
    said.push_str(&format!("\n{}\n", paint.text(Style::Strong, title)));
    for line in lines {
        said.push_str(&format!("  {}\n", wrap(&visible(line), WIDTH, 2, "      ")));
    }
}

fn step_json(
    policy: &Policy,
    id: Id<Release>,
    found: &Itinerary,
    ask: &Ask,
    planned: &Planned,
    from: Instant,
) -> Value {
    let regions: Vec<&str> = ask.regions.iter().map(|region| policy.regions[*region].name.as_str()).collect();
    let step = ask.step.and_then(|position| found.rollout.as_ref()?.steps.get(position));
    let stages = policy.releases[id].by.map(|pipeline| &policy.pipelines[pipeline].stages);
    json!({
        "at": planned.at,
        "local": zone_of(policy, ask).show(planned.at, from),
        "stage": step.and_then(|step| Some(&stages?[step.stage].name)),
        "traffic": step.and_then(|step| Some(percent(step.traffic?))),
        "action": ask.action,
        "regions": regions,
        "verdict": planned.answer.verdict,
        "needs": decision::needs(&planned.answer),
    })
}

/// What all steps together still need, each once.
fn needs(plan: &Plan) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for need in plan.asks.iter().flat_map(|planned| decision::needs(&planned.answer)) {
        if !all.contains(&need) {
            all.push(need);
        }
    }
    all
}

fn title(policy: &Policy, id: Id<Release>, found: &Itinerary, ask: &Ask) -> String {
    let step = ask.step.and_then(|position| found.rollout.as_ref()?.steps.get(position));
    let (Some(step), Some(pipeline)) = (step, policy.releases[id].by) else {
        return policy.releases[id].name.clone();
    };
    let stage = &policy.pipelines[pipeline].stages[step.stage].name;
    step.traffic.map_or_else(|| stage.clone(), |traffic| format!("{stage} {}", percent(traffic)))
}

fn places(policy: &Policy, ask: &Ask) -> String {
    let names: Vec<&str> = ask.regions.iter().map(|region| policy.regions[*region].name.as_str()).collect();
    if names.is_empty() { "everywhere".to_owned() } else { names.join(", ") }
}

fn zone_of(policy: &Policy, ask: &Ask) -> Zone {
    ask.regions.first().map_or(Zone::UTC, |region| policy.regions[*region].place.zone)
}

fn first_zone(policy: &Policy, found: &Itinerary) -> Zone {
    found.asks.first().map_or(Zone::UTC, |ask| zone_of(policy, ask))
}

fn name(policy: &Policy, window: Id<Window>) -> &str {
    &policy.windows[window].name
}
