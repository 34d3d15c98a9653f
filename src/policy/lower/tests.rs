//! What each family makes of a text: rows of the model, or findings.

use crate::calendar::{
    Date, DateSpan, Elapsed, Instant, Interval, Length, Pattern, Rounding, TimeOfDay, Weekday,
};
use crate::policy::{Action, Expectation, Id, Loaded, Policy, Reuse, Ruling, Validity, Value, load};
use crate::world::MemoryWorld;

const HEAD: &str = r#"
policy shop { language 1 }
region us { zone "America/New_York" }
region jp { zone "Asia/Tokyo" }
component index
component billing
environment staging
environment production { after staging }
role lead { members "ana", "ben" }
team platform { zone "Europe/Dublin"; members "ana" }
fact warmup : bool
fact canary : ratio
fact lever : one of none, one-step
tier T0 "Emergency"
tier T1
tier T2
freeze hard { admit T0; except T1; block others }
freeze soft { admit T0; admit T1 when approved 1 of lead; block others }
lever flag-kill
"#;

fn loaded(text: &str) -> Loaded {
    let world = MemoryWorld::at(1_748_736_000).with_file("main.ops", format!("{HEAD}{text}"));
    load(&world, "main.ops").unwrap()
}

#[track_caller]
fn model(text: &str) -> Policy {
    let loaded = loaded(text);
    let found: Vec<String> = loaded.diagnostics.iter().map(|found| found.message.clone()).collect();
    assert!(found.is_empty(), "{found:#?}");
    loaded.policy.unwrap()
}

/// Exactly these findings, each by its code and a part of its message.
#[track_caller]
fn finds(text: &str, expected: &[(&str, &str)]) {
    let found = loaded(text).diagnostics;
    let said: Vec<(&str, &str)> =
        found.iter().map(|found| (found.code.name, found.message.as_str())).collect();
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for ((code, message), (wanted, part)) in said.iter().zip(expected) {
        assert!(code == wanted && message.contains(part), "wanted {wanted}: {part}\nfound {said:#?}");
    }
}

#[track_caller]
fn patterns(when: &str) -> Vec<Pattern> {
    let policy = model(&format!("window w : hard {{ {when} }}"));
    policy.windows.rows()[0].when.patterns.clone()
}

