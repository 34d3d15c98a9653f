//! Traces as Prometheus answers a range query: a matrix of series.

use super::csv::{add, metric, region};
use super::trace::{Sample, Side, Trace, TraceError};
use super::value;
use crate::calendar::Instant;
use crate::policy::{Id, Metric, Policy};
use serde::Deserialize;
use serde_json::Number;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Response {
    status: String,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    data: Option<Data>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    result_type: String,
    result: serde_json::Value,
}

#[derive(Deserialize)]
struct Series {
    metric: BTreeMap<String, String>,
    values: Vec<(Number, String)>,
}

pub(super) fn read(policy: &Policy, text: &str) -> Result<Trace, TraceError> {
    let help = "save the answer of `/api/v1/query_range` as it is";
    let malformed = |error: &serde_json::Error| {
        let said = error.to_string();
        let reason = said.split(" at line ").next().unwrap_or(&said).to_owned();
        let line = (error.line() > 0).then(|| error.line());
        TraceError::new(line, format!("this is no answer of Prometheus: {reason}"), help)
    };
    let response: Response = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if response.status != "success" {
        let said = response.error.unwrap_or_else(|| response.status.clone());
        return Err(TraceError::new(
            None,
            format!("the query failed: {said}"),
            "mend the query, then ask again",
        ));
    }
    let Some(data) = response.data else {
        return Err(TraceError::new(None, "it holds no data", help));
    };
    if data.result_type != "matrix" {
        let message = format!("it holds a {}, which is no series over time", data.result_type);
        return Err(TraceError::new(None, message, "ask `/api/v1/query_range`, not `/api/v1/query`"));
    }
    let all: Vec<Series> = serde_json::from_value(data.result).map_err(|error| malformed(&error))?;
    let mut trace = Trace::default();
    for (number, series) in (1..).zip(&all) {
        add_series(&mut trace, policy, series).map_err(|error| TraceError {
            message: format!("series {number}: {}", error.message),
            ..error
        })?;
    }
    Ok(trace)
}

/// Labels say which metric, which region, and which side: `track` is `stable` where it is the baseline's.
fn add_series(trace: &mut Trace, policy: &Policy, series: &Series) -> Result<(), TraceError> {
    let Some(name) = series.metric.get("__name__") else {
        let help = "record the expression under the name of its metric: `label_replace(EXPRESSION, \"__name__\", \"error_rate\", \"\", \"\")`";
        return Err(TraceError::new(None, "it has no label `__name__`", help));
    };
    let of = named(policy, name)?;
    let side = match series.metric.get("track").map(String::as_str) {
        Some("stable" | "baseline") => Side::Baseline,
        _ => Side::Change,
    };
    let region = match series.metric.get("region").filter(|region| !region.is_empty()) {
        Some(name) => Some(region(policy, name, None)?),
        None => None,
    };
    for (time, value) in &series.values {
        let at = instant(time).ok_or_else(|| {
            let help = "Prometheus writes seconds since 1970";
            TraceError::new(None, format!("`{time}` is no instant"), help)
        })?;
        let value = value::read(policy.metrics[of].kind, value)
            .map_err(|(message, help)| TraceError::new(None, format!("{message}, at {at}"), help))?;
        add(trace, policy, (of, side), Sample { at, region, value }, None)?;
    }
    Ok(())
}

/// The metric of a name of Prometheus, which has `_` for `-` and may end in a unit's word.
fn named(policy: &Policy, name: &str) -> Result<Id<Metric>, TraceError> {
    let plain = |name: &str| name.replace(['_', ':'], "-").to_ascii_lowercase();
    let wanted = plain(name);
    let found = policy.metrics.iter().find(|(_, metric)| plain(&metric.name) == wanted);
    found.map_or_else(|| metric(policy, &wanted, None), |(id, _)| Ok(id))
}

/// The second that a time of Prometheus lies in.
fn instant(time: &Number) -> Option<Instant> {
    if let Some(seconds) = time.as_i64() {
        return Some(Instant::from_unix(seconds));
    }
    let seconds = time.as_f64()?.floor();
    (seconds.abs() < 1e12).then(|| Instant::from_unix(seconds as i64))
}
