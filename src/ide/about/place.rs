//! Where changes go: regions by their clocks, components, services, environments.

use super::calendar::{holding, spans};
use super::{Rows, Subject, names, row};
use crate::calendar::Weekday;
use crate::schema::WEEKDAYS;

/// Its clock, its working week, and what holds there now.
pub(super) fn region(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.regions.find(subject.name)?;
    let region = &policy.regions[id];
    let zone = region.place.zone;
    let weekend = WEEKDAYS
        .iter()
        .filter(|day| day.parse::<Weekday>().is_ok_and(|day| region.place.weekend.contains(day)));
    let mut rows = vec![
        row("now", zone.show(subject.now, subject.now)),
        row("weekend", weekend.copied().collect::<Vec<_>>().join(", ")),
    ];
    rows.extend(
        region.off_peak.iter().map(|hours| row("off-peak", spans(hours, &region.place, subject.now))),
    );
    if !region.holidays.is_empty() {
        rows.push(row("holidays", names(&policy.holidays, region.holidays.iter().copied())));
    }
    rows.push(row("freezes", holding(policy, Some(id), subject.now)));
    Some(rows)
}

/// Its paths, what it needs, and what needs it.
pub(super) fn component(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.components.find(subject.name)?;
    let component = &policy.components[id];
    let needed =
        policy.components.iter().filter(|(_, other)| other.needs.contains(&id)).map(|(other, _)| other);
    let services = policy.services.iter().filter(|(_, service)| service.components.contains(&id));
    let rows = [
        row("paths", component.paths.join(", ")),
        row("owner", component.owner.as_ref().map_or("", |owner| policy.party_name(owner))),
        row("needs", names(&policy.components, component.needs.iter().copied())),
        row("needed by", names(&policy.components, needed)),
        row("services", names(&policy.services, services.map(|(service, _)| service))),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

/// Its components.
pub(super) fn service(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.services.find(subject.name)?;
    let components = policy.services[id].components.iter().copied();
    let pipelines = policy.pipelines.iter().filter(|(_, pipeline)| pipeline.service == Some(id));
    let rows = [
        row("components", names(&policy.components, components)),
        row("pipelines", names(&policy.pipelines, pipelines.map(|(pipeline, _)| pipeline))),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}

/// What comes before it and after it.
pub(super) fn environment(subject: &Subject<'_>) -> Option<Rows> {
    let policy = subject.policy;
    let id = policy.environments.find(subject.name)?;
    let environment = &policy.environments[id];
    let behind =
        policy.environments.iter().filter(|(_, other)| other.after == Some(id)).map(|(other, _)| other);
    let rows = [
        row("after", names(&policy.environments, environment.after)),
        row("before", names(&policy.environments, behind)),
        row("secrets", environment.secrets.join(", ")),
    ];
    Some(rows.into_iter().filter(|(_, text)| !text.is_empty()).collect())
}
