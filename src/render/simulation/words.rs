//! Every wording of a simulated rollout: its answer, and one line an event.

use super::Shown;
use crate::calendar::{Elapsed, Instant};
use crate::render::Style;
use crate::render::decision::list;
use crate::simulate::{Event, FailedBy, Outcome, Seen, Truth, What};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// An event in words.
pub(super) struct Said {
    /// The stage or the rollback that it is about.
    pub who: String,
    /// What happened.
    pub what: String,
    /// What was seen, a line each.
    pub details: Vec<String>,
    pub style: Style,
}

/// The answer in a word, and the rest of its line.
pub(super) fn answer(shown: &Shown<'_>) -> (&'static str, String, Style) {
    let timeline = shown.timeline;
    let pipeline = &timeline.pipeline;
    let stage = timeline.stage.as_ref().map_or(String::new(), |stage| format!(" at {stage}"));
    let after = |at: Instant| match at.since(timeline.start) {
        Elapsed::ZERO => "as soon as it began".to_owned(),
        span => format!("{} after it began", span.show()),
    };
    let show = |at: Instant| shown.zone.show(at, timeline.start);
    match &timeline.outcome {
        Outcome::Finished => ("FINISHED", format!("{pipeline}, {}", after(timeline.end)), Style::Good),
        Outcome::RolledBack { rollback, .. } => {
            let is_own = |event: &&Event| event.pipeline == *pipeline;
            let mut own = timeline.events.iter().filter(is_own);
            let back = own.find(|event| matches!(event.what, What::WentBack { .. }));
            let at = back.map_or(timeline.end, |event| event.at);
            let by = rollback.as_ref().map_or(String::new(), |rollback| format!(", by {rollback}"));
            ("ROLLED BACK", format!("{pipeline}{stage}, {}{by}", after(at)), Style::Bad)
        }
        Outcome::Paused { until, because } => {
            let until = until
                .map_or(", without an end in sight".to_owned(), |until| format!(" until {}", show(until)));
            ("PAUSED", format!("{pipeline}{stage}{until}: {because}"), Style::Waiting)
        }
        Outcome::Failed => {
            ("FAILED", format!("{pipeline}{stage}, {}; what was done stays", after(timeline.end)), Style::Bad)
        }
        Outcome::Stuck { because } => ("STUCK", format!("{pipeline}{stage}: {because}"), Style::Bad),
        Outcome::TraceEnds => (
            "NOT DECIDED",
            format!("{pipeline}{stage}: the trace ends {}, before it is known", show(timeline.end)),
            Style::Waiting,
        ),
    }
}

/// What else the answer must say, a sentence each.
pub(super) fn notes(shown: &Shown<'_>) -> Vec<String> {
    let timeline = shown.timeline;
    let mut notes = Vec::new();
    let went = timeline.events.iter().any(|event| matches!(event.what, What::WentBack { .. }));
    match &timeline.outcome {
        Outcome::RolledBack { rollback: None, .. } => {
            notes.push("the policy has no rollback for it: traffic alone is taken away".to_owned());
        }
        Outcome::RolledBack { recovered: Some(true), .. } => {
            let after = timeline.events.iter().find_map(|event| match &event.what {
                What::Recovered { after, .. } if event.pipeline == timeline.pipeline => Some(*after),
                _ => None,
            });
            let after =
                after.map_or(String::new(), |after| format!(" {} after the rollback began", after.show()));
            notes.push(format!("it recovered{after}"));
        }
        Outcome::RolledBack { recovered: Some(false), .. } => {
            notes.push("it did not recover in the time it has".to_owned());
        }
        Outcome::RolledBack { recovered: None, .. } => {
            notes.push(
                "whether it recovers is not known: nothing says when, or the trace ends before".to_owned(),
            );
        }
        _ => {}
    }
    if timeline.writes_frozen {
        notes.push("writes are still frozen at the end".to_owned());
    } else if went {
        notes.push("writes are open at the end".to_owned());
    }
    if !timeline.left_on.is_empty() {
        let left = timeline.left_on.iter().map(|what| (*what).to_owned()).collect::<Vec<_>>();
        notes.push(format!("still on at the end: {}", list(&left)));
    }
    notes
}

/// Every event in words. What a rollback does is under its name, and what belongs to another pipeline than was asked for has that
/// pipeline's name before it.
pub(super) fn said(shown: &Shown<'_>) -> Vec<Said> {
    let mut rollbacks: BTreeMap<&str, &str> = BTreeMap::new();
    let events = shown.timeline.events.iter().map(|event| {
        let pipeline = event.pipeline.as_str();
        if let What::WentBack { rollback } = &event.what {
            rollbacks.insert(pipeline, rollback.as_deref().unwrap_or("going back"));
        }
        let mut said = one(shown, &event.what);
        if said.who.is_empty() {
            said.who = rollbacks.get(pipeline).copied().unwrap_or_default().to_owned();
        }
        if pipeline != shown.timeline.pipeline {
            said.who = format!("{pipeline}.{}", said.who);
        }
        said
    });
    events.collect()
}

