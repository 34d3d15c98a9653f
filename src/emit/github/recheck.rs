//! The workflow that asks again where the calendar changes: nothing else runs when a window opens.

use super::super::{Job, escape, freeze, mark, template};
use std::collections::{BTreeMap, BTreeSet};

const RECHECK: &str = include_str!("recheck.yml");

const SECONDS_OF_DAY: i64 = 24 * 60 * 60;
const MINUTES_OF_DAY: i64 = 24 * 60;

/// The workflow. A cron holds no year, so it names times of day: it asks on other days too, and never misses one of these.
pub(super) fn workflow(job: &Job<'_>) -> String {
    let gate = job.paths().into_iter().next().unwrap_or_default();
    let gate = gate.rsplit('/').next().unwrap_or_default();
    template::fill(
        RECHECK,
        &[
            ("mark", &mark::hash_comments(job)),
            ("crons", &crons(job)),
            ("runs-on", &escape::yaml(&escape::github(job.option("runs-on")))),
            ("gate", gate),
        ],
    )
}

/// A line for each minute of the hour at which something begins or ends, with its hours.
fn crons(job: &Job<'_>) -> String {
    let mut hours: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for freeze in freeze::freezes(job.policy) {
        for edge in freeze.when.edges() {
            // The first full minute that is not before it.
            let minute = (edge.unix().rem_euclid(SECONDS_OF_DAY) + 59) / 60 % MINUTES_OF_DAY;
            hours.entry(minute % 60).or_default().insert(minute / 60);
        }
    }
    if hours.is_empty() {
        hours.entry(0).or_default().insert(0);
    }
    let lines = hours.into_iter().map(|(minute, hours)| {
        let hours: Vec<String> = hours.iter().map(i64::to_string).collect();
        format!("    - cron: \"{minute} {} * * *\"", hours.join(","))
    });
    lines.collect::<Vec<_>>().join("\n")
}
