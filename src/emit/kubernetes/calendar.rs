//! The parameter object of the admission policy: a ConfigMap for each region, with the intervals in which something is closed there.
//!
//! A key holds one component's month, so that a request reads a few lines whatever the horizon is.

use super::{Job, Named, freeze_name};
use crate::calendar::{Instant, Interval, IntervalSet};
use crate::emit::freeze::{self, Freeze};
use crate::emit::{escape, mark};
use crate::policy::{Action, Component, Id, Policy, Region};
use std::collections::BTreeMap;

/// The key that lists the components.
pub(super) const COMPONENTS: &str = "components";
/// What keys of closed intervals begin with; behind it component and month, as in `closed.index.2026-03`.
pub(super) const CLOSED: &str = "closed.";
/// The name that stands for everything in a policy that declares no component.
const EVERYTHING: &str = "everything";

/// `REGION.yml` for each region, or for the one that is asked for; `everywhere.yml` where the policy declares none.
pub(super) fn files(job: &Job<'_>) -> Named {
    let policy = job.policy;
    let environment = policy.environments.find(job.option("environment"));
    let freezes: Vec<Freeze> = freeze::freezes(policy)
        .into_iter()
        .filter(|freeze| freeze.concerns(environment, Some(Action::Deploy)))
        .collect();
    let asked = policy.regions.find(job.option("region"));
    let regions = freeze::regions_or_none(policy).into_iter();
    let regions = regions.filter(|region| asked.is_none() || asked == *region);
    let named = regions.map(|region| {
        let name = region.map_or("everywhere", |region| policy.regions[region].name.as_str());
        (format!("{name}.yml"), config_map(job, &freezes, region))
    });
    named.collect()
}

/// The components of a policy by the names that workloads are labelled with.
pub(super) fn components(policy: &Policy) -> Vec<(&str, Option<Id<Component>>)> {
    match policy.components.is_empty() {
        true => vec![(EVERYTHING, None)],
        false => {
            policy.components.iter().map(|(id, component)| (component.name.as_str(), Some(id))).collect()
        }
    }
}

fn config_map(job: &Job<'_>, freezes: &[Freeze], region: Option<Id<Region>>) -> String {
    let policy = job.policy;
    let names: Vec<&str> = components(policy).into_iter().map(|(name, _)| name).collect();
    let mut text = format!(
        "{}apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n  namespace: {}\ndata:\n  # What the calendar knows; everything \
         outside is closed.\n  from: {}\n  until: {}\n  {COMPONENTS}: {}\n",
        mark::hash_comments(job),
        escape::yaml(&freeze_name(policy)),
        escape::yaml(job.option("namespace")),
        escape::yaml(&policy.horizon.start.to_string()),
        escape::yaml(&policy.horizon.end.to_string()),
        escape::yaml(&names.join(" ")),
    );
    for (name, component) in components(policy) {
        let closing = freezes.iter().filter(|freeze| {
            region.is_none_or(|region| freeze.regions.contains(&region))
                && component.is_none_or(|component| freeze.components.contains(&component))
        });
        let closed = closing.fold(IntervalSet::default(), |union, freeze| union.union(&freeze.when));
        for (month, lines) in by_month(&closed.within(policy.horizon)) {
            text.push_str(&format!("  {}: |-\n", escape::yaml(&format!("{CLOSED}{name}.{month}"))));
            for interval in lines {
                text.push_str(&format!("    {} {}\n", interval.start, interval.end));
            }
        }
    }
    text
}

/// Intervals cut at the ends of months (UTC), by month.
fn by_month(closed: &IntervalSet) -> BTreeMap<String, Vec<Interval>> {
    let mut found: BTreeMap<String, Vec<Interval>> = BTreeMap::new();
    for interval in closed.intervals() {
        let mut start = interval.start;
        while start < interval.end {
            let month: String = start.to_string().chars().take("2026-03".len()).collect();
            let end = next_month(&month).unwrap_or(interval.end).min(interval.end);
            found.entry(month).or_default().push(Interval::new(start, end));
            start = end;
        }
    }
    found
}

/// The first instant of the month behind one.
fn next_month(month: &str) -> Option<Instant> {
    let (year, month) = month.split_once('-')?;
    let (year, month): (i32, u32) = (year.parse().ok()?, month.parse().ok()?);
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    Instant::parse(&format!("{year:04}-{month:02}-01T00:00:00Z"))
}