fn one(shown: &Shown<'_>, what: &What) -> Said {
    let plain =
        |who: &str, what: String, style| Said { who: who.to_owned(), what, details: Vec::new(), style };
    match what {
        What::Approved { stage } => plain(stage, "approved".to_owned(), Style::Faint),
        What::Started { stage } => plain(stage, "started".to_owned(), Style::Faint),
        What::Called { stage, calls } => plain(stage, format!("calls pipeline {calls}"), Style::Name),
        What::Retried { stage } => plain(stage, "command failed, tried again".to_owned(), Style::Waiting),
        What::Entered { by, regions } => plain(by, format!("enters {}", list(regions)), Style::Name),
        What::Traffic { stage, share } => plain(stage, format!("traffic {}", percent(*share)), Style::Strong),
        What::Mirrored { stage, share } => {
            plain(stage, format!("mirrors {} of traffic", percent(*share)), Style::Strong)
        }
        What::Held { by, lasts } => plain(by, format!("holds {}", lasts.show()), Style::Faint),
        What::Soaked { by, lasts } => plain(by, format!("soaks {}", lasts.show()), Style::Faint),
        What::Asked { by, gate, answer, seen } => {
            let (word, style) = match answer {
                Truth::Yes => ("passes", Style::Good),
                Truth::Unknown => ("waits", Style::Waiting),
                Truth::No => ("fails", Style::Bad),
            };
            let details = seen.iter().map(number).collect();
            Said { who: by.clone(), what: format!("gate {gate} {word}"), details, style }
        }
        What::Froze { stage, windows, reaction, until } => {
            let named = |met: &crate::simulate::Met| match &met.kind {
                Some(kind) => format!("{} ({kind})", met.window),
                None => met.window.clone(),
            };
            let windows: Vec<String> = windows.iter().map(named).collect();
            let open = until.map_or("no end in sight".to_owned(), |until| {
                format!("open again {}", shown.zone.show(until, shown.timeline.start))
            });
            let what = format!("meets freeze {}: {reaction}", list(&windows));
            Said { who: stage.clone(), what, details: vec![open], style: Style::Waiting }
        }
        What::Resumed { stage } => plain(stage, "goes on, the freeze is over".to_owned(), Style::Good),
        What::Finished { stage } => plain(stage, "finished".to_owned(), Style::Good),
        What::Failed { stage, by } => {
            let why = match by {
                FailedBy::Command => "its command failed".to_owned(),
                FailedBy::Gate(gate) => format!("gate {gate} does not pass"),
                FailedBy::Pipeline(called) => format!("{called} did not finish"),
                FailedBy::Timeout => "it took longer than its timeout".to_owned(),
            };
            plain(stage, format!("failed: {why}"), Style::Bad)
        }
        What::Fired { rollback, trigger, since, seen } => {
            let mut details = vec![format!("true since {}", shown.zone.show(*since, shown.timeline.start))];
            details.extend(seen.iter().filter(|seen| seen.answer == Truth::Yes).map(number));
            Said { who: rollback.clone(), what: format!("fires: {trigger}"), details, style: Style::Bad }
        }
        What::WentBack { rollback } => {
            plain(rollback.as_deref().unwrap_or_default(), "goes back".to_owned(), Style::Bad)
        }
        What::Pulled { lever, within } => {
            let within = within
                .map_or("it does not say how fast".to_owned(), |within| format!("within {}", within.show()));
            plain("", format!("pulls {lever}, {within}"), Style::Strong)
        }
        What::NoLever { levers } => plain("", format!("cannot pull {} any more", list(levers)), Style::Bad),
        What::Did { step } => plain("", step.clone(), Style::Faint),
        What::Recovered { rollback, after } => {
            plain(rollback, format!("recovered after {}", show(*after)), Style::Good)
        }
        What::NotRecovered { rollback, within } => {
            plain(rollback, format!("not recovered within {}", show(*within)), Style::Bad)
        }
        What::Incident { severity } => {
            let severity = severity.as_ref().map_or(String::new(), |severity| format!(" {severity}"));
            plain("", format!("incident{severity} is declared"), Style::Bad)
        }
    }
}

fn show(span: Elapsed) -> String {
    span.show()
}

pub(super) fn percent(share: Decimal) -> String {
    format!("{}%", (share * Decimal::ONE_HUNDRED).normalize())
}

/// A bar with the number it saw.
fn number(seen: &Seen) -> String {
    let sign = match seen.answer {
        Truth::Yes => "is so",
        Truth::Unknown => "not known, or not for long enough",
        Truth::No => "is not so",
    };
    let measured = match (&seen.value, &seen.limit) {
        (Some(value), Some(limit)) => format!("{value}, held against {limit}; "),
        (Some(value), None) => format!("{value}, and no baseline; "),
        (None, Some(_)) => "no data; ".to_owned(),
        (None, None) => String::new(),
    };
    format!("{}: {measured}{sign}", seen.text)
}
