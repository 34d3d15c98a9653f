//! What an import of a whole file says and makes.

mod cron_oracle;
mod interval_oracle;
mod no_panic;

use super::*;

/// The import of a text on a fixed day.
#[track_caller]
fn imported(name: &str, text: &str) -> Imported {
    import(name, text.as_bytes(), &Options::on(Date::from_ymd_opt(2025, 6, 1).unwrap())).unwrap()
}

/// The policy, with each run of blanks in a line as one.
fn main(imported: &Imported) -> String {
    let line = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    imported.files["main.ops"].lines().map(line).collect::<Vec<_>>().join("\n")
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
        policy.contains("claim \"change_freeze_gate.yml, line 3\" {\nhard blocks T0, T1, T2, T3\n}"),
        "{policy}"
    );
    assert!(policy.contains("soft blocks T2, T3\nsoft admits T0, T1\n"), "{policy}");
    assert_eq!(imported.report.iter().filter(|remark| remark.kind == RemarkKind::NotCarried).count(), 2);
}

const PROJECT: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata:
  name: shop
spec:
  syncWindows:
    - kind: deny
      schedule: "0 * 15 JAN *"
      duration: 24h
      applications: ["*"]
    - kind: allow
      schedule: "0 9 * * 1-5"
      duration: 8h
      applications: ["web", "api-*"]
      clusters: ["eu-west-1"]
      timeZone: Europe/Berlin
      manualSync: true
    - kind: deny
      schedule: "0 22 * * *"
      duration: 8h
      applications: ["web"]
      timeZone: Europe/Berln
    - kind: deny
      schedule: "0 0 30 2 *"
      duration: 1h
      namespaces: ["prod"]
"#;

#[test]
fn argo_windows_act_as_argo_does_and_say_so() {
    let imported = imported("project.yml", PROJECT);
    let policy = main(&imported);
    for line in [
        "every rrule \"FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=15\" at 00:00 for 1d23h",
        "only every Mon, Tue, Wed, Thu, Fri 09:00 .. 17:00",
        "in \"Europe/Berlin\"",
        "every day 22:00 .. 06:00",
        "every day 00:00 .. 24:00",
        "environments prod",
    ] {
        assert!(policy.contains(line), "{line}\n{policy}");
    }
    for (line, part) in [
        (8, "for 24 hours lasts 47 hours: it fires 24 times"),
        (8, "comes back every year"),
        (11, "closes `shop` whenever none of them holds"),
        (12, "by today's offset of Berlin"),
        (14, "`api-*` is a pattern"),
        (17, "`manualSync` lets anyone sync by hand outside the window"),
        (7, "beats every `allow`"),
        (22, "`Europe/Berln` is not a zone"),
        (24, "never fires"),
    ] {
        let found = imported.report.iter().any(|remark| remark.line == line && remark.text.contains(part));
        assert!(found, "{line} {part}\n{:#?}", imported.report);
    }
}

#[test]
fn gitlab_periods_are_paired() {
    let text = r#"[
  {"id": 1, "project_id": 19, "freeze_start": "0 23 * * 5", "freeze_end": "0 7 * * 1", "cron_timezone": "Eastern Time (US & Canada)", "created_at": "2020-05-15T17:03:35.702Z"},
  {"id": 2, "freeze_start": "0 0 20 12 *", "freeze_end": "0 0 3 1 *", "cron_timezone": "Europe/Berlin"},
  {"id": 3, "freeze_start": "0 * 5 * *", "freeze_end": "30 12 6 * *", "cron_timezone": "UTC"},
  {"id": 4, "freeze_start": "0 22 * * *", "freeze_end": "0 22 * * *", "cron_timezone": "UTC"},
  {"id": 5, "freeze_start": "0 0 28 * *", "freeze_end": "0 0 3 * *", "cron_timezone": "UTC"}
]"#;
    let imported = imported("freeze_periods.json", text);
    let policy = main(&imported);
    for line in [
        "every week Fri 23:00 .. Mon 07:00",
        "in \"America/New_York\"",
        "every year Dec 20 .. Jan 03",
        "every month 5th 00:00 for 1d12h30m",
        "every day 00:00 .. 24:00",
        "every year Feb 28 .. Mar 03",
    ] {
        assert!(policy.contains(line), "{line}\n{policy}");
    }
    assert_eq!(findings(&imported), [""; 0], "{policy}");
    let bad = r#"[{"freeze_start": "0 0 31 2 *", "freeze_end": "0 0 * * 1", "cron_timezone": "UTC"},
 {"freeze_start": "0 0 1 * *", "freeze_end": "0 0 * * 8", "cron_timezone": "Eastern"}]"#;
    let errors = refused("f.json", bad);
    assert_eq!(errors.len(), 2, "{errors:#?}");
    assert!(errors[0].starts_with("1:19: `0 0 31 2 *` never fires"), "{errors:#?}");
    assert!(errors[1].starts_with("2:46: `8` is not a weekday"), "{errors:#?}");
}

