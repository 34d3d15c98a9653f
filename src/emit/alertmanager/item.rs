//! Days of a wall clock as weekdays, days of a month, months and years: one item of Alertmanager's for all that are alike.

use super::time::{DAY, MINUTE};
use crate::calendar::{
    Instant, Interval, IntervalSet, LocalReading, Repeat, TimeOfDay, Zone, year_month_day,
};
use crate::emit::escape;
use std::collections::{BTreeMap, BTreeSet};

/// Minutes of a day, half-open.
type Times = (i64, i64);
/// Ranges of numbers, both ends included; none means all.
type Ranges = Vec<(i64, i64)>;

/// Which days of a month.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Days {
    /// Since Sunday.
    weekdays: Ranges,
    /// From 1, or back from -1.
    of_month: Ranges,
}

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Month {
    year: i64,
    month: i64,
    /// Its first day and the one behind its last, in days since 1970.
    first: i64,
    behind: i64,
}

const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
/// Fewer days than these at the end of a month are counted from there.
const FROM_THE_END: i64 = 7;

/// What holds on the wall clock of a zone, an item a line, and what of it cannot be said so.
pub(super) fn items(wall: &IntervalSet, zone: Zone) -> (Vec<String>, IntervalSet) {
    let mut alike: BTreeMap<(Days, Times), BTreeMap<i64, Vec<i64>>> = BTreeMap::new();
    let mut unsaid = Vec::new();
    for (times, days) in days(wall) {
        let mut months: BTreeMap<Month, BTreeSet<i64>> = BTreeMap::new();
        for day in days {
            months.entry(Month::of(day)).or_default().insert(day);
        }
        for (month, mut days) in months {
            let last = month.behind - 1;
            let is_counted = zone == Zone::UTC || month.is_counted_in(zone);
            if !is_counted && days.contains(&last) && month.named(&days).1.contains(&last) {
                days.remove(&last);
                let at = |minute: i64| Instant::from_unix(last * DAY + minute * MINUTE);
                unsaid.push(Interval::new(at(times.0), at(times.1)));
            }
            for said in month.said(&days, is_counted) {
                alike.entry((said, times)).or_default().entry(month.year).or_default().push(month.month);
            }
        }
    }
    (lines(alike, zone), unsaid.into_iter().collect())
}

/// Every year from this one on.
pub(super) fn years_from(year: i32) -> String {
    format!("{{years: [{}]}}", escape::yaml(&format!("{year}:9999")))
}

/// Days since 1970 by the minutes that hold on them.
fn days(wall: &IntervalSet) -> BTreeMap<Times, Vec<i64>> {
    let mut found: BTreeMap<Times, Vec<i64>> = BTreeMap::new();
    for interval in wall.intervals() {
        let mut at = interval.start.unix();
        while at < interval.end.unix() {
            let day = at.div_euclid(DAY);
            let end = interval.end.unix().min((day + 1) * DAY);
            let minute = |at: i64| (at - day * DAY) / MINUTE;
            found.entry((minute(at), minute(end))).or_default().push(day);
            at = end;
        }
    }
    found
}

impl Month {
    fn of(day: i64) -> Self {
        let parts = |day: i64| year_month_day(Zone::UTC.date(Instant::from_unix(day * DAY)));
        let (year, month, of_month) = parts(day);
        let first = day - i64::from(of_month) + 1;
        let behind = (first + 28..first + 32).find(|day| parts(*day).1 != month).unwrap_or(first + 31);
        Self { year: year.into(), month: month.into(), first, behind }
    }

    /// Whether Alertmanager finds as many days in it as it has: it divides the hours between two midnights of the zone by 24, so
    /// that a month in which clocks are set ahead lacks its last day.
    fn is_counted_in(self, zone: Zone) -> bool {
        let midnight = |day: i64| TimeOfDay::MIDNIGHT.on(Zone::UTC.date(Instant::from_unix(day * DAY)));
        let first = zone.instant(midnight(self.first), Repeat::Later);
        match zone.reading(midnight(self.behind)) {
            LocalReading::Once(behind) | LocalReading::Repeated { earlier: behind, .. } => {
                behind.since(first).as_seconds() >= (self.behind - self.first) * DAY
            }
            LocalReading::Skipped { .. } => false,
        }
    }

