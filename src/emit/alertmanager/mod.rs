//! `alertmanager`: who hears of the alerts of target `prometheus`, and when not.
//!
//! What asks for a rollback is never muted. Incidents and states of the page are, while a maintenance refuses writes everywhere. That a
//! rollout is under way is told while a freeze holds.

mod time;

use super::freeze;
use super::{Files, Job, Target, condition, escape, mark};
use crate::calendar::IntervalSet;
use crate::policy::{Maintenance, Policy, Window};
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
    let maintenances = maintenances(policy);
    let mut receivers = vec![("default".to_owned(), String::new()), ("nobody".to_owned(), String::new())];
    for severity in policy.severities.rows() {
        let pages: Vec<&str> = severity.pages.iter().map(|party| condition::party(policy, party)).collect();
        let comment = format!("{}: pages {}", policy.place(severity.origin), pages.join(", "));
        receivers.push((format!("severity-{}", severity.name), comment));
    }
    for audience in policy.audiences.rows() {
        let comment = format!("{}: by {}", policy.place(audience.origin), audience.channels.join(", "));
        receivers.push((format!("audience-{}", audience.name), comment));
    }
    receivers.extend(freezes.iter().map(|freeze| (freeze.name.clone(), freeze.comment.clone())));

    let mut text = mark::hash_comments(job);
    text.push_str(&routes(policy, &freezes, &maintenances));
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

/// Every freeze with its dates; nothing is said of one that follows facts. A window holds where it holds in any region: the alert of a
/// rollout does not say where it is.
fn freezes(policy: &Policy) -> Vec<Named> {
    let mut merged: Vec<(String, Option<&Window>, freeze::Freeze)> = Vec::new();
    for freeze in freeze::freezes(policy) {
        let window = window(policy, &freeze.name);
        let outside = || format!("outside-{}", policy.kinds[freeze.kind].name);
        let name = window.map_or_else(outside, |window| window.name.clone());
        match merged.iter_mut().find(|(known, ..)| *known == name) {
            Some((_, _, known)) => {
                known.when = known.when.union(&freeze.when);
                known.beyond |= freeze.beyond;
            }
            None => merged.push((name, window, freeze)),
        }
    }
    let named = |(name, window, freeze): (String, Option<&Window>, freeze::Freeze)| {
        let place = window.map_or_else(String::new, |window| format!("{}: ", policy.place(window.origin)));
        let owner = window.and_then(|window| window.owner.as_ref());
        let owner =
            owner.map_or_else(String::new, |owner| format!(", of {}", condition::party(policy, owner)));
        Named {
            comment: format!("{place}{} freeze {name}{owner}", policy.kinds[freeze.kind].name),
            name: format!("freeze-{name}"),
            items: time::items(&freeze.when, Edges::Outward, freeze.beyond.then_some(policy.horizon.end)),
        }
    };
    merged.into_iter().map(named).filter(|named| !named.items.is_empty()).collect()
}

/// The window that a freeze was made of: its name, or what stands before a region or `stale`.
fn window<'a>(policy: &'a Policy, freeze: &str) -> Option<&'a Window> {
    let is_of = |window: &&Window| {
        freeze.strip_prefix(&window.name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    policy.windows.rows().iter().filter(is_of).max_by_key(|window| window.name.len())
}

/// Every maintenance that has dates and holds everywhere.
fn maintenances(policy: &Policy) -> Vec<Named> {
    let named = |maintenance: &Maintenance| Named {
        name: format!("maintenance-{}", maintenance.name),
        comment: format!("{}: maintenance {}", policy.place(maintenance.origin), maintenance.name),
        items: time::items(&everywhere(policy, maintenance), Edges::Inward, None),
    };
    policy.maintenances.rows().iter().map(named).filter(|named| !named.items.is_empty()).collect()
}

/// When it holds in every region at once: alerts do not say where they come from.
fn everywhere(policy: &Policy, maintenance: &Maintenance) -> IntervalSet {
    let Some(when) = &maintenance.when else { return IntervalSet::default() };
    let mut all = IntervalSet::of(policy.horizon);
    for region in freeze::regions_or_none(policy) {
        let concerned = match (region, &maintenance.regions) {
            (Some(region), Some(regions)) => regions.contains(&region),
            _ => true,
        };
        if !concerned {
            return IntervalSet::default();
        }
        all = all.intersection(&when.active(&freeze::place(policy, region), policy.horizon));
    }
    all
}

/// The routes, from the gravest matter to the least. The first that fits counts, where it does not say `continue`.
fn routes(policy: &Policy, freezes: &[Named], maintenances: &[Named]) -> String {
    let names = |all: &[Named]| escape::yaml_list(all.iter().map(|named| named.name.as_str()));
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
    let muted = match maintenances {
        [] => String::new(),
        some => format!("\n          mute_time_intervals: {}", names(some)),
    };
    let _ = writeln!(
        text,
        "    # Incidents and states of the page. Errors are expected while a maintenance refuses writes everywhere.\n    - receiver: \"nobody\"\n      matchers: {}\n      routes:",
        matcher("ops=~\"incident|status\""),
    );
    for audience in policy.audiences.rows() {
        let _ = writeln!(
            text,
            "        # {}\n        - receiver: {}\n          matchers: {}{muted}\n          continue: true",
            policy.place(audience.origin),
            escape::yaml(&format!("audience-{}", audience.name)),
            matcher("ops=~\"incident|status\""),
        );
    }
    for severity in policy.severities.rows() {
        let _ = writeln!(
            text,
            "        # {}\n        - receiver: {}\n          matchers: {}{muted}",
            policy.place(severity.origin),
            escape::yaml(&format!("severity-{}", severity.name)),
            escape::yaml_list([format!("severity={}", escape::promql(&severity.name)).as_str()]),
        );
    }
    let _ = writeln!(
        text,
        "        - receiver: \"default\"\n          matchers: {}{muted}",
        escape::yaml_list([mine.as_str()])
    );
    text
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
