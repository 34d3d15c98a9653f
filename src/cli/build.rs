//! `opsc build`: the policy's targets as files, all of them or none.

use super::cache;
use super::policy::load;
use super::{Command, Context, Exit, Failure, Output, codes, files};
use crate::emit;
use crate::fidelity;
use crate::render::{Report, count, coverage, diff, human};

/// Write the files of every declared target
///
/// All files are made before any is written, and none is ever removed. A file that opsc did not make is not overwritten.
#[derive(Debug, clap::Args)]
pub struct Build {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument)]
    path: String,
    /// Write nothing; show what would change, and fail where anything would
    #[arg(long)]
    check: bool,
    /// Write nothing; show which declared target holds which freeze, and how well
    #[arg(long, conflicts_with = "check")]
    coverage: bool,
}

/// The words that every file carries which opsc made.
const MARK: &str = "Made by opsc";

fn is_ours(text: &str) -> bool {
    text.contains(MARK)
}

impl Command for Build {
    const NAME: &'static str = "build";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "every file is written; with --check, every file is as it would be written"),
        (Exit::Found, "with --check: a file is missing or out of date"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "the policy has errors, or a target cannot hold it"),
        (Exit::Unreadable, "something cannot be read or written, or a file in the way was not made by opsc"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let loaded = load(context, &self.path)?;
        if self.coverage {
            return Ok(Output::said(coverage::text(
                &fidelity::coverage(&loaded.policy),
                context.console.out,
            )));
        }
        let made = emit::build_all(&loaded.policy).map_err(|found| {
            let codes = codes();
            let report = Report { sources: &loaded.sources, found: &found, codes: &codes };
            Failure::invalid_policy("a target cannot hold this policy", human(&report, context.console.err))
        })?;
        let is_kept = !self.check
            && cache::write(context.world, &self.path, &loaded.policy, &loaded.sources, &loaded.root);
        if made.is_empty() {
            let kept =
                if is_kept { "; its compiled form was kept, from which a gate starts sooner" } else { "" };
            let note = format!("the policy declares no `target`: nothing was written beside it{kept}\n");
            return Ok(Output::said("").noted(note));
        }
        let mut changed: Vec<(String, String, &[u8])> = Vec::new();
        for (path, bytes) in made.iter() {
            let place = loaded.beside(path);
            let old = files::text_if_there(context.world, &place)?;
            if old.as_ref().is_none_or(|old| old.as_bytes() != bytes) {
                changed.push((place, old.unwrap_or_default(), bytes));
            }
        }
        if self.check {
            let shown = changed.iter().map(|(place, old, bytes)| {
                diff::unified(place, old, &String::from_utf8_lossy(bytes), context.console.out)
            });
            let text: String = shown.collect();
            let exit = if changed.is_empty() { Exit::Done } else { Exit::Found };
            let note = match changed.len() {
                0 => String::new(),
                number => format!(
                    "{} out of date: `opsc build` writes {}\n",
                    count(number, "file"),
                    if number == 1 { "it" } else { "them" }
                ),
            };
            return Ok(Output::said(text).noted(note).exit(exit));
        }
        if let Some((place, _, _)) = changed.iter().find(|(_, old, _)| !old.is_empty() && !is_ours(old)) {
            return Err(Failure::malformed(format!("`{place}` is in the way: opsc did not make it"))
                .help("move it away, or let the target write elsewhere"));
        }
        files::write_all(changed.iter().map(|(place, _, bytes)| (place.as_str(), *bytes)))?;
        let written: String = changed.iter().map(|(place, _, _)| format!("wrote {place}\n")).collect();
        let unchanged = made.len() - changed.len();
        let rest =
            if unchanged > 0 { format!("{} up to date\n", count(unchanged, "file")) } else { String::new() };
        Ok(Output::said(written + &rest))
    }
}
