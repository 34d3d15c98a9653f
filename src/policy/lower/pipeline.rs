//! `pipeline` and `lock`: what a run is made of, what it holds, and what it does when a freeze begins or a stage fails.

use super::Lower;
use super::stage;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    FreezeAnswer, FreezeKind, Id, Lock, OnFailure, Origin, Pipeline, Reaction, Rollback, Service,
};
use crate::schema::{Captures, DUPLICATE_FIELD, Declared, Given, UNEXPECTED_BLOCK, WRONG_FORM};
use crate::source::Span;
use crate::syntax::tree::{Comparison, Expr, ExprKind, Literal};
use crate::types::{self, Value};
use rust_decimal::Decimal;

code!(pub ANSWER_NEVER_REACHED, Error, "answer-never-reached", "an answer to a freeze behind one that always fits");

/// More runs at once than this are no limit.
const MOST_RUNS: i64 = 1000;

pub(super) fn lock(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Lock> {
    let name = declared.name?;
    Some(Lock {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        lease: declared.one("lease").and_then(|given| lower.duration(given.get("duration")?)),
        because: declared.because().map(|text| text.value.clone()),
    })
}

pub(super) fn pipeline(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Pipeline> {
    let name = declared.name?;
    let service = declared.head.get("service").and_then(|service| lower.id::<Service>(service));
    let runs = declared.one("runs").and_then(|given| lower.integer(given.get("integer")?, 1, MOST_RUNS));
    let mut holds = Vec::new();
    for written in declared.all("holds").flat_map(|given| given.captures.all("lock")) {
        holds.extend(lower.id::<Lock>(written).map(|lock| (lock, lower.origin(written.span))));
    }
    let id = lower.names.find("pipeline", name.text).map(|known| Id::at(known.ordinal as usize))?;
    let whose = stage::Whose { pipeline: id, name: name.text, service };
    let (on_freeze, on_failure) = on(lower, declared);
    Some(Pipeline {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        service,
        runs: runs.and_then(|runs| u32::try_from(runs).ok()).unwrap_or(1),
        holds,
        on_freeze,
        on_failure,
        stages: stage::stages(lower, declared, &whose),
    })
}

/// What a stage or a pipeline does when it fails: the captures of the rule `failure`.
pub(super) fn on_failure(lower: &mut Lower<'_>, captures: &Captures<'_>) -> Option<OnFailure> {
    if captures.has("rollback") {
        return lower.id::<Rollback>(captures.get("rollback")?).map(OnFailure::Rollback);
    }
    Some(if captures.has("pause") { OnFailure::Pause } else { OnFailure::Stop })
}

/// A share of all traffic, as a literal says it.
pub(super) fn share(lower: &mut Lower<'_>, written: &Expr) -> Option<Decimal> {
    let value = types::value(lower.sources.text_of(written.span), Literal::Ratio, written.span);
    match lower.checked(value)? {
        Value::Ratio(share) => Some(share),
        _ => None,
    }
}

fn on(lower: &mut Lower<'_>, declared: &Declared<'_>) -> (Vec<FreezeAnswer>, Option<(OnFailure, Origin)>) {
    let mut answers: Vec<FreezeAnswer> = Vec::new();
    let mut failure: Option<(OnFailure, Origin)> = None;
    let mut said: Option<Span> = None;
    for given in declared.all("on") {
        if given.captures.has("freeze") {
            if given.fields.iter().next().is_none() && given.entry.block.is_none() {
                let finding =
                    Diagnostic::new(&WRONG_FORM, given.span(), "`on freeze` does not say what is done");
                lower.report(
                    finding
                        .help("write the answers in braces: `on freeze { hard: pause; otherwise finish }`"),
                );
            }
            for inner in given.fields.iter() {
                answer(lower, inner, &mut answers);
            }
            continue;
        }
        if let Some(block) = &given.entry.block {
            let finding = Diagnostic::new(&UNEXPECTED_BLOCK, block.span, "`on failure` takes no block");
            lower.report(finding.help("answers in braces belong to `on freeze`"));
        }
        if let Some(first) = said {
            let finding =
                Diagnostic::new(&DUPLICATE_FIELD, given.span(), "`pipeline` says `on failure` twice");
            let finding = finding.label("said again here").also(first, "said first here");
            lower.report(finding.help("keep one of the two"));
            continue;
        }
        said = Some(given.span());
        failure = on_failure(lower, &given.captures).map(|what| (what, lower.origin(given.span())));
    }
    (answers, failure)
}

fn answer(lower: &mut Lower<'_>, given: &Given<'_>, answers: &mut Vec<FreezeAnswer>) {
    let otherwise = given.field.keyword == "otherwise";
    let kind = given.get("freeze").and_then(|kind| lower.id::<FreezeKind>(kind));
    if !otherwise && kind.is_none() {
        return;
    }
    let captures = if otherwise { &given.captures } else { &given.annotation };
    let reaction = match captures.tag() {
        "finish" => Reaction::Finish,
        "back" => Reaction::Back,
        "pause-then-back" => {
            let Some(pause) = captures.get("pause").and_then(|pause| lower.duration(pause)) else { return };
            Reaction::PauseThenBack(pause)
        }
        _ => Reaction::Pause,
    };
    let from_traffic = match given.when() {
        Some(when) => match from_traffic(lower, when) {
            Some(share) => Some(share),
            None => return,
        },
        None => None,
    };
    let always = |earlier: &&FreezeAnswer| {
        earlier.from_traffic.is_none() && (earlier.kind.is_none() || earlier.kind == kind)
    };
    if let Some(earlier) = answers.iter().find(always) {
        let finding = Diagnostic::new(&ANSWER_NEVER_REACHED, given.span(), "this answer is never given");
        let finding = finding.also(earlier.origin.span, "this one fits first, whatever the traffic");
        lower.report(
            finding
                .help("the first answer that fits is given: write the narrower one before it, or keep one"),
        );
        return;
    }
    let origin = lower.origin(given.span());
    answers.push(FreezeAnswer { kind, from_traffic, reaction, origin });
}

/// `traffic >= 50%`
fn from_traffic(lower: &mut Lower<'_>, when: &Expr) -> Option<Decimal> {
    if let ExprKind::Compare(left, Comparison::GreaterOrEqual, right) = &when.kind
        && left.word() == Some("traffic")
        && matches!(right.kind, ExprKind::Literal(Literal::Ratio))
    {
        return share(lower, right);
    }
    let message = format!("`{}` does not say from which share of traffic on", lower.text(when.span));
    lower.report(Diagnostic::new(&WRONG_FORM, when.span, message).help("write it as `when traffic >= 50%`"));
    None
}