/// What the checker says of an imported policy, as `code: message`.
fn findings(imported: &Imported) -> Vec<String> {
    found(imported, crate::diag::Level::Note)
}

/// The same, errors alone.
fn errors(imported: &Imported) -> Vec<String> {
    found(imported, crate::diag::Level::Error)
}

fn found(imported: &Imported, least: crate::diag::Level) -> Vec<String> {
    let world =
        imported.files.iter().fold(crate::world::MemoryWorld::at(1_748_736_000), |world, (path, text)| {
            world.with_file(path, text.as_str())
        });
    let checked = crate::rules::check(&world, "main.ops", crate::diag::Habit::Always).unwrap();
    let found = checked.diagnostics.iter().filter(|found| found.level >= least);
    found.map(|found| format!("{}: {}", found.code.name, found.message)).collect()
}

#[test]
fn an_imported_policy_checks_silently() {
    for (name, text) in [("release_calendar.yml", CALENDAR), ("project.yml", PROJECT), ("team.ics", ICS)] {
        let imported = imported(name, text);
        assert_eq!(findings(&imported), [""; 0], "{}", main(&imported));
    }
}

const ICS: &str = "BEGIN:VCALENDAR\r
VERSION:2.0\r
X-WR-CALNAME:Team\r
X-WR-TIMEZONE:Europe/Dublin\r
BEGIN:VTIMEZONE\r
TZID:Berlin office\r
X-LIC-LOCATION:Europe/Berlin\r
BEGIN:STANDARD\r
DTSTART:19701025T030000\r
END:STANDARD\r
END:VTIMEZONE\r
BEGIN:VEVENT\r
UID:1\r
SUMMARY:Christmas: no\\, really\r
DTSTART;VALUE=DATE:20251224\r
DTEND;VALUE=DATE:20251227\r
RRULE:FREQ=YEARLY\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:2\r
SUMMARY:Vendor \"upgrade\"\r
DESCRIPTION:Their window\\nnot ours\r
DTSTART;TZID=Eastern Standard Time:20251102T013000\r
DTEND;TZID=Eastern Standard Time:20251102T043000\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
SUMMARY:Weekend\r
DTSTART;TZID=Berlin office:20250606T180000\r
DTEND;TZID=Berlin office:20250609T080000\r
RRULE:FREQ=WEEKLY;UNTIL=20251231T235959Z\r
EXDATE;TZID=Berlin office:20250620T180000\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:3\r
SUMMARY:Weekend (moved)\r
RECURRENCE-ID;TZID=Berlin office:20250627T180000\r
DTSTART:20250628T000000Z\r
DTEND:20250630T000000Z\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:4\r
SUMMARY:Patch night\r
STATUS:CANCELLED\r
DTSTART:20250701T220000\r
DURATION:PT8H\r
LOCATION:here\r
END:VEVENT\r
BEGIN:VEVENT\r
UID:5\r
SUMMARY:Audit\r
DTSTART:20250701T220000\r
DURATION:P1DT8H\r
RRULE:FREQ=MONTHLY;BYDAY=3SA;COUNT=4\r
END:VEVENT\r
END:VCALENDAR\r
";

