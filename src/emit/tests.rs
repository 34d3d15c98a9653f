//! What holds of every target, on a policy that has one of everything they hold differently.

use super::*;
use crate::calendar::{
    Date, DateSpan, Elapsed, Instant, Interval, Length, Pattern, Place, Rounding, TimeOfDay, Timetable,
    Weekday, Weekdays, Zone,
};
use crate::fidelity::{CAPABILITIES, CONSTRUCTS, Fidelity};
use crate::policy::{
    Action, Component, Condition, Environment, Fact, FactKind, Follow, FreezeKind, Id, Origin, PageLevel,
    Phase, Region, Release, Requirement, Route, Ruling, Status, Surface, SurfaceKind, Tier, Vendor, Window,
};
use crate::source::{Sources, Span};
use std::collections::{BTreeMap, BTreeSet};

fn origin(line: u32) -> Origin {
    let file = Sources::new().add("main.ops", "policy shop");
    Origin { span: Span::new(file, 0, 1), line }
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn time(hour: u32) -> TimeOfDay {
    TimeOfDay::new(hour, 0, 0).unwrap()
}

fn timetable(patterns: Vec<Pattern>, rounding: Rounding) -> Timetable {
    Timetable { patterns, ..Timetable::never(rounding) }
}

fn region(name: &str, zone: &str) -> Region {
    Region {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(1),
        place: Place {
            zone: Zone::parse(zone).unwrap(),
            weekend: Weekdays::SATURDAY_SUNDAY,
            holidays: vec![DateSpan { first: date(2025, 12, 25), last: date(2025, 12, 26) }],
            extra_workdays: BTreeSet::from([date(2025, 12, 27)]),
        },
        off_peak: None,
        holidays: Vec::new(),
    }
}

fn date(year: i32, month: u32, day: u32) -> Date {
    Date::from_ymd_opt(year, month, day).unwrap()
}

fn window(name: &str, kind: Id<FreezeKind>, when: Timetable) -> Window {
    Window {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(2),
        kind,
        when,
        only: false,
        follows: None,
        regions: None,
        components: None,
        environments: None,
        actions: None,
        owner: None,
        because: None,
        vendor: None,
        after: Vec::new(),
        warn_until: None,
    }
}

fn empty() -> Policy {
    Policy {
        horizon: Interval::new(at("2025-09-01T00:00Z"), at("2026-09-01T00:00Z")),
        digest: "0123456789abcdef".to_owned(),
        files: vec!["main.ops".to_owned()],
        ..Policy::empty("shop")
    }
}

/// Three regions, three components, two kinds, and a window of each sort that has dates.
fn rich(text: &str) -> Policy {
    let mut policy = empty();
    for (name, zone) in [("us", "America/New_York"), ("eu", "Europe/Dublin"), ("au", "Australia/Lord_Howe")] {
        policy.regions.push(region(name, zone));
    }
    for name in ["llm", "index", "billing"] {
        policy.components.push(Component {
            name: name.to_owned(),
            doc: text.to_owned(),
            origin: origin(3),
            needs: Vec::new(),
            paths: vec![format!("{name}/**")],
            owner: Some(policy::Party::Person("mara".to_owned())),
        });
    }
    for name in ["production", "staging"] {
        policy.environments.push(Environment {
            name: name.to_owned(),
            doc: String::new(),
            origin: origin(3),
            after: None,
            vars: BTreeMap::new(),
            secrets: Vec::new(),
        });
    }
    let warmup = policy.facts.push(Fact {
        name: "warmup".to_owned(),
        doc: String::new(),
        origin: origin(4),
        kind: FactKind::Bool,
        sources: Vec::new(),
        fresh: None,
        private: false,
    });
    let requirement = Requirement {
        phase: Phase::Deploy,
        condition: Condition::Holds(warmup, origin(5)),
        text: text.to_owned(),
        origin: origin(5),
    };
    for name in ["T0", "T1", "T2"] {
        policy.tiers.push(Tier {
            name: name.to_owned(),
            title: text.to_owned(),
            doc: String::new(),
            origin: origin(5),
            examples: Vec::new(),
            requirements: if name == "T2" { vec![requirement.clone()] } else { Vec::new() },
        });
    }
    let admit = |when| (Ruling::Admit { when }, origin(6));
    let kind = |name: &str, rulings| FreezeKind {
        name: name.to_owned(),
        doc: String::new(),
        origin: origin(6),
        rulings,
    };
    let hard = policy.kinds.push(kind(
        "hard",
        vec![admit(Condition::TRUE), (Ruling::Except, origin(6)), (Ruling::Block, origin(6))],
    ));
    let soft = policy.kinds.push(kind(
        "soft",
        vec![admit(Condition::TRUE), admit(Condition::Holds(warmup, origin(6))), (Ruling::Block, origin(6))],
    ));
    let regions: Vec<Id<Region>> = policy.regions.ids().collect();
    let components: Vec<Id<Component>> = policy.components.ids().collect();
    let environments: Vec<Id<Environment>> = policy.environments.ids().collect();

    let black_friday = Pattern::Dates(DateSpan { first: date(2025, 11, 27), last: date(2025, 12, 1) });
    policy.windows.push(Window {
        regions: Some(regions[..2].to_vec()),
        components: Some(components[..2].to_vec()),
        because: Some(text.to_owned()),
        doc: text.to_owned(),
        ..window("black-friday", hard, timetable(vec![black_friday], Rounding::Outward))
    });
    let weekend = Pattern::Weekly { from: Weekday::Fri, start: time(18), to: Weekday::Mon, end: time(8) };
    policy.windows.push(Window {
        when: Timetable {
            except: BTreeSet::from([date(2026, 6, 19)]),
            ..timetable(vec![weekend], Rounding::Outward)
        },
        ..window("weekend", soft, Timetable::never(Rounding::Outward))
    });
    let month_end = Pattern::MonthlyDay {
        day: -1,
        start: TimeOfDay::MIDNIGHT,
        length: Length { days: 1, elapsed: Elapsed::hours(12) },
    };
    policy.windows.push(Window {
        components: Some(vec![components[2]]),
        environments: Some(vec![environments[0]]),
        actions: Some(vec![Action::Deploy, Action::Migrate]),
        ..window("month-end", hard, timetable(vec![month_end], Rounding::Outward))
    });
    let night = Pattern::Daily { start: TimeOfDay::new(1, 30, 0).unwrap(), end: time(3) };
    policy.windows.push(window("night", soft, timetable(vec![night], Rounding::Outward)));
    let office = Pattern::Workdays { start: time(9), end: time(16) };
    policy.windows.push(Window {
        only: true,
        components: Some(vec![components[1]]),
        actions: Some(vec![Action::Deploy]),
        ..window("office", hard, timetable(vec![office], Rounding::Inward))
    });
    policy.windows.push(Window {
        vendor: Some(Vendor {
            name: text.to_owned(),
            source: Some(text.to_owned()),
            recheck: Some(Elapsed::days(30)),
            checked: Some(at("2026-05-01T00:00Z")),
        }),
        components: Some(vec![components[0]]),
        ..window(
            "vendor",
            soft,
            Timetable::once(at("2025-10-04T22:00Z"), at("2025-10-05T04:00Z"), Rounding::Outward),
        )
    });
    policy.surfaces.push(Surface {
        name: "orders".to_owned(),
        doc: text.to_owned(),
        origin: origin(7),
        kind: SurfaceKind::Endpoint,
        components: None,
        routes: vec![Route { method: "POST".to_owned(), path: "/orders/*".to_owned(), origin: origin(7) }],
    });
    policy.statuses.push(Status {
        name: "degraded".to_owned(),
        title: text.to_owned(),
        doc: text.to_owned(),
        origin: origin(7),
        level: PageLevel::DegradedPerformance,
        shows: text.to_owned(),
        triggers: Vec::new(),
        examples: Vec::new(),
    });
    policy.releases.push(Release {
        name: "pack".to_owned(),
        doc: text.to_owned(),
        origin: origin(8),
        tier: policy.tiers.find("T2").unwrap(),
        owner: Some(policy::Party::Person(text.to_owned())),
        components: Some(vec![components[0]]),
        region_plan: vec![vec![regions[2]], vec![regions[0], regions[1]]],
        soak: None,
        by: None,
        environment: None,
        at: Some(at("2026-02-03T10:00Z")),
        after: Vec::new(),
    });
    policy
}

fn target(name: &str) -> policy::Target {
    policy::Target {
        name: name.to_owned(),
        origin: origin(9),
        to: String::new(),
        allow_lossy: None,
        options: BTreeMap::new(),
    }
}

fn built(policy: &Policy, name: &str) -> Vec<(String, String)> {
    let lossy = policy::Target { allow_lossy: Some("the gate asks".to_owned()), ..target(name) };
    let files = build(policy, &lossy).unwrap();
    files.iter().map(|(path, bytes)| (path.to_owned(), String::from_utf8(bytes.to_vec()).unwrap())).collect()
}

#[test]
fn both_tables_have_the_same_targets() {
    let held: Vec<&str> = CAPABILITIES.iter().map(|capability| capability.target).collect();
    let made: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(held, made);
}

#[test]
fn pages_tell_what_the_table_of_fidelity_says() {
    for (target, capability) in TARGETS.iter().zip(CAPABILITIES) {
        let rows: String = capability
            .inexact
            .iter()
            .map(|(construct, fidelity, why)| format!("| {construct} | {} | {why} |\n", fidelity.name()))
            .collect();
        assert!(target.page.contains(&rows), "docs/targets/{}.md should say\n{rows}", target.name);
        for option in capability.options {
            assert!(target.page.contains(&format!("`{}`", option.name)), "{}: {}", target.name, option.name);
        }
    }
}

#[test]
fn every_inexact_row_names_a_construct() {
    for capability in CAPABILITIES {
        for (name, fidelity, why) in capability.inexact {
            let construct = CONSTRUCTS.iter().find(|construct| construct.name == *name).unwrap();
            assert!(capability.parts.contains(&construct.part), "{}: {name}", capability.target);
            assert!(*fidelity != Fidelity::Exact && !why.is_empty(), "{name}");
        }
    }
}

#[test]
fn the_same_policy_gives_the_same_bytes_with_its_mark() {
    let policy = rich("plain");
    // What wants traffic is held to the same in its own room.
    let has_some = |row: &&Capability| row.wants.as_ref().is_none_or(|want| (want.met)(&policy));
    for capability in CAPABILITIES.iter().filter(has_some) {
        let once = built(&policy, capability.target);
        assert_eq!(once, built(&policy, capability.target));
        let has_folder = capability.files.iter().any(|file| file.ends_with('/'));
        assert!(has_folder || once.len() <= capability.paths(&policy, &target(capability.target)).len());
        for (path, text) in once {
            let unfolded = text.replace("\r\n ", "");
            for word in ["policy shop", capability.target, "0123456789abcdef"] {
                assert!(unfolded.contains(word), "{path} does not say {word}");
            }
            assert!(!text.contains("@{"), "{path} has a hole left");
        }
    }
}

#[test]
fn templates_and_what_fills_them_agree() {
    let common = BTreeSet::from(["mark", "checkout"]);
    let of = |names: &[&'static str]| common.iter().copied().chain(names.iter().copied()).collect();
    let workflow: BTreeSet<&str> = of(&["branches", "runs-on", "ref", "action"]);
    assert_eq!(template::holes(include_str!("github/workflow.yml")), workflow);
    assert_eq!(template::holes(include_str!("github/action.yml")), of(&["install", "policy", "upload"]));
    let again = BTreeSet::from(["mark", "crons", "runs-on", "gate"]);
    assert_eq!(template::holes(include_str!("github/recheck.yml")), again);
    let run = BTreeSet::from(["mark", "pipeline", "policy", "hooks", "pushgateway", "jobs"]);
    let with = |name: &'static str| run.iter().copied().chain([name]).collect::<BTreeSet<&str>>();
    assert_eq!(template::holes(include_str!("github/pipeline.yml")), with("group"));
    assert_eq!(template::holes(include_str!("github/back.yml")), with("rollback"));
    let child = BTreeSet::from([
        "mark",
        "pipeline",
        "gate",
        "hooks",
        "program",
        "pushgateway",
        "over",
        "install",
        "stages",
        "jobs",
    ]);
    assert_eq!(template::holes(include_str!("gitlab/pipeline.yml")), child);
    assert_eq!(template::holes(include_str!("gitlab/starts.yml")), BTreeSet::from(["mark", "jobs"]));
    assert_eq!(template::holes(rollout::PROGRAM), BTreeSet::from(["mark"]));
    let gate = BTreeSet::from(["mark", "image", "policy", "branch", "install"]);
    assert_eq!(template::holes(include_str!("gitlab/gate.yml")), gate);
    let objects = ["mark", "name", "namespace", "quoted-name", "quoted-namespace", "exempt", "label"];
    let objects: BTreeSet<&str> = objects.into_iter().chain(["unknown", "closed"]).collect();
    assert_eq!(template::holes(include_str!("kubernetes/admission.yml")), objects);
}

#[test]
fn what_a_target_would_lose_is_refused_at_its_line_unless_accepted() {
    let mut policy = rich("plain");
    let kind = policy.kinds.find("hard").unwrap();
    let fact = policy.facts.find("warmup").unwrap();
    policy.windows.push(Window {
        origin: origin(77),
        follows: Some(Follow {
            condition: Condition::Holds(fact, origin(77)),
            text: "warmup".to_owned(),
            unknown_holds: true,
        }),
        ..window("open-incident", kind, Timetable::never(Rounding::Outward))
    });
    for name in ["opsdeploy", "flagd", "ics", "kubernetes"] {
        let refusals = build(&policy, &target(name)).unwrap_err();
        assert_eq!(refusals.len(), 1, "{name}");
        assert_eq!(refusals[0].code.name, "target-holds-less");
        assert!(refusals[0].message.contains("`open-incident`"));
        let accepted = policy::Target { allow_lossy: Some("the gate asks".to_owned()), ..target(name) };
        assert!(build(&policy, &accepted).is_ok());
    }
    for name in ["github-actions", "gitlab-ci"] {
        assert!(build(&policy, &target(name)).is_ok(), "{name}");
    }
}

#[test]
fn paths_stay_relative_and_climb_only_at_their_head() {
    let policy = rich("plain");
    for (to, sound) in [
        ("flags/x.json", true),
        ("../flags", true),
        ("", true),
        ("/etc/x", false),
        ("a/../b", false),
        ("..", false),
        (".git/hooks", false),
        ("a\\b", false),
        ("C:x", false),
        ("a//b", false),
    ] {
        let target = policy::Target { to: to.to_owned(), ..target("flagd") };
        assert_eq!(build(&policy, &target).is_ok(), sound, "{to}");
    }
    let beside = policy::Target { to: "../.github/workflows".to_owned(), ..target("github-actions") };
    let files = build(&policy, &beside).unwrap();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path).collect();
    assert_eq!(
        paths,
        [
            "../.github/actions/ops-gate/action.yml",
            "../.github/workflows/ops-gate.yml",
            "../.github/workflows/ops-recheck.yml"
        ]
    );
}

#[test]
fn lines_of_a_calendar_fit_and_end_as_they_must() {
    let policy = rich(
        "ein langer Grund, mit Umlauten äöü; und 日本語のとても長い説明文がここに入ります。折り返しても文字は切れません",
    );
    let text = &built(&policy, "ics")[0].1;
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert!(text.split("\r\n").all(|line| line.len() <= 75));
    assert!(
        text.replace("\r\n ", "")
            .contains("日本語のとても長い説明文がここに入ります。折り返しても文字は切れません")
    );
}

#[test]
fn a_target_of_a_later_version_is_named_and_stops_no_other() {
    let mut policy = rich("plain");
    policy.targets.push(target("flagger"));
    policy.targets.push(target("flagd"));
    let found: Vec<&str> = crate::fidelity::check(&policy).iter().map(|finding| finding.code.name).collect();
    assert_eq!(found, ["no-meaning-yet"]);
    assert_eq!(build_all(&policy).unwrap().len(), 1);
}
