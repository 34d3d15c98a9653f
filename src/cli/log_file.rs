//! The log of decisions on disk: one writer at a time, every line synced before anyone hears of it.
//!
//! A line is written whole or found torn. A torn tail (the writer was killed, the machine went down) is moved to
//! `FILE.torn`, and a record says so, so that nothing that was ever in the file goes without a trace.

use super::Failure;
use super::files::sync_folder;
use crate::calendar::Instant;
use crate::decide::log::{self, Broken, Head};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// The `schema` of a record that says that a torn tail was moved away.
pub const REPAIRED: &str = "opsc.repaired/1";

/// How every line of a log begins.
const LINE_START: &[u8] = b"{\"seq\":";

/// How long to wait for another writer before giving up, and how often to look.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(5);

/// A log that this process alone may write, until it is dropped.
#[derive(Debug)]
pub struct LogFile {
    path: String,
    file: File,
    head: Head,
    last: Option<Value>,
    repaired: Option<u64>,
}

impl LogFile {
    /// Opens the log at `path` for writing, makes it where there is none, waits until no other process writes it, and
    /// moves a torn tail away. `now` is what the record of a repair says.
    ///
    /// # Errors
    /// It cannot be read or written, another process keeps it for over a minute, or it is not a log.
    pub fn open(path: &str, now: Instant) -> Result<Self, Failure> {
        let unwritable = |error: io::Error| Failure::unwritable(path, &error);
        let file = locked(path).map_err(unwritable)?;
        let mut log = Self { path: path.to_owned(), file, head: Head::empty(), last: None, repaired: None };
        let end = log.file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        let good = log.last_line_end(end).map_err(unwritable)?;
        if let Some((head, record)) = log.end_at(good)? {
            log.head = head;
            log.last = Some(record);
        }
        if good < end {
            log.check_is_log(good)?;
            log.repair(good, end, now).map_err(unwritable)?;
        }
        Ok(log)
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where the log stands.
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// How many bytes of a torn tail were moved away when it was opened.
    pub fn repaired(&self) -> Option<u64> {
        self.repaired
    }

    /// The last record that was in it when it was opened, read without the rest.
    pub fn last_record(&self) -> Option<&Value> {
        self.last.as_ref()
    }

    /// The whole text, for those who must know what was decided before.
    ///
    /// # Errors
    /// It cannot be read, or is not UTF-8.
    pub fn text(&mut self) -> Result<String, Failure> {
        let mut text = String::new();
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| self.file.read_to_string(&mut text))
            .map_err(|error| Failure::unreadable(&self.path, &error))?;
        Ok(text)
    }

    /// The first line that is not as it was written, or does not follow the one before, without reading the records.
    ///
    /// # Errors
    /// The log cannot be read.
    pub fn first_break(&mut self) -> Result<Option<Broken>, Failure> {
        let unreadable = |error: io::Error| Failure::unreadable(&self.path, &error);
        self.file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
        let mut reader = BufReader::with_capacity(1 << 20, &self.file);
        let lines = std::iter::from_fn(|| {
            let mut line = Vec::new();
            match reader.read_until(b'\n', &mut line) {
                Ok(0) => None,
                Ok(_) => Some(Ok(line)),
                Err(error) => Some(Err(error)),
            }
        });
        log::first_break(lines).map_err(unreadable)
    }

    /// Appends a record. When this returns, the record is on disk; the answer may be given.
    ///
    /// # Errors
    /// It cannot be written; then the log is as it was, or ends in a torn line.
    pub fn append(&mut self, record: &Value) -> Result<&Head, Failure> {
        let (line, head) = log::append(&self.head, record);
        let end =
            self.file.seek(SeekFrom::End(0)).map_err(|error| Failure::unwritable(&self.path, &error))?;
        let written = self.file.write_all(line.as_bytes()).and_then(|()| self.file.sync_all());
        if let Err(error) = written {
            // Best effort: what remains of the line otherwise is a torn tail, which the next writer moves away.
            let _ = self.file.set_len(end);
            return Err(Failure::unwritable(&self.path, &error));
        }
        self.head = head;
        Ok(&self.head)
    }

    /// A file without a whole line that does not begin like one was never a log: it stays as it is.
    fn check_is_log(&mut self, good: u64) -> Result<(), Failure> {
        if good > 0 {
            return Ok(());
        }
        let mut found = Vec::new();
        self.file
            .seek(SeekFrom::Start(0))
            .and_then(|_| (&mut self.file).take(LINE_START.len() as u64).read_to_end(&mut found))
            .map_err(|error| Failure::unreadable(&self.path, &error))?;
        if LINE_START.starts_with(&found) {
            return Ok(());
        }
        Err(Failure::malformed(format!("`{}` is not a log of decisions", self.path))
            .help("name another file with `--log`; this one is left as it is"))
    }

