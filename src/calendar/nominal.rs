//! What a recurring pattern says on the civil calendar, before any clock is asked: on which dates it starts, and
//! which local readings it runs between. Dates are found from anywhere in either direction, in steps of its period.

use super::expand::{CYCLE_YEARS, YEARS_AT_ONCE};
use super::workdays::Workdays;
use super::zone::days_after;
use super::{Date, Elapsed, Length, LocalDateTime, MonthDay, Pattern, Place, Rule, TimeOfDay, Weekday, Zone};
use chrono::Datelike;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// The longest length that is read: ten years.
pub(super) const LONGEST_DAYS: i64 = 3660;
/// Years of a rule that are kept at a time.
const YEARS_KEPT: usize = 512;

/// The readings an occurrence runs between.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Readings {
    pub(super) start: LocalDateTime,
    pub(super) end: End,
}

/// Where an occurrence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// When clocks show this, and so much later.
    Local(LocalDateTime, Elapsed),
    /// So long after its start.
    After(Elapsed),
}

/// The step in which a pattern can start at most once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Period {
    Day,
    Week,
    Month,
    Year,
}

/// A recurring pattern with what it needs to find its dates.
#[derive(Debug)]
pub(super) struct Nominal<'a> {
    pattern: &'a Pattern,
    zone: Zone,
    workdays: Option<Workdays<'a>>,
    rule: Option<RuleDates<'a>>,
}

/// The dates of a rule, by year, kept once expanded.
#[derive(Debug)]
struct RuleDates<'a> {
    rule: &'a Rule,
    start: Date,
    years: Mutex<BTreeMap<i32, Arc<[Date]>>>,
    /// All of them where the rule has a `COUNT`.
    counted: OnceLock<Option<Vec<Date>>>,
}

impl<'a> Nominal<'a> {
    /// The dates of `pattern` in `zone`; nothing for a pattern that does not recur. Rules count from `start`.
    pub(super) fn of(
        pattern: &'a Pattern,
        place: &'a Place,
        zone: Zone,
        start: Option<Date>,
    ) -> Option<Self> {
        let counts_workdays =
            matches!(pattern, Pattern::Workdays { .. } | Pattern::MonthlyBusinessDays { .. });
        let rule = match pattern {
            Pattern::Once(_) | Pattern::OnceLocal { .. } | Pattern::Dates(_) => return None,
            Pattern::Rrule { rule, .. } => Some(RuleDates::of(rule, start.unwrap_or_default())),
            _ => None,
        };
        let workdays = counts_workdays.then(|| Workdays::of(place));
        Some(Self { pattern, zone, workdays, rule })
    }

    /// The first date at or behind `from` on which it starts, within one cycle of the calendar.
    pub(super) fn next(&self, from: Date) -> Option<Date> {
        if let Some(rule) = &self.rule {
            return rule.next(from);
        }
        let period = self.period();
        let first = period.number(from);
        (first..=first + period.per_cycle())
            .filter_map(|number| self.start_in(period, number))
            .find(|&date| date >= from)
    }

    /// The last date at or before `to` on which it starts, within one cycle of the calendar.
    pub(super) fn previous(&self, to: Date) -> Option<Date> {
        if let Some(rule) = &self.rule {
            return rule.previous(to);
        }
        let period = self.period();
        let last = period.number(to);
        (last - period.per_cycle()..=last)
            .rev()
            .filter_map(|number| self.start_in(period, number))
            .find(|&date| date <= to)
    }

    /// More days than any occurrence lasts.
    pub(super) fn days_at_most(&self) -> i64 {
        match self.pattern {
            Pattern::Daily { .. } | Pattern::Weekdays { .. } | Pattern::Workdays { .. } => 4,
            Pattern::Weekly { .. } => 10,
            Pattern::MonthlyWeekday { length, .. }
            | Pattern::MonthlyDay { length, .. }
            | Pattern::Rrule { length, .. } => {
                let elapsed = length.elapsed.as_seconds() / 86_400;
                (i64::from(length.days) + elapsed).clamp(0, LONGEST_DAYS) + 4
            }
            Pattern::MonthlyBusinessDays { .. } => 64,
            // From one 29 February to the next across a century that has none.
            Pattern::Yearly { .. } => 8 * 366 + 4,
            Pattern::Once(_) | Pattern::OnceLocal { .. } | Pattern::Dates(_) => 0,
        }
    }

