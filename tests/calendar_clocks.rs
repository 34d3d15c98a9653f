//! Every clock change of sixteen zones from 2010 to 2040, walked minute by minute: a plain definition of each pattern,
//! told by the readings that the walk meets, must agree with the algebra.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test says what is wrong by panicking"
)]

use chrono::{Datelike, NaiveTime, Offset, TimeDelta, TimeZone, Timelike};
use opsc::calendar::{
    Date, Elapsed, Instant, Interval, Length, LocalDateTime, MonthDay, Pattern, Place, Rounding, TimeOfDay,
    Timetable, Weekday, Weekdays, Zone,
};
use std::collections::BTreeSet;

const MINUTE: i64 = 60;
/// Minutes compared to either side of a clock change.
const COMPARED: i64 = 36 * 60;
/// Minutes walked to either side: what began up to four days before may still hold.
const WALKED: i64 = COMPARED + 5 * 24 * 60;

/// The readings of a zone round a clock change, met by walking it.
struct Walk {
    /// Minutes of the wall clock, by minute walked.
    readings: Vec<i64>,
    /// First and last minute walked that shows each minute of the wall clock, from `least` on.
    shown: Vec<Option<(usize, usize)>>,
    least: i64,
}

impl Walk {
    fn round(zone: chrono_tz::Tz, change: i64) -> Self {
        let first = change - WALKED * MINUTE;
        let readings: Vec<i64> = (0..2 * WALKED)
            .map(|minute| (first + minute * MINUTE + offset(zone, first + minute * MINUTE)) / MINUTE)
            .collect();
        let least = *readings.iter().min().unwrap();
        let most = *readings.iter().max().unwrap();
        let mut shown = vec![None; usize::try_from(most - least).unwrap() + 1];
        for (minute, reading) in readings.iter().enumerate() {
            let cell: &mut Option<(usize, usize)> = &mut shown[usize::try_from(reading - least).unwrap()];
            *cell = Some((cell.map_or(minute, |(first, _)| first), minute));
        }
        Self { readings, shown, least }
    }

    /// The minute walked at which the wall clock shows `local`: the first or the last such, or the first that exists.
    fn meets(&self, local: LocalDateTime, first: bool) -> Option<usize> {
        let sought = local.and_utc().timestamp() / MINUTE;
        let cell = usize::try_from(sought - self.least).ok()?;
        match self.shown.get(cell)? {
            Some((earlier, later)) => Some(if first { *earlier } else { *later }),
            None => self.readings.iter().position(|&reading| reading > sought),
        }
    }

    /// The dates that the walk meets, and some round them.
    fn dates(&self) -> Vec<Date> {
        let date = |minutes: i64| chrono::DateTime::from_timestamp(minutes * MINUTE, 0).unwrap().date_naive();
        date(self.least).iter_days().take(usize::try_from(WALKED / 720).unwrap()).collect()
    }

    fn has(&self, date: Date) -> bool {
        let first = date.and_time(NaiveTime::MIN).and_utc().timestamp() / MINUTE;
        (first..first + 24 * 60).any(|minute| {
            usize::try_from(minute - self.least)
                .is_ok_and(|cell| self.shown.get(cell).is_some_and(Option::is_some))
        })
    }
}

fn offset(zone: chrono_tz::Tz, unix: i64) -> i64 {
    let utc = chrono::DateTime::from_timestamp(unix, 0).unwrap().naive_utc();
    i64::from(zone.offset_from_utc_datetime(&utc).fix().local_minus_utc())
}

/// The instants between 2010 and 2040 at which a zone's offset changes.
fn changes(zone: chrono_tz::Tz) -> Vec<i64> {
    let (first, last, step) = (1_262_304_000, 2_240_524_800, 6 * 3600);
    let mut found = Vec::new();
    for start in (first..last).step_by(step) {
        let (mut low, mut high) = (start, start + i64::try_from(step).unwrap());
        if offset(zone, low) != offset(zone, high) {
            while high - low > 1 {
                let middle = (low + high) / 2;
                if offset(zone, middle) == offset(zone, low) { low = middle } else { high = middle }
            }
            found.push(high);
        }
    }
    found
}

/// Whether and until when an occurrence starts on a date, said without the algebra.
enum End {
    At(LocalDateTime),
    Lasting(u64, i64),
}

type Naive = Box<dyn Fn(&Walk, Date) -> Option<(LocalDateTime, End)>>;

