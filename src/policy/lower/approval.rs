//! `approval` and `break-glass`: who is asked, for how long an answer counts, and what an emergency owes.

use super::Lower;
use crate::policy::{ApprovalRule, BreakGlass, Escalation, Seats, Tier, Validity};
use crate::schema::{Declared, Given};

pub(super) fn approval(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<ApprovalRule> {
    let name = declared.name?;
    let seats = declared.one("approve").and_then(|given| lower.seats(given.get("seats")?));
    let valid_for = declared.one("valid").and_then(|given| {
        let validity =
            if given.captures.has("throughout") { Validity::Throughout } else { Validity::AtStart };
        Some((lower.duration(given.get("duration")?)?, validity))
    });
    Some(ApprovalRule {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        seats: seats?,
        valid_for,
        dismiss_on_new_commit: declared.one("dismiss").is_some(),
    })
}

pub(super) fn break_glass(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<BreakGlass> {
    let name = declared.name?;
    let by = declared.one("by").and_then(|given| lower.seats(given.get("seats")?));
    let mut requires = Vec::new();
    for given in declared.all("require") {
        let Some(written) = given.get("condition") else { continue };
        if let Some(condition) = lower.condition(written) {
            requires.push((condition, lower.text(written.span).to_owned(), lower.origin(given.span())));
        }
    }
    let mut owes = Vec::new();
    for given in declared.all("owes") {
        let within = given.get("within").and_then(|within| lower.duration(within));
        owes.extend(given.get("debt").and_then(|debt| lower.string(debt)).map(|debt| (debt, within)));
    }
    let escalation = declared.all("escalate").filter_map(|given| escalation(lower, given)).collect();
    Some(BreakGlass {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        by: by?,
        tiers: lower.references::<Tier>(declared, "tiers"),
        requires,
        escalation,
        owes,
    })
}

/// `1 of on-call within 10m`
fn escalation(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Escalation> {
    let parts = given.entry.head.as_ref()?.phrase();
    let seat: Vec<_> = parts.iter().take_while(|part| part.word() != Some("within")).cloned().collect();
    let span = seat.first()?.span.to(seat.last()?.span);
    let seats = vec![lower.seat(&seat, span)?];
    let within = given.get("within").and_then(|within| lower.duration(within));
    Some(Escalation { seats: Seats { origin: lower.origin(span), seats }, within })
}
