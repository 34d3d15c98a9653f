//! RFC 5545 recurrence rules as texts that are known to make sense: what is wrong is said with its place.
//!
//! Rules are read on civil dates: the time of day stands outside (`every rrule "..." at 08:00 for 10h`), so
//! frequencies and parts finer than a day are refused.

use super::{Date, Weekday};
use rrule::NWeekday;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Range, RangeInclusive};

/// Longest text that is read.
const LONGEST: usize = 1000;
/// Highest INTERVAL.
const HIGHEST_INTERVAL: u32 = 366;
/// Highest COUNT.
const HIGHEST_COUNT: u32 = 10_000;

/// A recurrence rule without `DTSTART`, checked. Written and compared as its text.
#[derive(Debug, Clone)]
pub struct Rule {
    pub(super) text: String,
    pub(super) frequency: Frequency,
    pub(super) interval: u32,
    pub(super) count: Option<u32>,
    pub(super) until: Option<Date>,
    pub(super) week_start: Weekday,
    pub(super) by_month: Vec<u8>,
    pub(super) by_month_day: Vec<i8>,
    pub(super) by_year_day: Vec<i16>,
    pub(super) by_week_number: Vec<i8>,
    pub(super) by_day: Vec<NWeekday>,
    pub(super) by_position: Vec<i32>,
}

/// How often a rule recurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Frequency {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// What is wrong with a rule's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    /// Where, in bytes of the text.
    pub at: Range<usize>,
    /// What.
    pub problem: RuleProblem,
}

/// What can be wrong with a rule's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleProblem {
    /// Longer than any sensible rule.
    TooLong,
    /// Not `NAME=VALUE`.
    NotAPart,
    /// No part of this name in RFC 5545.
    UnknownPart(String),
    /// The part stands twice.
    Twice(&'static str),
    /// The value is none that the part takes.
    Value {
        /// The part.
        part: &'static str,
        /// What it takes.
        takes: &'static str,
    },
    /// There is no `FREQ`.
    NoFrequency,
    /// `FREQ=HOURLY`, `BYHOUR` and the like: the time of day is said by `at`.
    FinerThanADay,
    /// `COUNT` and `UNTIL` exclude each other.
    CountAndUntil,
    /// The part has no meaning with this `FREQ`.
    NotWithFrequency(&'static str),
    /// `BYSETPOS` chooses among what other `BY` parts give, and there is none.
    PositionAlone,
    /// `BYWEEKNO` needs `BYDAY`: implementations differ on what it means alone.
    WeekNumberAlone,
    /// A weekday with a number, such as `1MO`, has no meaning beside `BYWEEKNO`.
    NumberedDayInWeek,
    /// No date of any year fits.
    NeverMatches,
}

/// Why a rule has no meaning without the date it counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NeedsStart {
    /// `INTERVAL` above 1.
    Interval,
    /// `COUNT`.
    Count,
    /// It names no day: RFC 5545 takes the day of the start.
    Day,
}

impl fmt::Display for RuleProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(formatter, "the rule is longer than {LONGEST} bytes"),
            Self::NotAPart => formatter.write_str("a rule is made of `NAME=VALUE`, joined by `;`"),
            Self::UnknownPart(name) => write!(formatter, "RFC 5545 has no rule part `{name}`"),
            Self::Twice(part) => write!(formatter, "`{part}` stands twice"),
            Self::Value { part, takes } => write!(formatter, "`{part}` takes {takes}"),
            Self::NoFrequency => formatter.write_str("a rule needs `FREQ`"),
            Self::FinerThanADay => {
                formatter.write_str("a rule gives dates; say the time of day with `at` behind it")
            }
            Self::CountAndUntil => formatter.write_str("`COUNT` and `UNTIL` exclude each other"),
            Self::NotWithFrequency(part) => write!(formatter, "`{part}` has no meaning with this `FREQ`"),
            Self::PositionAlone => formatter.write_str("`BYSETPOS` needs another `BY` part to choose from"),
            Self::WeekNumberAlone => formatter.write_str("`BYWEEKNO` needs `BYDAY`"),
            Self::NumberedDayInWeek => {
                formatter.write_str("a numbered weekday has no meaning beside `BYWEEKNO`")
            }
            Self::NeverMatches => formatter.write_str("no date of any year fits the rule"),
        }
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problem.fmt(formatter)
    }
}

impl std::error::Error for RuleError {}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];

const FREQUENCIES: [(&str, Frequency); 4] = [
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];

/// Reads one value into the rule; says nothing where it cannot.
type Read = fn(&mut Rule, &str) -> Option<()>;

