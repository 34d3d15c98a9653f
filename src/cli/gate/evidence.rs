//! Facts as they arrive: flags, files, and the JSON files that facts of the policy point into.

use super::json;
use crate::calendar::Instant;
use crate::cli::{Context, Failure, files};
use crate::decide::{Evidence, EvidenceSource, Given};
use crate::policy::{FactSource, Policy};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::fmt;

/// Values by name, each as often as it stands: a name said twice is two assertions, which may contradict each other.
#[derive(Debug, Default)]
struct Values(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Values;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object of facts")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Values, M::Error> {
                let mut values = Values::default();
                while let Some(pair) = map.next_entry()? {
                    values.0.push(pair);
                }
                Ok(values)
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}

/// What a file of values may say of one fact besides its value.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Detailed {
    value: Given,
    #[serde(default)]
    actor: Option<String>,
    #[serde(default)]
    observed_at: Option<Instant>,
}

/// The assertions of a file: a list of them in full, or an object of values from the CI job that hands it over.
pub(super) fn file(context: &Context<'_>, path: &str) -> Result<Vec<Evidence>, Failure> {
    if json::<Value>(context, path, "JSON")?.is_array() {
        return json(context, path, "a list of facts, each with `fact`, `value`, `source` and `observed_at`");
    }
    let values: Values = json(context, path, "facts: an object of values, or a list of assertions")?;
    Ok(values.0.into_iter().map(|(fact, value)| of_ci(fact, value)).collect())
}

fn of_ci(fact: String, value: Value) -> Evidence {
    let source = EvidenceSource::Ci;
    match serde_json::from_value::<Detailed>(value.clone()) {
        Ok(Detailed { value, actor, observed_at }) => Evidence { fact, value, source, actor, observed_at },
        Err(_) => Evidence { fact, value: given(value), source, actor: None, observed_at: None },
    }
}

fn given(value: Value) -> Given {
    match value {
        Value::Bool(value) => Given::Bool(value),
        Value::Number(value) => Given::Number(value),
        Value::String(value) => Given::Text(value),
        other => Given::Other(other),
    }
}

/// `NAME=VALUE`; a name alone is true. The operator, who may be named, asserts it, at the instant that is judged.
pub(super) fn flag(text: &str, actor: Option<String>, judged: Instant) -> Evidence {
    let (fact, value) = text.split_once('=').unwrap_or((text, "true"));
    let value = match value {
        "true" => Given::Bool(true),
        "false" => Given::Bool(false),
        text => serde_json::from_str::<serde_json::Number>(text)
            .map_or_else(|_| Given::Text(text.to_owned()), Given::Number),
    };
    Evidence {
        fact: fact.to_owned(),
        value,
        source: EvidenceSource::Operator,
        actor,
        observed_at: Some(judged),
    }
}

/// The files that the policy reads facts from.
pub(super) fn pointed_files(policy: &Policy) -> impl Iterator<Item = &str> {
    policy.facts.rows().iter().flat_map(|fact| &fact.sources).filter_map(|source| match source {
        FactSource::Json { file, .. } => Some(file.as_str()),
        _ => None,
    })
}

/// Facts that the policy reads `from json FILE at POINTER`: a file that is not there asserts nothing.
pub(super) fn pointed(context: &Context<'_>, policy: &Policy) -> Result<Vec<Evidence>, Failure> {
    let mut found = Vec::new();
    for fact in policy.facts.rows() {
        for source in &fact.sources {
            let FactSource::Json { file, pointer } = source else { continue };
            let Some(text) = files::text_if_there(context.world, file)? else { continue };
            let document: Value = serde_json::from_str(&text).map_err(|error| {
                Failure::malformed(format!("{file} line {}: this is not JSON: {error}", error.line()))
                    .help(format!("fact `{}` is read from it, at `{pointer}`", fact.name))
            })?;
            let Some(value) = document.pointer(pointer) else { continue };
            let observed_at = document.get("observed_at").and_then(Value::as_str).and_then(Instant::parse);
            found.push(Evidence {
                fact: fact.name.clone(),
                value: given(value.clone()),
                source: EvidenceSource::Json { file: file.clone(), pointer: pointer.clone() },
                actor: None,
                observed_at,
            });
        }
    }
    Ok(found)
}
