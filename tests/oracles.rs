//! Recurrences and working days against published libraries of another language. `tests/run` sets them up and says
//! where by `OPSC_ORACLE_PYTHON`; without it these tests fail: an oracle that is not asked says nothing.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test says what is wrong by panicking"
)]

use opsc::calendar::{
    Date, DateSpan, Elapsed, Instant, Interval, Length, Pattern, Place, Rounding, Rule, RuleProblem,
    TimeOfDay, Timetable, Weekday, Weekdays, Zone,
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

fn ask<T: for<'de> Deserialize<'de>>(script: &str) -> Vec<T> {
    let python = std::env::var("OPSC_ORACLE_PYTHON")
        .expect("OPSC_ORACLE_PYTHON names a Python with tests/oracles/requirements.txt");
    let path = format!("{}/tests/oracles/{script}", env!("CARGO_MANIFEST_DIR"));
    let output =
        Command::new(&python).arg(&path).output().unwrap_or_else(|error| panic!("{python}: {error}"));
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn place(zone: &str) -> Place {
    Place {
        zone: Zone::parse(zone).unwrap(),
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    }
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn midnight(text: &str) -> Instant {
    Instant::parse(&format!("{text}T00:00:00Z")).unwrap()
}

#[derive(Deserialize)]
struct Recurrence {
    rule: String,
    from: String,
    dates: Vec<String>,
    all: bool,
}

#[test]
fn rules_give_the_dates_that_dateutil_gives() {
    let cases: Vec<Recurrence> = ask("recurrences.py");
    assert!(cases.len() >= 3000);
    let place = place("UTC");
    let mut with_dates = 0;
    for case in cases {
        let rule = match Rule::parse(&case.rule) {
            Ok(rule) => rule,
            Err(error) => {
                assert_eq!(
                    (error.problem, case.dates.len()),
                    (RuleProblem::NeverMatches, 0),
                    "{}",
                    case.rule
                );
                continue;
            }
        };
        let length = Length { days: 0, elapsed: Elapsed::minutes(1) };
        let pattern = Pattern::Rrule { rule, start: TimeOfDay::MIDNIGHT, length };
        let timetable = Timetable {
            patterns: vec![pattern],
            from: Some(day(&case.from)),
            ..Timetable::never(Rounding::Outward)
        };
        assert_eq!(timetable.check(), Vec::new(), "{}", case.rule);
        let last = if case.all { "2032-12-31" } else { case.dates.last().unwrap() };
        let within = Interval::new(midnight("2018-01-01"), midnight(last).plus(Elapsed::hours(1)));
        let found: Vec<String> =
            timetable.occurrences(&place, within).iter().map(|found| found.date.to_string()).collect();
        assert_eq!(found, case.dates, "{} from {}", case.rule, case.from);
        // The same, asked about one instant at a time and so from anywhere.
        let reader = timetable.read(&place);
        for date in case.dates.iter().rev().take(3) {
            assert!(reader.holds(midnight(date)), "{} from {} on {date}", case.rule, case.from);
            let before = midnight(date).minus(Elapsed::seconds(1));
            assert_eq!(reader.next_change_after(before), Some(midnight(date)), "{}", case.rule);
        }
        with_dates += usize::from(!case.dates.is_empty());
    }
    assert!(with_dates > 2000, "{with_dates} rules have dates");
}

#[derive(Deserialize)]
struct Event {
    zone: String,
    rule: String,
    from: String,
    at: String,
    hours: i64,
    except: BTreeSet<Date>,
    spans: Vec<(i64, i64)>,
}

#[test]
fn events_in_zones_are_where_recurring_ical_events_puts_them() {
    let cases: Vec<Event> = ask("events.py");
    assert!(cases.len() >= 200);
    for case in cases {
        let (hour, minute) = case.at.split_once(':').unwrap();
        let start = TimeOfDay::new(hour.parse().unwrap(), minute.parse().unwrap(), 0).unwrap();
        let length = Length { days: 0, elapsed: Elapsed::hours(case.hours) };
        let timetable = Timetable {
            patterns: vec![Pattern::Rrule { rule: Rule::parse(&case.rule).unwrap(), start, length }],
            from: Some(day(&case.from)),
            except: case.except,
            ..Timetable::never(Rounding::Outward)
        };
        let within = Interval::new(midnight("2023-01-01"), midnight("2025-01-01"));
        let found: Vec<(i64, i64)> = timetable
            .occurrences(&place(&case.zone), within)
            .iter()
            .map(|found| (found.interval.start.unix(), found.interval.end.unix()))
            .collect();
        assert_eq!(found, case.spans, "{} in {} from {} at {}", case.rule, case.zone, case.from, case.at);
    }
}

#[derive(Deserialize)]
struct Country {
    country: String,
    zone: String,
    weekend: Vec<u8>,
    holidays: Vec<Date>,
    first: String,
    last: String,
    workdays: Vec<Date>,
    nth: BTreeMap<i8, Vec<Date>>,
}

#[test]
fn workdays_are_those_numpy_counts_round_the_holidays_of_ten_countries() {
    let cases: Vec<Country> = ask("workdays.py");
    assert_eq!(cases.len(), 10);
    for case in cases {
        let place = Place {
            weekend: case.weekend.iter().map(|&day| Weekday::try_from(day).unwrap()).collect(),
            holidays: case.holidays.iter().map(|&date| DateSpan { first: date, last: date }).collect(),
            ..place(&case.zone)
        };
        let days = Elapsed::days(2);
        let within = Interval::new(midnight(&case.first).minus(days), midnight(&case.last).plus(days));
        let dates = |pattern: Pattern| -> Vec<Date> {
            let timetable = Timetable {
                patterns: vec![pattern],
                from: Some(day(&case.first)),
                until: Some(day(&case.last)),
                ..Timetable::never(Rounding::Outward)
            };
            timetable.occurrences(&place, within).iter().map(|found| found.date).collect()
        };
        let [start, end] = [9, 16].map(|hour| TimeOfDay::new(hour, 0, 0).unwrap());
        assert_eq!(dates(Pattern::Workdays { start, end }), case.workdays, "{}", case.country);
        for (number, expected) in &case.nth {
            let found = dates(Pattern::MonthlyBusinessDays { first: *number, last: *number });
            assert_eq!(found, *expected, "{}: business day {number}", case.country);
        }
    }
}
