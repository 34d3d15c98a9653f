//! What a stage does with traffic and regions, step by step.

use crate::policy::{Id, Region, Stage, StageKind, Traffic};
use rust_decimal::Decimal;

/// One step of a stage: a region is entered, a share of traffic is given, and held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    /// Where; none means everywhere.
    pub regions: Option<Vec<Id<Region>>>,
    /// Whether these regions are entered by this step.
    pub enters: bool,
    /// What is given.
    pub gives: Gives,
    /// Whether it is the last before other regions.
    pub is_last_there: bool,
}

/// Traffic that a step gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gives {
    Nothing,
    Mirror(Decimal),
    Share(Decimal),
    /// All of it, where it has less: what a `promote` or a `switch` does that says nothing of traffic.
    Rest,
}

/// The steps of a stage, at least one. With regions, the whole list of shares is visited in each.
pub(super) fn steps(stage: &Stage) -> Vec<Step> {
    let gives: Vec<Gives> = match &stage.traffic {
        Some(Traffic::Mirror(share)) => vec![Gives::Mirror(*share)],
        Some(Traffic::Shares(shares)) if !shares.is_empty() => {
            shares.iter().copied().map(Gives::Share).collect()
        }
        _ if stage.kind == StageKind::Promote || stage.switch.is_some() => vec![Gives::Rest],
        _ => vec![Gives::Nothing],
    };
    let places: Vec<Option<Vec<Id<Region>>>> = match stage.region_plan.as_slice() {
        [] => vec![None],
        plan => plan.iter().cloned().map(Some).collect(),
    };
    let last_place = places.len() - 1;
    let steps = places.into_iter().enumerate().flat_map(|(place, regions)| {
        let last = gives.len() - 1;
        gives
            .iter()
            .enumerate()
            .map(move |(position, gives)| Step {
                enters: position == 0 && regions.is_some(),
                regions: regions.clone(),
                gives: *gives,
                is_last_there: position == last && place != last_place,
            })
            .collect::<Vec<_>>()
    });
    steps.collect()
}
