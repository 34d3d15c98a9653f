//! Spans of bars that are longer than the stage which waits for them.

use super::super::{Rule, Subject};
use super::{every_bar, required};
use crate::calendar::Elapsed;
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Bar, Pipeline, Stage, Traffic};

code!(pub LONGER_THAN_HOLD, Error, "longer-than-hold", "a span of a bar that is longer than the hold it guards");

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&LONGER_THAN_HOLD], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    for (id, pipeline) in policy.pipelines.iter() {
        for stage in pipeline.stages.rows() {
            let Some(hold) = stage.hold else { continue };
            for (gate, _) in &stage.gates {
                let mut found = Vec::new();
                required(policy, *gate).iter().for_each(|part| every_bar(part.check, &mut found));
                for bar in found {
                    in_gate(subject, &policy.gates[*gate].name, bar, stage, hold, sink);
                }
            }
        }
        let Some((stage, time)) = first_with_traffic(pipeline) else { continue };
        for rollback in policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == id) {
            let mut found = Vec::new();
            rollback.triggers.iter().for_each(|bound| every_bar(&bound.check, &mut found));
            for bar in found {
                let Some(sustained) = bar.sustained.filter(|sustained| *sustained > time) else { continue };
                let message = format!(
                    "`for {sustained}` is longer than stage `{}`, which lasts {time}: the change has more traffic before rollback `{}` begins",
                    stage.name, rollback.name
                );
                sink.push(
                    Diagnostic::new(&LONGER_THAN_HOLD, bar.origin.span, message)
                        .also(stage.origin.span, "this stage gives it traffic first")
                        .help(format!("wait at most `for {time}`, or hold the stage longer")),
                );
            }
        }
    }
}

fn in_gate(subject: &Subject<'_>, gate: &str, bar: &Bar, stage: &Stage, hold: Elapsed, sink: &mut Sink) {
    let spans = [("for", bar.sustained), ("over", bar.over)];
    for (word, length) in spans {
        let Some(length) = length.filter(|length| *length > hold) else { continue };
        let text = subject.sources.text_of(bar.origin.span);
        let message = format!(
            "`{word} {length}` of gate `{gate}` is longer than the {hold} that stage `{}` holds: `{text}` is asked of time before it",
            stage.name
        );
        sink.push(
            Diagnostic::new(&LONGER_THAN_HOLD, bar.origin.span, message)
                .also(stage.origin.span, format!("this stage asks the gate after {hold}"))
                .help(format!("hold the stage for {length} at least, or write `{word} {hold}`")),
        );
    }
}

/// The first stage that gives the change traffic of users, and how long that lasts at least; nothing where it does not say.
fn first_with_traffic(pipeline: &Pipeline) -> Option<(&Stage, Elapsed)> {
    let stage =
        pipeline.stages.rows().iter().find(|stage| matches!(stage.traffic, Some(Traffic::Shares(_))))?;
    let Some(Traffic::Shares(shares)) = &stage.traffic else { return None };
    let steps = i64::try_from(shares.len().max(1) * stage.region_plan.len().max(1)).ok()?;
    Some((stage, Elapsed::seconds(stage.hold?.as_seconds().checked_mul(steps)?)))
}
