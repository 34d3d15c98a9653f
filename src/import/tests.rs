//! What an import of a whole file says and makes.

use super::*;

/// The import of a text on a fixed day.
#[track_caller]
fn imported(name: &str, text: &str) -> Imported {
    import(name, text.as_bytes(), &Options::on(Date::from_ymd_opt(2025, 6, 1).unwrap())).unwrap()
}

fn main(imported: &Imported) -> &str {
    &imported.files["main.ops"]
}

/// The errors of an import as `line:column: message`.
fn refused(name: &str, text: &str) -> Vec<String> {
    import(name, text.as_bytes(), &Options::on(Date::from_ymd_opt(2025, 6, 1).unwrap()))
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

const CALENDAR: &str = r#"# opsdeploy/release_calendar.yml
windows:
  - id: peak_q4_black_friday
    kind: hard_freeze
    start: "2025-11-27T00:00:00Z"
    end:   "2025-11-30T23:59:59Z"
    regions: ["us-east-1","us-west-2","eu-west-1"]
    scope: ["llm","retriever","index","billing"]
  - id: apac_peak_sale
    kind: soft_freeze
    start: "2025-09-10T00:00:00Z"
    end:   "2025-09-12T23:59:59Z"
    regions: ["ap-southeast-1","ap-northeast-1"]
    scope: ["llm","index"]

releases:
  - id: prompt_pack_vNplus1
    tier: T2
    region_plan: ["ap-southeast-1","eu-west-1","us-east-1"]
    owner: "oncall@company"
"#;

#[test]
fn a3_the_release_calendar_is_carried_over() {
    let imported = imported("opsdeploy/release_calendar.yml", CALENDAR);
    let policy = main(&imported);
    for line in [
        "policy release-calendar {",
        "window peak_q4_black_friday : hard {",
        "during 2025-11-27T00:00:00Z .. 2025-12-01T00:00:00Z",
        "regions us-east-1, us-west-2, eu-west-1",
        "scope llm, retriever, index, billing",
        "release prompt_pack_vNplus1 : T2 {",
        "regions ap-southeast-1 then eu-west-1 then us-east-1",
        "owner \"oncall@company\"",
    ] {
        assert!(policy.contains(line), "{line}\n{policy}");
    }
    let said = |line: u32, part: &str| {
        imported.report.iter().any(|remark| remark.line == line && remark.text.contains(part))
    };
    assert!(said(6, "closes its window a second early"), "{:#?}", imported.report);
    assert!(said(7, "covers us-west-2 from Wed 26 Nov 16:00 to Sun 30 Nov 15:59"), "{:#?}", imported.report);
    assert!(said(17, "names no component"), "{:#?}", imported.report);
}

#[test]
fn what_cannot_be_read_is_refused_by_line() {
    let text = "windows:\n  - id: a\n    kind: firm_freeze\n    start: x\n  - id: b\n    kind: hard_freeze\n    start: 2025-01-02T00:00Z\n    end: 2025-01-01T00:00Z\n";
    assert_eq!(
        refused("c.yml", text),
        [
            "3:11: `firm_freeze` is not a kind of freeze",
            "8:10: window `b` ends at 2025-01-01T00:00:00Z, not after its start 2025-01-02T00:00:00Z",
        ]
    );
    assert_eq!(refused("c.yml", "hello: 1\n"), ["1:1: this is none of the formats that can be imported"]);
    assert_eq!(refused("c.yml", ""), ["1:1: the file holds nothing"]);
}

#[test]
fn a4_the_gate_becomes_claims() {
    let text = "checks:\n  forbid_when:\n    - kind: \"hard_freeze_active\"\n    - kind: \"soft_freeze_active_and_tier_in\" # blocks T2,T3\n      tiers: [\"T2\",\"T3\"]\n  require:\n    - readiness_gate_passed: true\n    - rollback_lever_defined: true\ndecision:\n  on_fail: block_merge\n  on_pass: allow\nartifacts:\n  - logs/change_freeze_decision.json\n";
    let imported = imported("change_freeze_gate.yml", text);
    let policy = main(&imported);
    assert!(
        policy.contains("claim \"change_freeze_gate.yml, line 3\" {\n  hard blocks T0, T1, T2, T3\n}"),
        "{policy}"
    );
    assert!(policy.contains("  soft blocks T2, T3\n  soft admits T0, T1\n"), "{policy}");
    assert_eq!(imported.report.iter().filter(|remark| remark.kind == RemarkKind::NotCarried).count(), 2);
}
