//! Scenarios as JSON that people read and mend: spans and values are written as in a policy.

use super::{Level, Scenario, Series, Shape};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::decide::{Given, read_value};
use crate::policy::{FactKind, FreezeKind, Id, MetricKind, Named, Pipeline, Policy, Stage, Table, Value};
use crate::simulate::csv::near;
use crate::simulate::trace::{Side, TraceError};
use crate::simulate::{Assumptions, Imposed, Place, value};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// The form that is written and read.
const SCHEMA: &str = "opsc.scenario/1";

/// What stands behind the name of a metric whose levels are those of its baseline.
const BASELINE: &str = "@baseline";

/// More samples of one series are no rollout.
const MOST_SAMPLES: i64 = 100_000;

/// What stands where nothing is measured, nobody approves, and each try fails.
const NOTHING: &str = "no data";
const NEVER: &str = "never";
const ALWAYS: &str = "always";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    schema: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    property: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    found: String,
    pipeline: String,
    start: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tier: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    took: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    fails: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    approved: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    denied: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    freezes: Vec<Freeze>,
    every: String,
    lasts: String,
    measured: Map<String, Json>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Freeze {
    kind: String,
    from: String,
    lasts: String,
}

pub(super) fn write(scenario: &Scenario, policy: &Policy, property: &str, found: &str) -> String {
    let place = |(pipeline, stage): &Place| {
        let of = &policy.pipelines[*pipeline];
        let stage = &of.stages[*stage].name;
        if *pipeline == scenario.pipeline { stage.clone() } else { format!("{}.{stage}", of.name) }
    };
    let assumed = &scenario.assumed;
    let text = |span: Elapsed| Json::from(span.to_string());
    let fails = |times: u32| if times == u32::MAX { Json::from(ALWAYS) } else { Json::from(times) };
    let written = Written {
        schema: SCHEMA.to_owned(),
        property: property.to_owned(),
        found: found.to_owned(),
        pipeline: policy.pipelines[scenario.pipeline].name.clone(),
        start: scenario.start.to_string(),
        tier: assumed.tier.map(|tier| policy.tiers[tier].name.clone()),
        took: assumed.took.iter().map(|(at, span)| (place(at), text(*span))).collect(),
        fails: assumed.failing.iter().map(|(at, times)| (place(at), fails(*times))).collect(),
        approved: assumed
            .approvals
            .iter()
            .map(|(at, span)| (place(at), span.map_or(Json::from(NEVER), text)))
            .collect(),
        denied: assumed.denied.iter().cloned().collect(),
        freezes: assumed
            .freezes
            .iter()
            .map(|freeze| Freeze {
                kind: policy.kinds[freeze.kind].name.clone(),
                from: freeze.during.start.since(scenario.start).to_string(),
                lasts: freeze.during.end.since(freeze.during.start).to_string(),
            })
            .collect(),
        every: scenario.every.to_string(),
        lasts: scenario.lasts.to_string(),
        measured: scenario.series.iter().map(|series| levels(policy, series)).collect(),
    };
    serde_json::to_string_pretty(&written).map(|text| text + "\n").unwrap_or_default()
}

fn levels(policy: &Policy, series: &Series) -> (String, Json) {
    let metric = &policy.metrics[series.metric];
    let name = match series.side {
        Side::Change => metric.name.clone(),
        Side::Baseline => format!("{}{BASELINE}", metric.name),
    };
    let level = |level: &Level| {
        let value = level.value.map_or(NOTHING.to_owned(), |amount| text(policy, series, amount));
        (level.from.to_string(), Json::from(value))
    };
    (name, Json::Object(series.levels.iter().map(level).collect()))
}

/// A value of a series.
pub(super) fn text(policy: &Policy, series: &Series, amount: Decimal) -> String {
    value::write(kind(policy.metrics[series.metric].kind, series.shape), amount)
}

fn kind(kind: MetricKind, shape: Shape) -> MetricKind {
    match shape {
        Shape::Value => kind,
        Shape::Growth => MetricKind::Rate,
    }
}

