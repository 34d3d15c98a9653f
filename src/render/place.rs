//! Where a line of a policy is, as who reads an answer opens it.

use crate::resolve::LIBRARY;

/// A place of the policy as a path from the reader's folder, `root` being the policy's; the library's files are in none.
pub fn from_here(root: &str, place: &str) -> String {
    let is_library =
        LIBRARY.iter().any(|module| place.rsplit_once(':').is_some_and(|(file, _)| file == module.file));
    if is_library { place.to_owned() } else { format!("{root}{place}") }
}
