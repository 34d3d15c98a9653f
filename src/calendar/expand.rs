//! The dates of a recurrence rule, a year at a time, so that no question costs more the further it is from the start.
//!
//! The library is asked for one year of the rule with INTERVAL 1 and without COUNT; intervals are a filter on
//! the distance from the start, and a count runs through the years once.

use super::rule::{Frequency, Rule};
use super::{Date, Weekday};
use chrono::{DateTime, Datelike, NaiveTime, TimeDelta};
use rrule::{NWeekday, RRule, RRuleSet, Tz};

/// The Gregorian calendar repeats after so many years: what does not occur in that time never will.
pub(super) const CYCLE_YEARS: i32 = 400;

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
    /// Its dates in `year`, in order, counted from `start`, `COUNT` not regarded; and a later year before which there
    /// are no more.
    pub(super) fn dates_in(&self, year: i32, start: Date) -> (Vec<Date>, i32) {
        let nothing = (Vec::new(), year + 1);
        let (Some(first), Some(last)) = (Date::from_ymd_opt(year, 1, 1), Date::from_ymd_opt(year, 12, 31))
        else {
            return nothing;
        };
        let until = self.until.map_or(last, |until| last.min(until));
        let counts =
            |date: &Date| first <= *date && *date <= until && *date >= start && self.in_step(*date, start);
        if until < first || until < start {
            return nothing;
        }
        let Some(set) = self.library_set(week_of(first, self.week_start), start) else { return nothing };
        let mut dates = Vec::new();
        for date in set.into_iter().map(|at| at.naive_utc().date()) {
            if date > last {
                return (dates, date.year());
            }
            dates.extend(Some(date).filter(counts));
        }
        (dates, year + CYCLE_YEARS)
    }

    /// All its dates where it has a `COUNT`.
    pub(super) fn counted_dates(&self, start: Date) -> Option<Vec<Date>> {
        let count = self.count? as usize;
        let mut dates = Vec::new();
        let (mut year, mut last_year) = (start.year(), start.year());
        while dates.len() < count && year < 10_000 && year - last_year <= CYCLE_YEARS {
            let (found, next) = self.dates_in(year, start);
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
        // A rule that names no day takes the day of its start, which may be any.
        if self.by_day.is_empty() && self.by_month_day.is_empty() && self.by_year_day.is_empty() {
            return true;
        }
        let Some(first) = Date::from_ymd_opt(2000, 1, 1) else { return false };
        // Every weekday meets every date of the year within 28 years; the library would look for millennia.
        let fits_alone = first.iter_days().take(28 * 366).any(|date| self.fits_alone(date));
        fits_alone && self.library_set(first, first).is_some_and(|set| set.into_iter().next().is_some())
    }

    /// Whether `date` passes what can be asked of one date without its neighbours.
    fn fits_alone(&self, date: Date) -> bool {
        let from_end = |ordinal: u32, length: u32| i64::from(ordinal) - i64::from(length) - 1;
        let year_length = if date.leap_year() { 366 } else { 365 };
        let month_length = u32::from(date.num_days_in_month());
        let in_month = [i64::from(date.day()), from_end(date.day(), month_length)];
        let in_year = [i64::from(date.ordinal()), from_end(date.ordinal(), year_length)];
        let is_day = |day: &NWeekday| match *day {
            NWeekday::Every(day) | NWeekday::Nth(_, day) => day == date.weekday(),
        };
        (self.by_month.is_empty() || self.by_month.iter().any(|&month| u32::from(month) == date.month()))
            && (self.by_month_day.is_empty()
                || self.by_month_day.iter().any(|&day| in_month.contains(&i64::from(day))))
            && (self.by_year_day.is_empty()
                || self.by_year_day.iter().any(|&day| in_year.contains(&i64::from(day))))
            && (self.by_day.is_empty() || self.by_day.iter().any(is_day))
    }

    /// Whether `date` lies in a period that INTERVAL does not leave out.
    fn in_step(&self, date: Date, start: Date) -> bool {
        let periods = match self.frequency {
            Frequency::Daily => (date - start).num_days(),
            Frequency::Weekly => {
                (week_of(date, self.week_start) - week_of(start, self.week_start)).num_days() / 7
            }
            Frequency::Monthly => months(date) - months(start),
            Frequency::Yearly => i64::from(date.year() - start.year()),
        };
        periods % i64::from(self.interval) == 0
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
        // Days and weeks without positions are filters on the year: one step of the library a year, not 365.
        let frequency = match self.frequency {
            Frequency::Daily => rrule::Frequency::Yearly,
            Frequency::Weekly if self.by_position.is_empty() => rrule::Frequency::Yearly,
            Frequency::Weekly => rrule::Frequency::Weekly,
            Frequency::Monthly => rrule::Frequency::Monthly,
            Frequency::Yearly => rrule::Frequency::Yearly,
        };
        let positions =
            if self.frequency == Frequency::Daily { Vec::new() } else { self.by_position.clone() };
        let months: Vec<_> =
            by_month.iter().filter_map(|&month| chrono::Month::try_from(month).ok()).collect();
        let rule = RRule::new(frequency)
            .week_start(self.week_start)
            .by_month(&months)
            .by_month_day(by_month_day)
            .by_year_day(self.by_year_day.clone())
            .by_week_no(self.by_week_number.clone())
            .by_weekday(by_day)
            .by_set_pos(positions)
            .validate(at(first))
            .ok()?;
        Some(RRuleSet::new(at(first)).limit().rrule(rule))
    }
}

/// The first day of the week that `date` lies in.
fn week_of(date: Date, week_start: Weekday) -> Date {
    let behind = date.weekday().days_since(week_start);
    date.checked_sub_signed(TimeDelta::days(i64::from(behind))).unwrap_or(date)
}

fn months(date: Date) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}
