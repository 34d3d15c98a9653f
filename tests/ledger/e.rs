//! E: delivery: stages, contracts, canaries, deadlocks.

use super::{platform, rule};
use opsc::diag::Habit;
use opsc::policy::{Pipeline, StageKind};
use opsc::rules;
use opsc::world::MemoryWorld;

fn pipeline() -> Pipeline {
    let policy = platform();
    policy.pipelines[policy.pipelines.find("rag-release").unwrap()].clone()
}

#[test]
fn e1_stages_are_separate_and_in_order() {
    let kinds: Vec<StageKind> = pipeline().stages.rows().iter().map(|stage| stage.kind).collect();
    let place = |kind| StageKind::ALL.iter().position(|known| *known == kind);
    let places: Vec<_> = kinds.iter().map(|kind| place(*kind)).collect();
    assert!(places.is_sorted() && kinds.len() >= 7, "{kinds:?}");
    rule("migrate-beside-deploy");
    rule("deploy-before-migration");
}

#[test]
fn e2_every_deploy_carries_its_versions() {
    let policy = platform();
    let pins = &policy.pins[policy.pins.find("rag-release-pins").unwrap()];
    for version in ["release-id", "schema-rev", "index-hash"] {
        assert!(pins.has.iter().any(|known| known == version), "{version}");
    }
    let pipeline = pipeline();
    let deploy = pipeline.stages.rows().iter().find(|stage| stage.kind == StageKind::Deploy).unwrap();
    assert!(deploy.expects.iter().any(|(name, _)| name == "rag-release-pins"));
}

#[test]
fn e3_a_canary_first() {
    rule("ramp-without-canary");
}

#[test]
fn e4_no_traffic_before_health() {
    rule("traffic-before-health");
    rule("traffic-before-deploy");
}

#[test]
fn e5_two_percent_are_two_readings() {
    rule("ambiguous-percent");
    rule("wrong-unit");
}

#[test]
fn e6_built_once() {
    rule("artifact-built-twice");
}

#[test]
fn e7_stages_keep_their_contracts() {
    rule("expects-nothing-made");
}

/// One takes the schema and then what it deploys to, the other what it deploys to and then the schema: they stand in each
/// other's way where that is the same component, which no line of the policy locks.
#[test]
fn e8_shared_parts_are_not_deployed_at_once() {
    let found = |second: &str| -> Vec<&str> {
        let text = format!(
            r#"
policy shop {{ language 1 }}
component web
component books
service first  {{ components web }}
service second {{ components {second} }}
lock schema {{ lease 2h }}
pipeline one for first {{
  stage build   {{ holds schema until promote }}
  stage deploy  {{ after build }}
  stage promote {{ after deploy }}
}}
pipeline two for second {{
  stage deploy  {{ }}
  stage promote {{ after deploy; holds schema }}
}}
"#
        );
        let world = MemoryWorld::at(1_748_736_000).with_file("main.ops", text);
        let found = rules::check(&world, "main.ops", Habit::Always).unwrap().diagnostics;
        found.iter().map(|found| found.code.name).collect()
    };
    assert!(found("web").contains(&"deadlock"), "{:?}", found("web"));
    assert!(!found("books").contains(&"deadlock"), "{:?}", found("books"));
}

#[test]
fn e9_circles_and_waits_that_never_end() {
    rule("order-cycle");
    rule("deadlock");
}

#[test]
fn e10_environments_are_alike() {
    rule("environments-differ");
    rule("canary-environment-differs");
}

#[test]
fn e11_what_is_measured_has_a_query() {
    let policy = platform();
    for name in ["error-rate", "latency", "request-rate"] {
        let metric = &policy.metrics[policy.metrics.find(name).unwrap()];
        assert!(metric.prometheus.as_ref().is_some_and(|query| query.contains("$track")), "{name}");
    }
}

#[test]
fn e12_settled_after_the_last_step() {
    let policy = platform();
    let gate = &policy.gates[policy.gates.find("settled").unwrap()];
    let asked: Vec<&str> = gate.requires.iter().map(|bound| bound.text.as_str()).collect();
    assert_eq!(asked, ["p95(delta-s-drift) <= 0.03", "index-mismatches == 0"]);
}