fn time(minute: i64) -> TimeOfDay {
    let minute = u32::try_from(minute.rem_euclid(24 * 60)).unwrap();
    TimeOfDay::new(minute / 60, minute % 60, 0).unwrap()
}

fn at(date: Date, time: TimeOfDay) -> LocalDateTime {
    date.and_time(NaiveTime::MIN) + TimeDelta::seconds(i64::from(time.seconds()))
}

fn later(date: Date, days: u64) -> Date {
    date + chrono::Days::new(days)
}

/// Windows whose edges lie round the local time of a change, each with its plain definition.
fn windows(change: LocalDateTime) -> Vec<(Pattern, Naive)> {
    let base = i64::from(change.hour()) * 60 + i64::from(change.minute());
    let date = change.date();
    let mut windows: Vec<(Pattern, Naive)> = Vec::new();
    let edges = [(-75, -45), (-30, 15), (15, 45), (0, 60), (-60, 0), (45, 20), (-61, 30), (30, 24 * 60 + 30)];
    for (start, end) in edges {
        let (start, end) = (time(base + start), time(base + end));
        let daily = move |date: Date| {
            let days = u64::from(end <= start);
            Some((at(date, start), End::At(at(later(date, days), end))))
        };
        windows.push((Pattern::Daily { start, end }, Box::new(move |_, date| daily(date))));
        let days: Weekdays = [date.weekday(), Weekday::Sat].into_iter().collect();
        let weekdays = Pattern::Weekdays { days, start, end };
        windows
            .push((weekdays, Box::new(move |_, date| daily(date).filter(|_| days.contains(date.weekday())))));
        let works = move |walk: &Walk, date: Date| {
            let free = [Weekday::Sat, Weekday::Sun].contains(&date.weekday());
            if !free && walk.has(date) { daily(date) } else { None }
        };
        windows.push((Pattern::Workdays { start, end }, Box::new(works)));
        let from = date.weekday().pred();
        let weekly = Pattern::Weekly { from, start, to: date.weekday(), end };
        let weekly_naive: Naive = Box::new(move |_, date| {
            (date.weekday() == from).then(|| (at(date, start), End::At(at(later(date, 1), end))))
        });
        windows.push((weekly, weekly_naive));
    }
    for (days, minutes) in [(0u32, 90), (1, 0), (1, 30), (2, 0)] {
        let start = time(base + 20);
        let length = Length { days, elapsed: Elapsed::minutes(minutes) };
        let lasting = move |date: Date| (at(date, start), End::Lasting(u64::from(days), minutes));
        let day = date.day();
        let monthly = Pattern::MonthlyDay { day: i8::try_from(day).unwrap(), start, length };
        windows.push((monthly, Box::new(move |_, date| (date.day() == day).then(|| lasting(date)))));
        let ordinal = (day - 1) / 7 + 1;
        let weekday = date.weekday();
        let nth =
            Pattern::MonthlyWeekday { ordinal: i8::try_from(ordinal).unwrap(), day: weekday, start, length };
        let nth_naive: Naive = Box::new(move |_, date| {
            (date.weekday() == weekday && (date.day() - 1) / 7 + 1 == ordinal).then(|| lasting(date))
        });
        windows.push((nth, nth_naive));
        let last = Pattern::MonthlyDay { day: -1, start, length };
        windows.push((last, Box::new(move |_, date| (later(date, 1).day() == 1).then(|| lasting(date)))));
    }
    let month_day = |date: Date| MonthDay { month: date.month(), day: date.day() };
    let (first, last) = (later(date, 0), later(date, 2));
    let yearly_naive: Naive = Box::new(move |_, day| {
        let whole = |date| at(date, TimeOfDay::MIDNIGHT);
        ((day.month(), day.day()) == (first.month(), first.day())).then(|| {
            (whole(day), End::At(whole(later(day, u64::try_from((last - first).num_days()).unwrap()))))
        })
    });
    windows.push((Pattern::Yearly { start: month_day(first), end: month_day(last) }, yearly_naive));
    windows
}

