//! What the calendar says at a question, and how a rollout that is half-way answers a freeze.

use super::check::is_given;
use super::event::Met;
use super::{Assumptions, Imposed, Setting};
use crate::calendar::{Elapsed, Instant};
use crate::decide::{About, Change, Context, Lift, Need, Prepared, Reason, StatedTier, Verdict};
use crate::policy::{Action, FreezeAnswer, Id, Pipeline, Policy, Reaction, Region, Ruling, Stage, StageKind};
use rust_decimal::Decimal;

/// How often freezes that follow each other are looked behind.
const MOST_FREEZES: usize = 400;

/// What a freeze is called that no window of the policy is.
pub(super) const IMPOSED: &str = "an emergency freeze";

/// The calendar of a run.
pub(super) struct Calendar<'a> {
    policy: &'a Policy,
    assumed: &'a Assumptions,
    prepared: Prepared<'a>,
    change: Change,
}

/// Windows that hold a step, and when they no longer do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Freeze {
    pub windows: Vec<Met>,
    /// The first instant at which the calendar lets the step go on, where that is in sight.
    pub until: Option<Instant>,
}

impl<'a> Calendar<'a> {
    pub fn new(setting: &Setting<'a>, pipeline: Id<Pipeline>) -> Self {
        let policy = setting.policy;
        let service = policy.pipelines[pipeline].service;
        let tier = setting.assumed.tier;
        Self {
            policy,
            assumed: setting.assumed,
            prepared: Prepared::for_few(policy),
            change: Change {
                tier: tier.map(|tier| StatedTier { name: policy.tiers[tier].name.clone(), by: None }),
                service: service.map(|service| policy.services[service].name.clone()),
                ..Change::default()
            },
        }
    }

    /// The freeze that holds a step of a stage at an instant, if one does.
    pub fn ask(&self, stage: &Stage, regions: Option<&[Id<Region>]>, at: Instant) -> Option<Freeze> {
        let action = match stage.kind {
            StageKind::Migrate | StageKind::Expand | StageKind::Contract => Action::Migrate,
            StageKind::Promote => Action::Promote,
            _ => Action::Deploy,
        };
        let names = regions.unwrap_or_default().iter().map(|id| self.policy.regions[*id].name.clone());
        let change = Change {
            action: Some(action),
            regions: names.collect(),
            environment: stage.environment.map(|id| self.policy.environments[id].name.clone()),
            ..self.change.clone()
        };
        let (windows, mut until) = self.held(&change, at)?;
        for _ in 0..MOST_FREEZES {
            let Some(then) = until else { break };
            match self.held(&change, then) {
                None => return Some(Freeze { windows, until }),
                Some((_, later)) => until = later.filter(|later| *later > then),
            }
        }
        Some(Freeze { windows, until: None })
    }

    /// The windows that hold a change, and the first instant at which all that hold it now may be over.
    fn held(&self, change: &Change, at: Instant) -> Option<(Vec<Met>, Option<Instant>)> {
        let answer = self.prepared.decide(change, &Context { simulated: true, ..Context::at(at) });
        let held: Vec<&Reason> = answer.reasons.iter().filter(|reason| holds(reason, self.assumed)).collect();
        let imposed: Vec<&Imposed> =
            self.assumed.freezes.iter().filter(|freeze| self.is_imposed(freeze, at)).collect();
        let ends =
            held.iter().map(|reason| reason.end).chain(imposed.iter().map(|freeze| Some(freeze.during.end)));
        let until = ends.into_iter().try_fold(at, |until, end| Some(until.max(end?)));
        let kind = |freeze: &Imposed| Some(self.policy.kinds[freeze.kind].name.clone());
        let mut windows: Vec<Met> = held
            .iter()
            .map(|reason| Met { window: reason.name.clone(), kind: reason.kind.clone() })
            .chain(imposed.iter().map(|freeze| Met { window: IMPOSED.to_owned(), kind: kind(freeze) }))
            .collect();
        windows.sort();
        windows.dedup();
        let until = until.filter(|until| *until > at && *until < Instant::MAX);
        (!windows.is_empty()).then_some((windows, until))
    }

    /// Whether a freeze that was made up holds the change at an instant, approvals taken as given.
    fn is_imposed(&self, freeze: &Imposed, at: Instant) -> bool {
        let ruling = self.assumed.tier.and_then(|tier| self.policy.kinds[freeze.kind].ruling(tier));
        let admits = match ruling {
            Some(Ruling::Admit { when }) => is_given(self.policy, self.assumed, when),
            Some(Ruling::Except | Ruling::Block) | None => false,
        };
        freeze.during.contains(at) && !admits
    }
}

/// Whether a reason is a freeze that holds the change, approvals taken as given, and a vendor's window as read again.
fn holds(reason: &Reason, assumed: &Assumptions) -> bool {
    let is_calendar = match reason.about {
        About::Window | About::OutsideOnly => true,
        About::StaleVendorFeed => assumed.denied.contains(&reason.name),
        _ => false,
    };
    let waits_for_approval = reason.verdict == Verdict::Pending
        && reason.about != About::StaleVendorFeed
        && !reason.needs.is_empty()
        && reason.needs.iter().all(|need| matches!(need, Need::Approvals { .. }));
    let is_exempt = matches!(reason.lifted, Some(Lift::Exempt));
    is_calendar && reason.verdict != Verdict::Allow && !waits_for_approval && !is_exempt
}

/// What a rollout does about a freeze: the first answer that fits, else a pause.
pub(super) fn reaction(
    policy: &Policy,
    answers: &[FreezeAnswer],
    windows: &[Met],
    traffic: Decimal,
) -> Reaction {
    let is_met = |answer: &&FreezeAnswer| {
        let kind = answer.kind.map(|kind| policy.kinds[kind].name.as_str());
        kind.is_none_or(|kind| windows.iter().any(|met| met.kind.as_deref() == Some(kind)))
            && answer.from_traffic.is_none_or(|share| traffic >= share)
    };
    answers.iter().find(is_met).map_or(Reaction::Pause, |answer| answer.reaction)
}

/// A reaction, in the words of a policy.
pub(super) fn words(reaction: Reaction) -> String {
    match reaction {
        Reaction::Finish => "finish".to_owned(),
        Reaction::Pause => "pause".to_owned(),
        Reaction::PauseThenBack(span) => format!("pause {span} then roll back"),
        Reaction::Back => "roll back".to_owned(),
    }
}

/// When a reaction turns to a rollback by itself.
pub(super) fn goes_back(reaction: Reaction, at: Instant) -> Option<Instant> {
    match reaction {
        Reaction::PauseThenBack(span) => Some(at.plus(span)),
        Reaction::Back => Some(at.plus(Elapsed::ZERO)),
        Reaction::Finish | Reaction::Pause => None,
    }
}
