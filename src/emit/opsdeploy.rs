//! `opsdeploy`: the runbook's files, `release_calendar.yml`, `change_freeze_gate.yml` and the manifests of flags, with its field
//! names.
//!
//! An `end` is the first second behind the window. A reader that takes it for the last one keeps closed a second longer,
//! never shorter; the runbook's own `23:59:59Z` opened a second early to whoever read it as an end (ledger A1).

use super::freeze::{self, Freeze, Ids};
use super::{Files, Job, Target, escape, mark, opsdeploy_flags};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{Action, Condition, FreezeKind, Id, Policy, Region, Release, Ruling};
use std::collections::BTreeSet;

/// The target.
pub static OPSDEPLOY: Target = Target {
    name: "opsdeploy",
    summary: "release_calendar.yml, change_freeze_gate.yml and flags/*.yml, for scripts that read the runbook's files",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/opsdeploy.md")),
    make,
};

/// What stands for "without end" in a file that wants an instant: 9998-01-01T00:00:00Z.
fn far() -> Instant {
    Instant::MAX.minus(Elapsed::days(2 * 365))
}

fn make(job: &Job<'_>) -> Files {
    let paths = job.paths();
    let calendar_path = paths.first().cloned().unwrap_or_default();
    let freezes = freeze::freezes(job.policy);
    let fixed = [calendar(job, &freezes), gate(job, &calendar_path)];
    let texts = fixed.into_iter().chain(opsdeploy_flags::texts(job, &freezes, &calendar_path));
    paths.into_iter().zip(texts).collect()
}

/// `names` of rows, quoted, in one line.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    escape::yaml_list(names)
}

/// A section whose items are written out already; an empty one stays readable as a list.
fn section(key: &str, items: &[String]) -> String {
    match items {
        [] => format!("{key}: []\n"),
        items => format!("{key}:\n{}", items.concat()),
    }
}

fn calendar(job: &Job<'_>, freezes: &[Freeze]) -> String {
    let policy = job.policy;
    let mut ids = Ids::default();
    let windows: Vec<String> = freezes
        .iter()
        .flat_map(|freeze| {
            let dated = |interval: &Interval| format!("{}-{}", freeze.name, date(*interval));
            let mut named: Vec<(String, Interval)> = match freeze.when.intervals() {
                [alone] => vec![(freeze.name.clone(), *alone)],
                several => several.iter().map(|interval| (dated(interval), *interval)).collect(),
            };
            let behind = Interval::new(policy.horizon.end, far());
            if freeze.beyond && !behind.is_empty() {
                named.push((format!("{}-behind-horizon", freeze.name), behind));
            }
            let items =
                named.into_iter().map(|(id, interval)| window(policy, freeze, interval, &ids.unique(id)));
            items.collect::<Vec<_>>()
        })
        .collect();
    let releases: Vec<String> =
        policy.releases.rows().iter().map(|release| release_item(policy, release)).collect();
    let horizon = policy.horizon;
    format!(
        "{}# Each `end` is the first second that is free again. What recurs is written out from {} to {},\n# and closed behind that.\n{}{}",
        mark::hash_comments(job),
        horizon.start,
        horizon.end,
        section("windows", &windows),
        section("releases", &releases),
    )
}

fn window(policy: &Policy, freeze: &Freeze, interval: Interval, id: &str) -> String {
    let mut text = format!(
        "  - id: {}\n    kind: {}\n    start: {}\n    end: {}\n",
        escape::yaml(id),
        escape::yaml(&format!("{}_freeze", policy.kinds[freeze.kind].name)),
        escape::yaml(&interval.start.to_string()),
        escape::yaml(&interval.end.to_string()),
    );
    let regions = names(freeze.regions.iter().map(|region| &policy.regions[*region].name));
    let components = names(freeze.components.iter().map(|component| &policy.components[*component].name));
    let environments = freeze.environments.iter().flatten();
    let environments = names(environments.map(|environment| &policy.environments[*environment].name));
    let actions: Vec<&str> = freeze.actions.iter().flatten().copied().map(Action::name).collect();
    for (key, values) in
        [("regions", regions), ("scope", components), ("environments", environments), ("actions", actions)]
    {
        if !values.is_empty() {
            text.push_str(&format!("    {key}: {}\n", list(values)));
        }
    }
    text
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    names.map(String::as_str).collect()
}

