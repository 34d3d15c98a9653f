//! The runbook's manifests of flags: what is served, what kills every rollout, and what puts versions back.
//!
//! `baseline_weight` and `canary_weight` are the runbook's: of a flag without variants, `canary` is on. A freeze is a hard rule to
//! abort by, in the gate file's words: a server that does not know the word aborts, and serves the default.

use super::freeze::{Freeze, Ids};
use super::{Job, escape, flags, mark};
use crate::calendar::Interval;
use crate::policy::{Flag, FlagKind, Id, Policy, Region};
use rust_decimal::Decimal;

/// The manifests that a policy has, in the order of the target's paths.
pub(super) fn texts(job: &Job<'_>, freezes: &[Freeze], calendar_path: &str) -> Vec<String> {
    let policy = job.policy;
    let manifest = |items: &[String]| {
        (!items.is_empty()).then(|| format!("{}flags:\n{}", mark::hash_comments(job), items.concat()))
    };
    let served = served(policy, freezes);
    let inputs = format!("inputs:\n  calendar_file: {}\nflags:\n", escape::yaml(calendar_path));
    let served = manifest(&served).map(|text| text.replacen("flags:\n", &inputs, 1));
    [served, manifest(&killed(policy)), manifest(&put_back(policy))].into_iter().flatten().collect()
}

fn served(policy: &Policy, freezes: &[Freeze]) -> Vec<String> {
    let flags = flags::asked(policy);
    let mut items: Vec<String> =
        flags.into_iter().map(|(id, flag)| served_flag(policy, freezes, id, flag)).collect();
    items.extend(flags::versions(policy).map(|(key, version)| pin(&key, &version.pinned)));
    items
}

fn served_flag(policy: &Policy, freezes: &[Freeze], id: Id<Flag>, flag: &Flag) -> String {
    let mut text =
        format!("{}    kind: {}\n    scope:\n      tenants: [\"all\"]\n", head(flag), flag.kind.name());
    if let Some(components) = &flag.components {
        let names = components.iter().map(|component| policy.components[*component].name.as_str());
        text.push_str(&format!("      components: {}\n", escape::yaml_list(names)));
    }
    if flag.kind == FlagKind::ReadOnly {
        text.push_str(&format!("    traffic: {}\n", switched(Switch::Off)));
        text.push_str(&windows(policy, id));
        return text;
    }
    let Some(safe) = flags::safe_variant(flag) else {
        text.push_str(&format!("    traffic: {}\n", switched(Switch::On)));
        return text;
    };
    text.push_str("    traffic:\n");
    for (name, share, _) in &flag.variants {
        text.push_str(&format!("      {name}_weight: {}\n", weight(*share)));
    }
    text.push_str(&format!("      default: {}\n", escape::yaml(safe)));
    let sticky = flag.sticky.as_deref().unwrap_or("targetingKey");
    text.push_str(&format!("      sticky: {}\n", escape::yaml(sticky)));
    let mut rules: Vec<String> = freezes
        .iter()
        .filter(|freeze| flags::concerns(freeze, flag))
        .map(|freeze| format!("{}_freeze_active", policy.kinds[freeze.kind].name))
        .collect();
    rules.sort();
    rules.dedup();
    if !rules.is_empty() {
        text.push_str(&abort_rules(&rules));
    }
    text
}

/// What serves the safe variant of every rollout and switches everything else off. A read-only flag is left out: to switch it off
/// would take writes again.
fn killed(policy: &Policy) -> Vec<String> {
    let flags = flags::asked(policy).into_iter().filter(|(_, flag)| flag.kind != FlagKind::ReadOnly);
    let items = flags.map(|(_, flag)| {
        let traffic = match flags::safe_variant(flag) {
            None => switched(Switch::Off).to_owned(),
            Some(safe) => {
                let weights = flag.variants.iter().map(|(name, ..)| {
                    let share = if name == safe { Decimal::ONE } else { Decimal::ZERO };
                    format!("{name}_weight: {}", weight(share))
                });
                format!("{{ {} }}", weights.collect::<Vec<_>>().join(", "))
            }
        };
        format!("{}    traffic: {traffic}\n{}", head(flag), abort_rules(&["global_off".to_owned()]))
    });
    items.collect()
}

/// The last versions that are known to be good.
fn put_back(policy: &Policy) -> Vec<String> {
    let versions = flags::versions(policy);
    versions.filter_map(|(key, version)| Some(pin(&key, version.last_known_good.as_ref()?))).collect()
}

fn head(flag: &Flag) -> String {
    format!("  {}:\n", escape::yaml_name(&flag.name))
}

fn pin(key: &str, version: &str) -> String {
    let key = escape::yaml_name(key);
    format!("  {key}:\n    versions: {{ {key}: {} }}\n", escape::yaml(version))
}

/// Whether a flag without variants is on.
#[derive(Clone, Copy)]
enum Switch {
    On,
    Off,
}

fn switched(switch: Switch) -> &'static str {
    match switch {
        Switch::On => "{ baseline_weight: 0.0, canary_weight: 1.0 }",
        Switch::Off => "{ baseline_weight: 1.0, canary_weight: 0.0 }",
    }
}

fn abort_rules(kinds: &[String]) -> String {
    let rules = kinds.iter().map(|kind| format!("        - kind: {}\n", escape::yaml(kind)));
    format!("    abort_rules:\n      hard:\n{}", rules.collect::<String>())
}

/// When a read-only flag is on, with the fields of the calendar file.
fn windows(policy: &Policy, id: Id<Flag>) -> String {
    let mut spans: Vec<(&str, Interval, Vec<Id<Region>>)> = Vec::new();
    for planned in flags::planned(policy, id) {
        for interval in planned.when.intervals() {
            match spans.iter_mut().find(|(name, known, _)| *name == planned.name && known == interval) {
                Some((.., regions)) => regions.extend(planned.region),
                None => spans.push((planned.name, *interval, planned.region.into_iter().collect())),
            }
        }
    }
    let mut ids = Ids::default();
    let items: Vec<String> = spans
        .into_iter()
        .map(|(name, interval, regions)| {
            let id = ids.unique(name.to_owned());
            let names = regions.iter().map(|region| policy.regions[*region].name.as_str());
            let regions = match regions.as_slice() {
                [] => String::new(),
                _ => format!("        regions: {}\n", escape::yaml_list(names)),
            };
            format!(
                "      - id: {}\n        start: {}\n        end: {}\n{regions}",
                escape::yaml(&id),
                escape::yaml(&interval.start.to_string()),
                escape::yaml(&interval.end.to_string())
            )
        })
        .collect();
    if items.is_empty() { String::new() } else { format!("    windows:\n{}", items.concat()) }
}

/// A share of one, as the runbook writes it: `1.0`, `0.05`.
fn weight(share: Decimal) -> String {
    let text = share.normalize().to_string();
    if text.contains('.') { text } else { format!("{text}.0") }
}
