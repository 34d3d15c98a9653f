//! The ladder of severities: what is graver never shows a page that says less; a page that turns only when the rollback has
//! begun is late.

use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{Bar, Better, Bound, Check, Limit, Metric, PageLevel, Policy, Status};
use crate::rules::{Rule, Subject};

code!(pub SEVERITY_NOT_MONOTONE, Error, "severity-not-monotone", "a graver severity whose page says less");
code!(pub STATUS_OVER_ROLLBACK, Warning, "status-over-rollback", "a page that turns only once the rollback has begun");

/// The rule, as a row of the room's table.
pub(in crate::rules) static RULE: Rule =
    Rule { codes: &[&SEVERITY_NOT_MONOTONE, &STATUS_OVER_ROLLBACK], check };

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    monotone(subject.policy, sink);
    for status in subject.policy.statuses.rows() {
        over_rollback(subject.policy, status, sink);
    }
}

fn monotone(policy: &Policy, sink: &mut Sink) {
    let rungs: Vec<_> = policy
        .severities
        .rows()
        .iter()
        .filter_map(|severity| Some((severity, severity.status?)))
        .map(|(severity, (status, origin))| (severity, &policy.statuses[status], origin))
        .filter(|(_, status, _)| status.level != PageLevel::Maintenance)
        .collect();
    for pair in rungs.windows(2) {
        let [(graver, low, low_origin), (lesser, high, high_origin)] = pair else { continue };
        if low.level >= high.level {
            continue;
        }
        let message = format!(
            "`{}` is graver than `{}`, and its page says less: `{}` under `{}`",
            graver.name, lesser.name, low.name, high.name
        );
        sink.push(
            Diagnostic::new(&SEVERITY_NOT_MONOTONE, low_origin.span, message)
                .also(high_origin.span, format!("the lesser one shows `{}`", high.name))
                .note("severities are declared from the gravest on")
                .help(format!("let `{}` show at least what `{}` shows", graver.name, lesser.name)),
        );
    }
}

/// A status below a major outage is a warning: its bar must not lie beyond the one that starts a rollback.
fn over_rollback(policy: &Policy, status: &Status, sink: &mut Sink) {
    if !matches!(status.level, PageLevel::DegradedPerformance | PageLevel::PartialOutage) {
        return;
    }
    let triggers: Vec<&Bound> =
        policy.rollbacks.rows().iter().flat_map(|rollback| &rollback.triggers).collect();
    for bar in status.triggers.iter().flat_map(|bound| bars(&bound.check)) {
        let stops = triggers.iter().flat_map(|bound| bars(&bound.check));
        let Some(stop) = stops.into_iter().find(|stop| beyond(policy, bar, stop)) else { continue };
        let message = format!("`{}` is set only once the rollback has begun", status.name);
        sink.push(
            Diagnostic::new(&STATUS_OVER_ROLLBACK, bar.origin.span, message)
                .also(stop.origin.span, "the rollback begins here already")
                .help("set the page before: users feel it first"),
        );
    }
}

fn bars(check: &Check) -> Vec<&Bar> {
    match check {
        Check::Bar(bar) => vec![bar],
        Check::All(parts) | Check::Any(parts) => parts.iter().flat_map(bars).collect(),
        _ => Vec::new(),
    }
}

/// Whether the same number crosses `stop` before it crosses `bar`.
fn beyond(policy: &Policy, bar: &Bar, stop: &Bar) -> bool {
    let metric: &Metric = &policy.metrics[bar.metric];
    if bar.metric != stop.metric || bar.aggregate != stop.aggregate {
        return false;
    }
    let (Limit::Value(limit), Limit::Value(stop)) = (&bar.limit, &stop.limit) else { return false };
    match metric.better {
        Better::Lower => limit > stop,
        Better::Higher => limit < stop,
    }
}
