//! `property`: of which rollouts something is promised. What is promised is in `property_expect`.

use super::{Lower, Row, property_expect};
use crate::diag::Diagnostic;
use crate::policy::{
    Circumstance, FreezeKind, Id, NOT_A_CONDITION, Pipeline, Property, Situation, Stage, Tier, Window,
};
use crate::resolve::UNKNOWN_NAME;
use crate::schema::Declared;
use crate::schema::suggest::closest;
use crate::syntax::tree::{Expr, ExprKind};

pub(super) fn property(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Property> {
    let name = declared.name?;
    let pipeline = lower.id::<Pipeline>(declared.one("for")?.get("pipeline")?)?;
    let mut circumstances = Vec::new();
    for given in declared.all("where") {
        circumstances.push(given.get("anything").and_then(|written| several(lower, pipeline, written)));
    }
    let mut expected = Vec::new();
    for given in declared.all("expect") {
        let written = given.get("anything");
        expected.push(written.and_then(|written| property_expect::expected(lower, pipeline, written)));
    }
    Some(Property {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        pipeline,
        circumstances: circumstances.into_iter().collect::<Option<Vec<_>>>()?.concat(),
        expected: expected.into_iter().collect::<Option<_>>()?,
    })
}

/// What stands behind one `where`: checks that are joined are one circumstance, anything else is one of its own.
fn several(lower: &mut Lower<'_>, pipeline: Id<Pipeline>, written: &Expr) -> Option<Vec<Circumstance>> {
    if let ExprKind::And(terms) = &written.kind
        && terms.iter().any(|term| Sort::of(term.phrase()) != Sort::Measured)
    {
        let each: Vec<_> = terms.iter().map(|term| several(lower, pipeline, term)).collect();
        return Some(each.into_iter().collect::<Option<Vec<_>>>()?.concat());
    }
    let (rest, stages) = without_during(written);
    let during = match &stages {
        Some(stages) => stages_of(lower, pipeline, stages)?,
        None => Vec::new(),
    };
    let situation = situation(lower, pipeline, &rest)?;
    if let (Some(stages), Situation::Fails(_) | Situation::Unapproved(_) | Situation::Tier(_)) =
        (&stages, &situation)
    {
        let message = "`during` stands behind what is measured, or a freeze";
        lower.report(
            Diagnostic::new(&NOT_A_CONDITION, stages.span, message)
                .help("leave it out: a stage fails, or is not approved, when its own turn comes"),
        );
        return None;
    }
    let text = lower.text(written.span).split_whitespace().collect::<Vec<_>>().join(" ");
    Some(vec![Circumstance { situation, during, text, origin: lower.origin(written.span) }])
}

/// What a circumstance is about, told by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Measured,
    Fails,
    Frozen,
    Unapproved,
    Tier,
}

impl Sort {
    fn of(parts: &[Expr]) -> Self {
        let word = |part: Option<&Expr>, word: &str| part.and_then(Expr::word) == Some(word);
        let is_tier = |part: &Expr| match &part.kind {
            ExprKind::In(within) => within.member.word() == Some("tier"),
            _ => false,
        };
        match parts {
            [.., last] if parts.len() > 1 && last.word() == Some("fails") => Self::Fails,
            [.., last] if parts.len() > 1 && last.word() == Some("unapproved") => Self::Unapproved,
            [first, ..] if word(Some(first), "freeze") => Self::Frozen,
            [first, _] if word(Some(first), "tier") => Self::Tier,
            [only] if is_tier(only) => Self::Tier,
            _ => Self::Measured,
        }
    }
}

