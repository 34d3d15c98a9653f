//! `ics`: windows and releases as an iCalendar file that people subscribe to (RFC 5545).
//!
//! Ends are exclusive. What recurs keeps its rule and its zone where every reader agrees on it (`series`), with a
//! `VTIMEZONE` of its own (`zone`). `DTSTAMP` is the start of the policy's horizon: the same policy gives the same bytes.

mod line;
mod series;
mod zone;

use super::freeze::{self, Ids};
use super::{Files, Job, Target, escape, mark};
use crate::calendar::{Elapsed, Instant, Interval, LocalDateTime, Occurrence, Pattern, Zone};
use crate::policy::{Action, Condition, Id, Policy, Region, Release, Ruling, Window};
use series::When;
use std::collections::BTreeSet;
pub(super) use zone::regimes;

/// The target.
pub static ICS: Target = Target {
    name: "ics",
    summary: "the calendar of windows and releases, for calendar programs",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/ics.md")),
    make,
};

fn make(job: &Job<'_>) -> Files {
    let text = calendar(job);
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

/// What an event says besides when it is.
struct Event {
    id: String,
    summary: String,
    description: String,
    categories: Vec<String>,
    when: When,
}

fn calendar(job: &Job<'_>) -> String {
    let policy = job.policy;
    let mut events: Vec<Event> = policy.windows.rows().iter().flat_map(|row| window(policy, row)).collect();
    events.extend(
        freeze::freezes(policy).iter().filter(|freeze| freeze.stale).flat_map(|row| stale(policy, row)),
    );
    events.extend(behind(policy));
    events.extend(policy.releases.rows().iter().filter_map(|row| release(policy, row)));

    let mut text = String::new();
    let [made, from] = mark::lines(job);
    line::push(&mut text, "BEGIN", "VCALENDAR");
    line::push(&mut text, "VERSION", "2.0");
    line::push(&mut text, "PRODID", "-//opsc//ics//EN");
    line::push(&mut text, "CALSCALE", "GREGORIAN");
    line::push(&mut text, "X-WR-CALNAME", &escape::ics(&format!("{} releases", policy.name)));
    line::push(&mut text, "X-WR-CALDESC", &escape::ics(&format!("{made} {from}")));
    for zone in zones(&events) {
        self::zone::push(&mut text, zone, policy.horizon);
    }
    let mut ids = Ids::default();
    for event in &events {
        push_event(&mut text, policy, event, &mut ids);
    }
    line::push(&mut text, "END", "VCALENDAR");
    text
}

/// Zones that recurring events are read in, by name; UTC needs no block.
fn zones(events: &[Event]) -> Vec<Zone> {
    let mut zones: Vec<Zone> = events
        .iter()
        .filter_map(|event| match event.when {
            When::Recurring { zone, .. } if zone != Zone::UTC => Some(zone),
            _ => None,
        })
        .collect();
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    zones
}

fn push_event(text: &mut String, policy: &Policy, event: &Event, ids: &mut Ids) {
    let mut property = |name: &str, value: &str| line::push(text, name, value);
    property("BEGIN", "VEVENT");
    let uid = match &event.when {
        When::Dated(interval) => format!("{}-{}", event.id, utc(interval.start)),
        When::Recurring { .. } => event.id.clone(),
    };
    property("UID", &escape::ics(&format!("{}@{}.opsc", ids.unique(uid), policy.name)));
    property("DTSTAMP", &utc(policy.horizon.start));
    match &event.when {
        When::Dated(interval) => {
            property("DTSTART", &utc(interval.start));
            if !interval.is_empty() {
                property("DTEND", &utc(interval.end));
            }
        }
        When::Recurring { zone, start, end, rule, last, except } => {
            property(&zoned("DTSTART", *zone), &local(*start, *zone));
            property(&zoned("DTEND", *zone), &local(*end, *zone));
            property("RRULE", &format!("{rule};UNTIL={}", utc(last.start)));
            for start in except {
                property(&zoned("EXDATE", *zone), &local(*start, *zone));
            }
        }
    }
    property("SUMMARY", &escape::ics(&event.summary));
    if !event.description.is_empty() {
        property("DESCRIPTION", &escape::ics(&event.description));
    }
    let categories: Vec<String> = event.categories.iter().map(|category| escape::ics(category)).collect();
    property("CATEGORIES", &categories.join(","));
    property("TRANSP", "TRANSPARENT");
    property("END", "VEVENT");
}

fn utc(at: Instant) -> String {
    at.utc().format("%Y%m%dT%H%M%SZ").to_string()
}

fn local(at: LocalDateTime, zone: Zone) -> String {
    let utc = if zone == Zone::UTC { "Z" } else { "" };
    format!("{}{utc}", at.format("%Y%m%dT%H%M%S"))
}

fn zoned(name: &str, zone: Zone) -> String {
    if zone == Zone::UTC { name.to_owned() } else { format!("{name};TZID={}", zone.name()) }
}

/// Regions in which a window is read alike: the same occurrences, and the same zone where it recurs.
type Group = (Vec<Occurrence>, Zone, Vec<Id<Region>>);

/// A window's events. One that follows a fact has no time that a calendar could show.
fn window(policy: &Policy, window: &Window) -> Vec<Event> {
    if window.follows.is_some() {
        return Vec::new();
    }
    let recurs =
        window.when.patterns.iter().any(|pattern| {
            !matches!(pattern, Pattern::Once(_) | Pattern::OnceLocal { .. } | Pattern::Dates(_))
        });
    let mut groups: Vec<Group> = Vec::new();
    for region in freeze::regions_or_none(policy) {
        if !region.is_none_or(|region| window.covers(Some(region), None, None, None)) {
            continue;
        }
        let place = freeze::place(policy, region);
        let occurrences = window.when.occurrences(&place, policy.horizon);
        let zone = if recurs { window.when.zone.unwrap_or(place.zone) } else { Zone::UTC };
        let known = groups.iter_mut().find(|(when, read, _)| *when == occurrences && *read == zone);
        match known {
            Some((_, _, regions)) => regions.extend(region),
            None => groups.push((occurrences, zone, region.into_iter().collect())),
        }
    }
    let several = groups.len() > 1;
    let mut events = Vec::new();
    for (_, _, regions) in groups {
        let place = freeze::place(policy, regions.first().copied());
        let id = match regions.first() {
            Some(first) if several => format!("{}-{}", window.name, policy.regions[*first].name),
            _ => window.name.clone(),
        };
        let tags = names(regions.iter().map(|region| &policy.regions[*region].name));
        let kind = &policy.kinds[window.kind].name;
        for when in series::events(&window.when, &place, policy.horizon) {
            let what = if window.only { "open" } else { kind };
            events.push(Event {
                id: id.clone(),
                summary: format!("[{what}] {}{}", window.name, tagged(&tags)),
                description: description(policy, window),
                categories: vec!["opsc".to_owned(), kind.clone(), window.name.clone()],
                when,
            });
        }
    }
    events
}

/// Who reads this calendar must not take what nobody knows for what is open: such events are no windows of the policy's.
const NOTE: &str = "opsc-note";
/// How long the note behind the horizon is: somebody will have built the calendar anew by then.
const NOTED: Elapsed = Elapsed::days(366);

/// From when on a vendor's window may lie anywhere, for nobody read its calendar again.
fn stale(policy: &Policy, freeze: &freeze::Freeze) -> Vec<Event> {
    let tags = names(freeze.regions.iter().map(|region| &policy.regions[*region].name));
    let event = |window: &Window, interval: &Interval| Event {
        id: freeze.name.clone(),
        summary: format!(
            "[{}] {}: nobody read the vendor's calendar again{}",
            policy.kinds[freeze.kind].name,
            window.name,
            tagged(&tags)
        ),
        description: description(policy, window),
        categories: vec![NOTE.to_owned(), policy.kinds[freeze.kind].name.clone(), freeze.name.clone()],
        when: When::Dated(*interval),
    };
    let windows = freeze.windows.iter().map(|id| &policy.windows[*id]);
    windows.flat_map(|window| freeze.when.intervals().iter().map(move |held| event(window, held))).collect()
}

/// What recurs goes on behind the horizon, where this calendar shows nothing of it.
fn behind(policy: &Policy) -> Option<Event> {
    let goes_on = freeze::freezes(policy).iter().any(|freeze| freeze.beyond && !freeze.stale);
    let end = policy.horizon.end;
    goes_on.then(|| Event {
        id: "behind-horizon".to_owned(),
        summary: format!("[?] {}: build this calendar anew", policy.name),
        description: "What recurs goes on from here, and is not shown.".to_owned(),
        categories: vec![NOTE.to_owned(), "horizon".to_owned()],
        when: When::Dated(Interval::new(end, end.plus(NOTED))),
    })
}

fn names<'a>(names: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    names.map(String::as_str).collect()
}

