//! `opsc change`: a change as JSON, from a git range and what the code host's API says of the pull request.

mod assertions;
mod commits;
mod host;

use super::gate::Origin;
use super::git::Git;
use super::{Command, Context, Exit, Failure, Output, policy};
use crate::calendar::Instant;
use crate::decide::{Change, decide};
use crate::policy::Policy;
use host::{Answers, Told};
use std::collections::BTreeSet;

/// Describe a change as JSON, from a git range and the pull request's API JSON
#[derive(Debug, clap::Args)]
pub struct Describe {
    /// The policy that will judge: a file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = crate::cli::files::argument, value_name = "PATH")]
    path: String,
    /// The commit or branch the change wants to land on
    #[arg(long, value_name = "REV")]
    base: String,
    /// The change's last commit
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    head: String,
    /// The pull request (GitHub) or merge request (GitLab), as the API gives it
    #[arg(long, value_name = "FILE")]
    pull_request: Option<String>,
    /// Its reviews (GitHub) or approvals (GitLab), as the API gives them
    #[arg(long, value_name = "FILE")]
    reviews: Option<String>,
    /// Its events (GitHub) or label events (GitLab), as the API gives them: who set which label, and who pushed by force
    #[arg(long, value_name = "FILE")]
    events: Option<String>,
    /// Its commits (GitHub), as the API gives them: whose accounts they are
    #[arg(long, value_name = "FILE")]
    commits: Option<String>,
    /// Its versions (GitLab), as the API gives them: which commit an approval is of
    #[arg(long, value_name = "FILE")]
    versions: Option<String>,
}

impl Command for Describe {
    const NAME: &'static str = "change";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "the change is described"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "git or a file cannot be read, or they contradict each other"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let valid = policy::load(context, &self.path)?;
        let git = Git::new("");
        let mut change = commits::read(git, &self.base, &self.head)?;
        let answers = Answers {
            request: self.pull_request.as_deref(),
            reviews: self.reviews.as_deref(),
            events: self.events.as_deref(),
            commits: self.commits.as_deref(),
            versions: self.versions.as_deref(),
        };
        let told = Told::read(context, &answers)?;
        if let (Some(said), Some(found)) = (&told.head, &change.commit)
            && said != found
            && told.merged.as_ref() != Some(found)
        {
            return Err(Failure::malformed(format!(
                "the pull request's head is {said}, but `--head` is {found}"
            ))
            .help(
                "read the pull request again, or check its head out: a description must be of one commit",
            ));
        }
        told.add_to(&mut change, &valid.policy);
        let now = Instant::from_system(context.world.now());
        let note = classify(&valid.policy, &Origin::find(&valid.policy, &valid.root), &mut change, now);
        let text = serde_json::to_string_pretty(&change)
            .map_err(|error| Failure::malformed(format!("the change cannot be written as JSON: {error}")))?;
        Ok(Output::said(format!("{text}\n")).noted(note))
    }
}

/// Fills in what the paths say: tier and components. The gate finds both again by its own policy.
fn classify(policy: &Policy, origin: &Origin, change: &mut Change, now: Instant) -> String {
    let paths_alone = Change { paths: change.paths.clone(), ..Change::default() };
    let answer = decide(policy, &paths_alone, &origin.context(now, true));
    let owners: BTreeSet<&String> = answer.cells.iter().filter_map(|cell| cell.component.as_ref()).collect();
    let everyone = owners.len() == policy.components.len();
    let components =
        policy.components.rows().iter().map(|component| &component.name).filter(|name| owners.contains(name));
    let components: Vec<String> = components.cloned().collect();
    let named = if everyone { "every component".to_owned() } else { components.join(", ") };
    if !everyone {
        change.components = components;
    }
    let tier = match &answer.tier.classified {
        Some(found) => match &found.path {
            Some(path) => format!("tier {} by {path}", found.tier),
            None => format!("tier {}: no rule of `classify` speaks of its paths", found.tier),
        },
        None => "no tier: the policy does not classify".to_owned(),
    };
    change.classified = answer.tier.classified;
    let count = crate::render::count(change.paths.len(), "path");
    format!("{count}; {named}; {tier}\n")
}
