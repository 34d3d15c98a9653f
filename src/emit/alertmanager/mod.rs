//! `alertmanager`: who hears of the alerts of target `prometheus`, and when not.
//!
//! What asks for a rollback is never muted. Incidents and states of the page are, while a maintenance refuses writes everywhere. That a
//! rollout is under way is told while a freeze holds.

mod item;
mod time;

use super::freeze;
use super::{Files, Job, Target, escape, mark};
use crate::calendar::{IntervalSet, Zone};
use crate::policy::{Id, Maintenance, Origin, Policy, Region, Window};
use std::fmt::Write;
use time::Edges;

/// The target.
pub static ALERTMANAGER: Target = Target {
    name: "alertmanager",
    summary: "routes by severity and audience, muted in maintenances and told of in freezes, for Alertmanager",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/alertmanager.md")),
    make,
};

/// A named interval: where it comes from, and its items.
struct Named {
    name: String,
    comment: String,
    items: Vec<String>,
}

fn make(job: &Job<'_>) -> Files {
    let policy = job.policy;
    let freezes = freezes(policy);
    let (maintenances, mutes) = maintenances(policy);
    let mut receivers = vec![("default".to_owned(), String::new()), ("nobody".to_owned(), String::new())];
    for severity in policy.severities.rows() {
        let pages: Vec<&str> = severity.pages.iter().map(|party| policy.party_name(party)).collect();
        let comment = format!("{}: pages {}", policy.place(severity.origin), pages.join(", "));
        receivers.push((format!("severity-{}", severity.name), comment));
    }
    for audience in policy.audiences.rows() {
        let comment = format!("{}: by {}", policy.place(audience.origin), audience.channels.join(", "));
        receivers.push((format!("audience-{}", audience.name), comment));
    }
    receivers.extend(freezes.iter().map(|freeze| (freeze.name.clone(), freeze.comment.clone())));

    let mut text = mark::hash_comments(job);
    text.push_str(&routes(policy, &freezes, &mutes));
    text.push_str(&intervals(freezes.iter().chain(&maintenances)));
    text.push_str("receivers:\n");
    for (name, comment) in receivers {
        let url = format!("{}/{name}", job.option("webhook").trim_end_matches('/'));
        let line =
            if comment.is_empty() { String::new() } else { format!("  # {}\n", escape::comment(&comment)) };
        // Infallible: a `String` takes all that is written to it.
        let _ = writeln!(text, "{line}  - name: {}", escape::yaml(&name));
        if name != "nobody" {
            let _ =
                writeln!(text, "    webhook_configs: [{{url: {}, send_resolved: true}}]", escape::yaml(&url));
        }
    }
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

/// Every freeze with its times; nothing is said of one that follows facts. A window holds where it holds in any region: the alert of a
/// rollout does not say where it is.
fn freezes(policy: &Policy) -> Vec<Named> {
    let mut merged: Vec<(String, Option<&Window>, Vec<freeze::Freeze>)> = Vec::new();
    for freeze in freeze::freezes(policy) {
        let window = window(policy, &freeze.name);
        let outside = || format!("outside-{}", policy.kinds[freeze.kind].name);
        let name = window.map_or_else(outside, |window| window.name.clone());
        match merged.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, _, known)) => known.push(freeze),
            None => merged.push((name, window, vec![freeze])),
        }
    }
    let named = |(name, window, freezes): (String, Option<&Window>, Vec<freeze::Freeze>)| {
        let place = window.map_or_else(String::new, |window| format!("{}: ", policy.place(window.origin)));
        let owner = window.and_then(|window| window.owner.as_ref());
        let owner = owner.map_or_else(String::new, |owner| format!(", of {}", policy.party_name(owner)));
        let kind = freezes.first().map_or("", |freeze| policy.kinds[freeze.kind].name.as_str());
        let held: Vec<time::Held> =
            freezes.iter().map(|freeze| (freeze.when.clone(), zones(policy, &freeze.regions))).collect();
        let mut items = time::items(&held, Edges::Outward);
        if freezes.iter().any(|freeze| freeze.beyond) {
            items.extend(time::behind(policy.horizon.end));
        }
        Named {
            comment: format!("{place}{kind} freeze {name}{owner}"),
            name: format!("freeze-{name}"),
            items,
        }
    };
    merged.into_iter().map(named).filter(|named| !named.items.is_empty()).collect()
}

