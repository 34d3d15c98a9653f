//! The world as it is: the machine's files, clock and environment.

use crate::world::World;
use std::fs::File;
use std::io::{self, Read};
use std::time::SystemTime;

/// No file that a run reads is larger, in bytes.
pub const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// The machine that the process runs on. Its clock is read once, when the run starts.
#[derive(Debug, Clone, Copy)]
pub struct System {
    now: SystemTime,
}

impl System {
    /// The machine, at this moment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn new() -> Self {
        Self { now: SystemTime::now() }
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

    fn modified(&self, path: &str) -> io::Result<SystemTime> {
        File::open(path)?.metadata()?.modified()
    }

    fn now(&self) -> SystemTime {
        self.now
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }
}
