//! `freeze`: a kind, which says of every tier what becomes of it.

use super::Lower;
use crate::code;
use crate::diag::{Diagnostic, Edit, Fix};
use crate::policy::{Condition, FreezeKind, Id, Origin, Ruling, Tier};
use crate::schema::{Declared, Given};
use crate::source::Span;
use std::collections::BTreeMap;

code!(pub KIND_NOT_TOTAL, Error, "kind-not-total", "a kind of freeze that leaves a tier out");
code!(pub TIER_RULED_TWICE, Error, "tier-ruled-twice", "a kind of freeze that says two things of one tier");

/// What the statements of a kind say so far.
#[derive(Default)]
struct Said {
    of: BTreeMap<Id<Tier>, (Ruling, Origin)>,
    others: Option<(Ruling, Origin)>,
    sound: bool,
}

pub(super) fn freeze(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<FreezeKind> {
    let name = declared.name?;
    let mut said =
        Said { sound: !lower.said_badly(declared, &["admit", "except", "block"]), ..Said::default() };
    for given in declared.fields.iter() {
        let Some(ruling) = ruling(lower, given) else {
            said.sound = false;
            continue;
        };
        statement(lower, given, &ruling, &mut said);
    }
    if !said.sound {
        return None;
    }
    let mut rulings = Vec::with_capacity(lower.policy.tiers.len());
    let mut left_out = Vec::new();
    for (id, tier) in lower.policy.tiers.iter() {
        match said.of.get(&id).or(said.others.as_ref()) {
            Some(ruling) => rulings.push(ruling.clone()),
            None => left_out.push(tier.name.clone()),
        }
    }
    if !left_out.is_empty() {
        let message = format!("kind `{}` does not say what becomes of {}", name.text, left_out.join(", "));
        let mut finding = Diagnostic::new(&KIND_NOT_TOTAL, name.span, message)
            .help("every tier is admitted, excepted or blocked: say `block others`, or name each");
        if let Some(block) = &declared.entry.block {
            let end = Span { start: block.span.end.saturating_sub(1), ..block.span };
            let text = lower.text(block.span);
            let inline = !text.contains('\n');
            let added = if inline { "; block others " } else { "  block others\n" };
            let edits = vec![Edit { span: Span { end: end.start, ..end }, text: added.to_owned() }];
            finding.fixes.push(Fix { title: "add `block others`".to_owned(), edits });
        }
        lower.report(finding);
        return None;
    }
    Some(FreezeKind {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        rulings,
    })
}

/// A statement with its `when`.
pub(super) fn whole(given: &Given<'_>) -> Span {
    given.entry.clauses.iter().fold(given.span(), |span, clause| span.to(clause.span))
}

fn ruling(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Ruling> {
    Some(match given.field.keyword {
        "admit" => {
            let when = match given.when() {
                Some(written) => lower.condition(written)?,
                None => Condition::TRUE,
            };
            Ruling::Admit { when }
        }
        "except" => Ruling::Except,
        _ => Ruling::Block,
    })
}

fn statement(lower: &mut Lower<'_>, given: &Given<'_>, ruling: &Ruling, said: &mut Said) {
    let origin = lower.origin(whole(given));
    if given.captures.has("others") {
        if let Some((_, first)) = &said.others {
            let finding = Diagnostic::new(&TIER_RULED_TWICE, origin.span, "`others` is ruled on twice");
            lower.report(finding.also(first.span, "ruled on first here").help("keep one of the two"));
            said.sound = false;
        }
        said.others = Some((ruling.clone(), origin));
        return;
    }
    for written in given.captures.all("tier") {
        let Some(tier) = lower.id::<Tier>(written) else {
            said.sound = false;
            continue;
        };
        if let Some((_, first)) = said.of.get(&tier) {
            let message = format!("`{}` is ruled on twice", lower.policy.tiers[tier].name);
            let finding = Diagnostic::new(&TIER_RULED_TWICE, written.span, message);
            lower.report(finding.also(first.span, "ruled on first here").help("keep one of the two"));
            said.sound = false;
        }
        said.of.insert(tier, (ruling.clone(), origin));
    }
}
