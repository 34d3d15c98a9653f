//! A pattern with one of its edges moved: what else a policy might have said.

use super::zone::days_after;
use super::{DateSpan, Elapsed, Interval, MonthDay, Pattern, TimeOfDay};
use chrono::{NaiveTime, TimeDelta};

/// One end of an occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edge {
    /// The first second it holds.
    Start,
    /// The first second it holds no longer.
    End,
}

/// The seconds of a day.
const DAY: i64 = 86_400;

impl Pattern {
    /// The same pattern with one edge of every occurrence moved, later where `by` is positive. None where the pattern has no such
    /// neighbour: a time that would leave its day, a date that would leave its month, whole days by less than a day, or nothing left.
    #[must_use]
    pub fn shifted(&self, edge: Edge, by: Elapsed) -> Option<Self> {
        let by = by.as_seconds();
        let moved = |start, end| match edge {
            Edge::Start => Some((time(start, by)?, end)),
            Edge::End => Some((start, time(end, by)?)),
        };
        let shifted = match self.clone() {
            Self::Once(interval) => {
                let by = Elapsed::seconds(by);
                let interval = match edge {
                    Edge::Start => Interval::new(interval.start.plus(by), interval.end),
                    Edge::End => Interval::new(interval.start, interval.end.plus(by)),
                };
                (!interval.is_empty()).then_some(Self::Once(interval))?
            }
            Self::OnceLocal { start, end } => {
                let by = TimeDelta::seconds(by);
                let (start, end) = match edge {
                    Edge::Start => (start.checked_add_signed(by)?, end),
                    Edge::End => (start, end.checked_add_signed(by)?),
                };
                (start < end).then_some(Self::OnceLocal { start, end })?
            }
            Self::Dates(DateSpan { first, last }) => {
                let start = first.and_time(NaiveTime::MIN);
                let end = days_after(last, 1).and_time(NaiveTime::MIN);
                return Self::OnceLocal { start, end }.shifted(edge, Elapsed::seconds(by));
            }
            Self::Daily { start, end } => {
                let (start, end) = moved(start, end)?;
                Self::Daily { start, end }
            }
            Self::Weekly { from, start, to, end } => {
                let (start, end) = moved(start, end)?;
                Self::Weekly { from, start, to, end }
            }
            Self::Weekdays { days, start, end } => {
                let (start, end) = moved(start, end)?;
                Self::Weekdays { days, start, end }
            }
            Self::Workdays { start, end } => {
                let (start, end) = moved(start, end)?;
                Self::Workdays { start, end }
            }
            Self::MonthlyWeekday { start, .. }
            | Self::MonthlyDay { start, .. }
            | Self::Rrule { start, .. } => self.with_start_and_length(edge, start, by)?,
            Self::MonthlyBusinessDays { first, last } => {
                let (first, last) = match edge {
                    Edge::Start => (day_of_month(first, by)?, last),
                    Edge::End => (first, day_of_month(last, by)?),
                };
                Self::MonthlyBusinessDays { first, last }
            }
            Self::Yearly { start, end } => {
                let (start, end) = match edge {
                    Edge::Start => (day_of_year(start, by)?, end),
                    Edge::End => (start, day_of_year(end, by)?),
                };
                (start != end).then_some(Self::Yearly { start, end })?
            }
        };
        Some(shifted)
    }

    fn with_start_and_length(&self, edge: Edge, start: TimeOfDay, by: i64) -> Option<Self> {
        let (start, longer) = match edge {
            Edge::Start => (time(start, by)?, -by),
            Edge::End => (start, by),
        };
        let mut shifted = self.clone();
        if let Self::MonthlyWeekday { start: at, length, .. }
        | Self::MonthlyDay { start: at, length, .. }
        | Self::Rrule { start: at, length, .. } = &mut shifted
        {
            *at = start;
            length.elapsed = Elapsed::seconds(length.elapsed.as_seconds() + longer);
            if i64::from(length.days) * DAY + length.elapsed.as_seconds() <= 0 {
                return None;
            }
        }
        Some(shifted)
    }
}

