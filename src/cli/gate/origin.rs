//! Where the policy was read: the commit that judges, when it was made, and which paths of the repository it guards.

use crate::calendar::Instant;
use crate::cli::git::Git;
use crate::decide::{Change, Context, PolicyFrom};
use crate::fidelity;
use crate::policy::{Action, Policy};

/// Where a policy was read.
#[derive(Debug)]
pub(in crate::cli) struct Origin {
    policy_from: PolicyFrom,
    guarded: Vec<String>,
    /// When the commit was made; none outside git.
    pub(super) committed_at: Option<Instant>,
    /// Whether nothing of the policy's folder is changed without a commit; also true outside git.
    pub(super) is_clean: bool,
}

impl Origin {
    /// Asks git about the policy's folder.
    pub(in crate::cli) fn find(policy: &Policy, root: &str) -> Self {
        let git = Git::new(root);
        let outside = || Self {
            policy_from: PolicyFrom::WorkingTree,
            guarded: guarded(policy, ""),
            committed_at: None,
            is_clean: true,
        };
        if !git.is_checkout() {
            return outside();
        }
        // A checkout that git does not answer for is nothing to rely on.
        let unanswered = || Self { is_clean: false, ..outside() };
        let Some(place) = git.ask(&["rev-parse", "--show-prefix", "HEAD"]) else { return unanswered() };
        let mut lines = place.lines();
        let prefix = lines.next().unwrap_or("").to_owned();
        let Some(commit) = lines.next().map(str::to_owned) else { return unanswered() };
        let shown = git.ask(&["log", "-1", "--format=%ct%n%D"]).unwrap_or_default();
        let mut shown = shown.lines();
        let seconds = shown.next().and_then(|said| said.parse().ok());
        let branch = branch(shown.next().unwrap_or(""));
        let is_clean = git.ask(&["status", "--porcelain", "--", "."]).is_some_and(|said| said.is_empty());
        let policy_from =
            if is_clean { PolicyFrom::TargetBranch { branch, commit } } else { PolicyFrom::WorkingTree };
        Self {
            policy_from,
            guarded: guarded(policy, &prefix),
            committed_at: seconds.map(Instant::from_unix),
            is_clean,
        }
    }

    /// Says that the change brings the policy along, where it is to be merged and the policy's commit already holds it.
    pub(super) fn distrust(&mut self, root: &str, change: &Change) {
        let PolicyFrom::TargetBranch { commit, .. } = &self.policy_from else { return };
        let Some(judged) = &change.commit else { return };
        let git = Git::new(root);
        let holds = judged == commit || git.ask(&["merge-base", "--is-ancestor", judged, commit]).is_some();
        if change.action == Some(Action::Merge) && holds {
            self.policy_from = PolicyFrom::Change;
        }
    }

    /// The circumstances of a decision by this policy.
    pub(in crate::cli) fn context(&self, at: Instant, simulated: bool) -> Context {
        Context {
            simulated,
            policy_from: self.policy_from.clone(),
            guarded: self.guarded.clone(),
            ..Context::at(at)
        }
    }
}

/// The branch of git's decoration (`HEAD -> main, origin/main`); a checkout of a commit alone has the branches that point at it.
fn branch(decoration: &str) -> String {
    let names = decoration.split(", ").map(|name| name.strip_prefix("HEAD -> ").unwrap_or(name));
    let first =
        names.filter(|name| !name.is_empty() && *name != "HEAD").find(|name| !name.starts_with("tag: "));
    first.unwrap_or("detached").to_owned()
}

/// Globs of the policy's folder and of every file that its targets write, from the repository's root. Without a folder of its
/// own the policy guards its texts.
fn guarded(policy: &Policy, prefix: &str) -> Vec<String> {
    let folder = escape(prefix.trim_end_matches('/'));
    let mut globs =
        if folder.is_empty() { vec!["**/*.ops".to_owned()] } else { vec![format!("{folder}/**")] };
    let paths = fidelity::outputs(policy).into_iter();
    globs.extend(paths.map(|path| escape(&folded(&format!("{prefix}{path}")))));
    globs.sort();
    globs.dedup();
    globs
}

/// A path without `.` and `..`.
fn folded(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A path as a glob that matches it alone.
fn escape(path: &str) -> String {
    let mut escaped = String::with_capacity(path.len());
    for letter in path.chars() {
        match letter {
            '?' | '*' | '[' | ']' | '{' | '}' | '!' => escaped.extend(['[', letter, ']']),
            '\\' => escaped.push_str("[\\\\]"),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::load;
    use crate::world::MemoryWorld;

    #[test]
    fn outputs_beside_the_policy_are_guarded_where_they_lie() {
        let text = "policy p { language 1 }\ntarget github-actions { to \"../.github/workflows\"; install \"true\" }\n";
        let world = MemoryWorld::at(0).with_file("main.ops", text);
        let policy = load(&world, "main.ops").unwrap().policy.unwrap();
        let globs = guarded(&policy, "ops/");
        assert!(globs.contains(&"ops/**".to_owned()), "{globs:?}");
        assert!(globs.iter().any(|glob| glob.starts_with(".github/workflows/")), "{globs:?}");
        assert_eq!(escape("ops[1]/a*"), "ops[[]1[]]/a[*]");
    }
}
