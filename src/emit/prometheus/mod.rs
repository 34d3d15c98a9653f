//! `prometheus`: alerts from triggers, recording rules for what they ask and for what is observed of rollouts, and a unit test of them.

mod alert;
mod compared;
mod observe;
mod rule;
#[cfg(test)]
mod tests;
mod unit;
mod value;

use super::{Files, Job, Target, mark, runbook};
use crate::calendar::Elapsed;
use crate::fidelity::Trigger;
pub(super) use compared::{Compared, Sense, compared};
pub(super) use rule::span;
pub(super) use value::{Asked, baseline, measured};

use rule::Rule;
use value::Values;

/// The target.
pub static PROMETHEUS: Target = Target {
    name: "prometheus",
    summary: "alerts from triggers, recording rules and a unit test, for Prometheus",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/prometheus.md")),
    make,
};

fn make(job: &Job<'_>) -> Files {
    let policy = job.policy;
    let interval = job.option("interval");
    let alerts = alert::alerts(policy);
    let asked =
        alerts.iter().flat_map(|alert| alert.seen.bars().into_iter().map(|seen| alert.asked(seen.bar)));
    let values = Values::new(policy, interval, asked);
    let runbooks = runbooks(job);

    let mut groups: Vec<(String, Vec<Rule>)> = Vec::new();
    for alert in &alerts {
        let Trigger { of, name, .. } = alert.trigger;
        let group = format!("{}: {of} {name}", policy.name);
        let rule = alert.rule(policy, &values, &runbooks);
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, rules)) => rules.push(rule),
            None => groups.push((group, vec![rule])),
        }
    }
    groups.push((format!("{}: rollouts", policy.name), observe::signals(policy)));
    let differences = values.differences().into_iter().map(|(_, rule)| rule);
    groups.push((
        format!("{}: observed", policy.name),
        observe::rules().into_iter().chain(differences).collect(),
    ));

    let head = mark::hash_comments(job);
    let paths = job.paths();
    let rules = paths.first().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let bench = unit::Bench {
        policy,
        values: &values,
        alerts: &alerts,
        runbooks: &runbooks,
        rules,
        interval: elapsed(interval),
    };
    let texts = [
        rule::file(&head, interval, &groups),
        rule::file(&head, interval, &[(format!("{}: values", policy.name), values.rules())]),
        bench.file(&head),
    ];
    paths.into_iter().zip(texts).collect()
}

/// What stands in front of a playbook's name: what the target says, or where the policy's playbooks are.
fn runbooks(job: &Job<'_>) -> String {
    let folder = match job.option("runbooks") {
        "" => {
            let target = job.policy.targets.find(runbook::RUNBOOK.name).map(|id| &job.policy.targets[id]);
            target.map_or("", |target| &target.to).to_owned()
        }
        said => said.to_owned(),
    };
    let folder = if folder.is_empty() { "docs/runbooks" } else { folder.trim_end_matches('/') };
    format!("{folder}/")
}

/// A span that the table of targets has found sound.
fn elapsed(span: &str) -> Elapsed {
    let number: i64 = span.trim_end_matches(['s', 'm', 'h']).parse().unwrap_or(30);
    match span.chars().next_back() {
        Some('h') => Elapsed::hours(number),
        Some('m') => Elapsed::minutes(number),
        _ => Elapsed::seconds(number),
    }
}
