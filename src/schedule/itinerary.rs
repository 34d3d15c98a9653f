//! When a planned release may be carried out: its earliest schedule, what costs most time, and what else could be done.

use super::plan::{Ask, Hours, Missed, Plan, Planner};
use super::{Rollout, Rollouts, Route, Scope, lanes};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::decide::{Change, Context, Prepared};
use crate::policy::{Id, Policy, Region, Release, Window};
use std::collections::BTreeSet;

/// So many regions are tried in every order; of more, each in the order in which it opens.
const MOST_PERMUTED: usize = 4;

/// So many windows are tried without, the first to be met first.
const MOST_WINDOWS: usize = 24;

/// The earliest schedule of a release.
#[derive(Debug)]
pub struct Itinerary {
    /// Its rollout; none where no pipeline carries it out.
    pub rollout: Option<Rollout>,
    /// What is asked on the way.
    pub asks: Vec<Ask>,
    /// The schedule, or what stands in its way.
    pub plan: Result<Plan, Box<Missed>>,
    /// At which hours it was to enter regions.
    pub asked: Hours,
    /// At which hours it does: at any where off-peak hours leave no schedule.
    pub hours: Hours,
    /// How much earlier it would end without a window, the most first.
    pub without: Vec<(Id<Window>, Elapsed)>,
    /// The schedule that keeps no off-peak hours, where it ends earlier.
    pub any_hour: Option<Plan>,
    /// Another order of its regions that ends earlier, where its own is not said with `then`.
    pub other: Option<(Vec<Id<Region>>, Plan)>,
}

/// Looks for the earliest schedule of a release from the context's instant on. `change` is what is known of it besides.
/// Off-peak hours that leave no schedule at all are not kept.
pub fn itinerary(
    policy: &Policy,
    id: Id<Release>,
    change: &Change,
    context: &Context,
    hours: Hours,
) -> Itinerary {
    let release = &policy.releases[id];
    let change = of_release(policy, release, change);
    let route = Route { regions: release.region_plan.clone(), soak: release.soak };
    let prepared = Prepared::new(policy);
    let look_in = |policy: &Policy, prepared: &Prepared<'_>, route: &Route, hours: Hours| {
        planner(policy, prepared, release, route, &change, context).earliest(hours)
    };
    let look = |route: &Route, hours: Hours| look_in(policy, &prepared, route, hours);
    let asked = hours;
    let kept = look(&route, hours);
    let (plan, hours) = match (kept, hours) {
        (Err(_), Hours::OffPeak) => (look(&route, Hours::Any), Hours::Any),
        (kept, hours) => (kept, hours),
    };
    let ends_earlier = |other: &Plan| plan.as_ref().map_or(true, |plan| other.end < plan.end);
    let any_hour = match hours {
        Hours::OffPeak => look(&route, Hours::Any).ok().filter(ends_earlier),
        Hours::Any => None,
    };
    let mut without: Vec<(Id<Window>, Elapsed)> = Vec::new();
    if let Ok(plan) = &plan {
        let span = Interval::new(context.at, plan.asks.last().map_or(plan.end, |last| last.at));
        for window in in_the_way(policy, &route, span) {
            let mut open = policy.clone();
            if let Some(window) = open.windows.get_mut(window) {
                window.warn_until = Some(Instant::MAX);
            }
            let earlier = look_in(&open, &Prepared::new(&open), &route, hours)
                .ok()
                .map(|other| plan.end.since(other.end));
            without.extend(earlier.filter(|saved| *saved > Elapsed::ZERO).map(|saved| (window, saved)));
        }
        without.sort_by_key(|(window, saved)| (std::cmp::Reverse(*saved), *window));
    }
    let orders = orders(policy, release, |regions| look(&one_by_one(regions, release), hours).ok());
    let tried = orders.into_iter().filter_map(|order| {
        let plan = look(&one_by_one(&order, release), hours).ok().filter(ends_earlier)?;
        Some((order, plan))
    });
    let other = tried.min_by_key(|(_, plan)| plan.end);
    let (rollout, (asks, _)) = asks_of(policy, release, &route);
    Itinerary { rollout, asks, plan, asked, hours, without, any_hour, other }
}