fn zones(policy: &Policy, regions: &[Id<Region>]) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    for region in regions {
        let zone = policy.regions[*region].place.zone;
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    zones
}

/// The window that a freeze was made of: its name, or what stands before a region or `stale`.
fn window<'a>(policy: &'a Policy, freeze: &str) -> Option<&'a Window> {
    let is_of = |window: &&Window| {
        freeze.strip_prefix(&window.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    policy.windows.rows().iter().filter(is_of).max_by_key(|window| window.name.len())
}

/// What mutes the alerts that name a region, or those that name none.
struct Mutes {
    /// The names of intervals.
    intervals: Vec<String>,
    /// None for alerts that name no region.
    region: Option<String>,
}

/// Every maintenance that has dates, once for where it holds in every region at the same times, and once more for each region in
/// which it holds at others; and what mutes whom.
fn maintenances(policy: &Policy) -> (Vec<Named>, Vec<Mutes>) {
    let regions: Vec<Id<Region>> = policy.regions.ids().collect();
    let mut ids = freeze::Ids::default();
    let mut found = Vec::new();
    let mut mutes: Vec<Mutes> = regions
        .iter()
        .map(|region| Mutes { region: Some(policy.regions[*region].name.clone()), intervals: Vec::new() })
        .chain([Mutes { region: None, intervals: Vec::new() }])
        .collect();
    let named = |maintenance: &Maintenance, name: String, held: time::Held| Named {
        comment: format!("{}: maintenance {}", policy.place(maintenance.origin), maintenance.name),
        name,
        items: time::items(&[held], Edges::Inward),
    };
    for maintenance in policy.maintenances.rows() {
        let everywhere = everywhere(policy, maintenance);
        let name = ids.unique(format!("maintenance-{}", maintenance.name));
        let whole = named(maintenance, name, (everywhere.clone(), zones(policy, &regions)));
        for mutes in &mut mutes {
            let region = mutes.region.as_ref().and_then(|region| policy.regions.find(region));
            let there = region.map(|region| there(policy, maintenance, Some(region)));
            let regional = there.filter(|there| *there != everywhere).zip(mutes.region.as_ref());
            let of_region = regional.map(|(there, region)| {
                let name = ids.unique(format!("maintenance-{}-{region}", maintenance.name));
                named(maintenance, name, (there, zones(policy, &Vec::from_iter(policy.regions.find(region)))))
            });
            let counts = of_region.as_ref().unwrap_or(&whole);
            mutes.intervals.extend((!counts.items.is_empty()).then(|| counts.name.clone()));
            found.extend(of_region);
        }
        found.push(whole);
    }
    found.retain(|named| !named.items.is_empty());
    let general = mutes.last().map(|mutes| mutes.intervals.clone());
    mutes.retain(|mutes| mutes.region.is_none() || Some(&mutes.intervals) != general.as_ref());
    (found, mutes)
}

/// When it holds in every region at once, for alerts that do not say where they come from.
fn everywhere(policy: &Policy, maintenance: &Maintenance) -> IntervalSet {
    let all = freeze::regions_or_none(policy).into_iter();
    all.fold(IntervalSet::of(policy.horizon), |all, region| {
        all.intersection(&there(policy, maintenance, region))
    })
}

/// When it holds in a region.
fn there(policy: &Policy, maintenance: &Maintenance, region: Option<Id<Region>>) -> IntervalSet {
    let concerns = |all: &Vec<Id<Region>>| region.is_none_or(|region| all.contains(&region));
    match maintenance.when.as_ref().filter(|_| maintenance.regions.as_ref().is_none_or(concerns)) {
        Some(when) => when.active(&freeze::place(policy, region), policy.horizon),
        None => IntervalSet::default(),
    }
}

/// The routes, from the gravest matter to the least. The first that fits counts, where it does not say `continue`.
fn routes(policy: &Policy, freezes: &[Named], mutes: &[Mutes]) -> String {
    let mine = format!("policy={}", escape::promql(&policy.name));
    let matcher = |wanted: &str| escape::yaml_list([mine.as_str(), wanted]);
    let mut text = String::from(
        "route:\n  receiver: \"default\"\n  group_by: [\"alertname\", \"policy\", \"pipeline\"]\n  group_wait: \"5s\"\n  group_interval: \"1m\"\n  repeat_interval: \"1h\"\n  routes:\n",
    );
    // What asks for a rollback: whoever the severity pages, at any time.
    let _ = writeln!(
        text,
        "    # What asks for a rollback is heard at any time.\n    - receiver: \"default\"\n      matchers: {}\n      group_wait: \"0s\"\n      routes:{}",
        matcher("ops=\"rollback\""),
        if policy.severities.is_empty() { " []" } else { "" },
    );
    for severity in policy.severities.rows() {
        let _ = writeln!(
            text,
            "        # {}\n        - receiver: {}\n          matchers: {}",
            policy.place(severity.origin),
            escape::yaml(&format!("severity-{}", severity.name)),
            escape::yaml_list([format!("severity={}", escape::promql(&severity.name)).as_str()]),
        );
    }
    let _ = writeln!(
        text,
        "    # A rollout under way is told while a freeze holds.\n    - receiver: \"nobody\"\n      matchers: {}\n      routes:{}",
        matcher("ops=\"rollout\""),
        if freezes.is_empty() { " []" } else { "" },
    );
    for freeze in freezes {
        let name = escape::yaml(&freeze.name);
        let _ = writeln!(
            text,
            "        # {}\n        - receiver: {name}\n          matchers: {}\n          active_time_intervals: [{name}]\n          continue: true",
            escape::comment(&freeze.comment),
            matcher("ops=\"rollout\""),
        );
    }
    let _ = writeln!(
        text,
        "    # Incidents and states of the page. Errors are expected while a maintenance refuses writes there.\n    - receiver: \"nobody\"\n      matchers: {}\n      routes:",
        matcher("ops=~\"incident|status\""),
    );
    for mutes in mutes {
        match &mutes.region {
            Some(region) => {
                let region = format!("region={}", escape::promql(region));
                let _ = writeln!(
                    text,
                    "        - receiver: \"nobody\"\n          matchers: {}\n          routes:",
                    escape::yaml_list([region.as_str()])
                );
                told(&mut text, policy, &mutes.intervals, "            ");
            }
            None => told(&mut text, policy, &mutes.intervals, "        "),
        }
    }
    text
}

/// Who hears of incidents and states, but while an interval mutes them.
fn told(text: &mut String, policy: &Policy, intervals: &[String], indent: &str) {
    let muted = match intervals {
        [] => String::new(),
        some => {
            format!("\n{indent}  mute_time_intervals: {}", escape::yaml_list(some.iter().map(String::as_str)))
        }
    };
    let mine = format!("policy={}", escape::promql(&policy.name));
    let of_policy = escape::yaml_list([mine.as_str()]);
    let mut route = |origin: Option<Origin>, receiver: &str, matchers: &str, more: &str| {
        let place = origin.map_or_else(String::new, |origin| format!("{indent}# {}\n", policy.place(origin)));
        let receiver = escape::yaml(receiver);
        // Infallible: a `String` takes all that is written to it.
        let _ = writeln!(
            text,
            "{place}{indent}- receiver: {receiver}\n{indent}  matchers: {matchers}{muted}{more}"
        );
    };
    let and_on = format!("\n{indent}  continue: true");
    for audience in policy.audiences.rows() {
        route(Some(audience.origin), &format!("audience-{}", audience.name), &of_policy, &and_on);
    }
    for severity in policy.severities.rows() {
        let matchers = escape::yaml_list([format!("severity={}", escape::promql(&severity.name)).as_str()]);
        route(Some(severity.origin), &format!("severity-{}", severity.name), &matchers, "");
    }
    route(None, "default", &of_policy, "");
}

fn intervals<'a>(all: impl Iterator<Item = &'a Named>) -> String {
    let mut text = String::new();
    for named in all {
        let _ = writeln!(
            text,
            "  # {}\n  - name: {}\n    time_intervals:",
            escape::comment(&named.comment),
            escape::yaml(&named.name)
        );
        for item in &named.items {
            let _ = writeln!(text, "      - {item}");
        }
    }
    if text.is_empty() { "time_intervals: []\n".to_owned() } else { format!("time_intervals:\n{text}") }
}
