//! Whether standard output and standard error carry colour.

use crate::render::Paint;
use crate::world::World;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgMatches};
use std::ffi::OsString;
use std::io::{self, IsTerminal};

/// How the two streams are painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Console {
    /// Standard output.
    pub out: Paint,
    /// Standard error.
    pub err: Paint,
}

impl Console {
    /// By `--color` where it is given, then by the environment (`NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, `TERM=dumb`),
    /// then by whether the stream is a terminal.
    pub fn new(world: &dyn World, choice: Choice) -> Self {
        let variable = |name| world.variable(name).filter(|value| !value.is_empty());
        let by_environment = if variable("NO_COLOR").is_some() {
            Choice::Never
        } else if variable("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            Choice::Always
        } else if variable("CLICOLOR").is_some_and(|value| value == "0")
            || variable("TERM").is_some_and(|value| value == "dumb")
        {
            Choice::Never
        } else {
            Choice::Auto
        };
        let choice = if choice == Choice::Auto { by_environment } else { choice };
        Self {
            out: paint(choice, io::stdout().is_terminal()),
            err: paint(choice, io::stderr().is_terminal()),
        }
    }
}

/// What `--color` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// By the environment and the terminal.
    Auto,
    /// Also where no terminal reads.
    Always,
    /// Not at all.
    Never,
}

const CHOICES: &[(&str, Choice)] =
    &[("auto", Choice::Auto), ("always", Choice::Always), ("never", Choice::Never)];

/// The program's own arguments, which every command takes.
pub(super) fn arguments(line: clap::Command) -> clap::Command {
    line.about("The compiler of .ops, a declarative policy language for release operations")
        .version(env!("CARGO_PKG_VERSION"))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .max_term_width(crate::render::WIDTH)
        .arg(
            Arg::new("color")
                .long("color")
                .value_name("WHEN")
                .help("Whether to colour: auto (by the terminal and NO_COLOR), always, never")
                .value_parser(PossibleValuesParser::new(CHOICES.iter().map(|(name, _)| *name)))
                .default_value("auto")
                .hide_possible_values(true)
                .hide_default_value(true)
                .global(true),
        )
}

/// What the command line says of colour.
pub(super) fn choice(matches: &ArgMatches) -> Choice {
    let given = matches.get_one::<String>("color").map_or("auto", String::as_str);
    named(given)
}

/// Whether help and usage errors are coloured, before clap has read the command line.
pub(super) fn wants_colour(arguments: &[OsString], to_stderr: bool, world: &dyn World) -> bool {
    let texts: Vec<&str> = arguments.iter().filter_map(|argument| argument.to_str()).collect();
    let behind = texts.windows(2).find_map(|pair| match pair {
        ["--color", when] => Some(*when),
        _ => None,
    });
    let joined = texts.iter().find_map(|text| text.strip_prefix("--color="));
    let console = Console::new(world, named(joined.or(behind).unwrap_or("auto")));
    (if to_stderr { console.err } else { console.out }) == Paint::Colour
}

fn named(name: &str) -> Choice {
    CHOICES.iter().find(|(known, _)| *known == name).map_or(Choice::Auto, |(_, choice)| *choice)
}

fn paint(choice: Choice, is_terminal: bool) -> Paint {
    match choice {
        Choice::Always => Paint::Colour,
        Choice::Auto if is_terminal => Paint::Colour,
        Choice::Auto | Choice::Never => Paint::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::MemoryWorld;

    #[test]
    fn the_command_line_wins_over_the_environment() {
        let world = MemoryWorld::at(0);
        let out = |world: &MemoryWorld, choice| Console::new(world, choice).out;
        let forced = world.clone().with_variable("CLICOLOR_FORCE", "1");
        assert_eq!(out(&forced, Choice::Auto), Paint::Colour);
        assert_eq!(out(&forced, Choice::Never), Paint::Plain);
        let banned = forced.with_variable("NO_COLOR", "1");
        assert_eq!(out(&banned, Choice::Auto), Paint::Plain);
        assert_eq!(out(&banned, Choice::Always), Paint::Colour);
        let empty = world.with_variable("NO_COLOR", "").with_variable("CLICOLOR_FORCE", "1");
        assert_eq!(out(&empty, Choice::Auto), Paint::Colour);
    }
}
