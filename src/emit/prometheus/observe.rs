//! What is observed of rollouts (ledger E11), and whether one is under way.
//!
//! No policy measures these: they are counted by whoever runs the pipelines, under the names that the target's page gives.

use super::rule::{Pair, Rule};
use crate::calendar::Elapsed;
use crate::emit::escape;
use crate::policy::{Pipeline, Policy};

/// A recording rule that is the same for every policy.
pub(super) struct Observed {
    pub name: &'static str,
    pub about: &'static str,
    pub expression: &'static str,
    /// For the unit test: series with what they count each minute, and what is recorded after an hour.
    pub counted: &'static [(&'static str, &'static str)],
    pub recorded: (&'static str, &'static str),
}

/// Every such rule.
pub(super) static OBSERVED: &[Observed] = &[
    Observed {
        name: "pipeline_outcome:ops_rollouts:increase1h",
        about: "rollouts that finished, failed or were rolled back",
        expression: "sum by (pipeline, outcome) (increase(ops_rollouts_total[1h]))",
        counted: &[("ops_rollouts_total{pipeline=\"p\",outcome=\"rolled-back\"}", "0+1x60")],
        recorded: ("{pipeline=\"p\",outcome=\"rolled-back\"}", "60"),
    },
    Observed {
        name: "pipeline_stage_outcome:ops_stage_runs:increase1h",
        about: "runs of each stage, by how they ended",
        expression: "sum by (pipeline, stage, outcome) (increase(ops_stage_runs_total[1h]))",
        counted: &[("ops_stage_runs_total{pipeline=\"p\",stage=\"s\",outcome=\"failure\"}", "0+1x60")],
        recorded: ("{pipeline=\"p\",stage=\"s\",outcome=\"failure\"}", "60"),
    },
    Observed {
        name: "pipeline_stage:ops_stage_failures:ratio1h",
        about: "the share of a stage's runs that failed",
        expression: "sum by (pipeline, stage) (increase(ops_stage_runs_total{outcome=\"failure\"}[1h]))\n  / sum by (pipeline, stage) (increase(ops_stage_runs_total[1h]))",
        counted: &[
            ("ops_stage_runs_total{pipeline=\"p\",stage=\"s\",outcome=\"failure\"}", "0+1x60"),
            ("ops_stage_runs_total{pipeline=\"p\",stage=\"s\",outcome=\"success\"}", "0+3x60"),
        ],
        recorded: ("{pipeline=\"p\",stage=\"s\"}", "0.25"),
    },
    Observed {
        name: "pipeline_stage:ops_stage_seconds:mean1h",
        about: "how long a stage takes",
        expression: "sum by (pipeline, stage) (increase(ops_stage_seconds_sum[1h]))\n  / sum by (pipeline, stage) (increase(ops_stage_seconds_count[1h]))",
        counted: &[
            ("ops_stage_seconds_sum{pipeline=\"p\",stage=\"s\"}", "0+90x60"),
            ("ops_stage_seconds_count{pipeline=\"p\",stage=\"s\"}", "0+1x60"),
        ],
        recorded: ("{pipeline=\"p\",stage=\"s\"}", "90"),
    },
    Observed {
        name: "pipeline_pin:ops_pin_mismatches:max",
        about: "instances whose pin is not the release's",
        expression: "max by (pipeline, pin) (ops_pin_mismatches)",
        counted: &[("ops_pin_mismatches{pipeline=\"p\",pin=\"index-hash\",instance=\"i\"}", "2+0x60")],
        recorded: ("{pipeline=\"p\",pin=\"index-hash\"}", "2"),
    },
];

/// The rules that record them.
pub(super) fn rules() -> Vec<Rule> {
    let rule = |observed: &Observed| {
        Rule::record(observed.name, observed.expression.to_owned(), observed.about.to_owned())
    };
    OBSERVED.iter().map(rule).collect()
}

/// How long nothing may be known of a pipeline's rollouts.
pub(super) const MISSING_FOR: Elapsed = Elapsed::minutes(5);

/// Pipelines that a rollback takes back: their rollouts are watched.
pub(super) fn watched(policy: &Policy) -> Vec<&Pipeline> {
    let is_watched = |pipeline| policy.rollbacks.rows().iter().any(|rollback| rollback.pipeline == pipeline);
    policy.pipelines.iter().filter(|(id, _)| is_watched(*id)).map(|(_, pipeline)| pipeline).collect()
}

/// Says of each pipeline that a rollout is under way, and that nobody knows whether one is: then nothing measured is no alarm.
pub(super) fn signals(policy: &Policy) -> Vec<Rule> {
    let mut rules = Vec::new();
    for pipeline in watched(policy) {
        let series = format!("ops_rollout_active{{pipeline={}}}", escape::promql(&pipeline.name));
        let alert = |kind: &str, name: &str, expression: String, sustained, summary: String| Rule {
            comment: format!("{}: pipeline {}", policy.place(pipeline.origin), pipeline.name),
            key: "alert",
            name: name.to_owned(),
            expression,
            sustained,
            labels: labels(policy, pipeline, kind),
            annotations: vec![("summary", summary)],
        };
        rules.push(alert(
            "rollout",
            "RolloutUnderWay",
            format!("max({series}) == 1"),
            Elapsed::ZERO,
            under_way(pipeline),
        ));
        rules.push(alert(
            "blind",
            "RolloutSignalMissing",
            format!("absent({series})"),
            MISSING_FOR,
            missing(pipeline),
        ));
    }
    rules
}

/// The labels of an alert about a pipeline's rollouts.
pub(super) fn labels(policy: &Policy, pipeline: &Pipeline, kind: &str) -> Vec<Pair> {
    vec![("ops", kind.to_owned()), ("policy", policy.name.clone()), ("pipeline", pipeline.name.clone())]
}

/// What the alert of a rollout that is under way tells.
pub(super) fn under_way(pipeline: &Pipeline) -> String {
    format!("A rollout of {} is under way", pipeline.name)
}

/// What the alert tells of a pipeline of which nothing is known.
pub(super) fn missing(pipeline: &Pipeline) -> String {
    format!(
        "Nobody says whether {} rolls out: where nothing is measured, no rollback is asked for",
        pipeline.name
    )
}
