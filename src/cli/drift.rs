//! `opsc drift`: what a code host is set to, where it lets through more than the policy does.

use super::policy::load;
use super::{Command, Context, Exit, Failure, Output, files};
use crate::drift::{self, Finding, Gravity, Malformed, Place};
use crate::policy::Policy;
use crate::render::{Paint, Style, WIDTH, count, guard::visible, wrap::wrap};
use clap::builder::PossibleValuesParser;
use serde_json::{Value, json};

/// Find what a code host is set to that is weaker than the policy
///
/// It reads exports of GitHub's settings and says for each setting what it lets through, what the policy asks, and how to mend it.
/// What is stricter is a note. Nothing is asked of the host: `gh api` makes the exports.
#[derive(Debug, clap::Args)]
pub struct Drift {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument)]
    path: String,
    /// What `GET /repos/OWNER/REPOSITORY/environments` answered
    #[arg(long, value_name = "FILE", value_parser = files::argument)]
    environments: Option<String>,
    /// What `GET /repos/OWNER/REPOSITORY/branches/BRANCH/protection` answered, of the branch that the policy is read from
    #[arg(long, value_name = "FILE", value_parser = files::argument)]
    protection: Option<String>,
    /// The CODEOWNERS file of the repository
    #[arg(long, value_name = "FILE", value_parser = files::argument)]
    codeowners: Option<String>,
    /// How to write the report
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = PossibleValuesParser::new(["human", "json"]))]
    format: String,
}

/// Reads one kind of export.
type Reader = fn(&Policy, &str) -> Result<Vec<Finding>, Malformed>;

/// The name and version of the report's shape.
const SCHEMA: &str = "opsc.drift/1";

impl Command for Drift {
    const NAME: &'static str = "drift";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "nothing is weaker than the policy; there may be notes"),
        (Exit::Found, "something is weaker"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "the policy or an export cannot be read"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let exports: [(&Option<String>, Reader); 3] = [
            (&self.environments, drift::environments),
            (&self.protection, drift::protection),
            (&self.codeowners, |policy, text| Ok(drift::codeowners(policy, text))),
        ];
        let given: Vec<(&String, Reader)> =
            exports.into_iter().filter_map(|(file, read)| Some((file.as_ref()?, read))).collect();
        if given.is_empty() {
            let help = "name an export: `--environments`, `--protection` or `--codeowners`";
            return Err(Failure::usage("there is nothing to hold against the policy").help(help));
        }
        let policy = load(context, &self.path)?.policy;
        let mut found: Vec<(&str, Finding)> = Vec::new();
        for (file, read) in given {
            let bytes = context.world.read(file).map_err(|error| Failure::unreadable(file, &error))?;
            let text = String::from_utf8(bytes)
                .map_err(|_| Failure::malformed(format!("`{file}` is not UTF-8 text")))?;
            let findings = read(&policy, &text).map_err(|why| refused(file, &text, why))?;
            found.extend(findings.into_iter().map(|finding| (file.as_str(), finding)));
        }
        found.sort_by_key(|(_, finding)| finding.gravity);
        let weaker = found.iter().filter(|(_, finding)| finding.gravity == Gravity::Weaker).count();
        let text = match self.format.as_str() {
            "json" => format!("{:#}\n", document(&policy, &found, weaker)),
            _ => human(&found, weaker, context.console.out),
        };
        Ok(Output::said(text).exit(if weaker > 0 { Exit::Found } else { Exit::Done }))
    }
}

fn refused(file: &str, text: &str, why: Malformed) -> Failure {
    let Malformed { at, message, help } = why;
    let Some((line, column)) = at else {
        return Failure::malformed(format!("`{file}`: {message}")).help(help);
    };
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let offset = text.floor_char_boundary((before + column.saturating_sub(1)).min(text.len()));
    Failure::malformed(format!("`{file}` line {line}: {message}")).at(file, text, offset, "here").help(help)
}

fn place(file: &str, place: &Place) -> String {
    match place {
        Place::Line(line) => format!("{file}:{line}"),
        Place::Pointer(pointer) => format!("{file} at {pointer}"),
        Place::Missing => format!("not in {file}"),
    }
}

fn human(found: &[(&str, Finding)], weaker: usize, paint: Paint) -> String {
    let mut text = String::new();
    for (file, finding) in found {
        let style = if finding.gravity == Gravity::Weaker { Style::Bad } else { Style::Strong };
        let word = finding.gravity.name();
        let line = wrap(&visible(&finding.found), WIDTH, word.len() + 2, "    ");
        text.push_str(&format!("{}: {line}\n", paint.text(style, word)));
        let policy = finding.policy.as_ref().map_or_else(String::new, |place| format!(" ({place})"));
        for line in [
            place(file, &finding.place),
            format!("asked: {}{policy}", finding.asked),
            format!("mend: {}", finding.mend),
        ] {
            text.push_str(&format!("  {}\n", wrap(&visible(&line), WIDTH, 2, "    ")));
        }
        text.push('\n');
    }
    let notes = found.len() - weaker;
    let end = match (weaker, notes) {
        (0, 0) => "nothing is weaker than the policy\n".to_owned(),
        (0, notes) => format!("nothing is weaker than the policy, {}\n", count(notes, "note")),
        (weaker, 0) => format!("{} weaker than the policy\n", count(weaker, "setting")),
        (weaker, notes) => {
            format!("{} weaker than the policy, {}\n", count(weaker, "setting"), count(notes, "note"))
        }
    };
    text + &end
}

fn document(policy: &Policy, found: &[(&str, Finding)], weaker: usize) -> Value {
    let finding = |(file, finding): &(&str, Finding)| {
        let (line, pointer) = match &finding.place {
            Place::Line(line) => (Some(*line), None),
            Place::Pointer(pointer) => (None, Some(pointer)),
            Place::Missing => (None, None),
        };
        json!({
            "gravity": finding.gravity.name(),
            "file": file,
            "line": line,
            "pointer": pointer,
            "found": finding.found,
            "asked": finding.asked,
            "policy": finding.policy,
            "mend": finding.mend,
        })
    };
    json!({
        "schema": SCHEMA,
        "policy": { "name": policy.name, "digest": policy.digest },
        "weaker": weaker,
        "findings": found.iter().map(finding).collect::<Vec<Value>>(),
    })
}
