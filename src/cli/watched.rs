//! A world that remembers which files were asked for, and how new they were: what a repeated command waits for.

use crate::world::World;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::time::SystemTime;

/// When a file was last written; nothing where it cannot be told, as where there is none.
type Stamp = Option<SystemTime>;

/// Files by path, each as new as it was when it was first asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Stamps(BTreeMap<String, Stamp>);

/// Another world, each of whose files is written down when it is first asked for, whether or not it is there.
pub(super) struct Watched<'a> {
    below: &'a dyn World,
    seen: RefCell<Stamps>,
}

impl<'a> Watched<'a> {
    pub(super) fn new(below: &'a dyn World) -> Self {
        Self { below, seen: RefCell::default() }
    }

    /// What was asked for so far.
    pub(super) fn seen(&self) -> Stamps {
        self.seen.borrow().clone()
    }

    /// Before the file is read, so that a change while it is read is a change.
    fn remember(&self, path: &str) {
        let mut seen = self.seen.borrow_mut();
        if !seen.0.contains_key(path) {
            seen.0.insert(path.to_owned(), self.below.modified(path).ok());
        }
    }
}

impl Stamps {
    /// The same files as they are now.
    pub(super) fn fresh(&self, world: &dyn World) -> Self {
        Self(self.0.keys().map(|path| (path.clone(), world.modified(path).ok())).collect())
    }

    /// The files that are not as new as they are in `other`.
    pub(super) fn unlike<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a str> {
        let differs = |(path, stamp): &(&String, &Stamp)| other.0.get(*path) != Some(*stamp);
        self.0.iter().filter(differs).map(|(path, _)| path.as_str())
    }

    /// How many of the files are there.
    pub(super) fn there(&self) -> usize {
        self.0.values().flatten().count()
    }
}

impl World for Watched<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.remember(path);
        self.below.read(path)
    }

    fn is_file(&self, path: &str) -> bool {
        self.remember(path);
        self.below.is_file(path)
    }

    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        self.remember(path);
        self.below.modified(path)
    }

    fn now(&self) -> SystemTime {
        self.below.now()
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.below.variable(name)
    }
}
