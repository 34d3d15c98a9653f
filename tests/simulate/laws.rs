//! The simulator says what the interpreter says; its readers never panic; its JSON is as published.

use crate::case::{BASE, Case, case, policy, trace};
use crate::oracle::{Told, walk};
use crate::support::law;
use opsc::calendar::{Elapsed, Instant};
use opsc::policy::{Policy, load};
use opsc::render::Paint;
use opsc::render::simulation::{Shown, html, json, terminal};
use opsc::simulate::{Assumptions, FailedBy, Outcome, Setting, Timeline, Trace, Truth, What, simulate};
use opsc::world::MemoryWorld;
use proptest::prelude::*;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::sync::LazyLock;

fn read(text: &str) -> Policy {
    let world = MemoryWorld::at(0).with_file("main.ops", text);
    let loaded = load(&world, "main.ops").unwrap();
    let said: Vec<&str> = loaded.diagnostics.iter().map(|found| found.message.as_str()).collect();
    loaded.policy.unwrap_or_else(|| panic!("{said:#?}\n{text}"))
}

fn carried_out(case: &Case, policy: &Policy) -> Timeline {
    let pipeline = policy.pipelines.find("line").unwrap();
    let mut assumed = Assumptions::default();
    for line in &case.lines {
        let of = policy.pipelines.find(line.name).unwrap();
        for stage in &line.stages {
            let at = (of, policy.pipelines[of].stages.find(stage.name).unwrap());
            assumed.took.insert(at, Elapsed::seconds(stage.took));
            assumed.failing.insert(at, stage.failing);
            if let Some(given) = stage.approve {
                assumed.approvals.insert(at, given.map(Elapsed::seconds));
            }
        }
    }
    let trace = Trace::read(policy, &trace(case)).unwrap();
    simulate(&Setting { policy, pipeline, start: Instant::from_unix(BASE), trace: &trace, assumed: &assumed })
}

fn second(at: Instant) -> i64 {
    at.unix() - BASE
}

fn told(timeline: &Timeline) -> Told {
    let events = timeline.events.iter().map(|event| {
        let of = if event.pipeline == "line" { String::new() } else { format!(" @{}", event.pipeline) };
        (second(event.at), word(&event.what) + &of)
    });
    let until = |until: Option<Instant>| until.map(second);
    let outcome = match &timeline.outcome {
        Outcome::Finished => "finished".to_owned(),
        Outcome::RolledBack { recovered, .. } => format!("back {recovered:?}"),
        Outcome::Paused { until: at, .. } => format!("paused {:?}", until(*at)),
        Outcome::Failed => "failed".to_owned(),
        Outcome::Stuck { .. } => "stuck".to_owned(),
        Outcome::TraceEnds => "trace-ends".to_owned(),
    };
    Told { events: events.collect(), outcome, writes_frozen: timeline.writes_frozen }
}

fn word(what: &What) -> String {
    let percent = |share: &Decimal| (share * Decimal::ONE_HUNDRED).normalize();
    match what {
        What::Approved { stage } => format!("approved {stage}"),
        What::Started { stage } => format!("started {stage}"),
        What::Called { stage, calls } => format!("calls {stage} {calls}"),
        What::Retried { stage } => format!("retried {stage}"),
        What::Entered { by, regions } => format!("enters {by} {}", regions.join("+")),
        What::Traffic { stage, share } => format!("traffic {stage} {}", percent(share)),
        What::Mirrored { stage, .. } => format!("mirrors {stage}"),
        What::Held { by, lasts } => format!("holds {by} {}", lasts.as_seconds()),
        What::Soaked { by, lasts } => format!("soaks {by} {}", lasts.as_seconds()),
        What::Asked { by, gate, answer, .. } => {
            let truth = [Truth::No, Truth::Unknown, Truth::Yes].iter().position(|other| other == answer);
            format!("gate {by} {gate} {}", truth.unwrap())
        }
        What::Froze { stage, windows, reaction, until } => {
            let names: Vec<&str> = windows.iter().map(|met| met.window.as_str()).collect();
            format!("freeze {stage} {} {reaction} {:?}", names.join("+"), until.map(second))
        }
        What::Resumed { stage } => format!("resumed {stage}"),
        What::Finished { stage } => format!("finished {stage}"),
        What::Failed { stage, by } => match by {
            FailedBy::Command => format!("failed {stage} command"),
            FailedBy::Gate(gate) => format!("failed {stage} {gate}"),
            FailedBy::Pipeline(called) => format!("failed {stage} {called}"),
            FailedBy::Timeout => format!("failed {stage} timeout"),
        },
        What::Fired { since, .. } => format!("fires {}", second(*since)),
        What::WentBack { .. } => "goes back".to_owned(),
        What::Pulled { lever, .. } => format!("pulls {lever}"),
        What::NoLever { .. } => "no lever".to_owned(),
        What::Did { step } => format!("did {step}"),
        What::Recovered { after, .. } => format!("recovered {}", after.as_seconds()),
        What::NotRecovered { within, .. } => format!("not recovered {}", within.as_seconds()),
        What::Incident { .. } => "incident".to_owned(),
    }
}

