//! Which days a rule counts: by month, day of month and weekday, all of which must fit; and its recurrences.

use super::days::{Day, days_in};
use super::week::Week;
use crate::calendar::{Elapsed, Length, MonthDay, Pattern, Rule, TimeOfDay};

/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// A rule of more days of the month than this is written as one recurrence rule instead of a line each.
const MOST_LINES: usize = 3;

/// Days of the month.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Days {
    /// Every day.
    All,
    /// These.
    Some {
        /// Counted from the first, which is 1.
        first: Vec<u32>,
        /// Counted from the last, which is 1.
        last: Vec<u32>,
    },
}

impl Days {
    /// These days, every one where all are named.
    pub(super) fn new(mut first: Vec<u32>, mut last: Vec<u32>) -> Self {
        first.sort_unstable();
        first.dedup();
        last.sort_unstable();
        last.dedup();
        if first.len() == 31 { Self::All } else { Self::Some { first, last } }
    }
}

/// Days that fit a month, a day of the month and a weekday.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct DayRule {
    months: Vec<u32>,
    days: Days,
    weekdays: Vec<u32>,
}

/// A stretch that begins at a second of a day and lasts so many seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Run {
    /// Seconds from midnight.
    pub(super) start: u32,
    /// Seconds; above 0.
    pub(super) length: i64,
}

impl DayRule {
    /// Months 1 to 12, weekdays 0 to 6 from Sunday.
    pub(super) fn new(mut months: Vec<u32>, days: Days, mut weekdays: Vec<u32>) -> Self {
        months.sort_unstable();
        months.dedup();
        weekdays.sort_unstable();
        weekdays.dedup();
        Self { months, days, weekdays }
    }

    /// Whether a day is one of them.
    pub(super) fn holds(&self, day: Day) -> bool {
        let of_month = match &self.days {
            Days::All => true,
            Days::Some { first, last } => {
                first.contains(&day.day) || last.contains(&(day.days_in_month() + 1 - day.day))
            }
        };
        of_month && self.months.contains(&day.month) && self.weekdays.contains(&day.weekday)
    }

    /// Its weekdays, where it goes by nothing else.
    pub(super) fn weekly(&self) -> Option<&[u32]> {
        (self.months.len() == 12 && self.days == Days::All).then_some(&self.weekdays)
    }

    /// Whether some year has such a day.
    pub(super) fn ever_holds(&self) -> bool {
        // Every weekday falls on every date that exists within 28 years.
        !self.weekdays.is_empty()
            && self.months.iter().any(|month| match &self.days {
                Days::All => true,
                Days::Some { first, last } => {
                    first.iter().chain(last).any(|day| (1..=days_in(2000, *month)).contains(day))
                }
            })
    }

