//! Facts, and how a change's tier follows from its paths.

use super::Lower;
use crate::policy::{Classify, Fact, FactKind, FactSource};
use crate::schema::{Captures, Declared, Given};

pub(super) fn fact(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Fact> {
    let name = declared.name?;
    let kind = kind(&declared.annotation)?;
    let sources: Vec<FactSource> = declared.all("from").filter_map(|given| source(lower, given)).collect();
    let fresh = declared.one("fresh").and_then(|given| given.get("duration"));
    Some(Fact {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        kind,
        sources,
        fresh: fresh.and_then(|fresh| lower.duration(fresh)),
        private: declared.one("private").is_some(),
    })
}

fn kind(annotation: &Captures<'_>) -> Option<FactKind> {
    Some(match annotation.tag() {
        "bool" => FactKind::Bool,
        "one-of" => FactKind::OneOf(
            annotation.all("choice").filter_map(|choice| choice.word()).map(str::to_owned).collect(),
        ),
        "number" => FactKind::Number,
        "ratio" => FactKind::Ratio,
        "duration" => FactKind::Duration,
        "money" => FactKind::Money,
        "rate" => FactKind::Rate,
        "instant" => FactKind::Instant,
        "text" => FactKind::Text,
        _ => return None,
    })
}

fn source(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<FactSource> {
    Some(match given.captures.tag() {
        "ci" => FactSource::Ci,
        "label" => FactSource::Label(match given.get("role") {
            Some(role) => Some(lower.id(role)?),
            None => None,
        }),
        "review" => FactSource::Review,
        "json" => FactSource::Json {
            file: lower.string(given.get("file")?)?,
            pointer: lower.string(given.get("pointer")?)?,
        },
        "operator" => FactSource::Operator,
        _ => return None,
    })
}

pub(super) fn classify(_lower: &mut Lower<'_>, _declared: &Declared<'_>) -> Option<Classify> {
    None
}
