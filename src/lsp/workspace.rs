//! Which policy a document belongs to.

use super::Snapshot;
use super::documents::Documents;
use super::snapshot::Agreed;
use crate::world::{Overlay, World};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Policies are looked for in this many folders above a document.
const FARTHEST: usize = 32;

/// The policies that a session is about, by the path of their first file; with each, which open documents belong to it.
///
/// A document that says `policy` is one. Any other belongs to the policy that was read from it; where none was, to the
/// nearest `main.ops` above it, until that turns out not to use it: then it stands for itself. A folder's own `main.ops` is
/// looked after even while nothing is open.
pub(super) fn homes(
    world: &dyn World,
    folders: &[String],
    documents: &Documents,
    readings: &BTreeMap<String, Option<Arc<Snapshot>>>,
    agreed: &Agreed,
) -> BTreeMap<String, BTreeSet<String>> {
    let overlay = Overlay::new(world, documents.texts());
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for main in folders.iter().map(|folder| format!("{folder}/main.ops")) {
        if overlay.is_file(&main) {
            homes.entry(main).or_default();
        }
    }
    for (path, document) in documents.iter() {
        if agreed.library_name(path).is_some() {
            continue;
        }
        let home = match document.says_policy {
            true => path.to_owned(),
            false => home(&overlay, path, readings),
        };
        homes.entry(home).or_default().insert(path.to_owned());
    }
    homes
}

/// The policy of a document that does not say `policy` itself.
fn home(world: &dyn World, path: &str, readings: &BTreeMap<String, Option<Arc<Snapshot>>>) -> String {
    let reads = |reading: &Option<Arc<Snapshot>>| {
        reading.as_ref().is_some_and(|snapshot| snapshot.analysis.sources.find(path).is_some())
    };
    let user = readings.iter().find(|(policy, reading)| *policy != path && reads(reading));
    if let Some((policy, _)) = user {
        return policy.clone();
    }
    let mut folder = path;
    for _ in 0..FARTHEST {
        let Some((above, _)) = folder.rsplit_once('/') else { break };
        folder = above;
        let main = format!("{folder}/main.ops");
        if main != path && world.is_file(&main) {
            let uses_it = readings.get(&main).is_none_or(reads);
            return if uses_it { main } else { path.to_owned() };
        }
    }
    path.to_owned()
}
