//! `gitlab-ci`: a job to include that asks the gate when it runs, the same question for deploy jobs to begin with, and a child
//! pipeline a pipeline.

mod pipeline;

use super::rollout::{Locks, PROGRAM, Plan};
use super::{Files, Job, Target, escape, mark, template};

/// The target.
pub static GITLAB_CI: Target = Target {
    name: "gitlab-ci",
    summary: "a gate that merge requests must pass, and pipelines that ask it, for GitLab CI",
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
    let paths = job.paths();
    let mut texts = vec![text];
    let plans = Plan::all(job.policy);
    if let (false, [gate_path, program_path, _, children @ ..]) = (plans.is_empty(), paths.as_slice()) {
        texts.push(template::fill(PROGRAM, &[("mark", &mark::hash_comments(job))]));
        let making = pipeline::Making::new(job, gate_path, program_path);
        let locks = Locks::new(job.policy, &plans);
        texts.push(making.starts(&plans, &locks, children));
        texts.extend(plans.iter().map(|plan| making.pipeline(plan, &locks)));
        texts.extend(job.policy.rollbacks.iter().filter_map(|(id, rollback)| {
            let plan = plans.iter().find(|plan| plan.id == rollback.pipeline)?;
            Some(making.back_by_hand(plan, id))
        }));
    }
    paths.into_iter().zip(texts).collect()
}