    /// The one date a year that it stands for, if it does.
    pub(super) fn one_date(&self) -> Option<(u32, u32)> {
        match (self.months.as_slice(), &self.days) {
            ([month], Days::Some { first, last }) if last.is_empty() && self.weekdays.len() == 7 => {
                match first.as_slice() {
                    [day] => Some((*month, *day)),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// Whether it holds in single months only, and there on days of the month: a date without its year.
    pub(super) fn is_yearly(&self) -> bool {
        self.months.len() < 12 && self.days != Days::All
    }

    /// The first of its days that some of its months do not have.
    pub(super) fn days_that_months_lack(&self) -> Option<u32> {
        let Days::Some { first, .. } = &self.days else { return None };
        let shortest = self.months.iter().map(|month| days_in(2001, *month)).min()?;
        first.iter().copied().find(|day| *day > shortest)
    }

    /// The rule as RFC 5545 writes it.
    fn rrule(&self) -> String {
        let mut parts = Vec::new();
        let by_month = self.months.len() < 12;
        let frequency = match (&self.days, by_month) {
            (Days::All, _) => "DAILY",
            (Days::Some { .. }, true) => "YEARLY",
            (Days::Some { .. }, false) => "MONTHLY",
        };
        parts.push(format!("FREQ={frequency}"));
        let list = |numbers: &[u32]| numbers.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        if by_month {
            parts.push(format!("BYMONTH={}", list(&self.months)));
        }
        if let Days::Some { first, last } = &self.days {
            let from_last = last.iter().rev().map(|day| format!("-{day}"));
            let all: Vec<String> = first.iter().map(u32::to_string).chain(from_last).collect();
            parts.push(format!("BYMONTHDAY={}", all.join(",")));
        }
        if self.weekdays.len() < 7 {
            const NAMES: [&str; 7] = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"];
            let names: Vec<&str> = (1_u32..=7)
                .map(|day| day % 7)
                .filter(|day| self.weekdays.contains(day))
                .filter_map(|day| NAMES.get(usize::try_from(day).ok()?).copied())
                .collect();
            parts.push(format!("BYDAY={}", names.join(",")));
        }
        parts.join(";")
    }

    /// The recurrences that hold exactly in these runs on its days. A rule that goes by weekdays alone belongs into
    /// a [`Week`] instead, which joins what touches.
    pub(super) fn patterns(&self, runs: &[Run]) -> Vec<Pattern> {
        if let Some(weekdays) = self.weekly() {
            let mut week = Week::default();
            week.add(weekdays, runs);
            return week.patterns();
        }
        runs.iter().flat_map(|run| self.run_patterns(*run)).collect()
    }

    fn run_patterns(&self, run: Run) -> Vec<Pattern> {
        let Some(start) = time_of(run.start) else { return Vec::new() };
        if let Some(pattern) = self.one_date().and_then(|date| yearly(date, run)) {
            return vec![pattern];
        }
        let length = length_of(run.length);
        if let Days::Some { first, last } = &self.days {
            let lines = first.len() + last.len();
            let by_line = self.months.len() == 12
                && self.weekdays.len() == 7
                && lines <= MOST_LINES
                && first.iter().all(|day| *day <= 28)
                && last.iter().all(|day| *day == 1);
            if by_line {
                let days =
                    first.iter().filter_map(|day| i8::try_from(*day).ok()).chain(last.iter().map(|_| -1));
                return days.map(|day| Pattern::MonthlyDay { day, start, length }).collect();
            }
        }
        Rule::parse(&self.rrule()).map(|rule| Pattern::Rrule { rule, start, length }).into_iter().collect()
    }
}

/// The runs that a day's fires make where each lasts `length`: those that touch are one.
pub(super) fn runs(times: &[u32], length: i64) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for time in times {
        match runs.last_mut() {
            Some(run) if i64::from(run.start) + run.length >= i64::from(*time) => {
                run.length = i64::from(*time) + length - i64::from(run.start);
            }
            _ => runs.push(Run { start: *time, length }),
        }
    }
    runs
}

/// Seconds from midnight as a time of day.
pub(super) fn time_of(seconds: u32) -> Option<TimeOfDay> {
    TimeOfDay::new(seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Seconds as civil days and what is left of them.
pub(super) fn length_of(seconds: i64) -> Length {
    Length {
        days: u32::try_from(seconds / DAY).unwrap_or(u32::MAX),
        elapsed: Elapsed::seconds(seconds % DAY),
    }
}

/// `every year Dec 20 .. Jan 03`, where the run is whole days and no leap day decides how many.
fn yearly((month, day): (u32, u32), run: Run) -> Option<Pattern> {
    let days = run.length / DAY;
    if run.start != 0 || run.length % DAY != 0 || days > 300 || (month, day) == (2, 29) {
        return None;
    }
    let end_in = |year: i32| {
        let start = crate::calendar::Date::from_ymd_opt(year, month, day)?;
        Some(Day::of(super::days::later(start, days)))
    };
    // Neither the year nor the one behind it is a leap year, then each of them.
    let [plain, before, within] = [2001, 2003, 2004].map(end_in);
    let (plain, before, within) = (plain?, before?, within?);
    let same = |other: Day| (other.month, other.day) == (plain.month, plain.day);
    (same(before) && same(within)).then_some(Pattern::Yearly {
        start: MonthDay { month, day },
        end: MonthDay { month: plain.month, day: plain.day },
    })
}
