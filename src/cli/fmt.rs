//! `opsc fmt`: files in the one style.

use super::{Command, Context, Exit, Failure, Output, codes, files};
use crate::diag::Diagnostic;
use crate::fmt;
use crate::render::{Report, count, diff, human};
use crate::source::Sources;
use std::io;
use std::path::Path;

/// Format policy files
///
/// There is one style and no options. A file that cannot be read as a policy stays as it is.
#[derive(Debug, clap::Args)]
pub struct Fmt {
    /// Files, and folders whose `.ops` files are meant
    #[arg(default_value = ".", value_parser = files::argument, value_name = "PATH")]
    paths: Vec<String>,
    /// Write nothing; show what would change, and fail where anything would
    #[arg(long)]
    check: bool,
}

/// Folders within folders, at most.
const DEEPEST: usize = 64;

impl Command for Fmt {
    const NAME: &'static str = "fmt";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "every file is in the style; with --check, was so before"),
        (Exit::Found, "with --check: a file is not in the style"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "a file cannot be read as a policy"),
        (Exit::Unreadable, "a file cannot be read or written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let mut sources = Sources::new();
        let mut found: Vec<Diagnostic> = Vec::new();
        let mut changed: Vec<(String, String, String)> = Vec::new();
        for path in all(&self.paths)? {
            let old = files::text(context.world, &path)?;
            let file = sources.add(path.clone(), old.as_str());
            match fmt::format(&sources, file) {
                Ok(new) if new == old => {}
                Ok(new) => changed.push((path, old, new)),
                Err(errors) => found.extend(errors),
            }
        }
        let mut output = if self.check {
            let shown =
                changed.iter().map(|(path, old, new)| diff::unified(path, old, new, context.console.out));
            let exit = if changed.is_empty() { Exit::Done } else { Exit::Found };
            Output::said(shown.collect::<String>()).exit(exit)
        } else {
            files::write_all(changed.iter().map(|(path, _, new)| (path.as_str(), new.as_bytes())))?;
            Output::said(changed.iter().map(|(path, _, _)| format!("formatted {path}\n")).collect::<String>())
        };
        if self.check && !changed.is_empty() {
            output = output
                .noted(format!("{} not in the style: `opsc fmt` mends that\n", count(changed.len(), "file")));
        }
        if !found.is_empty() {
            let report = Report { sources: &sources, found: &found, codes: &codes() };
            output = output.noted(human(&report, context.console.err)).exit(Exit::InvalidPolicy);
        }
        Ok(output)
    }
}

/// Every file that is meant, in order, each once. Hidden folders are left out.
fn all(paths: &[String]) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        if Path::new(path).is_dir() {
            below(path, 0, &mut found).map_err(|error| Failure::unreadable(path, &error))?;
        } else {
            found.push(path.clone());
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn below(folder: &str, depth: usize, found: &mut Vec<String>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path =
            if folder == "." { name.clone() } else { format!("{}/{name}", folder.trim_end_matches('/')) };
        let kind = entry.file_type()?;
        if kind.is_dir() && !name.starts_with('.') && depth < DEEPEST {
            below(&path, depth + 1, found)?;
        } else if kind.is_file() && name.ends_with(".ops") {
            found.push(path);
        }
    }
    Ok(())
}
