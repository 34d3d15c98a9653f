//! `window`: when a kind of freeze holds, where, and whose it is.

use super::Lower;
use super::during;
use super::timetable::recurrence;
use crate::calendar::{
    Date, Elapsed, Instant, Interval, NeedsStart, Pattern, Place, Repeat, Rounding, TimeOfDay, Timetable,
    Weekdays, Zone,
};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{
    Action, Component, Environment, Follow, FreezeKind, Gate, Id, Origin, Party, Policy, Region, Vendor,
    Window,
};
use crate::schema::{Declared, Given};
use crate::source::Span;
use crate::syntax::tree::{Expr, ExprKind};
use crate::types;
use std::collections::BTreeSet;

code!(pub WINDOW_WITHOUT_TIME, Error, "window-without-time", "a window that never says when it holds");
code!(pub ONLY_AND_ELSE, Error, "only-and-else", "a window that says both when it holds and when alone it does not");
code!(pub OWNER_WITHOUT_ZONE, Error, "owner-without-zone", "times read in the zone of an owner who has none");
code!(pub NEEDS_FROM, Error, "rrule-needs-from", "a recurrence rule that counts from a date nobody gave");
code!(pub NEVER_OCCURS, Error, "never-occurs", "a window that never holds between its own bounds");
code!(pub VENDOR_UNTRACKED, Error, "vendor-untracked", "a vendor's window that nobody reads again");
code!(pub EXCEPT_DROPS_NOTHING, Warning, "except-drops-nothing", "an exempted date on which nothing starts");
code!(pub HOLIDAYS_DIFFER, Error, "holidays-differ", "holidays of different regions in one window");

/// Where the local times of a window are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadIn {
    /// Nothing is said: in each region, and only recurrences and dates may rest on it.
    Unsaid,
    /// `in each region`
    EachRegion,
    /// `in "Europe/Dublin"`, `in owner zone`
    Zone(Zone),
}

impl ReadIn {
    fn zone(self) -> Option<Zone> {
        match self {
            Self::Zone(zone) => Some(zone),
            Self::Unsaid | Self::EachRegion => None,
        }
    }
}

