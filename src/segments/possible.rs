//! Whether checks can hold together: exact over the values of each metric (and aggregate, and span), over the choices of each
//! fact, and over everything else that is true or false. A bar with `for` speaks of a stretch of the past: it holds throughout,
//! and fails where at any instant of the stretch it did not hold.

use super::line::{Domain, Line, possible, possible_whatever_the_baseline};
use super::rational::Rational;
use crate::calendar::Elapsed;
use crate::policy::{
    Aggregate, Bar, Check, Condition, Fact, FactKind, Gate, Id, Metric, MetricKind, Operator, Policy, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Whether checks can hold together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Possible {
    /// They can.
    Yes,
    /// They never do.
    No,
    /// There are more cases than are tried, or numbers beyond what is counted exactly.
    Undecided,
}

/// A check that holds, or one that does not.
#[derive(Debug, Clone, Copy)]
pub enum Claim<'p> {
    /// It holds.
    Holds(&'p Check),
    /// It does not.
    Fails(&'p Check),
}

/// So many ways to make alternatives true are tried before a question stays undecided.
const MOST_WAYS: u32 = 20_000;
/// Alternatives lie in each other at most so deep.
const DEEPEST: u32 = 400;

/// Whether all of these can be so at one instant.
pub fn can_be(policy: &Policy, claims: &[Claim<'_>]) -> Possible {
    let todo: Vec<(Sense, Item<'_>)> = claims
        .iter()
        .rev()
        .map(|claim| match claim {
            Claim::Holds(check) => (Sense::Holds, Item::Check(check)),
            Claim::Fails(check) => (Sense::Fails, Item::Check(check)),
        })
        .collect();
    let mut search = Search { policy, ways: 0, depth: 0 };
    search.run(todo, State::default()).unwrap_or(Possible::Undecided)
}

/// Whether one bar and another of the same metric and aggregate, whatever their spans, can hold at one value: for almost every
/// baseline where one of them has one.
pub fn can_meet(policy: &Policy, one: &[&Bar], other: &[&Bar]) -> Possible {
    let lines: Option<Vec<Line>> =
        one.iter().chain(other).map(|bar| Line::of(bar.operator, &bar.limit)).collect();
    let Some(first) = one.first().or(other.first()) else { return Possible::Undecided };
    let domain = domain_of(measured_kind(policy, first));
    answer(lines.and_then(|lines| possible_whatever_the_baseline(domain, &lines)))
}

/// Whether a value can miss a bar of some and meet no stop either, whatever their spans: for almost every baseline.
pub fn leaves_gap(policy: &Policy, some: &[&Bar], stop: &Bar) -> Possible {
    let domain = domain_of(measured_kind(policy, stop));
    for bar in some {
        let lines = [bar, &stop].map(|bar| Line::of(bar.operator, &bar.limit).map(Line::negated));
        let [Some(missed), Some(silent)] = lines else { return Possible::Undecided };
        match answer(possible_whatever_the_baseline(domain, &[missed, silent])) {
            Possible::No => {}
            other => return other,
        }
    }
    Possible::No
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sense {
    Holds,
    Fails,
}

impl Sense {
    fn turned(self) -> Self {
        match self {
            Self::Holds => Self::Fails,
            Self::Fails => Self::Holds,
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Item<'p> {
    Check(&'p Check),
    Evidence(&'p Condition),
}

/// What is compared with numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Quantity {
    Metric(Id<Metric>, Option<Aggregate>, Option<Elapsed>),
    Fact(Id<Fact>),
}

/// What is true or false and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Atom {
    Fact(Id<Fact>),
    Probe(String),
    Other(String),
}

/// What has one of finitely many values, by position.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Choice {
    Fact(Id<Fact>),
    Tier,
}

/// `over` a stretch of the past of this length: nothing means now.
#[derive(Debug, Clone, Copy)]
struct Stretched {
    line: Line,
    length: Elapsed,
}

#[derive(Debug, Clone, Default)]
struct State {
    held: BTreeMap<Quantity, Vec<Stretched>>,
    /// Broken at some instant of the stretch.
    broken: BTreeMap<Quantity, Vec<Stretched>>,
    atoms: BTreeMap<Atom, Sense>,
    choices: BTreeMap<Choice, BTreeSet<usize>>,
    /// Gates that were looked into: what is asked twice is asked once.
    gates: BTreeMap<Id<Gate>, Sense>,
}

struct Search<'p> {
    policy: &'p Policy,
    ways: u32,
    depth: u32,
}

impl<'p> Search<'p> {
    /// Nothing where it cannot be decided.
    fn run(&mut self, mut todo: Vec<(Sense, Item<'p>)>, mut state: State) -> Option<Possible> {
        while let Some((sense, item)) = todo.pop() {
            if let Item::Check(Check::Gate(gate, _)) = item {
                match state.gates.insert(*gate, sense) {
                    Some(known) if known == sense => continue,
                    Some(_) => return Some(Possible::No),
                    None => {}
                }
            }
            let alternatives: Vec<(Sense, Item<'p>)> = match (sense, item) {
                (_, Item::Check(Check::Not(inner))) => vec![(sense.turned(), Item::Check(inner))],
                (_, Item::Check(Check::Evidence(condition))) => vec![(sense, Item::Evidence(condition))],
                (_, Item::Evidence(Condition::Not(inner))) => vec![(sense.turned(), Item::Evidence(inner))],
                (Sense::Holds, Item::Check(Check::All(parts)))
                | (Sense::Fails, Item::Check(Check::Any(parts))) => {
                    todo.extend(parts.iter().rev().map(|part| (sense, Item::Check(part))));
                    continue;
                }
                (Sense::Holds, Item::Evidence(Condition::All(parts)))
                | (Sense::Fails, Item::Evidence(Condition::Any(parts))) => {
                    todo.extend(parts.iter().rev().map(|part| (sense, Item::Evidence(part))));
                    continue;
                }
                (Sense::Holds, Item::Check(Check::Gate(gate, _))) => {
                    let bounds = self.policy.gates[*gate].requires.iter().rev();
                    todo.extend(bounds.map(|bound| (sense, Item::Check(&bound.check))));
                    continue;
                }
                (Sense::Fails, Item::Check(Check::Gate(gate, _))) => {
                    let bounds = self.policy.gates[*gate].requires.iter();
                    bounds.map(|bound| (sense, Item::Check(&bound.check))).collect()
                }
                (_, Item::Check(Check::All(parts) | Check::Any(parts))) => {
                    parts.iter().map(|part| (sense, Item::Check(part))).collect()
                }
                (_, Item::Evidence(Condition::All(parts) | Condition::Any(parts))) => {
                    parts.iter().map(|part| (sense, Item::Evidence(part))).collect()
                }
                (_, Item::Check(Check::Bar(bar))) => {
                    self.bar(bar, sense, &mut state)?;
                    continue;
                }
                (_, Item::Check(Check::Probe(name, _))) => {
                    if !atom(&mut state, Atom::Probe(name.clone()), sense) {
                        return Some(Possible::No);
                    }
                    continue;
                }
                (_, Item::Evidence(condition)) => {
                    if !self.evidence(condition, sense, &mut state)? {
                        return Some(Possible::No);
                    }
                    continue;
                }
            };
            match alternatives.as_slice() {
                [only] => todo.push(*only),
                [] => return Some(Possible::No),
                _ => return self.any(&alternatives, &todo, &state),
            }
        }
        self.settled(&state).map(|possible| if possible { Possible::Yes } else { Possible::No })
    }

    fn any(
        &mut self,
        alternatives: &[(Sense, Item<'p>)],
        todo: &[(Sense, Item<'p>)],
        state: &State,
    ) -> Option<Possible> {
        if !self.settled(state)? {
            return Some(Possible::No);
        }
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        for alternative in alternatives {
            self.ways += 1;
            if self.ways > MOST_WAYS {
                return None;
            }
            let mut todo = todo.to_vec();
            todo.push(*alternative);
            if self.run(todo, state.clone())? == Possible::Yes {
                return Some(Possible::Yes);
            }
        }
        self.depth -= 1;
        Some(Possible::No)
    }

    fn bar(&self, bar: &Bar, sense: Sense, state: &mut State) -> Option<()> {
        let quantity = Quantity::Metric(bar.metric, bar.aggregate, bar.over);
        let line = Line::of(bar.operator, &bar.limit)?;
        let length = bar.sustained.unwrap_or(Elapsed::ZERO);
        place(state, quantity, line, length, sense);
        Some(())
    }

    /// Whether a leaf of evidence can still be so; nothing where it cannot be decided.
    fn evidence(&self, condition: &Condition, sense: Sense, state: &mut State) -> Option<bool> {
        Some(match condition {
            Condition::Holds(fact, _) => atom(state, Atom::Fact(*fact), sense),
            Condition::Compare(fact, operator, value, _) => {
                self.compare(*fact, *operator, value, sense, state)?
            }
            Condition::Sustained(fact, operator, value, length, _) => {
                let text = format!("{fact:?} {operator:?} {value:?} {length}");
                atom(state, Atom::Other(text), sense)
            }
            Condition::OneOf(fact, values, _) => {
                let FactKind::OneOf(choices) = &self.policy.facts[*fact].kind else {
                    return Some(atom(state, Atom::Other(format!("{fact:?} in {values:?}")), sense));
                };
                let named = |at: &usize| {
                    choices.get(*at).is_some_and(|choice| {
                        values.iter().any(|value| matches!(value, Value::Choice(named) if named == choice))
                    })
                };
                choose(state, Choice::Fact(*fact), choices.len(), sense, named)
            }
            Condition::TierIn(tiers, _) => {
                let count = self.policy.tiers.len();
                choose(state, Choice::Tier, count, sense, |at| tiers.iter().any(|tier| tier.index() == *at))
            }
            Condition::Approved(seats) => atom(state, Atom::Other(format!("{:?}", seats.seats)), sense),
            Condition::Approval(rule, _) => atom(state, Atom::Other(format!("approval {rule:?}")), sense),
            Condition::All(_) | Condition::Any(_) | Condition::Not(_) => true,
        })
    }

    fn compare(
        &self,
        fact: Id<Fact>,
        operator: Operator,
        value: &Value,
        sense: Sense,
        state: &mut State,
    ) -> Option<bool> {
        match (&self.policy.facts[fact].kind, value) {
            (FactKind::Bool, Value::Bool(wanted)) => {
                let is_wanted = (operator == Operator::Equal) == *wanted;
                let sense = if is_wanted { sense } else { sense.turned() };
                Some(atom(state, Atom::Fact(fact), sense))
            }
            (FactKind::OneOf(choices), Value::Choice(bar)) => {
                let bar = choices.iter().position(|choice| choice == bar)?;
                let fits = |at: &usize| match operator {
                    Operator::Equal => *at == bar,
                    Operator::NotEqual => *at != bar,
                    Operator::Less => *at < bar,
                    Operator::LessOrEqual => *at <= bar,
                    Operator::Greater => *at > bar,
                    Operator::GreaterOrEqual => *at >= bar,
                };
                Some(choose(state, Choice::Fact(fact), choices.len(), sense, fits))
            }
            _ => {
                let amount = match value {
                    Value::Instant(at) => Rational::new(i128::from(at.unix()), 1),
                    value => value.amount().and_then(Rational::of),
                };
                let Some(plus) = amount else {
                    return Some(atom(state, Atom::Other(format!("{fact:?} {operator:?} {value:?}")), sense));
                };
                let line = Line { operator, factor: Rational::ZERO, plus };
                place(state, Quantity::Fact(fact), line, Elapsed::ZERO, sense);
                Some(true)
            }
        }
    }

    /// Whether every quantity can have been as its bars say.
    fn settled(&self, state: &State) -> Option<bool> {
        let quantities: BTreeSet<&Quantity> = state.held.keys().chain(state.broken.keys()).collect();
        for quantity in quantities {
            let domain = match quantity {
                Quantity::Metric(metric, aggregate, _) => domain_of(kind(self.policy, *metric, *aggregate)),
                Quantity::Fact(fact) => fact_domain(&self.policy.facts[*fact].kind),
            };
            let held = state.held.get(quantity).map_or(&[][..], Vec::as_slice);
            // Now is within every stretch; so long ago only those that reach as far still bind.
            if !possible(domain, &lines(held, Elapsed::ZERO))? {
                return Some(false);
            }
            for broken in state.broken.get(quantity).into_iter().flatten() {
                let mut then = lines(held, broken.length);
                then.push(broken.line.negated());
                if !possible(domain, &then)? {
                    return Some(false);
                }
            }
        }
        Some(true)
    }
}

fn lines(held: &[Stretched], ago: Elapsed) -> Vec<Line> {
    held.iter().filter(|held| held.length >= ago).map(|held| held.line).collect()
}

fn place(state: &mut State, quantity: Quantity, line: Line, length: Elapsed, sense: Sense) {
    let (map, line) = match sense {
        Sense::Holds => (&mut state.held, line),
        // What fails now is what holds the other way round.
        Sense::Fails if length == Elapsed::ZERO => {
            (&mut state.held, Line { operator: line.operator.opposite(), ..line })
        }
        Sense::Fails => (&mut state.broken, line),
    };
    map.entry(quantity).or_default().push(Stretched { line, length });
}

fn atom(state: &mut State, atom: Atom, sense: Sense) -> bool {
    *state.atoms.entry(atom).or_insert(sense) == sense
}

fn choose(
    state: &mut State,
    choice: Choice,
    count: usize,
    sense: Sense,
    fits: impl Fn(&usize) -> bool,
) -> bool {
    let left = state.choices.entry(choice).or_insert_with(|| (0..count).collect());
    left.retain(|at| fits(at) == (sense == Sense::Holds));
    !left.is_empty()
}

fn answer(possible: Option<bool>) -> Possible {
    match possible {
        Some(true) => Possible::Yes,
        Some(false) => Possible::No,
        None => Possible::Undecided,
    }
}

/// What a bar compares.
fn measured_kind(policy: &Policy, bar: &Bar) -> MetricKind {
    kind(policy, bar.metric, bar.aggregate)
}

fn kind(policy: &Policy, metric: Id<Metric>, aggregate: Option<Aggregate>) -> MetricKind {
    match (policy.metrics[metric].kind, aggregate) {
        (MetricKind::Count, Some(Aggregate::Rate)) => MetricKind::Rate,
        (kind, _) => kind,
    }
}

/// No metric is below zero; shares and scores end at one.
fn domain_of(kind: MetricKind) -> Domain {
    let most = matches!(kind, MetricKind::Ratio | MetricKind::Score).then_some(Rational::ONE);
    Domain { least: Some(Rational::ZERO), most }
}

fn fact_domain(kind: &FactKind) -> Domain {
    match kind {
        FactKind::Ratio => Domain { least: Some(Rational::ZERO), most: Some(Rational::ONE) },
        FactKind::Duration | FactKind::Rate => Domain { least: Some(Rational::ZERO), most: None },
        _ => Domain { least: None, most: None },
    }
}
