//! `github-actions`: a workflow whose job asks the gate, and the same question as a step for deploy jobs.
//!
//! The policy never gets near a shell line: what the author chose (path, branch, runner) goes through `env` and `with`,
//! and `install` alone is code, by intention. Actions are pinned by full commit.

use super::{Files, Job, Target, escape, mark, template};

/// The target.
pub static GITHUB_ACTIONS: Target = Target {
    name: "github-actions",
    summary: "a gate that pull requests and deploys must pass, for GitHub Actions",
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
    let texts = [workflow(job, paths.get(1).map_or("", String::as_str)), action(job)];
    paths.into_iter().zip(texts).collect()
}

fn workflow(job: &Job<'_>, action_path: &str) -> String {
    let branch = job.option("branch");
    let (branches, reference) = match branch {
        "" => (String::new(), "${{ github.event.repository.default_branch }}".to_owned()),
        branch => {
            let quoted = escape::yaml(&escape::github(branch));
            (format!("\n    branches: [{quoted}]"), quoted)
        }
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
            ("ref", &reference),
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
