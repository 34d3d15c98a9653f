//! `--watch`: a command done again whenever a file that it asked for changes, appears or goes.
//!
//! The files are looked at, not subscribed to: that also works on network folders and in containers, and a policy has few of
//! them. Nothing is caught when the user ends it, since nothing is ever half done.

use super::watched::{Stamps, Watched};
use super::{Command, Context, Failure, Output, System, command};
use crate::calendar::Instant;
use crate::render::count;
use crate::world::World;
use std::io::{self, IsTerminal};
use std::thread::sleep;
use std::time::Duration;

/// How often the files are looked at.
const PULSE: Duration = Duration::from_millis(200);
/// An editor may write a file in several steps: they must lie still for so long,
const STILL: Duration = Duration::from_millis(40);
/// but are not waited for longer than so many times.
const PATIENCE: usize = 25;

/// Clears a terminal with what was scrolled away, and begins at its top.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

/// Does `once` now and after every change of a file that it asked for, and says so. Ends where nobody reads any more.
pub(super) fn watch<C: Command>(
    context: &Context<'_>,
    once: impl Fn(&Context<'_>) -> Result<Output, Failure>,
) -> Result<Output, Failure> {
    let clear = if io::stdout().is_terminal() && is_able(context.world) { CLEAR } else { "" };
    let mut cause = String::new();
    loop {
        let system = System::new();
        let world = Watched::new(&system);
        let output = once(&Context { world: &world, console: context.console });
        let output = match (output, command::row(C::NAME)) {
            (Ok(output), _) => output,
            (Err(failure), Some(row)) => failure.output(row, context.console.err),
            (Err(failure), None) => return Err(failure),
        };
        let seen = world.seen();
        let status = status(&system, &output, &cause, seen.there());
        let exit = output.exit;
        let shown = Output { out: format!("{clear}{}", output.out), ..output };
        if shown.write().and_then(|()| Output::said("").noted(status).write()).is_err() {
            return Ok(Output::said("").exit(exit));
        }
        cause = change(&system, &seen);
    }
}

/// Whether the terminal knows escape sequences.
fn is_able(world: &dyn World) -> bool {
    world.variable("TERM").is_none_or(|name| name != "dumb")
}

fn status(system: &System, output: &Output, cause: &str, files: usize) -> String {
    let now = Instant::from_system(system.now()).to_string();
    let time = now.split_once('T').map_or(now.as_str(), |(_, time)| time);
    let is_clean = output.out.is_empty() && output.err.is_empty();
    let found = if is_clean { ": nothing is wrong" } else { "" };
    format!("checked at {time}{cause}{found}; {} watched, ctrl-c ends\n", count(files, "file"))
}

/// Waits until a file is not as it was seen, and then until all lie still. Says which it was.
fn change(world: &dyn World, seen: &Stamps) -> String {
    let mut last = seen.clone();
    while last == *seen {
        sleep(PULSE);
        last = seen.fresh(world);
    }
    for _ in 0..PATIENCE {
        sleep(STILL);
        let fresh = seen.fresh(world);
        if fresh == last {
            break;
        }
        last = fresh;
    }
    match last.unlike(seen).collect::<Vec<_>>().as_slice() {
        [] => String::new(),
        [one] => format!(", for `{one}` changed"),
        more => format!(", for {} changed", count(more.len(), "file")),
    }
}
