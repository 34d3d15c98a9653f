//! When a change may land: the openings that the calendar leaves, from an instant on.

mod hindrance;
mod itinerary;
mod lanes;
mod plan;
mod rollout;
mod staff;
mod stress;

pub use hindrance::{Rule, hindrances, without};
pub use itinerary::{Cost, Instead, Itinerary, Planning, of_release, planner};
pub use plan::{Ask, Hours, Missed, Plan, Planned, Planner};
pub use rollout::{Rollout, RolloutStep, Rollouts, Route, percent};
pub use staff::{Approver, Request, Staff, Staffed};
pub use stress::{Drought, SlotLength, Strain, Stress, stress};

pub use lanes::{Held, Lane, Scope, Slot, kinds_by_strictness, lanes};

use crate::calendar::{Elapsed, Instant, Interval};
use crate::decide::{Change, Context, Decision, Prepared, SEARCH_SPAN, Verdict};
use crate::policy::Policy;
use std::collections::BTreeSet;

/// An opening that does not close within this has no known end.
const LONGEST_OPENING: Elapsed = Elapsed::days(366);

/// A span of time in which the calendar does not stand in a change's way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opening {
    /// Its first second, and the first behind it; [`Instant::MAX`] where no end is in sight.
    pub span: Interval,
    /// The answer at its first second, with evidence as given: what is still needed.
    pub answer: Decision,
}

/// The first openings from the context's instant on, at most `count`.
pub fn openings(policy: &Policy, change: &Change, context: &Context, count: usize) -> Vec<Opening> {
    let prepared = Prepared::new(policy);
    let ask = |at: Instant| prepared.decide(change, &Context { at, ..context.clone() });
    let limit = context.at.plus(SEARCH_SPAN);
    let mut found: Vec<Opening> = Vec::new();
    let mut at = context.at;
    while found.len() < count && at < limit {
        let Some(start) = ask(at).opens_at.filter(|start| *start < limit) else { break };
        let closed = edges(policy, Interval::new(start, start.plus(LONGEST_OPENING)))
            .into_iter()
            .find(|edge| is_closed(&ask(*edge)));
        let end = closed.unwrap_or(Instant::MAX);
        found.push(Opening { span: Interval::new(start, end), answer: ask(start) });
        at = end;
    }
    found
}

/// Whether waiting would still change the answer.
fn is_closed(answer: &Decision) -> bool {
    answer.verdict == Verdict::Block && answer.opens_at != Some(answer.at)
}

/// Every instant behind the start of `within` at which a window starts or ends somewhere: between two of them the calendar
/// stays as it is.
fn edges(policy: &Policy, within: Interval) -> BTreeSet<Instant> {
    let mut edges = BTreeSet::new();
    for window in policy.windows.rows() {
        for region in policy.regions_or_none().filter(|region| window.covers(*region, None, None, None)) {
            let active = window.when.active(policy.place_of(region), within);
            edges.extend(active.edges().filter(|edge| within.start < *edge && *edge < within.end));
        }
    }
    edges
}
