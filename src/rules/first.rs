//! When and where a window first holds by the calendar: the instant at which a contradiction is seen.

use crate::calendar::{Instant, Place, Weekdays, Zone};
use crate::policy::{Id, Policy, Region, Window};
use std::collections::BTreeSet;

/// When and where a window first holds within the horizon.
#[derive(Debug, Clone, Copy)]
pub(super) struct First<'p> {
    /// When.
    pub at: Instant,
    /// The window.
    pub window: &'p Window,
    /// In which of its regions, where there are any.
    pub region: Option<Id<Region>>,
}

/// The first instant of the horizon at which a window holds, in the region where that is earliest; none where a fact
/// decides it, where it says when it does *not* hold, or where it never does.
pub(super) fn first_start<'p>(policy: &'p Policy, window: &'p Window) -> Option<First<'p>> {
    if window.only || window.follows.is_some() {
        return None;
    }
    let nowhere = Place {
        zone: Zone::UTC,
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    };
    let regions: Vec<Option<Id<Region>>> = match &window.regions {
        Some(regions) => regions.iter().copied().map(Some).collect(),
        None if policy.regions.is_empty() => vec![None],
        None => policy.regions.ids().map(Some).collect(),
    };
    let start = policy.horizon.start;
    let first = |region: Option<Id<Region>>| {
        let place = region.map_or(&nowhere, |region| &policy.regions[region].place);
        let at = match window.when.at(place, start) {
            Some(_) => start,
            None => window.when.next_change_after(place, start)?,
        };
        policy.horizon.contains(at).then_some(First { at, window, region })
    };
    regions.into_iter().filter_map(first).min_by_key(|first| first.at)
}