#[test]
fn events_become_windows() {
    let imported = imported("team.ics", ICS);
    let policy = main(&imported);
    for line in [
        "window christmas-no-really : hard {",
        "every year Dec 24 .. Dec 27\nfrom 2025-12-24\n}",
        "during 2025-11-02T05:30:00Z .. 2025-11-02T04:30[America/New_York]",
        "because \"Their window not ours\"",
        "every week Fri 18:00 .. Mon 08:00\nin \"Europe/Berlin\"\nfrom 2025-06-06\nuntil 2026-01-01\nexcept 2025-06-20, 2025-06-27",
        "during 2025-06-28T00:00:00Z .. 2025-06-30T00:00:00Z",
        "every rrule \"FREQ=MONTHLY;BYDAY=3SA;COUNT=4\" at 22:00 for 1d8h",
        "region everywhere { zone \"Europe/Dublin\" }",
    ] {
        assert!(policy.contains(line), "{line}\n{policy}");
    }
    for (line, part) in [
        (23, "`Eastern Standard Time` is read as `America/New_York`"),
        (29, "`Berlin office` is read as `Europe/Berlin`"),
        (44, "event `Patch night` was called off"),
        (45, "times float"),
        (47, "`LOCATION` is not carried over"),
        (49, "a date that its rule does not give"),
    ] {
        let found = imported.report.iter().any(|remark| remark.line == line && remark.text.contains(part));
        assert!(found, "{line} {part}\n{:#?}", imported.report);
    }
    let bad = ICS
        .replace("Eastern Standard Time:20251102T01", "Nowhere:20251102T01")
        .replace("DURATION:P1DT8H", "DURATION:P1H");
    assert_eq!(
        refused("team.ics", &bad),
        [
            "23:1: `Nowhere` is not a zone of the database, nor a name that Windows uses",
            "53:1: `P1H` is not a duration",
        ]
    );
    assert_eq!(
        refused("a.ics", "BEGIN:VCALENDAR\nBEGIN:VEVENT\n"),
        ["2:1: `BEGIN:VEVENT` has no END: the file is cut off"]
    );
}

#[test]
fn events_become_holidays() {
    let options =
        Options { meaning: Meaning::Holidays, ..Options::on(Date::from_ymd_opt(2025, 6, 1).unwrap()) };
    let imported = import("team.ics", ICS.as_bytes(), &options).unwrap();
    let policy = main(&imported);
    let expected = "holidays team {\n/// Christmas: no, really\n2025-12-24 for 3d\n/// Christmas: no, really\n2026-12-24 for 3d\n}";
    assert!(policy.contains(expected), "{policy}");
    assert_eq!(findings(&imported), [""; 0], "{policy}");
}

#[test]
fn alertmanager_intervals_become_windows() {
    let text = r#"route:
  receiver: x
  routes:
    - mute_time_intervals: [peak, nights]
    - active_time_intervals: [office]
receivers: [{name: x}]
time_intervals:
  - name: peak
    time_intervals:
      - years: ['2025']
        months: ['november']
        days_of_month: ['27:30']
      - years: ['2025']
        months: [december]
        days_of_month: ['1']
  - name: nights
    time_intervals:
      - times: [{start_time: '22:00', end_time: '24:00'}]
      - times: [{start_time: '00:00', end_time: '06:00'}]
  - name: office
    time_intervals:
      - weekdays: ['Monday:Friday']
        times: [{start_time: '09:00', end_time: '17:00'}]
        location: Australia/Sydney
  - name: month-end
    time_intervals:
      - days_of_month: ['-3:-1']
"#;
    let imported = imported("alertmanager.yml", text);
    let policy = main(&imported);
    for line in [
        "during 2025-11-27 through 2025-12-01\nin \"UTC\"",
        "every day 22:00 .. 06:00",
        "only every Mon, Tue, Wed, Thu, Fri 09:00 .. 17:00\nin \"Australia/Sydney\"",
        "every rrule \"FREQ=MONTHLY;BYMONTHDAY=-3,-2,-1\" at 00:00 for 1d",
    ] {
        assert!(policy.contains(line), "{line}\n{policy}");
    }
    assert_eq!(findings(&imported), [""; 0], "{policy}");
    let bad = text
        .replace("'24:00'", "'06:00'")
        .replace("Australia/Sydney", "Local")
        .replace("['2025']", "['2025:2024']");
    assert_eq!(
        refused("alertmanager.yml", &bad),
        [
            "10:17: `2025:2024` runs backwards",
            "13:17: `2025:2024` runs backwards",
            "18:30: the range ends before it starts: Alertmanager refuses ranges across midnight",
            "24:19: `Local` is whatever the machine is set to",
        ]
    );
}

#[test]
fn a_gate_contradicts_the_library_where_the_runbook_does() {
    let text = "checks:\n  forbid_when:\n    - kind: hard_freeze_active\n    - kind: soft_freeze_active_and_tier_in\n      tiers: [T2, T3]\n";
    let found = findings(&imported("change_freeze_gate.yml", text));
    assert!(found.iter().all(|finding| finding.starts_with("claim-contradicts-policy")), "{found:#?}");
    assert!(found.iter().any(|finding| finding.contains("T0")), "{found:#?}");
    assert!(found.iter().any(|finding| finding.contains("T1")), "{found:#?}");
}
