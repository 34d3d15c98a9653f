//! The calendar as JSON: its spans, or how long a change has to wait at the worst.

use super::Shown;
use crate::calendar::{Instant, Interval, TZDB_VERSION};
use crate::policy::Policy;
use crate::schedule::{Held, Lane, Strain, Stress};
use serde_json::{Value, json};

pub(super) fn render(shown: &Shown<'_>) -> String {
    let policy = shown.policy;
    let held = |held: &Held| {
        let components: Option<Vec<&str>> = held
            .components
            .as_ref()
            .map(|ids| ids.iter().map(|id| policy.components[*id].name.as_str()).collect());
        json!({
            "window": policy.windows[held.window].name,
            "kind": policy.kinds[held.kind].name,
            "outside": held.is_outside,
            "start": held.span.start,
            "end": held.span.end,
            "components": components,
            "because": held.reason(policy),
        })
    };
    let lane = |lane: &Lane| {
        json!({
            "region": lane.region.map(|region| &policy.regions[region].name),
            "zone": policy.place_of(lane.region).zone,
            "held": lane.held.iter().map(held).collect::<Vec<_>>(),
        })
    };
    written(&json!({
        "schema": "opsc.calendar/1",
        "policy": policy.name,
        "policy_digest": policy.digest,
        "time_zone_database": TZDB_VERSION,
        "start": shown.within.start,
        "end": shown.within.end,
        "lanes": shown.lanes.iter().map(lane).collect::<Vec<_>>(),
    }))
}

pub(super) fn stress(policy: &Policy, found: &Stress) -> String {
    let within = found.within;
    let row = |row: &Strain| {
        let longest = row.longest.as_ref().map(|drought| {
            let names: Vec<&str> =
                drought.windows.iter().map(|window| policy.windows[*window].name.as_str()).collect();
            json!({
                "start": drought.span.start,
                "end": drought.span.end,
                "seconds": drought.span.length().as_seconds(),
                "cut": drought.span.start == within.start || drought.span.end == within.end,
                "windows": names,
            })
        });
        let years = years(within).into_iter().map(|(year, span)| {
            json!({
                "year": year,
                "seconds": span.length().as_seconds(),
                "open_seconds": row.open.within(span).seconds(),
                "free_seconds": row.free.within(span).seconds(),
            })
        });
        json!({
            "tier": row.tier.map(|tier| &policy.tiers[tier].name),
            "region": row.region.map(|region| &policy.regions[region].name),
            "zone": policy.place_of(row.region).zone,
            "slot_seconds": row.slot.length.as_seconds(),
            "slot_release": row.slot.release.map(|release| &policy.releases[release].name),
            "open_seconds": row.open.seconds(),
            "free_seconds": row.free.seconds(),
            "years": years.collect::<Vec<_>>(),
            "longest": longest,
        })
    };
    written(&json!({
        "schema": "opsc.stress/1",
        "policy": policy.name,
        "policy_digest": policy.digest,
        "time_zone_database": TZDB_VERSION,
        "start": within.start,
        "end": within.end,
        "seconds": within.length().as_seconds(),
        "action": found.action,
        "rows": found.rows.iter().map(row).collect::<Vec<_>>(),
    }))
}

/// The years of UTC within a span, each cut at its bounds.
fn years(within: Interval) -> Vec<(i32, Interval)> {
    let year = |at: Instant| at.utc().format("%Y").to_string().parse().unwrap_or(0);
    let start = |year: i32| Instant::parse(&format!("{year:04}-01-01T00:00:00Z")).unwrap_or(within.end);
    let spans = (year(within.start)..=year(within.end))
        .map(|year| (year, Interval::new(start(year), start(year + 1)).intersect(within)));
    spans.filter(|(_, span)| !span.is_empty()).collect()
}

fn written(value: &Value) -> String {
    format!("{}\n", serde_json::to_string_pretty(value).unwrap_or_default())
}
