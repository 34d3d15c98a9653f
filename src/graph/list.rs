//! A list that is indexed by the small numbers of a net: events, needs and holds by the thousand, without a map.

use std::ops::{Index, IndexMut};

/// Rows by number. A number is made only by the list it indexes, or by one of the same length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct List<T>(Vec<T>);

impl<T> List<T> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// So many rows, all alike.
    pub(super) fn of(row: T, count: u32) -> Self
    where
        T: Clone,
    {
        Self(vec![row; count as usize])
    }

    /// Adds a row and gives its number.
    pub(super) fn push(&mut self, row: T) -> u32 {
        self.0.push(row);
        self.len() - 1
    }

    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.0.iter()
    }

    /// The rows of a range of numbers.
    pub(super) fn slice(&self, range: (u32, u32)) -> &[T] {
        self.0.get(range.0 as usize..range.1 as usize).unwrap_or_default()
    }
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self(rows.into_iter().collect())
    }
}

impl<T> Index<u32> for List<T> {
    type Output = T;

    #[expect(clippy::indexing_slicing, reason = "a number is made only by the list it indexes")]
    fn index(&self, number: u32) -> &T {
        &self.0[number as usize]
    }
}

impl<T> IndexMut<u32> for List<T> {
    #[expect(clippy::indexing_slicing, reason = "a number is made only by the list it indexes")]
    fn index_mut(&mut self, number: u32) -> &mut T {
        &mut self.0[number as usize]
    }
}
