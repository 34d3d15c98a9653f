//! Reading a policy for a command: checked, or refused with its report.

use super::{Context, Failure, codes};
use crate::diag::{Diagnostic, Habit, Level};
use crate::policy::{self, Loaded, Policy};
use crate::render::{Report, human};
use crate::resolve::{LIBRARY, Unreadable};
use crate::rules::{self, Checked};
use crate::schema::suggest::one_of;
use crate::source::{FileId, Sources};
use crate::world::World;
use std::io::ErrorKind;
use std::path::Path;

/// Reads and checks the policy at `path`: a file, or a folder with `main.ops`.
///
/// # Errors
/// Where its first file cannot be read.
pub fn check(world: &dyn World, path: &str, habit: Habit) -> Result<Checked, Failure> {
    rules::check(world, path, habit).map_err(|error| unreadable(world, path, &error))
}

/// The policy at `path` for a command that needs its meaning alone: what the analyses find does not stop it.
///
/// # Errors
/// Where it cannot be read, or means nothing: then the failure carries the report.
pub fn meaning(context: &Context<'_>, path: &str) -> Result<(Policy, Loaded), Failure> {
    let mut loaded =
        policy::load(context.world, path).map_err(|error| unreadable(context.world, path, &error))?;
    match loaded.policy.take() {
        Some(policy) => Ok((policy, loaded)),
        None => Err(refused(context, &loaded.sources, std::mem::take(&mut loaded.diagnostics))),
    }
}

fn refused(context: &Context<'_>, sources: &Sources, found: Vec<Diagnostic>) -> Failure {
    let errors: Vec<Diagnostic> = found.into_iter().filter(|finding| finding.level == Level::Error).collect();
    let report = Report { sources, found: &errors, codes: &codes() };
    let report = human(&report, context.console.err);
    Failure::invalid_policy("the policy has errors", report)
}

fn unreadable(world: &dyn World, path: &str, error: &Unreadable) -> Failure {
    let help = "name a policy file, or a folder with `main.ops`; `opsc init` writes one";
    let folder = Path::new(path);
    match world.read(&error.path) {
        Err(reason) if reason.kind() == ErrorKind::NotFound && folder.is_dir() => {
            let place =
                if path == "." { "the current folder".to_owned() } else { format!("the folder `{path}`") };
            let message = format!("there is no `main.ops` in {place}");
            match policies_in(folder).as_slice() {
                [] => Failure::malformed(message).help(help),
                found => Failure::malformed(message)
                    .help(format!("it holds {}: name the file", one_of(found.iter().map(String::as_str)))),
            }
        }
        Err(reason) if reason.kind() == ErrorKind::NotFound => Failure::unreadable(path, &reason).help(help),
        Err(reason) => Failure::unreadable(&error.path, &reason),
        Ok(_) => Failure::malformed(error.to_string()),
    }
}

/// The policy files in a folder, a few of them, by name.
fn policies_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut found: Vec<String> = names.filter(|name| name.ends_with(".ops")).collect();
    found.sort();
    found.truncate(3);
    found
}

/// Whether a file is the author's own, not the library's.
pub fn is_own(sources: &Sources, file: FileId) -> bool {
    let name = sources.get(file).map_or("", |file| file.name());
    !LIBRARY.iter().any(|module| module.file == name)
}

/// The policy at `path`, for a command that cannot do without one.
///
/// # Errors
/// Where it cannot be read, or has errors: then the failure carries the report.
pub fn load(context: &Context<'_>, path: &str) -> Result<Valid, Failure> {
    let checked = check(context.world, path, Habit::Always)?;
    let Checked { sources, policy, diagnostics: found, root, modules, .. } = checked;
    // A command ends soon: to give back the memory of every tree piece by piece costs more than it is worth.
    std::mem::forget(modules);
    match policy {
        Some(policy) => Ok(Valid { sources, policy, root }),
        None => Err(refused(context, &sources, found)),
    }
}

/// A policy without errors.
#[derive(Debug)]
pub struct Valid {
    /// The files it was read from.
    pub sources: Sources,
    /// The policy.
    pub policy: Policy,
    /// The policy's folder, with `/` at its end; empty for the current one.
    pub root: String,
}

impl Valid {
    /// A path relative to the policy's folder, as a path from the current one.
    pub fn beside(&self, path: &str) -> String {
        let given = format!("{}{path}", self.root);
        let mut parts: Vec<&str> = Vec::new();
        for part in given.split('/') {
            match (part, parts.last()) {
                ("" | ".", _) => {}
                ("..", Some(last)) if *last != ".." => {
                    parts.pop();
                }
                _ => parts.push(part),
            }
        }
        format!("{}{}", if given.starts_with('/') { "/" } else { "" }, parts.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Table;
    use crate::world::MemoryWorld;

    #[test]
    fn paths_count_from_the_policy() {
        let world = MemoryWorld::at(0).with_file("a/b/main.ops", "policy p { language 1 }\n");
        let Checked { sources, policy, root, .. } = check(&world, "./a/b", Habit::Always).unwrap();
        let policy = policy.unwrap();
        assert_eq!(policy.targets, Table::default());
        let valid = Valid { sources, policy, root };
        assert_eq!(valid.beside("out/x.yml"), "a/b/out/x.yml");
        assert_eq!(valid.beside("../../../x.yml"), "../x.yml");
    }
}
