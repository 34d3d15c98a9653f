//! Typed ids and the tables they index.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::ops::Index;

/// The position of a `T` in its table. Made only by the table it indexes.
#[derive(Serialize, Deserialize)]
#[serde(transparent)]
pub struct Id<T> {
    index: u32,
    #[serde(skip)]
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The id of the row at this position: for who numbers names before their rows are there.
    pub(in crate::policy) fn at(index: usize) -> Self {
        Self { index: u32::try_from(index).unwrap_or(u32::MAX), of: PhantomData }
    }

    /// The position, from 0.
    pub fn index(self) -> usize {
        self.index as usize
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Id<T> {}
impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}
impl<T> Eq for Id<T> {}
impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.index.cmp(&other.index)
    }
}
impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}
impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{}", self.index)
    }
}

/// What has a name in its table.
pub trait Named {
    /// The name, unique in its table.
    fn name(&self) -> &str;
}

/// Declarations of one kind, in order, each with a unique name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Table<T> {
    rows: Vec<T>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { rows: Vec::new() }
    }
}

impl<T> Table<T> {
    /// Adds a row.
    pub fn push(&mut self, row: T) -> Id<T> {
        self.rows.push(row);
        Id::at(self.rows.len() - 1)
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The ids, in order.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = Id<T>> + ExactSizeIterator + use<T> {
        (0..self.rows.len()).map(Id::at)
    }

    /// Rows with their ids, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Id<T>, &T)> {
        self.rows.iter().enumerate().map(|(index, row)| (Id::at(index), row))
    }

    /// The rows, in order.
    pub fn rows(&self) -> &[T] {
        &self.rows
    }

    /// The row with this id, mutable.
    pub fn get_mut(&mut self, id: Id<T>) -> Option<&mut T> {
        self.rows.get_mut(id.index())
    }
}

impl<T: Named> Table<T> {
    /// The row of this name, by a scan: for names that people give. Index names where many are looked up.
    pub fn find(&self, name: &str) -> Option<Id<T>> {
        self.rows.iter().position(|row| row.name() == name).map(Id::at)
    }
}

impl<T> Index<Id<T>> for Table<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "an id is made only by the table it indexes")]
    fn index(&self, id: Id<T>) -> &T {
        &self.rows[id.index()]
    }
}

macro_rules! named {
    ($($type:ty),* $(,)?) => { $(impl Named for $type { fn name(&self) -> &str { &self.name } })* };
}

named!(
    super::Region,
    super::Component,
    super::Service,
    super::Environment,
    super::Role,
    super::Team,
    super::Schedule,
    super::Fact,
    super::Tier,
    super::FreezeKind,
    super::Window,
    super::Holidays,
    super::ApprovalRule,
    super::Claim,
    super::Exception,
    super::BreakGlass,
    super::Release,
    super::Metric,
    super::Probe,
    super::Gate,
    super::Pins,
    super::Lock,
    super::Pipeline,
    super::Stage,
    super::Lever,
    super::Rollback,
    super::Flag,
    super::Surface,
    super::Maintenance,
    super::Status,
    super::Severity,
    super::Template,
    super::Comms,
    super::Audience,
    super::Incident,
    super::TestBlock,
    super::Proof,
    super::Property,
    super::Target,
);
