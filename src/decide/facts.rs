//! What evidence says of each fact at an instant: known, unknown, or malformed and contradictory.

use super::people::People;
use super::truth::Truth;
use super::value::{form, read_value};
use super::{Change, EvidenceSource, EvidenceState, FactState, Given, Verdict};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Fact, FactSource, Id, Policy, Value};
use std::collections::BTreeSet;

/// The evidence of a change, read once by the policy's facts.
pub(super) struct Facts<'a> {
    policy: &'a Policy,
    readings: Vec<Reading<'a>>,
    /// Names that no fact has, in the order of the evidence.
    pub unknown: Vec<&'a str>,
}

/// One assertion.
struct Reading<'a> {
    /// Its position in the change's evidence.
    position: usize,
    fact: Id<Fact>,
    /// Nothing where it is malformed.
    value: Option<Value>,
    /// As it was given.
    given: &'a Given,
    source: &'a EvidenceSource,
    actor: Option<&'a str>,
    /// From when on it counts.
    from: Instant,
    /// From when on it counts no longer.
    expires: Instant,
}

/// A fact at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FactNow<'f> {
    /// Its value, or why there is none.
    pub value: Result<&'f Value, FactState>,
    /// The first instant at which that may change.
    pub until: Instant,
}

impl<'a> Facts<'a> {
    pub fn new(policy: &'a Policy, change: &'a Change) -> Self {
        let mut readings = Vec::with_capacity(change.evidence.len());
        let mut unknown = Vec::new();
        for (position, evidence) in change.evidence.iter().enumerate() {
            let Some(id) = policy.facts.find(&evidence.fact) else {
                unknown.push(evidence.fact.as_str());
                continue;
            };
            let fact = &policy.facts[id];
            let expires = match (fact.fresh, evidence.observed_at) {
                (None, _) => Instant::MAX,
                (Some(fresh), Some(observed)) => observed.plus(fresh),
                (Some(_), None) => Instant::MIN,
            };
            readings.push(Reading {
                position,
                fact: id,
                value: read_value(&fact.kind, &evidence.value),
                given: &evidence.value,
                source: &evidence.source,
                actor: evidence.actor.as_deref(),
                from: evidence.observed_at.unwrap_or(Instant::MIN),
                expires,
            });
        }
        Self { policy, readings, unknown }
    }

    /// What is known of a fact at an instant.
    pub fn now(&self, fact: Id<Fact>, people: &People<'_>, at: Instant) -> FactNow<'_> {
        let mut state = FactState::Absent;
        let mut until = Instant::MAX;
        let mut latest: Vec<&Reading<'a>> = Vec::new();
        for reading in self.readings.iter().filter(|reading| reading.fact == fact) {
            if reading.value.is_none() {
                return FactNow { value: Err(FactState::Malformed), until: Instant::MAX };
            }
            until = until.min(self.turns(reading, people, at));
            match self.state(reading, people, at) {
                EvidenceState::Counted => {
                    match latest.iter().position(|other| other.source == reading.source) {
                        Some(same) if latest.get(same).is_some_and(|other| other.from < reading.from) => {
                            latest.retain(|other| other.source != reading.source);
                            latest.push(reading);
                        }
                        Some(same) if latest.get(same).is_some_and(|other| other.from > reading.from) => {}
                        _ => latest.push(reading),
                    }
                }
                EvidenceState::Stale => state = FactState::Stale,
                EvidenceState::Future if state != FactState::Stale => state = FactState::Future,
                _ if state == FactState::Absent => state = FactState::Foreign,
                _ => {}
            }
        }
        let mut values = latest.iter().filter_map(|reading| reading.value.as_ref());
        let value = match values.next() {
            None => Err(state),
            Some(value) if values.all(|other| other == value) => Ok(value),
            Some(_) => Err(FactState::Malformed),
        };
        FactNow { value, until }
    }

    /// Whether a measured value is on a side of a bar, where it changes sides only once it has been on the other for so long:
    /// unknown before it has been on either for as long, and where readings fail for longer than one counts.
    pub fn sustained(
        &self,
        fact: Id<Fact>,
        people: &People<'_>,
        at: Instant,
        length: Elapsed,
        holds: impl Fn(&Value) -> bool,
    ) -> Truth {
        let readings = || self.readings.iter().filter(|reading| reading.fact == fact);
        let mut edges: BTreeSet<Instant> =
            readings().flat_map(|reading| [reading.from, reading.expires]).collect();
        edges.retain(|edge| *edge < at);
        edges.insert(at);
        let mut side: Option<bool> = None;
        let mut run: Option<(bool, Instant)> = None;
        for &edge in &edges {
            if let Some((long, _)) = run.filter(|(_, since)| since.plus(length) <= edge) {
                side = Some(long);
            }
            match self.now(fact, people, edge).value {
                Err(_) => (side, run) = (None, None),
                Ok(value) => {
                    let now = holds(value);
                    run = run.filter(|(before, _)| *before == now).or(Some((now, edge)));
                }
            }
        }
        let turns = run.map(|(_, since)| since.plus(length)).filter(|turns| *turns > at);
        let until = self.now(fact, people, at).until.min(turns.unwrap_or(Instant::MAX));
        match side {
            Some(side) => Truth::known(side.into(), until),
            None => Truth::until(Verdict::Pending, until),
        }
    }

    /// Facts of which something was asserted, each once.
    pub fn asserted(&self) -> impl Iterator<Item = Id<Fact>> {
        self.readings
            .iter()
            .enumerate()
            .filter(|(position, reading)| {
                !self.readings.iter().take(*position).any(|earlier| earlier.fact == reading.fact)
            })
            .map(|(_, reading)| reading.fact)
    }

    /// The first instant behind `at` at which any asserted fact may change.
    pub fn next_turn(&self, people: &People<'_>, at: Instant) -> Instant {
        self.readings.iter().map(|reading| self.turns(reading, people, at)).min().unwrap_or(Instant::MAX)
    }

    /// What became of each piece of evidence.
    pub fn states(&self, people: &People<'_>, count: usize, at: Instant) -> Vec<EvidenceState> {
        let mut states = vec![EvidenceState::UnknownFact; count];
        for reading in &self.readings {
            let mut state = self.state(reading, people, at);
            let newer = |other: &Reading<'_>| {
                other.fact == reading.fact && other.source == reading.source && other.from > reading.from
            };
            let is_superseded = state == EvidenceState::Counted
                && self
                    .readings
                    .iter()
                    .any(|other| newer(other) && self.state(other, people, at) == EvidenceState::Counted);
            if is_superseded {
                state = EvidenceState::Superseded;
            }
            if let Some(slot) = states.get_mut(reading.position) {
                *slot = state;
            }
        }
        states
    }

