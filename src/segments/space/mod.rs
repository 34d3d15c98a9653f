//! Every change that a policy can be asked about, at every instant of its horizon, as finitely many cases: the engine under
//! proof, comparison and coverage. Language section 7.
//!
//! Time falls into stretches in which the same windows, exceptions and shifts hold; cells that nothing tells apart are one;
//! evidence falls into what the policy's own bars can tell apart, approvals into how many people of which roles give them.
//! What is left, the combinations of evidence, is never listed: a decision diagram says in which of them a verdict holds.

mod cells;
mod crowd;
mod judge;
mod moments;
mod range;
mod readings;
mod says;
mod smallest;
mod witness;

pub use biodivine_lib_bdd::Bdd;
pub use cells::{Cell, Place};
pub use crowd::{Said, Way};
pub use judge::Judge;
pub use moments::{Item, States, Stretch};
pub use says::Says;
pub use witness::{Use, Witness};

use crate::calendar::Interval;
use crate::policy::{Asking, Condition, Fact, FactSource, Id, Policy, Requirement, Reuse, Ruling, Schedule};
use biodivine_lib_bdd::BddVariableSet;
use cells::Scopes;
use crowd::{Crowd, Group, groups_of};
use moments::{Marks, Moments, stretches};
use range::{Bits, Range};
use readings::Readings;
use smallest::Quantity;
use std::collections::{BTreeMap, BTreeSet};

/// Why a space cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

/// The combinations of evidence that one or several policies can be asked about together.
#[derive(Debug)]
pub struct Space<'p> {
    policies: Vec<&'p Policy>,
    variables: BddVariableSet,
    valid: Bdd,
    facts: BTreeMap<&'p str, (Range, Readings)>,
    /// Which change it is: another one, or one that an exception is for.
    change: (Range, Vec<&'p str>),
    /// Exceptions that may be used once: nobody looked, not used, or used.
    once: BTreeMap<&'p str, Range>,
    crowd: Crowd<'p>,
    /// All of it, in this order, with how much each value says.
    quantities: Vec<Quantity>,
    cells: Vec<Cell>,
    moments: Vec<Moments<'p>>,
}

