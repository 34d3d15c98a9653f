//! Traces as CSV: `time,metric,value`, and `region` where it is told.

use super::trace::{Sample, Side, Trace, TraceError};
use super::value;
use crate::calendar::Instant;
use crate::policy::{Id, Metric, Policy, Region};

/// What stands behind the name of a metric whose samples are those of its baseline.
const BASELINE: &str = "@baseline";

const HEADER: &str = "the first line is `time,metric,value` or `time,metric,value,region`";

pub(super) fn read(policy: &Policy, text: &str) -> Result<Trace, TraceError> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let Some((first, header)) = lines.next() else {
        return Err(TraceError::new(None, "it is empty", HEADER));
    };
    let header = fields(first, header)?;
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let columns = match header.as_slice() {
        ["time", "metric", "value"] => 3,
        ["time", "metric", "value", "region"] => 4,
        _ => return Err(TraceError::new(Some(first), "this is not the header of a trace", HEADER)),
    };
    let mut trace = Trace::default();
    for (line, text) in lines {
        let fields = fields(line, text)?;
        let (Some(time), Some(name), Some(value), true) =
            (fields.first(), fields.get(1), fields.get(2), fields.len() == columns)
        else {
            let message = format!("it has {} fields where the header has {columns}", fields.len());
            return Err(TraceError::new(Some(line), message, "give each line one field for each column"));
        };
        let (name, side) =
            name.strip_suffix(BASELINE).map_or((name.as_str(), Side::Change), |name| (name, Side::Baseline));
        let metric = metric(policy, name, Some(line))?;
        let region = match fields.get(3).filter(|region| !region.is_empty()) {
            Some(name) => Some(region(policy, name, Some(line))?),
            None => None,
        };
        let at = instant(time).ok_or_else(|| {
            let help = "write an instant, `2025-11-27T12:00:00Z`, or seconds since 1970";
            TraceError::new(Some(line), format!("`{time}` is no instant"), help)
        })?;
        let value = value::read(policy.metrics[metric].kind, value)
            .map_err(|(message, help)| TraceError::new(Some(line), message, help))?;
        add(&mut trace, policy, (metric, side), Sample { at, region, value }, Some(line))?;
    }
    Ok(trace)
}

fn instant(text: &str) -> Option<Instant> {
    match text.parse::<i64>() {
        Ok(seconds) => Some(Instant::from_unix(seconds)),
        Err(_) => Instant::parse(text),
    }
}

/// The fields of a line of CSV; one in quotes may hold commas, and quotes that are doubled.
///
/// # Errors
/// A quote that is not closed, or text behind a closing one.
pub fn fields(line: usize, text: &str) -> Result<Vec<String>, TraceError> {
    let mut fields = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        let (field, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let mut field = String::new();
                let mut inner = quoted;
                loop {
                    let Some((part, after)) = inner.split_once('"') else {
                        return Err(TraceError::new(
                            Some(line),
                            "a quote is not closed",
                            "close it on the same line",
                        ));
                    };
                    field.push_str(part);
                    match after.strip_prefix('"') {
                        Some(after) => {
                            field.push('"');
                            inner = after;
                        }
                        None => break (field, after.trim_start()),
                    }
                }
            }
            None => {
                let end = rest.find(',').unwrap_or(rest.len());
                let (field, after) = rest.split_at(end);
                (field.trim().to_owned(), after)
            }
        };
        fields.push(field);
        match after.strip_prefix(',') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(fields),
            None => {
                let help = "put a comma between two fields, and quotes round the whole of one";
                return Err(TraceError::new(Some(line), "text stands behind a closing quote", help));
            }
        }
    }
}

pub(super) fn metric(policy: &Policy, name: &str, line: Option<usize>) -> Result<Id<Metric>, TraceError> {
    policy.metrics.find(name).ok_or_else(|| {
        let known = policy.metrics.rows().iter().map(|metric| metric.name.as_str());
        TraceError::new(line, format!("the policy has no metric `{name}`"), near(name, known))
    })
}

pub(super) fn region(policy: &Policy, name: &str, line: Option<usize>) -> Result<Id<Region>, TraceError> {
    policy.regions.find(name).ok_or_else(|| {
        let known = policy.regions.rows().iter().map(|region| region.name.as_str());
        TraceError::new(line, format!("the policy has no region `{name}`"), near(name, known))
    })
}

pub(super) fn near<'a>(name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    match crate::schema::suggest::closest(name, known.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match known.collect::<Vec<_>>() {
            known if known.is_empty() => "it declares none".to_owned(),
            known => format!("it has {}", known.join(", ")),
        },
    }
}

pub(super) fn add(
    trace: &mut Trace,
    policy: &Policy,
    (metric, side): (Id<Metric>, Side),
    sample: Sample,
    line: Option<usize>,
) -> Result<(), TraceError> {
    trace.add(metric, side, sample).map_err(|latest| {
        let name = &policy.metrics[metric].name;
        let message = format!("`{name}` at {} comes after {latest}", sample.at);
        let help = "sort the samples of a metric and region by time, and give each instant one";
        TraceError::new(line, message, help)
    })
}
