//! A world in which some files already have new texts: how mends are tried before anything is written.

use crate::world::World;
use std::collections::BTreeMap;
use std::io;
use std::time::SystemTime;

/// Another world with some files changed in memory.
pub(super) struct Overlay<'a> {
    below: &'a dyn World,
    texts: BTreeMap<String, String>,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(below: &'a dyn World) -> Self {
        Self { below, texts: BTreeMap::new() }
    }

    /// Gives a file a new text.
    pub(super) fn change(&mut self, path: &str, text: String) {
        self.texts.insert(path.to_owned(), text);
    }

    /// The new texts, by path.
    pub(super) fn texts(&self) -> &BTreeMap<String, String> {
        &self.texts
    }
}

impl World for Overlay<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.texts.get(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.below.read(path),
        }
    }

    fn is_file(&self, path: &str) -> bool {
        self.texts.contains_key(path) || self.below.is_file(path)
    }

    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        match self.texts.get(path) {
            Some(_) => Ok(self.now()),
            None => self.below.modified(path),
        }
    }

    fn now(&self) -> SystemTime {
        self.below.now()
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.below.variable(name)
    }
}