impl<'p> Space<'p> {
    /// The space of policies over a stretch of time.
    ///
    /// # Errors
    /// Where there is more evidence than its diagrams can hold.
    pub fn of(policies: &[&'p Policy], within: Interval) -> Result<Self, TooLarge> {
        let mut bits = Bits::default();
        let mut leaves: BTreeMap<&'p str, Vec<(usize, &'p Fact, &'p Condition)>> = BTreeMap::new();
        let mut groups: Vec<Group<'p>> = Vec::new();
        let mut scopes = Scopes::default();
        let mut marks = vec![Marks::default(); policies.len()];
        for (at, &policy) in policies.iter().enumerate() {
            scopes.add(at, policy);
            for fact in policy.facts.rows() {
                leaves.entry(&fact.name).or_default();
            }
            for condition in conditions(policy) {
                leaves_of(condition, &mut |fact, leaf| {
                    let fact = &policy.facts[fact];
                    leaves.entry(&fact.name).or_default().push((at, fact, leaf));
                });
                groups_of((at, policy), condition, &mut groups);
            }
            let approving =
                policy.exceptions.rows().iter().filter_map(|exception| exception.approve.as_ref());
            groups.extend(approving.map(|seats| (at, seats, None)));
            if let Some(marks) = marks.get_mut(at) {
                for proof in policy.proofs.rows() {
                    mark(at, &proof.asked, &mut scopes, marks);
                }
            }
        }
        let mut facts = BTreeMap::new();
        for (name, leaves) in leaves.into_iter().filter(|(_, leaves)| !leaves.is_empty()) {
            let mut kinds: Vec<_> = leaves.iter().map(|(_, fact, _)| &fact.kind).collect();
            kinds.dedup();
            let leaves: Vec<_> = leaves.iter().map(|(_, fact, leaf)| (&fact.kind, *leaf)).collect();
            let readings = Readings::of(&kinds, &leaves);
            facts.insert(name, (bits.range(readings.list.len()), readings));
        }
        let reuses = policies.iter().flat_map(|policy| policy.exceptions.rows());
        let mut ids: Vec<&'p str> = Vec::new();
        let mut once = BTreeMap::new();
        for exception in reuses {
            match &exception.reuse {
                Reuse::Any => {}
                Reuse::ForChange(id) if ids.contains(&id.as_str()) => {}
                Reuse::ForChange(id) => ids.push(id),
                Reuse::Once => {
                    once.entry(exception.name.as_str()).or_insert_with(|| bits.range(3));
                }
            }
        }
        let change = (bits.range(ids.len() + 1), ids);
        let crowd = Crowd::of(policies, &groups, &mut bits).ok_or(TooLarge)?;
        let variables = bits.variables().ok_or(TooLarge)?;
        let ranges = facts.values().map(|(range, _)| range).chain([&change.0]).chain(once.values());
        let valid = ranges.fold(crowd.valid(&variables), |all, range| all.and(&range.valid(&variables)));
        // One log tells of every exception at once.
        let unread = |range: &Range| range.is(&variables, 0);
        let nobody_looked = once.values().fold(variables.mk_true(), |all, range| all.and(&unread(range)));
        let somebody_did = once.values().fold(variables.mk_true(), |all, range| all.and_not(&unread(range)));
        let valid = valid.and(&nobody_looked.or(&somebody_did));
        let quantities = quantities(&facts, &change.0, &once, &crowd);
        let moments = policies.iter().zip(&marks).enumerate();
        let moments = moments
            .map(|(at, (policy, marks))| Moments::of(policy, within, marks, &shifts(policy, at, &groups)))
            .collect();
        let cells = scopes.cells(policies);
        Ok(Self {
            policies: policies.to_vec(),
            variables,
            valid,
            facts,
            change,
            once,
            crowd,
            quantities,
            cells,
            moments,
        })
    }

    /// Cells, one of each kind that anything tells apart.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The stretches of a cell, in order; states are numbered as they are met.
    pub fn stretches(&self, cell: &Cell, states: &mut [States]) -> Vec<Stretch> {
        stretches(cell, &self.moments, states)
    }

    /// An empty list of states for each policy.
    pub fn states(&self) -> Vec<States> {
        self.policies.iter().map(|_| States::default()).collect()
    }

    /// Every combination that there can be.
    pub fn everything(&self) -> &Bdd {
        &self.valid
    }

    /// Every combination in which nobody asks for changes.
    pub fn unopposed(&self) -> Bdd {
        self.valid.and_not(&self.crowd.opposed(&self.variables))
    }

    /// No combination.
    pub fn nothing(&self) -> Bdd {
        self.variables.mk_false()
    }

    /// How many combinations these are, in digits.
    pub fn count(&self, of: &Bdd) -> String {
        of.and(&self.valid).exact_cardinality().to_string()
    }
}

/// Everything that evidence and people can say, with how much of it each value is, as [`Witness::size`] counts.
fn quantities(
    facts: &BTreeMap<&str, (Range, Readings)>,
    change: &Range,
    once: &BTreeMap<&str, Range>,
    crowd: &Crowd<'_>,
) -> Vec<Quantity> {
    let facts = facts.values().map(|(range, readings)| {
        Quantity::new(range, |value| readings.list.get(value).map_or(0, |reading| reading.history.len()))
    });
    let change = Quantity::new(change, |value| usize::from(value > 0));
    // That somebody looked is said once, with the first exception.
    let once = once.values().enumerate().map(|(at, range)| {
        Quantity::new(range, move |value| usize::from(at == 0 && value > 0) + usize::from(value == 2))
    });
    let crowd =
        crowd.ranges().enumerate().map(|(at, range)| Quantity::new(range, |value| crowd.size(at, value)));
    facts.chain([change]).chain(once).chain(crowd).collect()
}

/// Every condition that a decision of the policy, or one of its promises, may ask.
fn conditions(policy: &Policy) -> impl Iterator<Item = &Condition> {
    let required = policy.tiers.rows().iter().flat_map(|tier| &tier.requirements);
    let required = required.map(|Requirement { condition, .. }| condition);
    let rulings = policy.kinds.rows().iter().flat_map(|kind| &kind.rulings);
    let admitted = rulings.filter_map(|(ruling, _)| match ruling {
        Ruling::Admit { when } => Some(when),
        Ruling::Except | Ruling::Block => None,
    });
    let followed =
        policy.windows.rows().iter().filter_map(|window| Some(&window.follows.as_ref()?.condition));
    let promised = policy.proofs.rows().iter().flat_map(|proof| asked_of(&proof.asked));
    required.chain(admitted).chain(followed).chain(promised)
}

/// The conditions in a promise.
fn asked_of(asking: &Asking) -> Vec<&Condition> {
    match asking {
        Asking::All(parts) | Asking::Any(parts) => parts.iter().flat_map(asked_of).collect(),
        Asking::Not(part) => asked_of(part),
        Asking::Evidence(condition) => vec![condition],
        _ => Vec::new(),
    }
}

/// What a promise tells apart although no decision does.
fn mark<'p>(policy: usize, asking: &'p Asking, scopes: &mut Scopes<'p>, marks: &mut Marks) {
    match asking {
        Asking::All(parts) | Asking::Any(parts) => {
            for part in parts {
                mark(policy, part, scopes, marks);
            }
        }
        Asking::Not(part) => mark(policy, part, scopes, marks),
        Asking::Component(components) => scopes.components.push((policy, components)),
        Asking::Environment(environments) => scopes.environments.push((policy, environments)),
        Asking::Action(actions) => scopes.actions.push(actions),
        Asking::DuringWindow(windows) => marks.windows.extend(windows.iter().copied()),
        Asking::At(span) => {
            if !marks.spans.contains(span) {
                marks.spans.push(*span);
            }
        }
        Asking::Tier(_)
        | Asking::Region(_)
        | Asking::Phase(_)
        | Asking::DuringKind(_)
        | Asking::Evidence(_)
        | Asking::Unknown(_) => {}
    }
}

