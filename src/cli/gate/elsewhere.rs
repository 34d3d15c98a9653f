//! The same change in the regions that were not asked: where it could go now.

use crate::decide::{Change, Context, Need, Prepared, Record, Verdict};
use crate::policy::Policy;
use crate::render::decision::Elsewhere;
use std::collections::BTreeSet;

/// So many regions are tried at the most: the answer names three.
const MOST_REGIONS: usize = 50;

/// How the change stands in each region that was not asked; nothing where all were, or where it may land anyway.
pub(super) fn regions(
    policy: &Policy,
    change: &Change,
    context: &Context,
    record: &Record,
) -> Vec<Elsewhere> {
    if record.verdict == Verdict::Allow {
        return Vec::new();
    }
    let asked: BTreeSet<&str> = record.cells.iter().filter_map(|cell| cell.region.as_deref()).collect();
    let others =
        policy.regions.rows().iter().map(|region| &region.name).filter(|name| !asked.contains(name.as_str()));
    let prepared = Prepared::new(policy);
    others
        .take(MOST_REGIONS)
        .map(|region| {
            let there = Change { regions: vec![region.clone()], ..change.clone() };
            let answer = prepared.decide(&there, context);
            let open = answer.reasons.iter().filter(|reason| reason.verdict != Verdict::Allow);
            let mut needs: Vec<Need> = open.flat_map(|reason| reason.needs.clone()).collect();
            needs.sort();
            needs.dedup();
            Elsewhere { region: region.clone(), verdict: answer.verdict, needs, opens_at: answer.opens_at }
        })
        .collect()
}
