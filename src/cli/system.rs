//! The world as it is: the machine's files, clock and environment.

use crate::world::World;
use std::fs::File;
use std::io::{self, Read};
use std::time::SystemTime;

/// No file that a run reads is larger, in bytes.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// So many entries of a folder are looked at for policies.
const LARGEST_FOLDER: usize = 10_000;

/// The machine that the process runs on.
#[derive(Debug, Clone, Copy)]
pub struct System {
    /// What the clock said when the run started; nothing where it goes on.
    now: Option<SystemTime>,
}

impl System {
    /// The machine at this moment: for a run that is soon over, and sees one time throughout.
    pub fn new() -> Self {
        Self { now: Some(clock()) }
    }

    /// The machine with its clock going on: for a run that lasts.
    pub fn running() -> Self {
        Self { now: None }
    }
}

impl Default for System {
    fn default() -> Self {
        Self::new()
    }
}

impl World for System {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        if file.metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
        }
        let mut bytes = Vec::new();
        let read = file.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
        if u64::try_from(read).unwrap_or(u64::MAX) > LARGEST_FILE {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than 64 MiB"));
        }
        Ok(bytes)
    }

    fn is_file(&self, path: &str) -> bool {
        std::path::Path::new(path).is_file()
    }

    fn policies_in(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(if folder.is_empty() { "." } else { folder });
        let entries = entries.into_iter().flatten().take(LARGEST_FOLDER).flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut paths: Vec<String> =
            names.filter(|name| name.ends_with(".ops")).map(|name| format!("{folder}{name}")).collect();
        paths.sort_unstable();
        paths
    }

    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        File::open(path)?.metadata()?.modified()
    }

    fn now(&self) -> SystemTime {
        self.now.unwrap_or_else(clock)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn clock() -> SystemTime {
    SystemTime::now()
}
