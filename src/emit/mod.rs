//! Compiles a checked policy to the files that other engines enforce: one target a file, all held in memory.
//!
//! Nothing here sees source text. The same policy gives the same bytes; what a target would hold weaker than the
//! policy is refused before anything is made (`fidelity`), and each format escapes what it quotes by type (`escape`).

mod alertmanager;
mod argo_cd;
mod argo_rollouts;
pub mod codeowners;
pub mod escape;
mod files;
mod flagd;
mod flagd_flags;
mod flags;
mod freeze;
mod github;
mod github_environments;
mod gitlab;
mod html;
mod ics;
pub mod json;
mod kubernetes;
mod mark;
mod nginx;
mod opa;
mod opsdeploy;
mod opsdeploy_flags;
pub mod picture;
mod pretty;
mod prometheus;
mod rollout;
mod runbook;
mod statuspage;
mod template;
#[cfg(test)]
mod tests;

pub use files::Files;
pub use runbook::{PLAYBOOKS, Playbook};

use crate::diag::{Diagnostic, Level};
use crate::fidelity::{self, Capability};
use crate::policy::{self, Policy};

/// A kind of output that `opsc build` writes.
#[derive(Debug)]
pub struct Target {
    /// The name a `target` declaration calls it by.
    pub name: &'static str,
    /// What it is for, in one line, lower case, no full stop.
    pub summary: &'static str,
    /// The Markdown of `docs/targets/<name>.md`.
    pub page: &'static str,
    /// Makes its files.
    pub make: fn(&Job<'_>) -> Files,
}

/// What a target is made from.
#[derive(Debug, Clone, Copy)]
pub struct Job<'a> {
    /// The checked policy.
    pub policy: &'a Policy,
    /// The declaration that asks for it.
    pub target: &'a policy::Target,
    /// What the target takes and holds.
    pub capability: &'static Capability,
}

impl<'a> Job<'a> {
    /// A field of the declaration, or its default; empty where it has neither.
    pub fn option(&self, name: &str) -> &'a str {
        let default = self.capability.option(name).map_or("", |option| option.default);
        self.target.options.get(name).map_or(default, String::as_str)
    }

    /// The paths to write, in the order of the target's table.
    pub fn paths(&self) -> Vec<String> {
        self.capability.paths(self.policy, self.target)
    }
}

/// Every target, in the order of the table in [`fidelity`].
pub static TARGETS: &[&Target] = &[
    &opsdeploy::OPSDEPLOY,
    &github::GITHUB_ACTIONS,
    &gitlab::GITLAB_CI,
    &flagd::FLAGD,
    &ics::ICS,
    &runbook::RUNBOOK,
    &nginx::NGINX,
    &kubernetes::KUBERNETES,
    &prometheus::PROMETHEUS,
    &argo_cd::ARGO_CD,
    &argo_rollouts::ARGO_ROLLOUTS,
    &alertmanager::ALERTMANAGER,
    &json::JSON,
    &opa::OPA,
    &statuspage::STATUSPAGE,
    &html::HTML,
    &codeowners::CODEOWNERS,
    &github_environments::GITHUB_ENVIRONMENTS,
];

/// The files of one declared target, by path relative to the policy's root.
///
/// # Errors
/// Every reason why the target cannot be written, at the policy's line.
pub fn build(policy: &Policy, target: &policy::Target) -> Result<Files, Vec<Diagnostic>> {
    refuse(fidelity::check_target(policy, target))?;
    let capability = fidelity::CAPABILITIES.iter().find(|capability| capability.target == target.name);
    let known = TARGETS.iter().find(|known| known.name == target.name);
    match (capability, known) {
        (Some(capability), Some(known)) => Ok((known.make)(&Job { policy, target, capability })),
        _ => Ok(Files::new()),
    }
}

/// The files of every declared target.
///
/// # Errors
/// Every reason why a target cannot be written, and every path that two targets share.
pub fn build_all(policy: &Policy) -> Result<Files, Vec<Diagnostic>> {
    refuse(fidelity::check(policy))?;
    let mut all = Files::new();
    for target in policy.targets.rows() {
        all.join(build(policy, target)?);
    }
    Ok(all)
}

fn refuse(found: Vec<Diagnostic>) -> Result<(), Vec<Diagnostic>> {
    let errors: Vec<Diagnostic> = found.into_iter().filter(|finding| finding.level == Level::Error).collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// A path that is relative to the policy's folder, from the root of the repository that has the policy at `policy`.
fn in_repository(policy: &str, path: &str) -> String {
    let folder = match policy.rsplit_once('/') {
        Some((folder, file)) if file.ends_with(".ops") => folder,
        None if policy.ends_with(".ops") => "",
        _ => policy,
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}
