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
