//! A combination of evidence as a change that the gate can be asked about: what shows that a counterexample is one.

use super::question::source;
use crate::calendar::{Elapsed, Instant, Interval};
use crate::decide::{
    Approval, ApprovalState, Change, Context, Duty, Evidence, ExceptionUse, Given, Rota, StatedTier,
};
use crate::policy::{Action, Fact, FactSource, Phase, Policy, Reuse, Value};
use crate::segments::space::{Cell, Use, Witness};
use std::collections::BTreeMap;

/// A cell, a tier and a phase at an instant: everything of a question but its evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// The region.
    pub region: Option<String>,
    /// The component.
    pub component: Option<String>,
    /// The environment.
    pub environment: Option<String>,
    /// What is done.
    pub action: Action,
    /// The phase.
    pub phase: Phase,
    /// The tier.
    pub tier: Option<String>,
    /// When.
    pub at: Instant,
}

impl Spot {
    /// The first of a kind of cell.
    pub fn of(cell: &Cell, tier: Option<&str>, phase: Phase, at: Instant) -> Option<Self> {
        Some(Self {
            region: cell.region.clone(),
            component: cell.components.first().cloned(),
            environment: cell.environments.first().cloned(),
            action: action_of(cell, phase)?,
            phase,
            tier: tier.map(str::to_owned),
            at,
        })
    }
}

impl Spot {
    /// `T2 deploy of llm to us-east-1, production`
    pub fn words(&self) -> String {
        let tier = self.tier.as_ref().map_or(String::new(), |tier| format!("{tier} "));
        let of = self.component.as_ref().map_or(String::new(), |component| format!(" of {component}"));
        let places: Vec<&str> =
            [&self.region, &self.environment].into_iter().flatten().map(String::as_str).collect();
        let to = if places.is_empty() { String::new() } else { format!(" to {}", places.join(", ")) };
        let phase = if self.phase == self.action.phase() {
            String::new()
        } else {
            format!(" asked in phase {}", self.phase.name())
        };
        format!("a {tier}{}{of}{to}{phase}", self.action.name())
    }
}

/// What may be done in a cell that is asked in this phase.
pub(super) fn action_of(cell: &Cell, phase: Phase) -> Option<Action> {
    let asked = |phase: Phase| cell.actions.iter().copied().find(|action| action.phase() == phase);
    asked(phase).or_else(|| cell.actions.iter().copied().find(|action| action.phase() < phase))
}

/// The change and its circumstances.
pub fn of(policy: &Policy, spot: &Spot, witness: &Witness) -> (Change, Context) {
    let mut context = Context::at(spot.at);
    let used =
        |how: Use| witness.used.iter().filter(move |(_, use_)| *use_ == how).map(|(name, _)| name.clone());
    let once = policy.exceptions.rows().iter().filter(|exception| exception.reuse == Reuse::Once).count();
    // One log tells of every exception at once.
    context.exceptions_used = match once > 0 && witness.used.is_empty() {
        true => None,
        false => Some(used(Use::Used).map(|exception| ExceptionUse { exception, change: None }).collect()),
    };
    let mut change = Change {
        id: witness.change.clone(),
        tier: spot.tier.clone().map(|name| StatedTier { name, by: None }),
        action: Some(spot.action),
        phase: (spot.phase != spot.action.phase()).then_some(spot.phase),
        environment: spot.environment.clone(),
        regions: spot.region.iter().cloned().collect(),
        components: spot.component.iter().cloned().collect(),
        ..Change::default()
    };
    for (name, history) in &witness.facts {
        if let Some(fact) = policy.facts.find(name).map(|id| &policy.facts[id]) {
            change.evidence.extend(readings(policy, fact, history, spot.at));
        }
    }
    let of_patch = witness.said.approvals.iter().any(|(_, way, _)| way.of_patch);
    if of_patch {
        change.commit = Some("b".repeat(40));
        change.patch = Some("p".repeat(40));
    }
    let mut on_call: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (person, way, schedule) in &witness.said.approvals {
        change.approvals.push(Approval {
            person: person.clone(),
            commit: if way.of_patch { Some("a".repeat(40)) } else { change.commit.clone() },
            patch: change.patch.clone(),
            given_at: Some(spot.at.minus(way.age)),
            state: ApprovalState::Approved,
            dismissed: false,
        });
        if let Some(schedule) = schedule {
            on_call.entry(schedule).or_default().push(person.clone());
        }
    }
    for (person, schedule) in &witness.said.requests {
        change.approvals.push(Approval {
            person: person.clone(),
            commit: change.commit.clone(),
            patch: change.patch.clone(),
            given_at: Some(spot.at),
            state: ApprovalState::ChangesRequested,
            dismissed: false,
        });
        if let Some(schedule) = schedule {
            on_call.entry(schedule).or_default().push(person.clone());
        }
    }
    // Every calendar file is at hand; who is not on call by it is said by what it says of others.
    for schedule in policy.schedules.rows().iter().filter(|schedule| schedule.source.is_some()) {
        let names = on_call.remove(schedule.name.as_str()).unwrap_or_else(|| vec!["nobody else".to_owned()]);
        let day = Elapsed::days(1);
        let during = Interval::new(spot.at.minus(day), spot.at.plus(day));
        context.rotas.push(Rota {
            schedule: schedule.name.clone(),
            digest: String::new(),
            written_at: Some(spot.at),
            duties: names.into_iter().map(|name| Duty { names: vec![name], during }).collect(),
        });
    }
    (change, context)
}

