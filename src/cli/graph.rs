//! `opsc graph`: a picture of a policy, for a design review.

use super::{Command, Context, Exit, Failure, Output, files, policy};
use crate::emit::picture;
use crate::policy::Loaded;
use crate::resolve;
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;

/// Draw a policy as a picture: its pipelines, locks, files or levers
#[derive(Debug, clap::Args)]
pub struct Graph {
    /// What to draw
    #[arg(value_enum, default_value_t = Subject::Pipelines, value_name = "WHAT")]
    subject: Subject,
    /// The policy: a file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = super::files::argument, value_name = "PATH")]
    path: String,
    /// How to write it: `mermaid`, `dot` or `svg`
    #[arg(long, default_value = "mermaid", value_parser = formats(), value_name = "FORMAT")]
    format: String,
    /// Write it to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Subject {
    /// Stages, what comes after what, and which pipeline calls which
    Pipelines,
    /// Which stages take which locks
    Locks,
    /// Which file uses which
    Imports,
    /// Which rollback pulls which lever
    Levers,
}

fn formats() -> PossibleValuesParser {
    picture::FORMATS.iter().map(|format| format.name).collect::<Vec<_>>().into()
}

impl Command for Graph {
    const NAME: &'static str = "graph";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "drawn"),
        (
            Exit::Usage,
            "the command line was not understood, or the policy has nothing of what is to be drawn",
        ),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "something could not be read or written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let (policy, loaded) = policy::meaning(context, &self.path)?;
        let picture = match self.subject {
            Subject::Pipelines if !policy.pipelines.is_empty() => picture::pipelines(&policy),
            Subject::Locks if !policy.locks.is_empty() => picture::locks(&policy),
            Subject::Levers if !policy.levers.is_empty() => picture::levers(&policy),
            Subject::Imports => picture::imports(&policy, &files_of(&loaded)),
            Subject::Pipelines => return Err(nothing("pipeline")),
            Subject::Locks => return Err(nothing("lock")),
            Subject::Levers => return Err(nothing("lever")),
        };
        let render = picture::format(&self.format).map(|format| format.render);
        let text = render.map_or_else(String::new, |render| render(&picture));
        match &self.output {
            Some(path) => {
                files::write_all([(path.as_str(), text.as_bytes())])?;
                Ok(Output::said(""))
            }
            None => Ok(Output::said(text)),
        }
    }
}

fn nothing(what: &str) -> Failure {
    Failure::usage(format!("the policy declares no {what}: there is nothing to draw"))
}

/// Every file by its name from the policy's folder, the first one first, with those that it uses.
fn files_of(loaded: &Loaded) -> Vec<(String, Vec<String>)> {
    let short = |name: &str| name.strip_prefix(&loaded.root).unwrap_or(name).to_owned();
    let files = loaded.modules.iter().rev().map(|module| {
        let name = loaded.sources.get(module.file).map_or("", |file| file.name());
        let used = resolve::uses(module, &loaded.sources, loaded.root.trim_end_matches('/'));
        (short(name), used.iter().map(|name| short(name)).collect())
    });
    files.collect()
}
