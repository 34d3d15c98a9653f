//! The dates of a recurrence rule, some years at a time, so that no question costs more the further it is from the start.
//!
//! The library is asked which dates of each year pass the `BY` parts. Numbered weekdays, intervals and positions are
//! taken on top, since it refuses some that RFC 5545 allows (`-5MO`), and a count runs through the years once.

use super::rule::{Frequency, Rule};
use super::zone::days_after;
use super::{Date, Weekday};
use chrono::{DateTime, Datelike, NaiveTime, TimeDelta};
use rrule::{NWeekday, RRule, RRuleSet, Tz};
use std::ops::Range;

/// The Gregorian calendar repeats after so many years: what does not occur in that time never will.
pub(super) const CYCLE_YEARS: i32 = 400;

/// So many years are expanded together: each question to the library looks one further year ahead.
pub(super) const YEARS_AT_ONCE: i32 = 4;

const EVERY_DAY: [NWeekday; 7] = [
    NWeekday::Every(Weekday::Mon),
    NWeekday::Every(Weekday::Tue),
    NWeekday::Every(Weekday::Wed),
    NWeekday::Every(Weekday::Thu),
    NWeekday::Every(Weekday::Fri),
    NWeekday::Every(Weekday::Sat),
    NWeekday::Every(Weekday::Sun),
];

impl Rule {
    /// Its dates in `years`, in order, counted from `start`, `COUNT` not regarded; and a later year before which there
    /// are no more.
    pub(super) fn dates_in(&self, years: Range<i32>, start: Date) -> (Vec<Date>, i32) {
        let nothing = (Vec::new(), years.end);
        let bounds = (Date::from_ymd_opt(years.start, 1, 1), Date::from_ymd_opt(years.end - 1, 12, 31));
        let (Some(first), Some(last)) = bounds else { return nothing };
        let until = self.until.map_or(last, |until| last.min(until));
        if until < first || until < start {
            return nothing;
        }
        if !self.reaches_its_months(start) {
            return (Vec::new(), years.start + CYCLE_YEARS);
        }
        let positions_of_weeks = self.frequency == Frequency::Weekly && !self.by_position.is_empty();
        let (from, to) = match positions_of_weeks {
            // Whole weeks, so that positions count all their days.
            true => (week_of(first, self.week_start), days_after(week_of(last, self.week_start), 6)),
            false => (first, last),
        };
        let Some(set) = self.library_set(from, start) else { return nothing };
        let mut dates = Vec::new();
        let mut next = years.start + CYCLE_YEARS;
        for date in set.into_iter().map(|at| at.naive_utc().date()) {
            if date > to {
                next = date.year().max(years.end);
                break;
            }
            dates.extend(Some(date).filter(|date| self.in_step(*date, start) && self.has_number(*date)));
        }
        if !self.by_position.is_empty() {
            dates = dates
                .chunk_by(|one, two| self.period(*one) == self.period(*two))
                .flat_map(|period| self.chosen(period))
                .collect();
        }
        dates.retain(|date| first <= *date && *date <= until && *date >= start);
        (dates, next)
    }

    /// Whether the date's weekday is one of those `BYDAY` numbers: within the month where the rule speaks of months.
    fn has_number(&self, date: Date) -> bool {
        let in_month = self.frequency == Frequency::Monthly || !self.by_month.is_empty();
        let (day, length) = match in_month {
            true => (date.day0(), u32::from(date.num_days_in_month())),
            false => (date.ordinal0(), if date.leap_year() { 366 } else { 365 }),
        };
        let numbers = [i64::from(day / 7) + 1, -i64::from((length - day - 1) / 7) - 1];
        let fits = |written: &NWeekday| match *written {
            NWeekday::Every(day) => day == date.weekday(),
            NWeekday::Nth(number, day) => day == date.weekday() && numbers.contains(&i64::from(number)),
        };
        self.by_day.is_empty() || self.by_day.iter().any(fits)
    }

    /// What `BYSETPOS` chooses of one period's dates.
    fn chosen(&self, dates: &[Date]) -> Vec<Date> {
        let position = |number: &i32| match usize::try_from(*number) {
            Ok(number) => number.checked_sub(1),
            Err(_) => dates.len().checked_sub(usize::try_from(number.unsigned_abs()).ok()?),
        };
        let mut chosen: Vec<usize> = self.by_position.iter().filter_map(position).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen.into_iter().filter_map(|position| dates.get(position).copied()).collect()
    }

    /// All its dates where it has a `COUNT`.
    pub(super) fn counted_dates(&self, start: Date) -> Option<Vec<Date>> {
        let count = self.count? as usize;
        let mut dates = Vec::new();
        let (mut year, mut last_year) = (start.year(), start.year());
        while dates.len() < count && year < 10_000 && year - last_year <= CYCLE_YEARS {
            let (found, next) = self.dates_in(year..year + YEARS_AT_ONCE, start);
            if !found.is_empty() {
                last_year = year;
            }
            dates.extend(found);
            year = next;
        }
        dates.truncate(count);
        Some(dates)
    }

    /// Whether any date of any year fits, intervals not regarded.
    pub(super) fn ever_matches(&self) -> bool {
        let unbounded = Self { interval: 1, until: None, ..self.clone() };
        unbounded.some_date_fits()
    }

