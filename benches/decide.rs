//! A full decision, with reasons, ends, expiry and next, over calendars of 10 to 10 000 windows: `cargo bench --bench decide`.
//!
//! Each line is the median of 500 requests, in microseconds of wall time on one thread: from the index that [`Prepared`]
//! keeps, and once without one, as a gate process decides.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use opsc::calendar::{Elapsed, Instant, Place, Rounding, Timetable, Weekdays, Zone};
use opsc::decide::{Change, Context, Next, Prepared, StatedTier, Verdict, decide};
use opsc::policy::{Action, Component, Condition, FreezeKind, Origin, Policy, Region, Ruling, Tier, Window};
use opsc::source::{Sources, Span};
use std::collections::BTreeSet;
use std::hint::black_box;

fn main() {
    println!(
        "{:>8} {:>9} {:>14} {:>12} {:>12} {:>12}",
        "windows", "blocked", "prepare us", "indexed us", "p99 us", "once us"
    );
    for count in [10, 100, 1_000, 10_000] {
        let policy = policy(count);
        let requests: Vec<(Change, Context)> = (0..500).map(request).collect();
        let start = std::time::Instant::now();
        let prepared = Prepared::new(&policy);
        for (change, context) in &requests {
            black_box(prepared.decide(change, context));
        }
        let prepare = start.elapsed().as_secs_f64() * 1e6;
        let mut indexed: Vec<f64> =
            requests.iter().map(|(change, context)| time(|| prepared.decide(change, context))).collect();
        let some = requests.iter().take(50);
        let mut once: Vec<f64> =
            some.map(|(change, context)| time(|| decide(&policy, change, context))).collect();
        indexed.sort_by(f64::total_cmp);
        once.sort_by(f64::total_cmp);
        let decisions: Vec<_> =
            requests.iter().map(|(change, context)| prepared.decide(change, context)).collect();
        let blocked = decisions.iter().filter(|decision| decision.verdict != Verdict::Allow).count();
        assert!(
            decisions.iter().all(|decision| matches!(decision.next_allowed, Next::At(_))),
            "every freeze ends"
        );
        println!(
            "{count:>8} {blocked:>9} {prepare:>14.0} {:>12.2} {:>12.2} {:>12.2}",
            at_share(&indexed, 50),
            at_share(&indexed, 99),
            at_share(&once, 50),
        );
    }
}

/// The value that so many percent lie below.
fn at_share(ordered: &[f64], percent: usize) -> f64 {
    ordered.get(ordered.len() * percent / 100).copied().unwrap_or(f64::NAN)
}

fn time<T>(run: impl Fn() -> T) -> f64 {
    let start = std::time::Instant::now();
    black_box(run());
    start.elapsed().as_secs_f64() * 1e6
}

/// A number from 0 up to `bound`, the same for the same seed.
fn number(seed: u64, bound: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 32)) % bound
}

fn year_start() -> Instant {
    Instant::from_unix(1_735_689_600)
}

fn hours(hours: u64) -> Elapsed {
    Elapsed::hours(i64::try_from(hours).unwrap_or_default())
}

/// 20 regions, 50 components, windows of one region and one component, up to ten days long, over two years.
fn policy(count: u64) -> Policy {
    let mut sources = Sources::new();
    let origin = Origin { span: Span::new(sources.add("generated.ops", ""), 0, 0), line: 1 };
    let mut policy = Policy { files: vec!["generated.ops".to_owned()], ..Policy::empty("generated") };
    let place = Place {
        zone: Zone::UTC,
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    };
    let regions: Vec<_> = (0..20)
        .map(|index| {
            policy.regions.push(Region {
                name: format!("region-{index}"),
                doc: String::new(),
                origin,
                place: place.clone(),
                off_peak: None,
                holidays: Vec::new(),
            })
        })
        .collect();
    let components: Vec<_> = (0..50)
        .map(|index| {
            policy.components.push(Component {
                name: format!("component-{index}"),
                doc: String::new(),
                origin,
                needs: Vec::new(),
                paths: Vec::new(),
                owner: None,
            })
        })
        .collect();
    for name in ["T0", "T1", "T2", "T3"] {
        policy.tiers.push(Tier {
            name: name.to_owned(),
            title: String::new(),
            doc: String::new(),
            origin,
            examples: Vec::new(),
            requirements: Vec::new(),
        });
    }
    let admit = || (Ruling::Admit { when: Condition::TRUE }, origin);
    let block = || (Ruling::Block, origin);
    let kind = policy.kinds.push(FreezeKind {
        name: "hard".to_owned(),
        doc: String::new(),
        origin,
        rulings: vec![admit(), block(), block(), block()],
    });
    for index in 0..count {
        let start = year_start().plus(hours(number(index * 7 + 1, 730 * 24)));
        let end = start.plus(hours(1 + number(index * 7 + 2, 240)));
        let at = |of: u64, seed: u64| usize::try_from(number(index * 7 + seed, of)).unwrap_or_default();
        policy.windows.push(Window {
            name: format!("window-{index}"),
            doc: String::new(),
            origin,
            kind,
            when: Timetable::once(start, end, Rounding::Outward),
            only: false,
            follows: None,
            regions: regions.get(at(20, 3)).map(|&region| vec![region]),
            components: match number(index * 7 + 5, 4) {
                0 => None,
                _ => components.get(at(50, 4)).map(|&component| vec![component]),
            },
            environments: None,
            actions: Some(vec![Action::Deploy]),
            owner: None,
            because: Some("a reason".to_owned()),
            vendor: None,
            after: Vec::new(),
            warn_until: None,
        });
    }
    policy
}

fn request(index: u64) -> (Change, Context) {
    let change = Change {
        tier: Some(StatedTier { name: format!("T{}", 1 + number(index * 5 + 1, 3)), by: None }),
        action: Some(Action::Deploy),
        regions: vec![format!("region-{}", number(index * 5 + 2, 20))],
        components: vec![format!("component-{}", number(index * 5 + 3, 50))],
        ..Change::default()
    };
    (change, Context::at(year_start().plus(hours(number(index * 5 + 4, 600 * 24)))))
}