fn tagged(regions: &[&str]) -> String {
    if regions.is_empty() { String::new() } else { format!(" ({})", regions.join(", ")) }
}

fn description(policy: &Policy, window: &Window) -> String {
    let mut lines = Vec::new();
    lines.extend((!window.doc.is_empty()).then(|| window.doc.clone()));
    lines.extend(window.because.clone());
    if window.only {
        let kind = &policy.kinds[window.kind].name;
        lines.push(format!("outside this and the other `only` windows of the kind, {kind} applies"));
    }
    lines.push(rulings(policy, window));
    let limits = [
        (
            "components",
            window.components.as_ref().map(|ids| names(ids.iter().map(|id| &policy.components[*id].name))),
        ),
        (
            "environments",
            window
                .environments
                .as_ref()
                .map(|ids| names(ids.iter().map(|id| &policy.environments[*id].name))),
        ),
        (
            "actions",
            window.actions.as_ref().map(|actions| actions.iter().copied().map(Action::name).collect()),
        ),
    ];
    for (what, limit) in limits {
        lines.extend(limit.map(|names| format!("{what}: {}", names.join(", "))));
    }
    if let Some(owner) = &window.owner {
        lines.push(format!("owner: {}", policy.party_name(owner)));
    }
    if let Some(vendor) = &window.vendor {
        let source = vendor.source.as_ref().map_or(String::new(), |source| format!(", read from {source}"));
        lines.push(format!("vendor: {}{source}", vendor.name));
    }
    lines.extend(window.warn_until.map(|at| format!("only recorded until {at}")));
    lines.join("\n")
}