/// The window that a declaration says; nothing where its kind or its times made no sense.
pub(super) fn window(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Window> {
    let name = declared.name?;
    let kind = declared.annotation.get("freeze").and_then(|kind| lower.id::<FreezeKind>(kind));
    let owner = declared.one("owner").and_then(|given| lower.party(given.get("party")?));
    let read_in = read_in(lower, declared, owner.as_ref());
    let regions = lower.references::<Region>(declared, "regions");
    let components = lower.references::<Component>(declared, "scope");
    let environments = lower.references::<Environment>(declared, "environments");
    let (when, only, holiday_regions) = when(lower, declared, regions.as_deref(), read_in)?;
    let follows = follows(lower, declared);
    let window = Window {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        kind: kind?,
        when,
        only,
        follows,
        regions: regions.or(holiday_regions),
        components,
        environments,
        actions: actions(lower, declared),
        owner,
        because: because(lower, declared),
        vendor: vendor(lower, declared),
        after: gates_after(lower, declared),
        warn_until: warn_until(lower, declared),
    };
    never(lower, declared, &window);
    exempted(lower, declared, &window);
    Some(window)
}

pub(super) fn read_in(lower: &mut Lower<'_>, declared: &Declared<'_>, owner: Option<&Party>) -> ReadIn {
    let Some(given) = declared.one("in") else { return ReadIn::Unsaid };
    match given.captures.tag() {
        "each" => ReadIn::EachRegion,
        "owner" => {
            let zone = owner.and_then(|owner| zone_of(&lower.policy, owner));
            if let Some(zone) = zone {
                return ReadIn::Zone(zone);
            }
            let finding = Diagnostic::new(&OWNER_WITHOUT_ZONE, given.span(), "the owner has no zone");
            lower.report(match declared.one("owner") {
                Some(owner) => finding.also(owner.span(), "this owner").help("name a team that has a `zone`"),
                None => finding.help("say `owner` with a team that has a `zone`"),
            });
            ReadIn::EachRegion
        }
        _ => given.get("zone").and_then(|zone| lower.zone(zone)).map_or(ReadIn::EachRegion, ReadIn::Zone),
    }
}

fn zone_of(policy: &Policy, owner: &Party) -> Option<Zone> {
    match owner {
        Party::Team(team) => policy.teams[*team].zone,
        Party::Role(role) => policy.roles[*role].teams.iter().find_map(|team| policy.teams[*team].zone),
        Party::Person(_) => None,
    }
}

type When = (Timetable, bool, Option<Vec<Id<Region>>>);

/// The timetable, whether it is `only`, and the regions that its holidays bring along.
pub(super) fn when(
    lower: &mut Lower<'_>,
    declared: &Declared<'_>,
    regions: Option<&[Id<Region>]>,
    read_in: ReadIn,
) -> Option<When> {
    let name = declared.name?;
    let only = declared.one("only");
    let holds =
        declared.fields.iter().find(|given| matches!(given.field.keyword, "during" | "every" | "while"));
    let is_only = match (only, holds) {
        (Some(only), Some(other)) => {
            let message =
                format!("window `{}` says both when it holds and when alone it does not", name.text);
            lower.report(
                Diagnostic::new(&ONLY_AND_ELSE, other.span(), message)
                    .also(only.span(), "outside these spans it holds")
                    .help("make two windows of it"),
            );
            return None;
        }
        (None, None) => {
            if !lower.said_badly(declared, &["during", "every", "only", "while"]) {
                let message = format!("window `{}` never says when it holds", name.text);
                lower.report(
                    Diagnostic::new(&WINDOW_WITHOUT_TIME, name.span, message)
                        .help("say `during`, `every`, `only every` or `while`"),
                );
            }
            return None;
        }
        (only, _) => only.is_some(),
    };
    let rounding = if is_only { Rounding::Inward } else { Rounding::Outward };
    let mut table = Timetable { zone: read_in.zone(), ..Timetable::never(rounding) };
    let (from, until) = during::bounds(lower, declared);
    (table.from, table.until) = (from, until);
    let mut sound = true;
    for given in declared.fields.iter().filter(|given| matches!(given.field.keyword, "every" | "only")) {
        match recurrence(lower, &given.captures, given.span()) {
            Some(pattern) => {
                sound &= counts_from(lower, &pattern, given, from);
                table.patterns.push(pattern);
            }
            None => sound = false,
        }
    }
    let mut holiday_regions: Vec<(Span, Option<Vec<Id<Region>>>)> = Vec::new();
    for given in declared.all("during") {
        match during::patterns(lower, given, regions, read_in) {
            Some((patterns, of)) => {
                table.patterns.extend(patterns);
                holiday_regions.push((given.span(), of));
            }
            None => sound = false,
        }
    }
    for given in declared.all("except") {
        table.except.extend(given.captures.all("date").filter_map(|date| lower.date(date)));
    }
    if !sound {
        return None;
    }
    let brought = brought(lower, regions, &holiday_regions)?;
    Some((table, is_only, brought))
}

/// The regions that holidays bring to a window which names none.
fn brought(
    lower: &mut Lower<'_>,
    regions: Option<&[Id<Region>]>,
    of: &[(Span, Option<Vec<Id<Region>>>)],
) -> Option<Option<Vec<Id<Region>>>> {
    let Some((first_span, first)) = of.first() else { return Some(None) };
    if regions.is_some() {
        return Some(None);
    }
    if let Some((span, _)) = of.iter().find(|(_, other)| other != first) {
        lower.report(
            Diagnostic::new(
                &HOLIDAYS_DIFFER,
                *span,
                "these dates hold in other regions than those above them",
            )
            .also(*first_span, "these hold elsewhere")
            .help("say `regions` for the whole window, or make a window of each"),
        );
        return None;
    }
    Some(first.clone())
}

fn counts_from(lower: &mut Lower<'_>, pattern: &Pattern, given: &Given<'_>, from: Option<Date>) -> bool {
    let Pattern::Rrule { rule, .. } = pattern else { return true };
    let (Some(needs), None) = (rule.needs_start(), from) else { return true };
    let span = given.get("rule").map_or(given.span(), |rule| rule.span);
    let why = match needs {
        NeedsStart::Interval => "`INTERVAL` counts",
        NeedsStart::Count => "`COUNT` counts",
        NeedsStart::Day => "it takes its day",
    };
    let message = format!("this rule needs the date it begins on: {why} from there");
    lower.report(
        Diagnostic::new(&NEEDS_FROM, span, message)
            .help("say `from` with that date, as in `from 2025-01-06`"),
    );
    false
}

fn follows(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Follow> {
    let given = declared.one("while")?;
    let written = without_scope(given.get("anything")?);
    let condition = lower.followed(&written)?;
    let unknown_holds = declared.one("no-data").is_none_or(|given| given.captures.tag() == "active");
    Some(Follow { condition, text: lower.text(written.span).to_owned(), unknown_holds })
}

/// The gates that are asked once the window is over, each once.
fn gates_after(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Vec<(Id<Gate>, Origin)> {
    let mut found: Vec<(Id<Gate>, Origin)> = Vec::new();
    for written in declared.all("after").flat_map(|given| given.captures.all("gate")) {
        let Some(gate) = lower.id::<Gate>(written) else { continue };
        if !found.iter().any(|(known, _)| *known == gate) {
            found.push((gate, lower.origin(written.span)));
        }
    }
    found
}

/// The condition without `in scope`, which may stand behind it: evidence is always about the change's own cells.
fn without_scope(written: &Expr) -> Expr {
    let mut parts = written.phrase().to_vec();
    let is = |part: Option<&Expr>, word: &str| part.and_then(Expr::word) == Some(word);
    let len = parts.len();
    if len > 2 && is(parts.get(len - 2), "in") && is(parts.get(len - 1), "scope") {
        parts.truncate(len - 2);
        let span =
            parts.first().zip(parts.last()).map_or(written.span, |(first, last)| first.span.to(last.span));
        return match parts.as_slice() {
            [only] => only.clone(),
            _ => Expr { span, kind: ExprKind::Phrase(parts) },
        };
    }
    match &written.kind {
        ExprKind::And(terms) => within_last(written, terms, ExprKind::And),
        ExprKind::Or(terms) => within_last(written, terms, ExprKind::Or),
        ExprKind::Not(inner) => {
            Expr { span: written.span, kind: ExprKind::Not(Box::new(without_scope(inner))) }
        }
        _ => written.clone(),
    }
}

fn within_last(written: &Expr, terms: &[Expr], make: fn(Vec<Expr>) -> ExprKind) -> Expr {
    let mut terms = terms.to_vec();
    if let Some(last) = terms.last_mut() {
        *last = without_scope(last);
    }
    let span = terms.last().map_or(written.span, |last| Span { end: last.span.end, ..written.span });
    Expr { span, kind: make(terms) }
}

/// The actions that `on` names; none means all.
fn actions(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Vec<Action>> {
    let mut named: Option<Vec<Action>> = None;
    for given in declared.all("on") {
        for written in given.captures.all("action") {
            let named = named.get_or_insert_default();
            named.extend(lower.action(written));
        }
    }
    named
}

fn because(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<String> {
    let field = declared.one("because").and_then(|given| lower.string(given.get("text")?));
    field.or_else(|| declared.because().map(|text| text.value.clone()))
}

fn vendor(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Vendor> {
    let given = declared.one("vendor")?;
    let name = lower.string(given.get("text")?)?;
    let source = declared.one("source").and_then(|given| lower.string(given.get("text")?));
    let recheck = declared.one("recheck").and_then(|given| lower.duration(given.get("duration")?));
    let checked = declared.one("checked").and_then(|given| match given.get("date") {
        Some(date) => Some(Zone::UTC.instant_on(lower.date(date)?, TimeOfDay::MIDNIGHT, Repeat::Earlier)),
        None => lower.instant(given.get("instant")?),
    });
    let lacks: Vec<&str> =
        ["source", "recheck"].into_iter().filter(|word| declared.one(word).is_none()).collect();
    if !lacks.is_empty() && !lower.said_badly(declared, &lacks) {
        let message = format!("the window of vendor `{name}` lacks `{}`", lacks.join("` and `"));
        lower.report(
            Diagnostic::new(&VENDOR_UNTRACKED, given.span(), message)
                .note("vendors move their windows; a reading that nobody repeats goes on blocking, or stops too early")
                .help("say where it was read, and how long that counts: `source \"https://…\"`, `recheck 7d`"),
        );
    }
    Some(Vendor { name, source, recheck, checked })
}

fn warn_until(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Instant> {
    let date = declared.one("enforce")?.captures.get("date").cloned()?;
    Some(Zone::UTC.instant_on(lower.date(&date)?, TimeOfDay::MIDNIGHT, Repeat::Earlier))
}

/// An instant before everything that a timetable holds: searches look so many years ahead, not from the first of all.
pub(super) fn beginning(when: &Timetable) -> Instant {
    let first =
        |date: Date| Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier).minus(Elapsed::days(2));
    when.from.map_or(Instant::MIN, first)
}

/// Bounds and exempted dates may leave nothing of a window.
fn never(lower: &mut Lower<'_>, declared: &Declared<'_>, window: &Window) {
    let bounded = window.when.until.is_some() || !window.when.except.is_empty();
    // Bounds that leave no date between them were spoken of where they were read.
    let is_inverted =
        matches!((window.when.from, window.when.until), (Some(from), Some(until)) if from >= until);
    if !bounded || is_inverted || window.when.patterns.is_empty() {
        return;
    }
    let places = places(&lower.policy, window.regions.as_deref());
    let start = beginning(&window.when);
    if places.iter().any(|place| window.when.next_change_after(place, start).is_some()) {
        return;
    }
    let message = format!("window `{}` never holds: nothing of it starts within its own bounds", window.name);
    let mut finding = Diagnostic::new(&NEVER_OCCURS, window.origin.span, message);
    for given in
        declared.fields.iter().filter(|given| matches!(given.field.keyword, "from" | "until" | "except"))
    {
        finding = finding.also(given.span(), "this leaves out what there is");
    }
    lower.report(finding.help("mend the dates, or take the window away"));
}

/// Each exempted date must drop something: else a typing error leaves the window where nobody expects it.
fn exempted(lower: &mut Lower<'_>, declared: &Declared<'_>, window: &Window) {
    if window.when.except.is_empty() {
        return;
    }
    let mut idle: Vec<Span> = Vec::new();
    let whole = Timetable { except: BTreeSet::new(), ..window.when.clone() };
    let name = &window.name;
    let places = places(&lower.policy, window.regions.as_deref());
    for given in declared.all("except") {
        for written in given.captures.all("date") {
            let Ok(date) = types::date(lower.text(written.span), written.span) else { continue };
            let noon = Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier);
            let around = Elapsed::days(2);
            let within = Interval::new(noon.minus(around), noon.plus(around));
            let starts =
                |place: &Place| whole.occurrences(place, within).iter().any(|found| found.date == date);
            if !places.iter().any(starts) {
                idle.push(written.span);
            }
        }
    }
    for span in idle {
        let message = format!("nothing of window `{name}` starts on `{}`", lower.text(span).to_owned());
        lower.report(
            Diagnostic::new(&EXCEPT_DROPS_NOTHING, span, message)
                .note("an occurrence belongs to the local date it starts on")
                .help("name the date on which the occurrence starts that is meant, or take the line away"),
        );
    }
}

/// Where a window's local times are read: each of its regions, or UTC in a policy without regions.
pub(super) fn places(policy: &Policy, regions: Option<&[Id<Region>]>) -> Vec<Place> {
    let nowhere = || Place {
        zone: Zone::UTC,
        weekend: Weekdays::SATURDAY_SUNDAY,
        holidays: Vec::new(),
        extra_workdays: BTreeSet::new(),
    };
    match regions {
        Some(regions) => regions.iter().map(|region| policy.regions[*region].place.clone()).collect(),
        None if policy.regions.is_empty() => vec![nowhere()],
        None => policy.regions.rows().iter().map(|region| region.place.clone()).collect(),
    }
}
