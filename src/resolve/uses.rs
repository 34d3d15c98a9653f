//! Which files a file brings in, by the names they are shown under: for pictures of a policy. What cannot be read has its own findings.

use super::files::Module;
use super::library;
use super::path;
use crate::source::Sources;
use crate::syntax::tree::{NodeKind, UseTarget};

/// The files that a module uses, in the order it says so; `root` is the policy's folder, as in [`crate::policy::Loaded`].
pub fn uses(module: &Module, sources: &Sources, root: &str) -> Vec<String> {
    let from = sources.get(module.file).map_or("", |file| file.name());
    let mut found = Vec::new();
    for node in &module.tree.nodes {
        let NodeKind::Use(used) = &node.kind else { continue };
        match &used.target {
            UseTarget::File { path: written, .. } => found.extend(path::within(root, from, written).ok()),
            UseTarget::Module { path, only } => {
                let words: Vec<&str> = path.iter().skip(1).map(|word| word.text.as_str()).collect();
                let name = words.join(".");
                match library::module(&name) {
                    Some(module) => found.push(module.file.to_owned()),
                    None => found.extend(
                        only.iter()
                            .flatten()
                            .filter_map(|word| library::module(&format!("{name}.{}", word.text)))
                            .map(|module| module.file.to_owned()),
                    ),
                }
            }
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|name| seen.insert(name.clone()));
    found
}
