//! The command line: the only room with files, clock, colour and exit codes.
//!
//! A command is one file and one row of [`COMMANDS`]. It returns what it says as an [`Output`]; only [`main`] prints.

mod backtest;
mod budget;
mod build;
mod cache;
mod calendar;
mod change;
mod check;
mod codes;
mod command;
mod completions;
mod console;
pub mod declarations;
mod diff;
mod drift;
mod explain;
mod failure;
pub mod files;
mod fmt;
mod gate;
mod git;
mod graph;
mod import;
mod init;
mod judge;
mod log;
mod log_file;
mod lsp;
mod manual;
mod man;
mod next;
mod output;
pub mod policy;
mod property;
mod prove;
mod reference;
mod simulate;
mod revision;
mod runbook;
mod system;
mod test;
mod zones;
mod watch;
mod watched;

pub use codes::codes;
pub use command::{COMMANDS, Command, Context, Row};
pub use console::Console;
pub use failure::Failure;
pub use log_file::LogFile;
pub use output::{EXITS, Exit, Output};
pub use reference::reference;
pub use system::System;

use crate::world::World;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::panic::catch_unwind;
use std::process::ExitCode;

/// Runs the command that the process was asked for, prints what it says, and gives its exit code.
pub fn main() -> ExitCode {
    let world = System::new();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let output = catch_unwind(|| run(&arguments, &world)).unwrap_or_else(|_| broken(&arguments));
    output.print().into()
}

/// What is said where the program itself is at fault; the panic has said where.
fn broken(arguments: &[OsString]) -> Output {
    let text = "error: opsc itself went wrong: this is a mistake in the program, not in your policy\n";
    Output { out: String::new(), err: wording(arguments)(text), exit: Exit::Broken }
}

/// Runs one command line; `arguments` begins with the name of the program.
pub fn run(arguments: &[OsString], world: &dyn World) -> Output {
    let matches = match command_line().try_get_matches_from(arguments) {
        Ok(matches) => matches,
        Err(error) => return refused(arguments, &error, world),
    };
    let console = Console::new(world, console::choice(&matches));
    let context = Context { world, console };
    let found = matches.subcommand().and_then(|(name, inner)| Some((command::row(name)?, inner)));
    let Some((row, inner)) = found else {
        return Output::said(command_line().render_help().to_string());
    };
    match (row.run)(inner, &context) {
        Ok(output) => output,
        Err(failure) => failure.output(row, console.err),
    }
}

/// The whole command line, as clap reads it.
pub fn command_line() -> clap::Command {
    COMMANDS.iter().fold(console::arguments(clap::Command::new("opsc")), |line, row| {
        line.subcommand((row.augment)(clap::Command::new(row.name)).after_help(output::exits_text(row.exits)))
    })
}

/// What clap says of a command line it does not take, or of a plea for help.
fn refused(arguments: &[OsString], error: &clap::Error, world: &dyn World) -> Output {
    let text = error.render();
    let text = if console::wants_colour(arguments, error.use_stderr(), world) {
        text.ansi().to_string()
    } else {
        text.to_string()
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Output::said(text),
        _ => Output { out: String::new(), err: wording(arguments)(&text), exit: Exit::Usage },
    }
}

/// How the command that was asked for says that it could not even start.
fn wording(arguments: &[OsString]) -> fn(&str) -> String {
    let asked = arguments.iter().skip(1).find_map(|argument| command::row(argument.to_str()?));
    asked.map_or(command::plain, |row| row.refusal)
}
