//! Alertmanager's intervals against a naive evaluator that asks every minute of a stretch whether it is contained.

use super::cron_oracle::{instant, utc};
use crate::calendar::{Elapsed, Instant, Interval, IntervalSet, Rounding, Timetable, Zone};
use crate::import::draft::Draft;
use crate::import::report::Report;
use crate::import::{Options, alertmanager, horizon, yaml};
use crate::support::law;
use proptest::prelude::*;

const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/// One interval as numbers; empty means everything.
#[derive(Debug, Clone)]
struct Item {
    times: Vec<(i64, i64)>,
    weekdays: Vec<(i64, i64)>,
    days: Vec<(i64, i64)>,
    months: Vec<(i64, i64)>,
    years: Vec<(i64, i64)>,
}

impl Item {
    fn yaml(&self) -> String {
        let list = |ranges: &[(i64, i64)], name: &dyn Fn(i64) -> String| -> String {
            let shown: Vec<String> =
                ranges.iter().map(|(a, b)| format!("'{}:{}'", name(*a), name(*b))).collect();
            format!("[{}]", shown.join(", "))
        };
        let clock = |minute: i64| format!("{:02}:{:02}", minute / 60, minute % 60);
        let times: Vec<String> = self
            .times
            .iter()
            .map(|(a, b)| format!("{{start_time: '{}', end_time: '{}'}}", clock(*a), clock(*b)))
            .collect();
        let number = |value: i64| value.to_string();
        let weekday = |value: i64| WEEKDAYS[usize::try_from(value).unwrap()].to_owned();
        format!(
            "      - times: [{}]\n        weekdays: {}\n        days_of_month: {}\n        months: {}\n        years: {}\n",
            times.join(", "),
            list(&self.weekdays, &weekday),
            list(&self.days, &number),
            list(&self.months, &number),
            list(&self.years, &number),
        )
    }

    fn contains(&self, at: Instant) -> bool {
        let local = Zone::UTC.local(at);
        let part = |format: &str| local.format(format).to_string().parse::<i64>().unwrap();
        let any = |ranges: &[(i64, i64)], value: i64| {
            ranges.is_empty() || ranges.iter().any(|(a, b)| (*a..=*b).contains(&value))
        };
        let minute = part("%H") * 60 + part("%M");
        let length = i64::from(crate::import::days::Day::of(local.date()).days_in_month());
        let day = self.days.is_empty()
            || self.days.iter().any(|(a, b)| {
                let from = |day: i64| if day < 0 { length + day + 1 } else { day };
                from(*a) <= length && from(*a) <= part("%d") && part("%d") <= from(*b)
            });
        (self.times.is_empty() || self.times.iter().any(|(a, b)| *a <= minute && minute < *b))
            && any(&self.weekdays, part("%w"))
            && day
            && any(&self.months, part("%m"))
            && any(&self.years, part("%Y"))
    }
}

fn ranges(low: i64, high: i64) -> impl Strategy<Value = Vec<(i64, i64)>> {
    let range = (low..=high, low..=high).prop_map(|(a, b)| (a.min(b), a.max(b)));
    prop_oneof![2 => Just(Vec::new()), 3 => prop::collection::vec(range, 1..3)]
}

fn days() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let range = prop_oneof![
        (1..=31_i64, 1..=31_i64).prop_map(|(a, b)| (a.min(b), a.max(b))),
        (-31..=-1_i64, -31..=-1_i64).prop_map(|(a, b)| (a.min(b), a.max(b))),
        (1..=20_i64, -8..=-1_i64),
    ];
    prop_oneof![1 => Just(Vec::new()), 2 => prop::collection::vec(range, 1..3)]
}

fn item() -> impl Strategy<Value = Item> {
    let times = prop_oneof![
        Just(Vec::new()),
        prop::collection::vec((0..1440_i64, 1..=1440_i64), 1..3)
            .prop_map(|times| times.into_iter().map(|(a, b)| (a.min(b - 1), b)).collect()),
    ];
    let years = prop_oneof![3 => Just(Vec::new()), 1 => ranges(2023, 2026)];
    (times, ranges(0, 6), days(), ranges(1, 12), years)
        .prop_map(|(times, weekdays, days, months, years)| Item { times, weekdays, days, months, years })
}

proptest! {
    #![proptest_config(law(24))]

    #[test]
    fn an_interval_holds_when_the_naive_walk_says(items in prop::collection::vec(item(), 1..3), start in 0..1200_i64) {
        let mut text = "time_intervals:\n  - name: x\n    time_intervals:\n".to_owned();
        items.iter().for_each(|item| text += &item.yaml());
        let today = crate::import::days::first_of(2025);
        let options = Options::on(today);
        let mut draft = Draft::new("am.yml", horizon(today));
        draft.kind = options.kind;
        let mut report = Report::default();
        alertmanager::read(&yaml::documents(&text).unwrap(), &mut draft, &mut report);
        prop_assert_eq!(&report.errors, &[], "{}", text);
        let from = instant("2022-12-20T00:00Z").plus(Elapsed::days(start));
        let within = Interval::new(from, from.plus(Elapsed::days(12)));
        let minute = Elapsed::minutes(1);
        let expected: IntervalSet = (0..12 * 1440_i64)
            .map(|number| from.plus(Elapsed::minutes(number)))
            .filter(|at| items.iter().any(|item| item.contains(*at)))
            .map(|at| Interval::new(at, at.plus(minute)))
            .collect();
        let actual: IntervalSet = draft
            .windows
            .iter()
            .flat_map(|window| {
                let timetable = Timetable {
                    patterns: window.when.clone(),
                    from: window.from,
                    until: window.until,
                    zone: window.zone,
                    ..Timetable::never(Rounding::Outward)
                };
                timetable.active(&utc(), within).intervals().to_vec()
            })
            .collect();
        prop_assert_eq!(actual, expected, "{}\n{:?}", text, draft.windows);
    }
}
