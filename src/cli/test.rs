//! `opsc test`: the policy's own tests, through the decision that the gate makes.

use super::check::formats;
use super::policy::load;
use super::{Command, Context, Exit, Failure, Output, codes};
use crate::diag::Diagnostic;
use crate::render::{Report, Style, count, format};
use crate::verify;

/// Run the policy's tests
///
/// A test never reads the clock: each question says its own instant.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = super::files::argument)]
    path: String,
    /// Only tests whose name holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// How to write what failed
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = formats())]
    format: String,
}

impl Command for Test {
    const NAME: &'static str = "test";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "every test passed"),
        (Exit::Found, "a test failed"),
        (Exit::Usage, "the command line was not understood, or `--only` leaves no test"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "the policy cannot be read"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let valid = load(context, &self.path)?;
        let mut runs = verify::run(&valid.policy);
        if let Some(only) = &self.only {
            runs.retain(|run| run.test.name.contains(only.as_str()));
            if runs.is_empty() {
                return Err(Failure::usage(format!("no test has `{only}` in its name")));
            }
        }
        let failed = runs.iter().filter(|run| !run.failures.is_empty()).count();
        let compared = runs.iter().map(|run| run.compared).sum();
        let found: Vec<Diagnostic> = runs.iter().flat_map(|run| run.failures.iter().cloned()).collect();
        let codes = codes();
        let report = Report { sources: &valid.sources, found: &found, codes: &codes };
        let text = format(&self.format).map(|row| (row.render)(&report, context.console.out));
        let summary = match (runs.len(), failed) {
            (0, _) => "the policy has no tests\n".to_owned(),
            (all, 0) => {
                let word = context.console.err.text(Style::Good, "passed");
                format!("{} {word}, {}\n", count(all, "test"), count(compared, "answer"))
            }
            (all, failed) => {
                let word = context.console.err.text(Style::Bad, "failed");
                format!("{failed} of {} {word}\n", count(all, "test"))
            }
        };
        let exit = if failed == 0 { Exit::Done } else { Exit::Found };
        Ok(Output::said(text.unwrap_or_default()).noted(summary).exit(exit))
    }
}