    fn some_date_fits(&self) -> bool {
        // A rule that names no day takes the day of its start, which may be any.
        if self.by_day.is_empty() && self.by_month_day.is_empty() && self.by_year_day.is_empty() {
            return true;
        }
        let Some(first) = Date::from_ymd_opt(2000, 1, 1) else { return false };
        // Every weekday meets every date of the year within 28 years; the library would look for millennia.
        let fits_alone = first.iter_days().take(28 * 366).any(|date| self.fits_alone(date));
        let chooses =
            !self.by_position.is_empty() || self.by_day.iter().any(|day| matches!(day, NWeekday::Nth(..)));
        let some = |years: Range<i32>| !self.dates_in(years, first).0.is_empty();
        match chooses || !self.by_week_number.is_empty() {
            true => fits_alone && (some(2000..2028) || some(2028..2000 + CYCLE_YEARS)),
            false => fits_alone,
        }
    }

    /// Whether `date` passes what can be asked of one date without its neighbours.
    fn fits_alone(&self, date: Date) -> bool {
        let from_end = |ordinal: u32, length: u32| i64::from(ordinal) - i64::from(length) - 1;
        let year_length = if date.leap_year() { 366 } else { 365 };
        let month_length = u32::from(date.num_days_in_month());
        let in_month = [i64::from(date.day()), from_end(date.day(), month_length)];
        let in_year = [i64::from(date.ordinal()), from_end(date.ordinal(), year_length)];
        let is_day = |day: &NWeekday| weekday(*day) == date.weekday();
        (self.by_month.is_empty() || self.by_month.iter().any(|&month| u32::from(month) == date.month()))
            && (self.by_month_day.is_empty()
                || self.by_month_day.iter().any(|&day| in_month.contains(&i64::from(day))))
            && (self.by_year_day.is_empty()
                || self.by_year_day.iter().any(|&day| in_year.contains(&i64::from(day))))
            && (self.by_day.is_empty() || self.by_day.iter().any(is_day))
    }

    /// Whether steps of INTERVAL months from the start ever meet a month of `BYMONTH`.
    fn reaches_its_months(&self, start: Date) -> bool {
        let month_after = |steps: u32| (start.month0() + steps * self.interval) % 12 + 1;
        let named = |month: u32| self.by_month.iter().any(|&named| u32::from(named) == month);
        self.frequency != Frequency::Monthly
            || self.by_month.is_empty()
            || (0..12).map(month_after).any(named)
    }

    /// Whether `date` lies in a period that INTERVAL does not leave out.
    fn in_step(&self, date: Date, start: Date) -> bool {
        (self.period(date) - self.period(start)) % i64::from(self.interval) == 0
    }

    /// The number of the period of `FREQ` that `date` lies in.
    fn period(&self, date: Date) -> i64 {
        match self.frequency {
            Frequency::Daily => i64::from(date.num_days_from_ce()),
            Frequency::Weekly => i64::from(week_of(date, self.week_start).num_days_from_ce()).div_euclid(7),
            Frequency::Monthly => i64::from(date.year()) * 12 + i64::from(date.month0()),
            Frequency::Yearly => i64::from(date.year()),
        }
    }

    /// The library's rule with every default made explicit, so that it may begin anywhere.
    fn library_set(&self, first: Date, start: Date) -> Option<RRuleSet> {
        let at =
            |date: Date| -> DateTime<Tz> { date.and_time(NaiveTime::MIN).and_utc().with_timezone(&Tz::UTC) };
        let mut by_day = self.by_day.clone();
        let mut by_month_day = self.by_month_day.clone();
        let mut by_month = self.by_month.clone();
        if by_day.is_empty() && by_month_day.is_empty() && self.by_year_day.is_empty() {
            match self.frequency {
                Frequency::Daily => by_day = EVERY_DAY.to_vec(),
                Frequency::Weekly => by_day = vec![NWeekday::Every(start.weekday())],
                Frequency::Monthly => by_month_day = vec![i8::try_from(start.day()).ok()?],
                Frequency::Yearly => {
                    by_month_day = vec![i8::try_from(start.day()).ok()?];
                    if by_month.is_empty() {
                        by_month = vec![u8::try_from(start.month()).ok()?];
                    }
                }
            }
        }
        let months: Vec<_> =
            by_month.iter().filter_map(|&month| chrono::Month::try_from(month).ok()).collect();
        let rule = RRule::new(rrule::Frequency::Yearly)
            .week_start(self.week_start)
            .by_month(&months)
            .by_month_day(by_month_day)
            .by_year_day(self.by_year_day.clone())
            .by_week_no(self.by_week_number.clone())
            .by_weekday(by_day.into_iter().map(|day| NWeekday::Every(weekday(day))).collect())
            .validate(at(first))
            .ok()?;
        Some(RRuleSet::new(at(first)).limit().rrule(rule))
    }
}

fn weekday(day: NWeekday) -> Weekday {
    match day {
        NWeekday::Every(day) | NWeekday::Nth(_, day) => day,
    }
}

/// The first day of the week that `date` lies in.
fn week_of(date: Date, week_start: Weekday) -> Date {
    let behind = date.weekday().days_since(week_start);
    date.checked_sub_signed(TimeDelta::days(i64::from(behind))).unwrap_or(date)
}