    /// Where the last whole line ends: behind the last newline.
    fn last_line_end(&mut self, end: u64) -> io::Result<u64> {
        self.newline_before(end).map(|at| at.map_or(0, |at| at + 1))
    }

    /// The last newline before `end`, found from the back.
    fn newline_before(&mut self, end: u64) -> io::Result<Option<u64>> {
        let mut block = [0_u8; 8192];
        let mut behind = end;
        while behind > 0 {
            let start = behind.saturating_sub(8192);
            let length = usize::try_from(behind - start).unwrap_or(0);
            self.file.seek(SeekFrom::Start(start))?;
            let part = block.get_mut(..length).unwrap_or_default();
            self.file.read_exact(part)?;
            if let Some(at) = part.iter().rposition(|byte| *byte == b'\n') {
                return Ok(Some(start + at as u64));
            }
            behind = start;
        }
        Ok(None)
    }

    /// The head and the record of the line that ends at `good`; the line must be whole and agree with its own hash.
    fn end_at(&mut self, good: u64) -> Result<Option<(Head, Value)>, Failure> {
        if good == 0 {
            return Ok(None);
        }
        let line = self.line_before(good).map_err(|error| Failure::unreadable(&self.path, &error))?;
        read_alone(&line).map(Some).ok_or_else(|| {
            Failure::malformed(format!("the last line of `{}` is not one of a log of decisions", self.path))
                .help(format!(
                    "`opsc log verify {}` says more; a new log can be begun with another `--log`",
                    self.path
                ))
        })
    }

    fn line_before(&mut self, good: u64) -> io::Result<String> {
        let start = self.last_line_end(good - 1)?;
        self.file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        (&mut self.file).take(good - start).read_to_end(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    /// Moves the bytes from `good` on to `FILE.torn` and puts a record in their place. Whenever this is interrupted,
    /// the log ends in a torn line still: the record's newline is the last thing that is written of it.
    fn repair(&mut self, good: u64, end: u64, now: Instant) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(good))?;
        let mut torn = Vec::new();
        (&mut self.file).take(end - good).read_to_end(&mut torn)?;
        let place = format!("{}.torn", self.path);
        let mut aside = OpenOptions::new().append(true).create(true).open(&place)?;
        let offset = aside.seek(SeekFrom::End(0))?;
        aside.write_all(&torn)?;
        aside.sync_all()?;
        sync_folder(folder_of(&self.path))?;
        let record = json!({
            "schema": REPAIRED,
            "at": now,
            "torn_bytes": end - good,
            "sha256": Sha256::digest(&torn).iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
            "moved_to": Path::new(&place).file_name().map(|name| name.to_string_lossy()),
            "offset": offset,
        });
        let (line, head) = log::append(&self.head, &record);
        self.file.seek(SeekFrom::Start(good))?;
        self.file.write_all(line.as_bytes())?;
        self.file.set_len(good + line.len() as u64)?;
        self.file.sync_all()?;
        self.head = head;
        self.repaired = Some(end - good);
        Ok(())
    }
}

/// The log's text, read while nobody writes it.
///
/// # Errors
/// It cannot be read.
pub fn read_shared(path: &str) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.lock_shared()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The head and the record that a line gives by itself: its hash must be that of its content.
fn read_alone(line: &str) -> Option<(Head, Value)> {
    let mut parsed: Value = serde_json::from_str(line).ok()?;
    let before =
        Head { length: parsed.get("seq")?.as_u64()?, hash: parsed.get("prev")?.as_str()?.to_owned() };
    let record = parsed.get_mut("record")?.take();
    let (expected, head) = log::append(&before, &record);
    (expected == line).then_some((head, record))
}

/// The file, locked by this process alone. Where the path came to mean another file meanwhile (the log was rotated),
/// that one.
fn locked(path: &str) -> io::Result<File> {
    let folder = folder_of(path);
    std::fs::create_dir_all(folder)?;
    loop {
        let is_new = !Path::new(path).exists();
        let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        wait_for_lock(&file)?;
        if is_new {
            sync_folder(folder)?;
        }
        if is_still(path, &file)? {
            return Ok(file);
        }
    }
}

fn wait_for_lock(file: &File) -> io::Result<()> {
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if waited >= PATIENCE => {
                return Err(io::Error::new(io::ErrorKind::WouldBlock, "another process keeps it locked"));
            }
            Err(TryLockError::WouldBlock) => {
                sleep(PAUSE);
                waited += PAUSE;
            }
        }
    }
}

#[cfg(unix)]
fn is_still(path: &str, file: &File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let ours = file.metadata()?;
    Ok(std::fs::metadata(path).is_ok_and(|there| (there.dev(), there.ino()) == (ours.dev(), ours.ino())))
}

#[cfg(not(unix))]
fn is_still(_: &str, _: &File) -> io::Result<bool> {
    Ok(true)
}

fn folder_of(path: &str) -> &Path {
    Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
