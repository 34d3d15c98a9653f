//! What a `property` expects of a rollout, and whether its pipeline could come to that at all.

use super::Lower;
use super::pipeline::share;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    Act, Device, Expected, Happening, Id, Lock, Mode, OnFailure, Pipeline, Policy, Reaction, Rollback,
    Severity, Step, Switch,
};
use crate::schema::suggest::closest;
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind, Literal};

code!(pub NOT_AN_EXPECTATION, Error, "not-an-expectation", "an expectation that is nothing a rollout can come to");
code!(pub IMPOSSIBLE_EXPECTATION, Warning, "impossible-expectation", "something asked of a pipeline that can never come to it");

/// Words for ends and events, each alone.
const ALONE: [(&str, Happening); 6] = [
    ("finished", Happening::Finished),
    ("rolled-back", Happening::RolledBack),
    ("paused", Happening::Paused),
    ("failed", Happening::Failed),
    ("stuck", Happening::Stuck),
    ("recovered", Happening::Recovered),
];

/// What people say for them.
const SAME: [(&str, &str); 4] =
    [("promoted", "finished"), ("done", "finished"), ("rollback", "rolled-back"), ("restored", "recovered")];

const DEVICES: [(&str, Device, &str, &str); 3] = [
    ("writes", Device::FrozenWrites, "frozen", "open"),
    ("throttle", Device::Throttle, "on", "off"),
    ("banner", Device::Banner, "on", "off"),
];

/// `never traffic above 25%`, `eventually writes open`, `finished or paused within 4h`
pub(super) fn expected(lower: &mut Lower<'_>, pipeline: Id<Pipeline>, written: &Expr) -> Option<Expected> {
    let terms = match &written.kind {
        ExprKind::Or(terms) => terms.as_slice(),
        _ => std::slice::from_ref(written),
    };
    let mut parts: Vec<&[Expr]> = terms.iter().map(Expr::phrase).collect();
    let mut mode = Mode::Comes;
    if let Some([first, rest @ ..]) = parts.first().copied()
        && let Some(word) = first.word().filter(|word| ["never", "eventually"].contains(word))
    {
        mode = if word == "never" { Mode::Never } else { Mode::Comes };
        parts.first_mut().into_iter().for_each(|first| *first = rest);
    }
    let mut within = None;
    if let Some([rest @ .., word, span]) = parts.last().copied()
        && word.word() == Some("within")
    {
        if !matches!(span.kind, ExprKind::Literal(Literal::Duration)) {
            return nothing(lower, span.span, None);
        }
        if mode == Mode::Never {
            let message = "`never` has no end, so nothing is `within` it";
            lower.report(
                Diagnostic::new(&NOT_AN_EXPECTATION, word.span.to(span.span), message)
                    .help("leave out the time: what must never come must not come later either"),
            );
            return None;
        }
        within = Some(lower.duration(span)?);
        parts.last_mut().into_iter().for_each(|last| *last = rest);
    }
    let mut any = Vec::new();
    for (parts, term) in parts.into_iter().zip(terms) {
        let span = match parts {
            [first, .., last] => first.span.to(last.span),
            [only] => only.span,
            [] => term.span,
        };
        any.push(happening(lower, pipeline, parts, span).map(|happening| (happening, span)));
    }
    let any: Vec<(Happening, Span)> = any.into_iter().collect::<Option<_>>()?;
    if let (Some(_), Some((_, span))) =
        (within, any.iter().find(|(happening, _)| matches!(happening, Happening::LockFree(_))))
    {
        let message = "who has a lock is told of the end of a rollout alone";
        lower.report(
            Diagnostic::new(&NOT_AN_EXPECTATION, *span, message).help("leave out `within` and its time"),
        );
        return None;
    }
    if mode == Mode::Comes {
        possible(lower, pipeline, &any);
    }
    let text = lower.text(written.span).split_whitespace().collect::<Vec<_>>().join(" ");
    let any = any.into_iter().map(|(happening, _)| happening).collect();
    Some(Expected { mode, any, within, text, origin: lower.origin(written.span) })
}

fn happening(lower: &mut Lower<'_>, pipeline: Id<Pipeline>, parts: &[Expr], span: Span) -> Option<Happening> {
    let word = |at: usize| parts.get(at).and_then(Expr::word).unwrap_or_default();
    let alone =
        |name: &str| ALONE.iter().find(|(word, _)| *word == name).map(|(_, happening)| happening.clone());
    match parts {
        [only] if alone(word(0)).is_some() => alone(only.word()?),
        [only] if only.word() == Some("incident") => Some(Happening::Incident(None)),
        [_, severity] if word(0) == "incident" => {
            lower.id::<Severity>(severity).map(|severity| Happening::Incident(Some(severity)))
        }
        [stage, _] if word(1) == "started" => {
            let name = lower.policy.pipelines[pipeline].name.clone();
            lower.stage(&name, stage).map(Happening::Started)
        }
        [_, _, limit]
            if word(0) == "traffic"
                && word(1) == "above"
                && matches!(limit.kind, ExprKind::Literal(Literal::Ratio)) =>
        {
            share(lower, limit).map(Happening::TrafficAbove)
        }
        [_, lock, _] if word(0) == "lock" && word(2) == "free" => {
            lower.id::<Lock>(lock).map(Happening::LockFree)
        }
        [_, _] => {
            let device = DEVICES.iter().find(|(device, ..)| *device == word(0));
            match device {
                Some((_, device, on, _)) if *on == word(1) => Some(Happening::Turned(*device, Switch::On)),
                Some((_, device, _, off)) if *off == word(1) => Some(Happening::Turned(*device, Switch::Off)),
                Some((name, _, on, off)) => {
                    nothing(lower, span, Some(format!("write `{name} {on}` or `{name} {off}`")))
                }
                None => nothing(lower, span, None),
            }
        }
        [only] => {
            let known = ALONE.iter().map(|(word, _)| *word).chain(["incident"]);
            let meant = SAME.iter().find(|(same, _)| *same == word(0)).map(|(_, word)| *word);
            match meant.or_else(|| closest(only.word()?, known)) {
                Some(near) => {
                    let text = lower.text(span).to_owned();
                    let message = format!("`{text}` is nothing that a rollout comes to");
                    lower.report(Diagnostic::new(&NOT_AN_EXPECTATION, span, message).fix(
                        format!("write `{near}`"),
                        span,
                        near,
                    ));
                    None
                }
                None => nothing(lower, span, None),
            }
        }
        _ => nothing(lower, span, None),
    }
}

