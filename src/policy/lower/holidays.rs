//! `holidays`: dates that are not worked, some that are, and feasts whose date is not yet fixed.

use super::Lower;
use super::during::days;
use crate::calendar::{Date, DateSpan, Days};
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{EMPTY_RANGE, Holidays, Id, Region};
use crate::schema::{Declared, Given};
use crate::syntax::tree::Expr;
use std::collections::BTreeMap;

code!(pub FEAST_NOT_CONFIRMED, Warning, "feast-not-confirmed", "a feast that moves, with nobody asked to confirm it");
code!(pub NOT_WHOLE_DAYS, Error, "not-whole-days", "a length of holidays that is no count of days");

pub(super) fn holidays(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Holidays> {
    let name = declared.name?;
    let mut found = Holidays {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        regions: lower.references::<Region>(declared, "regions"),
        spans: Vec::new(),
        titles: BTreeMap::new(),
        extra_workdays: Vec::new(),
        unconfirmed: Vec::new(),
    };
    // A `confirm by` belongs to the `about` before it.
    let mut open: Option<(DateSpan, &Given<'_>)> = None;
    for given in declared.fields.iter() {
        match given.field.keyword {
            "" | "about" => {
                let Some(span) = span(lower, given) else { continue };
                let title = lower.doc(given.node);
                if !title.is_empty() {
                    found.titles.insert(span.first, title);
                }
                found.spans.push(span);
                if given.field.keyword == "about"
                    && let Some((_, before)) = open.replace((span, given))
                {
                    unconfirmed(lower, before);
                }
            }
            "confirm" => {
                if let (Some((span, _)), Some(written)) = (open.take(), given.get("date")) {
                    found.unconfirmed.extend(lower.date(written).map(|by| (span, by)));
                }
            }
            "extra" => {
                found.extra_workdays.extend(given.captures.all("date").filter_map(|date| lower.date(date)));
            }
            _ => {}
        }
    }
    if let Some((_, given)) = open {
        unconfirmed(lower, given);
    }
    found.spans.sort();
    Some(found)
}

/// Gives each region the holidays that hold there: its working days follow from them.
pub(super) fn settle(lower: &mut Lower<'_>) {
    let policy = &mut lower.policy;
    let regions: Vec<Id<Region>> = policy.regions.ids().collect();
    for region in regions {
        for (id, holidays) in policy.holidays.iter() {
            let holds = holidays.regions.as_ref().is_none_or(|regions| regions.contains(&region));
            if let Some(row) = policy.regions.get_mut(region).filter(|_| holds) {
                row.holidays.push(id);
                row.place.holidays.extend(holidays.spans.iter().copied());
                row.place.extra_workdays.extend(holidays.extra_workdays.iter().copied());
            }
        }
    }
}

/// From the first day on which it may begin to the last on which it may end.
fn span(lower: &mut Lower<'_>, given: &Given<'_>) -> Option<DateSpan> {
    let date = lower.date(given.get("date")?)?;
    let length = match given.get("length") {
        Some(written) => whole(lower, written)?,
        None => Days::new(1),
    };
    let spread = match given.get("spread") {
        Some(written) => whole(lower, written)?,
        None => Days::new(0),
    };
    let behind: Date = date.checked_add_days(spread)?.checked_add_days(length)?;
    Some(DateSpan { first: date.checked_sub_days(spread)?, last: behind.pred_opt()? })
}

fn whole(lower: &mut Lower<'_>, written: &Expr) -> Option<Days> {
    let text = lower.text(written.span).to_owned();
    let found = days(&text);
    match found {
        None => lower.report(
            Diagnostic::new(
                &NOT_WHOLE_DAYS,
                written.span,
                format!("holidays last whole days, and `{text}` is no count of them"),
            )
            .help("write up to a year of days, as in `3d`"),
        ),
        Some(days) if days == Days::new(0) => {
            lower.report(
                Diagnostic::new(&EMPTY_RANGE, written.span, format!("`{text}` lasts no time"))
                    .help("write at least `1d`"),
            );
            return None;
        }
        Some(_) => {}
    }
    found
}

fn unconfirmed(lower: &mut Lower<'_>, about: &Given<'_>) {
    let date = about.get("date").map_or("", |date| lower.text(date.span)).to_owned();
    lower.report(
        Diagnostic::new(
            &FEAST_NOT_CONFIRMED,
            about.span(),
            format!("nobody is asked to confirm the feast about `{date}`"),
        )
        .note("until it is fixed the wider span holds")
        .help("say by when its date must be: `confirm by` with a date before it"),
    );
}
