//! Proofs and diffs of growing policies: `cargo bench --bench proofs`.
//!
//! Windows over a year, each of one of three kinds, in one of 20 regions or everywhere, over one to three of 50 components or all;
//! half of them dated, half of them weekly; 10 tiers with two requirements each. A proof over all of it, then a comparison with the
//! same policy in which one window is a day longer. Medians of 5, wall time, without reading the text.

#![expect(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "a bench reads the clock, and its policies are its own"
)]

use opsc::policy::{Policy, load};
use opsc::verify::diff::{diff, horizon};
use opsc::verify::prove::prove;
use opsc::world::MemoryWorld;
use std::fmt::Write;
use std::hint::black_box;
use std::ops::ControlFlow;

const REGIONS: usize = 20;
const COMPONENTS: usize = 50;
const TIERS: usize = 10;
const ZONES: [&str; 5] = ["America/New_York", "Europe/Dublin", "Asia/Singapore", "Asia/Kolkata", "UTC"];

fn main() {
    println!(
        "{:>8} {:>10} {:>10} {:>12} {:>12} {:>12}",
        "windows", "prove ms", "diff ms", "stretches", "cells", "differences"
    );
    for windows in [10, 100, 300, 1_000, 3_000, 10_000] {
        let (old, new) = (policy(windows, 2), policy(windows, 3));
        let proofs = || prove(&old, |_| true, &mut |_, _| ControlFlow::Continue(()));
        let compared = || diff(&old, &new, horizon(&old, &new), &mut |_, _| ControlFlow::Continue(()));
        let prove_ms = median(|| drop(black_box(proofs())));
        let diff_ms = median(|| drop(black_box(compared())));
        let found = compared();
        println!(
            "{windows:>8} {prove_ms:>10.1} {diff_ms:>10.1} {:>12} {:>12} {:>12}",
            found.stretches,
            found.cells,
            found.differences.len()
        );
    }
}

fn median(work: impl Fn()) -> f64 {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let start = std::time::Instant::now();
            work();
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times.get(2).copied().unwrap_or_default()
}

/// A policy whose first window lasts so many days.
fn policy(windows: usize, days: usize) -> Policy {
    let mut text = String::from(
        "policy bench { language 1; owner owners; horizon 2026-01-01 .. 2027-01-01 }\nrole owners { members \"a\", \"b\", \"c\" }\n",
    );
    let mut seed: u64 = 7;
    let mut below = |bound: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % bound
    };
    for region in 0..REGIONS {
        writeln!(text, "region r{region} {{ zone \"{}\" }}", ZONES.get(region % 5).unwrap()).unwrap();
    }
    for component in 0..COMPONENTS {
        writeln!(text, "component c{component} {{ paths \"c{component}/**\" }}").unwrap();
    }
    for tier in 0..TIERS {
        writeln!(text, "fact f{tier} : bool\ntier T{tier} \"Tier\" {{ before deploy require f{tier}; approve 1 of owners }}").unwrap();
    }
    text.push_str("freeze hard { admit T0; block others }\nfreeze soft { admit T0; admit T1 when approved 2 of owners; block others }\nfreeze advisory { admit others }\n");
    for window in 0..windows {
        let kind = ["hard", "soft", "advisory"].get(if window == 0 { 0 } else { below(3) }).copied().unwrap();
        writeln!(text, "window w{window} : {kind} {{").unwrap();
        if window == 0 {
            writeln!(text, "  during 2026-06-01 through 2026-06-0{days}").unwrap();
        } else if below(2) == 0 {
            let (month, day) = (1 + below(12), 1 + below(26));
            writeln!(text, "  during 2026-{month:02}-{day:02} through 2026-{month:02}-{:02}", day + below(3))
                .unwrap();
        } else {
            let day = ["Mon", "Tue", "Wed", "Thu", "Fri"].get(below(5)).copied().unwrap();
            let start = below(20);
            writeln!(text, "  every {day} {start:02}:00 .. {:02}:30", start + 1).unwrap();
        }
        if below(4) > 0 {
            writeln!(text, "  regions r{}", below(REGIONS)).unwrap();
        }
        if below(4) > 0 {
            let first = below(COMPONENTS - 3);
            let names: Vec<String> = (first..=first + below(3)).map(|at| format!("c{at}")).collect();
            writeln!(text, "  scope {}", names.join(", ")).unwrap();
        }
        text.push_str("}\n");
    }
    text.push_str("prove \"risky changes stay out of a hard freeze\" { where not tier T0 and during hard; expect blocked }\n");
    let loaded = load(&MemoryWorld::at(0).with_file("main.ops", text), "main.ops").unwrap();
    loaded.policy.unwrap()
}