/// What the window's kind does to each tier, in one line.
fn rulings(policy: &Policy, window: &Window) -> String {
    let rows = policy.tiers.iter().filter_map(|(tier, row)| {
        let ruling = match policy.kinds[window.kind].ruling(tier)? {
            Ruling::Admit { when } if *when == Condition::TRUE => "admitted".to_owned(),
            Ruling::Admit { when } => format!("admitted when {}", when.show(policy)),
            Ruling::Except => "blocked but for exceptions".to_owned(),
            Ruling::Block => "blocked".to_owned(),
        };
        Some(format!("{} {ruling}", row.name))
    });
    rows.collect::<Vec<_>>().join("; ")
}

/// A release whose start is planned.
fn release(policy: &Policy, release: &Release) -> Option<Event> {
    let at = release.at?;
    let regions: BTreeSet<Id<Region>> = release.region_plan.iter().flatten().copied().collect();
    let tags = names(regions.iter().map(|region| &policy.regions[*region].name));
    let tier = &policy.tiers[release.tier].name;
    let owner = release.owner.as_ref().map(|owner| format!("owner: {}", policy.party_name(owner)));
    let plan: Vec<String> = release
        .region_plan
        .iter()
        .map(|step| names(step.iter().map(|region| &policy.regions[*region].name)).join(", "))
        .collect();
    let plan = (!plan.is_empty()).then(|| plan.join(" then "));
    let lines: Vec<String> = [Some(release.doc.clone()), owner, plan]
        .into_iter()
        .flatten()
        .filter(|line| !line.is_empty())
        .collect();
    Some(Event {
        id: format!("release-{}", release.name),
        summary: format!("[release {tier}] {}{}", release.name, tagged(&tags)),
        description: lines.join("\n"),
        categories: vec!["opsc".to_owned(), "release".to_owned(), release.name.clone()],
        when: When::Dated(Interval::new(at, at)),
    })
}
