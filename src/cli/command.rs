//! The table of commands, and what each is given.

use super::backtest::Backtest;
use super::build::Build;
use super::calendar::Calendar;
use super::change::Describe;
use super::check::Check;
use super::completions::Completions;
use super::console::Console;
use super::diff::Diff;
use super::drift::Drift;
use super::explain::Explain;
use super::failure::Failure;
use super::fmt::Fmt;
use super::gate::Gate;
use super::graph::Graph;
use super::import::Import;
use super::init::Init;
use super::judge::Judge;
use super::log::Log;
use super::lsp::Lsp;
use super::man::Manual;
use super::next::Next;
use super::output::{Exit, Output};
use super::prove::Prove;
use super::runbook::Runbook;
use super::simulate::Simulate;
use super::test::Test;
use crate::world::World;
use clap::ArgMatches;

/// Every command, in the order of the help.
pub static COMMANDS: &[Row] = &[
    row_of::<Init>(),
    row_of::<Check>(),
    row_of::<Fmt>(),
    row_of::<Test>(),
    row_of::<Backtest>(),
    row_of::<Prove>(),
    row_of::<Diff>(),
    row_of::<Describe>(),
    row_of::<Gate>(),
    row_of::<Next>(),
    row_of::<Simulate>(),
    row_of::<Judge>(),
    row_of::<Calendar>(),
    row_of::<Graph>(),
    row_of::<Build>(),
    row_of::<Drift>(),
    row_of::<Runbook>(),
    row_of::<Import>(),
    row_of::<Explain>(),
    row_of::<Log>(),
    row_of::<Lsp>(),
    row_of::<Completions>(),
    row_of::<Manual>(),
];

/// A command: its arguments with their help, and what it does.
pub trait Command: clap::Args {
    /// The word on the command line.
    const NAME: &'static str;
    /// What each of its exit codes means.
    const EXITS: &'static [(Exit, &'static str)];

    /// Does it.
    ///
    /// # Errors
    /// What stopped it.
    fn run(&self, context: &Context<'_>) -> Result<Output, Failure>;

    /// How it says that it could not even start; `opsc gate` says that nothing was decided.
    fn refusal(text: &str) -> String {
        plain(text)
    }
}

/// What a command is given besides its arguments.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Files, clock and environment.
    pub world: &'a dyn World,
    /// How the two output streams are painted.
    pub console: Console,
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// The word on the command line.
    pub name: &'static str,
    /// What each of its exit codes means.
    pub exits: &'static [(Exit, &'static str)],
    /// Adds its arguments and help.
    pub augment: fn(clap::Command) -> clap::Command,
    /// Reads its arguments and does it.
    pub run: fn(&ArgMatches, &Context<'_>) -> Result<Output, Failure>,
    /// How it says that it could not even start.
    pub refusal: fn(&str) -> String,
}

const fn row_of<C: Command>() -> Row {
    Row {
        name: C::NAME,
        exits: C::EXITS,
        augment: C::augment_args,
        run: |matches, context| match C::from_arg_matches(matches) {
            Ok(command) => command.run(context),
            Err(error) => Err(Failure::usage(error.to_string())),
        },
        refusal: C::refusal,
    }
}

/// The row of this name.
pub(super) fn row(name: &str) -> Option<&'static Row> {
    COMMANDS.iter().find(|row| row.name == name)
}

pub(super) fn plain(text: &str) -> String {
    text.to_owned()
}
