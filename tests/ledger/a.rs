//! A: the release calendar and the change freeze.

use super::{POLICY, asks, built, checked, holds, platform, rule, says};
use opsc::diag::Habit;
use opsc::policy::Ruling;
use opsc::rules;
use opsc::world::MemoryWorld;

#[test]
fn a1_tiers_with_examples_and_what_they_ask() {
    let (policy, _) = checked("");
    let titles: Vec<&str> = policy.tiers.rows().iter().map(|tier| tier.title.as_str()).collect();
    assert_eq!(titles, ["Emergency", "Hotfix, low risk", "Standard", "Risky", "Change of the policy"]);
    let examples: Vec<&str> =
        policy.tiers.rows()[..4].iter().flat_map(|tier| &tier.examples).map(String::as_str).collect();
    assert_eq!(
        examples,
        [
            "security patch",
            "outage fix",
            "config toggle",
            "flag off",
            "doc text",
            "prompt pack update",
            "small retriever change",
            "model swap",
            "index rebuild",
            "analyzer change",
        ]
    );
    assert_eq!(
        asks(&policy, "T0"),
        [
            "merge: rollback-lever == one-step",
            "deploy: pins-verified",
            "deploy: owner-online",
            "promote: canary <= 5%"
        ]
    );
    assert_eq!(
        asks(&policy, "T1"),
        ["merge: schema-change == false", "merge: 1 of sre-owner and 1 of product-owner"]
    );
    assert_eq!(asks(&policy, "T2"), ["deploy: warmup", "promote: canary <= 5%"]);
    assert_eq!(asks(&policy, "T3"), ["merge: readiness-gate", "deploy: rehearsal"]);
}

#[test]
fn a1_what_each_kind_admits() {
    let (policy, _) = checked("");
    let rulings = |kind: &str| -> Vec<&str> {
        let kind = &policy.kinds[policy.kinds.find(kind).unwrap()];
        let word = |ruling: &Ruling| match ruling {
            Ruling::Admit { when } if when.is_true() => "admit",
            Ruling::Admit { .. } => "admit when",
            Ruling::Except => "except",
            Ruling::Block => "block",
        };
        kind.rulings.iter().map(|(ruling, _)| word(ruling)).collect()
    };
    assert_eq!(rulings("hard"), ["admit", "except", "block", "block", "block"]);
    assert_eq!(rulings("soft"), ["admit", "admit when", "block", "block", "block"]);
    assert_eq!(rulings("advisory"), ["admit"; 5]);
}

#[test]
fn a2_regional_component_and_vendor_freezes_are_fields_of_any_kind() {
    holds(
        r#"
window regional  : soft { during 2025-06-10; regions jp }
window subsystem : soft { during 2025-06-12; scope index }
window provider  : soft {
  vendor "provider"; source "https://status.example"; checked 2025-06-01; recheck 30d
  during 2025-06-17T10:00Z .. 2025-06-17T12:00Z
}
test "where each holds" {
  given tier T2; phase deploy; fact warmup true
  at 2025-06-10T03:00Z { in jp { expect blocked by regional }; in us { expect allowed } }
  at 2025-06-12T12:00Z {
    with component index { expect blocked by subsystem }
    with component llm   { expect allowed }
  }
  at 2025-06-17T11:59:59Z { expect blocked by provider until 2025-06-17T12:00Z }
}
"#,
    );
}

#[test]
fn a7_an_exception_says_owner_scope_lever_and_warmup() {
    for lacks in ["owner", "lever", "warmup", "ticket", "expires", "approve"] {
        let lines = [
            "owner sre-owner",
            "ticket \"T-1\"",
            "lever flag-kill",
            "warmup \"none\"",
            "expires 2025-12-31T00:00Z",
            "approve 1 of sre-owner",
        ];
        let body: Vec<&str> = lines.into_iter().filter(|line| !line.starts_with(lacks)).collect();
        let text = format!("{POLICY}exception e : T1 {{ lifts hard-freeze; {} }}", body.join("; "));
        let world = MemoryWorld::at(1_748_736_000).with_file("main.ops", text);
        let found = rules::check(&world, "main.ops", Habit::Always).unwrap().diagnostics;
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].message.contains(&format!("lacks `{lacks}`")), "{}", found[0].message);
    }
}

#[test]
fn a8_nothing_lands_in_a_hard_freeze_but_emergencies_with_one_step_back() {
    holds(
        r#"
test "T0 with one step back, and nothing else" {
  given at 2025-11-28T12:00Z; phase merge; fact readiness-gate true; fact schema-change false
  given approved by "mara", "ines"
  with tier T0 { fact rollback-lever one-step;   expect allowed }
  with tier T0 { fact rollback-lever multi-step; expect blocked by rollback-lever }
  with tier T0 { expect pending on rollback-lever }
  with tier T1 { expect blocked by hard-freeze }
  with tier T2 { expect blocked by hard-freeze }
  with tier T3 { expect blocked by hard-freeze }
}
"#,
    );
}