/// Every part: its name, what it takes, how it is read.
const PARTS: [(&str, &str, Read); 11] = [
    ("FREQ", "DAILY, WEEKLY, MONTHLY or YEARLY", |rule, value| {
        rule.frequency = FREQUENCIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(value))?.1;
        Some(())
    }),
    ("INTERVAL", "a number from 1 to 366", |rule, value| {
        rule.interval = number(value, 1..=HIGHEST_INTERVAL)?;
        Some(())
    }),
    ("COUNT", "a number from 1 to 10000", |rule, value| {
        rule.count = Some(number(value, 1..=HIGHEST_COUNT)?);
        Some(())
    }),
    ("UNTIL", "a date such as 20261231", |rule, value| {
        let date = value.get(..8)?;
        let is_date = date.bytes().all(|byte| byte.is_ascii_digit());
        let rest_is_time = value.get(8..).is_some_and(|rest| rest.is_empty() || is_time(rest));
        rule.until = Some(Date::parse_from_str(date, "%Y%m%d").ok().filter(|_| is_date && rest_is_time)?);
        Some(())
    }),
    ("WKST", "a weekday such as MO", |rule, value| {
        rule.week_start = weekday(value)?;
        Some(())
    }),
    ("BYMONTH", "numbers from 1 to 12", |rule, value| {
        rule.by_month = list(value, |text| number(text, 1..=12))?;
        Some(())
    }),
    ("BYMONTHDAY", "numbers from 1 to 31 or -31 to -1", |rule, value| {
        rule.by_month_day = list(value, |text| signed(text, 31))?;
        Some(())
    }),
    ("BYYEARDAY", "numbers from 1 to 366 or -366 to -1", |rule, value| {
        rule.by_year_day = list(value, |text| signed(text, 366))?;
        Some(())
    }),
    ("BYWEEKNO", "numbers from 1 to 53 or -53 to -1", |rule, value| {
        rule.by_week_number = list(value, |text| signed(text, 53))?;
        Some(())
    }),
    ("BYDAY", "weekdays such as MO or -1FR", |rule, value| {
        rule.by_day = list(value, numbered_weekday)?;
        Some(())
    }),
    ("BYSETPOS", "numbers from 1 to 366 or -366 to -1", |rule, value| {
        rule.by_position = list(value, |text| signed(text, 366))?;
        Some(())
    }),
];

impl Rule {
    /// Reads a rule: `FREQ=MONTHLY;BYDAY=-1FR`.
    ///
    /// # Errors
    /// Says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let error = |at: Range<usize>, problem| RuleError { at, problem };
        if text.len() > LONGEST {
            return Err(error(0..text.len(), RuleProblem::TooLong));
        }
        let mut rule = Self::empty(text);
        let mut seen: Vec<(&'static str, Range<usize>)> = Vec::new();
        let mut start = 0;
        for part in text.split(';') {
            let at = start..start + part.len();
            start = at.end + 1;
            let Some((name, value)) = part.split_once('=') else {
                return Err(error(at, RuleProblem::NotAPart));
            };
            let upper = name.trim().to_ascii_uppercase();
            let finer = ["BYHOUR", "BYMINUTE", "BYSECOND"].contains(&upper.as_str())
                || upper == "FREQ"
                    && ["HOURLY", "MINUTELY", "SECONDLY"]
                        .iter()
                        .any(|name| name.eq_ignore_ascii_case(value.trim()));
            if finer {
                return Err(error(at, RuleProblem::FinerThanADay));
            }
            let Some(&(part, takes, read)) = PARTS.iter().find(|(known, ..)| *known == upper) else {
                let end = at.start + name.len();
                return Err(error(at.start..end, RuleProblem::UnknownPart(name.trim().to_owned())));
            };
            if seen.iter().any(|(known, _)| *known == part) {
                return Err(error(at, RuleProblem::Twice(part)));
            }
            if read(&mut rule, value.trim()).is_none() {
                return Err(error(at.end - value.len()..at.end, RuleProblem::Value { part, takes }));
            }
            seen.push((part, at));
        }
        rule.check(&seen).map(|()| rule)
    }

    /// The text it was read from.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Why it has no meaning without a start (`from`), if so: language section 4.
    pub fn needs_start(&self) -> Option<NeedsStart> {
        let names_no_day = self.by_day.is_empty()
            && self.by_month_day.is_empty()
            && self.by_year_day.is_empty()
            && self.frequency != Frequency::Daily;
        match self {
            Self { count: Some(_), .. } => Some(NeedsStart::Count),
            Self { interval: 2.., .. } => Some(NeedsStart::Interval),
            _ => names_no_day.then_some(NeedsStart::Day),
        }
    }

