//! The questions that are put to a policy and to its mutant: with evidence that favours the change, with none, and with each fact
//! otherwise in turn.

use super::About;
use super::condition::round;
use crate::calendar::Instant;
use crate::decide::{Approval, ApprovalState, BreakGlassUse, Change, Context, StatedTier};
use crate::policy::{Action, Condition, Fact, FactKind, Id, Operator, Policy, Reuse, Ruling, Value};
use crate::verify::question;
use std::collections::{BTreeMap, BTreeSet};

/// A question without its instant: it is asked of every region and component at once.
pub(super) struct Question {
    change: Change,
    evidence: BTreeMap<String, Value>,
}

impl Question {
    pub fn at(&self, policy: &Policy, at: Instant) -> (Change, Context) {
        let mut change = self.change.clone();
        change.evidence =
            self.evidence.iter().map(|(fact, value)| question::evidence(policy, fact, value, at)).collect();
        for approval in &mut change.approvals {
            approval.given_at = Some(at);
        }
        if let Some(taken) = &mut change.break_glass {
            taken.asked_at = Some(at);
        }
        (change, Context::at(at))
    }
}

/// Every kind of question that could tell a mutant from its policy.
pub(super) fn questions(policy: &Policy, about: About) -> Vec<Question> {
    let favourable = favourable(policy);
    let evidence = variants(policy, about, &favourable);
    let reviews = reviews(policy, about);
    let tiers: Vec<Option<String>> = match about {
        About::Tier(tier) => vec![Some(policy.tiers[tier].name.clone())],
        _ if policy.tiers.is_empty() => vec![None],
        _ => policy.tiers.rows().iter().map(|tier| Some(tier.name.clone())).collect(),
    };
    let actions: &[Action] = match about {
        About::Window(_) => &Action::ALL,
        _ => &[Action::Merge, Action::Deploy, Action::Promote],
    };
    let environments: Vec<Option<String>> = match about {
        About::Window(_) if !policy.environments.is_empty() => {
            policy.environments.rows().iter().map(|row| Some(row.name.clone())).collect()
        }
        _ => vec![None],
    };
    let id = policy.exceptions.rows().iter().find_map(|exception| match &exception.reuse {
        Reuse::ForChange(id) => Some(id.clone()),
        Reuse::Any | Reuse::Once => None,
    });
    let mut found = Vec::new();
    for tier in &tiers {
        for action in actions {
            for environment in &environments {
                let asked = Change {
                    id: id.clone(),
                    tier: tier.as_ref().map(|name| StatedTier { name: name.clone(), by: None }),
                    action: Some(*action),
                    environment: environment.clone(),
                    ..Change::default()
                };
                let with = |evidence: &BTreeMap<String, Value>, people: &[String]| Question {
                    change: Change {
                        approvals: people.iter().map(|person| approval(person)).collect(),
                        ..asked.clone()
                    },
                    evidence: evidence.clone(),
                };
                let everybody = reviews.first().map(Vec::as_slice).unwrap_or_default();
                found.extend(evidence.iter().map(|evidence| with(evidence, everybody)));
                found.extend(reviews.iter().skip(1).map(|people| with(&favourable, people)));
                if about == About::Rules {
                    found.extend(glasses(policy).map(|taken| {
                        let mut question = with(&favourable, everybody);
                        question.change.break_glass = Some(taken);
                        question
                    }));
                }
            }
        }
    }
    found
}

fn approval(person: &str) -> Approval {
    Approval {
        person: person.to_owned(),
        commit: None,
        patch: None,
        given_at: None,
        state: ApprovalState::Approved,
        dismissed: false,
    }
}

/// Who approves: everybody, nobody, all but one role, one of each role; the first two alone where nothing else can matter.
fn reviews(policy: &Policy, about: About) -> Vec<Vec<String>> {
    let members = |at: usize| -> BTreeSet<String> {
        let Some(role) = policy.roles.rows().get(at) else { return BTreeSet::new() };
        let teams = role.teams.iter().flat_map(|team| &policy.teams[*team].members);
        role.members.iter().chain(teams).cloned().collect()
    };
    let all: Vec<BTreeSet<String>> = (0..policy.roles.len()).map(members).collect();
    let everybody: BTreeSet<String> = all.iter().flatten().cloned().collect();
    let mut found = vec![everybody.clone(), BTreeSet::new()];
    if !matches!(about, About::Window(_)) {
        found.push(all.iter().filter_map(|members| members.first().cloned()).collect());
        for role in &all {
            found.push(role.iter().take(1).cloned().collect());
            found.push(everybody.difference(role).cloned().collect());
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|people| seen.insert(people.clone()));
    found.into_iter().map(|people| people.into_iter().collect()).collect()
}

fn glasses(policy: &Policy) -> impl Iterator<Item = BreakGlassUse> + '_ {
    policy.break_glass.rows().iter().flat_map(|glass| {
        let roles = glass.by.seats.iter().flat_map(|seat| &seat.roles);
        roles.filter_map(|role| {
            let by = policy.roles[*role].members.first()?.clone();
            Some(BreakGlassUse { name: glass.name.clone(), by, asked_at: None, reason: None })
        })
    })
}

