//! When a planned release may be carried out: its earliest schedule, what costs most time, and what else could be done.

use super::hindrance::{Rule, hindrances, without};
use super::plan::{Ask, Hours, Missed, Plan, Planner, SPAN};
use super::staff::{Request, Staff};
use super::{Rollout, Rollouts, Route};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::decide::{Change, Context, Prepared};
use crate::policy::{Component, Id, Policy, Region, Release, Tier};
use std::collections::BTreeSet;

/// So many regions are tried in every order; of more, each in the order in which it opens.
const MOST_PERMUTED: usize = 4;

/// What a release is planned with.
#[derive(Debug, Clone, Copy)]
pub struct Planning<'a> {
    /// The release.
    pub id: Id<Release>,
    /// What is known of the change besides.
    pub change: &'a Change,
    /// From when on, and who is on call by the files that were read.
    pub context: &'a Context,
    /// At which hours it enters regions.
    pub hours: Hours,
    /// Releases that are over already.
    pub done: &'a [Id<Release>],
}

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
    /// Releases that must be over first, with when they are at the earliest; none where that has no schedule.
    pub before: Vec<(Id<Release>, Option<Instant>)>,
    /// Approvals that each ask waits for, by its position.
    pub requests: Vec<(usize, Request)>,
    /// Rules without one of which it would end earlier, the one that costs most first.
    pub costs: Vec<Cost>,
    /// The schedule that keeps no off-peak hours, where it ends earlier.
    pub any_hour: Option<Plan>,
    /// Another order of its regions that ends earlier, where its own is not said with `then`.
    pub other: Option<(Vec<Id<Region>>, Plan)>,
    /// What could be done instead of waiting.
    pub instead: Instead,
}

/// What a rule costs a release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The rule.
    pub rule: Rule,
    /// The earliest schedule without it, all else being the same.
    pub plan: Plan,
    /// How much earlier it ends; none where there is no schedule with the rule.
    pub saved: Option<Elapsed>,
}

/// Releases like it that could start earlier, each with its earliest schedule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Instead {
    /// To one of its regions alone.
    pub regions: Vec<(Id<Region>, Plan)>,
    /// With one of its components alone.
    pub components: Vec<(Id<Component>, Plan)>,
    /// As a less risky tier.
    pub tiers: Vec<(Id<Tier>, Plan)>,
}

