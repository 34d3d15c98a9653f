//! What other sources say of the kinds of freeze, held against what the kinds do: over kinds, tiers and conditions.
//!
//! A runbook's table, an older gate file and the policy drift apart one line at a time. A contradiction is shown with both
//! lines and the first instant at which somebody who follows one and somebody who follows the other act differently.

use super::first::{First, first_start};
use super::{Rule, Subject};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{
    Claim, ClaimRuling, Condition, Fact, FactKind, FreezeKind, Id, Origin, Policy, Ruling, Seats, Tier, Value,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

code!(pub CLAIM_CONTRADICTS_POLICY, Warning, "claim-contradicts-policy", "another source says otherwise of a kind of freeze");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&CLAIM_CONTRADICTS_POLICY], check };

/// So many situations are tried before a comparison is given up: conditions of people stay far below.
const MOST_SITUATIONS: usize = 1 << 14;

/// What is so when two rulings differ.
#[derive(Debug, Clone, Default)]
struct Situation {
    excepted: bool,
    facts: BTreeMap<usize, Value>,
    approvals: BTreeMap<String, bool>,
}

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let mut firsts: BTreeMap<Id<FreezeKind>, Option<First<'_>>> = BTreeMap::new();
    for (_, claim) in policy.claims.iter() {
        for said in &claim.rulings {
            let Some(kind) = said.kind else { continue };
            let first = firsts.entry(kind).or_insert_with(|| first_of(policy, kind)).as_ref();
            contradictions(subject, claim, said, kind, first, sink);
        }
    }
}

/// One finding for each line of the kind that the claim's line contradicts.
fn contradictions(
    subject: &Subject<'_>,
    claim: &Claim,
    said: &ClaimRuling,
    kind: Id<FreezeKind>,
    first: Option<&First<'_>>,
    sink: &mut Sink,
) {
    let policy = subject.policy;
    let mut by_line: BTreeMap<Origin, (Vec<Id<Tier>>, &Ruling, Situation)> = BTreeMap::new();
    for tier in &said.tiers {
        let Some((ruling, line)) = policy.kinds[kind].rulings.get(tier.index()) else { continue };
        if let Some(situation) = apart(policy, *tier, &said.ruling, ruling) {
            by_line.entry(*line).or_insert_with(|| (Vec::new(), ruling, situation)).0.push(*tier);
        }
    }
    for (line, (tiers, ruling, situation)) in by_line {
        sink.push(finding(subject, claim, said, kind, first, line, &tiers, ruling, &situation));
    }
}

#[expect(clippy::too_many_arguments, reason = "one sentence, made of all of them")]
fn finding(
    subject: &Subject<'_>,
    claim: &Claim,
    said: &ClaimRuling,
    kind: Id<FreezeKind>,
    first: Option<&First<'_>>,
    line: Origin,
    tiers: &[Id<Tier>],
    ruling: &Ruling,
    situation: &Situation,
) -> Diagnostic {
    let policy = subject.policy;
    let tier = tiers.first().copied();
    let names: Vec<&str> = tiers.iter().map(|tier| policy.tiers[*tier].name.as_str()).collect();
    let (names, kind) = (names.join(", "), &policy.kinds[kind].name);
    let admitted = |ruling: &Ruling| tier.is_some_and(|tier| admits(policy, tier, ruling, situation));
    let answer = |ruling: &Ruling| if admitted(ruling) { "allow" } else { "block" };
    let told_apart = match first {
        Some(first) => {
            let place =
                first.region.map_or(String::new(), |region| format!(" in {}", policy.regions[region].name));
            format!("at {}{place}, in window `{}`,", first.at, first.window.name)
        }
        None => format!("whenever a window of kind `{kind}` holds"),
    };
    let circumstances = circumstances(policy, situation);
    let message = format!(
        "`{}` says that `{kind}` {} {names} ({}), but the policy {} ({}); {told_apart}{circumstances} the claim answers \
         {}, the policy {}",
        claim.name,
        verb(&said.ruling),
        subject.sources.place(said.origin.span),
        in_policy(subject, ruling, line),
        subject.sources.place(line.span),
        answer(&said.ruling),
        answer(ruling),
    );
    Diagnostic::new(&CLAIM_CONTRADICTS_POLICY, said.origin.span, message)
        .label(format!("what `{}` says", claim.name))
        .also(line.span, "what the policy does")
        .help("correct the one that is wrong; if it is the other document, mend it there and here")
}

