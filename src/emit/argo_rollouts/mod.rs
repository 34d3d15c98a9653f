//! `argo-rollouts`: a Rollout for each pipeline and region, with the AnalysisTemplates that ask the gate, the stages' gates and the
//! triggers of rollbacks.

mod analysis;
mod moves;
mod rollout;
#[cfg(test)]
mod tests;
mod truth;

use super::freeze::Ids;
use super::kubernetes::object_name;
use super::rollout::Plan;
use super::{Files, Job, Target};
use analysis::Analyses;
use moves::Mirrors;
use rollout::Making;

/// The target.
pub static ARGO_ROLLOUTS: Target = Target {
    name: "argo-rollouts",
    summary: "a Rollout for each pipeline and region, which asks the gate and goes back by itself, for Argo Rollouts",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/argo-rollouts.md")),
    make,
};

fn make(job: &Job<'_>) -> Files {
    let policy = job.policy;
    let mirrors = match job.option("virtual-service") {
        "" => Mirrors::No,
        _ => Mirrors::Yes,
    };
    let paths = job.paths();
    let [analysis_folder, rollout_folder] = [0, 1].map(|at| paths.get(at).map_or("", String::as_str));
    let mut files = Vec::new();
    let mut ids = Ids::default();
    for plan in Plan::all(policy) {
        let regions = moves::regions(&plan);
        let Some(first) = regions.first() else { continue };
        let base = ids.unique(object_name(&plan.pipeline.name));
        let name =
            plan.pipeline.service.map_or_else(|| base.clone(), |id| object_name(&policy.services[id].name));
        let after = rollout::after_switch(&moves::moves(&plan, *first, mirrors));
        let analyses = Analyses::new(job, &plan, &base, after);
        files.push((format!("{analysis_folder}{base}.yml"), analyses.text()));
        for region in regions {
            let moves = moves::moves(&plan, region, mirrors);
            let making = Making {
                job,
                pipeline: plan.pipeline,
                region,
                name: &name,
                analyses: &analyses,
                moves: &moves,
            };
            let place = region.map_or_else(String::new, |id| format!(".{}", policy.regions[id].name));
            files.push((format!("{rollout_folder}{base}{place}.yml"), making.text()));
        }
    }
    files.into_iter().collect()
}
