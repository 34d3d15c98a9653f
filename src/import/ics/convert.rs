//! Events as windows and as holidays.

use super::event::{Event, end_of};
use super::moment::Moment;
use super::recurrence::recurrence;
use crate::calendar::{DateSpan, Interval, Pattern, Place, Rounding, TimeOfDay, Timetable, Weekdays, Zone};
use crate::import::days::{later, number_of};
use crate::import::draft::{Draft, Holidays, Space, Window};
use crate::import::names::{quoted, title};
use crate::import::report::{At, RemarkKind, Report};
use std::collections::{BTreeMap, BTreeSet};

/// Every event as a window or several.
pub(super) fn windows(events: Vec<Event>, draft: &mut Draft, report: &mut Report) {
    let replaced = replaced(&events.iter().collect::<Vec<_>>());
    for event in events.iter().filter(|event| !event.cancelled) {
        let Some(mut window) = first_window(event, &replaced, draft, report) else { continue };
        describe(&mut window, event);
        let zone = window.zone;
        if !window.when.is_empty() {
            draft.windows.push(window);
        }
        let besides: Vec<Pattern> =
            event.besides.iter().filter_map(|(_, start)| once(*start, event.length)).collect();
        if !besides.is_empty() {
            let mut window =
                Window::new(draft.fresh(Space::Window, &title(&event.title)), &draft.kind.clone());
            describe(&mut window, event);
            window.when = besides;
            window.zone = zone;
            draft.windows.push(window);
        }
    }
}

/// Which occurrences of which event others replace.
pub(super) fn replaced<'e>(events: &[&'e Event]) -> BTreeMap<&'e str, Vec<(At, Moment)>> {
    let mut replaced: BTreeMap<&str, Vec<(At, Moment)>> = BTreeMap::new();
    for event in events {
        if let (Some(uid), Some(moment)) = (event.uid.as_deref(), event.replaces) {
            replaced.entry(uid).or_default().push((event.at, moment));
        }
    }
    replaced
}

fn describe(window: &mut Window, event: &Event) {
    window.doc.push(event.title.clone());
    window.because.clone_from(&event.reason);
}

fn first_window(
    event: &Event,
    replaced: &BTreeMap<&str, Vec<(At, Moment)>>,
    draft: &mut Draft,
    report: &mut Report,
) -> Option<Window> {
    let mut window = Window::new(draft.fresh(Space::Window, &title(&event.title)), &draft.kind.clone());
    window.zone = match event.start {
        Moment::Local(_, zone) => Some(zone),
        Moment::Date(_) => None,
    };
    if event.rules.is_empty() {
        window.when.extend(once(event.start, event.length));
        return Some(window);
    }
    if event.rules.len() > 1 {
        let at = event.rules.get(1).map_or(event.at, |(at, _)| *at);
        report.error(at, "an event has one RRULE", "write an event for each");
        return None;
    }
    let (at, rule) = event.rules.first()?;
    let result = recurrence(*at, rule, event.start, event.length, report);
    let found = report.keep(result).flatten()?;
    window.when = found.patterns;
    window.from = Some(event.start.date());
    window.until = found.until;
    let none = Vec::new();
    let moved = event.uid.as_deref().filter(|_| event.replaces.is_none()).and_then(|uid| replaced.get(uid));
    for (at, moment) in event.except.iter().chain(moved.unwrap_or(&none)) {
        let own = window.zone.map_or(*moment, |zone| moment.in_zone(zone));
        if !same_time(event.start, own) {
            report.remark(
                *at,
                RemarkKind::MayNotMean,
                format!(
                    "an exception of `{}` on {} is at another time than the event",
                    quoted(&event.title),
                    own.date()
                ),
                "calendar programs ignore it; the policy leaves the whole date out",
            );
        }
        window.except.insert(own.date());
    }
    begins_elsewhere(event, &window, report);
    Some(window)
}

fn same_time(one: Moment, other: Moment) -> bool {
    match (one, other) {
        (Moment::Local(one, _), Moment::Local(other, _)) => one.time() == other.time(),
        (Moment::Date(_), Moment::Date(_)) => true,
        _ => false,
    }
}

