//! What evidence can say of one fact: nothing, or one value for each way in which the policy's own bars can tell values apart.
//!
//! A bar with `for` also remembers: it changes sides only once the value has been on the other side for so long. What it can
//! remember together with what is measured now is found by walking through every history, in steps of the longest time that
//! divides every such length.

use crate::calendar::{Elapsed, Instant};
use crate::policy::{Condition, FactKind, Operator, Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// So many states of memory are walked through before what is remembered counts as free.
const MOST_STATES: usize = 20_000;

/// What a bar with `for` says where it remembers: that the value is on its side, that it is not, or nothing.
pub(super) type Side = Option<bool>;

/// One thing that evidence can say of a fact.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reading {
    /// The value now; nothing where it is not known.
    pub value: Option<Value>,
    /// What each bar with `for` remembers, in the order of [`Readings::lasting`].
    pub sides: Vec<Side>,
    /// How it came about: values with how long before now each was first measured, the oldest first, each until the next.
    pub history: Vec<(Elapsed, Value)>,
}

/// Everything that evidence can say of a fact; that nothing is known is first.
#[derive(Debug)]
pub(super) struct Readings {
    pub list: Vec<Reading>,
    lasting: Vec<Lasting>,
}

/// A bar with `for`.
#[derive(Debug, Clone, PartialEq)]
struct Lasting {
    operator: Operator,
    bar: Value,
    length: Elapsed,
}

impl Readings {
    /// Tells values of these kinds apart by conditions that speak of the fact, each with the kind that it compares by.
    pub fn of(kinds: &[&FactKind], leaves: &[(&FactKind, &Condition)]) -> Self {
        let mut lasting: Vec<Lasting> = Vec::new();
        for (_, leaf) in leaves {
            if let Condition::Sustained(_, operator, bar, length, _) = leaf {
                let one = Lasting { operator: *operator, bar: bar.clone(), length: *length };
                if !lasting.contains(&one) {
                    lasting.push(one);
                }
            }
        }
        let mut told_apart: Vec<Vec<bool>> = Vec::new();
        let mut values: Vec<Value> = Vec::new();
        for kind in kinds {
            for value in samples(kind, leaves) {
                let row: Vec<bool> = leaves
                    .iter()
                    .map(|(kind, leaf)| now(kind, leaf, &value))
                    .chain(kinds.iter().map(|kind| kind.takes(&value)))
                    .collect();
                if !told_apart.contains(&row) {
                    told_apart.push(row);
                    values.push(value);
                }
            }
        }
        let kind = kinds.first().copied().unwrap_or(&FactKind::Bool);
        let list = remembered(kind, &values, &lasting);
        Self { list, lasting }
    }

    /// What a condition on the fact says of each reading: true, false, or nothing.
    pub fn ask(&self, kind: &FactKind, condition: &Condition) -> Vec<Option<bool>> {
        let lasting = match condition {
            Condition::Sustained(_, operator, bar, length, _) => {
                let same =
                    |one: &Lasting| one.operator == *operator && one.bar == *bar && one.length == *length;
                Some(self.lasting.iter().position(same))
            }
            _ => None,
        };
        let said = |reading: &Reading| match lasting {
            Some(at) => at.and_then(|at| reading.sides.get(at).copied().flatten()),
            None => reading.value.as_ref().map(|value| now(kind, condition, value)),
        };
        self.list.iter().map(said).collect()
    }
}

/// Whether a condition on a fact holds of a value, what it remembers left out.
fn now(kind: &FactKind, condition: &Condition, value: &Value) -> bool {
    match condition {
        Condition::Holds(..) => *value == Value::Bool(true),
        Condition::Compare(_, operator, bar, _) | Condition::Sustained(_, operator, bar, ..) => {
            kind.compares(value, *operator, bar)
        }
        Condition::OneOf(_, values, _) => values.contains(value),
        _ => false,
    }
}

/// Values of a kind, so many that every way to lie among the bars is among them.
fn samples(kind: &FactKind, leaves: &[(&FactKind, &Condition)]) -> Vec<Value> {
    let mut bars: Vec<&Value> = Vec::new();
    for (_, leaf) in leaves {
        match leaf {
            Condition::Compare(_, _, bar, _) | Condition::Sustained(_, _, bar, ..) => bars.push(bar),
            Condition::OneOf(_, values, _) => bars.extend(values),
            _ => {}
        }
    }
    let amounts = |of: fn(&Value) -> Option<Decimal>| bars.iter().filter_map(|bar| of(bar)).collect();
    match kind {
        FactKind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        FactKind::OneOf(choices) => choices.iter().cloned().map(Value::Choice).collect(),
        FactKind::Number => around(amounts(Value::amount), None).into_iter().map(Value::Number).collect(),
        FactKind::Money => around(amounts(Value::amount), None).into_iter().map(Value::Money).collect(),
        FactKind::Ratio => {
            around(amounts(Value::amount), Some(Decimal::ZERO)).into_iter().map(Value::Ratio).collect()
        }
        FactKind::Rate => {
            around(amounts(Value::amount), Some(Decimal::ZERO)).into_iter().map(Value::Rate).collect()
        }
        FactKind::Duration => {
            let seconds = bars.iter().filter_map(|bar| match bar {
                Value::Duration(length) => Some(length.as_seconds()),
                _ => None,
            });
            let near = near(seconds.collect()).into_iter().filter(|seconds| *seconds >= 0);
            near.map(|seconds| Value::Duration(Elapsed::seconds(seconds))).collect()
        }
        FactKind::Instant => {
            let seconds = bars.iter().filter_map(|bar| match bar {
                Value::Instant(at) => Some(at.unix()),
                _ => None,
            });
            let instants = near(seconds.collect()).into_iter().map(Instant::from_unix);
            instants.map(Value::Instant).collect()
        }
        FactKind::Text => {
            let mut texts: Vec<&str> = bars
                .iter()
                .filter_map(|bar| match bar {
                    Value::Text(text) => Some(text.as_str()),
                    _ => None,
                })
                .collect();
            texts.sort_unstable();
            let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0);
            let other = "x".repeat(longest + 1);
            texts.into_iter().map(str::to_owned).chain([other]).map(Value::Text).collect()
        }
    }
}

