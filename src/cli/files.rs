//! Files written whole or not at all: staged beside their places, synced, then renamed.

use super::Failure;
use crate::world::World;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes every file, or none: all are staged first, and renamed only when every one of them is safe on disk.
/// Folders are made as needed. A file that is there keeps its permissions; a link is followed.
///
/// # Errors
/// The first file that cannot be written; what was staged is removed again.
pub fn write_all<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<(), Failure> {
    let mut staged: Vec<(&str, Staged)> = Vec::new();
    for (path, bytes) in files {
        let file = Staged::new(path, bytes).map_err(|error| Failure::unwritable(path, &error))?;
        staged.push((path, file));
    }
    for (path, file) in staged {
        file.take_place().map_err(|error| Failure::unwritable(path, &error))?;
    }
    Ok(())
}

/// A path as people write it: from the current folder where it lies below it, else as it is given.
pub fn from_here(path: &str) -> String {
    let below = std::env::current_dir().ok().and_then(|here| {
        let rest = Path::new(path).strip_prefix(here).ok()?.to_str()?;
        Some(if rest.is_empty() { "." } else { rest }.to_owned())
    });
    below.unwrap_or_else(|| path.to_owned())
}

/// The same, as the type of an argument.
pub(super) fn argument(path: &str) -> Result<String, std::convert::Infallible> {
    Ok(from_here(path))
}

/// Whether two paths lead to one file, through links of either kind and whether or not it is there yet.
pub fn is_same(one: &str, two: &str) -> bool {
    if is_one_file(one, two) {
        return true;
    }
    let place = |path: &str| {
        std::fs::canonicalize(path).or_else(|_| {
            let path = std::path::absolute(path)?;
            let folder = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok());
            Ok::<_, io::Error>(match (folder, path.file_name()) {
                (Some(folder), Some(name)) => folder.join(name),
                _ => path,
            })
        })
    };
    matches!((place(one), place(two)), (Ok(one), Ok(two)) if one == two)
}

#[cfg(unix)]
fn is_one_file(one: &str, two: &str) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |path: &str| fs::metadata(path).map(|file| (file.dev(), file.ino()));
    matches!((number(one), number(two)), (Ok(one), Ok(two)) if one == two)
}

#[cfg(not(unix))]
fn is_one_file(_: &str, _: &str) -> bool {
    false
}

/// The file as text, or nothing where there is no such file.
///
/// # Errors
/// The reason it cannot be read.
pub fn text_if_there(world: &dyn World, path: &str) -> Result<Option<String>, Failure> {
    match world.read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => Err(Failure::unreadable(path, &io::ErrorKind::InvalidData.into())),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::unreadable(path, &error)),
    }
}

/// The file as text.
///
/// # Errors
/// The reason it cannot be read.
pub fn text(world: &dyn World, path: &str) -> Result<String, Failure> {
    text_if_there(world, path)?.ok_or_else(|| Failure::unreadable(path, &io::ErrorKind::NotFound.into()))
}

/// Refuses where any of these files is there already.
///
/// # Errors
/// The first that is.
pub fn refuse_to_overwrite<'a>(
    world: &dyn World,
    paths: impl IntoIterator<Item = &'a str>,
) -> Result<(), Failure> {
    match paths.into_iter().find(|path| world.is_file(path)) {
        Some(path) => Err(Failure::malformed(format!("`{path}` is there already, and stays as it is"))
            .help("name another folder, or move the file away")),
        None => Ok(()),
    }
}

/// A file that waits beside its place; dropped before it took it, it is removed.
struct Staged {
    stage: PathBuf,
    place: PathBuf,
}

impl Staged {
    fn new(path: &str, bytes: &[u8]) -> io::Result<Self> {
        let place = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        let folder = folder_of(&place);
        fs::create_dir_all(folder)?;
        let name = place.file_name().ok_or(io::ErrorKind::IsADirectory)?.to_string_lossy().into_owned();
        let stage = folder.join(format!(".{name}.{}.opsc", std::process::id()));
        let staged = Self { stage, place };
        let mut file = File::create(&staged.stage)?;
        file.write_all(bytes)?;
        if let Ok(old) = fs::metadata(&staged.place) {
            if old.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        Ok(staged)
    }

    fn take_place(self) -> io::Result<()> {
        fs::rename(&self.stage, &self.place)?;
        sync_folder(folder_of(&self.place))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Where it took its place there is nothing left to remove.
        let _ = fs::remove_file(&self.stage);
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a new name in a folder last, where the system can open folders.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_below_the_current_folder_count_from_it() {
        let here = std::env::current_dir().unwrap();
        let place = |path: &str| here.join(path).to_string_lossy().into_owned();
        assert_eq!(from_here(&place("a/main.ops")), "a/main.ops");
        assert_eq!(from_here(&place("")), ".");
        assert_eq!(from_here("/elsewhere/main.ops"), "/elsewhere/main.ops");
        assert_eq!(from_here("../main.ops"), "../main.ops");
    }

    #[test]
    fn all_files_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
        let (a, b, c) = (path("new/a"), path("b"), path("c"));
        write_all([(a.as_str(), b"1".as_slice()), (b.as_str(), b"2")]).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        fs::create_dir(&c).unwrap();
        let failed = write_all([(a.as_str(), b"3".as_slice()), (c.as_str(), b"4")]).unwrap_err();
        assert_eq!(failed.exit().code(), 4);
        assert_eq!(File::open(&a).and_then(io::read_to_string).unwrap(), "1");
        assert_eq!(fs::read_dir(folder.path().join("new")).unwrap().count(), 1);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }
}
