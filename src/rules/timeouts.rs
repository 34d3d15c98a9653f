//! Waits without an end, and ends that come before what is waited for (ledger F: a wait without a timeout is a finding).

use super::stages::with_statement;
use super::{Rule, Subject};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Id, Pipeline, Stage, Traffic};

code!(pub STAGE_WITHOUT_TIMEOUT, Warning, "stage-without-timeout", "a stage that may wait for ever", Strict);
code!(pub TIMEOUT_BEFORE_HOLD, Error, "timeout-before-hold", "a stage whose holds last longer than it may take");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&STAGE_WITHOUT_TIMEOUT, &TIMEOUT_BEFORE_HOLD], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for (id, pipeline) in subject.policy.pipelines.iter() {
        for stage in pipeline.stages.rows() {
            match stage.timeout {
                None => sink.extend(endless(subject, id, stage)),
                Some((timeout, origin)) => {
                    let holds = holds(stage);
                    if holds > timeout {
                        let message = format!(
                            "`{}` holds for {holds} in all and may take {timeout}: it always fails",
                            stage.name
                        );
                        sink.push(
                            Diagnostic::new(&TIMEOUT_BEFORE_HOLD, origin.span, message)
                                .note("each share of traffic is held once for each step of regions, and each step but the last is soaked")
                                .help(format!("give it more than {holds}, or hold for less")),
                        );
                    }
                }
            }
        }
    }
}

/// How long a stage holds at least: every share in every step of regions, with the soaks between.
fn holds(stage: &Stage) -> Elapsed {
    let shares = match &stage.traffic {
        Some(Traffic::Shares(shares)) => shares.len().max(1),
        _ => 1,
    };
    let steps = stage.region_plan.len().max(1);
    let times = |span: Option<Elapsed>, times: usize| {
        let times = i64::try_from(times).unwrap_or(i64::MAX);
        span.map_or(0, Elapsed::as_seconds).saturating_mul(times)
    };
    Elapsed::seconds(
        times(stage.hold, shares.saturating_mul(steps)).saturating_add(times(stage.soak, steps - 1)),
    )
}

/// What a stage without a timeout waits for that nothing bounds.
fn endless(subject: &Subject<'_>, own: Id<Pipeline>, stage: &Stage) -> Option<Diagnostic> {
    let waits = [
        (stage.approve.is_some(), "an approval"),
        (!stage.calls.is_empty(), "the pipelines it calls"),
        (!stage.needs.is_empty(), "the components it needs"),
        (stage.after.iter().any(|after| after.pipeline != own), "a stage of another pipeline"),
        (!stage.holds.is_empty(), "a lock"),
        (stage.run.is_some(), "its command"),
    ];
    let (_, what) = waits.iter().find(|(waits, _)| *waits)?;
    let message = format!("`{}` has no timeout: it waits for {what} as long as that takes", stage.name);
    let finding = Diagnostic::new(&STAGE_WITHOUT_TIMEOUT, stage.origin.span, message)
        .help("say how long it may take, as in `timeout 20m`; when that is over it has failed, and `on failure` says what then");
    // How long is the author's to say: the mend is shown where the stage holds for a time that is known.
    let holds = holds(stage);
    if holds == Elapsed::seconds(0) {
        return Some(finding);
    }
    let ample = Elapsed::seconds(holds.as_seconds().saturating_mul(2));
    Some(with_statement(
        finding,
        subject.sources,
        stage.origin,
        format!("allow twice what it holds: `timeout {ample}`"),
        &format!("timeout {ample}"),
    ))
}
