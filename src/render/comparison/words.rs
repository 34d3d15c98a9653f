//! The wording of a difference, without layout.

use super::{Clocks, Compared, Outcome};
use crate::calendar::{Elapsed, Instant, Interval, Zone};
use crate::emit::json::{Changed, Decides};
use crate::policy::Action;
use crate::verify::clocks::Moved;
use crate::verify::diff::{Cause, Clock, Difference, Turn};
use std::collections::BTreeSet;

/// So many spans of time are written out.
pub(super) const MOST_SPANS: usize = 3;

/// The answer in a line.
pub(super) fn answer(compared: &Compared<'_>) -> String {
    let comparison = compared.comparison;
    let tighter =
        comparison.differences.iter().any(|one| matches!(one.turn, Turn::NewlyBlocked | Turn::Tighter));
    match compared.outcome() {
        Outcome::Same => "the policies mean the same".to_owned(),
        Outcome::NotWider if tighter => {
            "nothing may land that could not; some of what could no longer may".to_owned()
        }
        Outcome::NotWider if comparison.differences.is_empty() => {
            "the same may land; how it rolls out, comes back or is told of changes".to_owned()
        }
        Outcome::NotWider => "nothing may land that could not".to_owned(),
        Outcome::Wider if comparison.widens() && tighter => {
            "wider in some places and tighter in others: changes may land that could not".to_owned()
        }
        Outcome::Wider if comparison.widens() => "wider: changes may land that could not".to_owned(),
        Outcome::Wider => "perhaps wider: not everything that decides could be compared".to_owned(),
    }
}

/// `T2 in eu-west-1 (llm), production: deploy, migrate`
pub(super) fn subject(compared: &Compared<'_>, difference: &Difference) -> String {
    let policy = compared.policy;
    let few = |names: &[String], all: usize, every: &str| {
        if names.len() > 1 && names.len() == all { every.to_owned() } else { names.join(", ") }
    };
    let mut text = match difference.tiers.as_slice() {
        [] => "every change".to_owned(),
        tiers => few(tiers, policy.tiers.len(), "every tier"),
    };
    let places = few(&difference.regions, policy.regions.len(), "every region");
    if !places.is_empty() {
        text.push_str(&format!(" in {places}"));
    }
    let components = few(&difference.components, policy.components.len(), "every component");
    if !components.is_empty() {
        text.push_str(&format!(" ({components})"));
    }
    let environments = few(&difference.environments, policy.environments.len(), "");
    if !environments.is_empty() {
        text.push_str(&format!(", {environments}"));
    }
    let own: BTreeSet<Action> = difference
        .asks
        .iter()
        .filter(|(action, phase)| action.phase() == *phase)
        .map(|(action, _)| *action)
        .collect();
    let later = difference.asks.iter().filter(|(action, phase)| action.phase() != *phase);
    let mut asks: Vec<String> = if own.len() == Action::ALL.len() {
        vec!["every action".to_owned()]
    } else {
        own.iter().map(|action| action.name().to_owned()).collect()
    };
    asks.extend(later.map(|(action, phase)| format!("{} asked in phase {}", action.name(), phase.name())));
    format!("{text}: {}", asks.join(", "))
}

/// When: the first spans, and how many more there are.
pub(super) fn when(compared: &Compared<'_>, difference: &Difference) -> Vec<String> {
    if difference.cause == Cause::Requirements {
        return vec!["whenever the calendar is open".to_owned()];
    }
    if compared.comparison.within.is_some_and(|within| difference.when.as_slice() == [within]) {
        return vec!["at every time".to_owned()];
    }
    if difference.clock == Clock::Local {
        return local(compared, difference);
    }
    let zone = match difference.regions.as_slice() {
        [region] => compared
            .policy
            .regions
            .find(region)
            .map_or(Zone::UTC, |id| compared.policy.regions[id].place.zone),
        _ => Zone::UTC,
    };
    let mut lines: Vec<String> =
        difference.when.iter().take(MOST_SPANS).map(|span| span_words(zone, *span)).collect();
    if let Some(last) = difference.when.last().filter(|_| difference.when.len() > MOST_SPANS) {
        let more = difference.when.len() - MOST_SPANS;
        lines.push(format!("and {more} more, the last until {}", zone.show_dated(last.end)));
    }
    lines
}