fn situation(lower: &mut Lower<'_>, pipeline: Id<Pipeline>, written: &Expr) -> Option<Situation> {
    let parts = written.phrase();
    match (Sort::of(parts), parts) {
        (Sort::Fails, [any, stage, _]) if any.word() == Some("any") && stage.word() == Some("stage") => {
            Some(Situation::Fails(Vec::new()))
        }
        (Sort::Fails, [stages, _]) => stages_of(lower, pipeline, stages).map(Situation::Fails),
        (Sort::Unapproved, [stage, _]) => {
            let name = lower.policy.pipelines[pipeline].name.clone();
            let id = lower.stage(&name, stage)?;
            if lower.policy.pipelines[pipeline].stages[id].approve.is_none() {
                let message = format!("`{}` asks nobody's approval", stage.word().unwrap_or_default());
                lower.report(
                    Diagnostic::new(&property_expect::IMPOSSIBLE_EXPECTATION, stage.span, message)
                        .help("name a stage that says `approve`"),
                );
            }
            Some(Situation::Unapproved(id))
        }
        (Sort::Frozen, [_]) => Some(Situation::Frozen { kinds: Vec::new(), windows: Vec::new() }),
        (Sort::Frozen, [_, names]) => frozen(lower, names),
        (Sort::Tier, [_, tiers]) => ids::<Tier>(lower, tiers.list()).map(Situation::Tier),
        (Sort::Tier, [only]) => match &only.kind {
            ExprKind::In(within) => {
                let tiers: Vec<&Expr> = within.of.iter().flat_map(|member| member.list()).collect();
                let ids: Vec<_> = tiers.into_iter().map(|tier| lower.id::<Tier>(tier)).collect();
                Some(Situation::Tier(ids.into_iter().collect::<Option<_>>()?))
            }
            _ => lower.no_check(only.span),
        },
        (Sort::Measured, _) => lower.check(written).map(Situation::Measured),
        _ => lower.no_check(written.span),
    }
}

/// Kinds of freeze and windows.
fn frozen(lower: &mut Lower<'_>, names: &Expr) -> Option<Situation> {
    let (mut kinds, mut windows) = (Vec::new(), Vec::new());
    for name in names.list() {
        let Some(word) = name.word() else { return lower.no_check(name.span) };
        if lower.names.find(FreezeKind::KEYWORD, word).is_some() {
            kinds.push(lower.id::<FreezeKind>(name)?);
        } else if lower.names.find(Window::KEYWORD, word).is_some() {
            windows.push(lower.id::<Window>(name)?);
        } else {
            let message = format!("`{word}` is neither a kind of freeze nor a window");
            let finding = Diagnostic::new(&UNKNOWN_NAME, name.span, message);
            let known =
                [FreezeKind::KEYWORD, Window::KEYWORD].into_iter().flat_map(|kind| lower.names.of(kind));
            lower.report(match closest(word, known).map(str::to_owned) {
                Some(near) => finding.fix(format!("write `{near}`"), name.span, near),
                None => finding.help("name a kind, as in `freeze hard during ramp`, or a window"),
            });
            return None;
        }
    }
    Some(Situation::Frozen { kinds, windows })
}

fn stages_of(lower: &mut Lower<'_>, pipeline: Id<Pipeline>, names: &Expr) -> Option<Vec<Id<Stage>>> {
    let name = lower.policy.pipelines[pipeline].name.clone();
    let found: Vec<_> = names.list().iter().map(|stage| lower.stage(&name, stage)).collect();
    found.into_iter().collect()
}

fn ids<T: Row>(lower: &mut Lower<'_>, members: &[Expr]) -> Option<Vec<Id<T>>> {
    let found: Vec<_> = members.iter().map(|member| lower.id::<T>(member)).collect();
    found.into_iter().collect()
}

/// An expression without the `during STAGES` at its end, which stands behind the last of its terms; and those stages.
fn without_during(written: &Expr) -> (Expr, Option<Expr>) {
    let again = |kind| Expr { span: written.span, kind };
    match &written.kind {
        ExprKind::And(terms) | ExprKind::Or(terms) => {
            let Some((last, before)) = terms.split_last() else { return (written.clone(), None) };
            let (last, stages) = without_during(last);
            let terms: Vec<Expr> = before.iter().cloned().chain([last]).collect();
            let is_all = matches!(written.kind, ExprKind::And(_));
            (again(if is_all { ExprKind::And(terms) } else { ExprKind::Or(terms) }), stages)
        }
        ExprKind::Not(inner) => {
            let (inner, stages) = without_during(inner);
            (again(ExprKind::Not(Box::new(inner))), stages)
        }
        ExprKind::Phrase(parts) => match parts.as_slice() {
            [rest @ .., during, stages] if during.word() == Some("during") => {
                let kept = match rest {
                    [] => return (written.clone(), None),
                    [only] => only.clone(),
                    [first, .., last] => {
                        Expr { span: first.span.to(last.span), kind: ExprKind::Phrase(rest.to_vec()) }
                    }
                };
                (kept, Some(stages.clone()))
            }
            _ => (written.clone(), None),
        },
        _ => (written.clone(), None),
    }
}