    /// The readings of the occurrence that starts on `date`, one of its dates.
    pub(super) fn readings(&self, date: Date) -> Option<Readings> {
        let between = |start: TimeOfDay, days: i64, end: TimeOfDay| {
            let end = end.on(days_after(date, days));
            Some(Readings { start: start.on(date), end: End::Local(end, Elapsed::ZERO) })
        };
        let whole =
            |behind: Date| between(TimeOfDay::MIDNIGHT, (behind - date).num_days(), TimeOfDay::MIDNIGHT);
        match self.pattern {
            Pattern::Daily { start, end }
            | Pattern::Weekdays { start, end, .. }
            | Pattern::Workdays { start, end } => between(*start, i64::from(end <= start), *end),
            Pattern::Weekly { from, start, to, end } => {
                between(*start, days_to(*from, *start, *to, *end), *end)
            }
            Pattern::MonthlyWeekday { start, length, .. }
            | Pattern::MonthlyDay { start, length, .. }
            | Pattern::Rrule { start, length, .. } => Some(lasting(date, *start, *length)),
            Pattern::MonthlyBusinessDays { last, .. } => {
                let workdays = self.workdays.as_ref()?;
                let month = date.with_day(1)?;
                let within = workdays.in_month(month, *last).filter(|&last| last >= date);
                let last = within.or_else(|| workdays.in_month(next_month(month)?, *last))?;
                whole(days_after(last, 1))
            }
            Pattern::Yearly { end, .. } => whole(
                (date.year()..=date.year() + 8)
                    .find_map(|year| end.in_year(year).filter(|&end| end > date))?,
            ),
            Pattern::Once(_) | Pattern::OnceLocal { .. } | Pattern::Dates(_) => None,
        }
    }

    /// The first dates of the months or years from `first` to before `behind` in which it has no day to start on.
    pub(super) fn absences(&self, first: Date, behind: Date) -> impl Iterator<Item = Date> {
        let period = self.period();
        let numbers = match period {
            Period::Month | Period::Year => period.number(first)..period.number(behind),
            Period::Day | Period::Week => 0..0,
        };
        numbers
            .filter(move |&number| self.start_in(period, number).is_none())
            .filter_map(move |number| period.first(number))
    }

    fn period(&self) -> Period {
        match self.pattern {
            Pattern::Weekly { .. } => Period::Week,
            Pattern::MonthlyWeekday { .. }
            | Pattern::MonthlyDay { .. }
            | Pattern::MonthlyBusinessDays { .. } => Period::Month,
            Pattern::Yearly { .. } => Period::Year,
            _ => Period::Day,
        }
    }

    /// The date in the period on which it starts, if it does.
    fn start_in(&self, period: Period, number: i64) -> Option<Date> {
        let first = period.first(number)?;
        match self.pattern {
            Pattern::Weekdays { days, .. } => days.contains(first.weekday()).then_some(first),
            Pattern::Workdays { .. } => self.workdays.as_ref()?.is_workday(first).then_some(first),
            Pattern::Weekly { from, .. } => Some(days_after(first, i64::from(from.num_days_from_monday()))),
            Pattern::MonthlyWeekday { ordinal, day, .. } => weekday_of_month(first, *ordinal, *day),
            Pattern::MonthlyDay { day: -1, .. } => {
                let days = i64::from(first.num_days_in_month());
                (0..days).rev().map(|day| days_after(first, day)).find(|&date| self.zone.has_date(date))
            }
            Pattern::MonthlyDay { day, .. } => first.with_day(u32::try_from(*day).ok()?),
            Pattern::MonthlyBusinessDays { first: number, .. } => {
                self.workdays.as_ref()?.in_month(first, *number)
            }
            Pattern::Yearly { start, .. } => start.in_year(first.year()),
            _ => Some(first),
        }
    }
}

impl Period {
    fn number(self, date: Date) -> i64 {
        match self {
            Self::Day => i64::from(date.num_days_from_ce()),
            Self::Week => (i64::from(date.num_days_from_ce()) - 1).div_euclid(7),
            Self::Month => i64::from(date.year()) * 12 + i64::from(date.month0()),
            Self::Year => i64::from(date.year()),
        }
    }

