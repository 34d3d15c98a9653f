//! `tier`: how risky a change is, and what that asks of it.

use super::Lower;
use crate::policy::{Condition, Phase, Requirement, Tier};
use crate::schema::Declared;

pub(super) fn tier(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Tier> {
    let name = declared.name?;
    let title = declared.head.get("title").and_then(|title| lower.string(title));
    Some(Tier {
        name: name.text.to_owned(),
        title: title.unwrap_or_else(|| name.text.to_owned()),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        examples: lower.strings(declared.all("examples"), "text"),
        requirements: requirements(lower, declared),
    })
}

/// In the order they stand, so that a report asks for them as the policy does.
fn requirements(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Vec<Requirement> {
    let mut found = Vec::new();
    for given in declared.fields.iter() {
        let (phase, written, condition) = match given.field.keyword {
            "before" => {
                let Some(written) = given.get("condition") else { continue };
                let phase = Phase::ALL.into_iter().find(|phase| phase.name() == given.captures.tag());
                (phase, written, lower.condition(written))
            }
            "approve" => {
                let Some(written) = given.get("seats") else { continue };
                (Some(Phase::Merge), written, lower.seats(written).map(Condition::Approved))
            }
            _ => continue,
        };
        if let (Some(phase), Some(condition)) = (phase, condition) {
            let text = lower.text(written.span).to_owned();
            found.push(Requirement { phase, condition, text, origin: lower.origin(given.span()) });
        }
    }
    found
}
