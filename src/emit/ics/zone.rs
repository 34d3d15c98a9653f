//! `VTIMEZONE` blocks made from the zone database, so that a reader without one of its own agrees to the second.

use super::line;
use crate::calendar::{Elapsed, Instant, Interval, Zone};
use std::collections::BTreeMap;

/// Steps in which offsets are compared; a zone does not change its clocks and change them back within one.
const STEP: Elapsed = Elapsed::days(7);

/// How long before a calendar's horizon its first occurrence may have begun.
const LEAD: Elapsed = Elapsed::days(400);

/// Appends the zone's observances: the one that holds before `span`, and each change until its end.
pub(super) fn push(text: &mut String, zone: Zone, span: Interval) {
    let span = Interval::new(span.start.minus(LEAD), span.end);
    line::push(text, "BEGIN", "VTIMEZONE");
    line::push(text, "TZID", zone.name());
    let first = zone.offset(span.start);
    let mut onsets: BTreeMap<(Elapsed, Elapsed), Vec<Instant>> = BTreeMap::new();
    for (at, from, to) in changes(zone, span) {
        onsets.entry((from, to)).or_default().push(at);
    }
    let usual = onsets.keys().map(|(_, to)| *to).min().unwrap_or(first).min(first);
    observance(text, first, first, usual, &["19700101T000000".to_owned()]);
    for ((from, to), at) in &onsets {
        let local: Vec<String> = at.iter().map(|at| written(at.plus(*from))).collect();
        observance(text, *from, *to, usual, &local);
    }
    line::push(text, "END", "VTIMEZONE");
}

fn observance(text: &mut String, from: Elapsed, to: Elapsed, usual: Elapsed, onsets: &[String]) {
    let kind = if to > usual { "DAYLIGHT" } else { "STANDARD" };
    line::push(text, "BEGIN", kind);
    for (index, onset) in onsets.iter().enumerate() {
        line::push(text, if index == 0 { "DTSTART" } else { "RDATE" }, onset);
    }
    line::push(text, "TZOFFSETFROM", &offset(from));
    line::push(text, "TZOFFSETTO", &offset(to));
    line::push(text, "END", kind);
}

/// Stretches of a span in which clocks are not changed, with how many seconds they are ahead of UTC.
pub(in crate::emit) fn regimes(zone: Zone, span: Interval) -> Vec<(Interval, i64)> {
    let mut found = Vec::new();
    let mut start = span.start;
    let changed = changes(zone, span).into_iter().map(|(at, ..)| at).filter(|at| *at < span.end);
    for end in changed.chain([span.end]) {
        found.push((Interval::new(start, end), zone.offset(start).as_seconds()));
        start = end;
    }
    found
}

/// Instants at which clocks change, with how far they were ahead of UTC before and are behind it.
fn changes(zone: Zone, span: Interval) -> Vec<(Instant, Elapsed, Elapsed)> {
    let mut found = Vec::new();
    let mut at = span.start;
    while at < span.end {
        let next = at.plus(STEP);
        let (from, to) = (zone.offset(at), zone.offset(next));
        if from != to {
            let (mut before, mut behind) = (at, next);
            while behind.since(before) > Elapsed::seconds(1) {
                let middle = before.plus(Elapsed::seconds(behind.since(before).as_seconds() / 2));
                if zone.offset(middle) == from {
                    before = middle;
                } else {
                    behind = middle;
                }
            }
            found.push((behind, from, zone.offset(behind)));
        }
        at = next;
    }
    found
}

/// A reading whose seconds are counted as if it were UTC.
fn written(local: Instant) -> String {
    local.utc().format("%Y%m%dT%H%M%S").to_string()
}

fn offset(ahead: Elapsed) -> String {
    let seconds = ahead.as_seconds();
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let hours_and_minutes = format!("{sign}{:02}{:02}", seconds / 3600, seconds / 60 % 60);
    match seconds % 60 {
        0 => hours_and_minutes,
        rest => format!("{hours_and_minutes}{rest:02}"),
    }
}
