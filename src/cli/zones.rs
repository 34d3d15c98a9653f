//! A folder of compiled zones, as `zic -d FOLDER` makes it: another version of the zone database.

use super::{Context, Failure, files};
use crate::calendar::{Zone, ZoneDatabase, version_of};
use std::io::ErrorKind;

/// Reads every zone of a folder that a policy may name.
///
/// # Errors
/// Where the folder holds none, or one of them is damaged or cannot be read.
pub(super) fn database(context: &Context<'_>, folder: &str) -> Result<ZoneDatabase, Failure> {
    let folder = files::from_here(folder);
    let folder = folder.trim_end_matches('/');
    let mut found = Vec::new();
    for zone in Zone::all() {
        let path = format!("{folder}/{}", zone.name());
        match context.world.read(&path) {
            Ok(bytes) => found.push((zone.name().to_owned(), bytes)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(Failure::unreadable(&path, &error)),
        }
    }
    if found.is_empty() {
        return Err(Failure::malformed(format!("`{folder}` holds no compiled zone"))
            .help("name a folder as `zic -d FOLDER` makes it, such as /usr/share/zoneinfo"));
    }
    let text = |name: &str| {
        let bytes = context.world.read(&format!("{folder}/{name}")).ok()?;
        String::from_utf8(bytes).ok()
    };
    let version = version_of(text("tzdata.zi").as_deref(), text("+VERSION").as_deref());
    ZoneDatabase::read(version.unwrap_or_else(|| "unknown".to_owned()), found).map_err(|damaged| {
        Failure::malformed(format!("{folder}/{damaged}"))
            .help("make the folder anew from the sources of the database, by `zic`")
    })
}
