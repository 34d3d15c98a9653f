//! `contract` takes away what older versions still read: it runs once every service is past them (language section 3).

use super::stages::{components, first_share, with_statement};
use super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::graph::{At, Stages};
use crate::policy::{Id, Pipeline, StageKind};
use rust_decimal::Decimal;

code!(pub CONTRACT_TOO_EARLY, Error, "contract-too-early", "a contract that runs while an older version may still read what it takes away");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&CONTRACT_TOO_EARLY], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let stages = Stages::of(subject.policy);
    let contracts =
        stages.all().filter(|at| stages.stage(*at).kind == StageKind::Contract && stages.can_start(*at));
    for at in contracts {
        let pipeline = stages.pipeline_of(at);
        match own(&stages, pipeline).filter(|last| !stages.is_before(*last, at)) {
            Some(last) => sink.push(too_early(subject, &stages, at, last)),
            None => sink.extend(others(subject, &stages, at)),
        }
    }
}

/// The stage after which every user of a pipeline's service meets the new version: `promote`, or the last that gives the most
/// traffic, or the last deploy.
fn own(stages: &Stages<'_>, pipeline: Id<Pipeline>) -> Option<At> {
    let all = || stages.of_pipeline(pipeline);
    let of = |kind: StageKind| all().rfind(|at| stages.stage(*at).kind == kind);
    let most =
        all().filter_map(|at| Some((first_share(stages.stage(at)).map(|_| share(stages, at))?, at))).max();
    of(StageKind::Promote).or(most.map(|(_, at)| at)).or_else(|| of(StageKind::Deploy))
}

fn share(stages: &Stages<'_>, at: At) -> Decimal {
    super::stages::last_share(stages.stage(at)).unwrap_or(Decimal::ONE)
}

fn too_early(subject: &Subject<'_>, stages: &Stages<'_>, at: At, last: At) -> Diagnostic {
    let (contract, last_stage) = (stages.stage(at), stages.stage(last));
    let message = format!(
        "`{}` may run before `{}` is over: the old version still answers",
        contract.name, last_stage.name
    );
    let finding = Diagnostic::new(&CONTRACT_TOO_EARLY, contract.origin.span, message)
        .also(last_stage.origin.span, "until this is over, the old version reads what is taken away")
        .help(format!("let `{}` come after `{}`", contract.name, last_stage.name));
    if stages.is_before(at, last) {
        return finding;
    }
    let title = format!("let it come after `{}`", last_stage.name);
    with_statement(finding, subject.sources, contract.origin, title, &format!("after {}", last_stage.name))
}

/// Another pipeline deploys a component that this one shares: its service has to be past the version too.
fn others(subject: &Subject<'_>, stages: &Stages<'_>, at: At) -> Option<Diagnostic> {
    let policy = subject.policy;
    let contract = stages.stage(at);
    // A gate or a person may know what no order of stages says.
    if !contract.gates.is_empty() || contract.approve.is_some() {
        return None;
    }
    let pipeline = stages.pipeline_of(at);
    let mine = components(policy, &policy.pipelines[pipeline]);
    policy.pipelines.iter().filter(|(other, _)| *other != pipeline).find_map(|(other, row)| {
        let common = components(policy, row).intersection(&mine).next().copied()?;
        let last = own(stages, other).filter(|last| !stages.is_before(*last, at))?;
        let last_stage = stages.stage(last);
        let message = format!(
            "`{}` takes away what `{}` may still need: both change `{}`, and no order says that `{}` is past it",
            contract.name, row.name, policy.components[common].name, row.name
        );
        let statement = format!("after {} of {}", last_stage.name, row.name);
        let finding = Diagnostic::new(&CONTRACT_TOO_EARLY, contract.origin.span, message)
            .also(last_stage.origin.span, "until this is over, an older version may still read it")
            .help(format!("write `{statement}`, or give it a `gate` or an `approve` that knows"));
        Some(finding)
    })
}