fn date(text: &str) -> Date {
    text.parse().unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn time(hour: u32) -> TimeOfDay {
    TimeOfDay::new(hour, 0, 0).unwrap()
}

fn dates(first: &str, last: &str) -> Pattern {
    Pattern::Dates(DateSpan { first: date(first), last: date(last) })
}

fn hours(hours: i64) -> Length {
    Length { days: 0, elapsed: Elapsed::hours(hours) }
}

#[test]
fn every_form_of_a_one_off_span() {
    assert_eq!(patterns("during 2025-11-27 through 2025-12-01"), [dates("2025-11-27", "2025-12-01")]);
    assert_eq!(patterns("during 2025-11-27 .. 2025-12-01"), [dates("2025-11-27", "2025-11-30")]);
    assert_eq!(patterns("during 2025-12-25"), [dates("2025-12-25", "2025-12-25")]);
    let once = |start, end| [Pattern::Once(Interval::new(at(start), at(end)))];
    assert_eq!(
        patterns("during 2025-09-14T22:00[Europe/Dublin] .. 2025-09-15T04:00+01:00"),
        once("2025-09-14T21:00:00Z", "2025-09-15T03:00:00Z")
    );
    assert_eq!(
        patterns("during 2024-07-31T02:00Z = 2024-07-30T19:00[America/Los_Angeles] .. 2024-08-13T19:00Z"),
        once("2024-07-31T02:00:00Z", "2024-08-13T19:00:00Z")
    );
    let local = patterns("during 2025-09-14T22:00 .. 2025-09-15T04:00; in each region");
    assert!(
        matches!(&local[..], [Pattern::OnceLocal { start, .. }] if start.to_string() == "2025-09-14 22:00:00")
    );
}

#[test]
fn every_form_of_a_recurrence() {
    let (nine, five) = (time(9), time(17));
    let cases = [
        ("every day 09:00 .. 17:00", Pattern::Daily { start: nine, end: five }),
        ("every workday 09:00 .. 17:00", Pattern::Workdays { start: nine, end: five }),
        (
            "every week Fri 17:00 .. Mon 09:00",
            Pattern::Weekly { from: Weekday::Fri, start: five, to: Weekday::Mon, end: nine },
        ),
        (
            "every Mon, Wed 09:00 .. 17:00",
            Pattern::Weekdays {
                days: [Weekday::Mon, Weekday::Wed].into_iter().collect(),
                start: nine,
                end: five,
            },
        ),
        (
            "every month 3rd Sat 00:00 for 24h",
            Pattern::MonthlyWeekday {
                ordinal: 3,
                day: Weekday::Sat,
                start: TimeOfDay::MIDNIGHT,
                length: hours(24),
            },
        ),
        (
            "every month last Fri 17:00 for 2d3h",
            Pattern::MonthlyWeekday {
                ordinal: -1,
                day: Weekday::Fri,
                start: five,
                length: Length { days: 2, elapsed: Elapsed::hours(3) },
            },
        ),
        (
            "every month last day for 36h",
            Pattern::MonthlyDay { day: -1, start: TimeOfDay::MIDNIGHT, length: hours(36) },
        ),
        ("every month 24th 17:00 for 36h", Pattern::MonthlyDay { day: 24, start: five, length: hours(36) }),
        (
            "every month business day -3 through business day 2",
            Pattern::MonthlyBusinessDays { first: -3, last: 2 },
        ),
    ];
    for (when, expected) in cases {
        assert_eq!(patterns(when), [expected], "{when}");
    }
    let year = patterns("every year Dec 20 .. Jan 03");
    assert!(matches!(&year[..], [Pattern::Yearly { start, end }]
        if (start.month, start.day, end.month, end.day) == (12, 20, 1, 3)));
    let rule = patterns("every rrule \"FREQ=MONTHLY;BYDAY=-1FR\" at 08:00 for 10h");
    assert!(matches!(&rule[..], [Pattern::Rrule { rule, .. }] if rule.text() == "FREQ=MONTHLY;BYDAY=-1FR"));
}

#[test]
fn a_window_says_where_and_whose_it_is() {
    let policy = model(
        r#"
/// Quiet days.
window quiet : soft {
  every week Fri 18:00 .. Mon 08:00
  from 2025-01-01; until 2026-01-01
  except 2025-06-20 because "planned"
  in owner zone
  regions us; scope billing; environments production; on deploy, flag
  owner platform; because "thin"
  enforce warn until 2025-02-01
}
window office : hard { only every workday 09:00 .. 16:00 }
window incident : hard { while warmup and canary <= 5% in scope; no-data inactive }
window vendor : soft { vendor "them"; source "feed.ics"; recheck 7d; checked 2025-01-02; during 2025-03-01 }
"#,
    );
    let [quiet, office, incident, vendor] = policy.windows.rows() else { panic!("four windows") };
    assert_eq!((quiet.doc.as_str(), quiet.because.as_deref()), ("Quiet days.", Some("thin")));
    assert_eq!(quiet.when.zone.unwrap().name(), "Europe/Dublin");
    assert_eq!((quiet.when.from, quiet.when.until), (Some(date("2025-01-01")), Some(date("2026-01-01"))));
    assert!(quiet.when.except.contains(&date("2025-06-20")));
    assert_eq!(quiet.actions.as_deref(), Some(&[Action::Deploy, Action::Flag][..]));
    assert_eq!(quiet.warn_until, Some(at("2025-02-01T00:00:00Z")));
    assert_eq!((quiet.only, quiet.when.rounding), (false, Rounding::Outward));
    assert_eq!((office.only, office.when.rounding), (true, Rounding::Inward));
    let follows = incident.follows.as_ref().unwrap();
    assert_eq!((follows.text.as_str(), follows.unknown_holds), ("warmup and canary <= 5%", false));
    let vendor = vendor.vendor.as_ref().unwrap();
    assert_eq!((vendor.name.as_str(), vendor.recheck), ("them", Some(Elapsed::days(7))));
    assert_eq!(vendor.checked, Some(at("2025-01-02T00:00:00Z")));
}

#[test]
fn what_is_wrong_with_a_span_is_said() {
    let window = |when: &str| format!("window w : hard {{ {when} }}");
    finds(&window("during 2025-12-01 through 2025-11-27"), &[("empty-range", "lies before")]);
    finds(&window("during 2025-12-01 .. 2025-12-01"), &[("empty-range", "leaves the end out")]);
    finds(
        &window("during 2025-12-01T00:00Z .. 2025-12-01T00:00Z"),
        &[("empty-range", "ends when it starts")],
    );
    finds(&window("during 2025-02-30"), &[("impossible-value", "no `2025-02-30`")]);
    finds(&window("every month 32nd for 1d"), &[("impossible-value", "32nd")]);
    finds(
        &window("every month business day 0 through business day 2"),
        &[("impossible-value", "business day `0`")],
    );
    finds(&window("every year Feb 30 .. Mar 02"), &[("impossible-value", "Feb 30")]);
    finds(&window("every day 09:00 .. 09:00"), &[("empty-range", "ends when it starts")]);
    finds(&window("every day 09:00 .. 23:59"), &[("closed-end", "last minute")]);
    finds(&window("every month 3rd Sat 00:00 for 0h"), &[("empty-range", "lasts no time")]);
    finds(
        &window("every day 09:00 .. 17:00; from 2025-02-01; until 2025-01-01"),
        &[("empty-range", "nothing starts")],
    );
    finds(
        &window("during 2025-03-09T02:30 .. 2025-03-09T12:00; in \"America/New_York\""),
        &[("clock-change", "skip 2025-03-09 02:30")],
    );
    finds(
        &window("during 2025-11-02T01:30 .. 2025-11-02T12:00; in each region"),
        &[("clock-change", "show 2025-11-02 01:30 twice")],
    );
    finds(
        &window("during 2025-03-09 through 2025-03-10; on ship"),
        &[("unknown-name", "`ship` is no action")],
    );
    finds(&window("during 2025-09-14T22:00[EST] .. 2025-09-15T04:00Z"), &[("unknown-zone", "abbreviation")]);
    finds(
        &window("during 2025-09-14T22:00 .. 2025-09-15T04:00Z; in \"Asia/Tokyo\""),
        &[("zoneless-time", "where it is read")],
    );
}

#[test]
fn holidays_widen_and_make_days_off() {
    let policy = model(
        "
holidays feast {
  regions jp
  /// New year
  2026-02-17 for 3d
  about 2026-03-20 within 1d for 2d; confirm by 2026-03-13
  extra workday 2026-02-14
}
window w : hard { during feast extended 1d before, 2d after }
",
    );
    let feast = &policy.holidays.rows()[0];
    let span = |first, last| DateSpan { first: date(first), last: date(last) };
    assert_eq!(feast.spans, [span("2026-02-17", "2026-02-19"), span("2026-03-19", "2026-03-22")]);
    assert_eq!(feast.unconfirmed, [(span("2026-03-19", "2026-03-22"), date("2026-03-13"))]);
    assert_eq!(feast.titles[&date("2026-02-17")], "New year");
    let [us, jp] = policy.regions.rows() else { panic!("two regions") };
    assert!(us.place.holidays.is_empty() && us.holidays.is_empty());
    assert_eq!((jp.place.holidays.len(), jp.place.extra_workdays.len(), jp.holidays.len()), (2, 1, 1));
    let window = &policy.windows.rows()[0];
    assert_eq!(window.when.patterns, [dates("2026-02-16", "2026-02-21"), dates("2026-03-18", "2026-03-24")]);
    assert_eq!(window.regions.as_ref().unwrap().len(), 1, "holidays bring their regions along");
}

#[test]
fn a_kind_rules_on_every_tier() {
    let policy = model("freeze odd { admit others; block T1 }");
    let odd = &policy.kinds.rows()[2];
    let rulings: Vec<bool> = odd.rulings.iter().map(|(ruling, _)| matches!(ruling, Ruling::Block)).collect();
    assert_eq!(rulings, [false, true, false]);
    finds("freeze odd { admit T0 }", &[("kind-not-total", "T1, T2")]);
    finds("freeze odd { admit T0; block T0, T1, T2 }", &[("tier-ruled-twice", "`T0`")]);
    finds("freeze odd { admit T9; block others }", &[("unknown-name", "`T9`")]);
}

#[test]
fn an_exception_is_whole_and_lifts_something() {
    let exception = |tier: &str, body: &str| {
        format!(
            "window w : hard {{ during 2025-12-24 through 2025-12-26; regions us }}
exception e : {tier} {{ lifts w; owner lead; ticket \"T-1\"; lever flag-kill; warmup \"none\"; approve 1 of lead; {body} }}"
        )
    };
    let policy = model(&exception("T1", "expires 2025-12-31T00:00Z; for change \"4821\""));
    assert_eq!(policy.exceptions.rows()[0].reuse, Reuse::ForChange("4821".to_owned()));
    finds(
        &exception("T2", "expires 2025-12-31T00:00Z"),
        &[("exception-lifts-nothing", "no exception in for T2")],
    );
    finds(
        &exception("T0", "expires 2025-12-31T00:00Z"),
        &[("exception-lifts-nothing", "admits T0 as it is")],
    );
    finds(
        &exception("T1", "expires 2025-12-31T00:00Z; regions jp"),
        &[("exception-lifts-nothing", "share no regions"), ("exception-wider-than-freeze", "`jp`")],
    );
    finds(&exception("T1", "expires 2025-12-01T00:00Z"), &[("exception-lifts-nothing", "expires at")]);
    finds(
        &exception("T1", "starts 2025-12-25T00:00Z; expires 2025-12-25T00:00Z"),
        &[("empty-range", "expires before")],
    );
    finds(
        "window w : hard { during 2025-12-24 }\nexception e : T1 { lifts w }",
        &[("missing-field", "lacks `owner`, `ticket`, `lever`, `warmup`, `expires` and `approve`")],
    );
}

#[test]
fn releases_claims_approvals_and_targets() {
    let policy = model(
        r#"
approval board { approve 1 of lead; valid for 24h throughout; dismiss on new commit }
claim "page" { hard admits T0; hard blocks others }
tier T3 { in soft blocked }
release pack : T2 { owner platform; components index; regions us then jp soak 1h }
target flagd { to "flags/a.json"; action "deploy"; allow lossy because "the gate decides" }
break-glass emergency { by 1 of lead; tiers T0; escalate 1 of lead within 10m; owes "postmortem" within 2d }
"#,
    );
    let board = &policy.approvals.rows()[0];
    assert_eq!(board.valid_for, Some((Elapsed::hours(24), Validity::Throughout)));
    assert!(board.dismiss_on_new_commit);
    let [page, tier] = policy.claims.rows() else { panic!("two claims") };
    assert_eq!(page.rulings[1].tiers.len(), 3, "others are those that the claim does not name");
    assert_eq!(tier.name, "tier T3");
    let pack = &policy.releases.rows()[0];
    assert_eq!((pack.region_plan.len(), pack.soak), (2, Some(Elapsed::hours(1))));
    let target = &policy.targets.rows()[0];
    assert_eq!(target.options["action"], "deploy");
    assert_eq!(target.allow_lossy.as_deref(), Some("the gate decides"));
    let way = &policy.break_glass.rows()[0];
    assert_eq!(
        (way.escalation[0].within, way.owes[0].1),
        (Some(Elapsed::minutes(10)), Some(Elapsed::days(2)))
    );
    finds("release pack : T2 { regions us then jp then us }", &[("region-twice", "`us`")]);
}

#[test]
fn a_test_gives_and_expects() {
    let policy = model(
        r#"
window w : hard { during 2025-12-24 }
test "t" {
  given tier T2; component billing; phase deploy; fact warmup true
  at 2025-12-24T12:00Z {
    in us { expect blocked by w until 2025-12-25T05:00Z }
    with tier T0 { fact canary = 3%; fact lever one-step; expect allowed }
  }
  case "nobody" { approved by "ana", ben; expect pending on lead }
  expect next never
}
"#,
    );
    let cases = &policy.tests.rows()[0].cases;
    let titles: Vec<&str> = cases.iter().map(|case| case.title.as_str()).collect();
    assert_eq!(titles, ["", "at 2025-12-24T12:00Z, in us", "at 2025-12-24T12:00Z, with tier T0", "nobody"]);
    assert_eq!(cases[0].expectations[0].0, Expectation::Next(None));
    assert_eq!((cases[1].request.regions.len(), cases[1].request.facts.len()), (1, 1));
    assert!(
        matches!(&cases[1].expectations[0].0, Expectation::Blocked { by, until: Some(_) } if by == &["w"])
    );
    assert_eq!(cases[2].request.facts["lever"], Value::Choice("one-step".to_owned()));
    assert_eq!(cases[2].request.tier.map(Id::index), Some(0));
    assert_eq!(cases[3].request.approved_by, ["ana", "ben"]);
    finds(
        "test \"t\" { given tier T2; expect blocked by nothing-there }",
        &[("unknown-name", "`nothing-there`")],
    );
}

#[test]
fn ten_mistakes_give_ten_findings() {
    let found = loaded(
        r#"
window a : hrad { during 2025-12-24 }
window b : hard { during 2025-02-30 }
window c : hard { every month 40th for 1d }
window d : hard { }
window e : hard { during 2025-12-24; on ship }
window f : hard { during 2025-12-24; regions mars }
freeze g { admit T0 }
holidays h { 2026-01-01 for 5h }
release i : T7 { components index }
test "j" { given tier T2 }
"#,
    );
    let codes: Vec<&str> = found.diagnostics.iter().map(|found| found.code.name).collect();
    assert_eq!(
        codes,
        [
            "unknown-name",
            "impossible-value",
            "impossible-value",
            "window-without-time",
            "unknown-name",
            "unknown-name",
            "kind-not-total",
            "not-whole-days",
            "unknown-name",
            "test-expects-nothing",
        ]
    );
}
