//! When something holds, as written: one-off spans and recurrences, and the timetable made of them.

use super::{
    Date, DateSpan, Elapsed, Instant, Interval, LocalDateTime, Rule, TimeOfDay, Weekday, Weekdays, Zone,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How a local time that a clock change repeats is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Rounding {
    /// Earlier start, later end: for what restricts.
    Outward,
    /// Later start, earlier end: for what permits.
    Inward,
}

/// A day of the year, without a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

/// One rule of a timetable. Times are local to the place it is read in, unless it says its own zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pattern {
    /// `A .. B` between instants.
    Once(Interval),
    /// `A .. B` between local readings of the place.
    OnceLocal {
        /// The reading it starts at.
        start: LocalDateTime,
        /// The reading it ends before.
        end: LocalDateTime,
    },
    /// `A through B`: whole local dates.
    Dates(DateSpan),
    /// `every day 09:00 .. 17:00`: the end is the first match behind the start, so it may be on the next day.
    Daily {
        /// When it starts.
        start: TimeOfDay,
        /// When it ends.
        end: TimeOfDay,
    },
    /// `every week Fri 18:00 .. Mon 08:00`.
    Weekly {
        /// The weekday it starts on.
        from: Weekday,
        /// When.
        start: TimeOfDay,
        /// The weekday it ends on.
        to: Weekday,
        /// When.
        end: TimeOfDay,
    },
    /// `every Mon, Tue 09:00 .. 16:00`.
    Weekdays {
        /// The days it starts on.
        days: Weekdays,
        /// When it starts.
        start: TimeOfDay,
        /// When it ends.
        end: TimeOfDay,
    },
    /// `every workday 09:00 .. 16:00`: by the place's weekend and holidays.
    Workdays {
        /// When it starts.
        start: TimeOfDay,
        /// When it ends.
        end: TimeOfDay,
    },
    /// `every month 3rd Sat 00:00 for 24h`; `ordinal` -1 is the last.
    MonthlyWeekday {
        /// 1 to 5, or -1 for the last.
        ordinal: i8,
        /// Which weekday.
        day: Weekday,
        /// When it starts.
        start: TimeOfDay,
        /// How long it lasts, `d` being civil days.
        length: Length,
    },
    /// `every month 31st for 1d`: absent days are no occurrence. `every month last day for 36h` is day -1.
    MonthlyDay {
        /// 1 to 31, or -1 for the last day.
        day: i8,
        /// When it starts.
        start: TimeOfDay,
        /// How long it lasts.
        length: Length,
    },
    /// `every month business day -3 through business day 2`: whole local dates; a negative number counts back
    /// from the end of the month, so that the span may run into the next one.
    MonthlyBusinessDays {
        /// The first: 1 is the month's first business day, -1 its last.
        first: i8,
        /// The last, included; where it is not behind `first` in the same month, that of the next month.
        last: i8,
    },
    /// `every year Dec 20 .. Jan 03`: from the start of the first date to the start of the second.
    Yearly {
        /// The date it starts on.
        start: MonthDay,
        /// The date it ends before, the first such behind the start.
        end: MonthDay,
    },
    /// `every rrule "FREQ=..." at 08:00 for 10h`, RFC 5545, expanded on civil dates.
    Rrule {
        /// The rule.
        rule: Rule,
        /// When it starts.
        start: TimeOfDay,
        /// How long it lasts.
        length: Length,
    },
}

/// How long an occurrence lasts: civil days first, then elapsed time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Length {
    /// Civil days: the same reading so many dates later.
    pub days: u32,
    /// Elapsed time behind that.
    pub elapsed: Elapsed,
}

/// Patterns with their bounds: everything that says when a window holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timetable {
    /// The union of these.
    pub patterns: Vec<Pattern>,
    /// No occurrence starts before this local date.
    pub from: Option<Date>,
    /// No occurrence starts on or behind this local date.
    pub until: Option<Date>,
    /// No occurrence starts on these local dates.
    pub except: BTreeSet<Date>,
    /// The zone to read in, where it is not each region's own.
    pub zone: Option<Zone>,
    /// How repeated local times are read.
    pub rounding: Rounding,
}

impl Timetable {
    /// A timetable that never holds.
    pub fn never(rounding: Rounding) -> Self {
        Self { patterns: Vec::new(), from: None, until: None, except: BTreeSet::new(), zone: None, rounding }
    }

    /// A timetable that holds once.
    pub fn once(start: Instant, end: Instant, rounding: Rounding) -> Self {
        Self { patterns: vec![Pattern::Once(Interval::new(start, end))], ..Self::never(rounding) }
    }
}
