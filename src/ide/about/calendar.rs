//! Windows, kinds of freeze and holidays: what they do, and when, by the clocks of each place.

use super::{Rows, Subject, names, row, scope};
use crate::calendar::{Instant, Interval, Place, TimeOfDay, Timetable, Zone};
use crate::policy::{FreezeKind, Id, Policy, Region, Ruling, Window};

/// Its kind and scope, and its times in each region.
pub(super) fn window(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let window = &policy.windows[policy.windows.find(subject.name)?];
    let kind = &policy.kinds[window.kind];
    let mut rows = vec![row(&kind.name, rulings(policy, kind))];
    rows.extend(scope("regions", &policy.regions, window.regions.as_ref()));
    rows.extend(scope("scope", &policy.components, window.components.as_ref()));
    rows.extend(scope("environments", &policy.environments, window.environments.as_ref()));
    let actions = window
        .actions
        .iter()
        .map(|actions| row("on", actions.iter().map(|action| action.name()).collect::<Vec<_>>().join(", ")));
    rows.extend(actions);
    rows.extend(window.owner.iter().map(|owner| row("owner", policy.party_name(owner))));
    rows.extend(window.because.iter().map(|why| row("because", why)));
    if let Some(follow) = &window.follows {
        let unknown = if follow.unknown_holds { "also" } else { "not" };
        rows.push(row("while", format!("{}; {unknown} while that is unknown", follow.text)));
        return Some(rows);
    }
    rows.extend(
        window.warn_until.filter(|until| subject.now < *until).map(|until| {
            row("enforce", format!("stops nothing until {}", Zone::UTC.show(until, subject.now)))
        }),
    );
    rows.extend(times(policy, window).map(|(name, place)| {
        row(
            name,
            if window.only {
                hours(&window.when, place, subject.now)
            } else {
                spans(&window.when, place, subject.now)
            },
        )
    }));
    Some(rows)
}

/// What it does to each tier, and which of its windows hold now.
pub(super) fn freeze(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.kinds.find(subject.name)?;
    let kind = &policy.kinds[id];
    let tiers = policy.tiers.iter().filter_map(|(tier, known)| {
        Some(row(format!("{} {}", known.name, known.title).trim(), ruling(policy, kind.ruling(tier)?)))
    });
    let mut rows: Rows = tiers.collect();
    let holding = |window: &&Window| window.kind == id && holds(policy, window, None, subject.now);
    let holding: Vec<&str> =
        policy.windows.rows().iter().filter(holding).map(|window| window.name.as_str()).collect();
    rows.push(row(
        "now",
        if holding.is_empty() { "no window of it holds".to_owned() } else { holding.join(", ") },
    ));
    Some(rows)
}

/// Where they hold, and the next of them.
pub(super) fn holidays(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let holidays = &policy.holidays[policy.holidays.find(subject.name)?];
    let today = Zone::UTC.date(subject.now);
    let next = holidays.spans.iter().filter(|span| span.last >= today).min();
    let mut rows: Rows = scope("regions", &policy.regions, holidays.regions.as_ref()).into_iter().collect();
    rows.push(row(
        "next",
        next.map_or("none is written".to_owned(), |span| {
            let title = holidays.titles.get(&span.first).map_or(String::new(), |title| format!(", {title}"));
            let day = |date: crate::calendar::Date| date.format("%a %-d %b %Y").to_string();
            match span.first == span.last {
                true => format!("{}{title}", day(span.first)),
                false => format!("{} through {}{title}", day(span.first), day(span.last)),
            }
        }),
    ));
    Some(rows)
}

/// What a kind does to the tiers, in one line: `admits T0; blocks T1 unless an exception lifts it`.
fn rulings(policy: &Policy, kind: &FreezeKind) -> String {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for (tier, known) in policy.tiers.iter() {
        let Some(does) = kind.ruling(tier).map(|known| ruling(policy, known)) else { continue };
        match said.iter_mut().find(|(other, _)| *other == does) {
            Some((_, tiers)) => tiers.push(&known.name),
            None => said.push((does, vec![&known.name])),
        }
    }
    let parts = said.iter().map(|(does, tiers)| match does.split_once(' ') {
        Some((does, more)) => format!("{does} {} {more}", tiers.join(", ")),
        None => format!("{does} {}", tiers.join(", ")),
    });
    parts.collect::<Vec<_>>().join("; ")
}

/// What a ruling does to a tier.
pub(super) fn ruling(policy: &Policy, ruling: &Ruling) -> String {
    match ruling {
        Ruling::Admit { when } if when.is_true() => "admits".to_owned(),
        Ruling::Admit { when } => format!("admits when {}", when.show(policy)),
        Ruling::Except => "blocks unless an exception lifts it".to_owned(),
        Ruling::Block => "blocks".to_owned(),
    }
}

