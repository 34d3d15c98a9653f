//! The one door to the outside: files, clock and environment come in here, so that tests own them.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// What a run may ask of the outside. `cli` holds the only implementation that touches the machine.
///
/// Paths are written with `/` and are relative to the folder the run was started in, or absolute.
pub trait World {
    /// The bytes of the file at `path`.
    ///
    /// # Errors
    /// The reason the file cannot be read, as the outside gives it.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// Whether `path` is a file that exists.
    fn is_file(&self, path: &str) -> bool;

    /// Paths of the policies that stand in a folder itself, in order; `folder` ends in `/`, or is empty for the current one.
    /// A world that does not say so has none.
    fn policies_in(&self, _folder: &str) -> Vec<String> {
        Vec::new()
    }

    /// When the file at `path` was last written.
    ///
    /// # Errors
    /// The reason that cannot be told, as the outside gives it.
    fn modified(&self, path: &str) -> io::Result<SystemTime>;

    /// The current time.
    fn now(&self) -> SystemTime;

    /// The value of an environment variable, if it is set and is text.
    fn variable(&self, name: &str) -> Option<String>;
}

/// A world held in memory, for tests and for callers that bring their own sources.
#[derive(Debug, Clone)]
pub struct MemoryWorld {
    files: BTreeMap<String, Vec<u8>>,
    variables: BTreeMap<String, String>,
    now: SystemTime,
}

impl MemoryWorld {
    /// A world without files or variables, whose clock stands at `unix_seconds` after 1970-01-01T00:00Z.
    pub fn at(unix_seconds: u64) -> Self {
        Self {
            files: BTreeMap::new(),
            variables: BTreeMap::new(),
            now: SystemTime::UNIX_EPOCH + Duration::from_secs(unix_seconds),
        }
    }

    /// The same world with a file more.
    #[must_use]
    pub fn with_file(mut self, path: &str, text: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_owned(), text.into());
        self
    }

    /// The same world with an environment variable more.
    #[must_use]
    pub fn with_variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }
}

impl World for MemoryWorld {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no such file"))
    }

    fn is_file(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    fn policies_in(&self, folder: &str) -> Vec<String> {
        let inside = |path: &&String| path.strip_prefix(folder).is_some_and(is_policy_here);
        self.files.keys().filter(inside).cloned().collect()
    }

    /// Its files are as new as its clock.
    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        self.read(path).map(|_| self.now)
    }

    fn now(&self) -> SystemTime {
        self.now
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }
}

/// Another world in which some files have new texts: how mends are tried before anything is written, and what an editor
/// holds unsaved.
pub struct Overlay<'a> {
    below: &'a dyn World,
    texts: BTreeMap<String, Arc<str>>,
}

impl<'a> Overlay<'a> {
    /// `below` as it is, but for these texts.
    pub fn new(below: &'a dyn World, texts: BTreeMap<String, Arc<str>>) -> Self {
        Self { below, texts }
    }

    /// Gives a file a new text.
    pub fn change(&mut self, path: &str, text: impl Into<Arc<str>>) {
        self.texts.insert(path.to_owned(), text.into());
    }

    /// The new texts, by path.
    pub fn texts(&self) -> &BTreeMap<String, Arc<str>> {
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

    fn policies_in(&self, folder: &str) -> Vec<String> {
        let new = self.texts.keys().filter(|path| path.strip_prefix(folder).is_some_and(is_policy_here));
        let mut all: Vec<String> = self.below.policies_in(folder).into_iter().chain(new.cloned()).collect();
        all.sort_unstable();
        all.dedup();
        all
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

/// Whether a path from a folder is that of a policy in the folder itself.
fn is_policy_here(path: &str) -> bool {
    path.ends_with(".ops") && !path.contains('/')
}
