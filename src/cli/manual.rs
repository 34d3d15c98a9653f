//! The library and the pages about findings and declarations, laid out as files that an editor can open: both are inside the binary.

use super::{cache, codes, declarations::reference};
use crate::resolve::LIBRARY;
use crate::world::World;
use sha2::{Digest, Sha256};
use std::fs;
use std::io;
use std::path::Path;

/// The folder that holds them, `std/tiers.ops`, `rules/NAME.md` and `declarations.md`, made if it is not there; its name says what is in it.
/// Nothing where the user has no folder for such files.
pub(super) fn lay_out(world: &dyn World) -> Option<String> {
    let pages = codes().into_iter().map(|code| (format!("rules/{}.md", code.name), code.page));
    let library = LIBRARY.iter().map(|module| (module.file.to_owned(), module.text));
    let declarations = reference();
    let about = ("declarations.md".to_owned(), declarations.as_str());
    let files: Vec<(String, &str)> = library.chain(pages).chain([about]).collect();
    let mut digest = Sha256::new();
    for (name, text) in &files {
        digest.update(name);
        digest.update([0]);
        digest.update(text);
        digest.update([0]);
    }
    let name: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let place = cache::folder(world)?.join(format!("manual-{name}"));
    if !place.is_dir() {
        let beside = place.with_extension(format!("{}.new", std::process::id()));
        write(&beside, &files).ok()?;
        // Where another server was faster its folder holds the same.
        if fs::rename(&beside, &place).is_err() {
            fs::remove_dir_all(&beside).ok()?;
        }
    }
    place.to_str().map(|place| place.replace('\\', "/"))
}

/// Writes files that nobody is meant to change.
#[expect(clippy::disallowed_methods, reason = "the command line is the room that writes files")]
fn write(folder: &Path, files: &[(String, &str)]) -> io::Result<()> {
    for (name, text) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, text)?;
        let mut permissions = fs::metadata(&path)?.permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn what_is_laid_out_stays() {
        let folder = tempfile::tempdir().unwrap();
        let world = MemoryWorld::at(0).with_variable("XDG_CACHE_HOME", folder.path().to_str().unwrap());
        let place = lay_out(&world).unwrap();
        let tiers = format!("{place}/std/tiers.ops");
        assert!(fs::metadata(&tiers).unwrap().permissions().readonly());
        assert!(Path::new(&place).join("rules/unknown-name.md").is_file());
        assert_eq!(lay_out(&world), Some(place));
        assert_eq!(fs::read_dir(folder.path().join("opsc")).unwrap().count(), 1);
        assert_eq!(lay_out(&MemoryWorld::at(0)), None);
    }
}
