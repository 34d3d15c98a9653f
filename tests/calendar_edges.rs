//! Single cases of the rules of time: what clocks skip and repeat, absent days, ends, bounds, and how it all is shown.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

use opsc::calendar::{
    Chunks, Date, DateSpan, Elapsed, Instant, Interval, Length, LocalReading, MonthDay, NeedsStart, NoteKind,
    Pattern, Place, Rounding, Rule, RuleProblem, TimeOfDay, Timetable, TimetableProblem, Weekday, Weekdays,
    Zone, ZoneError,
};
use std::collections::BTreeSet;

fn place(zone: &str) -> Place {
    Place {
        zone: Zone::parse(zone).unwrap(),
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    }
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn time(hour: u32, minute: u32) -> TimeOfDay {
    TimeOfDay::new(hour, minute, 0).unwrap()
}

fn timetable(pattern: Pattern) -> Timetable {
    Timetable { patterns: vec![pattern], ..Timetable::never(Rounding::Outward) }
}

fn lasting(days: u32, hours: i64) -> Length {
    Length { days, elapsed: Elapsed::hours(hours) }
}

fn rule(text: &str, length: Length) -> Pattern {
    Pattern::Rrule { rule: Rule::parse(text).unwrap(), start: time(8, 0), length }
}

/// The occurrences of a timetable in a zone, as they read there.
#[track_caller]
fn check(zone: &str, timetable: &Timetable, within: [&str; 2], expected: &[&str]) {
    let place = place(zone);
    let within = Interval::new(at(within[0]), at(within[1]));
    let found: Vec<String> = timetable
        .occurrences(&place, within)
        .iter()
        .map(|found| {
            let [start, end] = [found.interval.start, found.interval.end].map(|at| place.zone.local(at));
            format!("{} .. {}", start.format("%m-%d %H:%M"), end.format("%m-%d %H:%M"))
        })
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn zones_are_names_of_places() {
    assert_eq!(Zone::parse("America/New_York").unwrap().city(), "New York");
    assert_eq!(Zone::parse("America/Argentina/Buenos_Aires").unwrap().city(), "Buenos Aires");
    assert_eq!(Zone::parse("Etc/UTC").unwrap().city(), "UTC");
    for abbreviation in ["EST", "CET", "GMT", "PST8PDT", "IST", "AEST", "Zulu", "Etc/Zulu"] {
        assert_eq!(Zone::parse(abbreviation), Err(ZoneError::Abbreviation), "{abbreviation}");
    }
    for offset in ["+02:00", "UTC+2", "GMT-5", "Etc/GMT+5"] {
        assert_eq!(Zone::parse(offset), Err(ZoneError::FixedOffset), "{offset}");
    }
    let dublin = Zone::parse("Europe/Dublin").ok();
    for near in ["europe/dublin", "Dublin", "Europe/dublin"] {
        assert_eq!(Zone::parse(near), Err(ZoneError::Unknown { meant: dublin }), "{near}");
    }
    assert_eq!(Zone::parse("Mars/Olympus"), Err(ZoneError::Unknown { meant: None }));
}

#[test]
fn a_skipped_and_a_repeated_reading_say_both_instants() {
    let new_york = Zone::parse("America/New_York").unwrap();
    let reading = |day: &str, hour| new_york.reading(time(hour, 30).on(date(day)));
    let skipped = LocalReading::Skipped {
        earlier: at("2025-03-09T06:30:00Z"),
        first: at("2025-03-09T07:00:00Z"),
        later: at("2025-03-09T07:30:00Z"),
    };
    assert_eq!(reading("2025-03-09", 2), skipped);
    let repeated =
        LocalReading::Repeated { earlier: at("2025-11-02T05:30:00Z"), later: at("2025-11-02T06:30:00Z") };
    assert_eq!(reading("2025-11-02", 1), repeated);
    assert_eq!(reading("2025-11-02", 3), LocalReading::Once(at("2025-11-02T08:30:00Z")));
}

#[test]
fn a_week_window_that_starts_on_a_lost_day_starts_when_the_next_begins() {
    let weekend =
        Pattern::Weekly { from: Weekday::Fri, start: time(18, 0), to: Weekday::Mon, end: time(8, 0) };
    let within = ["2011-12-29T00:00:00Z", "2012-01-05T00:00:00Z"];
    check("Pacific/Apia", &timetable(weekend), within, &["12-31 00:00 .. 01-02 08:00"]);
    let hours = Pattern::Daily { start: time(9, 0), end: time(17, 0) };
    let within = ["2011-12-29T12:00:00Z", "2011-12-31T12:00:00Z"];
    check(
        "Pacific/Apia",
        &timetable(hours.clone()),
        within,
        &["12-29 09:00 .. 12-29 17:00", "12-31 09:00 .. 12-31 17:00"],
    );
    let notes = timetable(hours).notes(&place("Pacific/Apia"), Interval::new(at(within[0]), at(within[1])));
    assert_eq!(
        notes.iter().map(|note| (note.date, note.kind)).collect::<Vec<_>>(),
        [(date("2011-12-30"), NoteKind::Empty)]
    );
}

#[test]
fn the_last_day_is_the_last_that_exists() {
    let last = timetable(Pattern::MonthlyDay { day: -1, start: time(0, 0), length: lasting(0, 36) });
    check("UTC", &last, ["2024-02-15T00:00:00Z", "2024-03-15T00:00:00Z"], &["02-29 00:00 .. 03-01 12:00"]);
    let within = ["1994-12-15T00:00:00Z", "1995-01-15T00:00:00Z"];
    check("Pacific/Kiritimati", &last, within, &["12-30 00:00 .. 01-01 12:00"]);
}

#[test]
fn an_absent_day_is_no_occurrence_and_is_noted() {
    let month = timetable(Pattern::MonthlyDay { day: 31, start: time(0, 0), length: lasting(1, 0) });
    let within = ["2025-01-01T00:00:00Z", "2025-05-01T00:00:00Z"];
    check("UTC", &month, within, &["01-31 00:00 .. 02-01 00:00", "03-31 00:00 .. 04-01 00:00"]);
    let notes = month.notes(&place("UTC"), Interval::new(at(within[0]), at(within[1])));
    assert_eq!(
        notes.iter().map(|note| note.date.to_string()).collect::<Vec<_>>(),
        ["2025-02-01", "2025-04-01"]
    );
    let leap = timetable(Pattern::Yearly {
        start: MonthDay { month: 2, day: 29 },
        end: MonthDay { month: 3, day: 2 },
    });
    check("UTC", &leap, ["2025-01-01T00:00:00Z", "2030-01-01T00:00:00Z"], &["02-29 00:00 .. 03-02 00:00"]);
}

#[test]
fn an_end_is_the_first_match_behind_its_start() {
    let night = timetable(Pattern::Daily { start: time(22, 0), end: time(6, 0) });
    let within = ["2025-06-01T12:00:00Z", "2025-06-02T12:00:00Z"];
    check("UTC", &night, within, &["06-01 22:00 .. 06-02 06:00"]);
    let year = timetable(Pattern::Yearly {
        start: MonthDay { month: 12, day: 20 },
        end: MonthDay { month: 1, day: 3 },
    });
    check(
        "UTC",
        &year,
        ["2025-01-01T00:00:00Z", "2025-12-31T00:00:00Z"],
        &["12-20 00:00 .. 01-03 00:00", "12-20 00:00 .. 01-03 00:00"],
    );
    let week = Pattern::Weekly { from: Weekday::Mon, start: time(8, 0), to: Weekday::Mon, end: time(8, 0) };
    let always = timetable(week);
    assert_eq!(always.at(&place("Europe/Dublin"), at("2025-06-01T12:00:00Z")), Some(Interval::ALWAYS));
}

#[test]
fn civil_days_come_before_elapsed_hours() {
    let civil = timetable(rule("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=29", lasting(1, 2)));
    let within = ["2025-03-01T00:00:00Z", "2025-04-15T00:00:00Z"];
    check("Europe/Dublin", &civil, within, &["03-29 08:00 .. 03-30 10:00"]);
    let elapsed = timetable(rule("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=29", lasting(0, 26)));
    check("Europe/Dublin", &elapsed, within, &["03-29 08:00 .. 03-30 11:00"]);
}

#[test]
fn business_days_run_into_the_next_month_round_holidays() {
    let turn = timetable(Pattern::MonthlyBusinessDays { first: -3, last: 2 });
    let mut dublin = place("Europe/Dublin");
    dublin.holidays = vec![
        DateSpan { first: date("2025-12-25"), last: date("2025-12-26") },
        DateSpan { first: date("2026-01-01"), last: date("2026-01-01") },
    ];
    dublin.extra_workdays = [date("2025-12-27")].into();
    let found =
        turn.occurrences(&dublin, Interval::new(at("2025-12-15T00:00:00Z"), at("2026-01-10T00:00:00Z")));
    let spans: Vec<_> = found.iter().map(|found| (found.interval.start, found.interval.end)).collect();
    assert_eq!(spans, [(at("2025-12-29T00:00:00Z"), at("2026-01-06T00:00:00Z"))]);
}

#[test]
fn bounds_and_exceptions_go_by_the_local_date_of_the_start() {
    let hours = Pattern::Daily { start: time(22, 0), end: time(6, 0) };
    let bounded = Timetable {
        from: Some(date("2025-06-02")),
        until: Some(date("2025-06-05")),
        except: [date("2025-06-03")].into(),
        ..timetable(hours)
    };
    let within = ["2025-05-01T00:00:00Z", "2025-07-01T00:00:00Z"];
    check("Asia/Tokyo", &bounded, within, &["06-02 22:00 .. 06-03 06:00", "06-04 22:00 .. 06-05 06:00"]);
    assert_eq!(bounded.next_change_after(&place("Asia/Tokyo"), at("2025-06-05T00:00:00Z")), None);
}

#[test]
fn stretches_without_end_and_near_the_ends_of_time_are_told_in_time() {
    let reader_place = place("America/New_York");
    let all_day = timetable(Pattern::Daily { start: time(0, 0), end: TimeOfDay::END });
    let from = Timetable { from: Some(date("2025-01-01")), ..all_day.clone() };
    let held = from.at(&reader_place, at("2031-06-01T00:00:00Z")).unwrap();
    assert_eq!((held.start, held.end), (at("2025-01-01T05:00:00Z"), Instant::MAX));
    let except = Timetable { except: [date("2099-05-05")].into(), ..from };
    assert_eq!(
        except.next_change_after(&reader_place, at("2031-06-01T00:00:00Z")),
        Some(at("2099-05-05T04:00:00Z"))
    );
    for at in [Instant::MIN, Instant::MAX, at("0001-01-02T00:00:00Z"), at("9999-12-30T00:00:00Z")] {
        assert_eq!(all_day.at(&reader_place, at).is_some(), at != Instant::MAX);
        for text in ["FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU"] {
            let recurring = timetable(rule(text, lasting(0, 4)));
            assert!(recurring.next_change_after(&reader_place, at).is_none_or(|change| change > at));
        }
    }
}

/// Each stretch is held against the occurrences of three years, joined: whoever skips years must not skip a gap.
#[test]
fn permitted_days_without_end_break_only_where_a_clock_is_set_back_over_their_edge() {
    let within = Interval::new(at("2024-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let zones = [
        ("UTC", [0, 0]),
        ("Europe/Dublin", [0, 3]),
        ("America/Havana", [3, 0]),
        ("Asia/Beirut", [0, 0]),
        ("Atlantic/Azores", [3, 0]),
        ("Asia/Kolkata", [0, 0]),
    ];
    for (zone, gaps) in zones {
        let place = place(zone);
        for (edge, expected) in [time(0, 0), time(1, 30)].into_iter().zip(gaps) {
            let daily = Pattern::Daily { start: edge, end: edge };
            let timetable = Timetable { patterns: vec![daily], ..Timetable::never(Rounding::Inward) };
            let reader = timetable.read(&place);
            let active = reader.active(within);
            assert_eq!(active.intervals().len(), expected + 1, "{zone}, {edge:?}");
            for held in active.intervals() {
                let middle = held.start.plus(Elapsed::seconds(held.end.since(held.start).as_seconds() / 2));
                let found = reader.at(middle).unwrap().intersect(within);
                assert_eq!(found, *held, "{zone}, {edge:?}");
            }
            if expected == 0 {
                let until = active.intervals().first().unwrap().end;
                let change = reader.next_change_after(until);
                assert!(
                    change.is_none_or(|change| change > at("2100-01-01T00:00:00Z")),
                    "{zone}, {change:?}"
                );
            }
        }
    }
}

#[test]
fn rules_say_what_is_wrong_and_where() {
    let problem = |text: &str| {
        let error = Rule::parse(text).unwrap_err();
        (text[error.at].to_owned(), error.problem)
    };
    let said = |at: &str, problem| (at.to_owned(), problem);
    assert_eq!(problem("FREQ=WEEKLY;BYDAI=MO"), said("BYDAI", RuleProblem::UnknownPart("BYDAI".to_owned())));
    assert_eq!(problem("FREQ=HOURLY"), said("FREQ=HOURLY", RuleProblem::FinerThanADay));
    assert_eq!(problem("FREQ=DAILY;BYHOUR=9"), said("BYHOUR=9", RuleProblem::FinerThanADay));
    assert_eq!(problem("FREQ=DAILY;FREQ=DAILY"), said("FREQ=DAILY", RuleProblem::Twice("FREQ")));
    assert_eq!(problem("FREQ=DAILY;COUNT=2;UNTIL=20260101"), said("COUNT=2", RuleProblem::CountAndUntil));
    assert_eq!(problem("BYDAY=MO"), said("BYDAY=MO", RuleProblem::NoFrequency));
    assert_eq!(problem("FREQ=WEEKLY;BYDAY=1MO"), said("BYDAY=1MO", RuleProblem::NotWithFrequency("BYDAY")));
    assert_eq!(
        problem("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"),
        said("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", RuleProblem::NeverMatches)
    );
    let value = RuleProblem::Value { part: "BYMONTH", takes: "numbers from 1 to 12" };
    assert_eq!(problem("FREQ=YEARLY;BYMONTH=13"), said("13", value));
    let needs = |text: &str| Rule::parse(text).unwrap().needs_start();
    assert_eq!(needs("FREQ=WEEKLY;BYDAY=MO"), None);
    assert_eq!(needs("FREQ=WEEKLY"), Some(NeedsStart::Day));
    assert_eq!(needs("FREQ=DAILY;INTERVAL=2"), Some(NeedsStart::Interval));
    assert_eq!(needs("FREQ=DAILY;COUNT=2"), Some(NeedsStart::Count));
}

#[test]
fn plain_and_numbered_weekdays_add_up_as_rfc_5545_says() {
    let both = timetable(rule("FREQ=MONTHLY;BYDAY=MO,-5TU", lasting(0, 1)));
    check(
        "UTC",
        &both,
        ["2025-07-01T00:00:00Z", "2025-07-16T00:00:00Z"],
        &["07-01 08:00 .. 07-01 09:00", "07-07 08:00 .. 07-07 09:00", "07-14 08:00 .. 07-14 09:00"],
    );
}

#[test]
fn timetables_that_mean_nothing_are_refused() {
    let problem = |pattern| timetable(pattern).check().first().map(|error| error.problem);
    let start = time(8, 0);
    let empty = Pattern::MonthlyDay { day: 1, start, length: lasting(0, 0) };
    assert_eq!(problem(empty), Some(TimetableProblem::EmptyLength));
    let long = Pattern::MonthlyDay { day: 1, start, length: lasting(4000, 0) };
    assert_eq!(problem(long), Some(TimetableProblem::LongLength));
    let never = MonthDay { month: 2, day: 30 };
    let year = Pattern::Yearly { start: never, end: MonthDay { month: 3, day: 1 } };
    assert_eq!(problem(year), Some(TimetableProblem::NoSuchDate(never)));
    let counted = rule("FREQ=DAILY;COUNT=3", lasting(1, 0));
    assert_eq!(problem(counted), Some(TimetableProblem::NeedsStart(NeedsStart::Count)));
    assert_eq!(problem(Pattern::Daily { start, end: start }), None);
}

#[test]
fn people_read_cities_utc_and_years_only_where_they_help() {
    let new_york = Zone::parse("America/New_York").unwrap();
    let reference = at("2025-11-20T00:00:00Z");
    let show = |text| new_york.show(at(text), reference);
    assert_eq!(show("2025-12-02T05:00:00Z"), "Tue 2 Dec 00:00 New York (05:00Z)");
    assert_eq!(show("2025-12-02T01:00:30Z"), "Mon 1 Dec 20:00:30 New York (Tue 2 Dec 01:00:30Z)");
    assert_eq!(show("2026-07-02T05:00:00Z"), "Thu 2 Jul 2026 01:00 New York (05:00Z)");
    assert_eq!(Zone::UTC.show(at("2025-12-02T05:00:00Z"), reference), "Tue 2 Dec 05:00 UTC");
    let shown = [
        (85 * 3600, "3 d 13 h"),
        (3600, "1 h"),
        (3660, "1 h 1 min"),
        (90_000 - 3599, "1 d"),
        (0, "0 s"),
        (-61, "-1 min 1 s"),
    ];
    for (seconds, expected) in shown {
        assert_eq!(Elapsed::seconds(seconds).show(), expected);
    }
}

#[test]
fn chunks_keep_to_the_memory_they_may_use() {
    let place = place("America/New_York");
    let weekends: Vec<Timetable> = (0..2000)
        .map(|minute: u32| {
            let start = time(minute / 60 % 24, minute % 60);
            timetable(Pattern::Weekly { from: Weekday::Fri, start, to: Weekday::Mon, end: time(8, 0) })
        })
        .collect();
    let horizon = Interval::new(at("2025-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
    let chunks = Chunks::new(horizon, &place, weekends.iter().enumerate());
    let mut held = 0;
    chunks.for_each_active(at("2025-06-08T12:00:00Z"), |_| held += 1);
    assert_eq!(held, 2000);
    // 2 000 windows all hold at once each weekend: lists of ids for each segment would be some 20 million.
    assert!(chunks.size() < 200_000, "{}", chunks.size());
}