/// Visits every part of a condition that speaks of one fact.
fn leaves_of<'p>(condition: &'p Condition, visit: &mut impl FnMut(Id<Fact>, &'p Condition)) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            for part in parts {
                leaves_of(part, visit);
            }
        }
        Condition::Not(part) => leaves_of(part, visit),
        Condition::Holds(fact, _)
        | Condition::Compare(fact, ..)
        | Condition::Sustained(fact, ..)
        | Condition::OneOf(fact, ..) => visit(*fact, condition),
        Condition::Approved(_) | Condition::Approval(..) | Condition::TierIn(..) => {}
    }
}

/// Shifts of schedules whose people may take a seat, or set a label that says a fact.
fn shifts(policy: &Policy, at: usize, groups: &[Group<'_>]) -> BTreeSet<(Id<Schedule>, usize)> {
    let seats = groups.iter().filter(|(of, ..)| *of == at).flat_map(|(_, seats, _)| &seats.seats);
    let labelled =
        policy.facts.rows().iter().flat_map(|fact| &fact.sources).filter_map(|source| match source {
            FactSource::Label(role) => role.as_ref(),
            _ => None,
        });
    let roles = seats.flat_map(|seat| &seat.roles).chain(labelled);
    roles
        .flat_map(|role| &policy.roles[*role].schedules)
        .flat_map(|&schedule| {
            (0..policy.schedules[schedule].shifts.len()).map(move |shift| (schedule, shift))
        })
        .collect()
}
