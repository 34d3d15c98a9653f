//! `kubernetes`: what a cluster is given so that it holds a policy by itself: an admission policy that refuses new versions in a
//! freeze, the patches that flip a Service from one colour to the other, and a route for each share of a rollout.

mod admission;
mod calendar;
mod names;
mod route;
mod selector;

use super::{Files, Job, Target};
use crate::policy::Policy;
pub(super) use names::object_name;

/// The target.
pub static KUBERNETES: Target = Target {
    name: "kubernetes",
    summary: "an admission policy with its calendar, Service flips and HTTPRoute weights, for Kubernetes",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/kubernetes.md")),
    make,
};

/// What may stand in the folders of a target: a name, and the text of the file.
type Named = Vec<(String, String)>;

fn make(job: &Job<'_>) -> Files {
    let paths = job.paths();
    let mut files: Vec<(String, String)> = Vec::new();
    let parts: [fn(&Job<'_>) -> Named; 4] =
        [admission::files, calendar::files, selector::files, route::files];
    for (path, part) in paths.into_iter().zip(parts) {
        for (name, text) in part(job) {
            let path = if path.ends_with('/') { format!("{path}{name}") } else { path.clone() };
            files.push((path, text));
        }
    }
    files.into_iter().collect()
}

/// What the objects of a policy are called.
fn freeze_name(policy: &Policy) -> String {
    format!("{}-freeze", object_name(&policy.name))
}
