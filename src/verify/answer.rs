//! Answers compared with what was expected of them, and both in words.

use super::entry;
use crate::decide::{About, Change, Context, Decision, Need, Next, Reason, Verdict};
use crate::diag::Diagnostic;
use crate::policy::{Expectation, Policy};
use std::collections::BTreeSet;

/// A decision with all that it rests on.
pub(super) struct Answer<'a> {
    pub policy: &'a Policy,
    pub change: &'a Change,
    pub context: &'a Context,
    pub decision: &'a Decision,
}

/// Reasons shown with their lines; what is more is counted.
const MOST_REASONS: usize = 3;

/// Whether the decision is what was expected.
pub(super) fn is_met(expected: &Expectation, answer: &Answer<'_>) -> bool {
    let decision = answer.decision;
    let names = |verdict| names(decision, reasons(decision, verdict));
    match expected {
        Expectation::Allowed => decision.verdict == Verdict::Allow,
        Expectation::Blocked { by, until } => {
            let blocking = names(Verdict::Block);
            decision.verdict == Verdict::Block
                && by.iter().all(|name| blocking.contains(name.as_str()))
                && until.is_none_or(|until| decision.opens_at == Some(until))
        }
        Expectation::Pending { on } => {
            let waiting = names(Verdict::Pending);
            decision.verdict == Verdict::Pending && on.iter().all(|name| waiting.contains(name.as_str()))
        }
        Expectation::Next(Some(at)) => decision.next_allowed == Next::At(*at),
        Expectation::Next(None) => decision.next_allowed == Next::NeverByWaiting,
        Expectation::ValidUntil(at) => decision.valid_until.as_ref().is_some_and(|expiry| expiry.at == *at),
        Expectation::Window(windows) => {
            let active = active(decision);
            windows.iter().all(|name| active.contains(name.as_str()))
        }
        Expectation::NoWindow(windows) => {
            let active = active(decision);
            match windows.as_slice() {
                [] => active.is_empty(),
                windows => !windows.iter().any(|name| active.contains(name.as_str())),
            }
        }
        Expectation::Reason(reasons) => {
            let mut given = self::names(decision, decision.reasons.iter());
            for reason in &decision.reasons {
                given.insert(reason.about.name());
                given.extend(reason.because.as_deref());
            }
            reasons.iter().all(|name| given.contains(name.as_str()))
        }
        Expectation::Record { pointer, value } => entry::holds(answer, pointer, value.as_ref()),
    }
}

/// Windows that are active, whatever they say.
fn active(decision: &Decision) -> BTreeSet<&str> {
    let windows = decision.reasons.iter().filter(|reason| reason.about == About::Window);
    windows.map(|reason| reason.name.as_str()).collect()
}

/// Every name that stands for one of these reasons: what it is called, its kind, what it needs, its exceptions.
fn names<'d>(decision: &'d Decision, reasons: impl Iterator<Item = &'d Reason>) -> BTreeSet<&'d str> {
    let mut names = BTreeSet::new();
    for reason in reasons {
        names.insert(reason.name.as_str());
        names.extend(reason.kind.as_deref());
        for need in &reason.needs {
            match need {
                Need::Evidence { fact, .. } => {
                    names.insert(fact.as_str());
                }
                Need::Approvals { name, seats } => {
                    names.extend(name.as_deref());
                    names.extend(seats.iter().flat_map(|seat| &seat.roles).map(String::as_str));
                }
                Need::Exception { window, waiting } => {
                    names.insert(window.as_str());
                    names.extend(waiting.iter().map(String::as_str));
                }
                Need::OtherTier { .. } | Need::Tier => names.extend(decision.tier.name.as_deref()),
                Need::Withdrawal { person } => {
                    names.insert(person.as_str());
                }
                Need::Log { exception } => {
                    names.insert(exception.as_str());
                }
                Need::Rota { schedule, .. } => {
                    names.insert(schedule.as_str());
                }
                Need::Recheck { vendor, .. } => {
                    names.insert(vendor.as_str());
                }
            }
        }
        for cell in reason.cells.iter().filter_map(|cell| decision.cells.get(*cell)) {
            names.extend(cell.region.as_deref());
            names.extend(cell.component.as_deref());
        }
    }
    names
}

fn reasons(decision: &Decision, verdict: Verdict) -> impl Iterator<Item = &Reason> {
    decision.reasons.iter().filter(move |reason| reason.verdict == verdict)
}

