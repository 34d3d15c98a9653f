//! The same change region by region: where it could go now, and when each region opens on its own.

use crate::decide::{Change, Context, Need, Prepared, Record, Verdict};
use crate::policy::Policy;
use crate::render::decision::Alone;
use std::collections::BTreeSet;

/// So many regions are tried at the most.
const MOST_REGIONS: usize = 50;

/// How the change stands in each region alone; nothing where it may land as it was asked.
pub(super) fn regions(
    policy: &Policy,
    prepared: &Prepared<'_>,
    change: &Change,
    context: &Context,
    record: &Record,
) -> Vec<Alone> {
    if record.verdict == Verdict::Allow {
        return Vec::new();
    }
    let asked: BTreeSet<&str> = record.cells.iter().filter_map(|cell| cell.region.as_deref()).collect();
    policy
        .regions
        .rows()
        .iter()
        .take(MOST_REGIONS)
        .map(|region| {
            let there = Change { regions: vec![region.name.clone()], ..change.clone() };
            let answer = prepared.decide(&there, context);
            let open = answer.reasons.iter().filter(|reason| reason.verdict != Verdict::Allow);
            let mut needs: Vec<Need> = open.flat_map(|reason| reason.needs.clone()).collect();
            needs.sort();
            needs.dedup();
            Alone {
                region: region.name.clone(),
                is_asked: asked.contains(region.name.as_str()),
                verdict: answer.verdict,
                needs,
                opens_at: answer.opens_at,
            }
        })
        .collect()
}