/// Minutes of the walk that a window holds, painted one occurrence after the other.
fn paint(walk: &Walk, naive: &Naive, rounding: Rounding) -> Vec<bool> {
    let outward = rounding == Rounding::Outward;
    let mut painted = vec![false; walk.readings.len()];
    for date in walk.dates() {
        let Some((start, end)) = naive(walk, date) else { continue };
        let Some(from) = walk.meets(start, outward) else { continue };
        let to = match end {
            End::At(end) => walk.meets(end, !outward),
            End::Lasting(0, minutes) => Some(from + usize::try_from(minutes).unwrap()),
            End::Lasting(days, minutes) => walk
                .meets(start + chrono::Days::new(days), !outward)
                .map(|minute| minute + usize::try_from(minutes).unwrap()),
        };
        let to = to.unwrap_or(painted.len()).min(painted.len());
        if from < to {
            painted[from..to].fill(true);
        }
    }
    painted
}

#[track_caller]
fn check(zone: &str) {
    let tz: chrono_tz::Tz = zone.parse().unwrap();
    let place = Place {
        zone: Zone::parse(zone).unwrap(),
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    };
    for change in changes(tz) {
        let walk = Walk::round(tz, change);
        let skip = usize::try_from(WALKED - COMPARED).unwrap();
        let start = Instant::from_unix(change - COMPARED * MINUTE);
        let within = Interval::new(start, Instant::from_unix(change + COMPARED * MINUTE));
        let minute_of = |at: Instant| usize::try_from((at.unix() - start.unix()) / MINUTE).unwrap();
        let local =
            chrono::DateTime::from_timestamp(change - 1 + offset(tz, change - 1), 0).unwrap().naive_utc();
        let local = local + TimeDelta::seconds(1);
        for (pattern, naive) in windows(local) {
            for rounding in [Rounding::Outward, Rounding::Inward] {
                let expected = paint(&walk, &naive, rounding);
                let expected = &expected[skip..expected.len() - skip];
                let timetable = Timetable { patterns: vec![pattern.clone()], ..Timetable::never(rounding) };
                let reader = timetable.read(&place);
                let active = reader.active(within);
                let mut found = vec![false; expected.len()];
                for held in active.intervals() {
                    assert_eq!((held.start.unix() % MINUTE, held.end.unix() % MINUTE), (0, 0));
                    found[minute_of(held.start)..minute_of(held.end)].fill(true);
                }
                if found != expected {
                    let differs = (0..found.len()).find(|&minute| found[minute] != expected[minute]).unwrap();
                    panic!(
                        "{zone}, clock change at {}, {pattern:?}, {rounding:?}: {}",
                        Instant::from_unix(change),
                        start.plus(Elapsed::minutes(i64::try_from(differs).unwrap()))
                    );
                }
                let edges = active.edges().chain([Instant::from_unix(change)]);
                for at in edges.flat_map(|edge| [edge.minus(Elapsed::seconds(1)), edge]) {
                    if within.contains(at) {
                        assert_eq!(reader.holds(at), expected[minute_of(at)], "{zone}, {at}, {pattern:?}");
                    }
                }
            }
        }
    }
}

macro_rules! zones {
    ($($name:ident: $zone:literal),* $(,)?) => { $(#[test] fn $name() { check($zone); })* };
}

zones! {
    lord_howe_moves_by_half_an_hour: "Australia/Lord_Howe",
    casablanca_moves_for_ramadan: "Africa/Casablanca",
    el_aaiun_moves_for_ramadan: "Africa/El_Aaiun",
    dublin_has_negative_summer_time: "Europe/Dublin",
    apia_lost_a_day: "Pacific/Apia",
    kathmandu_is_off_by_a_quarter: "Asia/Kathmandu",
    new_york: "America/New_York",
    sao_paulo_changed_at_midnight: "America/Sao_Paulo",
    tehran_changed_at_midnight: "Asia/Tehran",
    chatham_is_off_by_a_quarter: "Pacific/Chatham",
    st_johns_changed_a_minute_past_midnight: "America/St_Johns",
    troll_moves_by_two_hours: "Antarctica/Troll",
    london: "Europe/London",
    pyongyang_moved_by_half_an_hour_twice: "Asia/Pyongyang",
    havana_repeats_midnight: "America/Havana",
    casey_moves_by_three_hours: "Antarctica/Casey",
}

#[test]
fn the_zones_have_the_changes_they_are_chosen_for() {
    let count = |zone: &str| changes(zone.parse().unwrap()).len();
    assert_eq!([count("Asia/Kathmandu"), count("Asia/Pyongyang")], [0, 2]);
    assert!(count("Europe/Dublin") == 62 && count("Africa/Casablanca") > 40);
}
