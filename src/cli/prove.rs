//! `opsc prove`: whether what a policy promises of every change is so.

use super::check::formats;
use super::policy::load;
use super::{Command, Context, Exit, Failure, Output, codes};
use crate::calendar::Elapsed;
use crate::diag::{Diagnostic, Level};
use crate::policy::{FactKind, Value};
use crate::render::{Report, Style, count, format};
use crate::verify::prove::{Proved, prove};
use std::io::{IsTerminal, Write, stderr};
use std::ops::ControlFlow;

/// Prove what the policy promises of every change
///
/// Every `prove` block is tried on every cell, tier and phase, at every instant of the policy's horizon, with every combination of
/// evidence and approvals that the policy can tell apart. What does not hold is shown by a change that the gate judges otherwise,
/// with the command that asks it. Changes go forward, by no broken glass, and no evidence contradicts itself.
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
    #[arg(long, value_name = "DURATION", default_value = "30s")]
    budget: String,
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
        let budget = duration("--budget", &self.budget)?;
        let valid = load(context, &self.path)?;
        let policy = &valid.policy;
        let wanted = |name: &str| self.only.as_ref().is_none_or(|only| name.contains(only.as_str()));
        if let Some(only) = self.only.as_ref().filter(|_| !policy.proofs.rows().iter().any(|one| wanted(&one.name))) {
            return Err(Failure::usage(format!("no proof has `{only}` in its title")));
        }
        let mut pulse = pulse(context, budget);
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
        let mut said = format(&self.format).map(|row| (row.render)(&report, context.console.out)).unwrap_or_default();
        let failed = found.iter().filter(|finding| finding.level == Level::Error).count();
        if !commands.is_empty() {
            said.push_str(&format!("\nask the gate\n{commands}\n"));
        }
        let mut summary = String::new();
        for run in runs.iter().filter(|run| run.proved == Proved::Holds) {
            let word = context.console.out.text(Style::Good, "proved");
            let line = format!(
                "{word}  {}\n        {} in {}, with {} of evidence and approvals in each\n",
                run.proof.name,
                count(usize::try_from(run.stretches).unwrap_or(usize::MAX), "stretch of time")
                    .replace("stretch of times", "stretches of time"),
                count(usize::try_from(run.cells).unwrap_or(usize::MAX), "kind of cell")
                    .replace("kind of cells", "kinds of cell"),
                if run.combinations == "1" {
                    "1 combination".to_owned()
                } else {
                    format!("{} combinations", run.combinations)
                },
            );
            if is_for_people {
                said.push_str(&line);
            }
        }
        summary.push_str(&match (runs.len(), failed) {
            (0, _) => "the policy proves nothing: it has no `prove` block\n".to_owned(),
            (all, 0) => format!("{} {}\n", count(all, "proof"), context.console.err.text(Style::Good, "hold").replace("hold", if all == 1 { "holds" } else { "hold" })),
            (all, failed) => {
                format!("{failed} of {} {}\n", count(all, "proof"), context.console.err.text(Style::Bad, "not shown"))
            }
        });
        let exit = if failed == 0 { Exit::Done } else { Exit::Found };
        Ok(Output::said(said).noted(summary).exit(exit))
    }
}

/// What a flag gives as a duration.
pub(super) fn duration(flag: &str, text: &str) -> Result<Elapsed, Failure> {
    let given = crate::decide::Given::Text(text.to_owned());
    match crate::decide::read_value(&FactKind::Duration, &given) {
        Some(Value::Duration(length)) => Ok(length),
        _ => Err(Failure::usage(format!("`{flag}` takes a duration such as `30s` or `5m`, not `{text}`"))),
    }
}

/// Ends a search once its time is spent, and says how far it is where a person watches.
pub(super) fn pulse<'c>(context: &Context<'c>, budget: Elapsed) -> impl FnMut(usize, usize) -> ControlFlow<()> + 'c {
    let world = context.world;
    let start = world.now();
    let is_watched = stderr().is_terminal();
    let mut shown = 0;
    move |done, all| {
        let spent = world.now().duration_since(start).unwrap_or_default();
        if is_watched && spent.as_secs() > shown {
            shown = spent.as_secs();
            // Progress is a courtesy: that it cannot be written stops nothing.
            let _ = write!(stderr(), "\r{done} of {all} kinds of cell\x1b[K\r");
        }
        let limit = u64::try_from(budget.as_seconds()).unwrap_or(0);
        if spent.as_secs() >= limit.max(1) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}
