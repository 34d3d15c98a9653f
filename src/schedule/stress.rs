//! How long a change has to wait at the worst: for each tier and region, when the calendar is open and the longest stretch without
//! a slot. Exact over the segments of the span, never sampled. Language section 7.

use super::{Held, Lane, Rollouts, Route, Scope, lanes};
use crate::calendar::{Elapsed, Instant, Interval, IntervalSet};
use crate::policy::{Action, Condition, Id, Policy, Region, Release, Ruling, Tier, Window};
use crate::segments::for_each;
use crate::segments::space::{Bdd, Judge, Place, Space, TooLarge};
use std::collections::BTreeMap;

/// The calendar of a span, under stress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stress {
    /// The span that was looked at.
    pub within: Interval,
    /// What is done; none means whatever there is.
    pub action: Option<Action>,
    /// A row for each tier and region, tier by tier.
    pub rows: Vec<Strain>,
}

/// What the calendar leaves to changes of one tier in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strain {
    /// The tier; none where the policy declares none.
    pub tier: Option<Id<Tier>>,
    /// The region; none where the policy declares none.
    pub region: Option<Id<Region>>,
    /// When the calendar may let it in: as it is, with what a freeze kind asks for, or by an exception.
    pub open: IntervalSet,
    /// When the calendar lets it in without asking for anything.
    pub free: IntervalSet,
    /// How long a slot must be open without a break.
    pub slot: SlotLength,
    /// The longest stretch in which none starts, the first of equals; none where every instant is one.
    pub longest: Option<Drought>,
}

/// How long a slot must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotLength {
    /// From the first step that asks the calendar to the last; nothing where any open instant is enough.
    pub length: Elapsed,
    /// The release that takes so long.
    pub release: Option<Id<Release>>,
}

/// A stretch in which no slot starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drought {
    /// From the first instant at which it is too late, to the first at which a slot starts again.
    pub span: Interval,
    /// Windows that close the calendar within, those that do so longest first.
    pub windows: Vec<Id<Window>>,
}

/// Asks for every tier and region of the scope when the calendar is open for a change of all its components in every environment.
/// The calendars of vendors are taken as they were last read, however long ago.
///
/// # Errors
/// Where the policy asks for more evidence than can be told apart.
pub fn stress(
    policy: &Policy,
    scope: &Scope,
    action: Option<Action>,
    within: Interval,
) -> Result<Stress, TooLarge> {
    let policy = &as_last_read(policy);
    let open = open(policy, scope, action, within)?;
    let mut free = self::open(&asking_nothing(policy), scope, action, within)?;
    let lanes = lanes(policy, scope, within);
    let rows = open.into_iter().map(|((tier, region), open)| {
        let slot = slot_length(policy, tier, region);
        let lane = lanes.iter().find(|lane| lane.region == region);
        let longest = longest_without(&open, slot.length, within).map(|span| Drought {
            span,
            windows: lane.map_or(Vec::new(), |lane| closing(policy, lane, tier, span)),
        });
        let free = free.remove(&(tier, region)).unwrap_or_default();
        Strain { tier, region, open, free, slot, longest }
    });
    Ok(Stress { within, action, rows: rows.collect() })
}

/// A tier and a region.
type Row = (Option<Id<Tier>>, Option<Id<Region>>);

/// What holds of a segment: a kind of cell, by its position, in a state.
type Holding = (usize, usize);

fn open(
    policy: &Policy,
    scope: &Scope,
    action: Option<Action>,
    within: Interval,
) -> Result<BTreeMap<Row, IntervalSet>, TooLarge> {
    let space = Space::of(&[policy], within)?;
    let mut found: BTreeMap<Row, IntervalSet> = BTreeMap::new();
    let Some(mut judge) = Judge::of(&space, 0) else { return Ok(found) };
    let mut states = space.states();
    let wanted = |region: &Option<Id<Region>>| {
        scope.regions.is_empty() || region.is_some_and(|id| scope.regions.contains(&id))
    };
    for region in policy.regions_or_none().filter(wanted) {
        let mut places: Vec<Place> = Vec::new();
        let mut held: BTreeMap<Holding, Vec<Interval>> = BTreeMap::new();
        for cell in space.cells() {
            let concerned = |name: &String| {
                policy.components.find(name).is_some_and(|component| scope.components.contains(&component))
            };
            let (Some(place), true) = (cell.places.first().copied(), action_fits(&cell.actions, action))
            else {
                continue;
            };
            if place.region != region
                || !(scope.components.is_empty() || cell.components.iter().any(concerned))
            {
                continue;
            }
            for stretch in space.stretches(cell, &mut states) {
                let state = stretch.states.first().copied().unwrap_or_default();
                held.entry((places.len(), state)).or_default().push(stretch.interval);
            }
            places.push(place);
        }
        let held: BTreeMap<Holding, IntervalSet> =
            held.into_iter().map(|(key, intervals)| (key, intervals.into_iter().collect())).collect();
        let Some(states) = states.first() else { continue };
        for tier in judge.tiers() {
            let mut known: BTreeMap<Vec<Holding>, bool> = BTreeMap::new();
            let mut spans: Vec<Interval> = Vec::new();
            for_each(within, held.iter().map(|(key, set)| (*key, set)), |interval, holding| {
                let key: Vec<Holding> = holding.iter().copied().collect();
                let is_open = *known.entry(key).or_insert_with_key(|key| {
                    // One change is asked of all cells, so that one evidence must do for all of them.
                    let lets_in = key.iter().fold(space.unopposed(), |all: Bdd, (cell, state)| {
                        let Some(place) = places.get(*cell) else { return all };
                        let (frozen, _) = judge.parts(states, *state, *place, tier, place.action.phase());
                        all.and(&frozen.holds)
                    });
                    !lets_in.is_false()
                });
                if is_open {
                    spans.push(interval);
                }
            });
            found.insert((tier, region), spans.into_iter().collect());
        }
    }
    Ok(found)
}

