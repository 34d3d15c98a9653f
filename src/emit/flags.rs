//! What files for flag servers have in common: which flags they hold, when a read-only one is on, and the versions of pins.

use super::freeze::{self, Freeze};
use crate::calendar::IntervalSet;
use crate::policy::{Asked, Flag, Id, Policy, Region, Version};

/// Every flag that servers ask.
pub(super) fn asked(policy: &Policy) -> Vec<(Id<Flag>, &Flag)> {
    policy.flags.iter().filter(|(_, flag)| flag.asked == Asked::Server).collect()
}

/// The variant of a flag with shares that is served where nothing else is said, in a freeze, and where the flag is killed.
pub(super) fn safe_variant(flag: &Flag) -> Option<&str> {
    let known = |name: &&String| flag.variants.iter().any(|(variant, ..)| variant == *name);
    let default = flag.default.as_ref().filter(known);
    default.or_else(|| flag.variants.first().map(|(name, ..)| name)).map(String::as_str)
}

/// Whether a freeze is one of a flag's components.
pub(super) fn concerns(freeze: &Freeze, flag: &Flag) -> bool {
    match &flag.components {
        None => true,
        Some(_) if freeze.components.is_empty() => true,
        Some(components) => components.iter().any(|component| freeze.components.contains(component)),
    }
}

/// When a maintenance is planned that a read-only flag is named by.
pub(super) struct Planned<'a> {
    /// The maintenance.
    pub name: &'a str,
    /// The region; none where the policy declares none.
    pub region: Option<Id<Region>>,
    /// When it holds there, within the horizon.
    pub when: IntervalSet,
}

/// Every planned maintenance that names the flag, region by region, those without a date left out.
pub(super) fn planned(policy: &Policy, id: Id<Flag>) -> Vec<Planned<'_>> {
    let mut found = Vec::new();
    for maintenance in policy.maintenances.rows() {
        let (Some(when), true) = (&maintenance.when, maintenance.flag.is_some_and(|(flag, _)| flag == id))
        else {
            continue;
        };
        for region in freeze::regions_or_none(policy) {
            let here = |regions: &Vec<Id<Region>>| region.is_none_or(|region| regions.contains(&region));
            if !maintenance.regions.as_ref().is_none_or(here) {
                continue;
            }
            let active = when.active(policy.place_of(region), policy.horizon);
            if !active.is_empty() {
                found.push(Planned { name: &maintenance.name, region, when: active });
            }
        }
    }
    found
}

/// The versions that the policy says, by the key that a server knows them by.
pub(super) fn versions(policy: &Policy) -> impl Iterator<Item = (String, &Version)> {
    let versions = policy.pins.rows().iter().flat_map(|pins| &pins.versions);
    versions.map(|version| (version.key(), version))
}
