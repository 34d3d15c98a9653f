//! Timetables asked about instants: every question is answered from around the instant itself, so its cost does not
//! grow with the distance from where a recurrence began.

use super::expand::CYCLE_YEARS;
use super::nominal::{End, Nominal, Readings, days_to};
use super::zone::{Repeat, days_after};
use super::{
    Date, DateSpan, Elapsed, Instant, Interval, IntervalSet, Pattern, Place, Rounding, TimeOfDay, Timetable,
    Weekday, Zone,
};
use chrono::{NaiveTime, TimeDelta};

/// One time that a timetable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// When.
    pub interval: Interval,
    /// The local date it starts on, as written: it belongs to that date even where a clock change moves its start.
    pub date: Date,
    /// Which pattern of the timetable it comes from.
    pub pattern: usize,
}

/// A timetable made ready for many questions about one place.
#[derive(Debug)]
pub struct Reader<'a> {
    zone: Zone,
    timetable: &'a Timetable,
    sources: Vec<Source<'a>>,
    /// Whether what recurs weekly leaves no second of a week open, on the wall clock.
    fills_weeks: bool,
    /// Where the dates that it names, one by one, begin and end.
    dated: Interval,
}

/// A pattern made ready.
#[derive(Debug)]
enum Source<'a> {
    Once(Option<Occurrence>),
    Recurring { nominal: Nominal<'a>, pattern: usize },
}

impl Timetable {
    /// Makes it ready for many questions about `place`.
    pub fn read<'a>(&'a self, place: &'a Place) -> Reader<'a> {
        Reader::new(self, place)
    }

    /// Every occurrence that shares a second with `within`, unclipped, in order.
    pub fn occurrences(&self, place: &Place, within: Interval) -> Vec<Occurrence> {
        self.read(place).occurrences(within)
    }

    /// When it holds, within `within`.
    pub fn active(&self, place: &Place, within: Interval) -> IntervalSet {
        self.read(place).active(within)
    }

    /// The whole stretch round `at` in which it holds, if it does then.
    pub fn at(&self, place: &Place, at: Instant) -> Option<Interval> {
        self.read(place).at(at)
    }

    /// The first instant behind `at` at which it begins or ceases to hold.
    pub fn next_change_after(&self, place: &Place, at: Instant) -> Option<Instant> {
        self.read(place).next_change_after(at)
    }
}

impl<'a> Reader<'a> {
    fn new(timetable: &'a Timetable, place: &'a Place) -> Self {
        let zone = timetable.zone.unwrap_or(place.zone);
        let fills_weeks = fills_weeks(&timetable.patterns);
        let sources = Vec::with_capacity(timetable.patterns.len());
        let dated = Interval::new(Instant::MAX, Instant::MIN);
        let mut reader = Self { zone, timetable, sources, fills_weeks, dated };
        for (index, pattern) in timetable.patterns.iter().enumerate() {
            let source = match Nominal::of(pattern, place, zone, timetable.from) {
                Some(nominal) => Source::Recurring { nominal, pattern: index },
                None => Source::Once(reader.once(pattern, index)),
            };
            reader.sources.push(source);
        }
        reader.dated = reader.dated(place);
        reader
    }

    /// Every occurrence that shares a second with `within`, unclipped, in order.
    pub fn occurrences(&self, within: Interval) -> Vec<Occurrence> {
        let mut found = Vec::new();
        for source in &self.sources {
            let mut next = self.first_ending_behind(source, within.start);
            while let Some(occurrence) = next.filter(|occurrence| occurrence.interval.start < within.end) {
                found.push(occurrence);
                next = self.following(source, occurrence);
            }
        }
        found.sort_unstable();
        found
    }

    /// When it holds, within `within`.
    pub fn active(&self, within: Interval) -> IntervalSet {
        IntervalSet::from_ordered(
            self.occurrences(within).into_iter().map(|occurrence| occurrence.interval.intersect(within)),
        )
    }

