//! Conditions and seats that differ in one thing.

use crate::calendar::Elapsed;
use crate::policy::{Condition, Fact, FactKind, Id, Operator, Policy, Seats, Value};
use rust_decimal::Decimal;

/// Every condition that differs from this one in one thing, each with how.
pub(super) fn others(policy: &Policy, condition: &Condition) -> Vec<(String, Condition)> {
    let name = |fact: Id<Fact>| policy.facts[fact].name.as_str();
    let reversed = |fact| format!("with `{}` compared the other way", name(fact));
    match condition {
        Condition::All(parts) => {
            let mut found = parts_of(policy, parts, Condition::All);
            if parts.len() > 1 {
                found.push(("with `or` for `and`".to_owned(), Condition::Any(parts.clone())));
            }
            found
        }
        Condition::Any(parts) => {
            let mut found = parts_of(policy, parts, Condition::Any);
            if parts.len() > 1 {
                found.push(("with `and` for `or`".to_owned(), Condition::All(parts.clone())));
            }
            found
        }
        Condition::Not(inner) => {
            let mut found = vec![("without its `not`".to_owned(), inner.as_ref().clone())];
            let inner = others(policy, inner);
            found.extend(inner.into_iter().map(|(how, other)| (how, Condition::Not(Box::new(other)))));
            found
        }
        Condition::Holds(fact, _) => {
            vec![(
                format!("with `{}` turned round", name(*fact)),
                Condition::Not(Box::new(condition.clone())),
            )]
        }
        Condition::Compare(fact, operator, value, origin) => {
            let mut found = vec![(
                reversed(*fact),
                Condition::Compare(*fact, operator.opposite(), value.clone(), *origin),
            )];
            if let Some(milder) = milder(&policy.facts[*fact].kind, *operator, value) {
                let how = format!("with `{}` held against {milder}", name(*fact));
                found.push((how, Condition::Compare(*fact, *operator, milder, *origin)));
            }
            if let Some(other) = across_the_bar(*operator) {
                let how = format!("with {value} itself on the other side for `{}`", name(*fact));
                found.push((how, Condition::Compare(*fact, other, value.clone(), *origin)));
            }
            found
        }
        Condition::Sustained(fact, operator, value, elapsed, origin) => {
            let other = Condition::Sustained(*fact, operator.opposite(), value.clone(), *elapsed, *origin);
            vec![(reversed(*fact), other)]
        }
        Condition::OneOf(fact, values, origin) if values.len() > 1 => {
            let fewer = values.iter().map(|gone| {
                let rest = values.iter().filter(|value| *value != gone).cloned().collect();
                let how = format!("with `{}` no longer {gone}", name(*fact));
                (how, Condition::OneOf(*fact, rest, *origin))
            });
            fewer.collect()
        }
        Condition::Approved(asked) => {
            seats(policy, asked).into_iter().map(|(how, seats)| (how, Condition::Approved(seats))).collect()
        }
        Condition::OneOf(..) | Condition::Approval(..) | Condition::TierIn(..) => Vec::new(),
    }
}

/// One part fewer, or one part otherwise.
fn parts_of(
    policy: &Policy,
    parts: &[Condition],
    join: fn(Vec<Condition>) -> Condition,
) -> Vec<(String, Condition)> {
    let mut found = Vec::new();
    for (position, part) in parts.iter().enumerate() {
        let with = |other: Option<Condition>| {
            let mut parts = parts.to_vec();
            match other {
                Some(other) => {
                    parts.splice(position..=position, [other]);
                }
                None => {
                    parts.remove(position);
                }
            }
            join(parts)
        };
        if parts.len() > 1 {
            found.push((format!("without part {} of {}", position + 1, parts.len()), with(None)));
        }
        found.extend(others(policy, part).into_iter().map(|(how, other)| (how, with(Some(other)))));
    }
    found
}

/// Seats that ask for less.
pub(super) fn seats(policy: &Policy, asked: &Seats) -> Vec<(String, Seats)> {
    let mut found = Vec::new();
    for (position, seat) in asked.seats.iter().enumerate() {
        let names: Vec<&str> = seat.roles.iter().map(|role| policy.roles[*role].name.as_str()).collect();
        let names = names.join(", ");
        let with = |edit: &dyn Fn(&mut Seats)| {
            let mut seats = asked.clone();
            edit(&mut seats);
            seats
        };
        if asked.seats.len() > 1 {
            let fewer = with(&|seats| {
                seats.seats.remove(position);
            });
            found.push((format!("without the approval of {names}"), fewer));
        }
        let change = |edit: fn(&mut crate::policy::Seat)| {
            with(&|seats| {
                if let Some(seat) = seats.seats.get_mut(position) {
                    edit(seat);
                }
            })
        };
        if seat.count > 1 {
            found.push((format!("with one fewer of {names}"), change(|seat| seat.count -= 1)));
        }
        if seat.in_region {
            found.push((format!("with {names} of any region"), change(|seat| seat.in_region = false)));
        }
    }
    found
}

/// The operator that differs only where the two sides are equal.
fn across_the_bar(operator: Operator) -> Option<Operator> {
    match operator {
        Operator::Less => Some(Operator::LessOrEqual),
        Operator::LessOrEqual => Some(Operator::Less),
        Operator::Greater => Some(Operator::GreaterOrEqual),
        Operator::GreaterOrEqual => Some(Operator::Greater),
        Operator::Equal | Operator::NotEqual => None,
    }
}

/// A bar that more passes: twice as much, or half of it; the choice before or behind it.
fn milder(kind: &FactKind, operator: Operator, value: &Value) -> Option<Value> {
    let is_upper = match operator {
        Operator::Less | Operator::LessOrEqual => true,
        Operator::Greater | Operator::GreaterOrEqual => false,
        Operator::Equal | Operator::NotEqual => return None,
    };
    if let (Value::Choice(choice), FactKind::OneOf(choices)) = (value, kind) {
        let position = choices.iter().position(|other| other == choice)?;
        let position = if is_upper { position + 1 } else { position.checked_sub(1)? };
        return choices.get(position).cloned().map(Value::Choice);
    }
    let [half, twice] = round(value)?;
    Some(if is_upper { twice } else { half })
}

/// Half of a quantity and twice as much; nothing for none, and for what is no quantity.
pub(super) fn round(value: &Value) -> Option<[Value; 2]> {
    let of = |value: &Decimal, make: fn(Decimal) -> Value| {
        let [half, twice] = [Decimal::new(5, 1), Decimal::TWO].map(|factor| value.checked_mul(factor));
        Some([make(half?), make(twice?)]).filter(|_| !value.is_zero())
    };
    match value {
        Value::Number(value) => of(value, Value::Number),
        Value::Ratio(value) => of(value, Value::Ratio),
        Value::Rate(value) => of(value, Value::Rate),
        Value::Money(value) => of(value, Value::Money),
        Value::Duration(value) if value.as_seconds() > 1 => {
            let [half, twice] = [value.as_seconds() / 2, value.as_seconds().saturating_mul(2)];
            Some([half, twice].map(|seconds| Value::Duration(Elapsed::seconds(seconds))))
        }
        _ => None,
    }
}
