//! Where and when: regions, holidays, freeze kinds, windows with the times they hold.

use super::condition::{self, condition};
use super::{elapsed, names, scope};
use crate::calendar::{Date, DateSpan, Instant, Interval, Timetable, Weekday};
use crate::emit::freeze;
use crate::policy::{Action, Follow, FreezeKind, Holidays, Policy, Region, Ruling, Vendor, Window};
use serde_json::{Value, json};

const WEEK: [Weekday; 7] =
    [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri, Weekday::Sat, Weekday::Sun];

/// `start/end` (ISO 8601-1 section 5.5): the start belongs to it, the end does not.
pub(super) fn interval(interval: Interval) -> Value {
    json!(format!("{}/{}", interval.start, interval.end))
}

pub(super) fn region(policy: &Policy, region: &Region) -> Value {
    let place = &region.place;
    let weekend = WEEK.into_iter().filter(|day| place.weekend.contains(*day)).map(|day| day.to_string());
    json!({
        "name": region.name,
        "doc": region.doc,
        "zone": place.zone.name(),
        "weekend": weekend.collect::<Vec<_>>(),
        "holidays": names(&policy.holidays, region.holidays.iter().copied()),
    })
}

pub(super) fn holidays(policy: &Policy, holidays: &Holidays) -> Value {
    let span = |span: &DateSpan| {
        json!({
            "first": span.first.to_string(),
            "last": span.last.to_string(),
            "title": holidays.titles.get(&span.first),
        })
    };
    json!({
        "name": holidays.name,
        "doc": holidays.doc,
        "regions": scope(&policy.regions, holidays.regions.as_ref()),
        "dates": holidays.spans.iter().map(span).collect::<Vec<_>>(),
        "extra_workdays": holidays.extra_workdays.iter().map(Date::to_string).collect::<Vec<_>>(),
    })
}

pub(super) fn kind(policy: &Policy, kind: &FreezeKind) -> Value {
    let rulings = policy.tiers.iter().zip(&kind.rulings).map(|((_, tier), (ruling, _))| {
        let (word, when) = match ruling {
            Ruling::Admit { when } => ("admit", condition(policy, when)),
            Ruling::Except => ("except", Value::Null),
            Ruling::Block => ("block", Value::Null),
        };
        json!({ "tier": tier.name, "ruling": word, "when": when })
    });
    json!({ "name": kind.name, "doc": kind.doc, "rulings": rulings.collect::<Vec<_>>() })
}

pub(super) fn window(policy: &Policy, window: &Window) -> Value {
    let actions = window.actions.as_ref();
    json!({
        "name": window.name,
        "doc": window.doc,
        "freeze": policy.kinds[window.kind].name,
        "only": window.only,
        "while": window.follows.as_ref().map(|follow| follows(policy, follow)),
        "regions": scope(&policy.regions, window.regions.as_ref()),
        "components": scope(&policy.components, window.components.as_ref()),
        "environments": scope(&policy.environments, window.environments.as_ref()),
        "actions": actions.map(|all| all.iter().copied().map(Action::name).collect::<Vec<_>>()),
        "owner": window.owner.as_ref().map(|owner| condition::party(policy, owner)),
        "because": window.because,
        "vendor": window.vendor.as_ref().map(vendor),
        "warns_until": window.warn_until.map(|at| at.to_string()),
        "gates_after": names(&policy.gates, window.after.iter().map(|(gate, _)| *gate)),
        "times": if window.follows.is_some() { json!([]) } else { times(policy, window, &window.when) },
    })
}

/// For each region that a window concerns: when it holds within the horizon, as the zone's clock has it.
fn times(policy: &Policy, window: &Window, when: &Timetable) -> Value {
    let concerned = freeze::regions_or_none(policy)
        .into_iter()
        .filter(|region| region.is_none() || window.covers(*region, None, None, None));
    concerned
        .map(|region| {
            let held = when.active(&freeze::place(policy, region), policy.horizon);
            let intervals: Vec<Value> = held.intervals().iter().copied().map(interval).collect();
            json!({ "region": region.map(|region| &policy.regions[region].name), "intervals": intervals })
        })
        .collect()
}

fn follows(policy: &Policy, follow: &Follow) -> Value {
    json!({
        "text": follow.text,
        "condition": condition(policy, &follow.condition),
        "where_unknown": if follow.unknown_holds { "active" } else { "inactive" },
    })
}

fn vendor(vendor: &Vendor) -> Value {
    let stale = |checked: Instant| Some(checked.plus(vendor.recheck?).to_string());
    json!({
        "name": vendor.name,
        "source": vendor.source,
        "checked": vendor.checked.map(|at| at.to_string()),
        "recheck": vendor.recheck.map(elapsed),
        "stale_from": vendor.checked.and_then(stale),
    })
}
