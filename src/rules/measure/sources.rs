//! Where baselines come from: one that is the metric itself, one that moves with what it should hold.

use super::super::{Rule, Subject};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::Baseline;

code!(pub BASELINE_IS_ITSELF, Warning, "baseline-is-itself", "a stable baseline that reads the same series as the change");
code!(pub BASELINE_NOT_PINNED, Warning, "baseline-not-pinned", "a baseline that moves with the weeks", Strict);

/// The rule, as a row of the room's table.
pub static RULE: Rule = Rule { codes: &[&BASELINE_IS_ITSELF, &BASELINE_NOT_PINNED], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for metric in subject.policy.metrics.rows() {
        match (&metric.baseline, &metric.prometheus) {
            (Some(Baseline::Stable), Some(query)) if !query.contains("$track") => {
                let message = format!(
                    "the baseline of `{}` is the metric itself: its query does not tell the change from what runs beside it",
                    metric.name
                );
                sink.push(
                    Diagnostic::new(&BASELINE_IS_ITSELF, metric.origin.span, message).help(
                        "select the series by `$track`, which is `canary` for the change and `stable` for its baseline, as in `{track=\"$track\"}`",
                    ),
                );
            }
            (Some(Baseline::Offset(ago)), _) => {
                let message = format!(
                    "the baseline of `{}` is what it was {ago} before: what gets worse by little passes every time",
                    metric.name
                );
                sink.push(
                    Diagnostic::new(&BASELINE_NOT_PINNED, metric.origin.span, message)
                        .help("pin it to a reading that somebody looked at: `baseline pinned \"...\"`"),
                );
            }
            _ => {}
        }
    }
}
