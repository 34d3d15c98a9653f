//! `argo-cd`: sync windows of an AppProject that deny a sync whenever the calendar is closed for some tier.

mod plan;

use super::freeze::{self, Freeze};
use super::{Files, Job, Target, escape, mark};
use crate::calendar::{IntervalSet, Zone};
use crate::policy::{Action, Component, Id, Policy, Region};
use plan::Schedule;

/// The target.
pub static ARGO_CD: Target = Target {
    name: "argo-cd",
    summary: "sync windows of an AppProject that deny a sync while the calendar is closed",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/argo-cd.md")),
    make,
};

/// What is closed for some components in some regions at the same times.
struct Closed {
    name: String,
    regions: Vec<Id<Region>>,
    components: Vec<Id<Component>>,
    when: IntervalSet,
}

fn make(job: &Job<'_>) -> Files {
    let text = project(job);
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

/// What is closed for a deploy. Argo CD knows no tier, so that freezes of several kinds at the same times are one.
fn closed(job: &Job<'_>) -> Vec<Closed> {
    let policy = job.policy;
    let environment = policy.environments.find(job.option("environment"));
    let mut found: Vec<Closed> = Vec::new();
    let freezes = freeze::freezes(policy).into_iter();
    for freeze in freezes.filter(|freeze| freeze.concerns(environment, Some(Action::Deploy)) && !freeze.stale)
    {
        let Freeze { name, regions, components, when, .. } = freeze;
        match found.iter_mut().find(|known| known.when == when && known.components == components) {
            Some(known) => known.regions.extend(regions),
            None if when.is_empty() => {}
            None => found.push(Closed { name, regions, components, when }),
        }
    }
    for known in &mut found {
        known.regions.sort();
        known.regions.dedup();
    }
    found
}

fn project(job: &Job<'_>) -> String {
    let policy = job.policy;
    let mut text = format!(
        "{}#\n# kubectl apply --server-side --field-manager opsc -f THIS-FILE: other fields of the project stay as they are.\n\
         apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata:\n  name: {}\n  namespace: {}\nspec:\n  syncWindows:\n",
        mark::hash_comments(job),
        escape::yaml(job.option("project")),
        escape::yaml(job.option("namespace")),
    );
    for closed in closed(job) {
        for schedule in plan::plan(&closed.when, &zones(policy, &closed), policy.horizon) {
            text.push_str(&window(job, &closed, &schedule));
        }
    }
    text
}

/// Zones that the times may have been written in: those of its own regions first, then those of the others, and UTC.
fn zones(policy: &Policy, closed: &Closed) -> Vec<Zone> {
    let regions = closed.regions.iter().copied().chain(policy.regions.ids());
    let mut zones: Vec<Zone> = Vec::new();
    for zone in regions.map(|region| policy.regions[region].place.zone).chain([Zone::UTC]) {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    zones
}

fn window(job: &Job<'_>, closed: &Closed, schedule: &Schedule) -> String {
    let policy = job.policy;
    let about = match schedule.expires {
        Some(expires) => format!("ops:{} expires {expires}", closed.name),
        None => format!("ops:{} until {}", closed.name, policy.horizon.end),
    };
    let mut text = format!(
        "    - kind: deny\n      schedule: {}\n      duration: {}h{}m\n      timeZone: {}\n",
        escape::yaml(&schedule.cron),
        schedule.minutes / 60,
        schedule.minutes % 60,
        escape::yaml(schedule.zone.name()),
    );
    let everywhere = closed.regions.len() == policy.regions.len();
    let everything = closed.components.len() == policy.components.len();
    let applications = closed.components.iter().flat_map(|component| {
        let name = &policy.components[*component].name;
        [name.clone(), format!("{name}-*")]
    });
    // A window that names nothing matches nothing.
    let applications: Vec<String> = match (everything, everywhere) {
        (true, true) => vec!["*".to_owned()],
        (true, false) => Vec::new(),
        (false, _) => applications.collect(),
    };
    let prefix = job.option("cluster-prefix");
    let clusters: Vec<String> = match everywhere {
        true => Vec::new(),
        false => closed.regions.iter().map(|id| format!("{prefix}{}", policy.regions[*id].name)).collect(),
    };
    for (key, names) in [("applications", &applications), ("clusters", &clusters)] {
        if !names.is_empty() {
            text.push_str(&format!("      {key}: {}\n", escape::yaml_list(names.iter().map(String::as_str))));
        }
    }
    if !applications.is_empty() && !clusters.is_empty() {
        text.push_str("      andOperator: true\n");
    }
    text.push_str(&format!("      manualSync: false\n      description: {}\n", escape::yaml(&about)));
    text
}
