//! Laws of the time algebra, over generated sets, timetables and places.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test says what is wrong by panicking")]

use opsc::calendar::{
    Chunks, Date, DateSpan, Elapsed, Index, Instant, Interval, IntervalSet, Length, MonthDay, Pattern, Place,
    Rounding, Rule, TimeOfDay, Timetable, Weekday, Weekdays, Zone,
};
use opsc::segments;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use support::law;

mod support;

const SPAN: i64 = 120;

fn second(at: i64) -> Instant {
    Instant::from_unix(at)
}

fn interval_set() -> impl Strategy<Value = IntervalSet> {
    let bound =
        prop_oneof![8 => (0..SPAN).prop_map(second), 1 => Just(Instant::MIN), 1 => Just(Instant::MAX)];
    prop::collection::vec((bound.clone(), bound), 0..8)
        .prop_map(|bounds| bounds.into_iter().map(|(start, end)| Interval::new(start, end)).collect())
}

/// Whether each second round the generated bounds lies in the set, asked one by one.
fn members(set: &IntervalSet) -> Vec<bool> {
    (-2..SPAN + 2).map(|at| set.intervals().iter().any(|interval| interval.contains(second(at)))).collect()
}

fn pairwise(one: &IntervalSet, two: &IntervalSet, keep: fn(bool, bool) -> bool) -> Vec<bool> {
    members(one).into_iter().zip(members(two)).map(|(one, two)| keep(one, two)).collect()
}

fn is_normal(set: &IntervalSet) -> bool {
    let held = set.intervals();
    held.iter().all(|interval| !interval.is_empty())
        && held.windows(2).all(|pair| pair[0].end < pair[1].start)
}

proptest! {
    #![proptest_config(law(256))]

    #[test]
    fn set_algebra_is_that_of_seconds(one in interval_set(), two in interval_set()) {
        for (set, keep) in [
            (one.union(&two), (|a, b| a || b) as fn(bool, bool) -> bool),
            (one.intersection(&two), |a, b| a && b),
            (one.difference(&two), |a, b| a && !b),
            (one.complement(), |a, _| !a),
        ] {
            prop_assert!(is_normal(&set));
            prop_assert_eq!(members(&set), pairwise(&one, &two, keep));
        }
        prop_assert_eq!(one.complement().complement(), one.clone());
        prop_assert_eq!(one.union(&two), two.union(&one));
        prop_assert_eq!(one.difference(&two), one.intersection(&two.complement()));
    }

    #[test]
    fn sets_answer_about_single_seconds(set in interval_set(), at in -2..SPAN + 2) {
        let member = members(&set)[usize::try_from(at + 2).unwrap()];
        prop_assert_eq!(set.contains(second(at)), member);
        let naive = set.edges().find(|&edge| edge > second(at));
        prop_assert_eq!(set.next_edge(second(at)), naive);
        let bounds = Interval::new(second(at), second(at + 20));
        prop_assert_eq!(set.within(bounds), set.intersection(&IntervalSet::of(bounds)));
    }

    #[test]
    fn an_index_answers_as_its_sets_do(
        sets in prop::collection::vec(interval_set(), 0..40), start in -5..SPAN, length in 1..SPAN
    ) {
        let within = Interval::new(second(start), second(start + length));
        let index = Index::new(within, sets.iter().enumerate());
        for at in -3..SPAN + 3 {
            let at = second(at);
            let mut found: Vec<_> = index.active_at(at).collect();
            found.sort_unstable();
            let naive: Vec<_> = sets
                .iter()
                .enumerate()
                .filter(|_| within.contains(at))
                .filter_map(|(key, set)| set.at(at).map(|held| (key, held.intersect(within))))
                .collect();
            prop_assert_eq!(found, naive);
            let edges = sets.iter().flat_map(IntervalSet::edges);
            prop_assert_eq!(index.next_edge(at), edges.filter(|&edge| edge > at && within.contains(edge)).min());
        }
    }

    #[test]
    fn segments_tile_the_horizon_and_hold_what_the_sets_hold(
        sets in prop::collection::vec(interval_set(), 0..10), start in -5..SPAN, length in 1..SPAN
    ) {
        let within = Interval::new(second(start), second(start + length));
        let mut behind = within.start;
        let mut before: Option<BTreeSet<usize>> = None;
        let mut wrong = Vec::new();
        segments::for_each(within, sets.iter().enumerate(), |interval, held| {
            let naive = |at| (0..sets.len()).filter(|&key| sets[key].contains(at)).collect::<BTreeSet<_>>();
            let last = interval.end.minus(Elapsed::seconds(1));
            let whole = interval.start == behind && !interval.is_empty() && before.as_ref() != Some(held);
            if !whole || *held != naive(interval.start) || *held != naive(last) {
                wrong.push(interval);
            }
            behind = interval.end;
            before = Some(held.clone());
        });
        prop_assert_eq!(wrong, Vec::new());
        prop_assert_eq!(behind, within.end);
    }
}