/// A history as the fact's first source would tell it, repeated as often as it grows stale.
fn readings(policy: &Policy, fact: &Fact, history: &[(Elapsed, Value)], at: Instant) -> Vec<Evidence> {
    let (source, actor) = source(policy, fact, at);
    let ends = history.iter().skip(1).map(|(ago, _)| at.minus(*ago)).chain([at.plus(Elapsed::seconds(1))]);
    let mut found = Vec::new();
    for ((ago, value), end) in history.iter().zip(ends) {
        let mut from = at.minus(*ago);
        while from < end {
            found.push(Evidence {
                fact: fact.name.clone(),
                value: given(value),
                source: source.clone(),
                actor: actor.clone(),
                observed_at: Some(from),
            });
            from = match fact.fresh {
                Some(fresh) if fresh > Elapsed::ZERO => from.plus(fresh),
                _ => end,
            };
        }
    }
    found
}

/// A value as evidence gives it.
pub(super) fn given(value: &Value) -> Given {
    match value {
        Value::Bool(value) => Given::Bool(*value),
        Value::Text(text) => Given::Text(text.clone()),
        other => Given::Text(other.to_string()),
    }
}

/// The `gate` command that asks the same, for a policy at `path`: by flags alone where they can say it, else with the change as
/// JSON. Nothing where the answer rests on what no change brings: a log of exceptions, a calendar file of who is on call.
pub fn command(policy: &Policy, path: &str, spot: &Spot, witness: &Witness) -> Option<String> {
    let rests_on_files = !witness.used.is_empty()
        || witness.said.approvals.iter().any(|(.., schedule)| schedule.is_some())
        || witness.said.requests.iter().any(|(_, schedule)| schedule.is_some());
    if rests_on_files {
        return None;
    }
    let (change, _) = of(policy, spot, witness);
    let by_flags = change.id.is_none()
        && change.approvals.is_empty()
        && change.evidence.iter().all(|said| {
            let may = |fact: &Fact| fact.sources.is_empty() || fact.sources.contains(&FactSource::Operator);
            said.observed_at == Some(spot.at)
                && policy.facts.find(&said.fact).is_some_and(|fact| may(&policy.facts[fact]))
        });
    let mut words = vec!["opsc gate".to_owned(), quoted(path), format!("--at {}", spot.at)];
    if !by_flags {
        let json = serde_json::to_string(&change).ok()?;
        words.push(format!("--change /dev/stdin <<< {}", quoted(&json)));
        return Some(words.join(" "));
    }
    let mut flag = |name: &str, value: &Option<String>| {
        words.extend(value.iter().map(|value| format!("--{name} {}", quoted(value))));
    };
    flag("tier", &spot.tier);
    flag("action", &Some(spot.action.name().to_owned()));
    flag("phase", &change.phase.map(|phase| phase.name().to_owned()));
    flag("region", &spot.region);
    flag("component", &spot.component);
    flag("environment", &spot.environment);
    for said in &change.evidence {
        words.push(format!("--fact {}", quoted(&format!("{}={}", said.fact, said.value))));
    }
    Some(words.join(" "))
}

/// A word as a shell takes it.
pub fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=%:@+".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
