//! Which cells a change touches: its names resolved, what is omitted filled in with everything, its paths owned.

use super::Change;
use super::globs::Globs;
use crate::policy::{Action, Component, Environment, Id, Phase, Policy, Region, Release};

/// What a change touches. Each list is in the policy's order and holds `None` alone where the policy declares nothing.
pub(super) struct Scope<'a> {
    pub regions: Vec<Option<Id<Region>>>,
    pub components: Vec<Option<Id<Component>>>,
    pub environments: Vec<Option<Id<Environment>>>,
    pub actions: Vec<Action>,
    pub phase: Phase,
    pub release: Option<Id<Release>>,
    /// Names that the policy does not know, with what they were taken for.
    pub unknown: Vec<(&'static str, &'a str)>,
}

impl<'a> Scope<'a> {
    pub fn of(policy: &Policy, change: &'a Change, globs: &Globs) -> Self {
        let mut unknown = Vec::new();
        let release = named(&change.release, "release", &mut unknown, |name| policy.releases.find(name));
        let planned = release.map(|id| &policy.releases[id]);
        let service = named(&change.service, "service", &mut unknown, |name| policy.services.find(name));

        let mut regions =
            all_named(&change.regions, "region", &mut unknown, |name| policy.regions.find(name));
        if change.regions.is_empty()
            && let Some(release) = planned
        {
            regions.extend(release.region_plan.iter().flatten());
        }

        let mut components =
            all_named(&change.components, "component", &mut unknown, |name| policy.components.find(name));
        components.extend(service.into_iter().flat_map(|id| &policy.services[id].components));
        let is_stated = !change.components.is_empty() || change.service.is_some();
        let planned_components = planned.and_then(|release| release.components.as_ref());
        if !is_stated {
            components.extend(planned_components.into_iter().flatten());
        }
        match globs.owners(&change.paths) {
            Owners::Some(owners) => components.extend(owners),
            Owners::Everyone => components.extend(policy.components.ids()),
        }

        let environment =
            named(&change.environment, "environment", &mut unknown, |name| policy.environments.find(name))
                .or_else(|| planned.and_then(|release| release.environment));
        let actions = change.action.map_or_else(|| Action::ALL.to_vec(), |action| vec![action]);
        Self {
            regions: or_all(regions, policy.regions.ids()),
            components: or_all(components, policy.components.ids()),
            environments: or_all(environment.into_iter().collect(), policy.environments.ids()),
            phase: asked_phase(change),
            actions,
            release,
            unknown,
        }
    }

    /// Whether a scope covers any of what is asked; what is not given covers all, and all is what is not declared.
    pub fn covers<T: Copy + PartialEq>(scope: Option<&[T]>, asked: &[Option<T>]) -> bool {
        scope.is_none_or(|scope| asked.iter().any(|asked| asked.is_none_or(|asked| scope.contains(&asked))))
    }
}

/// Who owns the paths of a change.
pub(super) enum Owners {
    /// These; none where there is no path.
    Some(Vec<Id<Component>>),
    /// A path that nobody owns counts as every component.
    Everyone,
}

/// The phase whose requirements are asked: the one that is given, but never an earlier one than the action's own.
fn asked_phase(change: &Change) -> Phase {
    // Where every action is meant, so is every phase.
    let own = change.action.map_or(Phase::Promote, Action::phase);
    match change.phase {
        Some(given) if change.action.is_some() => given.max(own),
        Some(given) => given,
        None => own,
    }
}

fn named<'a, T>(
    name: &'a Option<String>,
    what: &'static str,
    unknown: &mut Vec<(&'static str, &'a str)>,
    find: impl Fn(&str) -> Option<Id<T>>,
) -> Option<Id<T>> {
    let name = name.as_deref()?;
    let found = find(name);
    if found.is_none() {
        unknown.push((what, name));
    }
    found
}

fn all_named<'a, T>(
    names: &'a [String],
    what: &'static str,
    unknown: &mut Vec<(&'static str, &'a str)>,
    find: impl Fn(&str) -> Option<Id<T>>,
) -> Vec<Id<T>> {
    let mut ids = Vec::new();
    for name in names {
        match find(name) {
            Some(id) => ids.push(id),
            None => unknown.push((what, name)),
        }
    }
    ids
}

fn or_all<T>(mut ids: Vec<Id<T>>, all: impl Iterator<Item = Id<T>>) -> Vec<Option<Id<T>>> {
    ids.sort_unstable();
    ids.dedup();
    if ids.is_empty() {
        ids.extend(all);
    }
    if ids.is_empty() { vec![None] } else { ids.into_iter().map(Some).collect() }
}
