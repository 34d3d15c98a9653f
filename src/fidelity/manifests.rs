//! The manifests of flags that a policy gives `opsdeploy` to write.

use crate::policy::{Asked, FlagKind, Policy};

/// What is served, what kills every rollout, and what puts versions back: each where there is something to say in it.
pub(super) fn manifests(policy: &Policy) -> Vec<String> {
    let asked = || policy.flags.rows().iter().filter(|flag| flag.asked == Asked::Server);
    let versions = || policy.pins.rows().iter().flat_map(|pins| &pins.versions);
    let files = [
        ("feature_flags", asked().next().is_some() || versions().next().is_some()),
        ("off", asked().any(|flag| flag.kind != FlagKind::ReadOnly)),
        ("last_known_good", versions().any(|version| version.last_known_good.is_some())),
    ];
    files.into_iter().filter(|(_, is_there)| *is_there).map(|(name, _)| format!("flags/{name}.yml")).collect()
}