/// The amounts themselves, one between each two, one below and one above; none below `least`.
fn around(mut amounts: Vec<Decimal>, least: Option<Decimal>) -> Vec<Decimal> {
    amounts.sort_unstable();
    amounts.dedup();
    let (Some(&first), Some(&last)) = (amounts.first(), amounts.last()) else { return vec![Decimal::ONE] };
    let two = Decimal::TWO;
    let mut found = amounts.clone();
    found.extend(amounts.iter().zip(amounts.iter().skip(1)).map(|(one, next)| (one + next) / two));
    found.push(last + Decimal::ONE);
    match least {
        None => found.push(first - Decimal::ONE),
        Some(least) if first > least => found.push((least + first) / two),
        Some(_) => {}
    }
    found.sort_unstable();
    found
}

/// The whole numbers themselves and their neighbours.
fn near(seconds: Vec<i64>) -> Vec<i64> {
    let mut found: Vec<i64> =
        seconds.iter().flat_map(|at| [at.saturating_sub(1), *at, at.saturating_add(1)]).collect();
    found.sort_unstable();
    found.dedup();
    if found.is_empty() { vec![0] } else { found }
}

/// What is measured now, by position, and what each bar remembers with how many steps the value has been where it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    value: Option<usize>,
    bars: Vec<(Side, i64)>,
}

/// Every reading, with the history of fewest values that leads to it.
fn remembered(kind: &FactKind, values: &[Value], lasting: &[Lasting]) -> Vec<Reading> {
    let nothing = Reading { value: None, sides: vec![None; lasting.len()], history: Vec::new() };
    let step = lasting.iter().fold(0, |step, one| divisor(step, one.length.as_seconds()));
    if step == 0 {
        let known = values.iter().map(|value| Reading {
            value: Some(value.clone()),
            sides: lasting.iter().map(|one| Some(kind.compares(value, one.operator, &one.bar))).collect(),
            history: vec![(Elapsed::ZERO, value.clone())],
        });
        return std::iter::once(nothing).chain(known).collect();
    }
    let on = |value: usize, one: &Lasting| {
        values.get(value).is_some_and(|value| kind.compares(value, one.operator, &one.bar))
    };
    let start = State { value: None, bars: vec![(None, 0); lasting.len()] };
    // Each state with the one before it: that which fewer values lead to, then fewer steps.
    let mut seen: BTreeMap<State, Option<State>> = BTreeMap::new();
    let mut open = BTreeMap::from([((0_usize, 0_usize, start), None)]);
    let mut found: BTreeMap<(usize, Vec<Side>), State> = BTreeMap::new();
    while let Some(((spells, steps, state), before)) = open.pop_first().filter(|_| seen.len() < MOST_STATES) {
        if seen.contains_key(&state) {
            continue;
        }
        if let Some(value) = state.value {
            let sides = state.bars.iter().map(|(side, _)| *side).collect();
            found.entry((value, sides)).or_insert_with(|| state.clone());
        }
        for value in 0..values.len() {
            let bars = lasting.iter().zip(&state.bars).map(|(one, (side, run))| {
                let Some(before) = state.value else { return (None, 0) };
                let most = one.length.as_seconds() / step;
                let run = (run + 1).min(most);
                let side = if run == most { Some(on(before, one)) } else { *side };
                (side, if on(before, one) == on(value, one) { run } else { 0 })
            });
            let next = State { value: Some(value), bars: bars.collect() };
            let spells = spells + usize::from(state.value != Some(value));
            open.entry((spells, steps + 1, next)).or_insert_with(|| Some(state.clone()));
        }
        seen.insert(state, before);
    }
    let known = found.into_iter().filter_map(|((value, sides), state)| {
        let mut history = Vec::new();
        let mut at = Some(state);
        while let Some(state) = at {
            let ago = Elapsed::seconds(step * history.len() as i64);
            history.extend(state.value.and_then(|value| values.get(value)).map(|value| (ago, value.clone())));
            at = seen.get(&state).cloned().flatten();
        }
        history.reverse();
        // What stays as it is was measured once.
        history.dedup_by(|later, earlier| later.1 == earlier.1);
        Some(Reading { value: Some(values.get(value)?.clone()), sides, history })
    });
    std::iter::once(nothing).chain(known).collect()
}

fn divisor(one: i64, two: i64) -> i64 {
    if two == 0 { one } else { divisor(two, one % two) }
}
