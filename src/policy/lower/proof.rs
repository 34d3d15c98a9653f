//! `prove`: which changes and instants a promise speaks of, and the verdicts it expects there.

use super::{Lower, Row};
use crate::calendar::Interval;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    Asking, Component, EMPTY_RANGE, Environment, Fact, FreezeKind, Id, Outcome, Proof, Region, Service, Tier,
    Window,
};
use crate::resolve::UNKNOWN_NAME;
use crate::schema::Declared;
use crate::schema::suggest::closest;
use crate::source::Span;
use crate::syntax::tree::{Comparison, Expr, ExprKind};
use std::collections::BTreeSet;

code!(pub NOT_AN_OUTCOME, Error, "not-an-outcome", "an expectation of a proof that is no verdict");
code!(pub NOT_PROVABLE, Error, "not-provable", "a proof that speaks of something no change is asked by");

/// Words by which a promise speaks of changes and instants, rather than of evidence.
const WORDS: [&str; 11] = [
    "tier",
    "region",
    "component",
    "service",
    "environment",
    "action",
    "phase",
    "during",
    "at",
    "unknown",
    "without",
];

pub(super) fn proof(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Proof> {
    let name = declared.name?;
    let mut parts = Vec::new();
    for given in declared.all("where") {
        parts.push(given.get("condition").and_then(|written| asking(lower, written)));
    }
    let given = declared.one("expect")?;
    let expected = given.get("condition").and_then(|written| outcomes(lower, written));
    Some(Proof {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        asked: Asking::All(parts.into_iter().collect::<Option<Vec<_>>>()?),
        expected: expected?.into_iter().collect(),
        expected_at: lower.origin(given.span()),
    })
}

/// `blocked`, `not allowed`, `blocked or pending`
fn outcomes(lower: &mut Lower<'_>, written: &Expr) -> Option<BTreeSet<Outcome>> {
    match &written.kind {
        ExprKind::Or(terms) => {
            let each: Vec<Option<BTreeSet<Outcome>>> =
                terms.iter().map(|term| outcomes(lower, term)).collect();
            Some(each.into_iter().collect::<Option<Vec<_>>>()?.into_iter().flatten().collect())
        }
        ExprKind::Paren(inner) => outcomes(lower, inner),
        ExprKind::Not(inner) => {
            let refused = outcomes(lower, inner)?;
            Some(Outcome::ALL.into_iter().filter(|outcome| !refused.contains(outcome)).collect())
        }
        ExprKind::Word(word) if Outcome::ALL.iter().any(|outcome| outcome.name() == word) => {
            Some(Outcome::ALL.into_iter().filter(|outcome| outcome.name() == word).collect())
        }
        ExprKind::Error => None,
        _ => {
            let text = lower.text(written.span).to_owned();
            let finding = Diagnostic::new(&NOT_AN_OUTCOME, written.span, format!("`{text}` is no verdict"));
            let near =
                written.word().and_then(|word| closest(word, Outcome::ALL.iter().map(|one| one.name())));
            lower.report(match near.map(str::to_owned) {
                Some(near) => finding.fix(format!("write `{near}`"), written.span, near),
                None => finding.help(
                    "write `allowed`, `pending` or `blocked`, as in `expect not allowed` or `expect blocked or pending`",
                ),
            });
            None
        }
    }
}

fn asking(lower: &mut Lower<'_>, written: &Expr) -> Option<Asking> {
    if !speaks_of_changes(written) {
        return lower.condition(written).map(Asking::Evidence);
    }
    match &written.kind {
        ExprKind::And(terms) => {
            // Evidence that stands side by side is one condition: seats side by side want different people.
            let mut parts = Vec::new();
            for run in terms.chunk_by(|one, next| !speaks_of_changes(one) && !speaks_of_changes(next)) {
                parts.push(match run {
                    [only] => asking(lower, only),
                    [first, .., last] => {
                        let kind = ExprKind::And(run.to_vec());
                        asking(lower, &Expr { span: first.span.to(last.span), kind })
                    }
                    [] => None,
                });
            }
            Some(Asking::All(parts.into_iter().collect::<Option<Vec<_>>>()?))
        }
        ExprKind::Or(terms) => {
            let parts: Vec<Option<Asking>> = terms.iter().map(|term| asking(lower, term)).collect();
            Some(Asking::Any(parts.into_iter().collect::<Option<Vec<_>>>()?))
        }
        ExprKind::Not(inner) => Some(Asking::Not(Box::new(asking(lower, inner)?))),
        ExprKind::Paren(inner) => asking(lower, inner),
        ExprKind::In(within) => {
            let members: Vec<&Expr> = within.of.iter().flat_map(|member| member.list()).collect();
            one_of(lower, within.member.word()?, &members, written.span)
        }
        ExprKind::Compare(left, Comparison::Equal, right) => {
            one_of(lower, left.word()?, &[right], written.span)
        }
        ExprKind::Compare(left, Comparison::NotEqual, right) => {
            Some(Asking::Not(Box::new(one_of(lower, left.word()?, &[right], written.span)?)))
        }
        ExprKind::Phrase(parts) => match parts.as_slice() {
            [at, start, range, end] if at.word() == Some("at") && matches!(range.kind, ExprKind::Range) => {
                let (from, to) = (lower.instant(start), lower.instant(end));
                let (from, to) = (from?, to?);
                if from >= to {
                    let message = "this span ends where it starts, or before";
                    lower.report(
                        Diagnostic::new(&EMPTY_RANGE, start.span.to(end.span), message)
                            .help("write the earlier instant first"),
                    );
                    return None;
                }
                Some(Asking::At(Interval::new(from, to)))
            }
            [word, evidence @ ..] if word.word() == Some("without") && !evidence.is_empty() => {
                let condition = match evidence {
                    [only] => lower.condition(only),
                    [first, .., last] => {
                        let kind = ExprKind::Phrase(evidence.to_vec());
                        lower.condition(&Expr { span: first.span.to(last.span), kind })
                    }
                    [] => None,
                };
                Some(Asking::Not(Box::new(Asking::Evidence(condition?))))
            }
            [word, named] => {
                let members: Vec<&Expr> = named.list().iter().collect();
                one_of(lower, word.word()?, &members, written.span)
            }
            _ => nothing(lower, written.span),
        },
        _ => nothing(lower, written.span),
    }
}

/// `tier in [T2, T3]`, `during hard, soft`, `component llm`
fn one_of(lower: &mut Lower<'_>, word: &str, members: &[&Expr], span: Span) -> Option<Asking> {
    Some(match word {
        "tier" => Asking::Tier(ids::<Tier>(lower, members)?),
        "region" => Asking::Region(ids::<Region>(lower, members)?),
        "component" => Asking::Component(ids::<Component>(lower, members)?),
        "service" => {
            let services = ids::<Service>(lower, members)?;
            let components = services.iter().flat_map(|service| &lower.policy.services[*service].components);
            Asking::Component(components.copied().collect())
        }
        "environment" => Asking::Environment(ids::<Environment>(lower, members)?),
        "action" => Asking::Action(each(members, |member| lower.action(member))?),
        "phase" => Asking::Phase(each(members, |member| lower.phase(member))?),
        "during" => return during(lower, members),
        "unknown" => match members {
            [fact] => Asking::Unknown(lower.id::<Fact>(fact)?),
            _ => return nothing(lower, span),
        },
        _ => return nothing(lower, span),
    })
}

/// Kinds of freeze and windows.
fn during(lower: &mut Lower<'_>, members: &[&Expr]) -> Option<Asking> {
    let mut kinds = Vec::new();
    let mut windows = Vec::new();
    for member in members {
        let Some(word) = member.word() else { return nothing(lower, member.span) };
        if lower.names.find(FreezeKind::KEYWORD, word).is_some() {
            kinds.push(lower.id::<FreezeKind>(member)?);
        } else if lower.names.find(Window::KEYWORD, word).is_some() {
            windows.push(lower.id::<Window>(member)?);
        } else {
            let message = format!("`{word}` is neither a kind of freeze nor a window");
            let finding = Diagnostic::new(&UNKNOWN_NAME, member.span, message);
            let known =
                [FreezeKind::KEYWORD, Window::KEYWORD].into_iter().flat_map(|kind| lower.names.of(kind));
            lower.report(match closest(word, known).map(str::to_owned) {
                Some(near) => finding.fix(format!("write `{near}`"), member.span, near),
                None => finding.help("name a kind, as in `during hard`, or a window"),
            });
            return None;
        }
    }
    Some(match (kinds.is_empty(), windows.is_empty()) {
        (false, true) => Asking::DuringKind(kinds),
        (true, false) => Asking::DuringWindow(windows),
        _ => Asking::Any(vec![Asking::DuringKind(kinds), Asking::DuringWindow(windows)]),
    })
}

fn ids<T: Row>(lower: &mut Lower<'_>, members: &[&Expr]) -> Option<Vec<Id<T>>> {
    each(members, |member| lower.id::<T>(member))
}

fn each<T>(members: &[&Expr], read: impl FnMut(&Expr) -> Option<T>) -> Option<Vec<T>> {
    // Every member is read, so that each that is wrong is reported.
    let read: Vec<Option<T>> = members.iter().copied().map(read).collect();
    read.into_iter().collect()
}

fn speaks_of_changes(written: &Expr) -> bool {
    let is_word = |expr: &Expr| expr.word().is_some_and(|word| WORDS.contains(&word));
    match &written.kind {
        ExprKind::And(terms) | ExprKind::Or(terms) => terms.iter().any(speaks_of_changes),
        ExprKind::Not(inner) | ExprKind::Paren(inner) => speaks_of_changes(inner),
        ExprKind::In(within) => is_word(&within.member),
        ExprKind::Compare(left, ..) => is_word(left),
        ExprKind::Phrase(parts) => parts.first().is_some_and(is_word),
        _ => false,
    }
}

fn nothing(lower: &mut Lower<'_>, span: Span) -> Option<Asking> {
    let text = lower.text(span).to_owned();
    lower.report(
        Diagnostic::new(&NOT_PROVABLE, span, format!("`{text}` says of no change which it is")).help(format!(
            "name changes by {}, as in `tier in [T2, T3] and during hard`, or by evidence, as in `not warmup`",
            WORDS.map(|word| format!("`{word}`")).join(", ")
        )),
    );
    None
}
