//! `github-environments`: settings of GitHub's environments as bodies for its API, and a script that applies them.
//!
//! The API asks for reviewers by numbers, which a policy does not know: a body holds names between braces instead, which the API
//! refuses until the script has put numbers in their places.

use super::codeowners::hosting;
use super::{Files, Job, Target, mark, template};
use crate::review::{Place, Reviewer, places};
use serde_json::{Value, json};

/// The target.
pub static GITHUB_ENVIRONMENTS: Target = Target {
    name: "github-environments",
    summary: "settings of GitHub's environments as bodies for its API: reviewers, self-review off, bypass off",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/github-environments.md")),
    make,
};

const APPLY: &str = include_str!("apply.sh");

fn make(job: &Job<'_>) -> Files {
    let script = template::fill(APPLY, &[("mark", &mark::hash_comments(job))]);
    let bodies = places(job.policy, hosting(job.option("organization")));
    let texts = bodies.iter().map(|place| format!("{:#}\n", document(job, place)));
    job.paths().into_iter().zip(std::iter::once(script).chain(texts)).collect()
}

fn document(job: &Job<'_>, place: &Place) -> Value {
    let [made, from] = mark::lines(job);
    let reviewers: Vec<(&str, String, String)> = place.reviewers.iter().filter_map(reviewer).collect();
    let fill = reviewers.iter().map(|(_, name, path)| json!({ "name": name, "path": path }));
    let body = reviewers.iter().map(|(kind, name, _)| json!({ "type": kind, "id": format!("{{{name}}}") }));
    let branches: Vec<&str> =
        Some(job.option("branch")).filter(|branch| !branch.is_empty()).into_iter().collect();
    json!({
        "made": made,
        "from": from,
        "environment": place.name,
        "at": job.policy.place(place.origin),
        "asks": place.asks,
        "branches": branches,
        "fill": fill.collect::<Vec<Value>>(),
        "body": {
            "wait_timer": 0,
            // The API refuses it where nobody is asked.
            "prevent_self_review": place.asks,
            "reviewers": body.collect::<Vec<Value>>(),
            "deployment_branch_policy": {
                "protected_branches": branches.is_empty(),
                "custom_branch_policies": !branches.is_empty(),
            },
            "can_admins_bypass": false,
        },
    })
}

/// The API's kind of a reviewer, the name that stands for its number, and where the API says that.
fn reviewer(reviewer: &Reviewer) -> Option<(&'static str, String, String)> {
    match reviewer {
        Reviewer::User(login) => Some(("User", format!("user.{login}"), format!("users/{login}"))),
        Reviewer::Team { organization, slug } => {
            Some(("Team", format!("team.{slug}"), format!("orgs/{organization}/teams/{slug}")))
        }
        Reviewer::Email(_) => None,
    }
}