/// A planner over a release that takes this route.
pub fn planner<'a>(
    policy: &'a Policy,
    prepared: &'a Prepared<'a>,
    release: &Release,
    route: &Route,
    change: &Change,
    context: &Context,
) -> Planner<'a> {
    Planner::new(policy, prepared, release.by, asks_of(policy, release, route).1, change, context)
}

/// What a release asks for, filled in from what its policy says of it.
pub fn of_release(policy: &Policy, release: &Release, change: &Change) -> Change {
    let mut change = change.clone();
    change.release = Some(release.name.clone());
    let service = release.by.and_then(|pipeline| policy.pipelines[pipeline].service);
    if release.components.is_none() && change.components.is_empty() && change.service.is_none() {
        change.service = service.map(|service| policy.services[service].name.clone());
    }
    change
}

fn asks_of(policy: &Policy, release: &Release, route: &Route) -> (Option<Rollout>, (Vec<Ask>, Elapsed)) {
    match release.by {
        Some(pipeline) => {
            let rollout = Rollouts::new(policy).of(pipeline, route);
            let asks = Ask::of(policy, &rollout);
            (Some(rollout), asks)
        }
        None => (None, (Ask::of_route(policy, route), Elapsed::ZERO)),
    }
}

/// Windows that hold somewhere on the way before the last ask, the first to begin first.
fn in_the_way(policy: &Policy, route: &Route, span: Interval) -> Vec<Id<Window>> {
    let scope = Scope { regions: route.regions.concat(), components: Vec::new() };
    let around = Interval::new(span.start, span.end.plus(Elapsed::seconds(1)));
    let held = lanes(policy, &scope, around);
    let mut starts: Vec<(Instant, Id<Window>)> =
        held.iter().flat_map(|lane| &lane.held).map(|held| (held.span.start, held.window)).collect();
    starts.sort_unstable();
    let mut seen = BTreeSet::new();
    starts
        .into_iter()
        .map(|(_, window)| window)
        .filter(|window| seen.insert(*window))
        .take(MOST_WINDOWS)
        .collect()
}

fn one_by_one(regions: &[Id<Region>], release: &Release) -> Route {
    Route { regions: regions.iter().map(|region| vec![*region]).collect(), soak: release.soak }
}

/// Orders in which regions that are not bound by `then` could be reached, one after the other.
fn orders(
    policy: &Policy,
    release: &Release,
    alone: impl Fn(&[Id<Region>]) -> Option<Plan>,
) -> Vec<Vec<Id<Region>>> {
    let stages = release.by.map_or(&[][..], |pipeline| policy.pipelines[pipeline].stages.rows());
    let regions: Vec<Id<Region>> = match release.region_plan.as_slice() {
        [] => policy.regions.ids().collect(),
        [together] => together.clone(),
        _ => return Vec::new(),
    };
    if regions.len() < 2 || stages.iter().any(|stage| !stage.region_plan.is_empty()) {
        return Vec::new();
    }
    if regions.len() > MOST_PERMUTED {
        let mut order: Vec<(Instant, Id<Region>)> = regions
            .iter()
            .map(|region| (alone(&[*region]).map_or(Instant::MAX, |plan| plan.start), *region))
            .collect();
        order.sort_unstable();
        return vec![order.into_iter().map(|(_, region)| region).collect()];
    }
    let mut orders: Vec<Vec<Id<Region>>> = vec![Vec::new()];
    for _ in &regions {
        let longer = |order: &Vec<Id<Region>>| {
            let order = order.clone();
            let left: Vec<Id<Region>> =
                regions.iter().filter(|region| !order.contains(region)).copied().collect();
            left.into_iter().map(move |region| [order.clone(), vec![region]].concat())
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    orders
}