fn nothing<T>(lower: &mut Lower<'_>, span: Span, help: Option<String>) -> Option<T> {
    let text = lower.text(span).to_owned();
    let message = format!("`{text}` is nothing that a rollout comes to");
    lower.report(Diagnostic::new(&NOT_AN_EXPECTATION, span, message).help(help.unwrap_or_else(|| {
        "write `finished`, `rolled-back`, `paused`, `failed`, `stuck`, `recovered`, `incident`, `STAGE started`, \
         `traffic above 25%`, `writes open`, `throttle off`, `banner off` or `lock NAME free`, with `never` before it or `within 15m` behind it"
            .to_owned()
    })));
    None
}

/// Reports the first of these where a pipeline can come to none: the property is run all the same, so that a gate is not held up by it.
fn possible(lower: &mut Lower<'_>, pipeline: Id<Pipeline>, any: &[(Happening, Span)]) {
    let obstacles = any.iter().map(|(happening, span)| (obstacle(&lower.policy, pipeline, happening), span));
    let obstacles: Option<Vec<_>> = obstacles.map(|(obstacle, span)| Some((obstacle?, *span))).collect();
    if let Some(((message, help), span)) = obstacles.and_then(|all| all.into_iter().next()) {
        lower.report(Diagnostic::new(&IMPOSSIBLE_EXPECTATION, span, message).help(help));
    }
}

/// Why a pipeline never comes to something, and what would make it.
fn obstacle(policy: &Policy, id: Id<Pipeline>, happening: &Happening) -> Option<(String, &'static str)> {
    let pipeline = &policy.pipelines[id];
    let name = &pipeline.name;
    let rollbacks = || policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == id);
    let failures = || {
        let own = pipeline.stages.rows().iter().map(|stage| stage.on_failure.or(pipeline.on_failure));
        own.map(|failure| failure.map(|(failure, _)| failure))
    };
    let goes_back = || {
        rollbacks().any(|rollback| !rollback.triggers.is_empty())
            || failures().any(|failure| matches!(failure, Some(OnFailure::Rollback(_))))
            || pipeline
                .on_freeze
                .iter()
                .any(|answer| matches!(answer.reaction, Reaction::Back | Reaction::PauseThenBack(_)))
    };
    let does =
        |act: &dyn Fn(&Act) -> bool| rollbacks().any(|rollback| steps(rollback).any(|step| act(&step.act)));
    let (is_possible, message, help) = match happening {
        Happening::RolledBack => (
            goes_back(),
            format!("`{name}` never goes back: no rollback is for it"),
            "write `rollback NAME for PIPELINE`, or `on failure rollback NAME`",
        ),
        Happening::Failed => (
            failures().any(|failure| matches!(failure, None | Some(OnFailure::Stop))),
            format!("`{name}` never stops at a failure: `on failure` says what it does instead"),
            "expect what it does instead: `rolled-back` or `paused`",
        ),
        Happening::Recovered => (
            rollbacks().any(|rollback| rollback.recovered.is_some()),
            format!("no rollback for `{name}` says when it counts as recovered"),
            "say it in the rollback: `recovered within 10m when ...`",
        ),
        Happening::Incident(severity) => (
            does(&|act| match act {
                Act::Hold { recovered: Some((_, opened)), .. } => severity.is_none() || opened == severity,
                _ => false,
            }),
            format!("no rollback for `{name}` opens such an incident"),
            "one is opened by `hold 10m until recovered at most 30m else incident SEVERITY`",
        ),
        // It is off from the beginning: where nothing turns it on, neither is worth expecting.
        Happening::Turned(device, _) => (
            does(&|act| match act {
                Act::FreezeWrites => *device == Device::FrozenWrites,
                Act::Throttle(turned) => *device == Device::Throttle && *turned == Switch::On,
                Act::Banner(turned) => *device == Device::Banner && *turned == Switch::On,
                _ => false,
            }),
            format!("no rollback for `{name}` turns that on, so it is off whatever happens"),
            "expect what its rollbacks can leave behind",
        ),
        Happening::TrafficAbove(share) => (
            *share < rust_decimal::Decimal::ONE,
            "no share of traffic is above 100%".to_owned(),
            "write the share that must be passed, or `finished`",
        ),
        Happening::Finished
        | Happening::Paused
        | Happening::Stuck
        | Happening::Started(_)
        | Happening::LockFree(_) => return None,
    };
    (!is_possible).then_some((message, help))
}

fn steps(rollback: &Rollback) -> impl Iterator<Item = &Step> {
    rollback.steps.iter().chain(&rollback.finally)
}
