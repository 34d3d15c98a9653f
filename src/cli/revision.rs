//! The policy files of a git revision, as a world of their own.

use super::git::Git;
use super::{Context, Failure};
use crate::world::MemoryWorld;
use std::path::Path;
use std::time::SystemTime;

/// Every `.ops` file below the folder of `path`, as it was in a revision, under the paths they have now.
///
/// # Errors
/// Where git does not know the revision, or cannot be asked.
pub(super) fn world(context: &Context<'_>, revision: &str, path: &str) -> Result<MemoryWorld, Failure> {
    let folder = match path.strip_suffix(".ops") {
        Some(_) => Path::new(path).parent().map_or("", |folder| folder.to_str().unwrap_or("")),
        None => path,
    };
    let git = Git::new(folder);
    let commit =
        git.ask(&["rev-parse", "--verify", "--quiet", "--end-of-options", &format!("{revision}^{{commit}}")]);
    let Some(commit) = commit else {
        return Err(Failure::malformed(format!("`{revision}` is neither a policy nor a git revision"))
            .help("name a policy file, a folder with `main.ops`, or a revision such as `main` or `HEAD~1`"));
    };
    let commit = commit.trim();
    let listed = git.bytes(&["ls-tree", "-r", "-z", "--name-only", commit])?;
    let now = context.world.now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut world = MemoryWorld::at(now);
    for name in String::from_utf8_lossy(&listed).split('\0').filter(|name| name.ends_with(".ops")) {
        let bytes = git.bytes(&["show", &format!("{commit}:./{name}")])?;
        let place = match folder {
            "" => name.to_owned(),
            folder => format!("{}/{name}", folder.trim_end_matches('/')),
        };
        world = world.with_file(place.trim_start_matches("./"), bytes.clone()).with_file(&place, bytes);
    }
    Ok(world)
}
