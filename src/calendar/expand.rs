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
    /// Its dates in `year`, in order, counted from `start`, `COUNT` not regarded.
    pub(super) fn dates_in(&self, year: i32, start: Date) -> Vec<Date> {
        let (Some(first), Some(last)) = (Date::from_ymd_opt(year, 1, 1), Date::from_ymd_opt(year, 12, 31))
        else {
            return Vec::new();
        };
        let last = self.until.map_or(last, |until| last.min(until));
        let counts =
            |date: &Date| first <= *date && *date <= last && *date >= start && self.in_step(*date, start);
        if last < first || last < start {
            return Vec::new();
        }
        let anchor = week_of(first, self.week_start);
        let Some(set) = self.library_set(anchor, last, start) else { return Vec::new() };
        set.into_iter()
            .map(|at| at.naive_utc().date())
            .take_while(|date| *date <= last)
            .filter(counts)
            .collect()
    }

    /// All its dates where it has a `COUNT`.
    pub(super) fn counted_dates(&self, start: Date) -> Option<Vec<Date>> {
        let count = self.count? as usize;
        let mut dates = Vec::new();
        let mut last_year = start.year();
        for year in start.year()..=9999 {
            let found = self.dates_in(year, start);
            if !found.is_empty() {
                last_year = year;
            }
            dates.extend(found);
            if dates.len() >= count || year - last_year > CYCLE_YEARS {
                break;
            }
        }
        dates.truncate(count);
        Some(dates)
    }

    /// Whether any date of any year fits, intervals not regarded.
    pub(super) fn ever_matches(&self) -> bool {
        let bounds = (Date::from_ymd_opt(2000, 1, 1), Date::from_ymd_opt(2000 + CYCLE_YEARS, 12, 31));
        let (Some(first), Some(last)) = bounds else { return false };
        // A rule that names no day takes the day of its start, which may be any.
        self.library_set(week_of(first, self.week_start), last, first)
            .is_some_and(|set| set.into_iter().next().is_some())
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
    fn library_set(&self, first: Date, last: Date, start: Date) -> Option<RRuleSet> {
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
            .until(at(last))
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
