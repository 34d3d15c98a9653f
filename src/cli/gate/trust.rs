//! What an enforced gate takes on whose word. Language section 5, "Trust".

use crate::cli::Failure;
use crate::cli::git::Git;
use crate::decide::{Change, Evidence, EvidenceSource, Intent};
use crate::policy::Policy;
use std::path::{Path, PathBuf};

/// Who relies on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Reliance {
    /// Whoever asks, who may say anything.
    Asker,
    /// Others: what is said must come from where the change does not reach.
    Enforced,
}

/// A policy without a tier and without a window has nothing to judge by, and would allow everything.
pub(super) fn says_something(policy: &Policy) -> Result<(), Failure> {
    if !policy.tiers.is_empty() || !policy.windows.is_empty() {
        return Ok(());
    }
    let message =
        format!("the policy `{}` has neither a tier nor a window: it would allow everything", policy.name);
    Err(Failure::invalid_policy(message, String::new())
        .help("declare tiers (`use std.tiers`) or windows, or name the policy that is meant"))
}

/// What an enforced gate must know of a change: whose approvals count rests on the commit and its authors, the tier on paths.
pub(super) fn is_whole(policy: &Policy, change: &Change) -> Result<(), Failure> {
    let missing = if change.commit.is_none() {
        "its commit"
    } else if change.authors.is_empty() {
        "its authors"
    } else if policy.classify.is_some() && change.paths.is_empty() {
        "its paths, by which the policy classifies"
    } else {
        return Ok(());
    };
    Err(Failure::malformed(format!("an enforced gate must know of a change {missing}"))
        .help("give `--change FILE`, as `opsc change` writes it"))
}

/// A change describes itself, but claims nothing for itself: what lets it pass freezes is for the job to say.
pub(super) fn claims_nothing(described: &Change) -> Result<(), Failure> {
    let (claimed, flag) = match &described.intent {
        Intent::Rollback { .. } => ("a rollback", "--rollback LEVER --to RELEASE"),
        Intent::Kill { .. } => ("a kill", "--kill FLAG"),
        Intent::Forward if described.break_glass.is_some() => {
            ("a break-glass", "--break-glass NAME --by PERSON")
        }
        Intent::Forward => return Ok(()),
    };
    Err(Failure::malformed(format!("the change's file claims {claimed} for itself"))
        .help(format!("an enforced gate takes that from its own command line alone: `{flag}`")))
}

/// Who set a label, and what a review says, is known from the description of the change alone; an operator has a name.
pub(super) fn is_vouched_for(path: &str, evidence: &[Evidence]) -> Result<(), Failure> {
    for Evidence { fact, source, actor, .. } in evidence {
        let what = match source {
            EvidenceSource::Label => "label",
            EvidenceSource::Review => "review",
            EvidenceSource::Operator if actor.is_none() => {
                let message = format!("{path}: no `actor` says which operator asserts fact `{fact}`");
                return Err(
                    Failure::malformed(message).help("an enforced gate records who says what: add `actor`")
                );
            }
            _ => continue,
        };
        let message = format!("{path}: fact `{fact}` is said to come from a {what}");
        return Err(Failure::malformed(message).help(
            "an enforced gate takes labels and reviews from `--change` alone, as `opsc change` writes it",
        ));
    }
    Ok(())
}

/// A file that git tracks was written by whoever made the commit: no evidence, and no log, of what happened.
pub(super) fn is_untracked(path: &str) -> Result<(), Failure> {
    let written = std::path::absolute(path).unwrap_or_else(|_| PathBuf::from(path));
    let real = std::fs::canonicalize(path).unwrap_or_else(|_| written.clone());
    for place in [written, real] {
        let (Some(folder), Some(name)) = (place.parent().and_then(Path::to_str), place.file_name()) else {
            continue;
        };
        let git = Git::new(folder);
        if !git.is_checkout() {
            continue;
        }
        let name = name.to_string_lossy();
        let tracked = git.ask(&["--literal-pathspecs", "ls-files", "-z", "--", &name]);
        let why = match tracked.as_deref() {
            Some("") => continue,
            Some(_) => "git tracks it, so that a commit says what is in it",
            None => "it lies in a checkout that git does not answer for",
        };
        return Err(Failure::malformed(format!("an enforced gate takes no word from `{path}`: {why}"))
            .help("let the job write it: outside every checkout, or where git does not track it"));
    }
    Ok(())
}