fn cases() -> impl Strategy<Value = Case> {
    prop::collection::vec(any::<u32>(), 150..600).prop_map(|numbers| case(&numbers))
}

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let text = include_str!("../../docs/schema/simulation.schema.json");
    jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap()
});

proptest! {
    #![proptest_config(law(100))]

    #[test]
    fn every_event_is_the_interpreters(case in cases()) {
        let text = policy(&case);
        let policy = read(&text);
        let timeline = carried_out(&case, &policy);
        let (found, wanted) = (told(&timeline), walk(&case));
        prop_assert_eq!(&found, &wanted, "{}\n{}", text, trace(&case));
        let assumed = ["an assumption".to_owned()];
        let zone = policy.place_of(policy.regions.ids().next()).zone;
        let shown = Shown { policy: &policy, timeline: &timeline, zone, root: "", assumed: &assumed };
        let value: serde_json::Value = serde_json::from_str(&json(&shown)).unwrap();
        let wrong: Vec<String> = SCHEMA.iter_errors(&value).map(|error| error.to_string()).collect();
        prop_assert!(wrong.is_empty(), "{wrong:#?}\n{value:#}");
        prop_assert!(terminal(&shown, Paint::Plain).lines().all(|line| line.chars().count() <= 100));
        prop_assert!(html(&shown).ends_with("</html>\n"));
    }
}

static SMALL: LazyLock<Policy> = LazyLock::new(|| {
    read(
        "policy p { language 1 }\nregion a { zone \"Europe/Dublin\" }\nmetric error-rate : ratio { better lower; no-data hold }\n\
        metric latency : duration { better lower; no-data hold }\n",
    )
});

const PIECES: [&str; 28] = [
    "time,metric,value\n",
    "time,metric,value,region\n",
    "1763978400",
    "1763978460",
    ",",
    "error-rate",
    "latency",
    "@baseline",
    "5%",
    "0.2",
    "250ms",
    "NaN",
    "\n",
    "\r\n",
    "\"",
    "a",
    "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[",
    "]}}",
    "{\"metric\":{\"__name__\":\"error_rate\"},\"values\":[",
    "[1763978400,\"0.1\"]",
    "[1763978400.5,\"1e-3\"]",
    "]}",
    "\u{feff}",
    "-",
    "1e999",
    "9223372036854775807",
    "{\"metric\":{},\"values\":[[1e300,\"\"]]}",
    "é",
];

proptest! {
    #![proptest_config(law(2000))]

    #[test]
    fn a_trace_is_read_or_refused_with_a_mend(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..24), noise in "\\PC{0,8}") {
        for text in [pieces.concat(), format!("{}{noise}", pieces.concat()), format!("time,metric,value\n{}", pieces.concat())] {
            match Trace::read(&SMALL, &text) {
                Ok(trace) => prop_assert!(trace.start() <= trace.end() && trace.end().is_some()),
                Err(error) => prop_assert!(!error.message.is_empty() && !error.help.is_empty()),
            }
        }
    }
}

/// Equal answers say little of what never happens.
#[test]
fn the_cases_meet_every_event_and_every_end() {
    let mut number: u32 = 1;
    let mut next = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        number >> 8
    };
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..600 {
        let numbers: Vec<u32> = (0..600).map(|_| next()).collect();
        let told = walk(&case(&numbers));
        let first = |text: &str| text.split(' ').next().unwrap().to_owned();
        for (_, event) in &told.events {
            *met.entry(first(event)).or_default() += 1;
        }
        *met.entry(format!("= {}", told.outcome.trim_end_matches(char::is_numeric))).or_default() += 1;
    }
    let wanted = [
        "approved",
        "started",
        "calls",
        "retried",
        "enters",
        "traffic",
        "mirrors",
        "holds",
        "soaks",
        "gate",
        "freeze",
        "resumed",
        "finished",
        "failed",
        "fires",
        "goes",
        "pulls",
        "no",
        "did",
        "recovered",
        "not",
        "incident",
        "= finished",
        "= back Some(true)",
        "= back Some(false)",
        "= back None",
        "= paused None",
        "= failed",
        "= stuck",
        "= trace-ends",
    ];
    for word in wanted {
        assert!(met.get(word).is_some_and(|times| *times >= 3), "`{word}` in {met:#?}");
    }
}