    /// Whether it holds at `at`.
    pub fn holds(&self, at: Instant) -> bool {
        self.covering(at).is_some()
    }

    /// The whole stretch round `at` in which it holds, if it does then. One that goes on for more than a century
    /// past every date that the timetable names has no bound there.
    pub fn at(&self, at: Instant) -> Option<Interval> {
        let covering = self.covering(at)?;
        Some(Interval::new(self.start_of(covering.start), self.end_of(covering.end)))
    }

    /// The first instant behind `at` at which it begins or ceases to hold.
    pub fn next_change_after(&self, at: Instant) -> Option<Instant> {
        let change = match self.covering(at) {
            Some(covering) => self.end_of(covering.end),
            None => self.sources.iter().filter_map(|source| self.first_starting_behind(source, at)).min()?,
        };
        (change != Instant::MAX).then_some(change)
    }

    fn dated(&self, place: &Place) -> Interval {
        let noon = |date: Date| self.noon(date);
        let once = self.sources.iter().filter_map(|source| match source {
            Source::Once(once) => once.map(|occurrence| occurrence.interval),
            Source::Recurring { .. } => None,
        });
        let bounds = self.timetable.from.iter().chain(&self.timetable.until).chain(&self.timetable.except);
        let days = bounds.chain(&place.extra_workdays).map(|&date| Interval::new(noon(date), noon(date)));
        let spans = place.holidays.iter().map(|span| Interval::new(noon(span.first), noon(span.last)));
        once.chain(days).chain(spans).fold(self.dated, |all, next| {
            let bounded = |at: Instant, edge| if at == edge { None } else { Some(at) };
            Interval::new(
                bounded(next.start, Instant::MIN).map_or(all.start, |start| all.start.min(start)),
                bounded(next.end, Instant::MAX).map_or(all.end, |end| all.end.max(end)),
            )
        })
    }

    fn covering(&self, at: Instant) -> Option<Interval> {
        self.sources
            .iter()
            .filter_map(|source| self.last_starting_by(source, at))
            .map(|occurrence| occurrence.interval)
            .filter(|interval| interval.contains(at))
            .reduce(|one, two| Interval::new(one.start.min(two.start), one.end.max(two.end)))
    }

    /// Where the stretch that holds just before `end` ends.
    fn end_of(&self, end: Instant) -> Instant {
        let limit = end.max(self.dated.end).plus(ENDLESS);
        let mut end = end;
        loop {
            end = self.skip_filled_weeks(end, limit);
            let reach = |source| self.last_starting_by(source, end).map(|occurrence| occurrence.interval.end);
            match self.sources.iter().filter_map(reach).max() {
                Some(_) if end >= limit => return Instant::MAX,
                Some(further) if further > end => end = further,
                _ => return end,
            }
        }
    }

    /// Where the stretch that holds at `start` starts.
    fn start_of(&self, start: Instant) -> Instant {
        let limit = start.min(self.dated.start).minus(ENDLESS);
        let mut start = start;
        loop {
            start = self.skip_filled_weeks_back(start, limit);
            // What ends at `start` touches it: the second before is the last that must be held.
            let before = start.minus(Elapsed::seconds(1));
            let reach =
                |source| self.first_ending_behind(source, before).map(|occurrence| occurrence.interval.start);
            match self.sources.iter().filter_map(reach).min() {
                Some(_) if start <= limit => return Instant::MIN,
                Some(earlier) if earlier < start => start = earlier,
                _ => return start,
            }
        }
    }

