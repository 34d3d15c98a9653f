//! A schedule that opens and one that closes, as recurrences: from every fire of the first to the next of the second.
//!
//! Where both go by weekdays, one week says it all. Otherwise 28 years are walked, in which every kind of year and
//! every weekday of every date occurs; what comes of it is sorted by its hours, and a rule is taken only where it
//! gives exactly the days that were found. What no rule gives is written out.

use super::cron::Cron;
use super::day_rule::{DAY, DayRule, Days, length_of, time_of};
use super::days::{Day, date_of, number_of};
use super::week::{WEEK, Week};
use crate::calendar::{Date, DateSpan, MonthDay, Pattern, TimeOfDay};
use std::collections::{BTreeMap, BTreeSet};

/// What comes of a pair of schedules.
#[derive(Debug, PartialEq)]
pub(super) struct Paired {
    /// Exactly when it holds; within the years that were asked for where something is written out.
    pub(super) patterns: Vec<Pattern>,
    /// How long the longest stretch lasts, in seconds; none where it never ends.
    pub(super) longest: Option<i64>,
    /// Whether something had to be written out.
    pub(super) written_out: bool,
}

/// Why a pair gives nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unpaired {
    /// The first schedule never fires.
    NeverStarts,
    /// The second never does.
    NeverEnds,
    /// It opens and closes more often than this on one day.
    TooOften(usize),
}

/// It may open and close so often on one day.
const MOST_A_DAY: usize = 24;
/// Years that are walked before the first that counts, for what began earlier, and behind the last.
const MARGIN_YEARS: i32 = 9;
/// The years that count.
const FIRST_YEAR: i32 = 2008;
const YEARS: i32 = 28;
/// More sorts of hours than this are written out.
const MOST_SORTS: usize = 24;

/// The stretch from each fire of `start` to the next fire of `end` behind it.
pub(super) fn pair(start: &Cron, end: &Cron, horizon: DateSpan) -> Result<Paired, Unpaired> {
    let ever = |cron: &Cron| cron.days.iter().any(DayRule::ever_holds);
    if !ever(start) {
        return Err(Unpaired::NeverStarts);
    }
    if !ever(end) {
        return Err(Unpaired::NeverEnds);
    }
    if let ([one], [other]) = (start.days.as_slice(), end.days.as_slice())
        && let (Some(opens), Some(closes)) = (one.weekly(), other.weekly())
    {
        return weekly(&fires(opens, &start.times), &fires(closes, &end.times));
    }
    by_years(start, end, horizon)
}

fn fires(weekdays: &[u32], times: &[u32]) -> Vec<i64> {
    weekdays
        .iter()
        .flat_map(|day| times.iter().map(move |time| i64::from(*day) * DAY + i64::from(*time)))
        .collect()
}

fn weekly(starts: &[i64], ends: &[i64]) -> Result<Paired, Unpaired> {
    let mut week = Week::default();
    for start in starts {
        let next = ends.get(ends.partition_point(|end| end <= start)).copied();
        let end = next.or(ends.first().map(|end| end + WEEK)).unwrap_or(start + WEEK);
        week.span(*start, end - start);
    }
    let spans = week.spans();
    let most =
        (0..7).map(|day| spans.iter().filter(|(start, _)| start / DAY == day).count()).max().unwrap_or(0);
    if most > MOST_A_DAY {
        return Err(Unpaired::TooOften(most));
    }
    let longest = spans.iter().map(|(_, length)| *length).max().filter(|length| *length < WEEK);
    Ok(Paired { patterns: week.patterns(), longest, written_out: false })
}

/// A stretch: the day it starts on, the second of that day, and how long it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    start: u32,
    length: i64,
    day: i64,
}