pub(super) fn read(policy: &Policy, text: &str) -> Result<Scenario, TraceError> {
    let written: Written = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
        let said = error.to_string();
        let reason = said.split(" at line ").next().unwrap_or(&said).to_owned();
        let line = (error.line() > 0).then(|| error.line());
        TraceError::new(
            line,
            format!("this is no scenario: {reason}"),
            "write it by docs/schema/scenario.schema.json",
        )
    })?;
    if written.schema != SCHEMA {
        let message = format!("it says schema `{}`", written.schema);
        return Err(wrong(message, format!("this version reads `{SCHEMA}`")));
    }
    let pipeline: Id<Pipeline> = find("pipeline", &policy.pipelines, &written.pipeline)?;
    let start = Instant::parse(&written.start).ok_or_else(|| {
        wrong(format!("`{}` is no instant", written.start), "write it like `2025-11-27T12:00:00Z`")
    })?;
    let (every, lasts) = (span(&written.every)?, span(&written.lasts)?);
    if every <= Elapsed::ZERO || lasts.as_seconds() / every.as_seconds().max(1) > MOST_SAMPLES {
        let message = format!("it is measured every {every} for {lasts}");
        return Err(wrong(message, format!("measure at most {MOST_SAMPLES} times")));
    }
    let mut assumed = Assumptions { denied: denied(policy, written.denied)?, ..Assumptions::default() };
    if let Some(tier) = &written.tier {
        assumed.tier = Some(find("tier", &policy.tiers, tier)?);
    }
    let at = |name: &str| place(policy, pipeline, name);
    for (name, value) in &written.took {
        assumed.took.insert(at(name)?, span(text_of(name, value)?)?);
    }
    for (name, value) in &written.fails {
        let times = value.as_u64().and_then(|times| u32::try_from(times).ok());
        let always = value.as_str().filter(|word| *word == ALWAYS).map(|_| u32::MAX);
        let times = times.or(always).ok_or_else(|| {
            wrong(format!("`{name}` fails {value}"), format!("write how often it fails, or \"{ALWAYS}\""))
        })?;
        assumed.failing.insert(at(name)?, times);
    }
    for (name, value) in &written.approved {
        let said = text_of(name, value)?;
        let given = if said == NEVER { None } else { Some(span(said)?) };
        assumed.approvals.insert(at(name)?, given);
    }
    for freeze in &written.freezes {
        let kind: Id<FreezeKind> = find("kind of freeze", &policy.kinds, &freeze.kind)?;
        let from = start.plus(span(&freeze.from)?);
        assumed.freezes.push(Imposed { kind, during: Interval::new(from, from.plus(span(&freeze.lasts)?)) });
    }
    let mut series = Vec::new();
    for (name, value) in &written.measured {
        series.push(one_series(policy, name, value)?);
    }
    Ok(Scenario { pipeline, start, assumed, series, every, lasts })
}

fn one_series(policy: &Policy, name: &str, levels: &Json) -> Result<Series, TraceError> {
    let (bare, side) = match name.strip_suffix(BASELINE) {
        Some(bare) => (bare, Side::Baseline),
        None => (name, Side::Change),
    };
    let metric = find("metric", &policy.metrics, bare)?;
    let of = policy.metrics[metric].kind;
    let Json::Object(levels) = levels else {
        return Err(wrong(
            format!("`{name}` has no levels"),
            "write them as `{ \"0s\": \"1\", \"40m\": \"0.59\" }`",
        ));
    };
    let texts: BTreeMap<Elapsed, &str> = levels
        .iter()
        .map(|(from, value)| Ok((span(from)?, text_of(name, value)?)))
        .collect::<Result<_, TraceError>>()?;
    let grows = of == MetricKind::Count && texts.values().any(|text| text.ends_with("/s"));
    let shape = if grows { Shape::Growth } else { Shape::Value };
    let level = |(from, text): (Elapsed, &str)| {
        let value = match text {
            NOTHING => None,
            text => {
                let read = value::read(kind(of, shape), text);
                Some(read.map_err(|(message, help)| wrong(format!("`{name}`: {message}"), help))?)
            }
        };
        Ok(Level { from, value })
    };
    let levels = texts.into_iter().map(level).collect::<Result<_, TraceError>>()?;
    Ok(Series { metric, side, shape, levels })
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> TraceError {
    TraceError::new(None, message, help)
}

fn find<T: Named>(what: &str, table: &Table<T>, name: &str) -> Result<Id<T>, TraceError> {
    table.find(name).ok_or_else(|| {
        let known = table.rows().iter().map(Named::name);
        wrong(format!("the policy has no {what} `{name}`"), near(name, known))
    })
}

/// A stage of the pipeline, or, with its name and a dot before it, of another.
fn place(policy: &Policy, own: Id<Pipeline>, name: &str) -> Result<Place, TraceError> {
    let (pipeline, stage) = match name.split_once('.') {
        Some((pipeline, stage)) => (find("pipeline", &policy.pipelines, pipeline)?, stage),
        None => (own, name),
    };
    let stage: Id<Stage> = find("stage", &policy.pipelines[pipeline].stages, stage)?;
    Ok((pipeline, stage))
}

/// Names of facts, probes and approvals; a probe may be known by its name alone.
fn denied(policy: &Policy, names: Vec<String>) -> Result<BTreeSet<String>, TraceError> {
    let gates = policy.gates.rows().iter().flat_map(|gate| &gate.requires);
    let triggers = policy.rollbacks.rows().iter().flat_map(|rollback| {
        rollback.triggers.iter().chain(rollback.recovered.iter().map(|recovered| &recovered.when))
    });
    let asked = crate::simulate::asked_of_people(policy, gates.chain(triggers));
    for name in &names {
        let is_declared = policy.facts.find(name).is_some()
            || policy.approvals.find(name).is_some()
            || policy.windows.find(name).is_some_and(|window| policy.windows[window].vendor.is_some())
            || policy.probes.find(name).is_some();
        if !is_declared && !asked.contains(name.as_str()) {
            let message = format!("the policy has no fact, probe or approval `{name}`");
            return Err(wrong(message, near(name, asked.iter().copied())));
        }
    }
    Ok(names.into_iter().collect())
}

fn text_of<'j>(name: &str, value: &'j Json) -> Result<&'j str, TraceError> {
    value.as_str().ok_or_else(|| {
        wrong(format!("`{name}`: {value} is no text"), "write values in quotes, with their unit")
    })
}

fn span(text: &str) -> Result<Elapsed, TraceError> {
    match read_value(&FactKind::Duration, &Given::Text(text.to_owned())) {
        Some(Value::Duration(span)) if span >= Elapsed::ZERO => Ok(span),
        _ => Err(wrong(format!("`{text}` is no span of time"), "write it like 5m or 1h30m")),
    }
}