    /// Some of its days as weekdays that are all among them, and the rest by number. A single run of days is better named by numbers.
    fn named(self, days: &BTreeSet<i64>) -> (BTreeSet<i64>, BTreeSet<i64>) {
        let is_run = days.first().zip(days.last()).is_some_and(|(first, last)| {
            usize::try_from(last - first + 1).is_ok_and(|length| length == days.len())
        });
        let is_whole = days.contains(&self.first) && days.contains(&(self.behind - 1));
        let all_of =
            |day: i64| (self.first..self.behind).filter(move |other| weekday(*other) == weekday(day));
        let is_weekly = |day: &i64| (!is_run || is_whole) && all_of(*day).all(|other| days.contains(&other));
        days.iter().copied().partition(is_weekly)
    }

    /// How some of its days are said.
    fn said(self, days: &BTreeSet<i64>, is_counted: bool) -> Vec<Days> {
        let (weekly, rest) = self.named(days);
        let mut found = Vec::new();
        let weekdays: BTreeSet<i64> = weekly.iter().map(|day| weekday(*day)).collect();
        match weekdays.len() {
            0 => {}
            7 => found.push(Days::default()),
            _ => found.push(Days { weekdays: runs(weekdays), ..Days::default() }),
        }
        if !rest.is_empty() {
            let mut of_month = runs(rest.iter().map(|day| day - self.first + 1));
            let length = self.behind - self.first;
            let end =
                of_month.last_mut().filter(|(first, last)| *last == length && length - first < FROM_THE_END);
            if let Some((first, last)) = end.filter(|_| is_counted) {
                (*first, *last) = (*first - length - 1, -1);
            }
            found.push(Days { of_month, ..Days::default() });
        }
        found
    }
}

/// Since Sunday; the first of January 1970 was a Thursday.
fn weekday(day: i64) -> i64 {
    (day + 4).rem_euclid(7)
}

/// Numbers in a row as ranges.
fn runs(numbers: impl IntoIterator<Item = i64>) -> Ranges {
    let mut runs: Ranges = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// Years with the same months are one item, and so are times of the same days.
fn lines(alike: BTreeMap<(Days, Times), BTreeMap<i64, Vec<i64>>>, zone: Zone) -> Vec<String> {
    let mut items: BTreeMap<(Vec<i64>, Vec<i64>, Days), Vec<Times>> = BTreeMap::new();
    for ((days, times), years) in alike {
        let mut by_months: BTreeMap<Vec<i64>, Vec<i64>> = BTreeMap::new();
        for (year, months) in years {
            by_months.entry(months).or_default().push(year);
        }
        for (months, years) in by_months {
            items.entry((years, months, days.clone())).or_default().push(times);
        }
    }
    let line = |((years, months, days), times): ((Vec<i64>, Vec<i64>, Days), Vec<Times>)| {
        let mut fields = Vec::new();
        if times != [(0, DAY / MINUTE)] {
            let clock = |minute: i64| escape::yaml(&format!("{:02}:{:02}", minute / 60, minute % 60));
            let span = |(start, end): &Times| {
                format!("{{start_time: {}, end_time: {}}}", clock(*start), clock(*end))
            };
            let spans: Vec<String> = times.iter().map(span).collect();
            fields.push(format!("times: [{}]", spans.join(", ")));
        }
        let number = |number: i64| number.to_string();
        let weekday = |day: i64| {
            let name = usize::try_from(day).ok().and_then(|day| WEEKDAYS.get(day));
            name.copied().unwrap_or_default().to_owned()
        };
        let months = if months.len() == 12 { Vec::new() } else { runs(months) };
        fields.extend(field("weekdays", &days.weekdays, weekday));
        fields.extend(field("days_of_month", &days.of_month, number));
        fields.extend(field("months", &months, number));
        fields.extend(field("years", &runs(years), number));
        fields.extend((zone != Zone::UTC).then(|| format!("location: {}", escape::yaml(zone.name()))));
        format!("{{{}}}", fields.join(", "))
    };
    items.into_iter().map(line).collect()
}

/// A field of ranges; nothing where all is meant.
fn field(name: &str, ranges: &Ranges, word: impl Fn(i64) -> String) -> Option<String> {
    let range = |(first, last): &(i64, i64)| match first == last {
        true => word(*first),
        false => format!("{}:{}", word(*first), word(*last)),
    };
    let words: Vec<String> = ranges.iter().map(range).collect();
    (!words.is_empty()).then(|| format!("{name}: {}", escape::yaml_list(words.iter().map(String::as_str))))
}