fn by_years(start: &Cron, end: &Cron, horizon: DateSpan) -> Result<Paired, Unpaired> {
    let walk = Walk::new(start, end)?;
    let first = |year: i32| number_of(super::days::first_of(year));
    let counted = first(FIRST_YEAR)..first(FIRST_YEAR + YEARS);
    let mut found =
        walk.stretches(first(FIRST_YEAR - MARGIN_YEARS), first(FIRST_YEAR + YEARS + MARGIN_YEARS));
    found.retain(|stretch| counted.contains(&stretch.day));
    if found.is_empty() {
        let patterns = vec![Pattern::Daily { start: TimeOfDay::MIDNIGHT, end: TimeOfDay::END }];
        return Ok(Paired { patterns, longest: None, written_out: false });
    }
    let longest = found.iter().map(|stretch| stretch.length).max();
    let table: Vec<Day> = counted.clone().map(Day::number).collect();
    let mut sorts: BTreeMap<(u32, i64), Vec<i64>> = BTreeMap::new();
    for stretch in &found {
        sorts.entry((stretch.start, stretch.length)).or_default().push(stretch.day);
    }
    let mut patterns = Vec::new();
    let mut left = BTreeSet::new();
    for ((start, length), days) in &sorts {
        match rule_for(days, counted.start, &table).filter(|_| sorts.len() <= MOST_SORTS) {
            Some(rule) => {
                patterns.extend(rule.patterns(&[super::day_rule::Run { start: *start, length: *length }]))
            }
            None => {
                left.insert((*start, *length));
            }
        }
    }
    let by_date = yearly(&found, &left);
    patterns.extend(by_date.values().cloned());
    let said = |stretch: &Stretch| {
        !left.contains(&(stretch.start, stretch.length))
            || (stretch.start == 0 && stretch.length % DAY == 0 && by_date.contains_key(&dates_of(*stretch)))
    };
    let written_out = !found.iter().all(said);
    if written_out {
        let bounds = number_of(horizon.first)..number_of(horizon.last);
        let margin = i64::from(MARGIN_YEARS) * 366;
        let within = walk.stretches(bounds.start - margin, bounds.end + margin);
        let wanted = within.into_iter().filter(|stretch| bounds.contains(&stretch.day) && !said(stretch));
        patterns.extend(wanted.filter_map(once));
    }
    Ok(Paired { patterns, longest, written_out })
}

/// What happens on a day, by whether it opens, closes, and begins open: seconds at which it changes.
struct Walk<'a> {
    start: &'a Cron,
    end: &'a Cron,
    changes: Vec<(Vec<u32>, bool)>,
}

impl<'a> Walk<'a> {
    fn new(start: &'a Cron, end: &'a Cron) -> Result<Self, Unpaired> {
        let mut changes = Vec::new();
        for case in 0..8_u32 {
            let opens = if case & 1 != 0 { start.times.as_slice() } else { &[] };
            let closes = if case & 2 != 0 { end.times.as_slice() } else { &[] };
            let day = changes_of(opens, closes, case & 4 != 0);
            if day.0.len() > 2 * MOST_A_DAY {
                return Err(Unpaired::TooOften(day.0.len() / 2));
            }
            changes.push(day);
        }
        Ok(Self { start, end, changes })
    }

    /// Every stretch that opens within these days and closes within them, in order.
    fn stretches(&self, first: i64, behind: i64) -> Vec<Stretch> {
        let on = |cron: &Cron, day: Day| cron.days.iter().any(|rule| rule.holds(day));
        let mut found = Vec::new();
        let mut since: Option<(i64, u32)> = None;
        for number in first..behind {
            let day = Day::number(number);
            let case = usize::from(on(self.start, day)) | usize::from(on(self.end, day)) << 1;
            let case = case | usize::from(since.is_some()) << 2;
            let Some((changes, _)) = self.changes.get(case) else { continue };
            for second in changes {
                match since.take() {
                    None => since = Some((number, *second)),
                    Some((day, start)) => {
                        let length = (number - day) * DAY + i64::from(*second) - i64::from(start);
                        found.push(Stretch { start, length, day });
                    }
                }
            }
        }
        found
    }
}

