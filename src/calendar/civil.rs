//! Local time: times of day, weekdays, and what a place calls a working day.

use super::{Date, Weekday, Zone};
use chrono::Datelike;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A local time of day, in seconds from midnight; 24:00 is the end of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TimeOfDay(u32);

impl TimeOfDay {
    /// 00:00.
    pub const MIDNIGHT: Self = Self(0);
    /// 24:00.
    pub const END: Self = Self(86_400);

    /// `hour:minute:second`, or nothing where there is no such time. `24:00:00` is the end of the day.
    pub fn new(hour: u32, minute: u32, second: u32) -> Option<Self> {
        let in_range = hour <= 24 && minute < 60 && second < 60;
        let seconds = || hour * 3600 + minute * 60 + second;
        (in_range && seconds() <= 86_400).then(|| Self(seconds()))
    }

    /// Seconds from midnight, 0 to 86 400.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

/// Year, month and day of a date.
pub fn year_month_day(date: Date) -> (i32, u32, u32) {
    (date.year(), date.month(), date.day())
}

/// A set of weekdays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Saturday and Sunday.
    pub const SATURDAY_SUNDAY: Self = Self(0b110_0000);

    /// Whether `day` is one of them.
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Weekday> for Weekdays {
    fn from_iter<T: IntoIterator<Item = Weekday>>(days: T) -> Self {
        Self(days.into_iter().fold(0, |set, day| set | 1 << day.num_days_from_monday()))
    }
}

/// Whole local dates, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct DateSpan {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

/// Where local times are read: a zone, and which days are worked there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its zone.
    pub zone: Zone,
    /// Days of the week that are not worked.
    pub weekend: Weekdays,
    /// Dates that are not worked.
    pub holidays: Vec<DateSpan>,
    /// Dates that are worked although they fall on a weekend or a holiday.
    pub extra_workdays: BTreeSet<Date>,
}
