//! Freezes written out as dates: what windows, `only` windows and stale vendor feeds close within the policy's horizon.
//!
//! For targets that know no recurrence. Half-open, exact to the second, and complete: a scope that is left out means all.

use crate::calendar::{Instant, Interval, IntervalSet, Place, Weekdays, Zone};
use crate::policy::{
    Action, Component, Condition, Environment, FreezeKind, Id, Policy, Region, Ruling, Tier, Window,
};
use std::collections::{BTreeMap, BTreeSet};

/// A freeze of one kind in some regions, with the times it holds there.
#[derive(Debug, Clone)]
pub(super) struct Freeze {
    /// What it is called: the window's name, or one made of it. Unique.
    pub name: String,
    /// The kind that applies.
    pub kind: Id<FreezeKind>,
    /// The window it is made of; of `only` windows, all of its kind.
    pub windows: Vec<Id<Window>>,
    /// Regions; none where the policy declares none.
    pub regions: Vec<Id<Region>>,
    /// Components; none where the policy declares none.
    pub components: Vec<Id<Component>>,
    /// Environments; none means all.
    pub environments: Option<Vec<Id<Environment>>>,
    /// Actions; none means all.
    pub actions: Option<Vec<Action>>,
    /// When it holds, within the horizon.
    pub when: IntervalSet,
    /// Whether it holds at some time behind the horizon, too.
    pub beyond: bool,
    /// Whether it is no window, but the time from which on nobody knows a vendor's.
    pub stale: bool,
}

impl Freeze {
    /// Whether it closes a tier: anything but an admission without condition does.
    pub(super) fn closes(&self, policy: &Policy, tier: Id<Tier>) -> bool {
        !admits_freely(policy, self.kind, tier)
    }

    /// Whether it concerns an environment and an action; what is not asked is concerned.
    pub(super) fn concerns(&self, environment: Option<Id<Environment>>, action: Option<Action>) -> bool {
        let within = |scope: bool, asked: bool| scope || !asked;
        within(
            self.environments.as_ref().is_none_or(|all| environment.is_some_and(|one| all.contains(&one))),
            environment.is_some(),
        ) && within(
            self.actions.as_ref().is_none_or(|all| action.is_some_and(|one| all.contains(&one))),
            action.is_some(),
        )
    }
}

/// Whether a kind admits a tier without condition.
pub(super) fn admits_freely(policy: &Policy, kind: Id<FreezeKind>, tier: Id<Tier>) -> bool {
    matches!(policy.kinds[kind].ruling(tier), Some(Ruling::Admit { when }) if *when == Condition::TRUE)
}

/// Whether a kind admits a tier on a condition.
pub(super) fn admits_on_condition(policy: &Policy, kind: Id<FreezeKind>, tier: Id<Tier>) -> bool {
    matches!(policy.kinds[kind].ruling(tier), Some(Ruling::Admit { when }) if *when != Condition::TRUE)
}

/// Where a window's times are read in a region; a policy without regions reads UTC.
pub(super) fn place(policy: &Policy, region: Option<Id<Region>>) -> Place {
    match region {
        Some(region) => policy.regions[region].place.clone(),
        None => utc(),
    }
}

/// A place without a region: UTC, whose clocks never change.
pub(super) fn utc() -> Place {
    at(Zone::UTC)
}

/// A place of which nothing but its clocks is known.
pub(super) fn at(zone: Zone) -> Place {
    Place { zone, weekend: Weekdays::SATURDAY_SUNDAY, holidays: Vec::new(), extra_workdays: BTreeSet::new() }
}

/// Regions of a policy, or one place without a region.
pub(super) fn regions_or_none(policy: &Policy) -> Vec<Option<Id<Region>>> {
    if policy.regions.is_empty() { vec![None] } else { policy.regions.ids().map(Some).collect() }
}

