//! `claim`, and what a tier says of kinds of freeze: what another source says, to be held against the kinds.

use super::Lower;
use super::freeze::whole;
use crate::policy::{Claim, ClaimRuling, Condition, FreezeKind, Id, Ruling, Tier};
use crate::schema::{Declared, Given};

pub(super) fn claim(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Claim> {
    let name = declared.name?;
    let mut rulings: Vec<ClaimRuling> = Vec::new();
    let mut rest: Vec<ClaimRuling> = Vec::new();
    for given in declared.fields.iter() {
        let Some(said) = said(lower, given) else { continue };
        if given.captures.has("others") { rest.push(said) } else { rulings.push(said) }
    }
    for mut said in rest {
        let named = |tier: &Id<Tier>| {
            rulings.iter().any(|other| other.kind == said.kind && other.tiers.contains(tier))
        };
        said.tiers = lower.policy.tiers.ids().filter(|tier| !named(tier)).collect();
        rulings.push(said);
    }
    rulings.sort_by_key(|said| said.origin);
    Some(Claim { name: name.text.to_owned(), origin: lower.origin(name.span), rulings })
}

fn said(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<ClaimRuling> {
    let kind = lower.id::<FreezeKind>(given.get("freeze")?);
    let mut tiers = Vec::new();
    for written in given.captures.all("tier") {
        tiers.push(lower.id::<Tier>(written)?);
    }
    let ruling = ruling(lower, given)?;
    Some(ClaimRuling { kind: Some(kind?), tiers, ruling, origin: lower.origin(whole(given)) })
}

fn ruling(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Ruling> {
    let has = |tags: [&str; 2]| tags.iter().any(|tag| given.captures.has(tag));
    Some(if has(["blocks", "blocked"]) {
        Ruling::Block
    } else if has(["excepts", "excepted"]) {
        Ruling::Except
    } else {
        let when = match given.when() {
            Some(written) => lower.condition(written)?,
            None => Condition::TRUE,
        };
        Ruling::Admit { when }
    })
}

/// `in hard blocked` in a tier is a claim of that tier.
pub(super) fn of_tier(lower: &mut Lower<'_>, declared: &Declared<'_>) {
    let Some(tier) = declared.name.and_then(|name| lower.policy.tiers.find(name.text)) else { return };
    let mut rulings = Vec::new();
    for given in declared.all("in") {
        let kind = given.get("freeze").and_then(|kind| lower.id::<FreezeKind>(kind));
        if let (Some(kind), Some(ruling)) = (kind, ruling(lower, given)) {
            let origin = lower.origin(given.span());
            rulings.push(ClaimRuling { kind: Some(kind), tiers: vec![tier], ruling, origin });
        }
    }
    if !rulings.is_empty() {
        let row = &lower.policy.tiers[tier];
        let claim = Claim { name: format!("tier {}", row.name), origin: row.origin, rulings };
        lower.policy.claims.push(claim);
    }
}
