//! Facts, and how a change's tier follows from its paths.

use super::{Lower, globs};
use crate::diag::Diagnostic;
use crate::policy::{Classify, ClassifyRule, Fact, FactKind, FactSource, PathScope, PathTest};
use crate::schema::{Captures, Declared, Given, Shape, WRONG_FORM};
use crate::syntax::tree::{Expr, ExprKind};

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

/// What stands behind a rule's `when`.
static PATHS: Shape = Shape::new("(#any 'any' | #every 'every') 'path' glob=text,");

pub(super) fn classify(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Classify> {
    let rules = declared.all("").filter_map(|given| rule(lower, given)).collect();
    let otherwise = declared.one("otherwise").and_then(|given| given.get("tier"));
    let lower_by = declared.one("lower").and_then(|given| given.get("seats"));
    Some(Classify {
        origin: lower.origin(declared.span()),
        rules,
        otherwise: otherwise.and_then(|tier| lower.id(tier)),
        lower_by: lower_by.and_then(|seats| lower.seats(seats)),
    })
}

fn rule(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<ClassifyRule> {
    let written = given.get("tier")?;
    let tier = lower.id(written);
    let Some(when) = given.when() else {
        let name = written.word().unwrap_or_default();
        let message = format!("the rule for `{name}` does not say when it matches");
        lower.report(Diagnostic::new(&WRONG_FORM, given.span(), message).help(format!(
            "write `{name} when any path \"docs/**\"`, or `otherwise {name}` for what no rule matches"
        )));
        return None;
    };
    let ways = match &when.kind {
        ExprKind::Or(ways) => ways.as_slice(),
        _ => std::slice::from_ref(when),
    };
    let tests: Vec<PathTest> = ways.iter().filter_map(|way| path_test(lower, way)).collect();
    Some(ClassifyRule { tier: tier?, origin: lower.origin(given.span()), tests })
}

fn path_test(lower: &mut Lower<'_>, way: &Expr) -> Option<PathTest> {
    let Ok(captures) = PATHS.captures(way) else {
        let message = format!("`{}` is no test of paths", lower.text(way.span));
        lower
            .report(Diagnostic::new(&WRONG_FORM, way.span, message).help(
                "write `any path \"migrations/**\"` or `every path \"docs/**\"`; join several by `or`",
            ));
        return None;
    };
    let scope = if captures.has("any") { PathScope::Any } else { PathScope::Every };
    let globs = captures.all("glob").filter_map(|written| globs::glob(lower, written)).collect();
    Some(PathTest { scope, globs })
}