#[test]
fn a13_zones_are_said_and_vendors_are_tracked() {
    let finds = |text: &str, code: &str| {
        let world = MemoryWorld::at(1_748_736_000).with_file("main.ops", format!("{POLICY}{text}"));
        let found = rules::check(&world, "main.ops", Habit::Always).unwrap().diagnostics;
        assert!(found.iter().any(|found| found.code.name == code), "{code}: {found:#?}");
    };
    finds("window w : hard { during 2025-09-14T22:00 .. 2025-09-15T04:00 }", "zoneless-time");
    finds("window w : hard { during 2025-09-14T22:00[EST] .. 2025-09-15T04:00Z }", "unknown-zone");
    finds("window w : hard { during 2025-11-27T00:00Z .. 2025-11-30T23:59:59Z }", "closed-end");
    finds("window w : hard { during 2025-11-27T00:00Z .. 2025-12-01T00:00Z }", "utc-days");
    finds(
        "window w : soft { vendor \"v\"; during 2025-09-14T22:00Z .. 2025-09-15T04:00Z }",
        "vendor-untracked",
    );
}

#[test]
fn a3_the_calendar_file_has_every_field() {
    let calendar = built("opsdeploy/release_calendar.yml");
    says(
        &calendar,
        &["windows:", "- id: ", "kind: \"hard_freeze\"", "start: ", "end: ", "regions: ", "scope: "],
    );
    says(
        &calendar,
        &["releases:", "tier: \"T2\"", "region_plan: [\"ap-southeast-1\"", "owner: \"rag-team\""],
    );
}

#[test]
fn a4_the_gate_file_has_every_field_and_two_ci_systems_ask_the_gate() {
    let gate = built("opsdeploy/change_freeze_gate.yml");
    says(&gate, &["calendar_file: ", "now_utc: ", "region: ", "tier: ", "forbid_when:", "require:"]);
    says(&gate, &["rollback-lever == one-step", "readiness-gate"]);
    says(&gate, &["on_fail: block_merge", "on_pass: allow", "logs/change_freeze_decision.json"]);
    says(&built(".github/workflows/ops-gate.yml"), &["ops-gate"]);
    says(&built(".gitlab/ops-gate.yml"), &["opsc gate"]);
}

#[test]
fn a5_every_way_into_production_meets_the_calendar() {
    rule("off-calendar");
    let classify = platform().classify.unwrap();
    assert!(classify.otherwise.is_some());
}

#[test]
fn a9_after_a_window_quality_matches_the_baseline() {
    let policy = platform();
    let window = &policy.windows[policy.windows.find("peak-q4-black-friday").unwrap()];
    let [(gate, _)] = window.after[..] else { panic!("{:?}", window.after) };
    let asked: Vec<&str> = policy.gates[gate].requires.iter().map(|bound| bound.text.as_str()).collect();
    assert_eq!(asked, ["p95(delta-s-drift) <= 0.03 over 1h", "coverage >= baseline over 1h"]);
}

#[test]
fn a6_a_flag_server_closes_by_its_own_clock() {
    says(&built("flags/rag-platform.flagd.json"), &["$flagd", "timestamp"]);
}

#[test]
fn a10_regions_off_peak_staged_warmed_and_rehearsed() {
    let policy = platform();
    assert!(policy.regions.rows().iter().all(|region| region.off_peak.is_some()));
    assert!(
        policy.releases.rows().iter().any(|release| release.region_plan.len() > 1 && release.soak.is_some())
    );
    assert!(asks(&policy, "T2").contains(&"deploy: warmup".to_owned()));
    assert!(asks(&policy, "T3").contains(&"deploy: rehearsal".to_owned()));
    rule("regions-left-out");
}

#[test]
fn a12_the_record_has_what_is_to_be_observed() {
    let schema = read_schema();
    for field in ["windows", "tier", "approvers", "release", "verdict", "at", "evidence", "rollback_rests_on"]
    {
        assert!(schema["properties"].get(field).is_some(), "{field}");
    }
    let window = &schema["properties"]["windows"]["items"]["properties"];
    for field in ["id", "start", "end", "regions", "scope"] {
        assert!(window.get(field).is_some(), "{field}");
    }
}

fn read_schema() -> serde_json::Value {
    serde_json::from_str(&super::read("docs/schema/decision.schema.json")).unwrap()
}
