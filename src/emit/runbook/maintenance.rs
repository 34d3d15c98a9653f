//! The playbook of a maintenance: what is published beforehand, how writes are refused and taken again, what becomes of them.

use super::page::{Inline, Item, Mark, Page, Part, line};
use super::steps::{Of, heading_source, items};
use super::words::{components, name, names, party, source, step, time, wording};
use crate::calendar::Elapsed;
use crate::policy::{Extension, Id, Maintenance, Origin, Policy, Surface, SurfaceKind};

/// Spans that are listed of one region: those to come are more than one looks at.
const MOST_SPANS: usize = 5;

/// Writes it; nothing where the policy has no maintenance.
pub(super) fn write(policy: &Policy, page: &mut Page) {
    policy.maintenances.rows().iter().for_each(|maintenance| one(policy, maintenance, page));
}

fn one(policy: &Policy, maintenance: &Maintenance, page: &mut Page) {
    let title = || name(&maintenance.name);
    page.heading(2, line!["Maintenance ", title()]);
    page.line(Inline::said(&maintenance.doc));
    let because = maintenance
        .because
        .as_deref()
        .map_or_else(Inline::default, |why| line!["Why: ", Inline::said(why), ". "]);
    let owner = maintenance
        .owner
        .as_ref()
        .map_or_else(Inline::default, |owner| line!["Ask ", party(policy, owner), ". "]);
    page.line(line![because, owner, heading_source(policy, maintenance.origin)]);
    when(policy, maintenance, page);
    let steps = |steps| items(policy, Of::Maintenance(maintenance), steps);
    if !maintenance.notices.is_empty() {
        page.heading(3, line!["Before ", title()]);
        let notices = maintenance.notices.iter().map(|notice| {
            let item =
                step(policy, line![time(notice.before), " before it begins, publish it"], notice.origin);
            match &notice.says {
                Some(says) => item.with(wording(policy, says)),
                None => item,
            }
        });
        page.list(Mark::Number, notices.collect());
    }
    page.heading(3, line!["Begin of ", title()]);
    page.list(Mark::Number, steps(&maintenance.begin));
    page.heading(3, line!["During ", title()]);
    page.list(Mark::Bullet, meanwhile(policy, maintenance));
    page.heading(3, line!["End of ", title()]);
    page.list(Mark::Number, steps(&maintenance.end));
    if !maintenance.finally.is_empty() {
        page.line("However it ended, even where a step failed:".into());
        page.list(Mark::Number, steps(&maintenance.finally));
    }
}

fn when(policy: &Policy, maintenance: &Maintenance, page: &mut Page) {
    let place = match (&maintenance.regions, &maintenance.components) {
        (None, None) => "all components in all regions".into(),
        (Some(regions), None) => names(regions.iter().map(|id| policy.regions[*id].name.as_str())),
        (None, Some(scope)) => components(policy, scope),
        (Some(regions), Some(scope)) => {
            line![
                components(policy, scope),
                " in ",
                names(regions.iter().map(|id| policy.regions[*id].name.as_str()))
            ]
        }
    };
    let Some(table) = &maintenance.when else {
        page.line(line!["It holds for ", place, ", whenever it is called for."]);
        return;
    };
    page.line(line!["It holds for ", place, ", in the policy's horizon first:"]);
    let regions = policy.regions_or_none().filter(|region| {
        region
            .is_none_or(|region| maintenance.regions.as_ref().is_none_or(|regions| regions.contains(&region)))
    });
    let spans = regions.map(|region| {
        let place = policy.place_of(region);
        let active = table.active(place, policy.horizon);
        let reference = policy.horizon.start;
        let spans = active.intervals().iter().take(MOST_SPANS);
        let spans =
            Inline::join(spans.map(|span| Inline::said(&place.zone.show_interval(*span, reference))), "; ");
        let region = region.map_or_else(|| "everywhere".into(), |region| name(&policy.regions[region].name));
        step(policy, line![region, ": ", spans], maintenance.origin)
    });
    page.list(Mark::Bullet, spans.collect());
}

/// What holds between begin and end.
fn meanwhile(policy: &Policy, maintenance: &Maintenance) -> Vec<Item> {
    let mut found = Vec::new();
    if let Some(answer) = &maintenance.answer {
        let code = answer
            .code
            .as_deref()
            .map_or_else(Inline::default, |code| line![" with the code ", Inline::code(code)]);
        let retry = answer.retry_after.map_or_else(Inline::default, |after| {
            line![" and ", Inline::code(&format!("Retry-After: {}", after.as_seconds()))]
        });
        found.push(step(
            policy,
            line!["A refused write is answered ", Inline::number(answer.status), code, retry],
            answer.origin,
        ));
    }
    let lists = [
        ("Refused", &maintenance.refuses),
        ("Dropped, not worth keeping", &maintenance.drops),
        ("Stopped", &maintenance.stops),
    ];
    for (said, listed) in lists {
        if let Some((_, at)) = listed.first() {
            found.push(
                step(policy, said.into(), *at).with(Part::List(Mark::Bullet, surfaces(policy, listed))),
            );
        }
    }
    for queue in &maintenance.queues {
        let place = queue.queue.as_deref().map_or_else(Inline::default, |queue| line![" in ", name(queue)]);
        let key =
            queue.key.as_deref().map_or_else(Inline::default, |key| line![", told apart by ", name(key)]);
        let item = step(policy, line!["Kept for later", place, key], queue.origin);
        found.push(item.with(Part::List(Mark::Bullet, surfaces(policy, &queue.surfaces))));
    }
    if let Some(retries) = maintenance.retries {
        let jitter = if retries.jitter { ", spread at random" } else { "" };
        found.push(step(
            policy,
            line!["Clients try again ", Inline::number(retries.most), " times at most", jitter],
            retries.origin,
        ));
    }
    if let Some(banner) = &maintenance.banner {
        let ttl = banner
            .ttl
            .map_or_else(Inline::default, |ttl: Elapsed| line![", a copy of it is kept for ", time(ttl)]);
        found.push(step(policy, line!["The banner and the status page say the same", ttl], banner.origin));
    }
    found.extend(maintenance.extensions.iter().map(|extension| extend(policy, extension)));
    found
}

fn surfaces(policy: &Policy, listed: &[(Id<Surface>, Origin)]) -> Vec<Item> {
    let item = |(id, _): &(Id<Surface>, Origin)| {
        let surface = &policy.surfaces[*id];
        let kind = match surface.kind {
            SurfaceKind::Endpoint => "requests",
            SurfaceKind::Tool => "tool calls",
            SurfaceKind::Store => "the store itself",
            SurfaceKind::Job => "a job",
        };
        let routes =
            surface.routes.iter().map(|route| Inline::code(&format!("{} {}", route.method, route.path)));
        let routes = Inline::join(routes, ", ");
        let routes = if routes.is_empty() { routes } else { line![": ", routes] };
        Item::new(line![name(&surface.name), ", ", kind, routes, source(policy, surface.origin)])
    };
    listed.iter().map(item).collect()
}

fn extend(policy: &Policy, extension: &Extension) -> Item {
    let when = match &extension.when {
        Some(when) => line!["Where ", Inline::code(&when.text)],
        None => "Where it is not over in time".into(),
    };
    let rollback = extension.rollback.map_or_else(Inline::default, |(rollback, _)| {
        line![", and begin rollback ", name(&policy.rollbacks[rollback].name)]
    });
    let said = line![
        when,
        ": extend it by ",
        time(extension.by),
        ", ",
        time(extension.most),
        " in all at most",
        rollback
    ];
    step(policy, said, extension.origin)
}
