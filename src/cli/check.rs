//! `opsc check`: what is wrong with a policy, and the mends that leave no choice.

use super::policy::{check, is_own};
use super::watch::watch;
use super::{Command, Context, Exit, Failure, Output, codes, files};
use crate::diag::{self, Habit};
use crate::render::{FORMATS, Report, Summary, count, format};
use crate::rules::Checked;
use crate::world::Overlay;
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::collections::{BTreeMap, BTreeSet};
use std::mem::ManuallyDrop;

/// Report what is wrong with a policy
///
/// Says nothing where nothing is wrong. `opsc explain NAME` shows the page about a finding, by the name in brackets.
#[derive(Debug, clap::Args)]
pub struct Check {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument)]
    path: String,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats())]
    format: String,
    /// Carry out every mend that leaves no choice, check again, and say what was changed
    #[arg(long)]
    fix: bool,
    /// Also report what is only a matter of habit, and fail on warnings
    #[arg(long)]
    strict: bool,
    /// Stay, and check again whenever a file that was read or looked for changes
    #[arg(long, conflicts_with = "fix")]
    watch: bool,
}

/// Rounds of mends; each round can bring to light what the last one hid.
const ROUNDS: usize = 20;

pub(super) fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(FORMATS.iter().map(|row| PossibleValue::new(row.name).help(row.summary)))
}

impl Command for Check {
    const NAME: &'static str = "check";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "nothing is wrong; without --strict, there may be warnings"),
        (Exit::Found, "there are errors; with --strict, errors or warnings"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::Unreadable, "the policy cannot be read, or a mend cannot be written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        if self.watch { watch::<Self>(context, |context| self.once(context)) } else { self.once(context) }
    }
}

impl Check {
    fn once(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let habit = if self.strict { Habit::Strict } else { Habit::Always };
        let (checked, changes) = match self.fix {
            true => mend(context, &self.path, habit)?,
            false => (check(context.world, &self.path, habit)?, String::new()),
        };
        // Where the process ends with this report, what was read is not given back piece by piece.
        let checked = ManuallyDrop::new(checked);
        let codes = codes();
        let report = Report { sources: &checked.sources, found: &checked.diagnostics, codes: &codes };
        let text = format(&self.format).map(|row| (row.render)(&report, context.console.out));
        let summary = Summary::of(&checked.diagnostics);
        let fails = summary.errors > 0 || (self.strict && summary.warnings > 0);
        let exit = if fails { Exit::Found } else { Exit::Done };
        if self.watch {
            drop(ManuallyDrop::into_inner(checked));
        }
        Ok(Output::said(text.unwrap_or_default()).noted(changes).exit(exit))
    }
}

/// Carries out mends until none is left, in memory; then writes the files that changed, all or none. A mend that left its
/// finding as it was is not tried again.
fn mend(context: &Context<'_>, path: &str, habit: Habit) -> Result<(Checked, String), Failure> {
    let mut overlay = Overlay::new(context.world, BTreeMap::new());
    let mut checked = check(&overlay, path, habit)?;
    let mut said: Vec<String> = Vec::new();
    let mut tried: BTreeSet<(&'static str, String)> = BTreeSet::new();
    for _ in 0..ROUNDS {
        let mut fresh = checked.diagnostics.clone();
        fresh.retain(|finding| !tried.contains(&(finding.code.name, finding.message.clone())));
        let applied = diag::apply(&checked.sources, &fresh, |file| is_own(&checked.sources, file));
        if applied.texts.is_empty() {
            break;
        }
        for (finding, fix) in &applied.mended {
            said.push(format!("mended {}: {}\n", checked.sources.place(finding.primary.span), fix.title));
            tried.insert((finding.code.name, finding.message.clone()));
        }
        for (file, text) in applied.texts {
            if let Some(source) = checked.sources.get(file) {
                overlay.change(source.name(), text);
            }
        }
        checked = check(&overlay, path, habit)?;
    }
    files::write_all(overlay.texts().iter().map(|(path, text)| (path.as_str(), text.as_bytes())))?;
    if !said.is_empty() {
        said.push(format!("{} in {}\n", count(said.len(), "mend"), count(overlay.texts().len(), "file")));
    }
    Ok((checked, said.concat()))
}
