//! `opsc runbook`: the policy's playbooks, to read in a terminal or to keep as files.

use super::policy::load;
use super::{Command, Context, Exit, Failure, Output, files};
use crate::emit::{PLAYBOOKS, Playbook};
use clap::builder::PossibleValuesParser;

/// Print the playbooks of rollback, emergency, maintenance and incident as Markdown
///
/// They are the same as `opsc build` writes for the target `runbook`. A kind that the policy says nothing of has no playbook.
#[derive(Debug, clap::Args)]
pub struct Runbook {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument)]
    path: String,
    /// Only this playbook; several may be given
    #[arg(long, value_name = "KIND", value_parser = PossibleValuesParser::new(PLAYBOOKS.iter().map(|known| known.kind)))]
    only: Vec<String>,
    /// Write them into this folder instead of standard output
    #[arg(long, short, value_name = "DIR")]
    output: Option<String>,
}

impl Command for Runbook {
    const NAME: &'static str = "runbook";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "printed, or written"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "something cannot be read or written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let loaded = load(context, &self.path)?;
        let asked =
            |playbook: &&Playbook| self.only.is_empty() || self.only.iter().any(|kind| kind == playbook.kind);
        let written = PLAYBOOKS.iter().filter(asked);
        let written: Vec<(&str, String)> =
            written.filter_map(|playbook| Some((playbook.file, playbook.text(&loaded.policy)?))).collect();
        if written.is_empty() {
            let note = "the policy says nothing that such a playbook is made of: nothing was written\n";
            return Ok(Output::said("").noted(note));
        }
        let Some(folder) = &self.output else {
            let texts: Vec<&str> = written.iter().map(|(_, text)| text.as_str()).collect();
            return Ok(Output::said(texts.join("\n")));
        };
        let placed: Vec<(String, &str)> = written
            .iter()
            .map(|(file, text)| (format!("{}/{file}", folder.trim_end_matches('/')), text.as_str()))
            .collect();
        files::write_all(placed.iter().map(|(place, text)| (place.as_str(), text.as_bytes())))?;
        Ok(Output::said(placed.iter().map(|(place, _)| format!("wrote {place}\n")).collect::<String>()))
    }
}