/// What was expected, in words.
pub(super) fn expected(expected: &Expectation) -> String {
    let named = |word: &str, names: &[String]| match names {
        [] => String::new(),
        names if word.is_empty() => format!(" {}", quoted(names.iter().map(String::as_str))),
        names => format!(" {word} {}", quoted(names.iter().map(String::as_str))),
    };
    match expected {
        Expectation::Allowed => "allowed".to_owned(),
        Expectation::Blocked { by, until } => {
            let until = until.map_or(String::new(), |until| format!(" until {until}"));
            format!("blocked{}{until}", named("by", by))
        }
        Expectation::Pending { on } => format!("pending{}", named("on", on)),
        Expectation::Next(Some(at)) => format!("next allowed at {at}"),
        Expectation::Next(None) => "never allowed by waiting".to_owned(),
        Expectation::ValidUntil(at) => format!("valid until {at}"),
        Expectation::Window(windows) => format!("window{}", named("", windows)),
        Expectation::NoWindow(windows) => format!("no window{}", named("", windows)),
        Expectation::Reason(reasons) => format!("reason{}", named("", reasons)),
        Expectation::Record { pointer, value: Some(value) } => {
            format!("`{pointer}` of the record to be `{value}`")
        }
        Expectation::Record { pointer, value: None } => format!("nothing at `{pointer}` of the record"),
    }
}

/// What was answered to a question that expected this, in words.
pub(super) fn got(expected: &Expectation, answer: &Answer<'_>) -> String {
    let decision = answer.decision;
    match expected {
        Expectation::Window(_) | Expectation::NoWindow(_) => {
            let active = active(decision);
            match active.is_empty() {
                true => "no window".to_owned(),
                false => format!("window {}", quoted(active.into_iter())),
            }
        }
        Expectation::Reason(_) if !decision.reasons.is_empty() => {
            format!("reason {}", quoted(decision.reasons.iter().map(|reason| reason.name.as_str())))
        }
        Expectation::Record { pointer, .. } => entry::shown(answer, pointer),
        Expectation::Next(_) => match decision.next_allowed {
            Next::At(at) => format!("next allowed at {at}"),
            Next::NeverByWaiting => "never allowed by waiting".to_owned(),
            Next::NotBefore(at) => format!("not allowed before {at}"),
        },
        Expectation::ValidUntil(_) if decision.verdict == Verdict::Allow => decision
            .valid_until
            .as_ref()
            .map_or("valid without end".to_owned(), |expiry| format!("valid until {}", expiry.at)),
        Expectation::Blocked { until: Some(_), .. } if decision.verdict == Verdict::Block => {
            let until =
                decision.opens_at.map_or(", which no waiting ends".to_owned(), |at| format!(" until {at}"));
            format!("{}{until}", verdict(decision))
        }
        _ => verdict(decision),
    }
}

fn verdict(decision: &Decision) -> String {
    let names = |verdict| quoted(reasons(decision, verdict).map(|reason| reason.name.as_str()));
    match decision.verdict {
        Verdict::Allow => "allowed".to_owned(),
        Verdict::Pending => format!("pending on {}", names(Verdict::Pending)),
        Verdict::Block => format!("blocked by {}", names(Verdict::Block)),
    }
}

fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let unique: BTreeSet<&str> = names.collect();
    unique.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// The finding with the lines that decided, and the change's tier.
pub(super) fn explained(mut finding: Diagnostic, decision: &Decision) -> Diagnostic {
    let deciding: Vec<&Reason> =
        reasons(decision, decision.verdict).filter(|_| decision.verdict != Verdict::Allow).collect();
    let word = if decision.verdict == Verdict::Block { "this blocks" } else { "this waits" };
    let mut lines = BTreeSet::new();
    for origin in deciding.iter().filter_map(|reason| reason.origin) {
        if lines.len() < MOST_REASONS && lines.insert(origin) {
            finding = finding.also(origin.span, word);
        }
    }
    if deciding.len() > MOST_REASONS {
        finding = finding.note(format!("{} reasons in all", deciding.len()));
    }
    match &decision.tier.name {
        Some(tier) => finding.note(format!("judged as {tier} at {}", decision.at)),
        None => finding.note(format!("judged without a tier at {}", decision.at)),
    }
}