    /// Its first date; a week begins on Monday, as 0001-01-01 did.
    fn first(self, number: i64) -> Option<Date> {
        let small = |number: i64| i32::try_from(number).ok();
        match self {
            Self::Day => Date::from_num_days_from_ce_opt(small(number)?),
            Self::Week => Date::from_num_days_from_ce_opt(small(number * 7 + 1)?),
            Self::Month => {
                let month = u32::try_from(number.rem_euclid(12)).ok()? + 1;
                Date::from_ymd_opt(small(number.div_euclid(12))?, month, 1)
            }
            Self::Year => Date::from_ymd_opt(small(number)?, 1, 1),
        }
    }

    fn per_cycle(self) -> i64 {
        let years = i64::from(CYCLE_YEARS);
        match self {
            Self::Day => years * 366,
            Self::Week => years * 53,
            Self::Month => years * 12,
            Self::Year => years,
        }
    }
}

impl<'a> RuleDates<'a> {
    fn of(rule: &'a Rule, start: Date) -> Self {
        Self { rule, start, years: Mutex::default(), counted: OnceLock::new() }
    }

    fn next(&self, from: Date) -> Option<Date> {
        let from = from.max(self.start);
        if let Some(dates) = self.counted() {
            return dates.get(dates.partition_point(|&date| date < from)).copied();
        }
        (from.year()..=from.year() + CYCLE_YEARS).find_map(|year| {
            let dates = self.in_year(year);
            dates.get(dates.partition_point(|&date| date < from)).copied()
        })
    }

    fn previous(&self, to: Date) -> Option<Date> {
        if let Some(dates) = self.counted() {
            return dates.get(dates.partition_point(|&date| date <= to).checked_sub(1)?).copied();
        }
        let to = self.rule.until.map_or(to, |until| to.min(until));
        let first = self.start.year().max(to.year() - CYCLE_YEARS);
        (first..=to.year()).rev().find_map(|year| {
            let dates = self.in_year(year);
            dates.get(dates.partition_point(|&date| date <= to).checked_sub(1)?).copied()
        })
    }

    fn counted(&self) -> Option<&[Date]> {
        self.counted.get_or_init(|| self.rule.counted_dates(self.start)).as_deref()
    }

    fn in_year(&self, year: i32) -> Arc<[Date]> {
        // A panic elsewhere leaves the map whole: it is only ever added to or cleared.
        let mut years = self.years.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(dates) = years.get(&year) {
            return Arc::clone(dates);
        }
        if years.len() >= YEARS_KEPT {
            years.clear();
        }
        let (dates, next) = self.rule.dates_in(year..year + YEARS_AT_ONCE, self.start);
        for barren in (year..next).take(CYCLE_YEARS.unsigned_abs() as usize) {
            years.entry(barren).or_default();
        }
        for of_year in dates.chunk_by(|one, two| one.year() == two.year()) {
            years.extend(of_year.first().map(|date| (date.year(), Arc::from(of_year))));
        }
        years.entry(year).or_default().clone()
    }
}

impl MonthDay {
    /// The date in `year`, if that year has it.
    pub fn in_year(self, year: i32) -> Option<Date> {
        Date::from_ymd_opt(year, self.month, self.day)
    }
}

/// Days from the start of a week's window to the date it ends on.
pub(super) fn days_to(from: Weekday, start: TimeOfDay, to: Weekday, end: TimeOfDay) -> i64 {
    let days = i64::from(to.days_since(from));
    if days == 0 && end <= start { 7 } else { days }
}

fn lasting(date: Date, start: TimeOfDay, length: Length) -> Readings {
    let reading = start.on(date);
    let days = i64::from(length.days).min(LONGEST_DAYS);
    let elapsed = length.elapsed.min(Elapsed::days(LONGEST_DAYS));
    let end = match days {
        0 => End::After(elapsed),
        days => End::Local(start.on(days_after(date, days)), elapsed),
    };
    Readings { start: reading, end }
}

fn weekday_of_month(first: Date, ordinal: i8, day: Weekday) -> Option<Date> {
    if ordinal == -1 {
        let last = days_after(first, i64::from(first.num_days_in_month()) - 1);
        return Some(days_after(last, -i64::from(last.weekday().days_since(day))));
    }
    let weeks = i64::from(ordinal.checked_sub(1)?);
    let date = days_after(first, i64::from(day.days_since(first.weekday())) + weeks * 7);
    (weeks >= 0 && date.month() == first.month()).then_some(date)
}

fn next_month(first: Date) -> Option<Date> {
    first.checked_add_months(chrono::Months::new(1))
}