    /// What is wrong with the evidence of a fact that cannot be read or contradicts itself: values with their sources, and
    /// what a value looks like. A private fact's values are left out.
    pub fn trouble(&self, fact: Id<Fact>) -> String {
        let declared = &self.policy.facts[fact];
        let said = |reading: &Reading<'a>| {
            let value = if declared.private { "a value".to_owned() } else { format!("`{}`", reading.given) };
            format!("{value} from {}", reading.source)
        };
        let of_fact = || self.readings.iter().filter(|reading| reading.fact == fact);
        let malformed: BTreeSet<String> =
            of_fact().filter(|reading| reading.value.is_none()).map(said).collect();
        let list = |said: BTreeSet<String>| said.into_iter().collect::<Vec<_>>().join(", ");
        if malformed.is_empty() {
            return format!("it contradicts itself: {}", list(of_fact().map(said).collect()));
        }
        format!("{} is not {}", list(malformed), form(&declared.kind))
    }

    fn state(&self, reading: &Reading<'_>, people: &People<'_>, at: Instant) -> EvidenceState {
        if reading.value.is_none() {
            EvidenceState::Malformed
        } else if !self.is_accepted(reading, people, at) {
            EvidenceState::Foreign
        } else if at < reading.from {
            EvidenceState::Future
        } else if at >= reading.expires {
            EvidenceState::Stale
        } else {
            EvidenceState::Counted
        }
    }

    fn is_accepted(&self, reading: &Reading<'_>, people: &People<'_>, at: Instant) -> bool {
        let sources = &self.policy.facts[reading.fact].sources;
        sources.is_empty()
            || sources.iter().any(|source| match (source, reading.source) {
                (FactSource::Ci, EvidenceSource::Ci)
                | (FactSource::Review, EvidenceSource::Review)
                | (FactSource::Operator, EvidenceSource::Operator)
                | (FactSource::Label(None), EvidenceSource::Label) => true,
                (FactSource::Label(Some(role)), EvidenceSource::Label) => {
                    reading.actor.is_some_and(|actor| people.has_role(actor, *role, at) == Some(true))
                }
                (FactSource::Json { file, pointer }, EvidenceSource::Json { file: of, pointer: into }) => {
                    (file, pointer) == (of, into)
                }
                _ => false,
            })
    }

    fn turns(&self, reading: &Reading<'_>, people: &People<'_>, at: Instant) -> Instant {
        let roles = self.policy.facts[reading.fact].sources.iter().filter_map(|source| match source {
            FactSource::Label(role) => role.as_ref(),
            _ => None,
        });
        let duties = reading
            .actor
            .into_iter()
            .flat_map(|actor| roles.clone().map(move |&role| people.role_turns(actor, role, at)));
        let edges = [reading.from, reading.expires].into_iter().filter(|&edge| edge > at);
        edges.chain(duties).min().unwrap_or(Instant::MAX)
    }
}
