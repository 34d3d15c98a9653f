//! What a pipeline does with traffic in one region, move by move: that much of it is a Rollout's.
//!
//! A Rollout sees its own cluster alone. Whatever must happen elsewhere before it goes on (another region, a command, an
//! approval) is a move that waits for a hand.

use crate::calendar::Elapsed;
use crate::emit::rollout::{Leg, Plan};
use crate::fidelity::seen;
use crate::policy::{Action, Id, Policy, Region, Stage, Traffic};
use rust_decimal::Decimal;

/// One thing that a Rollout does.
#[derive(Debug, Clone)]
pub(super) struct Move<'a> {
    /// The stage that says so.
    pub stage: &'a Stage,
    /// The leg, for people: `ramp, 25% in eu-west-1`.
    pub title: String,
    /// What is done.
    pub deed: Deed,
}

/// What is done.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Deed {
    /// Waits for a hand, and for what.
    Wait(String),
    /// Asks the gate before traffic is raised or a region entered, with the share that it is asked for.
    Ask(Action, Option<Decimal>),
    /// Mirrors a share of traffic; none ends that.
    Mirror(Option<Decimal>),
    /// Gives a share of traffic.
    Give(Decimal),
    /// Goes on doing so for a while.
    Hold(Elapsed),
    /// Asks the gates of the stage.
    Judge,
}

/// Whether traffic can be mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mirrors {
    Yes,
    No,
}

/// The regions that a pipeline gives traffic in; one that is none means everywhere.
pub(super) fn regions(plan: &Plan<'_>) -> Vec<Option<Id<Region>>> {
    let giving: Vec<&Leg<'_>> = plan.legs.iter().filter(|leg| gives(leg)).collect();
    if giving.is_empty() {
        return Vec::new();
    }
    let everywhere = giving.iter().any(|leg| leg.regions.is_empty());
    let reached = |region: &Id<Region>| everywhere || giving.iter().any(|leg| leg.regions.contains(region));
    let found: Vec<_> = plan.policy.regions.ids().filter(reached).map(Some).collect();
    if found.is_empty() { vec![None] } else { found }
}

/// The moves in a region.
pub(super) fn moves<'a>(plan: &Plan<'a>, region: Option<Id<Region>>, mirrors: Mirrors) -> Vec<Move<'a>> {
    let first = plan.legs.iter().position(gives).unwrap_or(plan.legs.len());
    let last = plan.legs.iter().rposition(gives).map_or(0, |last| last + 1);
    let mut found = Vec::new();
    let mut elsewhere: Option<&Leg<'a>> = None;
    for leg in plan.legs.get(first..last).unwrap_or_default() {
        let is_here = leg.regions.is_empty() || region.is_none_or(|region| leg.regions.contains(&region));
        if !is_here {
            elsewhere = Some(leg);
            continue;
        }
        let mut push = |deed: Deed| found.push(Move { stage: leg.stage, title: leg.title.clone(), deed });
        if let Some(other) = elsewhere.take() {
            let soak = other.soak.map_or_else(String::new, |soak| format!(", and {soak} of soak over"));
            push(Deed::Wait(format!("{} is done{soak}", other.title)));
        }
        if let Some(seats) = leg.approve {
            push(Deed::Wait(format!("approved {}", seats.show(plan.policy))));
        }
        let share = leg.gives;
        match (&leg.stage.traffic, share) {
            (Some(Traffic::Mirror(_)), _) if mirrors == Mirrors::No => continue,
            (Some(Traffic::Mirror(share)), _) => {
                push_ask(&mut push, leg);
                push(Deed::Mirror(Some(*share)));
            }
            (_, Some(share)) => {
                push_ask(&mut push, leg);
                push(Deed::Give(share));
            }
            (_, None) => {
                push(Deed::Wait(format!("stage {} is carried out", leg.stage.name)));
                continue;
            }
        }
        if let Some(hold) = leg.stage.hold.filter(|hold| *hold > Elapsed::ZERO) {
            push(Deed::Hold(hold));
        }
        let unseen = untold(plan.policy, leg.stage);
        if !unseen.is_empty() {
            push(Deed::Wait(format!("these hold, too: {}", unseen.join("; "))));
        }
        if is_judged(plan.policy, leg.stage) {
            push(Deed::Judge);
        }
        if matches!(leg.stage.traffic, Some(Traffic::Mirror(_))) {
            push(Deed::Mirror(None));
        }
    }
    found
}

fn push_ask(push: &mut impl FnMut(Deed), leg: &Leg<'_>) {
    if let Some(action) = leg.asks {
        push(Deed::Ask(action, leg.gives));
    }
}

fn gives(leg: &Leg<'_>) -> bool {
    leg.gives.is_some() || leg.stage.traffic.is_some()
}

/// What the gates of a stage require that no query tells, as it is written.
fn untold<'a>(policy: &'a Policy, stage: &Stage) -> Vec<&'a str> {
    let bounds = stage.gates.iter().flat_map(|(gate, _)| &policy.gates[*gate].requires);
    bounds.filter(|bound| !seen(policy, &bound.check).is_whole()).map(|bound| bound.text.as_str()).collect()
}

/// Whether queries tell something of what the gates of a stage require.
pub(super) fn is_judged(policy: &Policy, stage: &Stage) -> bool {
    let mut bounds = stage.gates.iter().flat_map(|(gate, _)| &policy.gates[*gate].requires);
    bounds.any(|bound| !seen(policy, &bound.check).bars().is_empty())
}