/// The seconds of a day at which it opens or closes, in turn. Where both fire at once it stays open, or opens.
fn changes_of(opens: &[u32], closes: &[u32], mut open: bool) -> (Vec<u32>, bool) {
    let mut changes = Vec::new();
    let seconds: BTreeSet<u32> = opens.iter().chain(closes).copied().collect();
    for second in seconds {
        let starts = opens.binary_search(&second).is_ok();
        if starts != open {
            open = starts;
            changes.push(second);
        }
    }
    (changes, open)
}

/// The rule that gives exactly these days of the years that count, if one does.
fn rule_for(days: &[i64], first: i64, table: &[Day]) -> Option<DayRule> {
    let members: BTreeSet<usize> = days.iter().filter_map(|day| usize::try_from(day - first).ok()).collect();
    let of = |part: fn(&Day) -> u32| -> Vec<u32> {
        let values: BTreeSet<u32> = members.iter().filter_map(|at| table.get(*at)).map(part).collect();
        values.into_iter().collect()
    };
    let (months, dows) = (of(|day| day.month), of(|day| day.weekday));
    let from_first = Days::new(of(|day| day.day), Vec::new());
    let from_last = Days::new(Vec::new(), of(|day| day.days_in_month() + 1 - day.day));
    let (year, week): (Vec<u32>, Vec<u32>) = ((1..=12).collect(), (0..=6).collect());
    let candidates = [
        (&year, &Days::All, &dows),
        (&year, &from_first, &week),
        (&year, &from_last, &week),
        (&months, &from_first, &week),
        (&months, &from_last, &week),
        (&months, &Days::All, &dows),
        (&year, &from_first, &dows),
        (&year, &from_last, &dows),
        (&months, &from_first, &dows),
    ];
    candidates
        .into_iter()
        .map(|(months, days, weekdays)| DayRule::new(months.clone(), days.clone(), weekdays.clone()))
        .find(|rule| table.iter().enumerate().all(|(at, day)| rule.holds(*day) == members.contains(&at)))
}

type MonthDays = ((u32, u32), (u32, u32));

fn dates_of(stretch: Stretch) -> MonthDays {
    let (start, end) = (Day::number(stretch.day), Day::number(stretch.day + stretch.length / DAY));
    ((start.month, start.day), (end.month, end.day))
}

/// Whole days that come back between the same two dates every year, whatever leap days do to their number.
fn yearly(found: &[Stretch], left: &BTreeSet<(u32, i64)>) -> BTreeMap<MonthDays, Pattern> {
    let mut by_dates: BTreeMap<MonthDays, i32> = BTreeMap::new();
    for stretch in found.iter().filter(|stretch| left.contains(&(stretch.start, stretch.length))) {
        if stretch.start == 0 && stretch.length % DAY == 0 && stretch.length < 360 * DAY {
            *by_dates.entry(dates_of(*stretch)).or_default() += 1;
        }
    }
    by_dates
        .into_iter()
        .filter(|(_, years)| *years == YEARS)
        .map(|(dates, _)| {
            let (start, end) = dates;
            let date = |(month, day)| MonthDay { month, day };
            (dates, Pattern::Yearly { start: date(start), end: date(end) })
        })
        .collect()
}

/// A stretch on its own.
fn once(stretch: Stretch) -> Option<Pattern> {
    let (date, length) = (date_of(stretch.day), length_of(stretch.length));
    let last = stretch.day + i64::from(length.days);
    if stretch.start == 0 && length.elapsed.as_seconds() == 0 {
        return Some(Pattern::Dates(DateSpan { first: date, last: date_of(last - 1) }));
    }
    let end = i64::from(stretch.start) + length.elapsed.as_seconds();
    let on = |day: i64, second: i64| -> Option<_> {
        let date: Date = date_of(day);
        time_of(u32::try_from(second).ok()?).map(|time| time.on(date))
    };
    Some(Pattern::OnceLocal {
        start: on(stretch.day, i64::from(stretch.start))?,
        end: on(last + end / DAY, end % DAY)?,
    })
}