const ZONES: [&str; 8] = [
    "UTC",
    "America/New_York",
    "Europe/Dublin",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Havana",
    "Asia/Kathmandu",
];

const RULES: [&str; 8] = [
    "FREQ=DAILY",
    "FREQ=DAILY;INTERVAL=3",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR,SA",
    "FREQ=WEEKLY;BYDAY=SU;COUNT=7",
    "FREQ=MONTHLY;BYDAY=-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU",
    "FREQ=YEARLY;BYMONTHDAY=29;BYMONTH=2",
];

fn date() -> impl Strategy<Value = Date> {
    // Dense where clocks change and where Samoa lost a day; sparse over the years.
    let first = |year, month, day| Date::from_ymd_opt(year, month, day).unwrap();
    let around = prop::sample::select(vec![
        first(2011, 12, 30),
        first(2025, 3, 9),
        first(2025, 3, 30),
        first(2025, 4, 6),
        first(2025, 11, 2),
        first(2024, 2, 29),
        first(2090, 6, 1),
    ]);
    (around, -8i64..8).prop_map(|(date, days)| date + chrono::TimeDelta::days(days))
}

fn time() -> impl Strategy<Value = TimeOfDay> {
    (0u32..=96).prop_map(|quarters| TimeOfDay::new(quarters / 4, quarters % 4 * 15, 0).unwrap())
}

fn weekday() -> impl Strategy<Value = Weekday> {
    (0u8..7).prop_map(|day| Weekday::try_from(day).unwrap())
}

fn length() -> impl Strategy<Value = Length> {
    (0u32..4, 0i64..50)
        .prop_map(|(days, hours)| Length { days, elapsed: Elapsed::hours(hours + i64::from(days == 0)) })
}

fn pattern() -> impl Strategy<Value = Pattern> {
    let once = (date(), time(), 0i64..200).prop_map(|(date, time, hours)| {
        let start = Zone::UTC.instant_on(date, time, opsc::calendar::Repeat::Earlier);
        Pattern::Once(Interval::new(start, start.plus(Elapsed::hours(hours))))
    });
    let once_local = (date(), time(), date(), time()).prop_map(|(first, start, last, end)| {
        Pattern::OnceLocal { start: start.on(first), end: end.on(last) }
    });
    let month_day = (1u32..=12, 1u32..=29).prop_map(|(month, day)| MonthDay { month, day });
    prop_oneof![
        once,
        once_local,
        (date(), 0i64..5).prop_map(|(first, days)| Pattern::Dates(DateSpan {
            first,
            last: first + chrono::TimeDelta::days(days)
        })),
        (time(), time()).prop_map(|(start, end)| Pattern::Daily { start, end }),
        (weekday(), time(), weekday(), time()).prop_map(|(from, start, to, end)| Pattern::Weekly {
            from,
            start,
            to,
            end
        }),
        (prop::collection::vec(weekday(), 1..4), time(), time()).prop_map(|(days, start, end)| {
            Pattern::Weekdays { days: days.into_iter().collect(), start, end }
        }),
        (time(), time()).prop_map(|(start, end)| Pattern::Workdays { start, end }),
        (prop::sample::select(vec![-1i8, 1, 2, 3, 4, 5]), weekday(), time(), length()).prop_map(
            |(ordinal, day, start, length)| Pattern::MonthlyWeekday { ordinal, day, start, length }
        ),
        (prop_oneof![Just(-1i8), 1i8..=31], time(), length())
            .prop_map(|(day, start, length)| Pattern::MonthlyDay { day, start, length }),
        (prop::sample::select(vec![-3i8, -1, 1, 2, 20]), prop::sample::select(vec![-2i8, -1, 1, 2, 22]))
            .prop_map(|(first, last)| Pattern::MonthlyBusinessDays { first, last }),
        (month_day.clone(), month_day).prop_map(|(start, end)| Pattern::Yearly { start, end }),
        (prop::sample::select(RULES.to_vec()), time(), length()).prop_map(|(rule, start, length)| {
            Pattern::Rrule { rule: Rule::parse(rule).unwrap(), start, length }
        }),
    ]
}

