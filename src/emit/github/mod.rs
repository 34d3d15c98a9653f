//! `github-actions`: a workflow whose job asks the gate, the same question as a step, and a workflow a pipeline.
//!
//! The policy never gets near a shell line: what the author chose (path, branch, runner) goes through `env` and `with`,
//! and `install` alone is code, by intention. Actions are pinned by full commit.

mod back;
mod pipeline;
mod recheck;
mod steps;

use super::rollout::{Locks, PROGRAM, Plan, Way};
use super::{Files, Job, Target, escape, mark, template};

/// The target.
pub static GITHUB_ACTIONS: Target = Target {
    name: "github-actions",
    summary: "a gate that pull requests must pass, and pipelines that ask it, for GitHub Actions",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/github-actions.md")),
    make,
};

const WORKFLOW: &str = include_str!("workflow.yml");
const ACTION: &str = include_str!("action.yml");

/// Released 2026-07-17.
const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";
/// Released 2026-02-25.
const UPLOAD: &str = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0";

fn make(job: &Job<'_>) -> Files {
    let paths = job.paths();
    let action_path = paths.get(1).map_or("", String::as_str);
    let mut texts = vec![workflow(job, action_path), action(job)];
    if !job.policy.windows.is_empty() {
        texts.push(recheck::workflow(job));
    }
    let plans = Plan::all(job.policy);
    if !plans.is_empty() {
        texts.push(template::fill(PROGRAM, &[("mark", &mark::hash_comments(job))]));
        let program_path = paths.get(texts.len() - 1).map_or("", String::as_str);
        let making = pipeline::Making::new(job, action_path, program_path);
        let locks = Locks::new(job.policy, &plans);
        texts.extend(plans.iter().map(|plan| making.pipeline(plan, &locks)));
        texts.extend(job.policy.rollbacks.iter().filter_map(|(id, rollback)| {
            let plan = plans.iter().find(|plan| plan.id == rollback.pipeline)?;
            Some(making.back_by_hand(plan, &Way::new(job.policy, id)))
        }));
    }
    paths.into_iter().zip(texts).collect()
}

/// The branch that the judge comes from, as a scalar.
fn reference(job: &Job<'_>) -> String {
    match job.option("branch") {
        "" => "\"${{ github.event.repository.default_branch }}\"".to_owned(),
        branch => escape::yaml(&escape::github(branch)),
    }
}

fn workflow(job: &Job<'_>, action_path: &str) -> String {
    let branches = match job.option("branch") {
        "" => String::new(),
        branch => format!("\n    branches: [{}]", escape::yaml(&escape::github(branch))),
    };
    let folder = action_path.strip_suffix("/action.yml").unwrap_or(action_path);
    let action = super::in_repository(job.option("policy"), folder);
    template::fill(
        WORKFLOW,
        &[
            ("mark", &mark::hash_comments(job)),
            ("branches", &branches),
            ("runs-on", &escape::yaml(&escape::github(job.option("runs-on")))),
            ("checkout", CHECKOUT),
            ("ref", &reference(job)),
            ("action", &escape::yaml(&escape::github(&format!("./ops-policy/{action}")))),
        ],
    )
}

fn action(job: &Job<'_>) -> String {
    let install = match job.option("install") {
        "" => String::new(),
        commands => format!(
            "    - name: Install opsc\n      shell: bash\n      run: {}",
            escape::yaml_script(commands, 8)
        ),
    };
    template::fill(
        ACTION,
        &[
            ("mark", &mark::hash_comments(job)),
            ("checkout", CHECKOUT),
            ("install", &install),
            ("policy", &escape::yaml(&escape::github(job.option("policy")))),
            ("upload", UPLOAD),
        ],
    )
}
