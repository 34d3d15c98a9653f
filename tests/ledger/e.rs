//! E11: what is observed of a rollout.

use super::platform;

#[test]
fn e11_what_is_measured_has_a_query_for_the_change_and_for_what_runs() {
    let policy = platform();
    for name in ["error-rate", "latency", "request-rate"] {
        let metric = &policy.metrics[policy.metrics.find(name).unwrap()];
        assert!(metric.prometheus.as_ref().is_some_and(|query| query.contains("$track")), "{name}");
    }
}

#[test]
fn e11_rollouts_stages_and_mismatches_are_recorded() {
    let files = opsc::emit::build_all(&platform()).unwrap();
    let rules = String::from_utf8(files.get("prometheus/ops.rules.yml").unwrap().to_vec()).unwrap();
    for (recorded, what) in [
        ("pipeline_outcome:ops_rollouts:increase1h", "how rollouts ended, rolled back among them"),
        ("pipeline_stage_outcome:ops_stage_runs:increase1h", "how stages ended"),
        ("pipeline_stage:ops_stage_failures:ratio1h", "the share that failed"),
        ("pipeline_stage:ops_stage_seconds:mean1h", "how long they took"),
        ("pipeline_pin:ops_pin_mismatches:max", "versions that do not match"),
        ("ops:error_rate:over_15m:canary_minus_stable", "the change beside what runs"),
    ] {
        assert!(rules.contains(&format!("- record: \"{recorded}\"")), "{what}");
    }
    let values = String::from_utf8(files.get("prometheus/ops.values.yml").unwrap().to_vec()).unwrap();
    assert!(values.contains("- record: \"ops:error_rate:over_15m\""), "errors by revision");
}
