//! When writes are refused, which, and what becomes of them; and who is on call when.

use super::calendar::interval;
use super::condition::{bound, party};
use super::{elapsed, names, rows_of, scope};
use crate::emit::freeze;
use crate::policy::{
    Extension, Id, Maintenance, Origin, Policy, Schedule, Shift, Step, Surface, SurfaceKind, Wording,
};
use serde_json::{Value, json};

pub(super) fn schedule(policy: &Policy, schedule: &Schedule) -> Value {
    let place = freeze::at(schedule.zone);
    let shift = |shift: &Shift| {
        let held = shift.when.active(&place, policy.horizon);
        let intervals: Vec<Value> = held.intervals().iter().copied().map(interval).collect();
        json!({ "person": shift.person, "intervals": intervals })
    };
    let source =
        schedule.source.as_ref().map(|(file, fresh)| json!({ "file": file, "fresh": fresh.map(elapsed) }));
    json!({
        "name": schedule.name,
        "doc": schedule.doc,
        "zone": schedule.zone.name(),
        "source": source,
        "called": rows_of(&schedule.called, |(person, names)| json!({ "person": person, "names": names })),
        "shifts": rows_of(&schedule.shifts, shift),
    })
}

pub(super) fn surface(policy: &Policy, surface: &Surface) -> Value {
    let kind = match surface.kind {
        SurfaceKind::Endpoint => "endpoint",
        SurfaceKind::Tool => "tool",
        SurfaceKind::Store => "store",
        SurfaceKind::Job => "job",
    };
    json!({
        "name": surface.name,
        "doc": surface.doc,
        "kind": kind,
        "components": scope(&policy.components, surface.components.as_ref()),
        "routes": rows_of(&surface.routes, |route| json!({ "method": route.method, "path": route.path })),
    })
}

pub(super) fn maintenance(policy: &Policy, maintenance: &Maintenance) -> Value {
    let surfaces =
        |of: &[(Id<Surface>, Origin)]| names(&policy.surfaces, of.iter().map(|(surface, _)| *surface));
    let steps = |steps: &[Step]| rows_of(steps, |step| json!(step.text));
    let queues = rows_of(
        &maintenance.queues,
        |queue| json!({ "surfaces": surfaces(&queue.surfaces), "queue": queue.queue, "key": queue.key }),
    );
    let answer = maintenance.answer.as_ref().map(|answer| {
        json!({
            "status": answer.status,
            "code": answer.code,
            "retry_after": answer.retry_after.map(elapsed),
        })
    });
    let banner = maintenance
        .banner
        .as_ref()
        .map(|banner| json!({ "says": wording(&banner.says), "ttl": banner.ttl.map(elapsed) }));
    let notices = rows_of(
        &maintenance.notices,
        |notice| json!({ "before": elapsed(notice.before), "says": notice.says.as_ref().map(wording) }),
    );
    let retries =
        maintenance.retries.map(|retries| json!({ "most": retries.most, "jitter": retries.jitter }));
    json!({
        "name": maintenance.name,
        "doc": maintenance.doc,
        "regions": scope(&policy.regions, maintenance.regions.as_ref()),
        "components": scope(&policy.components, maintenance.components.as_ref()),
        "owner": maintenance.owner.as_ref().map(|owner| party(policy, owner)),
        "because": maintenance.because,
        "times": maintenance.when.as_ref().map(|_| times(policy, maintenance)),
        "refuses": surfaces(&maintenance.refuses),
        "queues": queues,
        "drops": surfaces(&maintenance.drops),
        "stops": surfaces(&maintenance.stops),
        "answer": answer,
        "flag": maintenance.flag.map(|(flag, _)| &policy.flags[flag].name),
        "banner": banner,
        "notices": notices,
        "retries": retries,
        "begin": steps(&maintenance.begin),
        "end": steps(&maintenance.end),
        "finally": steps(&maintenance.finally),
        "extensions": rows_of(&maintenance.extensions, |extension| extended(policy, extension)),
    })
}

/// For each region that it concerns: when it is within the horizon, as the zone's clock has it; each occurrence by itself.
fn times(policy: &Policy, maintenance: &Maintenance) -> Value {
    let concerned = freeze::regions_or_none(policy).into_iter().filter(|region| {
        region.is_none_or(|region| maintenance.regions.as_ref().is_none_or(|all| all.contains(&region)))
    });
    concerned
        .map(|region| {
            let place = freeze::place(policy, region);
            let held = maintenance.when.iter().flat_map(|when| when.occurrences(&place, policy.horizon));
            let intervals: Vec<Value> = held.map(|occurrence| interval(occurrence.interval)).collect();
            json!({ "region": region.map(|region| &policy.regions[region].name), "intervals": intervals })
        })
        .collect()
}

fn extended(policy: &Policy, extension: &Extension) -> Value {
    json!({
        "when": extension.when.as_ref().map(|when| bound(policy, when)),
        "by": elapsed(extension.by),
        "most": elapsed(extension.most),
        "rollback": extension.rollback.map(|(rollback, _)| &policy.rollbacks[rollback].name),
    })
}

fn wording(wording: &Wording) -> Value {
    match wording {
        Wording::Template(name) => json!({ "template": name }),
        Wording::Text(text) => json!({ "text": text }),
    }
}
