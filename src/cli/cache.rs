//! Compiled policies of this user: `opsc build` writes them, a gate that is not enforced may read them.
//!
//! They live outside every repository, so that no change under review can bring one along.

use crate::policy::{Policy, compiled};
use crate::resolve;
use crate::source::Sources;
use crate::world::World;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// Where files of ours lie that can be made again; nothing where the user has no folder for such files.
pub(super) fn folder(world: &dyn World) -> Option<PathBuf> {
    let set = |name: &str| world.variable(name).filter(|value| !value.is_empty());
    let folder = match set("XDG_CACHE_HOME") {
        Some(folder) => PathBuf::from(folder),
        None => PathBuf::from(set("HOME")?).join(".cache"),
    };
    folder.is_absolute().then(|| folder.join("opsc"))
}

/// Where the compiled form of the policy at `path` lies.
fn place(world: &dyn World, path: &str) -> Option<PathBuf> {
    let folder = folder(world)?;
    let whole = std::path::absolute(path).ok()?;
    let name: String = Sha256::digest(whole.display().to_string())
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(folder.join(format!("{name}.policy")))
}

/// The compiled policy and its folder, if there is one that is as fresh as its sources.
pub(super) fn read(world: &dyn World, path: &str) -> Option<(Policy, String)> {
    let place = place(world, path)?;
    let bytes = world.read(place.to_str()?).ok()?;
    let root = resolve::root(world, path);
    compiled::decode(world, &bytes, &root).map(|policy| (policy, root))
}

/// Writes the compiled policy, and says whether it did. A cache that cannot be written changes no answer, so that is no
/// failure.
pub(super) fn write(world: &dyn World, path: &str, policy: &Policy, sources: &Sources, root: &str) -> bool {
    let own = sources
        .iter()
        .filter(|(id, _)| super::policy::is_own(sources, *id))
        .map(|(_, file)| (file.name(), &**file.text()));
    let bytes = compiled::encode(policy, own, root);
    match (place(world, path), bytes) {
        (Some(place), Some(bytes)) => keep(&place, &bytes).is_ok(),
        _ => false,
    }
}

/// Writes beside the file and renames, so that a reader sees the old bytes or the new ones.
#[expect(clippy::disallowed_methods, reason = "the command line is the room that writes files")]
fn keep(place: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = place.with_extension(format!("{}.new", std::process::id()));
    std::fs::write(&beside, bytes)?;
    std::fs::rename(&beside, place)
}