fn place() -> impl Strategy<Value = Place> {
    let weekend = prop::collection::vec(weekday(), 0..3);
    let holidays = prop::collection::vec((date(), 0i64..4), 0..4);
    let extra = prop::collection::btree_set(date(), 0..3);
    (prop::sample::select(ZONES.to_vec()), weekend, holidays, extra).prop_map(
        |(zone, weekend, holidays, extra)| Place {
            zone: Zone::parse(zone).unwrap(),
            weekend: weekend.into_iter().collect::<Weekdays>(),
            holidays: holidays
                .into_iter()
                .map(|(first, days)| DateSpan { first, last: first + chrono::TimeDelta::days(days) })
                .collect(),
            extra_workdays: extra,
        },
    )
}

fn timetable() -> impl Strategy<Value = Timetable> {
    let bounds =
        (prop::option::of(date()), prop::option::of(date()), prop::collection::btree_set(date(), 0..3));
    let rounding = prop::sample::select(vec![Rounding::Outward, Rounding::Inward]);
    (prop::collection::vec(pattern(), 0..3), bounds, rounding).prop_map(
        |(patterns, (from, until, except), rounding)| Timetable {
            patterns,
            from,
            until,
            except,
            zone: None,
            rounding,
        },
    )
}

/// A stretch of some days round a generated date, and an instant in it.
fn stretch() -> impl Strategy<Value = (Interval, Instant)> {
    (date(), 0i64..20 * 86_400, 1i64..20 * 86_400).prop_map(|(date, before, behind)| {
        let at = second(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp());
        (Interval::new(at.minus(Elapsed::seconds(before)), at.plus(Elapsed::seconds(behind))), at)
    })
}

