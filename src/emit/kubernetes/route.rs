//! The weights of a rollout: an HTTPRoute for each share of traffic that a pipeline visits, and the one that goes back.

use super::{Job, Named, object_name};
use crate::emit::freeze::Ids;
use crate::emit::{escape, mark};
use crate::policy::{Pipeline, Traffic};
use rust_decimal::Decimal;

/// The greatest weight there is (Gateway API, HTTPBackendRef).
const MOST: u32 = 1_000_000;

/// One object for each step of each pipeline that gives traffic to a service.
pub(super) fn files(job: &Job<'_>) -> Named {
    let mut found = Named::new();
    let mut ids = Ids::default();
    for pipeline in job.policy.pipelines.rows() {
        let Some(service) = pipeline.service else { continue };
        let service = object_name(&job.policy.services[service].name);
        let steps = steps(pipeline);
        let back = (!steps.is_empty()).then(|| ("back".to_owned(), Decimal::ZERO, None));
        for (step, share, mirrored) in back.into_iter().chain(steps) {
            let text = route(job, pipeline, &service, share, mirrored);
            let id = ids.unique(format!("{}.{step}", object_name(&pipeline.name)));
            found.push((format!("{id}.yml"), text));
        }
    }
    found
}

/// A step by its name, with the share that it gives and the one that it mirrors.
type Step = (String, Decimal, Option<Decimal>);

fn steps(pipeline: &Pipeline) -> Vec<Step> {
    let mut found = Vec::new();
    for stage in pipeline.stages.rows() {
        let stage_name = object_name(&stage.name);
        match &stage.traffic {
            Some(Traffic::Mirror(share)) => {
                found.push((format!("{stage_name}-mirror-{}", percent(*share)), Decimal::ZERO, Some(*share)));
            }
            Some(Traffic::Shares(shares)) => {
                let named = |share: &Decimal| (format!("{stage_name}-{}", percent(*share)), *share, None);
                found.extend(shares.iter().map(named));
            }
            None => {}
        }
    }
    found
}

/// A share in percent, without zeros behind the point: `5`, `0.5`.
fn percent(share: Decimal) -> Decimal {
    (share * Decimal::ONE_HUNDRED).normalize()
}

/// The weights of canary and stable. Both are always written: one that is left out counts as 1. What is finer than a millionth
/// is left to the stable side.
fn weights(share: Decimal) -> (u32, u32) {
    let mut whole = 100;
    while whole < MOST && !(share * Decimal::from(whole)).is_integer() {
        whole *= 10;
    }
    let canary = (share * Decimal::from(whole)).floor();
    let canary = u32::try_from(canary).unwrap_or(0).min(whole);
    (canary, whole - canary)
}

fn route(
    job: &Job<'_>,
    pipeline: &Pipeline,
    service: &str,
    share: Decimal,
    mirrored: Option<Decimal>,
) -> String {
    let (canary, stable) = weights(share);
    let port = job.option("port");
    let backend = |track: &str, weight: u32| {
        format!(
            "        - name: {}\n          port: {port}\n          weight: {weight}\n",
            escape::yaml(&format!("{service}-{track}"))
        )
    };
    let filters = mirrored.map_or_else(String::new, |mirrored| {
        let (numerator, rest) = weights(mirrored);
        format!(
            "      filters:\n        - type: RequestMirror\n          requestMirror:\n            backendRef:\n              \
             name: {}\n              port: {port}\n            fraction:\n              numerator: {numerator}\n              \
             denominator: {}\n",
            escape::yaml(&format!("{service}-canary")),
            numerator + rest
        )
    });
    format!(
        "{}#\n# {} of pipeline {} to the change\napiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata:\n  \
         name: {}\n  namespace: {}\nspec:\n  parentRefs:\n    - name: {}\n  rules:\n    - backendRefs:\n{}{}{filters}",
        mark::hash_comments(job),
        format_args!("{}%", percent(share)),
        pipeline.name,
        escape::yaml(service),
        escape::yaml(job.option("namespace")),
        escape::yaml(job.option("gateway")),
        backend("stable", stable),
        backend("canary", canary),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_and_are_never_above_the_share() {
        for (share, expected) in [
            ("0", (0, 100)),
            ("0.05", (5, 95)),
            ("1", (100, 0)),
            ("0.005", (5, 995)),
            ("0.3333333333", (333_333, 666_667)),
        ] {
            assert_eq!(weights(share.parse().unwrap()), expected, "{share}");
        }
    }
}
