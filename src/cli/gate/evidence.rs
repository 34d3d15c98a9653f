//! Facts as they arrive: flags, files, and the JSON files that facts of the policy point into.

use crate::calendar::Instant;
use crate::cli::{Context, Failure, files};
use crate::decide::{Evidence, EvidenceSource, Given};
use crate::policy::{FactSource, Policy};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The forms of `--facts FILE`.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Facts {
    /// Assertions in full.
    Full(Vec<Evidence>),
    /// Values by name, from the CI job that hands them over.
    Values(BTreeMap<String, Value>),
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

/// The assertions of a file.
pub(super) fn file(facts: Facts) -> Vec<Evidence> {
    match facts {
        Facts::Full(assertions) => assertions,
        Facts::Values(values) => values.into_iter().map(|(fact, value)| of_ci(fact, value)).collect(),
    }
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

/// `NAME=VALUE`; a name alone is true. The operator asserts it, at the instant that is judged.
pub(super) fn flag(policy: &Policy, text: &str, judged: Instant) -> Result<Evidence, Failure> {
    let (fact, value) = text.split_once('=').unwrap_or((text, "true"));
    if policy.facts.find(fact).is_none() {
        let names: Vec<&str> = policy.facts.rows().iter().map(|fact| fact.name.as_str()).collect();
        let help = match crate::schema::suggest::closest(fact, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if names.is_empty() => "the policy declares no fact".to_owned(),
            None => format!("it declares {}", names.join(", ")),
        };
        return Err(Failure::usage(format!("the policy declares no fact `{fact}`")).help(help));
    }
    let value = match value {
        "true" => Given::Bool(true),
        "false" => Given::Bool(false),
        text => serde_json::from_str::<serde_json::Number>(text)
            .map_or_else(|_| Given::Text(text.to_owned()), Given::Number),
    };
    Ok(Evidence {
        fact: fact.to_owned(),
        value,
        source: EvidenceSource::Operator,
        actor: None,
        observed_at: Some(judged),
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
