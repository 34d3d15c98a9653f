//! Text to tree, and tree to text, over generated policies of 10 to 10 000 declarations: `cargo bench --bench syntax`.
//!
//! Each line is the best of several runs, in milliseconds of wall time on one thread.

#![expect(clippy::disallowed_methods, reason = "a bench reads the clock")]

use opsc::source::Sources;
use opsc::{fmt, syntax};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    println!("{:>8} {:>10} {:>10} {:>10} {:>10}", "windows", "bytes", "parse ms", "MB/s", "format ms");
    for count in [10, 100, 1_000, 10_000] {
        let text = policy(count);
        let mut sources = Sources::new();
        let file = sources.add("generated.ops", text.as_str());
        let (_, found) = syntax::parse(&sources, file);
        assert!(found.is_empty(), "the generated policy is sound");
        let parse = best(|| {
            black_box(syntax::parse(&sources, file));
        });
        let format = best(|| {
            black_box(fmt::format(&sources, file).is_ok());
        });
        let rate = text.len() as f64 / parse / 1e3;
        println!("{count:>8} {:>10} {parse:>10.2} {rate:>10.1} {format:>10.2}", text.len());
    }
}

fn best(mut run: impl FnMut()) -> f64 {
    (0..7)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e3
        })
        .fold(f64::INFINITY, f64::min)
}

/// Windows of six lines each, as a policy holds them.
fn policy(count: usize) -> String {
    let window = |n: usize| {
        let (month, day) = (n % 12 + 1, n % 27 + 1);
        format!(
            "/// Freeze number {n}, agreed with the on-call team.\nwindow freeze-{n} : hard {{\n  during  2025-{month:02}-{day:02}T08:00Z .. 2025-{month:02}-{:02}T08:00Z\n  regions us-east-1, us-west-2\n  scope   llm, retriever, index\n  except  2025-06-20 when error-rate <= 0.5% and p95(latency) < 250ms\n}}\n\n",
            day + 1
        )
    };
    (0..count).map(window).collect()
}