proptest! {
    #![proptest_config(law(192))]

    #[test]
    fn occurrences_are_whole_sorted_and_make_up_what_is_active(
        place in place(), timetable in timetable(), (within, _) in stretch()
    ) {
        let occurrences = timetable.occurrences(&place, within);
        prop_assert!(occurrences.is_sorted());
        prop_assert!(occurrences.iter().all(|found| !found.interval.is_empty() && found.interval.overlaps(within)));
        prop_assert!(occurrences.iter().all(|found| !timetable.except.contains(&found.date)
            && timetable.from.is_none_or(|from| found.date >= from)
            && timetable.until.is_none_or(|until| found.date < until)));
        let union: IntervalSet = occurrences.iter().map(|found| found.interval.intersect(within)).collect();
        prop_assert_eq!(timetable.active(&place, within), union);
        // A wider question finds the same here.
        let wide = Interval::new(within.start.minus(Elapsed::days(40)), within.end.plus(Elapsed::days(40)));
        let again: Vec<_> =
            timetable.occurrences(&place, wide).into_iter().filter(|found| found.interval.overlaps(within)).collect();
        prop_assert_eq!(occurrences, again);
    }

    #[test]
    fn at_and_next_change_agree_with_what_is_active(
        place in place(), timetable in timetable(), (within, at) in stretch()
    ) {
        let reader = timetable.read(&place);
        let wide = Interval::new(within.start.minus(Elapsed::days(800)), within.end.plus(Elapsed::days(800)));
        let active = reader.active(wide);
        let mut asked: Vec<Instant> = active.within(within).edges().take(30).collect();
        asked.extend([at, within.start, within.end]);
        for edge in asked {
            for at in [edge.minus(Elapsed::seconds(1)), edge, edge.plus(Elapsed::seconds(1))] {
                let found = reader.at(at);
                prop_assert_eq!(reader.holds(at), active.contains(at));
                prop_assert_eq!(found.map(|held| held.intersect(wide)), active.at(at));
                let change = reader.next_change_after(at).filter(|&change| change < wide.end);
                prop_assert_eq!(change, active.next_edge(at).filter(|&edge| edge < wide.end));
            }
        }
    }

    #[test]
    fn what_restricts_covers_what_permits(place in place(), timetable in timetable(), (within, _) in stretch()) {
        let outward = Timetable { rounding: Rounding::Outward, ..timetable.clone() }.active(&place, within);
        let inward = Timetable { rounding: Rounding::Inward, ..timetable }.active(&place, within);
        prop_assert!(inward.difference(&outward).is_empty());
    }

    #[test]
    fn chunks_answer_as_their_timetables_do(
        place in place(), timetables in prop::collection::vec(timetable(), 0..6), (within, at) in stretch()
    ) {
        let horizon = Interval::new(within.start, within.end.minus(Elapsed::days(1)));
        let chunks = Chunks::new(horizon, &place, timetables.iter().enumerate());
        let edge = |at| timetables.iter().filter_map(|timetable| timetable.next_change_after(&place, at)).min();
        let mut asked = vec![at, within.start, within.end, within.end.plus(Elapsed::days(90))];
        asked.extend(std::iter::successors(edge(within.start), |&at| edge(at)).take(5));
        for at in asked {
            let mut found = BTreeMap::new();
            chunks.for_each_active(at, |key| { found.insert(key, ()); });
            let naive: Vec<_> =
                (0..timetables.len()).filter(|&key| timetables[key].at(&place, at).is_some()).collect();
            prop_assert_eq!(found.into_keys().collect::<Vec<_>>(), naive);
            prop_assert_eq!(chunks.next_edge(at), edge(at));
        }
    }

    #[test]
    fn no_rule_text_panics(text in "(FREQ=(DAILY|WEEKLY|MONTHLY|YEARLY))?(;(BYDAY|BYMONTH|BYMONTHDAY|BYSETPOS|COUNT|UNTIL|INTERVAL|BYWEEKNO|BYYEARDAY|WKST)=-?[0-9A-Z,]{0,6}){0,4}") {
        if let Ok(rule) = Rule::parse(&text) {
            let length = Length { days: 1, elapsed: Elapsed::ZERO };
            let pattern = Pattern::Rrule { rule, start: TimeOfDay::MIDNIGHT, length };
            let start = Date::from_ymd_opt(2025, 1, 31);
            let timetable = Timetable { patterns: vec![pattern], from: start, ..Timetable::never(Rounding::Outward) };
            let place = Place {
                zone: Zone::UTC,
                weekend: Weekdays::SATURDAY_SUNDAY,
                holidays: Vec::new(),
                extra_workdays: BTreeSet::new(),
            };
            let at = second(1_750_000_000);
            if let Some(change) = timetable.next_change_after(&place, at) {
                prop_assert_ne!(timetable.at(&place, change).is_some(), timetable.at(&place, at).is_some());
            }
        }
    }

    #[test]
    fn no_text_at_all_panics(text in "\\PC{0,40}") {
        let _ = Rule::parse(&text).map_err(|error| text[error.at].len());
        let _ = Zone::parse(&text);
    }
}
