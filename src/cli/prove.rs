//! `opsc prove`: whether what a policy promises of every change is so.

use super::budget::{self, pulse};
use super::check::formats;
use super::policy::load;
use super::{Command, Context, Exit, Failure, Output, codes};
use crate::diag::{Diagnostic, Level};
use crate::render::{Report, Style, count, format};
use crate::verify::prove::{Proved, prove};

/// Prove what the policy promises of every change
///
/// Every `prove` block is tried on every cell, tier and phase, at every instant of the policy's horizon, with every combination of
/// evidence and approvals that the policy can tell apart. What does not hold is shown by the smallest change that the gate judges
/// otherwise, with the command that asks it. Changes go forward, by no broken glass, and no evidence contradicts itself.
#[derive(Debug, clap::Args)]
pub struct Prove {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = super::files::argument)]
    path: String,
    /// Only proofs whose title holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// How to write what does not hold
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats())]
    format: String,
    /// How long to search at most: what is not decided by then is said to be so
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = budget::seconds)]
    budget: u64,
}

impl Command for Prove {
    const NAME: &'static str = "prove";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "every proof holds"),
        (Exit::Found, "a proof does not hold, or is not decided"),
        (Exit::Usage, "the command line was not understood, or `--only` leaves no proof"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "the policy cannot be read"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let valid = load(context, &self.path)?;
        let policy = &valid.policy;
        let wanted = |name: &str| self.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
        if let Some(only) =
            self.only.as_ref().filter(|_| !policy.proofs.rows().iter().any(|one| wanted(&one.name)))
        {
            return Err(Failure::usage(format!("no proof has `{only}` in its title")));
        }
        let mut pulse = pulse("kinds of cell", self.budget);
        let runs = prove(policy, |proof| wanted(&proof.name), &mut pulse);
        let is_for_people = self.format == "human";
        let mut commands = String::new();
        let mut found: Vec<Diagnostic> = Vec::new();
        for run in &runs {
            let command = run.command(policy, &self.path);
            let finding = run.finding(policy);
            // A line that is to be copied must not be broken, as those of a report are.
            match command {
                Some(command) if is_for_people => commands.push_str(&format!("  {command}\n")),
                Some(command) => {
                    found.extend(finding.map(|finding| finding.note(format!("ask the gate: {command}"))));
                    continue;
                }
                None => {}
            }
            found.extend(finding);
        }
        let codes = codes();
        let report = Report { sources: &valid.sources, found: &found, codes: &codes };
        let mut said =
            format(&self.format).map(|row| (row.render)(&report, context.console.out)).unwrap_or_default();
        let failed = found.iter().filter(|finding| finding.level == Level::Error).count();
        if !commands.is_empty() {
            said.push_str(&format!("\nask the gate\n{commands}\n"));
        }
        for run in runs.iter().filter(|run| run.proved == Proved::Holds) {
            let word = context.console.out.text(Style::Good, "proved");
            let many = |number: u64, one: &str, several: &str| match number {
                1 => format!("1 {one}"),
                number => format!("{number} {several}"),
            };
            let combinations = match run.combinations.as_str() {
                "1" => "1 combination".to_owned(),
                several => format!("{several} combinations"),
            };
            let line = format!(
                "{word}  {}\n        {} in {}, with {combinations} of evidence and approvals in each\n",
                run.proof.name,
                many(run.stretches, "stretch of time", "stretches of time"),
                many(run.cells, "kind of cell", "kinds of cell"),
            );
            if is_for_people {
                said.push_str(&line);
            }
        }
        let summary = match (runs.len(), failed) {
            (0, _) => "the policy proves nothing: it has no `prove` block\n".to_owned(),
            (all, 0) => {
                let word = if all == 1 { "holds" } else { "hold" };
                format!("{} {}\n", count(all, "proof"), context.console.err.text(Style::Good, word))
            }
            (all, failed) => {
                format!(
                    "{failed} of {} {}\n",
                    count(all, "proof"),
                    context.console.err.text(Style::Bad, "not shown")
                )
            }
        };
        let exit = if failed == 0 { Exit::Done } else { Exit::Found };
        Ok(Output::said(said).noted(summary).exit(exit))
    }
}
