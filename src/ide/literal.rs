//! How a literal reads: durations in words, instants by the clocks of every region, dates by their weekday.

use super::Analysis;
use crate::calendar::{Date, Elapsed, Instant, Repeat, Zone};
use crate::render::card::Card;
use crate::source::Span;
use crate::syntax::tree::Literal;
use crate::types::{self, Value};
use std::collections::BTreeSet;

/// How a literal of this shape reads; nothing where it has no value, which is a finding of its own.
pub(super) fn read(analysis: &Analysis, text: &str, shape: Literal, span: Span) -> Option<Card> {
    let said = |text: String| Some(Card::default().said(text));
    match shape {
        Literal::Number => said(format!("the number {text}")),
        Literal::Ratio | Literal::Points => match types::value(text, shape, span).ok()? {
            Value::Points(share) => said(format!(
                "{text}: a difference of two ratios of {} of one, in percentage points",
                share.normalize()
            )),
            value => said(format!("{text}: {} of one", value.amount()?.normalize())),
        },
        Literal::Rate => said(format!(
            "{text}: {} each second",
            types::value(text, shape, span).ok()?.amount()?.normalize()
        )),
        Literal::Money => said(format!("{text}: an amount of {} dollars", text.trim_start_matches('$'))),
        Literal::Duration => match types::measured(text, span).ok()? {
            Value::Duration(elapsed) => said(format!("{text}: {}", words(elapsed))),
            _ => said(format!("{text}: less than a whole second is left over; metrics alone can say so")),
        },
        Literal::Ordinal => said(format!("the {text} of a month")),
        Literal::Date => {
            let date = types::date(text, span).ok()?;
            said(format!(
                "{} of week {}, {}",
                date.format("%A %-d %B %Y"),
                date.format("%-V"),
                from_today(date, analysis.now)
            ))
        }
        Literal::Time => {
            let time = types::time(text, span).ok()?;
            let rows = zones(analysis).into_iter().map(|zone| {
                let at = zone.instant_on(zone.date(analysis.now), time, Repeat::Earlier);
                (zone.city(), zone.show(at, analysis.now))
            });
            Some(
                Card::default()
                    .said(format!("{text} by the clock of each place, today:"))
                    .rows(rows.collect()),
            )
        }
        Literal::LocalDateTime => {
            let (day, clock) = text.split_once('T')?;
            let local = types::time(clock, span).ok()?.on(types::date(day, span).ok()?);
            let rows = zones(analysis)
                .into_iter()
                .map(|zone| (zone.city(), zone.show(zone.instant(local, Repeat::Earlier), analysis.now)));
            Some(Card::default().said(format!("{text} by the clock of each place:")).rows(rows.collect()))
        }
        Literal::Instant | Literal::ZonedDateTime => {
            let Value::Instant(at) = types::value(text, shape, span).ok()? else { return None };
            Some(Card::default().rows(clocks(analysis, at)))
        }
    }
}

/// A zone: its clock now. Nothing where the text names none.
pub(super) fn zone(text: &str, now: Instant) -> Option<Card> {
    let zone = Zone::parse(text).ok()?;
    let rows = vec![
        ("now".to_owned(), zone.show(now, now)),
        ("offset".to_owned(), format!("{} ({})", offset(zone, now), zone.abbreviation(now))),
    ];
    Some(Card::default().said(format!("the zone of `{}`", zone.name())).rows(rows))
}

/// An instant in UTC, by the clock of every region, and how far off it is.
fn clocks(analysis: &Analysis, at: Instant) -> Vec<(String, String)> {
    let now = analysis.now;
    let far = if at >= now {
        format!("in {}", at.since(now).show())
    } else {
        format!("{} ago", now.since(at).show())
    };
    let mut rows = vec![("UTC".to_owned(), format!("{}, {far}", Zone::UTC.show_dated(at)))];
    let local = zones(analysis).into_iter().filter(|zone| *zone != Zone::UTC);
    rows.extend(local.map(|zone| (zone.city(), zone.local(at).format("%a %-d %b %Y %H:%M").to_string())));
    rows
}

/// The zones of the regions, in the order in which these are declared, each once; UTC where there is no region.
pub(super) fn zones(analysis: &Analysis) -> Vec<Zone> {
    let regions = analysis.policy().map_or(&[][..], |policy| policy.regions.rows());
    let mut seen = BTreeSet::new();
    let mut zones: Vec<Zone> = regions.iter().map(|region| region.place.zone).collect();
    zones.retain(|zone| seen.insert(zone.name()));
    if zones.is_empty() { vec![Zone::UTC] } else { zones }
}

/// How far ahead of UTC the clocks are: `UTC-5`, `UTC+5:30`.
pub(super) fn offset(zone: Zone, at: Instant) -> String {
    let minutes = zone.offset(at).as_seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    let (hours, minutes) = (minutes.abs() / 60, minutes.abs() % 60);
    match minutes {
        0 => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// A duration in words: `1 hour 30 minutes`.
pub(super) fn words(elapsed: Elapsed) -> String {
    let mut left = elapsed.as_seconds().unsigned_abs();
    let mut said = Vec::new();
    for (size, unit) in [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")] {
        match left / size {
            0 => {}
            1 => said.push(format!("1 {unit}")),
            count => said.push(format!("{count} {unit}s")),
        }
        left %= size;
    }
    if said.is_empty() { "no time".to_owned() } else { said.join(" ") }
}

fn from_today(date: Date, now: Instant) -> String {
    match date.signed_duration_since(Zone::UTC.date(now)).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days < 0 => format!("{} days ago", -days),
        days => format!("in {days} days"),
    }
}
