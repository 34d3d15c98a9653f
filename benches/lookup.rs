//! The calendar's index beside the plainest one there can be, and a full decision over the same calendar, for 10 to
//! 10 000 windows: `cargo bench --bench lookup`.
//!
//! Six regions and twenty components, windows of 2 to 96 hours within one year. The plain index knows of nothing but
//! this question: a sorted array of boundaries for each cell, and the windows of each segment, spelled out. Nanoseconds
//! for each question, the median of many passes over 1 000 questions, each too short for the scheduler to fall into;
//! both indexes name the same windows. The last columns are microseconds for a decision with reasons, ends and next.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use opsc::calendar::{Index, Instant, Interval, IntervalSet};
use opsc::decide::{Change, Context, Prepared, StatedTier, Verdict};
use opsc::policy::{self, Action};
use opsc::world::MemoryWorld;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::hint::black_box;

const REGIONS: u64 = 6;
const COMPONENTS: u64 = 20;
const START: i64 = 1_767_225_600;
const YEAR: u64 = 365 * 86_400;
const PASSES: usize = 201;

fn main() {
    println!(
        "{:>8} {:>10} {:>10} {:>7} {:>8} {:>12} {:>14} {:>14}",
        "windows", "plain ns", "opsc ns", "ratio", "answers", "build ms", "allowed us", "blocked us"
    );
    for count in [10, 100, 1_000, 10_000] {
        let windows: Vec<Window> = (0..count).map(window).collect();
        let questions: Vec<Question> = (0..1_000).map(|number| question(number, &windows)).collect();
        let plain: Vec<Plain> = cells(&windows).iter().map(|cell| Plain::new(cell)).collect();
        let before = std::time::Instant::now();
        let indexes: Vec<Index<u32>> = cells(&windows).iter().map(|cell| index(cell)).collect();
        let build = before.elapsed().as_secs_f64() * 1e3;
        let mut found = Vec::new();
        let mut answers = 0;
        for question in &questions {
            plain_answer(&plain, question, &mut found);
            let expected: BTreeSet<u32> = found.iter().copied().collect();
            answers += expected.len();
            answer(&indexes, question, &mut found);
            assert_eq!(expected, found.iter().copied().collect(), "both indexes name the same windows");
        }
        let least =
            median(|| questions.iter().for_each(|question| plain_answer(&plain, question, &mut found)));
        let ours = median(|| questions.iter().for_each(|question| answer(&indexes, question, &mut found)));
        let (allowed, blocked) = decisions(&windows, &questions);
        let each = |passed: f64| passed / questions.len() as f64;
        println!(
            "{count:>8} {:>10.1} {:>10.1} {:>7.1} {:>8.1} {build:>12.2} {allowed:>14.2} {blocked:>14.2}",
            each(least),
            each(ours),
            ours / least,
            each(answers as f64),
        );
    }
}

struct Window {
    number: u32,
    start: i64,
    end: i64,
    regions: Vec<u64>,
    components: Vec<u64>,
}

struct Question {
    region: u64,
    component: u64,
    at: i64,
}

impl Question {
    fn cell(&self) -> usize {
        cell(self.region, self.component)
    }
}

fn cell(region: u64, component: u64) -> usize {
    usize::try_from(region * COMPONENTS + component).unwrap_or_default()
}

fn cells(windows: &[Window]) -> Vec<Vec<&Window>> {
    let mut cells = vec![Vec::new(); cell(REGIONS, 0)];
    for window in windows {
        for &region in &window.regions {
            for &component in &window.components {
                if let Some(held) = cells.get_mut(cell(region, component)) {
                    held.push(window);
                }
            }
        }
    }
    cells
}

/// Boundaries in order, and for each the windows that hold from there on.
struct Plain {
    boundaries: Vec<i64>,
    behind: Vec<u32>,
    windows: Vec<u32>,
}

impl Plain {
    fn new(cell: &[&Window]) -> Self {
        let mut edges: Vec<(i64, bool, u32)> = cell
            .iter()
            .flat_map(|window| [(window.start, true, window.number), (window.end, false, window.number)])
            .collect();
        edges.sort_unstable();
        let mut plain = Self { boundaries: Vec::new(), behind: Vec::new(), windows: Vec::new() };
        let mut held = BTreeSet::new();
        for same in edges.chunk_by(|one, other| one.0 == other.0) {
            for &(_, starts, number) in same {
                if starts {
                    held.insert(number);
                } else {
                    held.remove(&number);
                }
            }
            plain.boundaries.extend(same.first().map(|edge| edge.0));
            plain.windows.extend(&held);
            plain.behind.push(u32::try_from(plain.windows.len()).unwrap_or(u32::MAX));
        }
        plain
    }
}

fn plain_answer(plain: &[Plain], question: &Question, found: &mut Vec<u32>) {
    found.clear();
    let Some(cell) = plain.get(question.cell()) else { return };
    let Some(segment) = cell.boundaries.partition_point(|&start| start <= question.at).checked_sub(1) else {
        return;
    };
    let from = segment.checked_sub(1).and_then(|before| cell.behind.get(before)).copied().unwrap_or(0);
    let to = cell.behind.get(segment).copied().unwrap_or(from);
    found.extend(cell.windows.get(from as usize..to as usize).unwrap_or_default());
    black_box(found);
}

