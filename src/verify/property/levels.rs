//! What a metric may be in a made-up rollout: a value at each limit that a bar holds it against, one on either side, the ends of what
//! it can be, and nothing at all.

use crate::policy::{Aggregate, Bar, Better, FreezeKind, Limit, Metric, MetricKind, Operator, Ruling};
use crate::simulate::Shape;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// Values are written to so many places.
const PLACES: u32 = 6;

/// What the levels of a metric's series are: a count is one that grows where something asks how fast.
pub(super) fn shape<'b>(metric: &Metric, bars: impl Iterator<Item = &'b Bar>) -> Shape {
    let mut bars = bars;
    let grows = metric.kind == MetricKind::Count && bars.any(|bar| bar.aggregate == Some(Aggregate::Rate));
    if grows { Shape::Growth } else { Shape::Value }
}

/// What a metric usually is, and so its baseline: well on the good side of every value that it is held against.
pub(super) fn usual<'b>(metric: &Metric, bars: impl Iterator<Item = &'b Bar>) -> Decimal {
    let limits = bars.filter_map(|bar| match &bar.limit {
        Limit::Value(value) => value.amount().filter(|amount| !amount.is_zero()),
        Limit::Baseline { .. } => None,
    });
    let half = |amount: Decimal| amount.checked_div(Decimal::TWO).unwrap_or(amount);
    let found = match metric.better {
        Better::Lower => limits.min().map(half),
        Better::Higher => limits.max().map(|most| match top(metric.kind) {
            Some(top) => half(most.saturating_add(top)),
            None => most.saturating_mul(Decimal::TWO),
        }),
    };
    let found = found.unwrap_or(match (metric.kind, metric.better) {
        (MetricKind::Ratio | MetricKind::Score, Better::Lower) => Decimal::new(1, 2),
        (MetricKind::Ratio | MetricKind::Score, Better::Higher) => Decimal::new(9, 1),
        (MetricKind::Duration, _) => Decimal::new(1, 1),
        (MetricKind::Money, _) => Decimal::new(1, 2),
        (MetricKind::Count | MetricKind::Rate, _) => Decimal::TEN,
    });
    found.round_dp(PLACES).normalize()
}

/// Everything that a metric may be, given what it usually is: the good first, then from good to bad, then no data.
pub(super) fn levels(
    metric: &Metric,
    shape: Shape,
    usual: Decimal,
    asked: &[(&Bar, Option<bool>)],
) -> Vec<Option<Decimal>> {
    let fits = |bar: &Bar| match shape {
        Shape::Growth => bar.aggregate == Some(Aggregate::Rate),
        Shape::Value => true,
    };
    let limits: BTreeSet<Decimal> =
        asked.iter().filter(|(bar, _)| fits(bar)).filter_map(|(bar, _)| limit(bar, usual)).collect();
    let mut values: BTreeSet<Decimal> = BTreeSet::from([usual]);
    for limit in &limits {
        let step = step(metric.kind, *limit);
        values.extend([limit.saturating_sub(step), *limit, limit.saturating_add(step)]);
    }
    let greatest = limits.last().copied().unwrap_or(usual).max(usual);
    let far = greatest.saturating_mul(Decimal::TEN).saturating_add(step(metric.kind, Decimal::ZERO));
    values.insert(top(metric.kind).unwrap_or(far));
    if matches!(metric.kind, MetricKind::Ratio | MetricKind::Score | MetricKind::Count) {
        values.insert(Decimal::ZERO);
    }
    let values: BTreeSet<Decimal> =
        values.into_iter().map(|value| within(metric.kind, value.round_dp(PLACES))).collect();
    let mut values: Vec<Decimal> = values.into_iter().map(|value| value.normalize()).collect();
    if metric.better == Better::Higher {
        values.reverse();
    }
    let score = |value: Decimal| {
        let judged = asked.iter().filter(|(bar, _)| fits(bar));
        judged.filter(|(bar, wanted)| wanted.is_some_and(|wanted| meets(bar, value, usual) == wanted)).count()
    };
    // The first of the best: later ones are worse by themselves.
    let best = values
        .iter()
        .copied()
        .map(|value| (score(value), value))
        .reduce(|best, next| if next.0 > best.0 { next } else { best });
    let good = best.map_or(usual, |(_, value)| value);
    values.retain(|value| *value != good);
    [good].into_iter().chain(values).map(Some).chain([None]).collect()
}

/// What the baseline may be: what it usually is, twice that, half of it, nothing.
pub(super) fn baseline(metric: &Metric, usual: Decimal) -> Vec<Option<Decimal>> {
    let half = usual.checked_div(Decimal::TWO).unwrap_or(usual);
    let twice = within(metric.kind, usual.saturating_mul(Decimal::TWO));
    vec![Some(usual), Some(twice.normalize()), Some(half.normalize()), None]
}

/// Whether a value is on the side of a bar on which it holds, the baseline being as usual.
pub(super) fn meets(bar: &Bar, value: Decimal, usual: Decimal) -> bool {
    let Some(limit) = limit(bar, usual) else { return false };
    match bar.operator {
        Operator::Equal => value == limit,
        Operator::NotEqual => value != limit,
        Operator::Less => value < limit,
        Operator::LessOrEqual => value <= limit,
        Operator::Greater => value > limit,
        Operator::GreaterOrEqual => value >= limit,
    }
}

/// Whether a kind of freeze holds any change.
pub(super) fn holds_anybody(kind: &FreezeKind) -> bool {
    kind.rulings.is_empty()
        || kind.rulings.iter().any(|(ruling, _)| !matches!(ruling, Ruling::Admit { when } if when.is_true()))
}

fn limit(bar: &Bar, usual: Decimal) -> Option<Decimal> {
    match &bar.limit {
        Limit::Value(value) => value.amount(),
        Limit::Baseline { factor, plus } => {
            let plus = plus.as_ref().map_or(Some(Decimal::ZERO), |plus| plus.amount())?;
            usual.checked_mul(*factor)?.checked_add(plus)
        }
    }
}

/// A step that a bar can tell, and people can read.
fn step(kind: MetricKind, at: Decimal) -> Decimal {
    match kind {
        MetricKind::Count => Decimal::ONE,
        _ if at.is_zero() => Decimal::new(1, 2),
        _ => at.checked_div(Decimal::ONE_HUNDRED).unwrap_or(at).abs(),
    }
}

/// The greatest that a metric of a kind can be.
fn top(kind: MetricKind) -> Option<Decimal> {
    match kind {
        MetricKind::Ratio | MetricKind::Score => Some(Decimal::ONE),
        MetricKind::Duration | MetricKind::Count | MetricKind::Rate | MetricKind::Money => None,
    }
}

fn within(kind: MetricKind, value: Decimal) -> Decimal {
    value.max(Decimal::ZERO).min(top(kind).unwrap_or(value.max(Decimal::ZERO)))
}