    /// From within weeks that are filled to where the first date left out, or a clock set back, may be felt; no
    /// further than `limit` where clocks matter.
    fn skip_filled_weeks(&self, end: Instant, limit: Instant) -> Instant {
        let date = self.zone.date(end);
        let begun = self.timetable.from.is_none_or(|from| from <= days_after(date, -MARGIN_DAYS));
        if !self.fills_weeks || !begun {
            return end;
        }
        let except = self.timetable.except.range(days_after(date, -MARGIN_DAYS)..).next();
        let dropped = except.into_iter().chain(&self.timetable.until).min();
        let dropped = dropped.map(|&irregular| self.noon(days_after(irregular, -MARGIN_DAYS)));
        if self.timetable.rounding == Rounding::Outward {
            return dropped.unwrap_or(Instant::MAX).max(end);
        }
        let bound = dropped.unwrap_or(limit).min(limit);
        let first = end.minus(Elapsed::days(MARGIN_DAYS));
        let torn = self.days_set_back(first, Elapsed::days(1), bound.plus(Elapsed::days(MARGIN_DAYS)));
        end.max(torn.map_or(bound, |torn| torn.minus(Elapsed::days(MARGIN_DAYS)).min(bound)))
    }

    /// The same towards the past.
    fn skip_filled_weeks_back(&self, start: Instant, limit: Instant) -> Instant {
        let date = self.zone.date(start);
        let goes_on = self.timetable.until.is_none_or(|until| until > days_after(date, MARGIN_DAYS));
        if !self.fills_weeks || !goes_on {
            return start;
        }
        let except = self.timetable.except.range(..days_after(date, MARGIN_DAYS)).next_back();
        let dropped = except.into_iter().chain(&self.timetable.from).max();
        let dropped = dropped.map(|&irregular| self.noon(days_after(irregular, MARGIN_DAYS)));
        if self.timetable.rounding == Rounding::Outward {
            return dropped.unwrap_or(Instant::MIN).min(start);
        }
        let bound = dropped.unwrap_or(limit).max(limit);
        let first = start.plus(Elapsed::days(MARGIN_DAYS));
        let torn = self.days_set_back(first, Elapsed::days(-1), bound.minus(Elapsed::days(MARGIN_DAYS)));
        start.min(torn.map_or(bound, |torn| torn.plus(Elapsed::days(MARGIN_DAYS)).max(bound)))
    }

    /// Walks in `step`s of a day from `first` to `last`: the first day in which clocks are set back over a reading at
    /// which an occurrence may start or end. Read inward, only there can weeks that are filled have a gap.
    fn days_set_back(&self, first: Instant, step: Elapsed, last: Instant) -> Option<Instant> {
        let ahead = step > Elapsed::ZERO;
        let (mut at, mut offset) = (first, self.zone.offset(first));
        while if ahead { at < last } else { at > last } {
            let next = at.plus(step);
            let then = self.zone.offset(next);
            let (early, before, after) = if ahead { (at, offset, then) } else { (next, then, offset) };
            if after < before && self.edges_in(early, before, after) {
                return Some(next);
            }
            (at, offset) = (next, then);
        }
        None
    }