/// A time of the same day.
fn time(time: TimeOfDay, by: i64) -> Option<TimeOfDay> {
    let seconds = u32::try_from(i64::from(time.seconds()) + by).ok()?;
    TimeOfDay::new(seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// So many whole days.
fn days(by: i64) -> Option<i64> {
    (by % DAY == 0).then_some(by / DAY)
}

/// A business day of the same half of its month: there is no day 0.
fn day_of_month(day: i8, by: i64) -> Option<i8> {
    let moved = i8::try_from(i64::from(day) + days(by)?).ok()?;
    (moved.signum() == day.signum()).then_some(moved)
}

/// A day of the same month, which every year has.
fn day_of_year(day: MonthDay, by: i64) -> Option<MonthDay> {
    let moved = u32::try_from(i64::from(day.day) + days(by)?).ok()?;
    (1..=28).contains(&moved).then_some(MonthDay { day: moved, ..day })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::{Instant, Place, Rounding, Timetable, Weekdays, Zone};
    use std::collections::BTreeSet;

    fn active(pattern: Pattern) -> Vec<Interval> {
        let place = Place {
            zone: Zone::UTC,
            weekend: Weekdays::SATURDAY_SUNDAY,
            holidays: Vec::new(),
            extra_workdays: BTreeSet::new(),
        };
        let from = Instant::parse("2026-01-01T00:00:00Z").unwrap();
        let timetable = Timetable { patterns: vec![pattern], ..Timetable::never(Rounding::Outward) };
        let within = Interval::new(from, from.plus(Elapsed::days(40)));
        timetable.occurrences(&place, within).into_iter().map(|occurrence| occurrence.interval).collect()
    }

    #[test]
    fn one_edge_of_every_occurrence_moves() {
        let time = |hour| TimeOfDay::new(hour, 0, 0).unwrap();
        let length = super::super::Length { days: 1, elapsed: Elapsed::ZERO };
        let patterns = [
            Pattern::Daily { start: time(9), end: time(17) },
            Pattern::Weekdays { days: Weekdays::SATURDAY_SUNDAY, start: time(9), end: time(17) },
            Pattern::Workdays { start: time(9), end: time(17) },
            Pattern::MonthlyDay { day: 3, start: time(9), length },
            Pattern::Dates(DateSpan {
                first: Zone::UTC.date(Instant::parse("2026-01-03T00:00:00Z").unwrap()),
                last: Zone::UTC.date(Instant::parse("2026-01-04T00:00:00Z").unwrap()),
            }),
        ];
        for pattern in patterns {
            let before = active(pattern.clone());
            assert!(!before.is_empty());
            for by in [1, -1, 3600].map(Elapsed::seconds) {
                let later = |all: &[Interval], edge: Edge| -> Vec<Interval> {
                    all.iter()
                        .map(|interval| match edge {
                            Edge::Start => Interval::new(interval.start.plus(by), interval.end),
                            Edge::End => Interval::new(interval.start, interval.end.plus(by)),
                        })
                        .collect()
                };
                for edge in [Edge::Start, Edge::End] {
                    let after = active(pattern.shifted(edge, by).unwrap());
                    assert_eq!(after, later(&before, edge), "{pattern:?} {edge:?} {by}");
                }
            }
        }
    }

    #[test]
    fn what_has_no_neighbour_has_none() {
        let midnight = TimeOfDay::MIDNIGHT;
        let noon = TimeOfDay::new(12, 0, 0).unwrap();
        let daily = Pattern::Daily { start: midnight, end: noon };
        assert_eq!(daily.shifted(Edge::Start, Elapsed::seconds(-1)), None);
        let business = Pattern::MonthlyBusinessDays { first: -1, last: 1 };
        assert_eq!(business.shifted(Edge::Start, Elapsed::seconds(1)), None);
        assert_eq!(business.shifted(Edge::Start, Elapsed::days(1)), None);
        let longer = Pattern::MonthlyBusinessDays { first: -1, last: 2 };
        assert_eq!(business.shifted(Edge::End, Elapsed::days(1)), Some(longer));
        let empty = Pattern::Once(Interval::new(Instant::from_unix(0), Instant::from_unix(1)));
        assert_eq!(empty.shifted(Edge::End, Elapsed::seconds(-1)), None);
    }
}
