//! What no model of Argo Rollouts can say of the files: how several series count, and what is an argument to it.

use crate::emit::build;
use crate::policy;
use crate::world::MemoryWorld;

const POLICY: &str = r#"
policy shop { language 1 }
region eu { zone "Europe/Dublin" }
metric errors : ratio { better lower; no-data fail; prometheus "e{track=\"$track\",text=\"{{ x }}\"}" }
metric same   : count { better lower; no-data hold; prometheus "s" }
gate good { require errors <= 1%; require same == 0 }
lever flip { flips flag "x"; within 1m }
pipeline ship {
  on failure pause
  stage try : canary { traffic 5% hold 10m; gate good }
}
rollback back for ship { when errors > 5% over 5m; do { pull flip } }
target argo-rollouts { to "out"; allow lossy because "a hand does the rest" }
"#;

fn files() -> Vec<(String, String)> {
    let world = MemoryWorld::at(0).with_file("main.ops", POLICY);
    let policy = policy::load(&world, "main.ops").unwrap().policy.unwrap();
    let files = build(&policy, &policy.targets.rows()[0]).unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    files.iter().map(|(path, bytes)| (path.to_owned(), text(bytes))).collect()
}

fn file(path: &str) -> String {
    files().into_iter().find(|(known, _)| known == path).unwrap().1
}

#[test]
fn the_same_policy_gives_the_same_bytes_with_its_mark() {
    let once = files();
    assert_eq!(once, files());
    let paths: Vec<&str> = once.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["out/analysis/ship.yml", "out/rollouts/ship.eu.yml"]);
    assert!(once.iter().all(|(_, text)| text.contains("policy shop") && text.contains("argo-rollouts")));
}

#[test]
fn of_several_series_the_worst_counts_for_gates_and_for_triggers() {
    let text = file("out/analysis/ship.yml");
    for wanted in [">= -Inf)) <= 0.01)", ">= -Inf) == bool 0) == 1)", ">= -Inf)) > 0.05)"] {
        assert!(text.contains(wanted), "{wanted}");
    }
    assert!(text.contains("count(max(((") && text.contains("count(min((("));
}

#[test]
fn braces_of_a_policy_are_no_arguments() {
    let text = file("out/analysis/ship.yml");
    assert!(text.contains("text=\"{{args.braces}} x }}\""));
    assert_eq!(text.matches("- name: braces\n      value: \"{{\"").count(), 2);
}

#[test]
fn a_gate_that_fails_is_left_to_a_hand_where_nothing_goes_back() {
    let text = file("out/analysis/ship.yml");
    let gates = text.split("- name: \"try-gates\"").nth(1).unwrap();
    assert!(gates.contains("failureLimit: -1\n      inconclusiveLimit: 0\n"));
}