/// Every freeze of a policy, in the order of its windows, then those that lie outside `only` windows by kind. A window
/// that follows a fact has no dates: whoever asks for these has refused it, or accepted its loss. A kind that admits every
/// tier freely closes nothing and is left out.
pub(super) fn freezes(policy: &Policy) -> Vec<Freeze> {
    let mut found = Vec::new();
    for (id, window) in policy.windows.iter().filter(|(_, window)| !window.only && window.follows.is_none()) {
        let made = dated(policy, window).into_iter().chain(stale(policy, window));
        found.extend(made.map(|freeze| Freeze { windows: vec![id], ..freeze }));
    }
    for (kind, _) in policy.kinds.iter() {
        found.extend(outside_only(policy, kind));
    }
    found.retain(|freeze| policy.tiers.ids().any(|tier| freeze.closes(policy, tier)));
    let mut ids = Ids::default();
    for freeze in &mut found {
        freeze.name = ids.unique(std::mem::take(&mut freeze.name));
    }
    found
}

fn enforced(policy: &Policy, window: &Window) -> Interval {
    let start = window.warn_until.unwrap_or(Instant::MIN).max(policy.horizon.start);
    Interval::new(start, policy.horizon.end)
}

/// When something holds within the horizon, and whether it does behind it.
type Held = (IntervalSet, bool);

/// A window's own times, regions with the same times together.
fn dated(policy: &Policy, window: &Window) -> Vec<Freeze> {
    let mut groups: Vec<(Held, Vec<Id<Region>>)> = Vec::new();
    for region in regions_or_none(policy) {
        let covered = region.is_none_or(|region| window.covers(Some(region), None, None, None));
        if !covered {
            continue;
        }
        let place = place(policy, region);
        let end = policy.horizon.end;
        let beyond =
            window.when.at(&place, end).is_some() || window.when.next_change_after(&place, end).is_some();
        let when = (window.when.active(&place, enforced(policy, window)), beyond);
        match groups.iter_mut().find(|(known, _)| *known == when) {
            Some((_, regions)) => regions.extend(region),
            None => groups.push((when, region.into_iter().collect())),
        }
    }
    groups.retain(|((when, beyond), _)| *beyond || !when.is_empty());
    let several = groups.len() > 1;
    let freezes = groups.into_iter().map(|((when, beyond), regions)| {
        let name = match regions.first() {
            Some(first) if several => format!("{}-{}", window.name, policy.regions[*first].name),
            _ => window.name.clone(),
        };
        scoped(policy, window, name, regions, (when, beyond))
    });
    freezes.collect()
}

/// Behind the instant at which a vendor's calendar must be read again, its window may lie anywhere.
fn stale(policy: &Policy, window: &Window) -> Option<Freeze> {
    let vendor = window.vendor.as_ref()?;
    let from = match vendor.checked {
        Some(checked) => checked.plus(vendor.recheck?),
        None => vendor.recheck.map(|_| Instant::MIN)?,
    };
    let bounds = enforced(policy, window);
    let when: IntervalSet = [Interval::new(from.max(bounds.start), bounds.end)].into_iter().collect();
    let regions = policy.regions.ids().filter(|region| window.covers(Some(*region), None, None, None));
    let freeze = scoped(policy, window, format!("{}-stale", window.name), regions.collect(), (when, true));
    Some(Freeze { stale: true, ..freeze })
}

fn scoped(
    policy: &Policy,
    window: &Window,
    name: String,
    regions: Vec<Id<Region>>,
    (when, beyond): Held,
) -> Freeze {
    Freeze {
        name,
        kind: window.kind,
        windows: Vec::new(),
        regions,
        components: window.components.clone().unwrap_or_else(|| policy.components.ids().collect()),
        environments: window.environments.clone(),
        actions: window.actions.clone(),
        when,
        beyond,
        stale: false,
    }
}

/// One question that `only` windows answer alike wherever the same of them cover it.
type Slice = (Option<Id<Environment>>, Action);

/// Times, and the components they are closed for.
type Closed = (IntervalSet, Vec<Id<Component>>);