fn release_item(policy: &Policy, release: &Release) -> String {
    let plan: Vec<Id<Region>> = match release.region_plan.is_empty() {
        true => policy.regions.ids().collect(),
        false => release.region_plan.concat(),
    };
    let mut text = format!(
        "  - id: {}\n    tier: {}\n",
        escape::yaml(&release.name),
        escape::yaml(&policy.tiers[release.tier].name)
    );
    if !plan.is_empty() {
        let plan = names(plan.iter().map(|region| &policy.regions[*region].name));
        text.push_str(&format!("    region_plan: {}\n", list(plan)));
    }
    if let Some(owner) = &release.owner {
        text.push_str(&format!("    owner: {}\n", escape::yaml(policy.party_name(owner))));
    }
    if let Some(components) = &release.components {
        let components = names(components.iter().map(|component| &policy.components[*component].name));
        text.push_str(&format!("    scope: {}\n", list(components)));
    }
    text
}

fn gate(job: &Job<'_>, calendar_path: &str) -> String {
    let policy = job.policy;
    let used: BTreeSet<Id<FreezeKind>> = policy.windows.rows().iter().map(|window| window.kind).collect();
    let forbidden: Vec<String> = used.iter().filter_map(|kind| forbid(policy, *kind)).collect();
    let mut required: Vec<String> = used.iter().flat_map(|kind| conditions(policy, *kind)).collect();
    required.extend(requirements(policy));
    format!(
        "{}inputs:\n  calendar_file: {}\n  now_utc: \"{{{{ env.NOW }}}}\"\n  region: \"{{{{ env.REGION }}}}\"\n  \
         tier: \"{{{{ env.CHANGE_TIER }}}}\"\nchecks:\n{}{}decision:\n  on_fail: block_merge\n  on_pass: allow\n\
         artifacts:\n  - logs/change_freeze_decision.json\n",
        mark::hash_comments(job),
        escape::yaml(calendar_path),
        section("  forbid_when", &forbidden),
        section("  require", &required),
    )
}

/// What a kind forbids: every tier it does not admit, or admits only by an exception.
fn forbid(policy: &Policy, kind: Id<FreezeKind>) -> Option<String> {
    let name = &policy.kinds[kind].name;
    let forbidden: Vec<&str> = policy
        .tiers
        .iter()
        .filter(|(tier, _)| !matches!(policy.kinds[kind].ruling(*tier), Some(Ruling::Admit { .. })))
        .map(|(_, tier)| tier.name.as_str())
        .collect();
    match forbidden.len() {
        0 => None,
        all if all == policy.tiers.len() => {
            Some(format!("    - kind: {}\n", escape::yaml(&format!("{name}_freeze_active"))))
        }
        _ => Some(format!(
            "    - kind: {}\n      tiers: {}\n",
            escape::yaml(&format!("{name}_freeze_active_and_tier_in")),
            list(forbidden)
        )),
    }
}

/// What a kind asks of the tiers it admits on a condition.
fn conditions(policy: &Policy, kind: Id<FreezeKind>) -> Vec<String> {
    let during = format!("{}_freeze", policy.kinds[kind].name);
    let mut found: Vec<(&Condition, Vec<&str>)> = Vec::new();
    for (id, tier) in policy.tiers.iter() {
        let Some(Ruling::Admit { when }) = policy.kinds[kind].ruling(id) else { continue };
        match found.iter_mut().find(|(known, _)| *known == when) {
            Some((_, tiers)) => tiers.push(&tier.name),
            None if *when == Condition::TRUE => {}
            None => found.push((when, vec![&tier.name])),
        }
    }
    let items = found.into_iter().map(|(when, tiers)| {
        let key = escape::yaml(&when.show(policy));
        format!(
            "    - {key}: true\n      during: {}\n      tiers: {}\n",
            list([during.as_str()]),
            list(tiers)
        )
    });
    items.collect()
}

/// What tiers require, the same of several tiers in one item.
fn requirements(policy: &Policy) -> Vec<String> {
    let mut found: Vec<((&str, &str), Vec<&str>)> = Vec::new();
    for tier in policy.tiers.rows() {
        for requirement in &tier.requirements {
            let key = (requirement.text.as_str(), requirement.phase.name());
            match found.iter_mut().find(|(known, _)| *known == key) {
                Some((_, tiers)) => tiers.push(&tier.name),
                None => found.push((key, vec![&tier.name])),
            }
        }
    }
    let items = found.into_iter().map(|((text, phase), tiers)| {
        let limits = if tiers.len() == policy.tiers.len() {
            String::new()
        } else {
            format!("      tiers: {}\n", list(tiers))
        };
        format!("    - {}: true\n      before: {}\n{limits}", escape::yaml(text), escape::yaml(phase))
    });
    items.collect()
}

fn date(interval: Interval) -> String {
    interval.start.to_string().chars().take("2025-11-27".len()).collect()
}