/// A start that its own rule does not give: RFC 5545 leaves open what it means.
fn begins_elsewhere(event: &Event, window: &Window, report: &mut Report) {
    let timetable = Timetable {
        patterns: window.when.clone(),
        from: window.from,
        zone: Some(Zone::UTC),
        ..Timetable::never(Rounding::Outward)
    };
    let first =
        Zone::UTC.instant_on(event.start.date(), TimeOfDay::MIDNIGHT, crate::calendar::Repeat::Earlier);
    let day = Interval::new(first, first.plus(crate::calendar::Elapsed::days(1)));
    let starts = timetable.occurrences(&utc(), day).iter().any(|found| found.date == event.start.date());
    if !starts {
        report.remark(
            event.at,
            RemarkKind::MayNotMean,
            format!(
                "`{}` starts on {}, a date that its rule does not give",
                quoted(&event.title),
                event.start.date()
            ),
            "some programs count that date, others do not; the policy does not",
        );
    }
}

fn utc() -> Place {
    Place {
        zone: Zone::UTC,
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    }
}

/// An occurrence on its own.
fn once(start: Moment, length: (i64, i64)) -> Option<Pattern> {
    match (start, end_of(start, length)) {
        (Moment::Date(first), Moment::Date(end)) => {
            Some(Pattern::Dates(DateSpan { first, last: later(end, -1) }))
        }
        (Moment::Local(_, zone), end) if zone == Zone::UTC => {
            Some(Pattern::Once(Interval::new(start.instant(), end.instant())))
        }
        (Moment::Local(start, _), Moment::Local(end, _)) => Some(Pattern::OnceLocal { start, end }),
        _ => None,
    }
}

/// Every event of whole days as holidays of one name; those that come back are written out within the horizon.
pub(super) fn holidays(name: &str, events: Vec<Event>, draft: &mut Draft, report: &mut Report) {
    let replaced = replaced(&events.iter().collect::<Vec<_>>());
    let mut spans: BTreeMap<(crate::calendar::Date, crate::calendar::Date), BTreeSet<String>> =
        BTreeMap::new();
    for event in events.iter().filter(|event| !event.cancelled) {
        let Moment::Date(first) = event.start else {
            report.remark(
                event.at,
                RemarkKind::NotCarried,
                format!("`{}` is not a whole day: it is no holiday", quoted(&event.title)),
                "import the file without `--as holidays` to make it a window",
            );
            continue;
        };
        let mut add = |first: crate::calendar::Date| {
            spans.entry((first, later(first, event.length.0 - 1))).or_default().insert(event.title.clone());
        };
        if event.rules.is_empty() {
            add(first);
        } else if let Some(window) = first_window(event, &replaced, draft, report) {
            expand(&window, draft.horizon).into_iter().for_each(&mut add);
            report.remark(
                event.at,
                RemarkKind::Changed,
                format!(
                    "`{}` comes back: written out from {} to {}",
                    quoted(&event.title),
                    draft.horizon.first,
                    draft.horizon.last
                ),
                "holidays are dates; import again for the years behind that",
            );
        }
        event.besides.iter().for_each(|(_, moment)| add(moment.date()));
    }
    let name = draft.fresh(Space::Holidays, &title(name));
    let spans = spans
        .into_iter()
        .map(|((first, last), titles)| {
            (DateSpan { first, last }, titles.into_iter().collect::<Vec<_>>().join("; "))
        })
        .collect();
    draft.holidays.push(Holidays { name, spans });
}

/// The dates on which a window's occurrences start.
fn expand(window: &Window, horizon: DateSpan) -> Vec<crate::calendar::Date> {
    let timetable = Timetable {
        patterns: window.when.clone(),
        from: window.from,
        until: window.until,
        except: window.except.clone(),
        zone: Some(Zone::UTC),
        rounding: Rounding::Outward,
    };
    let edge = |date| Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, crate::calendar::Repeat::Earlier);
    let within = Interval::new(edge(horizon.first), edge(horizon.last));
    let bounds = number_of(horizon.first)..number_of(horizon.last);
    let found = timetable.occurrences(&utc(), within);
    found.into_iter().map(|found| found.date).filter(|date| bounds.contains(&number_of(*date))).collect()
}
