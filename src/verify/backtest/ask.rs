//! Puts every deployment of a history to the policy, and looks at what followed.

use super::{Deployment, HistoryError, Incident, stops};
use crate::calendar::{Elapsed, Instant};
use crate::decide::{
    About, Approval, ApprovalState, BreakGlassUse, Change, Context, Decision, Need, Prepared, StatedTier,
    Verdict,
};
use crate::policy::{Action, Policy};
use crate::schema::suggest::{closest, one_of};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;

/// What a history does not say, and what counts as following.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The policy's environment for the history's, by the latter's name.
    pub environments: BTreeMap<String, String>,
    /// Regions by the history's environment; under none, for every deployment that says none.
    pub regions: BTreeMap<Option<String>, Vec<String>>,
    /// Components, likewise.
    pub components: BTreeMap<Option<String>, Vec<String>>,
    /// The tier, likewise.
    pub tiers: BTreeMap<Option<String>, String>,
    /// For how long an incident counts as following a deployment.
    pub within: Elapsed,
}

/// What a policy would have said of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backtest {
    /// Each deployment, in the order of time.
    pub judged: Vec<Judged>,
    /// How many lie outside the policy's horizon, where what is dated says nothing.
    pub outside_horizon: usize,
    /// How many have no tier by any way, and are judged as the riskiest.
    pub without_tier: usize,
    /// Incidents that follow no deployment of the history.
    pub unpreceded: usize,
    /// Deployments that were not asked about: the time was spent before.
    pub left: usize,
}

/// One deployment with what would have been said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// The deployment.
    pub deployment: Deployment,
    /// The verdict.
    pub verdict: Verdict,
    /// The tier that was judged.
    pub tier: Option<String>,
    /// What stops it, or what it waits for: names of windows, of kinds, of evidence.
    pub because: BTreeSet<String>,
    /// When time alone would stand in the way no more.
    pub opens_at: Option<Instant>,
    /// Incidents that followed, by their ids.
    pub incidents: Vec<Followed>,
    /// Whether it was an emergency: the history says so, or an incident was going on.
    pub emergency: bool,
    /// Ways that the policy itself has for what it stops here; only asked of what is stopped.
    pub passages: Vec<Passage>,
}

/// An incident behind a deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// Its id.
    pub id: String,
    /// How long behind.
    pub after: Elapsed,
}

/// A way by which what is stopped could have gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// `tier T0`, `break-glass outage`.
    pub by: String,
    /// Allow, or pending: on evidence that no history holds.
    pub verdict: Verdict,
}

impl Judged {
    /// Whether the policy stops it.
    pub fn is_stopped(&self) -> bool {
        stops(self.verdict)
    }
}

/// Whether the policy knows every name of a history, by the mapping that was given: one that it does not know would be stopped for
/// that alone, and say nothing.
///
/// # Errors
/// The first name that it does not know, with how to mend it.
pub fn known(policy: &Policy, history: &[Deployment], asked: &Asked) -> Result<(), HistoryError> {
    for deployment in history {
        let change = change(policy, deployment, asked);
        let tier = change.tier.map(|tier| tier.name);
        let named = [
            ("environment", change.environment.as_slice()),
            ("region", change.regions.as_slice()),
            ("component", change.components.as_slice()),
            ("service", change.service.as_slice()),
            ("tier", tier.as_slice()),
        ];
        for (kind, names) in named {
            let known = policy.names(kind);
            let Some(name) = names.iter().find(|name| !known.contains(&name.as_str())) else { continue };
            let message = format!("the policy has no {kind} `{name}`");
            let help = match (closest(name, known.iter().copied()), kind) {
                (Some(near), _) => format!("did you mean `{near}`?"),
                (None, "environment") => format!(
                    "say which of the policy's it is, `--environment {name}={}`, or leave it out with `--skip {name}`",
                    known.first().unwrap_or(&"NAME")
                ),
                (None, _) if known.is_empty() => format!("it declares no {kind}"),
                (None, _) => format!("it has {}", one_of(known.iter().copied())),
            };
            return Err(HistoryError::new(deployment.place.clone(), message, help));
        }
    }
    Ok(())
}

/// Asks the policy about every deployment of a history. No history holds evidence, so what a tier requires is unknown, and a
/// deployment that no freeze stops is mostly pending. `pulse` is told how many deployments of how many were asked about, and may end
/// it.
pub fn backtest(
    policy: &Policy,
    history: &[Deployment],
    incidents: &[Incident],
    asked: &Asked,
    pulse: &mut dyn FnMut(usize, usize) -> ControlFlow<()>,
) -> Backtest {
    let prepared = Prepared::new(policy);
    let in_time =
        history.iter().enumerate().take_while(|(done, _)| pulse(*done, history.len()).is_continue());
    let judged: Vec<Judged> =
        in_time.map(|(_, deployment)| judge(policy, &prepared, deployment, incidents, asked)).collect();
    let _ = pulse(history.len(), history.len());
    let preceded: BTreeSet<&str> =
        judged.iter().flat_map(|one| &one.incidents).map(|incident| incident.id.as_str()).collect();
    Backtest {
        outside_horizon: judged.iter().filter(|one| !policy.in_horizon(one.deployment.at)).count(),
        without_tier: judged.iter().filter(|one| one.because.contains(NO_TIER)).count(),
        unpreceded: incidents.iter().filter(|incident| !preceded.contains(incident.id.as_str())).count(),
        left: history.len() - judged.len(),
        judged,
    }
}

/// What stands for a tier that nobody knows.
const NO_TIER: &str = "tier";

