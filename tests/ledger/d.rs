//! D: incident communications and the status page.

use super::{built, platform, rule, says};
use opsc::diag::Habit;
use opsc::policy::{CommsPart, Moment, PageLevel, Until};
use opsc::rules;
use opsc::world::MemoryWorld;

#[test]
fn d1_four_severities_with_their_states() {
    let policy = platform();
    let ladder: Vec<(&str, &str)> = policy
        .severities
        .rows()
        .iter()
        .map(|severity| (severity.name.as_str(), policy.statuses[severity.status.unwrap().0].name.as_str()))
        .collect();
    assert_eq!(
        ladder,
        [("S1", "major-outage"), ("S2", "partial-outage"), ("S3", "degraded"), ("S4", "advisory")]
    );
    rule("severity-not-monotone");
}

#[test]
fn d2_how_soon_and_how_often() {
    let policy = platform();
    let comms = &policy.comms[policy.comms.find("incident-updates").unwrap()];
    assert_eq!(comms.first.unwrap().0.to_string(), "10m");
    let cadence: Vec<(String, String, Until)> = comms
        .cadence
        .iter()
        .map(|beat| (beat.least.to_string(), beat.most.to_string(), beat.until))
        .collect();
    let minutes = |text: &str| text.to_owned();
    assert_eq!(
        cadence,
        [(minutes("15m"), minutes("20m"), Until::Stable), (minutes("30m"), minutes("30m"), Until::Resolved)]
    );
    rule("first-update-late");
    rule("updates-stop");
}

#[test]
fn d3_page_and_banner_say_the_same() {
    let policy = platform();
    let banner = policy.templates.rows().iter().find(|template| template.moment == Moment::Banner).unwrap();
    says(&banner.text.0, &["{user-effect}", "{status-page}"]);
    says(&built("docs/runbooks/incident.md"), &["The page and the banner always say the same."]);
}

#[test]
fn d4_every_update_says_owner_scope_effect_and_checkpoint() {
    let policy = platform();
    let going_on = [Moment::Acknowledgement, Moment::Ongoing, Moment::Identified];
    for template in policy.templates.rows().iter().filter(|template| going_on.contains(&template.moment)) {
        says(&template.text.0, &["{owner}", "{scope}", "{user-effect}", "{next-checkpoint}"]);
    }
    rule("update-incomplete");
}

#[test]
fn d5_every_part_is_somebodys() {
    let policy = platform();
    let comms = &policy.comms[policy.comms.find("incident-updates").unwrap()];
    let parts: Vec<CommsPart> = comms.parts.iter().map(|(part, _)| *part).collect();
    assert_eq!(parts, CommsPart::ALL);
    let world = MemoryWorld::at(0).with_file("main.ops", "use std.comms\npolicy p { language 1 }\n");
    let found = rules::check(&world, "main.ops", Habit::Always).unwrap().diagnostics;
    assert!(found.iter().any(|found| found.code.name == "missing-roles"), "{found:#?}");
}

#[test]
fn d6_states_of_the_page() {
    let policy = platform();
    for level in PageLevel::ALL {
        assert!(policy.statuses.rows().iter().any(|status| status.level == level), "{level:?}");
    }
    rule("status-over-rollback");
}

#[test]
fn d7_a_text_for_every_moment() {
    let policy = platform();
    let comms = &policy.comms[policy.comms.find("incident-updates").unwrap()];
    let said: Vec<Moment> = comms.says.iter().map(|(moment, ..)| *moment).collect();
    assert!(Moment::ALL.iter().all(|moment| said.contains(moment)), "{said:?}");
    rule("unknown-placeholder");
}

#[test]
fn d8_who_hears_what() {
    let policy = platform();
    let heard: Vec<&str> = policy.audiences.rows().iter().map(|audience| audience.name.as_str()).collect();
    assert_eq!(heard, ["executives", "support", "sales", "engineering"]);
    assert!(
        policy
            .audiences
            .rows()
            .iter()
            .all(|audience| !audience.channels.is_empty() && !audience.told.is_empty())
    );
}

#[test]
fn d9_what_is_kept() {
    let page = built("docs/runbooks/incident.md");
    for what in [
        "the time of every public update",
        "every state of the page",
        "the pins in effect",
        "the cache namespace",
    ] {
        says(&page, &[what]);
    }
    says(&page, &["when it was resolved, and the ticket of the postmortem"]);
}

#[test]
fn d10_what_opens_one() {
    let policy = platform();
    let incident = &policy.incidents[policy.incidents.find("bad-answers").unwrap()];
    let triggers: Vec<&str> = incident.triggers.iter().map(|bound| bound.text.as_str()).collect();
    for trigger in
        ["error-rate > 0.5% for 5m", "p99(latency) > baseline * 2", "throttled-rate >", "mixed-answers > 0"]
    {
        assert!(triggers.iter().any(|text| text.starts_with(trigger)), "{trigger}: {triggers:?}");
    }
    assert!(incident.on_lever);
    rule("incident-after-lever");
    rule("gate-looser-than-trigger");
    rule("recovered-too-soon");
}

#[test]
fn d10_no_gate_lets_pass_what_opens_an_incident() {
    let text = |gate: &str| {
        format!(
            "use std.metrics.http\npolicy p {{ language 1 }}\ncomponent llm\nservice api {{ components llm }}\n\
             gate slo {{ require error-rate <= {gate} }}\n\
             pipeline release for api {{ stage canary {{ run \"make\"; traffic 5%; hold 15m; gate slo; timeout 1h }} }}\n\
             role on-call {{ members \"ada\" }}\n\
             status degraded \"D\" {{ level degraded-performance; shows \"slow\" }}\n\
             severity S2 \"D\" {{ impact \"slow\"; status degraded }}\n\
             comms c {{ first within 10m; every 20m until resolved; lead on-call; writer on-call; support on-call; engineer on-call }}\n\
             incident errors {{ when error-rate > 0.5% for 5m; on lever; severity S2; comms c }}\n"
        )
    };
    let found = |gate: &str| {
        let world = MemoryWorld::at(0).with_file("main.ops", text(gate));
        let found = rules::check(&world, "main.ops", Habit::Always).unwrap().diagnostics;
        found.iter().map(|found| found.code.name).collect::<Vec<_>>()
    };
    assert_eq!(found("0.5%"), Vec::<&str>::new());
    assert_eq!(found("0.6%"), ["gate-looser-than-trigger"]);
}

#[test]
fn d11_the_pitfalls() {
    for name in ["updates-stop", "promised-time", "metric-shown", "banner-stays"] {
        rule(name);
    }
}
