//! What the unit test that is written cannot say of itself: which triggers become alerts, and what is refused.

use crate::emit::build;
use crate::policy::{self, Policy};
use crate::world::MemoryWorld;

const PREFIX: &str = r#"
policy shop { language 1 }
metric errors : ratio { better lower; no-data fail; baseline stable; prometheus "e{track=\"$track\"}" }
metric blunt  : ratio { better lower; no-data fail; baseline stable; prometheus "e" }
metric silent : ratio { better lower; no-data fail; baseline stable }
metric slow   : duration { better lower; no-data hold; prometheus "histogram_quantile($quantile, b)" }
fact broken : bool { from ci }
lever flip { flips flag "x"; within 1m }
lever slow-flip { flips flag "y"; within 9m }
pipeline ship {
  stage try : canary { traffic 5% hold 10m }
  stage more : ramp  { after try; traffic 50% hold 20m }
}
target prometheus { to "alerts" }
"#;

fn policy_with(trigger: &str) -> Policy {
    let text = format!(
        "{PREFIX}rollback back for ship {{ when {trigger}; do {{ pull fastest of slow-flip, flip }} }}\n"
    );
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    policy::load(&world, "main.ops").unwrap().policy.unwrap()
}

fn rules(trigger: &str) -> String {
    let policy = policy_with(trigger);
    let files = build(&policy, &policy.targets.rows()[0]).unwrap();
    String::from_utf8(files.get("alerts/ops.rules.yml").unwrap().to_vec()).unwrap()
}

fn alerts(trigger: &str) -> Vec<String> {
    let rules = rules(trigger);
    let names = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: \"Rollback"));
    names.map(|name| name.trim_end_matches('"').to_owned()).collect()
}

#[test]
fn a_trigger_without_a_span_is_written_for_each_hold() {
    assert_eq!(alerts("errors > 1%"), ["BackErrorsTry", "BackErrorsMore"]);
    assert_eq!(alerts("errors > 1% over 5m"), ["BackErrors"]);
}

#[test]
fn any_of_several_is_an_alert_each() {
    assert_eq!(alerts("errors > 1% over 5m or p99(slow) > 2s over 5m"), ["BackErrors", "BackSlow"]);
}

#[test]
fn what_no_query_tells_is_refused_at_its_line() {
    for (trigger, why) in [
        ("broken", "sees what queries tell"),
        ("errors > 1% or broken", "sees what queries tell"),
        ("silent > 1%", "metric `silent` has no `prometheus` query"),
        ("blunt > baseline + 2pp", "has no `$track`"),
        ("slow > 2s", "wants a `$quantile`"),
    ] {
        let policy = policy_with(trigger);
        let found = build(&policy, &policy.targets.rows()[0]).unwrap_err();
        assert_eq!(found.len(), 1, "{trigger}");
        assert!(found[0].message.contains(why), "{trigger}: {}", found[0].message);
    }
}

#[test]
fn what_is_seen_in_part_fires_on_that() {
    assert_eq!(alerts("errors > 1% over 5m and broken"), ["BackErrors"]);
    let negated = rules("not (errors <= 1% over 5m or broken)");
    assert!(negated.contains("track=\"canary\"}) > 0.01"), "{negated}");
}

#[test]
fn the_fastest_lever_is_named() {
    assert!(rules("errors > 1% over 5m").contains("lever: \"flip\""));
}
