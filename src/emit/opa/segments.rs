//! The calendar cut where anything changes, by region and by day, so that one look finds what holds.

use crate::calendar::{Elapsed, Instant, Interval, IntervalSet};
use crate::emit::freeze::{self, Freeze};
use crate::policy::{Id, Policy, Region};
use crate::segments;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a region is called; a policy without regions has one without a name.
pub(super) fn region_key(policy: &Policy, region: Option<Id<Region>>) -> String {
    region.map_or_else(String::new, |region| policy.regions[region].name.clone())
}

/// By region and day of UTC: `[from, {freeze: end}]` in order, each until the next. Every day of the horizon is there, so that
/// one which is not lies outside.
pub(super) fn by_region(policy: &Policy, freezes: &[Freeze]) -> Value {
    let regions = freeze::regions_or_none(policy).into_iter();
    Value::Object(regions.map(|region| (region_key(policy, region), days(policy, freezes, region))).collect())
}

fn days(policy: &Policy, freezes: &[Freeze], region: Option<Id<Region>>) -> Value {
    let here: Vec<&Freeze> = freezes
        .iter()
        .filter(|freeze| region.is_none_or(|region| freeze.regions.contains(&region)))
        .collect();
    let sets = here.iter().enumerate().map(|(index, freeze)| (index, &freeze.when));
    let mut days: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    segments::for_each(policy.horizon, sets, |interval, held| {
        let held = held.iter().filter_map(|index| here.get(*index));
        let held: Map<String, Value> =
            held.map(|freeze| (freeze.name.clone(), end(policy, &freeze.when, interval.start))).collect();
        for part in by_day(interval) {
            let written = part.start.to_string();
            let (day, clock) = written.split_once('T').unwrap_or((&written, ""));
            days.entry(day.to_owned()).or_default().push(json!([clock, held]));
        }
    });
    Value::Object(days.into_iter().map(|(day, parts)| (day, Value::Array(parts))).collect())
}

/// When what holds at an instant ends; nothing where the horizon ends before it.
fn end(policy: &Policy, when: &IntervalSet, at: Instant) -> Value {
    let end = when.at(at).map(|interval| interval.end).filter(|end| *end < policy.horizon.end);
    end.map_or(Value::Null, |end| json!(end.to_string()))
}

/// An interval, cut at each midnight of UTC.
fn by_day(interval: Interval) -> impl Iterator<Item = Interval> {
    let day = Elapsed::days(1).as_seconds();
    let next_midnight = move |at: Instant| Instant::from_unix((at.unix().div_euclid(day) + 1) * day);
    let mut start = interval.start;
    std::iter::from_fn(move || {
        let part = Interval::new(start, next_midnight(start).min(interval.end));
        start = part.end;
        (!part.is_empty()).then_some(part)
    })
}
