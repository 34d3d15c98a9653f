//! What every file says of where it comes from: the policy, its digest, the target, and how to write it anew.

use super::Job;
use crate::policy::Policy;

/// Lines for the head of a file, without any format's comment sign. Every word is a name or a digest.
pub(super) fn lines(job: &Job<'_>) -> [String; 2] {
    of(job.policy, &job.target.name)
}

/// The same of a policy and the name of a target.
pub(super) fn of(policy: &Policy, target: &str) -> [String; 2] {
    [
        format!("Made by opsc from policy {}: do not edit, run `opsc build`.", policy.name),
        format!("target {target}, policy sha256:{}", policy.digest),
    ]
}

/// The same as `#` comments of YAML and shell, with a line end behind each.
pub(super) fn hash_comments(job: &Job<'_>) -> String {
    lines(job).iter().map(|line| format!("# {}\n", super::escape::comment(line))).collect()
}