/// The windows that hold somewhere, or in one region; those that follow a condition have no time of their own.
pub(super) fn holding(policy: &Policy, region: Option<Id<Region>>, now: Instant) -> String {
    let held: Vec<String> = policy
        .windows
        .iter()
        .filter(|(_, window)| holds(policy, window, region, now))
        .map(|(id, window)| format!("{} {}", policy.kinds[window.kind].name, names(&policy.windows, [id])))
        .collect();
    if held.is_empty() { "no window holds".to_owned() } else { held.join(", ") }
}

fn holds(policy: &Policy, window: &Window, region: Option<Id<Region>>, now: Instant) -> bool {
    let here = |at: &Option<Id<Region>>| region.is_none() || *at == region;
    window.follows.is_none()
        && policy
            .regions_or_none()
            .filter(here)
            .filter(|at| window.covers(*at, None, None, None))
            .any(|at| window.when.at(policy.place_of(at), now).is_some() != window.only)
}

/// The places in which a window is read, with their names: one where it says its own zone.
fn times<'p>(policy: &'p Policy, window: &Window) -> impl Iterator<Item = (&'p str, &'p Place)> {
    let regions: Vec<_> =
        policy.regions_or_none().filter(|region| window.covers(*region, None, None, None)).collect();
    let count = if window.when.zone.is_some() { 1 } else { regions.len() };
    regions.into_iter().take(count).map(move |region| {
        let name = region.filter(|_| count > 1).map_or("when", |region| policy.regions[region].name.as_str());
        (name, policy.place_of(region))
    })
}

/// Whether a timetable holds, until when, or when it holds next.
pub(super) fn spans(when: &Timetable, place: &Place, now: Instant) -> String {
    let zone = when.zone.unwrap_or(place.zone);
    match (when.at(place, now), next(when, place, now)) {
        (Some(Interval { end: Instant::MAX, .. }), _) => "active now, without end".to_owned(),
        (Some(span), _) => {
            format!("active now, until {}, for {}", zone.show(span.end, now), span.end.since(now).show())
        }
        (None, Some(span)) => {
            format!("next {}, in {}", shown(zone, span, now), span.start.since(now).show())
        }
        (None, None) => "not active, and never again as it is written".to_owned(),
    }
}

/// The same of hours outside of which a kind holds.
fn hours(when: &Timetable, place: &Place, now: Instant) -> String {
    let zone = when.zone.unwrap_or(place.zone);
    match (when.at(place, now), next(when, place, now)) {
        (Some(Interval { end: Instant::MAX, .. }), _) => "open now, without end".to_owned(),
        (Some(span), _) => {
            format!("open now, until {}, for {}", zone.show(span.end, now), span.end.since(now).show())
        }
        (None, Some(span)) => {
            format!("closed now, open {}, in {}", shown(zone, span, now), span.start.since(now).show())
        }
        (None, None) => "closed now, and for good as it is written".to_owned(),
    }
}

/// Of a window until when it holds, or when it holds next, where that is first; nothing where it never does again.
pub(in crate::ide) fn next_of(policy: &Policy, name: &str, now: Instant) -> Option<String> {
    let window = &policy.windows[policy.windows.find(name)?];
    let places: Vec<&Place> = times(policy, window).map(|(_, place)| place).collect();
    let zone = |place: &Place| window.when.zone.unwrap_or(place.zone);
    let held = places.iter().filter_map(|place| Some((window.when.at(place, now)?.end, zone(place))));
    if let Some((end, zone)) = held.min_by_key(|(end, _)| *end) {
        return (end != Instant::MAX).then(|| format!("until {}", zone.show(end, now)));
    }
    let next = places.iter().filter_map(|place| Some((next(&window.when, place, now)?.start, zone(place))));
    next.min_by_key(|(start, _)| *start).map(|(start, zone)| format!("next {}", zone.show(start, now)))
}

/// The next time that a timetable holds, behind now.
fn next(when: &Timetable, place: &Place, now: Instant) -> Option<Interval> {
    let reader = when.read(place);
    let after = reader.at(now).map_or(now, |span| span.end);
    reader.at(reader.next_change_after(after)?)
}

/// A span, whole local dates in few words.
fn shown(zone: Zone, span: Interval, now: Instant) -> String {
    let midnight = |at: Instant| zone.local(at).time() == TimeOfDay::MIDNIGHT.on(zone.date(at)).time();
    let one_day = span.length() <= crate::calendar::Elapsed::days(1) && midnight(span.start);
    match span.end {
        _ if one_day && midnight(span.end) => format!("{}, the whole day", zone.show(span.start, now)),
        _ => zone.show_interval(span, now),
    }
}
