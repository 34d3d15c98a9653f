//! What several rules ask of stages: how much traffic they give, and how a mend puts an `after` into one.

use crate::diag::Diagnostic;
use crate::graph::{At, Stages};
use crate::policy::{Component, Environment, Id, Origin, Pipeline, Policy, Stage, StageKind, Traffic};
use crate::source::{Sources, Span};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// The first share of traffic for which the change answers; none where it answers for none. A mirror's answers are not used.
pub(super) fn first_share(stage: &Stage) -> Option<Decimal> {
    match &stage.traffic {
        Some(Traffic::Shares(shares)) => shares.first().copied(),
        Some(Traffic::Mirror(_)) => None,
        None => (stage.kind == StageKind::Promote || stage.switch.is_some()).then_some(Decimal::ONE),
    }
}

/// The greatest share of traffic that a stage gives by steps of its own.
pub(super) fn last_share(stage: &Stage) -> Option<Decimal> {
    match &stage.traffic {
        Some(Traffic::Shares(shares)) => shares.last().copied(),
        _ => None,
    }
}

/// The stages of a pipeline that give traffic while none before them does.
pub(super) fn first_traffic(stages: &Stages<'_>) -> Vec<At> {
    let gives = |at: At| first_share(stages.stage(at)).is_some();
    let earlier = stages.one_before(gives);
    stages.all().filter(|at| gives(*at) && stages.can_start(*at) && earlier.of(*at).is_none()).collect()
}

/// Whether two stages may act on the same environment: one that names none may act on any.
pub(super) fn may_share(one: Option<Id<Environment>>, other: Option<Id<Environment>>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// The components that a pipeline carries out: its service's, and what its stages start.
pub(super) fn components(policy: &Policy, pipeline: &Pipeline) -> BTreeSet<Id<Component>> {
    let service = pipeline.service.into_iter().flat_map(|service| &policy.services[service].components);
    let started = pipeline.stages.rows().iter().flat_map(|stage| &stage.starts);
    service.copied().chain(started.map(|(component, _)| *component)).collect()
}

/// Puts a statement into the block of a stage, as a mend; where it has no block the finding stays as it is.
pub(super) fn with_statement(
    finding: Diagnostic,
    sources: &Sources,
    stage: Origin,
    title: String,
    statement: &str,
) -> Diagnostic {
    let Some(file) = sources.get(stage.span.file) else { return finding };
    let behind = stage.span.range().end;
    let line = file.text().get(behind..).and_then(|rest| rest.split('\n').next()).unwrap_or("");
    let Some(brace) =
        line.find('{').filter(|brace| !line.get(..*brace).is_some_and(|text| text.contains(';')))
    else {
        return finding;
    };
    let inside = Span::new(stage.span.file, behind + brace + 1, behind + brace + 1);
    finding.fix(title, inside, format!(" {statement};"))
}