/// What evidence says: what favours the change, nothing, and each fact otherwise or unknown in turn; of a window, only the facts
/// that it follows.
fn variants(
    policy: &Policy,
    about: About,
    favourable: &BTreeMap<String, Value>,
) -> Vec<BTreeMap<String, Value>> {
    let mut found = vec![favourable.clone(), BTreeMap::new()];
    let mut atoms = Vec::new();
    match about {
        About::Window(id) => {
            let follow = policy.windows[id].follows.as_ref();
            follow.into_iter().for_each(|follow| collect(&follow.condition, Wanted::Yes, &mut atoms));
        }
        _ => atoms = every_atom(policy),
    }
    let facts: BTreeSet<Id<Fact>> = atoms.iter().map(|atom| atom.fact).collect();
    for id in facts {
        let fact = &policy.facts[id];
        let mut without = favourable.clone();
        without.remove(&fact.name);
        found.push(without);
        for value in candidates(fact, &every_atom(policy), id) {
            let mut with = favourable.clone();
            if with.insert(fact.name.clone(), value.clone()).as_ref() != Some(&value) {
                found.push(with);
            }
        }
    }
    found
}

/// Whether a condition helps a change where it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Yes,
    No,
}

impl Wanted {
    fn turned(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
        }
    }
}

/// One test of one fact.
struct Atom<'p> {
    fact: Id<Fact>,
    wanted: Wanted,
    /// Nothing where the fact must be true.
    bar: Option<(Operator, &'p Value)>,
}

fn every_atom(policy: &Policy) -> Vec<Atom<'_>> {
    let mut atoms = Vec::new();
    let asked = policy.tiers.rows().iter().flat_map(|tier| &tier.requirements).map(|asked| &asked.condition);
    let rulings = policy.kinds.rows().iter().flat_map(|kind| &kind.rulings);
    let admitted = rulings.filter_map(|(ruling, _)| match ruling {
        Ruling::Admit { when } => Some(when),
        Ruling::Except | Ruling::Block => None,
    });
    let glasses = policy.break_glass.rows().iter().flat_map(|glass| &glass.requires).map(|(asked, ..)| asked);
    asked.chain(admitted).chain(glasses).for_each(|condition| collect(condition, Wanted::Yes, &mut atoms));
    for window in policy.windows.rows() {
        let wanted = if window.only { Wanted::Yes } else { Wanted::No };
        if let Some(follow) = &window.follows {
            collect(&follow.condition, wanted, &mut atoms);
        }
    }
    atoms
}

fn collect<'p>(condition: &'p Condition, wanted: Wanted, atoms: &mut Vec<Atom<'p>>) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| collect(part, wanted, atoms));
        }
        Condition::Not(inner) => collect(inner, wanted.turned(), atoms),
        Condition::Holds(fact, _) => atoms.push(Atom { fact: *fact, wanted, bar: None }),
        Condition::Compare(fact, operator, value, _) | Condition::Sustained(fact, operator, value, ..) => {
            atoms.push(Atom { fact: *fact, wanted, bar: Some((*operator, value)) });
        }
        Condition::OneOf(fact, values, _) => {
            let bars = values.iter().map(|value| Some((Operator::Equal, value)));
            atoms.extend(bars.map(|bar| Atom { fact: *fact, wanted, bar }));
        }
        Condition::Approved(_) | Condition::Approval(..) | Condition::TierIn(..) => {}
    }
}

/// For each fact that is asked for, the value that helps a change in most of the places that ask.
fn favourable(policy: &Policy) -> BTreeMap<String, Value> {
    let atoms = every_atom(policy);
    let mut found = BTreeMap::new();
    for (id, fact) in policy.facts.iter() {
        let of_fact = || atoms.iter().filter(|atom| atom.fact == id);
        let helps = |value: &Value| {
            of_fact().filter(|atom| holds(&fact.kind, atom, value) == (atom.wanted == Wanted::Yes)).count()
        };
        let mut best: Option<(usize, Value)> = None;
        for value in candidates(fact, &atoms, id) {
            let helped = helps(&value);
            if best.as_ref().is_none_or(|(most, _)| helped > *most) {
                best = Some((helped, value));
            }
        }
        found.extend(best.map(|(_, value)| (fact.name.clone(), value)));
    }
    found
}

/// Values on both sides of every bar that a fact is held against, and the bars themselves.
fn candidates(fact: &Fact, atoms: &[Atom<'_>], id: Id<Fact>) -> Vec<Value> {
    let mut found: Vec<Value> = match &fact.kind {
        FactKind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        FactKind::OneOf(choices) => choices.iter().cloned().map(Value::Choice).collect(),
        _ => Vec::new(),
    };
    for (_, bar) in atoms.iter().filter(|atom| atom.fact == id).filter_map(|atom| atom.bar) {
        for value in std::iter::once(bar.clone()).chain(round(bar).into_iter().flatten()) {
            if !found.contains(&value) {
                found.push(value);
            }
        }
    }
    found
}

fn holds(kind: &FactKind, atom: &Atom<'_>, value: &Value) -> bool {
    let Some((operator, bar)) = atom.bar else { return *value == Value::Bool(true) };
    kind.compares(value, operator, bar)
}