    /// The weekdays it gives where it gives them in every week and says nothing else.
    pub(super) fn weekdays(&self) -> Option<Vec<Weekday>> {
        let says_more =
            !self.by_month.is_empty() || !self.by_month_day.is_empty() || !self.by_position.is_empty();
        let is_weekly = matches!(self.frequency, Frequency::Daily | Frequency::Weekly) && self.interval == 1;
        if !is_weekly || says_more || self.count.is_some() || self.until.is_some() {
            return None;
        }
        let all = WEEKDAYS.into_iter().map(|(_, day)| day);
        match self.frequency {
            Frequency::Daily if self.by_day.is_empty() => Some(all.collect()),
            _ => Some(all.filter(|day| self.by_day.contains(&NWeekday::Every(*day))).collect()),
        }
    }

    fn empty(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            frequency: Frequency::Daily,
            interval: 1,
            count: None,
            until: None,
            week_start: Weekday::Mon,
            by_month: Vec::new(),
            by_month_day: Vec::new(),
            by_year_day: Vec::new(),
            by_week_number: Vec::new(),
            by_day: Vec::new(),
            by_position: Vec::new(),
        }
    }

    /// What single parts cannot know: RFC 5545, section 3.3.10.
    fn check(&self, seen: &[(&'static str, Range<usize>)]) -> Result<(), RuleError> {
        use Frequency::{Daily, Monthly, Weekly, Yearly};
        let place = |part| seen.iter().find(|(name, _)| *name == part).map(|(_, at)| at.clone());
        let whole = 0..self.text.len();
        if place("FREQ").is_none() {
            return Err(RuleError { at: whole, problem: RuleProblem::NoFrequency });
        }
        let numbered = self.by_day.iter().any(|day| matches!(day, NWeekday::Nth(..)));
        let choices = ["BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY"];
        let has_choice = choices.into_iter().any(|part| place(part).is_some());
        let frequency = self.frequency;
        let rules = [
            ("COUNT", place("UNTIL").is_some(), RuleProblem::CountAndUntil),
            ("BYMONTHDAY", frequency == Weekly, RuleProblem::NotWithFrequency("BYMONTHDAY")),
            ("BYYEARDAY", frequency != Yearly, RuleProblem::NotWithFrequency("BYYEARDAY")),
            ("BYWEEKNO", frequency != Yearly, RuleProblem::NotWithFrequency("BYWEEKNO")),
            ("BYWEEKNO", self.by_day.is_empty(), RuleProblem::WeekNumberAlone),
            ("BYWEEKNO", numbered, RuleProblem::NumberedDayInWeek),
            (
                "BYDAY",
                numbered && matches!(frequency, Daily | Weekly),
                RuleProblem::NotWithFrequency("BYDAY"),
            ),
            ("BYSETPOS", !has_choice, RuleProblem::PositionAlone),
        ];
        for (part, wrong, problem) in rules {
            if let (Some(at), true) = (place(part), wrong) {
                return Err(RuleError { at, problem });
            }
        }
        let out_of_reach = match frequency {
            Daily => self.by_position.iter().any(|at| at.abs() > 1),
            Weekly => self.by_position.iter().any(|at| at.abs() > 7),
            Monthly => self.by_position.iter().any(|at| at.abs() > 31),
            Yearly => false,
        };
        if let (Some(at), true) = (place("BYSETPOS"), out_of_reach) {
            return Err(RuleError { at, problem: RuleProblem::NotWithFrequency("BYSETPOS") });
        }
        if !self.ever_matches() {
            return Err(RuleError { at: whole, problem: RuleProblem::NeverMatches });
        }
        Ok(())
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Rule {}

impl Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

fn is_time(text: &str) -> bool {
    let digits = text.strip_prefix(['T', 't']).map(|rest| rest.strip_suffix(['Z', 'z']).unwrap_or(rest));
    digits.is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn number<T: TryFrom<u32>>(text: &str, range: RangeInclusive<u32>) -> Option<T> {
    let number: u32 = text.parse().ok()?;
    T::try_from(number).ok().filter(|_| range.contains(&number))
}

fn signed<T: TryFrom<i32>>(text: &str, highest: i32) -> Option<T> {
    let number: i32 = text.parse().ok()?;
    T::try_from(number).ok().filter(|_| number != 0 && number.abs() <= highest)
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    text.split(',').map(|item| read(item.trim())).collect()
}

fn weekday(text: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|&(_, day)| day)
}

fn numbered_weekday(text: &str) -> Option<NWeekday> {
    let (number, name) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = weekday(name)?;
    if number.is_empty() {
        return Some(NWeekday::Every(day));
    }
    Some(NWeekday::Nth(signed(number, 53)?, day))
}
