//! Cells, as far as a policy can tell them apart: a region, and components, environments and actions that every window,
//! exception and promise covers alike.

use crate::policy::{Action, Component, Environment, Id, Named, Policy, Region, Table};
use std::collections::{BTreeMap, BTreeSet};

/// A place in one policy; nothing where it declares none of the kind, and so takes any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The region.
    pub region: Option<Id<Region>>,
    /// The component.
    pub component: Option<Id<Component>>,
    /// The environment.
    pub environment: Option<Id<Environment>>,
    /// What is done.
    pub action: Action,
}

/// Cells that are judged alike at every instant, in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The region's name; none where no policy declares one.
    pub region: Option<String>,
    /// Components, by name; none where no policy declares one.
    pub components: Vec<String>,
    /// Environments, by name.
    pub environments: Vec<String>,
    /// Actions.
    pub actions: Vec<Action>,
    /// One of them in each policy.
    pub places: Vec<Place>,
}

/// What something covers of one kind, with the position of its policy.
type Covered<'p, T> = (usize, &'p [Id<T>]);

/// Everything that tells cells apart.
#[derive(Debug, Default)]
pub(super) struct Scopes<'p> {
    pub components: Vec<Covered<'p, Component>>,
    pub environments: Vec<Covered<'p, Environment>>,
    pub actions: Vec<&'p [Action]>,
}

/// Names that are alike, with the row of one of them in each policy.
type Group<T> = (Vec<String>, Vec<Option<Id<T>>>);

impl<'p> Scopes<'p> {
    /// The scopes of everything in a policy that time or an exception depends on.
    pub fn add(&mut self, at: usize, policy: &'p Policy) {
        for window in policy.windows.rows() {
            self.components.extend(window.components.as_deref().map(|scope| (at, scope)));
            self.environments.extend(window.environments.as_deref().map(|scope| (at, scope)));
            self.actions.extend(window.actions.as_deref());
        }
        for exception in policy.exceptions.rows() {
            self.components.extend(exception.components.as_deref().map(|scope| (at, scope)));
            self.environments.extend(exception.environments.as_deref().map(|scope| (at, scope)));
        }
    }

    /// Every kind of cell that all of the policies know, in the order of the last policy's declarations.
    pub fn cells(&self, policies: &[&Policy]) -> Vec<Cell> {
        let mut actions: BTreeMap<Vec<bool>, Vec<Action>> = BTreeMap::new();
        for action in Action::ALL {
            let key = self.actions.iter().map(|scope| scope.contains(&action)).collect();
            actions.entry(key).or_default().push(action);
        }
        let mut actions: Vec<Vec<Action>> = actions.into_values().collect();
        actions.sort_unstable();
        let regions = alike(policies.iter().map(|policy| &policy.regions).collect(), None);
        let components =
            alike(policies.iter().map(|policy| &policy.components).collect(), Some(&self.components));
        let environments =
            alike(policies.iter().map(|policy| &policy.environments).collect(), Some(&self.environments));
        let mut cells = Vec::new();
        for (names, rows) in &regions {
            for (of_components, component_rows) in &components {
                for (of_environments, environment_rows) in &environments {
                    for actions in &actions {
                        let rows = rows.iter().zip(component_rows).zip(environment_rows);
                        let places = rows.map(|((region, component), environment)| Place {
                            region: *region,
                            component: *component,
                            environment: *environment,
                            action: actions.first().copied().unwrap_or(Action::Deploy),
                        });
                        cells.push(Cell {
                            region: names.first().cloned(),
                            components: of_components.clone(),
                            environments: of_environments.clone(),
                            actions: actions.clone(),
                            places: places.collect(),
                        });
                    }
                }
            }
        }
        cells
    }
}

/// Names that every policy knows, those that the scopes cover alike together; each by itself where there are no scopes to
/// tell them apart. A policy that declares none of the kind takes any name.
fn alike<T: Named>(tables: Vec<&Table<T>>, scopes: Option<&[Covered<'_, T>]>) -> Vec<Group<T>> {
    let nobody = || vec![(Vec::new(), vec![None; tables.len()])];
    if tables.iter().all(|table| table.is_empty()) {
        return nobody();
    }
    let mut names: Vec<&str> = Vec::new();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for table in tables.iter().rev() {
        names.extend(table.rows().iter().map(Named::name).filter(|name| seen.insert(name)));
    }
    let mut groups: Vec<(Vec<bool>, Group<T>)> = Vec::new();
    let mut places: BTreeMap<Vec<bool>, usize> = BTreeMap::new();
    for name in names {
        let rows: Vec<Option<Id<T>>> = tables.iter().map(|table| table.find(name)).collect();
        let is_known = rows.iter().zip(&tables).all(|(row, table)| row.is_some() || table.is_empty());
        if !is_known {
            continue;
        }
        let covered = |(policy, scope): &Covered<'_, T>| {
            rows.get(*policy).copied().flatten().is_none_or(|row| scope.contains(&row))
        };
        let key: Option<Vec<bool>> = scopes.map(|scopes| scopes.iter().map(covered).collect());
        let known = key.as_ref().and_then(|key| places.get(key)).copied();
        match known.and_then(|at| groups.get_mut(at)) {
            Some((_, (names, _))) => names.push(name.to_owned()),
            None => {
                let key = key.unwrap_or_default();
                places.insert(key.clone(), groups.len());
                groups.push((key, (vec![name.to_owned()], rows)));
            }
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}
