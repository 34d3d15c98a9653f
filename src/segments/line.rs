//! What one metric may be while bars hold of it: a value, and a baseline that nobody knows yet. A bar cuts the plane of the
//! two along a line; between the baselines at which lines cross, nothing changes, so that trying each and one between decides
//! exactly.

use super::rational::Rational;
use crate::policy::{Limit, Operator};
use std::cmp::Ordering;

/// The values that a metric can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Domain {
    pub least: Option<Rational>,
    pub most: Option<Rational>,
}

/// `value operator factor * baseline + plus`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    pub operator: Operator,
    pub factor: Rational,
    pub plus: Rational,
}

impl Line {
    /// The line of a bar; nothing where its numbers do not fit.
    pub fn of(operator: Operator, limit: &Limit) -> Option<Self> {
        let (factor, plus) = match limit {
            Limit::Value(value) => (Rational::ZERO, Rational::of(value.amount()?)?),
            Limit::Baseline { factor, plus } => {
                let plus = match plus {
                    Some(plus) => Rational::of(plus.amount()?)?,
                    None => Rational::ZERO,
                };
                (Rational::of(*factor)?, plus)
            }
        };
        Some(Self { operator, factor, plus })
    }

    /// What holds exactly where this does not.
    pub fn negated(self) -> Self {
        Self { operator: self.operator.opposite(), ..self }
    }

    fn at(self, baseline: Rational) -> Option<Rational> {
        self.factor.times(baseline)?.plus(self.plus)
    }

    fn crosses(self, other: Self) -> Option<Option<Rational>> {
        let slope = self.factor.minus(other.factor)?;
        if slope == Rational::ZERO {
            return Some(None);
        }
        other.plus.minus(self.plus)?.over(slope).map(Some)
    }
}

/// Whether there is a baseline and a value of which all of this holds; nothing where numbers grow beyond what is counted.
pub(super) fn possible(domain: Domain, lines: &[Line]) -> Option<bool> {
    let (crossings, between) = baselines(domain, lines)?;
    for baseline in crossings.into_iter().chain(between) {
        if has_value(domain, lines, baseline)? {
            return Some(true);
        }
    }
    Some(false)
}

/// Whether for almost every baseline there is such a value: for each but some single ones.
pub(super) fn possible_whatever_the_baseline(domain: Domain, lines: &[Line]) -> Option<bool> {
    let (_, between) = baselines(domain, lines)?;
    for baseline in between {
        if !has_value(domain, lines, baseline)? {
            return Some(false);
        }
    }
    Some(true)
}

/// The baselines at which lines cross each other or the ends of the domain, and one between each two of them.
fn baselines(domain: Domain, lines: &[Line]) -> Option<(Vec<Rational>, Vec<Rational>)> {
    let edge = |value| Line { operator: Operator::Equal, factor: Rational::ZERO, plus: value };
    let ends = [domain.least, domain.most].into_iter().flatten();
    let all: Vec<Line> = lines.iter().copied().chain(ends.clone().map(edge)).collect();
    let mut points: Vec<Rational> = ends.collect();
    for (at, line) in all.iter().enumerate() {
        for other in all.iter().skip(at + 1) {
            let Some(point) = line.crosses(*other)? else { continue };
            if is_within(domain, point)? {
                points.push(point);
            }
        }
    }
    if points.is_empty() {
        points.push(Rational::ZERO);
    }
    let points = sorted(points)?;
    let mut between = Vec::with_capacity(points.len() + 1);
    let two = Rational::ONE.plus(Rational::ONE)?;
    for pair in points.windows(2) {
        if let [low, high] = pair {
            between.push(low.plus(*high)?.over(two)?);
        }
    }
    if let (Some(last), None) = (points.last(), domain.most) {
        between.push(last.plus(Rational::ONE)?);
    }
    if let (Some(first), None) = (points.first(), domain.least) {
        between.push(first.minus(Rational::ONE)?);
    }
    Some((points, between))
}

/// In order and each once. Sorting asks for an order that always answers, so insertion is done by hand.
fn sorted(points: Vec<Rational>) -> Option<Vec<Rational>> {
    let mut sorted: Vec<Rational> = Vec::with_capacity(points.len());
    for point in points {
        let mut at = sorted.len();
        let mut is_new = true;
        for (position, known) in sorted.iter().enumerate() {
            match point.order(*known)? {
                Ordering::Less => at = at.min(position),
                Ordering::Equal => is_new = false,
                Ordering::Greater => {}
            }
        }
        if is_new {
            sorted.insert(at, point);
        }
    }
    Some(sorted)
}

fn is_within(domain: Domain, point: Rational) -> Option<bool> {
    let above = match domain.least {
        Some(least) => point.order(least)? != Ordering::Less,
        None => true,
    };
    let below = match domain.most {
        Some(most) => point.order(most)? != Ordering::Greater,
        None => true,
    };
    Some(above && below)
}

/// One end of an interval.
#[derive(Debug, Clone, Copy)]
struct End {
    at: Rational,
    open: bool,
}

/// Whether at this baseline a value of the domain is on the right side of every line.
fn has_value(domain: Domain, lines: &[Line], baseline: Rational) -> Option<bool> {
    let closed = |at| End { at, open: false };
    let (mut low, mut high) = (domain.least.map(closed), domain.most.map(closed));
    let mut without: Vec<Rational> = Vec::new();
    for line in lines {
        let at = line.at(baseline)?;
        match line.operator {
            Operator::Less => high = Some(tighter(high, End { at, open: true }, Ordering::Less)?),
            Operator::LessOrEqual => high = Some(tighter(high, closed(at), Ordering::Less)?),
            Operator::Greater => low = Some(tighter(low, End { at, open: true }, Ordering::Greater)?),
            Operator::GreaterOrEqual => low = Some(tighter(low, closed(at), Ordering::Greater)?),
            Operator::Equal => {
                high = Some(tighter(high, closed(at), Ordering::Less)?);
                low = Some(tighter(low, closed(at), Ordering::Greater)?);
            }
            Operator::NotEqual => without.push(at),
        }
    }
    let (Some(low), Some(high)) = (low, high) else { return Some(true) };
    Some(match low.at.order(high.at)? {
        Ordering::Less => true,
        Ordering::Equal => !low.open && !high.open && !without.contains(&low.at),
        Ordering::Greater => false,
    })
}

fn tighter(known: Option<End>, new: End, towards: Ordering) -> Option<End> {
    let Some(known) = known else { return Some(new) };
    let order = new.at.order(known.at)?;
    Some(match order {
        Ordering::Equal => End { open: known.open || new.open, ..known },
        order if order == towards => new,
        _ => known,
    })
}
