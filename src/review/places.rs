//! The environments that pipelines run in, and who lets a run into each.

use super::{Hosting, Reviewer};
use crate::policy::{Origin, Pipeline, Policy, Seat, Stage};

/// GitHub takes no more reviewers of an environment (REST API, "Create or update an environment").
pub const MOST_REVIEWERS: usize = 6;

/// An environment, as a host knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its name there.
    pub name: String,
    /// Whether somebody must let a run in; one of the reviewers does.
    pub asks: bool,
    /// Who may; at most [`MOST_REVIEWERS`]. Empty where the policy asks nobody, or nobody whom the host can name.
    pub reviewers: Vec<Reviewer>,
    /// Where the policy asks for it.
    pub origin: Origin,
}

/// What the names of the environments begin with behind which a stage waits for people; the number of a person follows.
pub fn approval_prefix(pipeline: &str, stage: &str) -> String {
    format!("ops-approve-{pipeline}-{stage}-")
}

/// Every environment that the policy declares, then one for each person whom a stage asks.
pub fn places(policy: &Policy, hosting: Hosting<'_>) -> Vec<Place> {
    let declared = policy.environments.rows().iter().map(|environment| Place {
        name: environment.name.clone(),
        asks: false,
        reviewers: Vec::new(),
        origin: environment.origin,
    });
    let stages = policy
        .pipelines
        .rows()
        .iter()
        .flat_map(|pipeline| pipeline.stages.rows().iter().map(move |stage| (pipeline, stage)));
    declared.chain(stages.flat_map(|(pipeline, stage)| approvals(policy, hosting, pipeline, stage))).collect()
}

fn approvals(policy: &Policy, hosting: Hosting<'_>, pipeline: &Pipeline, stage: &Stage) -> Vec<Place> {
    let Some(seats) = &stage.approve else { return Vec::new() };
    let people = seats.seats.iter().flat_map(|seat| (0..seat.count).map(move |_| seat));
    let prefix = approval_prefix(&pipeline.name, &stage.name);
    let place = |(number, seat): (u32, &Seat)| Place {
        name: format!("{prefix}{number}"),
        asks: true,
        reviewers: reviewers(policy, hosting, seat),
        origin: seats.origin,
    };
    (1..).zip(people).map(place).collect()
}

/// The first whom the host can ask for a seat. It asks by login: an address is no name there.
fn reviewers(policy: &Policy, hosting: Hosting<'_>, seat: &Seat) -> Vec<Reviewer> {
    let named = hosting.roles(policy, &seat.roles).into_iter();
    named.filter(|reviewer| !matches!(reviewer, Reviewer::Email(_))).take(MOST_REVIEWERS).collect()
}
