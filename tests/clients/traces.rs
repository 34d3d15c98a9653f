//! Makes up what is measured, asks the simulator which rollbacks it would begin and when, and writes that as a test for promtool:
//! the emitted rules must fire at the same instants, or one evaluation later, and never otherwise.
//!
//! `cargo run --example traces -- PATH COUNT` prints the test file; it belongs beside `ops.rules.yml` and `ops.values.yml`.

use opsc::calendar::Instant;
use opsc::cli::System;
use opsc::policy::{self, Baseline, Id, Metric, MetricKind, Policy};
use opsc::simulate::{Assumptions, Sample, Setting, Side, Trace, What, simulate};
use rust_decimal::Decimal;
use std::error::Error;
use std::fmt::Write;

/// Samples a minute apart.
const MINUTES: usize = 15;
/// Seconds between evaluations.
const EVALUATION: i64 = 15;

fn main() -> Result<(), Box<dyn Error>> {
    let mut given = std::env::args().skip(1);
    let (Some(path), Some(count)) = (given.next(), given.next()) else {
        return Err("usage: traces PATH COUNT".into());
    };
    let loaded = policy::load(&System::default(), &path)?;
    let policy = loaded.policy.ok_or("the policy has errors")?;
    let mut chance = Chance(42);
    let (mut begun, mut none) = (0, 0);
    // What is recorded comes before what asks it, as it does within an interval.
    let rollbacks = policy.rollbacks.rows().iter().map(|rollback| format!("rollback {}", rollback.name));
    let groups =
        ["values".to_owned()].into_iter().chain(rollbacks).chain(["rollouts", "observed"].map(str::to_owned));
    let groups: Vec<String> = groups.map(|group| format!("\"{}: {group}\"", policy.name)).collect();
    let mut text = format!(
        "rule_files: [ops.values.yml, ops.rules.yml]\nevaluation_interval: {EVALUATION}s\ngroup_eval_order: [{}]\ntests:\n",
        groups.join(", ")
    );
    for number in 0..count.parse::<u32>()? {
        writeln!(text, "  - name: trace {number}\n    interval: 1m\n    input_series:")?;
        let trace = measured(&policy, &mut chance, &mut text)?;
        for pipeline in policy.pipelines.rows() {
            writeln!(
                text,
                "      - {{series: 'ops_rollout_active{{pipeline=\"{}\"}}', values: '1+0x{MINUTES}'}}",
                pipeline.name
            )?;
        }
        text.push_str("    promql_expr_test:\n");
        for rollback in policy.rollbacks.rows() {
            let fired = fires(&policy, rollback.pipeline, &trace);
            *(if fired.is_some() { &mut begun } else { &mut none }) += 1;
            let firing = format!("ALERTS{{alertstate=\"firing\",rollback=\"{}\"}}", rollback.name);
            let quiet = fired.map_or(MINUTES as i64 * 60, |at| at - EVALUATION);
            if quiet >= 0 {
                writeln!(
                    text,
                    "      - {{expr: 'count_over_time({firing}[2h])', eval_time: {quiet}s, exp_samples: []}}"
                )?;
            }
            if let Some(at) = fired {
                let at = at + EVALUATION;
                writeln!(
                    text,
                    "      - {{expr: 'count(max(count_over_time({firing}[2h])))', eval_time: {at}s, exp_samples: [{{labels: '{{}}', value: 1}}]}}"
                )?;
            }
        }
    }
    eprintln!("verdicts: {begun} that a rollback begins, {none} that none does");
    print!("{text}");
    Ok(())
}

/// When the rollback of a pipeline begins, in seconds.
fn fires(policy: &Policy, pipeline: Id<policy::Pipeline>, trace: &Trace) -> Option<i64> {
    let assumed = Assumptions::default();
    let setting = Setting { policy, pipeline, start: Instant::from_unix(0), trace, assumed: &assumed };
    let timeline = simulate(&setting);
    let fired = timeline.events.iter().find(|event| matches!(event.what, What::Fired { .. }));
    fired.map(|event| event.at.unix())
}

/// Samples of every metric and of its baseline: as a trace, and as series for promtool.
fn measured(policy: &Policy, chance: &mut Chance, text: &mut String) -> Result<Trace, Box<dyn Error>> {
    let mut trace = Trace::default();
    for (id, metric) in policy.metrics.iter().filter(|(_, metric)| metric.name != "gauge") {
        let series = format!("m_{}", metric.name);
        let tracks: &[(&str, Side)] = match metric.baseline {
            Some(Baseline::Offset(_)) => &[("", Side::Change)],
            Some(Baseline::Pinned(_)) => &[("canary", Side::Change), ("pinned", Side::Baseline)],
            _ => &[("canary", Side::Change), ("stable", Side::Baseline)],
        };
        for (track, side) in tracks {
            let values = if *track == "pinned" {
                vec![Some(Decimal::new(50, 2)); MINUTES + 1]
            } else {
                walk(metric, chance)
            };
            let labels = if track.is_empty() { String::new() } else { format!("{{track=\"{track}\"}}") };
            writeln!(text, "      - {{series: '{series}{labels}', values: '{}'}}", written(&values))?;
            for (minute, value) in values.iter().enumerate() {
                let Some(value) = *value else { continue };
                let at = Instant::from_unix(minute as i64 * 60);
                let both = policy.metrics.find("gauge").filter(|_| metric.name == "tail");
                for of in [Some(id), both].into_iter().flatten() {
                    trace.add(of, *side, Sample { at, region: None, value }).map_err(|at| at.to_string())?;
                }
            }
        }
    }
    Ok(trace)
}

/// Plateaus of one to eight minutes; some of them of nothing.
fn walk(metric: &Metric, chance: &mut Chance) -> Vec<Option<Decimal>> {
    let mut values = Vec::new();
    while values.len() <= MINUTES {
        let hundredths = match (metric.name.as_str(), metric.kind) {
            // Percentiles are between two samples in Prometheus, and one of them in the simulator: far apart, they agree.
            ("tail", _) => chance.one_of(&[5, 5, 98]),
            (_, MetricKind::Count) => 100 * chance.below(12) as i64,
            (_, MetricKind::Duration) => chance.one_of(&[50, 50, 75, 100, 150]),
            _ => chance.one_of(&[5, 10, 20, 45, 50, 60, 75, 90]),
        };
        let value = (chance.below(7) > 0).then(|| Decimal::new(hundredths, 2));
        values.extend(std::iter::repeat_n(value, 1 + chance.below(8)));
    }
    values.truncate(MINUTES);
    // The end of the trace is the end of what can be said: something is measured there.
    values.push(Some(Decimal::new(5, 2)));
    values
}

/// What nobody measured is over at once, as where a target cannot be scraped.
fn written(values: &[Option<Decimal>]) -> String {
    let mut before = None;
    let mut words = Vec::new();
    for value in values {
        words.push(match (value, before) {
            (Some(value), _) => value.to_string(),
            (None, Some(_)) => "stale".to_owned(),
            (None, None) => "_".to_owned(),
        });
        before = *value;
    }
    words.join(" ")
}

/// Numbers that look like chance and are the same each time (a linear congruential generator).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }

    fn one_of(&mut self, values: &[i64]) -> i64 {
        values.get(self.below(values.len())).copied().unwrap_or_default()
    }
}