    /// Whether an occurrence starts or ends at a reading that comes twice in the day behind `early`, whose clocks
    /// are set back from one offset to another.
    fn edges_in(&self, early: Instant, before: Elapsed, after: Elapsed) -> bool {
        let (mut low, mut high) = (early.unix(), early.unix() + DAY);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.zone.offset(Instant::from_unix(middle)) == before {
                low = middle;
            } else {
                high = middle;
            }
        }
        let (first, last) = (high + after.as_seconds(), high + before.as_seconds());
        let mut edges =
            self.timetable.patterns.iter().flat_map(week_of).flat_map(|(start, end)| [start, end]);
        edges.any(|edge| (edge - first).rem_euclid(DAY) <= last - first)
    }

    fn noon(&self, date: Date) -> Instant {
        self.zone.instant(date.and_time(NaiveTime::MIN) + TimeDelta::hours(12), Repeat::Earlier)
    }

    fn last_starting_by(&self, source: &Source<'_>, at: Instant) -> Option<Occurrence> {
        match source {
            Source::Once(once) => once.filter(|occurrence| occurrence.interval.start <= at),
            Source::Recurring { nominal, pattern } => {
                let mut date = days_after(self.zone.date(at), 1);
                loop {
                    let occurrence = self.previous(nominal, *pattern, date)?;
                    if occurrence.interval.start <= at {
                        return Some(occurrence);
                    }
                    date = days_after(occurrence.date, -1);
                }
            }
        }
    }

    fn first_starting_behind(&self, source: &Source<'_>, at: Instant) -> Option<Instant> {
        match source {
            Source::Once(once) => {
                once.map(|occurrence| occurrence.interval.start).filter(|&start| start > at)
            }
            Source::Recurring { nominal, pattern } => {
                let mut date = days_after(self.zone.date(at), -1);
                loop {
                    let occurrence = self.next(nominal, *pattern, date)?;
                    if occurrence.interval.start > at {
                        return Some(occurrence.interval.start);
                    }
                    date = days_after(occurrence.date, 1);
                }
            }
        }
    }

    fn first_ending_behind(&self, source: &Source<'_>, at: Instant) -> Option<Occurrence> {
        match source {
            Source::Once(once) => once.filter(|occurrence| occurrence.interval.end > at),
            Source::Recurring { nominal, pattern } => {
                let mut date = days_after(self.zone.date(at), -nominal.days_at_most());
                loop {
                    let occurrence = self.next(nominal, *pattern, date)?;
                    if occurrence.interval.end > at {
                        return Some(occurrence);
                    }
                    date = days_after(occurrence.date, 1);
                }
            }
        }
    }

    fn following(&self, source: &Source<'_>, occurrence: Occurrence) -> Option<Occurrence> {
        match source {
            Source::Once(_) => None,
            Source::Recurring { nominal, pattern } => {
                self.next(nominal, *pattern, days_after(occurrence.date, 1))
            }
        }
    }

    /// The first occurrence on or behind `date`.
    fn next(&self, nominal: &Nominal<'_>, pattern: usize, date: Date) -> Option<Occurrence> {
        let limit = days_after(date, i64::from(CYCLE_YEARS) * 366);
        let mut date = self.timetable.from.map_or(date, |from| date.max(from));
        loop {
            let start = nominal.next(date)?;
            if start > limit || self.timetable.until.is_some_and(|until| start >= until) {
                return None;
            }
            if let Some(occurrence) = self.occurrence(nominal, pattern, start) {
                return Some(occurrence);
            }
            date = days_after(start, 1);
        }
    }

    /// The last occurrence on or before `date`.
    fn previous(&self, nominal: &Nominal<'_>, pattern: usize, date: Date) -> Option<Occurrence> {
        let limit = days_after(date, -i64::from(CYCLE_YEARS) * 366);
        let mut date = self.timetable.until.map_or(date, |until| date.min(days_after(until, -1)));
        loop {
            let start = nominal.previous(date)?;
            if start < limit || self.timetable.from.is_some_and(|from| start < from) {
                return None;
            }
            if let Some(occurrence) = self.occurrence(nominal, pattern, start) {
                return Some(occurrence);
            }
            date = days_after(start, -1);
        }
    }

    fn occurrence(&self, nominal: &Nominal<'_>, pattern: usize, date: Date) -> Option<Occurrence> {
        if self.timetable.except.contains(&date) {
            return None;
        }
        let interval = self.map(nominal.readings(date)?);
        (!interval.is_empty()).then_some(Occurrence { interval, date, pattern })
    }

    /// From readings to instants.
    pub(super) fn map(&self, readings: Readings) -> Interval {
        let [start_repeat, end_repeat] = self.timetable.rounding.repeats();
        let start = self.zone.instant(readings.start, start_repeat);
        let end = match readings.end {
            End::After(elapsed) => start.plus(elapsed),
            End::Local(local, elapsed) => self.zone.instant(local, end_repeat).plus(elapsed),
        };
        Interval::new(start, end)
    }

    /// What a pattern that does not recur says, `from`, `until` and `except` regarded.
    fn once(&self, pattern: &Pattern, index: usize) -> Option<Occurrence> {
        let [start_repeat, end_repeat] = self.timetable.rounding.repeats();
        let (interval, date) = match pattern {
            Pattern::Once(interval) => (*interval, self.zone.date(interval.start)),
            Pattern::OnceLocal { start, end } => {
                let start_at = self.zone.instant(*start, start_repeat);
                (Interval::new(start_at, self.zone.instant(*end, end_repeat)), start.date())
            }
            Pattern::Dates(span) => (self.zone.dates(*span, self.timetable.rounding), span.first),
            _ => return None,
        };
        let dropped = interval.is_empty()
            || self.timetable.except.contains(&date)
            || self.timetable.from.is_some_and(|from| date < from)
            || self.timetable.until.is_some_and(|until| date >= until);
        (!dropped).then_some(Occurrence { interval, date, pattern: index })
    }
}

