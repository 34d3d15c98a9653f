//! The calendar under stress in a terminal: shares of time, and the longest stretch without a slot.

use crate::calendar::{Interval, Zone};
use crate::policy::{Id, Policy, Tier};
use crate::render::guard::visible;
use crate::render::wrap::{cut, pad, wrap};
use crate::render::{Paint, Style, WIDTH};
use crate::schedule::{Strain, Stress};

/// Windows that are named as closing a stretch at the most.
const MOST_WINDOWS: usize = 4;

/// Columns of a share, or of a slot's length.
const COLUMN: usize = 13;

pub(super) fn text(policy: &Policy, found: &Stress, concerned: &str, paint: Paint) -> String {
    let within = found.within;
    let done = found.action.map_or("whatever is done", |action| action.name());
    let heading = format!(
        "{}: {} .. {}, {}\nopen: the calendar lets in a change of {concerned}, {done}, everywhere in the region: as it is, with what \
         a freeze kind asks for, or by an exception\nfree: without asking for anything; vendors' calendars as they were last read\nslot: open from its start to the last \
         step that asks the calendar, where a release of the tier says how it rolls out; else any open instant",
        policy.name,
        Zone::UTC.show_dated(within.start),
        Zone::UTC.show_dated(within.end),
        within.length().show(),
    );
    let mut said = format!(
        "{}  {}\n",
        paint.text(Style::Strong, "STRESS"),
        wrap(&visible(&heading), WIDTH, 8, "        ")
    );
    let regions = found.rows.iter().map(|row| region(policy, row).chars().count());
    let left = regions.max().unwrap_or(0).clamp(8, 28) + 2;
    let mut tier = None;
    for row in &found.rows {
        if tier != Some(row.tier) {
            tier = Some(row.tier);
            said.push_str(&format!("\n{}\n", heading_of(policy, found, row.tier, paint)));
            let columns = ["open", "free", "slot"].map(|title| pad(title, COLUMN)).concat();
            let columns = format!("  {}{columns}longest without a slot", pad("region", left));
            said.push_str(&format!("{}\n", paint.text(Style::Faint, &columns)));
        }
        said.push_str(&line(policy, row, within, left));
    }
    said
}

/// A tier, and which releases say how long its slots must be.
fn heading_of(policy: &Policy, found: &Stress, tier: Option<Id<Tier>>, paint: Paint) -> String {
    let mut releases: Vec<String> = Vec::new();
    for release in found.rows.iter().filter(|row| row.tier == tier).filter_map(|row| row.slot.release) {
        let name = format!("`{}`", policy.releases[release].name);
        if !releases.contains(&name) {
            releases.push(name);
        }
    }
    let name = tier.map_or("any change", |tier| policy.tiers[tier].name.as_str());
    let slot = if releases.is_empty() {
        "a slot is any open instant".to_owned()
    } else {
        format!("a slot is as long as {} takes", releases.join(", "))
    };
    format!("{}  {}", paint.text(Style::Strong, &visible(name)), visible(&slot))
}

fn line(policy: &Policy, row: &Strain, within: Interval, left: usize) -> String {
    let slot = row.slot.release.map_or("any".to_owned(), |_| row.slot.length.show());
    let shares = [share(row.open.seconds(), within), share(row.free.seconds(), within), slot];
    let shares = shares.map(|share| pad(&share, COLUMN)).concat();
    let shares = format!("  {}{shares}", pad(&cut(&visible(&region(policy, row)), left - 1), left));
    let Some(drought) = &row.longest else {
        return format!("{shares}none: a slot starts at every instant\n");
    };
    let named = drought.windows.iter().take(MOST_WINDOWS);
    let names: Vec<&str> = named.map(|window| policy.windows[*window].name.as_str()).collect();
    let more = drought.windows.len().saturating_sub(MOST_WINDOWS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let zone = policy.place_of(row.region).zone;
    // Where the stretch is cut by the bounds, it is longer still.
    let before = if drought.span.start == within.start { "..." } else { "" };
    let behind = if drought.span.end == within.end { "..." } else { "" };
    let span = format!(
        "{before}{} .. {}{behind}",
        zone.show_dated(drought.span.start),
        zone.show_dated(drought.span.end)
    );
    let by = if names.is_empty() { String::new() } else { format!("{}{more}", names.join(", ")) };
    let below = [span, by].into_iter().filter(|text| !text.is_empty());
    let below: String =
        below.map(|text| format!("      {}\n", wrap(&visible(&text), WIDTH, 6, "      "))).collect();
    format!("{shares}{}\n{below}", drought.span.length().show())
}

fn region(policy: &Policy, row: &Strain) -> String {
    row.region.map_or("everywhere".to_owned(), |region| policy.regions[region].name.clone())
}

/// A share of a span in per cent, cut off behind two digits: only what is whole is `100 %`.
fn share(seconds: i64, within: Interval) -> String {
    let whole = within.length().as_seconds().max(1);
    if seconds == whole {
        return "100 %".to_owned();
    }
    let parts = i128::from(seconds) * 10_000 / i128::from(whole);
    format!("{}.{:02} %", parts / 100, parts % 100)
}