fn verb(ruling: &Ruling) -> &'static str {
    match ruling {
        Ruling::Admit { when } if *when == Condition::TRUE => "admits",
        Ruling::Admit { .. } => "admits on a condition",
        Ruling::Except => "lets an exception lift the block of",
        Ruling::Block => "blocks",
    }
}

fn in_policy(subject: &Subject<'_>, ruling: &Ruling, line: Origin) -> String {
    match ruling {
        Ruling::Admit { when } if *when == Condition::TRUE => "admits it".to_owned(),
        Ruling::Admit { .. } => format!("says `{}`", subject.sources.text_of(line.span)),
        Ruling::Except => "lets an exception lift the block".to_owned(),
        Ruling::Block => "blocks it".to_owned(),
    }
}

/// `, with pins-verified false and without 1 of sre-owner,`
fn circumstances(policy: &Policy, situation: &Situation) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (fact, value) in &situation.facts {
        let name = policy.facts.rows().get(*fact).map_or("", |fact| fact.name.as_str());
        parts.push(format!("`{name}` {value}"));
    }
    for (seats, given) in &situation.approvals {
        parts.push(format!("{seats} {}", if *given { "approved" } else { "not approved" }));
    }
    if situation.excepted {
        parts.push("a valid exception".to_owned());
    }
    if parts.is_empty() { String::new() } else { format!(" with {},", parts.join(" and ")) }
}

/// The first situation in which the two rulings answer differently, the plainest first: nothing asserted, nobody approved.
fn apart(policy: &Policy, tier: Id<Tier>, one: &Ruling, other: &Ruling) -> Option<Situation> {
    let (mut facts, mut approvals) = (BTreeMap::new(), BTreeSet::new());
    for ruling in [one, other] {
        if let Ruling::Admit { when } = ruling {
            atoms(policy, when, &mut facts, &mut approvals);
        }
    }
    let mut situations = vec![Situation::default()];
    for seats in approvals {
        situations = spread(situations, [false, true], |situation, given| {
            situation.approvals.insert(seats.clone(), given);
        })?;
    }
    for (fact, values) in facts {
        situations = spread(situations, values, |situation, value| {
            situation.facts.insert(fact, value);
        })?;
    }
    if matches!(one, Ruling::Except) || matches!(other, Ruling::Except) {
        situations = spread(situations, [false, true], |situation, excepted| situation.excepted = excepted)?;
    }
    situations
        .into_iter()
        .find(|situation| admits(policy, tier, one, situation) != admits(policy, tier, other, situation))
}

fn spread<T: Clone>(
    situations: Vec<Situation>,
    values: impl IntoIterator<Item = T>,
    set: impl Fn(&mut Situation, T),
) -> Option<Vec<Situation>> {
    let values: Vec<T> = values.into_iter().collect();
    if situations.len().saturating_mul(values.len()) > MOST_SITUATIONS {
        return None;
    }
    let mut all = Vec::with_capacity(situations.len() * values.len());
    for value in values {
        for situation in &situations {
            let mut situation = situation.clone();
            set(&mut situation, value.clone());
            all.push(situation);
        }
    }
    Some(all)
}

fn admits(policy: &Policy, tier: Id<Tier>, ruling: &Ruling, situation: &Situation) -> bool {
    match ruling {
        Ruling::Admit { when } => holds(policy, tier, when, situation),
        Ruling::Except => situation.excepted,
        Ruling::Block => false,
    }
}

fn holds(policy: &Policy, tier: Id<Tier>, condition: &Condition, situation: &Situation) -> bool {
    let fact = |id: Id<Fact>| situation.facts.get(&id.index());
    match condition {
        Condition::All(parts) => parts.iter().all(|part| holds(policy, tier, part, situation)),
        Condition::Any(parts) => parts.iter().any(|part| holds(policy, tier, part, situation)),
        Condition::Not(part) => !holds(policy, tier, part, situation),
        Condition::Holds(id, _) => fact(*id) == Some(&Value::Bool(true)),
        Condition::Compare(id, operator, bar, _) | Condition::Sustained(id, operator, bar, ..) => {
            fact(*id).is_some_and(|value| policy.facts[*id].kind.compares(value, *operator, bar))
        }
        Condition::OneOf(id, values, _) => fact(*id).is_some_and(|value| values.contains(value)),
        Condition::Approved(seats) => situation.approvals.get(&seats_text(policy, seats)) == Some(&true),
        Condition::Approval(id, _) => {
            situation.approvals.get(&seats_text(policy, &policy.approvals[*id].seats)) == Some(&true)
        }
        Condition::TierIn(tiers, _) => tiers.contains(&tier),
    }
}

