//! Where changes go: regions, components, services, environments.

use super::{Component as This, Holidays, Id, Origin, Party};
use crate::calendar::{Place, Timetable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A region, with its zone and working days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Region {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Its zone, weekend and the holidays that concern it.
    pub place: Place,
    /// When there is little traffic, read inward.
    pub off_peak: Option<Timetable>,
    /// The holidays counted in `place`.
    pub holidays: Vec<Id<Holidays>>,
}

/// A part of the system that changes on its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// What it needs.
    pub needs: Vec<Id<This>>,
    /// Globs of the paths it owns.
    pub paths: Vec<String>,
    /// Who answers for it. The gate does not ask them: code hosts do, where a change touches its paths.
    pub owner: Option<Party>,
}

/// A service: components that go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Its components.
    pub components: Vec<Id<Component>>,
}

/// An environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Environment {
    /// Its name.
    pub name: String,
    /// `///` lines, joined.
    pub doc: String,
    /// Where it is declared.
    pub origin: Origin,
    /// The environment that comes before it.
    pub after: Option<Id<Environment>>,
    /// Variables, by name.
    pub vars: BTreeMap<String, String>,
    /// Names of secrets.
    pub secrets: Vec<String>,
}
