//! `codeowners`: whom a code host asks to review which path, from components, tiers by path, and the policy itself.

use super::{Files, Job, Target, escape, in_repository, mark};
use crate::fidelity;
use crate::policy::{Named, Policy};
use crate::review::{Because, Hosting, Line, Reviewer, lines};

/// The target.
pub static CODEOWNERS: Target = Target {
    name: "codeowners",
    summary: "whom a code host asks to review which path: components' owners, tiers by path, and the policy itself",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/codeowners.md")),
    make,
};

fn make(job: &Job<'_>) -> Files {
    let mut text = mark::hash_comments(job);
    text.push_str("# The last line that matches a path counts, and one of its owners suffices.\n");
    let mut last: Option<Because> = None;
    for line in owned(job.policy, hosting(job.option("organization")), job.option("policy")) {
        if last != Some(line.because) {
            text.push_str(&format!("\n# {}\n", escape::comment(&because(job.policy, &line))));
            last = Some(line.because);
        }
        let owners: Vec<String> = line.owners.iter().map(Reviewer::handle).collect();
        text.push_str(&format!("{} {}\n", line.pattern, owners.join(" ")));
    }
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

/// How roles are known to the host, by the field `organization` of a target.
pub fn hosting(organization: &str) -> Hosting<'_> {
    match organization {
        "" => Hosting::People,
        name => Hosting::Organization(name),
    }
}

/// The lines of a policy that is at `place` of its repository, behind which its outputs lie.
pub fn owned(policy: &Policy, hosting: Hosting<'_>, place: &str) -> Vec<Line> {
    let folder = in_repository(place, "");
    let outputs: Vec<String> = fidelity::outputs(policy)
        .iter()
        .map(|path| {
            let end = if path.ends_with('/') { "/" } else { "" };
            format!("{}{end}", in_repository(place, path))
        })
        .collect();
    lines(policy, hosting, &folder, &outputs)
}

/// What asks the owners of a line, with where the policy says so.
pub fn because(policy: &Policy, line: &Line) -> String {
    let what = match line.because {
        Because::Otherwise(tier) => format!("tier {}, where no rule says another", policy.tiers[tier].name()),
        Because::Component(component) => format!("component {}", policy.components[component].name()),
        Because::Classified(tier) => format!("tier {}", policy.tiers[tier].name()),
        Because::Policy => "the policy, and what is made from it".to_owned(),
    };
    line.origin.map_or_else(|| what.clone(), |origin| format!("{what} ({})", policy.place(origin)))
}
