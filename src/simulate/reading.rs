//! What a bar reads at an instant: the samples of its span as one value, beside what it is held against.

use super::trace::{Places, Side, Trace};
use super::value;
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Aggregate, Bar, Baseline, Id, Limit, Metric, Operator, Policy, Region};
use rust_decimal::Decimal;

/// The span that is aggregated where neither the bar nor the stage says one: as far back as Prometheus looks for a last sample.
pub const DEFAULT_SPAN: Elapsed = Elapsed::minutes(5);

/// Values are compared to so many places: a third and twice a sixth are the same, whatever division leaves behind them.
const PLACES: u32 = 12;

/// Where samples count: in these regions, or everywhere. A sample without region counts everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reach(pub Option<Vec<Id<Region>>>);

impl Reach {
    fn holds(&self, region: Option<Id<Region>>) -> bool {
        match (&self.0, region) {
            (Some(regions), Some(region)) => regions.contains(&region),
            _ => true,
        }
    }
}

/// How a bar is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking<'a> {
    pub policy: &'a Policy,
    pub trace: &'a Trace,
    pub reach: &'a Reach,
    /// The hold of the stage that asks.
    pub hold: Option<Elapsed>,
    pub at: Instant,
}

/// What was measured and what it is held against; nothing where there is no data for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub value: Option<Decimal>,
    pub limit: Option<Decimal>,
}

impl Reading {
    /// Whether the bar holds; none where either is missing.
    pub fn holds(self, operator: Operator) -> Option<bool> {
        let (value, limit) = (self.value?.round_dp(PLACES), self.limit?.round_dp(PLACES));
        Some(match operator {
            Operator::Equal => value == limit,
            Operator::NotEqual => value != limit,
            Operator::Less => value < limit,
            Operator::LessOrEqual => value <= limit,
            Operator::Greater => value > limit,
            Operator::GreaterOrEqual => value >= limit,
        })
    }
}

impl Asking<'_> {
    /// The span that a bar aggregates.
    pub fn span(&self, bar: &Bar) -> Elapsed {
        bar.over.or(self.hold).filter(|span| *span > Elapsed::ZERO).unwrap_or(DEFAULT_SPAN)
    }

    /// What a bar reads.
    pub fn read(&self, bar: &Bar) -> Reading {
        let span = self.span(bar);
        let within = |side, end: Option<Instant>| {
            let places = self.trace.samples(bar.metric, side);
            let samples = places.iter().filter(|(region, _)| self.reach.holds(**region));
            let window = samples.map(|(_, samples)| match end {
                Some(end) => window(samples, end.minus(span), end),
                None => samples.as_slice(),
            });
            aggregate(bar.aggregate, window)
        };
        let limit = match &bar.limit {
            Limit::Value(limit) => limit.amount(),
            Limit::Baseline { factor, plus } => {
                let baseline = match &self.policy.metrics[bar.metric].baseline {
                    None => None,
                    // What is pinned does not move with time.
                    Some(Baseline::Pinned(_)) => within(Side::Baseline, None),
                    Some(Baseline::Stable) => within(Side::Baseline, Some(self.at)),
                    Some(Baseline::Offset(offset)) => within(Side::Change, Some(self.at.minus(*offset))),
                };
                let plus = plus.as_ref().map_or(Some(Decimal::ZERO), |plus| plus.amount());
                baseline.and_then(|baseline| baseline.checked_mul(*factor)?.checked_add(plus?))
            }
        };
        Reading { value: within(Side::Change, Some(self.at)), limit }
    }

    /// The first instant behind now at which a bar may read something else: a sample enters or leaves what is aggregated.
    pub fn turns(&self, bar: &Bar) -> Instant {
        let span = self.span(bar);
        let mut next = Instant::MAX;
        let mut moves = |places: &Places, later: Elapsed| {
            for samples in places.values() {
                for shift in [later, Elapsed::seconds(later.as_seconds().saturating_add(span.as_seconds()))] {
                    let behind = samples.partition_point(|(at, _)| at.plus(shift) <= self.at);
                    if let Some((at, _)) = samples.get(behind) {
                        next = next.min(at.plus(shift));
                    }
                }
            }
        };
        moves(self.trace.samples(bar.metric, Side::Change), Elapsed::ZERO);
        if matches!(bar.limit, Limit::Baseline { .. }) {
            match &self.policy.metrics[bar.metric].baseline {
                Some(Baseline::Stable) => {
                    moves(self.trace.samples(bar.metric, Side::Baseline), Elapsed::ZERO)
                }
                Some(Baseline::Offset(offset)) => {
                    moves(self.trace.samples(bar.metric, Side::Change), *offset)
                }
                Some(Baseline::Pinned(_)) | None => {}
            }
        }
        next
    }

    /// A value of a metric as people read it.
    pub fn show(&self, metric: Id<Metric>, amount: Decimal) -> String {
        value::show(self.policy.metrics[metric].kind, amount)
    }
}