/// The facts a condition rests on, each with values that tell every comparison in it apart; and its approvals.
fn atoms(
    policy: &Policy,
    condition: &Condition,
    facts: &mut BTreeMap<usize, Vec<Value>>,
    approvals: &mut BTreeSet<String>,
) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| atoms(policy, part, facts, approvals));
        }
        Condition::Not(part) => atoms(policy, part, facts, approvals),
        Condition::Holds(id, _) => {
            facts.entry(id.index()).or_insert_with(|| vec![Value::Bool(false), Value::Bool(true)]);
        }
        Condition::Compare(id, _, bar, _) | Condition::Sustained(id, _, bar, ..) => {
            widen(policy, *id, std::slice::from_ref(bar), facts)
        }
        Condition::OneOf(id, values, _) => widen(policy, *id, values, facts),
        Condition::Approved(seats) => {
            approvals.insert(seats_text(policy, seats));
        }
        Condition::Approval(id, _) => {
            approvals.insert(seats_text(policy, &policy.approvals[*id].seats));
        }
        Condition::TierIn(..) => {}
    }
}

fn widen(policy: &Policy, id: Id<Fact>, bars: &[Value], facts: &mut BTreeMap<usize, Vec<Value>>) {
    let values = facts.entry(id.index()).or_default();
    match &policy.facts[id].kind {
        FactKind::Bool => values.extend([Value::Bool(false), Value::Bool(true)]),
        FactKind::OneOf(choices) => values.extend(choices.iter().cloned().map(Value::Choice)),
        _ => values.extend(bars.iter().flat_map(around)),
    }
    values.sort();
    values.dedup();
}

/// A value with one on either side of it.
fn around(bar: &Value) -> Vec<Value> {
    const STEP: Decimal = Decimal::from_parts(1, 0, 0, false, 4);
    let beside = |value: Decimal, make: fn(Decimal) -> Value| {
        vec![make(value.saturating_sub(STEP)), make(value), make(value.saturating_add(STEP))]
    };
    match bar {
        Value::Number(value) => beside(*value, Value::Number),
        Value::Ratio(value) => beside(*value, Value::Ratio),
        Value::Points(value) => beside(*value, Value::Points),
        Value::Rate(value) => beside(*value, Value::Rate),
        Value::Money(value) => beside(*value, Value::Money),
        Value::Duration(value) => {
            let seconds = value.as_seconds();
            [seconds - 1, seconds, seconds + 1].map(|at| Value::Duration(Elapsed::seconds(at))).to_vec()
        }
        Value::Instant(at) => {
            let second = Elapsed::seconds(1);
            vec![Value::Instant(at.minus(second)), Value::Instant(*at), Value::Instant(at.plus(second))]
        }
        Value::Text(text) => vec![Value::Text(String::new()), Value::Text(text.clone())],
        Value::Bool(_) | Value::Choice(_) | Value::Milliseconds(_) => vec![bar.clone()],
    }
}

/// Seats in one form, whatever order they are written in.
fn seats_text(policy: &Policy, seats: &Seats) -> String {
    let mut parts: Vec<String> = seats
        .seats
        .iter()
        .map(|seat| {
            let mut roles: Vec<&str> =
                seat.roles.iter().map(|role| policy.roles[*role].name.as_str()).collect();
            roles.sort_unstable();
            let roles = match roles.as_slice() {
                [only] => (*only).to_owned(),
                several => format!("[{}]", several.join(", ")),
            };
            format!("{} of {roles}{}", seat.count, if seat.in_region { " in region" } else { "" })
        })
        .collect();
    parts.sort();
    parts.join(" and ")
}

/// When and where a window of this kind first holds.
fn first_of(policy: &Policy, kind: Id<FreezeKind>) -> Option<First<'_>> {
    let windows = policy.windows.rows().iter().filter(|window| window.kind == kind);
    windows.filter_map(|window| first_start(policy, window)).min_by_key(|first| first.at)
}
