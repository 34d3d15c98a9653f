//! The policy itself, regions, components, services, environments.

use super::timetable::hours;
use super::{Lower, globs};
use crate::calendar::{
    Instant, Interval, Pattern, Place, Repeat, Rounding, TimeOfDay, Timetable, Weekdays, Zone,
};
use crate::diag::Diagnostic;
use crate::policy::{Component, EMPTY_RANGE, Environment, Region, Service};
use crate::schema::Declared;
use crate::syntax::tree::{Expr, ExprKind};
use std::collections::{BTreeMap, BTreeSet};

/// Fills in what the policy says of itself.
pub(super) fn policy(lower: &mut Lower<'_>, declared: &Declared<'_>) {
    if let Some(name) = declared.name {
        lower.policy.name = name.text.to_owned();
    }
    if let Some(owner) = declared.one("owner").and_then(|given| given.get("party")) {
        lower.policy.owner = lower.party(owner);
    }
    if let Some(given) = declared.one("horizon")
        && let (Some(start), Some(end)) = (given.get("start"), given.get("end"))
        && let (Some(from), Some(to)) = (midnight(lower, start), midnight(lower, end))
    {
        lower.policy.horizon = Interval::new(from, to);
        if from >= to {
            lower.report(
                Diagnostic::new(&EMPTY_RANGE, start.span.to(end.span), "this horizon ends before it starts")
                    .help("write the earlier date first; the second one does not belong to it"),
            );
        }
    }
}

fn midnight(lower: &mut Lower<'_>, written: &Expr) -> Option<Instant> {
    lower.date(written).map(|date| Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier))
}

pub(super) fn region(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Region> {
    let name = declared.name?;
    let off_peak = match declared.one("off-peak") {
        Some(given) => {
            let (start, end) = hours(lower, &given.captures)?;
            let patterns = vec![Pattern::Daily { start, end }];
            Some(Timetable { patterns, ..Timetable::never(Rounding::Inward) })
        }
        None => None,
    };
    let weekend = match declared.one("weekend") {
        Some(given) => given.captures.all("weekday").filter_map(|day| lower.weekday(day)).collect(),
        None => Weekdays::SATURDAY_SUNDAY,
    };
    let zone = lower.zone(declared.one("zone")?.get("zone")?)?;
    Some(Region {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        place: Place { zone, weekend, holidays: Vec::new(), extra_workdays: BTreeSet::new() },
        off_peak,
        holidays: Vec::new(),
    })
}

pub(super) fn component(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Component> {
    let name = declared.name?;
    Some(Component {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        needs: lower.references(declared, "needs").unwrap_or_default(),
        paths: declared
            .all("paths")
            .flat_map(|given| given.captures.all("text"))
            .filter_map(|written| globs::glob(lower, written))
            .collect(),
        owner: declared.one("owner").and_then(|given| lower.party(given.get("party")?)),
    })
}

pub(super) fn service(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Service> {
    let name = declared.name?;
    Some(Service {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        components: lower.references(declared, "components")?,
    })
}

pub(super) fn environment(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Environment> {
    let name = declared.name?;
    let mut vars = BTreeMap::new();
    for written in declared.all("vars").flat_map(|given| given.captures.all("binding")) {
        if let ExprKind::Compare(variable, _, value) = &written.kind
            && let (Some(variable), Some(value)) = (variable.word(), lower.string(value))
        {
            vars.insert(variable.to_owned(), value);
        }
    }
    let secrets = declared.all("secrets").flat_map(|given| given.captures.all("word"));
    Some(Environment {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        after: lower.references(declared, "after").and_then(|all| all.first().copied()),
        vars,
        secrets: secrets.filter_map(|secret| secret.word().map(str::to_owned)).collect(),
    })
}