fn index(cell: &[&Window]) -> Index<u32> {
    let sets: Vec<(u32, IntervalSet)> = cell
        .iter()
        .map(|window| {
            let held = Interval::new(Instant::from_unix(window.start), Instant::from_unix(window.end));
            (window.number, std::iter::once(held).collect())
        })
        .collect();
    let year = Interval::new(
        Instant::from_unix(START),
        Instant::from_unix(START).plus(opsc::calendar::Elapsed::days(400)),
    );
    Index::new(year, sets.iter().map(|(number, set)| (*number, set)))
}

fn answer(indexes: &[Index<u32>], question: &Question, found: &mut Vec<u32>) {
    found.clear();
    let Some(cell) = indexes.get(question.cell()) else { return };
    found.extend(cell.active_at(Instant::from_unix(question.at)).map(|(number, _)| number));
    black_box(found);
}

/// The median decision that allows, and that blocks, in microseconds; each change is decided once before it counts.
fn decisions(windows: &[Window], questions: &[Question]) -> (f64, f64) {
    let world = MemoryWorld::at(START.unsigned_abs()).with_file("main.ops", text(windows));
    let Ok(loaded) = policy::load(&world, "main.ops") else { return (f64::NAN, f64::NAN) };
    let Some(policy) = loaded.policy else { return (f64::NAN, f64::NAN) };
    let prepared = Prepared::new(&policy);
    let mut taken = [Vec::new(), Vec::new()];
    for question in questions {
        let change = Change {
            tier: Some(StatedTier { name: "T2".to_owned(), by: None }),
            action: Some(Action::Deploy),
            regions: vec![format!("region-{}", question.region)],
            components: vec![format!("component-{}", question.component)],
            ..Change::default()
        };
        let context = Context::at(Instant::from_unix(question.at));
        let decision = prepared.decide(&change, &context);
        let before = std::time::Instant::now();
        black_box(prepared.decide(black_box(&change), &context));
        let passed = before.elapsed().as_secs_f64() * 1e6;
        let [allowed, blocked] = &mut taken;
        if decision.verdict == Verdict::Allow { allowed.push(passed) } else { blocked.push(passed) }
    }
    let [allowed, blocked] = taken.map(middle);
    (allowed, blocked)
}

fn text(windows: &[Window]) -> String {
    let mut text = String::from("policy bench { language 1 }\n");
    let names = |of: &[u64], what: &str| {
        of.iter().map(|number| format!("{what}-{number}")).collect::<Vec<_>>().join(", ")
    };
    for number in 0..REGIONS {
        let _ = writeln!(text, "region region-{number} {{ zone \"UTC\" }}");
    }
    for number in 0..COMPONENTS {
        let _ = writeln!(text, "component component-{number} {{ paths \"component-{number}/**\" }}");
    }
    text.push_str(
        "tier T0 \"a\"\ntier T1 \"b\"\ntier T2 \"c\"\nfreeze hard {\n  admit T0\n  block others\n}\n",
    );
    for window in windows {
        let (start, end) = (Instant::from_unix(window.start), Instant::from_unix(window.end));
        let (regions, components) =
            (names(&window.regions, "region"), names(&window.components, "component"));
        let _ = writeln!(
            text,
            "window w{} : hard {{\n  during {start} .. {end}\n  regions {regions}\n  scope {components}\n}}",
            window.number
        );
    }
    text
}

/// A number from 0 up to `bound`, the same for the same seed.
fn number(seed: u64, bound: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^= mixed >> 29;
    mixed = mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed ^ (mixed >> 32)) % bound
}

/// Three in ten cover all there is, the others up to `most`.
fn some(seed: u64, all: u64, most: u64) -> Vec<u64> {
    if number(seed, 10) < 3 {
        return (0..all).collect();
    }
    let picked: BTreeSet<u64> =
        (0..=number(seed + 1, most)).map(|pick| number(seed + 2 + pick, all)).collect();
    picked.into_iter().collect()
}

fn window(index: u32) -> Window {
    let seed = u64::from(index) * 32;
    let start = START + signed(number(seed, YEAR / 900) * 900);
    let hours = [2, 4, 8, 12, 24, 24, 48, 96];
    let length = usize::try_from(number(seed + 1, 8)).ok().and_then(|pick| hours.get(pick)).unwrap_or(&24);
    Window {
        number: index,
        start,
        end: start + length * 3_600,
        regions: some(seed + 2, REGIONS, 3),
        components: some(seed + 12, COMPONENTS, 5),
    }
}

/// Half of the questions fall on any moment of the year, half into some window.
fn question(index: u64, windows: &[Window]) -> Question {
    let seed = index * 8 + 1_000_000_007;
    let picked = usize::try_from(number(seed + 1, windows.len() as u64)).ok().and_then(|at| windows.get(at));
    let at = match picked {
        Some(window) if number(seed, 2) == 0 => {
            window.start + signed(number(seed + 2, (window.end - window.start).unsigned_abs()))
        }
        _ => START + signed(number(seed + 3, YEAR)),
    };
    Question { region: number(seed + 4, REGIONS), component: number(seed + 5, COMPONENTS), at }
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or_default()
}

fn median(mut run: impl FnMut()) -> f64 {
    let passes = (0..PASSES).map(|_| {
        let before = std::time::Instant::now();
        run();
        before.elapsed().as_secs_f64() * 1e9
    });
    middle(passes.collect())
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
