//! `gitlab-ci`: a job to include that asks the gate when it runs, and the same question for deploy jobs to begin with.

use super::{Files, Job, Target, escape, mark, template};

/// The target.
pub static GITLAB_CI: Target = Target {
    name: "gitlab-ci",
    summary: "a gate that merge requests and deploys must pass, for GitLab CI",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/gitlab-ci.md")),
    make,
};

const GATE: &str = include_str!("gate.yml");

fn make(job: &Job<'_>) -> Files {
    let branch = match job.option("branch") {
        "" => "$CI_DEFAULT_BRANCH".to_owned(),
        branch => escape::yaml(&escape::gitlab(branch)),
    };
    let image = match job.option("image") {
        "" => String::new(),
        image => format!("  image: {}\n", escape::yaml(&escape::gitlab(image))),
    };
    let install = match job.option("install") {
        "" => String::new(),
        commands => format!("    - {}", escape::yaml_script(commands, 6)),
    };
    let text = template::fill(
        GATE,
        &[
            ("mark", &mark::hash_comments(job)),
            ("image", &image),
            ("policy", &escape::yaml(&escape::gitlab(job.option("policy")))),
            ("branch", &branch),
            ("install", &install),
        ],
    );
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}