/// Where a kind has `only` windows: the times outside the union of those that cover a cell, environment and action.
fn outside_only(policy: &Policy, kind: Id<FreezeKind>) -> Vec<Freeze> {
    let (ids, windows): (Vec<Id<Window>>, Vec<&Window>) = policy
        .windows
        .iter()
        .filter(|(_, window)| window.only && window.kind == kind && window.follows.is_none())
        .unzip();
    if windows.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    for region in regions_or_none(policy) {
        let open: Vec<IntervalSet> = windows
            .iter()
            .map(|window| {
                let active = window.when.active(&place(policy, region), policy.horizon);
                let warned = Interval::new(policy.horizon.start, enforced(policy, window).start);
                active.union(&[warned].into_iter().collect())
            })
            .collect();
        for ((when, components), slices) in closed_slices(policy, region, &windows, &open) {
            found.extend(by_environment(policy, &slices).into_iter().map(|(environments, actions)| Freeze {
                name: String::new(),
                kind,
                windows: ids.clone(),
                regions: region.into_iter().collect(),
                components: components.clone(),
                environments,
                actions,
                when: when.clone(),
                beyond: true,
                stale: false,
            }));
        }
    }
    let stem = format!("outside-{}", policy.kinds[kind].name);
    let many = found.len() > 1;
    for (index, freeze) in found.iter_mut().enumerate() {
        freeze.name = match freeze.regions.first() {
            Some(region) if many => format!("{stem}-{}-{}", policy.regions[*region].name, index + 1),
            _ if many => format!("{stem}-{}", index + 1),
            _ => stem.clone(),
        };
    }
    found
}

/// Times with the components they hold for, and every environment and action for which exactly those do.
fn closed_slices(
    policy: &Policy,
    region: Option<Id<Region>>,
    windows: &[&Window],
    open: &[IntervalSet],
) -> Vec<(Closed, Vec<Slice>)> {
    let environments: Vec<Option<Id<Environment>>> = match policy.environments.is_empty() {
        true => vec![None],
        false => policy.environments.ids().map(Some).collect(),
    };
    let components: Vec<Option<Id<Component>>> = match policy.components.is_empty() {
        true => vec![None],
        false => policy.components.ids().map(Some).collect(),
    };
    let mut found: Vec<(Closed, Vec<Slice>)> = Vec::new();
    for environment in environments {
        for action in Action::ALL {
            let mut groups: BTreeMap<Vec<usize>, Vec<Id<Component>>> = BTreeMap::new();
            for component in &components {
                let covering: Vec<usize> = (0..windows.len())
                    .filter(|index| {
                        windows.get(*index).is_some_and(|window| {
                            window.covers(region, *component, environment, Some(action))
                        })
                    })
                    .collect();
                if !covering.is_empty() {
                    groups.entry(covering).or_default().extend(component);
                }
            }
            for (covering, components) in groups {
                let union = covering
                    .iter()
                    .filter_map(|index| open.get(*index))
                    .fold(IntervalSet::default(), |union, set| union.union(set));
                let when = union.complement().within(policy.horizon);
                let key = (when, components);
                match found.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, slices)) => slices.push((environment, action)),
                    None if key.0.is_empty() => {}
                    None => found.push((key, vec![(environment, action)])),
                }
            }
        }
    }
    found
}

type Scope = (Option<Vec<Id<Environment>>>, Option<Vec<Action>>);

/// Slices as scopes: all of them without limits, else one scope an environment.
fn by_environment(policy: &Policy, slices: &[Slice]) -> Vec<Scope> {
    let mut scopes: BTreeMap<Option<Id<Environment>>, Vec<Action>> = BTreeMap::new();
    for (environment, action) in slices {
        scopes.entry(*environment).or_default().push(*action);
    }
    let limits = |actions: &Vec<Action>| (actions.len() < Action::ALL.len()).then(|| actions.clone());
    let first = scopes.values().next().cloned().unwrap_or_default();
    if scopes.len() == policy.environments.len().max(1) && scopes.values().all(|actions| *actions == first) {
        return vec![(None, limits(&first))];
    }
    scopes
        .into_iter()
        .map(|(environment, actions)| (environment.map(|one| vec![one]), limits(&actions)))
        .collect()
}

/// Ids given out so far: readers look windows up by them.
#[derive(Default)]
pub(super) struct Ids(BTreeSet<String>);

impl Ids {
    /// The id that is wanted, with a number behind it where it is taken.
    pub(super) fn unique(&mut self, wanted: String) -> String {
        let mut id = wanted.clone();
        let mut count = 1;
        while !self.0.insert(id.clone()) {
            count += 1;
            id = format!("{wanted}-{count}");
        }
        id
    }
}