/// The same spans by each region's own clock.
fn local(compared: &Compared<'_>, difference: &Difference) -> Vec<String> {
    let first = difference.regions.first().and_then(|region| compared.policy.regions.find(region));
    let zone = first.map_or(Zone::UTC, |id| compared.policy.regions[id].place.zone);
    let read = |at: Instant| zone.local(at).format("%a %-d %b %Y %H:%M").to_string();
    let mut lines: Vec<String> = difference
        .when
        .iter()
        .take(MOST_SPANS)
        .map(|span| format!("{} .. {}, local time of each", read(span.start), read(span.end)))
        .collect();
    if let Some(last) = difference.when.last().filter(|_| difference.when.len() > MOST_SPANS) {
        lines.push(format!(
            "and {} more, the last until {}",
            difference.when.len() - MOST_SPANS,
            read(last.end)
        ));
    }
    lines
}

/// Which clocks were moved that a difference may come from: those of its regions.
pub(super) fn since(compared: &Compared<'_>, difference: &Difference) -> Option<String> {
    let clocks = compared.clocks?;
    let policy = compared.policy;
    let zones: BTreeSet<&str> = difference
        .regions
        .iter()
        .filter_map(|region| policy.regions.find(region))
        .map(|region| policy.regions[region].place.zone.name())
        .collect();
    let moved = clocks.moved.iter().filter(|moved| zones.contains(moved.name));
    let cities: Vec<&str> = moved.map(|moved| moved.city.as_str()).collect();
    if cities.is_empty() {
        return None;
    }
    Some(format!(
        "since the zone database {} -> {} moves clocks in {}",
        clocks.old,
        clocks.new,
        cities.join(", ")
    ))
}

/// Each zone whose clocks were moved, and how.
pub(super) fn moved(clocks: &Clocks) -> Vec<String> {
    let line = |moved: &Moved| {
        let spans = moved.spans.iter().take(MOST_SPANS).map(|(span, old, new)| {
            let from = Zone::UTC.show_dated(span.start);
            format!(
                "{from} .. {}: {} -> {}",
                Zone::UTC.show(span.end, span.start),
                offset(*old),
                offset(*new)
            )
        });
        let spans: Vec<String> = spans.collect();
        let more = moved.spans.len().saturating_sub(MOST_SPANS);
        let more = if more > 0 { format!("; and {more} more") } else { String::new() };
        format!("{} ({}): {}{more}", moved.city, moved.name, spans.join("; "))
    };
    clocks.moved.iter().map(line).collect()
}

/// The two versions, and whether they agree.
pub(super) fn databases(clocks: &Clocks) -> String {
    let agree =
        if clocks.moved.is_empty() { ": every clock that the policies name shows the same" } else { "" };
    format!("zone database {} -> {}{agree}", clocks.old, clocks.new)
}

/// `UTC-03:00`
fn offset(ahead: Elapsed) -> String {
    let seconds = ahead.as_seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let minutes = seconds.unsigned_abs() / 60;
    let rest = match seconds.unsigned_abs() % 60 {
        0 => String::new(),
        rest => format!(":{rest:02}"),
    };
    format!("UTC{sign}{:02}:{:02}{rest}", minutes / 60, minutes % 60)
}

fn span_words(zone: Zone, span: Interval) -> String {
    match (span.start, span.end) {
        (Instant::MIN, _) | (_, Instant::MAX) => zone.show_interval(span, span.start),
        (start, end) => format!("{} .. {}", zone.show_dated(start), zone.show(end, start)),
    }
}

/// `pipelines rag-release, stages canary, hold: 15m -> 30m`
pub(super) fn changed(change: &Changed) -> (String, String) {
    let place = change.place.join(" ");
    let said = match (&change.old, &change.new) {
        (None, Some(new)) => format!("added: {new}"),
        (Some(old), None) => format!("removed: {old}"),
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (None, None) => String::new(),
    };
    (place, said)
}

/// What decides and is not compared as decisions are, then everything else.
pub(super) const PARTS: [(Decides, &str); 2] = [
    (Decides::Yes, "what decides, compared as it is written"),
    (Decides::No, "how a change rolls out, comes back and is told of"),
];