const DAY: i64 = 86_400;
/// What recurs without a gap for so long does so for good.
const ENDLESS: Elapsed = Elapsed::days(100 * 366);
/// More days than an occurrence of a weekly pattern lasts, and a clock change.
const MARGIN_DAYS: i64 = 10;

/// Whether the patterns that recur weekly, whatever the holidays, leave no second of a week open on the wall clock.
/// Read outward, no clock change opens one: what ends at a reading ends no earlier than what starts there. Read inward,
/// one does where it repeats a reading at which something starts or ends.
fn fills_weeks(patterns: &[Pattern]) -> bool {
    const WEEK: i64 = 7 * DAY;
    let mut spans: Vec<(i64, i64)> = patterns
        .iter()
        .flat_map(week_of)
        .flat_map(|(start, end)| [(start, end), (start + WEEK, end + WEEK)])
        .collect();
    spans.sort_unstable();
    let mut covered = WEEK;
    for (start, end) in spans {
        if start > covered {
            break;
        }
        covered = covered.max(end);
    }
    covered >= 2 * WEEK
}

/// What a pattern holds in every week, in seconds of the wall clock from Monday; nothing where weeks differ.
fn week_of(pattern: &Pattern) -> Vec<(i64, i64)> {
    let every_day = || (0..7).filter_map(|day| Weekday::try_from(day).ok());
    let span = |day: Weekday, start: TimeOfDay, days: i64, end: TimeOfDay| {
        let first = i64::from(day.num_days_from_monday());
        let at = |day: i64, time: TimeOfDay| day * DAY + i64::from(time.seconds());
        (at(first, start), at(first + days, end))
    };
    match pattern {
        Pattern::Daily { start, end } => {
            every_day().map(|day| span(day, *start, i64::from(end <= start), *end)).collect()
        }
        Pattern::Weekdays { days, start, end } => every_day()
            .filter(|&day| days.contains(day))
            .map(|day| span(day, *start, i64::from(end <= start), *end))
            .collect(),
        Pattern::Weekly { from, start, to, end } => {
            vec![span(*from, *start, days_to(*from, *start, *to, *end), *end)]
        }
        // Elapsed time behind whole days only adds; alone it may fall short of a day that a clock change lengthens.
        Pattern::Rrule { rule, start, length } => rule
            .weekdays()
            .into_iter()
            .flatten()
            .map(|day| span(day, *start, i64::from(length.days).min(MARGIN_DAYS - 3), *start))
            .collect(),
        _ => Vec::new(),
    }
}

impl Rounding {
    /// Which reading of a repeated start, and of a repeated end.
    pub fn repeats(self) -> [Repeat; 2] {
        match self {
            Self::Outward => [Repeat::Earlier, Repeat::Later],
            Self::Inward => [Repeat::Later, Repeat::Earlier],
        }
    }
}

impl Zone {
    /// Whole dates there, both included.
    pub fn dates(self, span: DateSpan, rounding: Rounding) -> Interval {
        let [start, end] = rounding.repeats();
        Interval::new(
            self.instant_on(span.first, TimeOfDay::MIDNIGHT, start),
            self.instant_on(span.last, TimeOfDay::END, end),
        )
    }
}