fn judge(
    policy: &Policy,
    prepared: &Prepared<'_>,
    deployment: &Deployment,
    incidents: &[Incident],
    asked: &Asked,
) -> Judged {
    let change = change(policy, deployment, asked);
    let context = Context::at(deployment.at);
    let decision = prepared.decide(&change, &context);
    let concerns = |incident: &&Incident| concerns(&change, incident);
    let followed = incidents.iter().filter(concerns).filter_map(|incident| {
        let after = incident.start.since(deployment.at);
        let follows = (0..asked.within.as_seconds()).contains(&after.as_seconds());
        follows.then(|| Followed { id: incident.id.clone(), after })
    });
    let goes_on = |incident: &Incident| {
        incident.start <= deployment.at && incident.end.is_some_and(|end| deployment.at < end)
    };
    let passages = match stops(decision.verdict) {
        true => passages(policy, prepared, &change, &context, &decision),
        false => Vec::new(),
    };
    Judged {
        verdict: decision.verdict,
        tier: decision.tier.name.clone(),
        because: because(&decision),
        opens_at: decision.opens_at.filter(|_| stops(decision.verdict)),
        incidents: followed.collect(),
        emergency: deployment.emergency || incidents.iter().filter(concerns).any(goes_on),
        passages,
        deployment: deployment.clone(),
    }
}

/// The deployment as a change: what the history says, else what was said for its environment, else what was said for all.
fn change(policy: &Policy, deployment: &Deployment, asked: &Asked) -> Change {
    let environment = deployment.environment.as_ref();
    let list = |said: &[String], map: &BTreeMap<Option<String>, Vec<String>>| -> Vec<String> {
        match said {
            [] => map.get(&environment.cloned()).or_else(|| map.get(&None)).cloned().unwrap_or_default(),
            said => said.to_vec(),
        }
    };
    let tier = deployment.tier.as_ref().or_else(|| {
        let tiers = &asked.tiers;
        tiers.get(&environment.cloned()).or_else(|| tiers.get(&None))
    });
    let approvals = deployment.approved_by.iter().map(|person| Approval {
        person: person.clone(),
        commit: None,
        patch: None,
        given_at: Some(deployment.at),
        state: ApprovalState::Approved,
        dismissed: false,
    });
    let environment = environment.filter(|_| !policy.environments.is_empty());
    Change {
        id: Some(deployment.id.clone()),
        tier: tier.map(|name| StatedTier { name: name.clone(), by: None }),
        action: Some(Action::Deploy),
        environment: environment.map(|name| asked.environments.get(name).unwrap_or(name).clone()),
        regions: list(&deployment.regions, &asked.regions),
        components: list(&deployment.components, &asked.components),
        service: deployment.service.clone(),
        paths: deployment.paths.clone(),
        authors: deployment.author.iter().cloned().collect(),
        approvals: approvals.collect(),
        ..Change::default()
    }
}

/// Whether an incident and a change may have to do with each other: the same region and the same component, where both say one.
fn concerns(change: &Change, incident: &Incident) -> bool {
    let meets = |said: &[String], known: &Option<String>| {
        said.is_empty() || known.as_ref().is_none_or(|known| said.contains(known))
    };
    meets(&change.regions, &incident.region) && meets(&change.components, &incident.component)
}

fn because(decision: &Decision) -> BTreeSet<String> {
    let reasons = decision.reasons.iter().filter(|reason| reason.verdict == decision.verdict);
    let reasons = reasons.filter(|_| decision.verdict != Verdict::Allow);
    let mut found = BTreeSet::new();
    for reason in reasons {
        match reason.about {
            About::Tier => {
                found.insert(NO_TIER.to_owned());
            }
            About::Requirement => {
                let facts = reason.needs.iter().filter_map(|need| match need {
                    Need::Evidence { fact, .. } => Some(fact.clone()),
                    _ => None,
                });
                let before = found.len();
                found.extend(facts);
                if found.len() == before
                    && reason.needs.iter().any(|need| matches!(need, Need::Approvals { .. }))
                {
                    found.insert(reason.name.clone());
                }
            }
            _ => {
                found.insert(reason.name.clone());
            }
        }
    }
    found
}

/// Each milder tier, and each glass, by which the policy would not stop the change.
fn passages(
    policy: &Policy,
    prepared: &Prepared<'_>,
    change: &Change,
    context: &Context,
    decision: &Decision,
) -> Vec<Passage> {
    let judged = decision.tier.name.as_deref().and_then(|name| policy.tiers.find(name));
    let milder = policy.tiers.iter().filter(|(tier, _)| judged.is_none_or(|judged| *tier < judged));
    let as_tier = milder.map(|(_, tier)| {
        let stated = Some(StatedTier { name: tier.name.clone(), by: None });
        (format!("tier {}", tier.name), Change { tier: stated, ..change.clone() })
    });
    let glasses = policy.break_glass.rows().iter().filter_map(|glass| {
        let roles = glass.by.seats.iter().flat_map(|seat| &seat.roles);
        let by = roles.filter_map(|role| policy.roles[*role].members.first()).next()?.clone();
        let taken = BreakGlassUse { name: glass.name.clone(), by, asked_at: Some(context.at), reason: None };
        Some((format!("break-glass {}", glass.name), Change { break_glass: Some(taken), ..change.clone() }))
    });
    let asked = as_tier.chain(glasses).map(|(by, change)| {
        let verdict = prepared.cells(&change, context).iter().map(|cell| cell.verdict).max();
        Passage { by, verdict: verdict.unwrap_or_default() }
    });
    asked.filter(|passage| !stops(passage.verdict)).collect()
}
