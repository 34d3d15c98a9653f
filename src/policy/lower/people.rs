//! Roles, teams, on-call schedules.

use super::Lower;
use super::timetable::recurrence;
use super::window::OWNER_WITHOUT_ZONE;
use crate::calendar::{Rounding, Timetable, Zone};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{EMPTY_RANGE, Role, Schedule, Shift, Team};
use crate::resolve;
use crate::schema::{Declared, Given};
use crate::syntax::tree::Expr;

code!(pub ROTA_OUTSIDE, Error, "rota-outside", "a schedule's calendar file lies outside of the policy's folder");

pub(super) fn role(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Role> {
    let name = declared.name?;
    Some(Role {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        members: lower.strings(declared.all("members"), "text"),
        teams: lower.references(declared, "team").unwrap_or_default(),
        schedules: lower.references::<Schedule>(declared, "on-call").unwrap_or_default(),
    })
}

pub(super) fn team(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Team> {
    let name = declared.name?;
    let zone = match declared.one("zone") {
        Some(given) => Some(lower.zone(given.get("zone")?)?),
        None => None,
    };
    Some(Team {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        zone,
        members: lower.strings(declared.all("members"), "text"),
        regions: lower.references(declared, "regions").unwrap_or_default(),
        hours: hours(lower, declared, zone),
    })
}

/// When a team is at work. Hours are no hours without a zone.
fn hours(lower: &mut Lower<'_>, declared: &Declared<'_>, zone: Option<Zone>) -> Option<Timetable> {
    let mut patterns = Vec::new();
    let mut first = None;
    for given in declared.all("hours") {
        first.get_or_insert(given.span());
        patterns.extend(recurrence(lower, &given.captures, given.span()));
    }
    let first = first?;
    if zone.is_none() && !lower.said_badly(declared, &["zone"]) {
        lower.report(
            Diagnostic::new(&OWNER_WITHOUT_ZONE, first, "hours of a team that has no zone")
                .help("say the `zone` that its people work in"),
        );
        return None;
    }
    Some(Timetable { patterns, ..Timetable::never(Rounding::Inward) })
}

pub(super) fn schedule(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Schedule> {
    let name = declared.name?;
    let mut shifts = Vec::new();
    for given in declared.all("shift") {
        let person = given.get("person").and_then(|person| lower.string(person));
        if let (Some(person), Some(when)) = (person, shift_times(lower, given)) {
            shifts.push(Shift { person, when });
        }
    }
    let source = match declared.one("from") {
        Some(given) => {
            let fresh = given.get("fresh").and_then(|fresh| lower.duration(fresh));
            given.get("file").and_then(|file| rota(lower, file)).map(|file| (file, fresh))
        }
        None => None,
    };
    Some(Schedule {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        zone: lower.zone(declared.one("zone")?.get("zone")?)?,
        shifts,
        source,
        called: declared.all("person").filter_map(|given| called(lower, given)).collect(),
    })
}

/// The path of a rota: a change must not be able to say who is on call from a place that nobody reviews.
fn rota(lower: &mut Lower<'_>, written: &Expr) -> Option<String> {
    let path = lower.string(written)?;
    if resolve::is_inside(&path) {
        return Some(path);
    }
    lower.report(
        Diagnostic::new(&ROTA_OUTSIDE, written.span, format!("`{path}` does not lie in the policy's folder"))
            .help("a rota lies in the policy's folder or below it: write its path from there, without `..`"),
    );
    None
}

fn called(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<(String, Vec<String>)> {
    let login = given.get("login").and_then(|login| lower.string(login))?;
    let names = given.captures.all("name").filter_map(|name| lower.string(name)).collect();
    Some((login, names))
}

fn shift_times(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<Timetable> {
    if !given.captures.has("once") {
        let pattern = recurrence(lower, &given.captures, given.span())?;
        return Some(Timetable { patterns: vec![pattern], ..Timetable::never(Rounding::Outward) });
    }
    let (start, end) = (given.get("start")?, given.get("end")?);
    let (from, to) = (lower.instant(start), lower.instant(end));
    let (from, to) = (from?, to?);
    if from >= to {
        let span = start.span.to(end.span);
        lower.report(
            Diagnostic::new(&EMPTY_RANGE, span, "this shift ends when it starts, or before")
                .help("write the earlier instant first"),
        );
        return None;
    }
    Some(Timetable::once(from, to, Rounding::Outward))
}
