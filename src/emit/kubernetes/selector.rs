//! The flip of a Service from one colour to the other: one patch of one label, and the same patch with the other colour back.

use super::{Job, Named};
use crate::emit::{escape, mark};
use crate::policy::{Flip, Policy};
use std::collections::BTreeSet;

/// A patch for each Service that a lever flips and each colour.
pub(super) fn files(job: &Job<'_>) -> Named {
    let policy = job.policy;
    let colours = colours(policy);
    let mut found = Named::new();
    for service in services(policy) {
        for colour in &colours {
            let text = format!(
                "{}#\n# kubectl patch service {service} --patch-file THIS-FILE\nspec:\n  selector:\n    {}: {}\n",
                mark::hash_comments(job),
                escape::yaml(job.option("selector-label")),
                escape::yaml(colour),
            );
            found.push((format!("{service}.{colour}.yml"), text));
        }
    }
    found
}

/// Services that levers flip by their selectors. Others could not be called so: they were refused, or their loss accepted.
fn services(policy: &Policy) -> BTreeSet<&str> {
    let flips = policy.levers.rows().iter().flat_map(|lever| &lever.flips);
    flips.filter_map(Flip::service).collect()
}

/// The colours that pipelines switch between; blue and green where none says any.
fn colours(policy: &Policy) -> BTreeSet<String> {
    let stages = policy.pipelines.rows().iter().flat_map(|pipeline| pipeline.stages.rows());
    let said: BTreeSet<String> = stages
        .filter_map(|stage| stage.switch.as_ref())
        .flat_map(|(from, to)| [from.clone(), to.clone()])
        .collect();
    if said.is_empty() { ["blue", "green"].map(str::to_owned).into() } else { said }
}