/// The samples behind `start` and not behind `end`.
fn window(samples: &[(Instant, Decimal)], start: Instant, end: Instant) -> &[(Instant, Decimal)] {
    let first = samples.partition_point(|(at, _)| *at <= start);
    let last = samples.partition_point(|(at, _)| *at <= end);
    samples.get(first..last).unwrap_or_default()
}

/// The samples of each region as one value; nothing where there are none. Percentiles are by nearest rank. The rate is the
/// increase a second from the first sample to the last, a fall being a counter that began anew, added over regions.
pub fn aggregate<'s>(
    by: Option<Aggregate>,
    places: impl Iterator<Item = &'s [(Instant, Decimal)]>,
) -> Option<Decimal> {
    if by == Some(Aggregate::Rate) {
        let rates: Vec<Decimal> = places.filter_map(rate).collect();
        let sum = rates.iter().try_fold(Decimal::ZERO, |sum, rate| sum.checked_add(*rate));
        return if rates.is_empty() { None } else { sum };
    }
    let mut values: Vec<Decimal> = places.flatten().map(|(_, value)| *value).collect();
    let count = values.len();
    let rank = |hundredths: usize| (count * hundredths).div_ceil(100).saturating_sub(1);
    let mut ranked = |rank: usize| {
        values.sort_unstable();
        values.get(rank).copied()
    };
    match by {
        Some(Aggregate::P50) => ranked(rank(50)),
        Some(Aggregate::P95) => ranked(rank(95)),
        Some(Aggregate::P99) => ranked(rank(99)),
        Some(Aggregate::Max) => values.into_iter().max(),
        Some(Aggregate::Mean | Aggregate::Rate) | None => {
            let sum = values.iter().try_fold(Decimal::ZERO, |sum, value| sum.checked_add(*value))?;
            sum.checked_div(Decimal::from(count))
        }
    }
}

fn rate(samples: &[(Instant, Decimal)]) -> Option<Decimal> {
    let (first, last) = (samples.first()?, samples.last()?);
    let seconds = last.0.since(first.0).as_seconds();
    let increases = samples.iter().zip(samples.iter().skip(1)).map(|((_, earlier), (_, later))| {
        if later < earlier { *later } else { later.checked_sub(*earlier).unwrap_or_default() }
    });
    let increase = increases.into_iter().try_fold(Decimal::ZERO, |sum, part| sum.checked_add(part))?;
    increase.checked_div(Decimal::from(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[(i64, &str)]) -> Vec<(Instant, Decimal)> {
        values.iter().map(|(at, value)| (Instant::from_unix(*at), value.parse().unwrap())).collect()
    }

    fn of(by: Aggregate, places: &[&[(i64, &str)]]) -> Option<String> {
        let places: Vec<_> = places.iter().map(|place| samples(place)).collect();
        aggregate(Some(by), places.iter().map(Vec::as_slice)).map(|value| value.normalize().to_string())
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let place: &[(i64, &str)] = &[(1, "15"), (2, "20"), (3, "35"), (4, "40"), (5, "50")];
        let said = |by| of(by, &[place]).unwrap();
        assert_eq!(said(Aggregate::P50), "35");
        assert_eq!(said(Aggregate::P95), "50");
        assert_eq!(said(Aggregate::Mean), "32");
        assert_eq!(said(Aggregate::Max), "50");
        assert_eq!(of(Aggregate::P99, &[]), None);
    }

    #[test]
    fn a_rate_survives_a_counter_that_begins_anew_and_adds_regions() {
        let one: &[(i64, &str)] = &[(0, "100"), (10, "120"), (20, "5"), (30, "10")];
        assert_eq!(of(Aggregate::Rate, &[one]).as_deref(), Some("1"));
        assert_eq!(of(Aggregate::Rate, &[one, &[(0, "0"), (30, "60")]]).as_deref(), Some("3"));
        assert_eq!(of(Aggregate::Rate, &[&[(0, "7")]]), None);
    }

    #[test]
    fn what_division_leaves_behind_does_not_count() {
        let third = Decimal::ONE / Decimal::from(3);
        let reading =
            Reading { value: Some(third + third), limit: Some(Decimal::from(2) / Decimal::from(3)) };
        assert_eq!(reading.holds(Operator::Equal), Some(true));
    }
}