fn action_fits(actions: &[Action], wanted: Option<Action>) -> bool {
    wanted.is_none_or(|wanted| actions.contains(&wanted))
}

/// The policy in which no vendor's calendar is too old: what nobody will have read by then says nothing of the time ahead.
fn as_last_read(policy: &Policy) -> Policy {
    let mut read = policy.clone();
    for id in policy.windows.ids() {
        if let Some(vendor) = read.windows.get_mut(id).and_then(|window| window.vendor.as_mut()) {
            vendor.recheck = None;
        }
    }
    read
}

/// The policy in which a kind admits or blocks and asks for nothing, and no exception lifts a window.
fn asking_nothing(policy: &Policy) -> Policy {
    let mut strict = policy.clone();
    for id in policy.kinds.ids() {
        for (ruling, _) in strict.kinds.get_mut(id).into_iter().flat_map(|kind| &mut kind.rulings) {
            if matches!(ruling, Ruling::Admit { when } if !Condition::is_true(when)) {
                *ruling = Ruling::Block;
            }
        }
    }
    for id in policy.exceptions.ids() {
        if let Some(exception) = strict.exceptions.get_mut(id) {
            (exception.starts, exception.expires) = (None, Instant::MIN);
        }
    }
    strict
}

/// How long the calendar must be open for the longest rollout of a release of the tier in the region.
fn slot_length(policy: &Policy, tier: Option<Id<Tier>>, region: Option<Id<Region>>) -> SlotLength {
    let rollouts = Rollouts::new(policy);
    let mut longest = SlotLength { length: Elapsed::ZERO, release: None };
    for (id, release) in policy.releases.iter().filter(|(_, release)| Some(release.tier) == tier) {
        let reached = release.region_plan.concat();
        let (Some(pipeline), true) =
            (release.by, reached.is_empty() || region.is_none_or(|region| reached.contains(&region)))
        else {
            continue;
        };
        let regions = region.map(|region| vec![vec![region]]).unwrap_or_default();
        let rollout = rollouts.of(pipeline, &Route { regions, soak: release.soak });
        let mut asks = rollout.steps.iter().filter(|step| step.asks.is_some()).map(|step| step.earliest);
        let first = asks.next().unwrap_or(Elapsed::ZERO);
        let last = asks.next_back().unwrap_or(first);
        let length = Elapsed::seconds(last.as_seconds() - first.as_seconds());
        if length > longest.length {
            longest = SlotLength { length, release: Some(id) };
        }
    }
    longest
}

/// The longest stretch of `within` in which no slot starts that is open for `length` and at its end. What is open at the end of
/// `within` is taken to stay so.
fn longest_without(open: &IntervalSet, length: Elapsed, within: Interval) -> Option<Interval> {
    let last = |open: &Interval| if open.end < within.end { open.end.minus(length) } else { within.end };
    let starts = open.intervals().iter().map(|open| Interval::new(open.start, last(open)));
    let starts: IntervalSet = starts.filter(|start| !start.is_empty()).collect();
    let without = starts.complement().within(within);
    without.intervals().iter().copied().min_by_key(|span| (std::cmp::Reverse(span.length()), span.start))
}

/// Windows whose kind does not simply admit the tier, by how long they hold in a span.
fn closing(policy: &Policy, lane: &Lane, tier: Option<Id<Tier>>, span: Interval) -> Vec<Id<Window>> {
    let closes = |held: &&Held| {
        let ruling = tier.and_then(|tier| policy.kinds[held.kind].ruling(tier));
        !matches!(ruling, Some(Ruling::Admit { when }) if when.is_true())
    };
    let mut held: BTreeMap<Id<Window>, i64> = BTreeMap::new();
    for one in lane.held.iter().filter(closes).filter(|held| held.span.overlaps(span)) {
        *held.entry(one.window).or_default() += one.span.intersect(span).length().as_seconds();
    }
    let mut windows: Vec<(Id<Window>, i64)> = held.into_iter().collect();
    windows.sort_by_key(|(window, seconds)| (std::cmp::Reverse(*seconds), *window));
    windows.into_iter().map(|(window, _)| window).collect()
}