impl Planning<'_> {
    /// Looks for the earliest schedule from the context's instant on. Off-peak hours that leave no schedule at all are not kept.
    pub fn itinerary(&self, policy: &Policy) -> Itinerary {
        let asked = self.hours;
        let kept = self.earliest(policy);
        let (planning, plan) = match (kept, asked) {
            (Err(_), Hours::OffPeak) => {
                let anyhow = Self { hours: Hours::Any, ..*self };
                (anyhow, anyhow.earliest(policy))
            }
            (kept, _) => (*self, kept),
        };
        planning.around(policy, asked, plan)
    }

    /// What there is to say about a schedule, or that there is none.
    fn around(&self, policy: &Policy, asked: Hours, plan: Result<Plan, Box<Missed>>) -> Itinerary {
        let release = &policy.releases[self.id];
        let (rollout, (asks, _)) = asks_of(policy, release, &route_of(release));
        let ends_earlier = |other: &Plan| plan.as_ref().map_or(true, |plan| other.end < plan.end);
        let starts_earlier = |other: &Plan| plan.as_ref().map_or(true, |plan| other.start < plan.start);
        let any_hour = match self.hours {
            Hours::OffPeak => Self { hours: Hours::Any, ..*self }.earliest(policy).ok().filter(ends_earlier),
            Hours::Any => None,
        };
        let plan_of =
            |route: Vec<Vec<Id<Region>>>| self.changed(policy, |release| release.region_plan = route).ok();
        let orders = orders(policy, release, |region| plan_of(vec![vec![region]]));
        let tried = orders.into_iter().filter_map(|order| {
            let plan = plan_of(order.iter().map(|region| vec![*region]).collect()).filter(ends_earlier)?;
            Some((order, plan))
        });
        let other = tried.min_by_key(|(_, plan)| plan.end);
        let reached = if release.region_plan.is_empty() {
            policy.regions.ids().collect()
        } else {
            release.region_plan.concat()
        };
        let regions = reached.iter().filter(|_| reached.len() > 1);
        let components: &[Id<Component>] = release.components.as_deref().unwrap_or(&[]);
        let components = components.iter().filter(|_| components.len() > 1);
        let tiers = policy.tiers.ids().filter(|tier| *tier < release.tier).collect::<Vec<_>>();
        let instead = Instead {
            regions: earlier(regions, &starts_earlier, |region| plan_of(vec![vec![region]])),
            components: earlier(components, &starts_earlier, |component| {
                self.changed(policy, |release| release.components = Some(vec![component])).ok()
            }),
            tiers: earlier(tiers.iter(), &starts_earlier, |tier| {
                self.changed(policy, |release| release.tier = tier).ok()
            }),
        };
        let context = self.context;
        let staff = Staff::of(policy, context, SPAN);
        let planned = plan.iter().flat_map(|plan| plan.asks.iter().enumerate());
        let requests = planned.flat_map(|(position, planned)| {
            let requests = staff.requests(&planned.answer, planned.at);
            requests.into_iter().map(move |request| (position, request)).collect::<Vec<_>>()
        });
        let requests = requests.collect();
        Itinerary {
            rollout,
            asked,
            hours: self.hours,
            before: self.before(policy, &mut vec![self.id]),
            requests,
            costs: self.costs(policy, &asks, &plan),
            any_hour,
            other,
            instead,
            asks,
            plan,
        }
    }

    /// Plans again without each rule that it meets.
    fn costs(&self, policy: &Policy, asks: &[Ask], plan: &Result<Plan, Box<Missed>>) -> Vec<Cost> {
        let end = match plan {
            Ok(plan) => plan.asks.last().map_or(plan.end, |last| last.at),
            Err(_) => self.context.at.plus(SPAN),
        };
        let span = Interval::new(self.context.at, end);
        let mut met = hindrances(policy, self.id, asks, self.hours, span);
        let shared = |rule: &Rule| matches!(rule, Rule::Window(_) | Rule::Hours(_) | Rule::OffPeak(_));
        for before in self.all_before(policy) {
            let release = &policy.releases[before];
            let (_, (asks, _)) = asks_of(policy, release, &route_of(release));
            met.extend(hindrances(policy, before, &asks, self.hours, span).into_iter().filter(shared));
        }
        met.sort_unstable();
        met.dedup();
        let cost = |rule: Rule| {
            let other = self.earliest(&without(policy, self.id, rule)).ok()?;
            let saved = plan.as_ref().ok().map(|plan| plan.end.since(other.end));
            saved.is_none_or(|saved| saved > Elapsed::ZERO).then_some(Cost { rule, plan: other, saved })
        };
        let mut costs: Vec<Cost> = met.into_iter().filter_map(cost).collect();
        costs.sort_by_key(|cost| (cost.plan.end, cost.plan.start, cost.rule));
        costs
    }

    /// Every release that comes first, be it by way of others.
    fn all_before(&self, policy: &Policy) -> BTreeSet<Id<Release>> {
        let mut found = BTreeSet::new();
        let mut open = vec![self.id];
        while let Some(id) = open.pop() {
            let left = policy.releases[id].after.iter().filter(|before| !self.done.contains(before));
            let new: Vec<Id<Release>> = left.copied().filter(|before| found.insert(*before)).collect();
            open.extend(new);
        }
        found
    }

    /// The earliest schedule of the release with something changed in it.
    fn changed(&self, policy: &Policy, change: impl FnOnce(&mut Release)) -> Result<Plan, Box<Missed>> {
        let mut policy = policy.clone();
        if let Some(release) = policy.releases.get_mut(self.id) {
            change(release);
        }
        self.earliest(&policy)
    }

    /// The earliest schedule by a policy.
    ///
    /// # Errors
    /// Where there is none within 400 days.
    pub fn earliest(&self, policy: &Policy) -> Result<Plan, Box<Missed>> {
        self.earliest_behind(policy, &mut vec![self.id])
    }

    /// `known` are releases that are planned already: none waits for itself.
    fn earliest_behind(&self, policy: &Policy, known: &mut Vec<Id<Release>>) -> Result<Plan, Box<Missed>> {
        let ends = self.before(policy, known);
        let latest = ends.iter().try_fold(self.context.at, |latest, (_, end)| Some(latest.max((*end)?)));
        let release = &policy.releases[self.id];
        let prepared = Prepared::new(policy);
        let change = of_release(policy, release, self.change);
        let context = Context { at: latest.unwrap_or(self.context.at), ..self.context.clone() };
        let planner = planner(policy, &prepared, release, &route_of(release), &change, &context)
            .staffed(Staff::of(policy, self.context, SPAN));
        match latest {
            Some(_) => planner.earliest(self.hours),
            None => Err(Box::new(planner.behind_nothing())),
        }
    }

    /// When each release is over that comes first.
    fn before(&self, policy: &Policy, known: &mut Vec<Id<Release>>) -> Vec<(Id<Release>, Option<Instant>)> {
        let mut ends = Vec::new();
        for before in &policy.releases[self.id].after {
            if self.done.contains(before) || known.contains(before) {
                continue;
            }
            known.push(*before);
            let change =
                Change { authors: self.change.authors.clone(), evidence: Vec::new(), ..Change::default() };
            let planning = Planning { id: *before, change: &change, ..*self };
            ends.push((*before, planning.earliest_behind(policy, known).ok().map(|plan| plan.end)));
            known.pop();
        }
        ends
    }
}

/// Those of some things with which a release starts earlier, the earliest first.
fn earlier<'i, T: Copy + Ord + 'i>(
    things: impl Iterator<Item = &'i T>,
    is_earlier: &impl Fn(&Plan) -> bool,
    plan: impl Fn(T) -> Option<Plan>,
) -> Vec<(T, Plan)> {
    let mut found: Vec<(T, Plan)> =
        things.filter_map(|thing| Some((*thing, plan(*thing).filter(|plan| is_earlier(plan))?))).collect();
    found.sort_by_key(|(thing, plan)| (plan.start, *thing));
    found
}

fn route_of(release: &Release) -> Route {
    Route { regions: release.region_plan.clone(), soak: release.soak }
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

/// Orders in which regions that are not bound by `then` could be reached, one after the other.
fn orders(
    policy: &Policy,
    release: &Release,
    alone: impl Fn(Id<Region>) -> Option<Plan>,
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
            .map(|region| (alone(*region).map_or(Instant::MAX, |plan| plan.start), *region))
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
