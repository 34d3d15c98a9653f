//! Where clocks differ between two versions of the zone database, for the zones that policies name.

use crate::calendar::{Elapsed, Interval, Zone};
use crate::policy::Policy;
use std::collections::BTreeMap;

/// A zone whose clocks two versions of the database do not agree about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The zone, by its name.
    pub name: &'static str,
    /// What people call it.
    pub city: String,
    /// Stretches in which clocks differ, each with how far they are ahead of UTC by the old version and by the new one.
    pub spans: Vec<(Interval, Elapsed, Elapsed)>,
}

/// The zones that both policies name, where clocks differ within a span, by name.
pub fn moved(old: &Policy, new: &Policy, within: Interval) -> Vec<Moved> {
    let before = zones(old);
    let apart = |(name, zone): (&'static str, Zone)| {
        let spans = before.get(name)?.apart(zone, within);
        (!spans.is_empty()).then(|| Moved { name, city: zone.city(), spans })
    };
    zones(new).into_iter().filter_map(apart).collect()
}

/// Every zone that a policy reads times in.
fn zones(policy: &Policy) -> BTreeMap<&'static str, Zone> {
    let regions = policy.regions.rows().iter().map(|region| region.place.zone);
    let schedules = policy.schedules.rows().iter().map(|schedule| schedule.zone);
    let teams = policy.teams.rows().iter().filter_map(|team| team.zone);
    let windows = policy.windows.rows().iter().filter_map(|window| window.when.zone);
    regions.chain(schedules).chain(teams).chain(windows).map(|zone| (zone.name(), zone)).collect()
}
