//! How changes roll out and come back: pipelines, stages, locks, gates, metrics and levers.

use super::{Rows, Subject, names, row};
use crate::graph::Stages;
use crate::policy::{Baseline, Better, Bound, Check, Id, Metric, NoData, Pipeline, Policy, Traffic};

/// Its stages in the order in which they can start.
pub(super) fn pipeline(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.pipelines.find(subject.name)?;
    let pipeline = &policy.pipelines[id];
    let holds = pipeline.holds.iter().map(|(lock, _)| *lock);
    let rows = [
        row("service", names(&policy.services, pipeline.service)),
        row("stages", in_order(policy, id).join(", then ")),
        row("holds", names(&policy.locks, holds)),
        row("runs", pipeline.runs.to_string()),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

fn in_order(policy: &Policy, id: Id<Pipeline>) -> Vec<&str> {
    let stages = Stages::of(policy);
    let mine = stages.in_order().iter().filter(|at| stages.pipeline_of(**at) == id);
    mine.map(|at| stages.stage(*at).name.as_str()).collect()
}

/// What it waits for, gives and asks.
pub(super) fn stage(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let pipeline = &policy.pipelines[policy.pipelines.find(subject.inside)?];
    let stage = &pipeline.stages[pipeline.stages.find(subject.name)?];
    let after =
        stage.after.iter().map(|after| policy.pipelines[after.pipeline].stages[after.stage].name.as_str());
    let percent = |share: &rust_decimal::Decimal| crate::policy::Value::Ratio(*share).to_string();
    let traffic = stage.traffic.as_ref().map_or(String::new(), |traffic| match traffic {
        Traffic::Mirror(share) => format!("mirrors {}", percent(share)),
        Traffic::Shares(shares) => shares.iter().map(percent).collect::<Vec<_>>().join(", "),
    });
    let steps = stage.region_plan.iter().map(|step| names(&policy.regions, step.iter().copied()));
    let rows = [
        row("kind", stage.kind.name()),
        row("after", after.collect::<Vec<_>>().join(", ")),
        row("run", stage.run.clone().unwrap_or_default()),
        row("regions", steps.collect::<Vec<_>>().join(" then ")),
        row("traffic", traffic),
        row("hold", stage.hold.map_or(String::new(), |hold| hold.show())),
        row("gates", names(&policy.gates, stage.gates.iter().map(|(gate, _)| *gate))),
        row("approval", stage.approve.as_ref().map_or(String::new(), |seats| seats.show(policy))),
        row("timeout", stage.timeout.map_or(String::new(), |(timeout, _)| timeout.show())),
        row("holds", names(&policy.locks, stage.holds.iter().map(|holding| holding.lock))),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

/// How long it is held, and by whom.
pub(super) fn lock(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.locks.find(subject.name)?;
    let holders = policy.pipelines.rows().iter().flat_map(|pipeline| {
        let whole = pipeline.holds.iter().filter(|(lock, _)| *lock == id).map(|_| pipeline.name.clone());
        let stages =
            pipeline.stages.rows().iter().filter(|stage| stage.holds.iter().any(|held| held.lock == id));
        whole.chain(stages.map(|stage| format!("{} of {}", stage.name, pipeline.name))).collect::<Vec<_>>()
    });
    let holders: Vec<String> = holders.collect();
    Some(vec![
        row("lease", policy.locks[id].lease.map_or("without end".to_owned(), |lease| lease.show())),
        row("held by", if holders.is_empty() { "nothing".to_owned() } else { holders.join(", ") }),
    ])
}

/// All that it requires.
pub(super) fn gate(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let gate = &policy.gates[policy.gates.find(subject.name)?];
    Some(gate.requires.iter().map(|bound| row("requires", &bound.text)).collect())
}

/// Which way it is good, what it is held against, and the gates that hold it.
pub(super) fn metric(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.metrics.find(subject.name)?;
    let metric = &policy.metrics[id];
    let better = match metric.better {
        Better::Lower => "lower",
        Better::Higher => "higher",
    };
    let no_data = match metric.no_data {
        NoData::Fail => "counts as bad",
        NoData::Hold => "counts as unknown",
        NoData::Pass => "counts as good",
    };
    let baseline = match &metric.baseline {
        None => "none: it is held against values alone".to_owned(),
        Some(Baseline::Pinned(reading)) => format!("pinned: {reading}"),
        Some(Baseline::Stable) => "what runs beside the change".to_owned(),
        Some(Baseline::Offset(before)) => format!("the same, {} before", before.show()),
    };
    let mut rows = vec![row("better", better), row("no data", no_data), row("baseline", baseline)];
    let bars = policy.gates.rows().iter().flat_map(|gate| {
        let asking = gate.requires.iter().filter(|bound| measures(bound, id));
        asking.map(|bound| row(&gate.name, &bound.text)).collect::<Vec<_>>()
    });
    rows.extend(bars);
    Some(rows)
}

fn measures(bound: &Bound, metric: Id<Metric>) -> bool {
    fn walk(check: &Check, metric: Id<Metric>) -> bool {
        match check {
            Check::All(parts) | Check::Any(parts) => parts.iter().any(|part| walk(part, metric)),
            Check::Not(inner) => walk(inner, metric),
            Check::Bar(bar) => bar.metric == metric,
            Check::Evidence(_) | Check::Probe(..) | Check::Gate(..) => false,
        }
    }
    walk(&bound.check, metric)
}

/// How it brings the service back.
pub(super) fn lever(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let lever = &policy.levers[policy.levers.find(subject.name)?];
    let steps = lever.step_count();
    let rows = [
        row("steps", steps.to_string()),
        row("within", lever.within.map_or(String::new(), |within| within.show())),
        row("run", lever.run.clone().unwrap_or_default()),
        row("inverse", lever.inverse.clone().unwrap_or_default()),
        row("rotates", lever.rotates.join(", ")),
        row("until", lever.available_until.as_ref().map_or("", |(stage, _)| stage)),
        row("cannot undo", lever.cannot_undo.join(", ")),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}
