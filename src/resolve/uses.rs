//! Which files a file brings in, by the names they are shown under: for pictures of a policy. What cannot be read has its own findings.

use super::files::Module;
use super::library;
use super::path;
use crate::source::Sources;
use crate::syntax::tree::{NodeKind, Use, UseTarget};

/// The files that a module uses, in the order it says so; `root` is the policy's folder, as in [`crate::policy::Loaded`].
pub fn uses(module: &Module, sources: &Sources, root: &str) -> Vec<String> {
    let from = sources.get(module.file).map_or("", |file| file.name());
    let uses = module.tree.nodes.iter().filter_map(|node| match &node.kind {
        NodeKind::Use(found) => Some(found),
        _ => None,
    });
    let mut found: Vec<String> = uses.flat_map(|one| used(one, from, root)).collect();
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}

/// The files that one `use`, said in the file `from`, brings in.
pub fn used(one: &Use, from: &str, root: &str) -> Vec<String> {
    match &one.target {
        UseTarget::File { path: written, .. } => path::within(root, from, written).ok().into_iter().collect(),
        UseTarget::Module { path, only } => {
            let words: Vec<&str> = path.iter().skip(1).map(|word| word.text.as_str()).collect();
            let name = words.join(".");
            match library::module(&name) {
                Some(module) => vec![module.file.to_owned()],
                None => only
                    .iter()
                    .flatten()
                    .filter_map(|word| library::module(&format!("{name}.{}", word.text)))
                    .map(|module| module.file.to_owned())
                    .collect(),
            }
        }
    }
}
