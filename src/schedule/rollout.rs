//! A rollout's shape in time: its steps with their earliest and latest offsets from the start, and which of them ask the
//! calendar. Language section 5: a rollout asks before its first migrate or deploy, and before each step that raises traffic
//! or enters a region.

use crate::calendar::Elapsed;
use crate::policy::{Action, Id, Pipeline, Policy, Region, Stage, StageKind, Table, Traffic};
use rust_decimal::Decimal;
use std::collections::{BTreeSet, VecDeque};

/// The regions a rollout reaches, beyond what its stages say.
#[derive(Debug, Clone, Default)]
pub struct Route {
    /// Steps, in order, each of regions that go together; none means all at once.
    pub regions: Vec<Vec<Id<Region>>>,
    /// How long one step must be healthy before the next.
    pub soak: Option<Elapsed>,
}

/// One step of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolloutStep {
    /// Its stage.
    pub stage: Id<Stage>,
    /// The share of traffic it gives to the change, where it gives any.
    pub traffic: Option<Decimal>,
    /// The regions it acts on; empty means all.
    pub regions: Vec<Id<Region>>,
    /// What it asks the calendar for, if it asks.
    pub asks: Option<Action>,
    /// Whether it begins a step of regions: before it the rollout may wait.
    pub begins: bool,
    /// The share of traffic that the change has in the step's regions before the step.
    pub reached: Decimal,
    /// The earliest offset from the start at which it can begin.
    pub earliest: Elapsed,
    /// The latest, where timeouts give one.
    pub latest: Option<Elapsed>,
    /// How long it lasts at least.
    pub length: Elapsed,
}

/// A rollout, step by step, in the order of their earliest offsets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// Its steps.
    pub steps: Vec<RolloutStep>,
    /// Its shortest duration.
    pub shortest: Elapsed,
}

/// How long each pipeline lasts at least, for those that call others.
#[derive(Debug)]
pub struct Rollouts<'a> {
    policy: &'a Policy,
    shortest: Vec<Elapsed>,
}

impl<'a> Rollouts<'a> {
    /// Looks at which pipelines call which.
    pub fn new(policy: &'a Policy) -> Self {
        let mut found = Self { policy, shortest: vec![Elapsed::ZERO; policy.pipelines.len()] };
        let calls = |stage: &Stage| !stage.calls.is_empty();
        if policy.pipelines.rows().iter().any(|pipeline| pipeline.stages.rows().iter().any(calls)) {
            let called = policy.pipelines.rows().iter().map(|pipeline| {
                let all = pipeline.stages.rows().iter().flat_map(|stage| &stage.calls);
                all.map(|(id, _)| id.index()).collect::<BTreeSet<usize>>().into_iter().collect()
            });
            let ids: Vec<Id<Pipeline>> = policy.pipelines.ids().collect();
            for id in in_order(&called.collect::<Vec<Vec<usize>>>()).into_iter().filter_map(|at| ids.get(at))
            {
                let shortest = found.of(*id, &Route::default()).shortest;
                if let Some(known) = found.shortest.get_mut(id.index()) {
                    *known = shortest;
                }
            }
        }
        found
    }

    /// The rollout of a pipeline. Where none of its stages says which regions it goes to, everything but `build` and `test`
    /// is done once for each step of the route; else the route only says which regions count.
    pub fn of(&self, pipeline: Id<Pipeline>, route: &Route) -> Rollout {
        let stages = &self.policy.pipelines[pipeline].stages;
        let timing = Timing::new(self, pipeline);
        let own = stages.rows().iter().any(|stage| !stage.region_plan.is_empty());
        let mut rollout = Rollout { steps: Vec::new(), shortest: Elapsed::ZERO };
        let mut from = Span { earliest: Elapsed::ZERO, latest: Some(Elapsed::ZERO) };
        let whole = [route.regions.concat()];
        let walks = if own || route.regions.is_empty() { &whole[..] } else { &route.regions[..] };
        for (position, regions) in walks.iter().enumerate() {
            if position > 0 {
                from = from.plus(route.soak.unwrap_or(Elapsed::ZERO));
            }
            let walk = Walk { regions, again: position > 0 };
            from = timing.walk(stages, &walk, from, &mut rollout.steps);
        }
        rollout.shortest = from.earliest;
        rollout
    }
}

/// One way through all stages.
struct Walk<'r> {
    regions: &'r [Id<Region>],
    again: bool,
}

/// Offsets from the start between which something happens.
#[derive(Debug, Clone, Copy)]
struct Span {
    earliest: Elapsed,
    latest: Option<Elapsed>,
}

impl Span {
    fn plus(self, length: Elapsed) -> Self {
        Self { earliest: sum(self.earliest, length), latest: self.latest.map(|latest| sum(latest, length)) }
    }

    fn max(self, other: Self) -> Self {
        Self {
            earliest: self.earliest.max(other.earliest),
            latest: self.latest.zip(other.latest).map(|(one, two)| one.max(two)),
        }
    }
}

struct Timing<'a> {
    rollouts: &'a Rollouts<'a>,
    pipeline: Id<Pipeline>,
    /// Positions of stages, each behind those it comes after.
    order: Vec<usize>,
}

impl<'a> Timing<'a> {
    fn new(rollouts: &'a Rollouts<'a>, pipeline: Id<Pipeline>) -> Self {
        let stages = rollouts.policy.pipelines[pipeline].stages.rows();
        let own = |stage: &Stage| {
            let after = stage.after.iter().filter(|after| after.pipeline == pipeline);
            after.map(|after| after.stage.index()).collect()
        };
        Self { rollouts, pipeline, order: in_order(&stages.iter().map(own).collect::<Vec<Vec<usize>>>()) }
    }

    /// Adds the steps of one way through all stages, and says when the last of them is finished.
    fn walk(&self, stages: &Table<Stage>, walk: &Walk<'_>, from: Span, steps: &mut Vec<RolloutStep>) -> Span {
        let first = steps.len();
        let ids: Vec<Id<Stage>> = stages.ids().collect();
        let mut finished: Vec<Span> = vec![from; stages.len()];
        let mut end = from;
        for id in self.order.iter().filter_map(|position| ids.get(*position)) {
            let stage = &stages[*id];
            let mut start = from;
            for after in &stage.after {
                let known =
                    (after.pipeline == self.pipeline).then(|| finished.get(after.stage.index())).flatten();
                // How long another pipeline takes is not known: it may be there already, or never.
                start = start.max(known.copied().unwrap_or(Span { earliest: from.earliest, latest: None }));
            }
            let done = if walk.again && matches!(stage.kind, StageKind::Build | StageKind::Test) {
                start
            } else {
                self.stage(*id, stage, walk, start, steps)
            };
            end = end.max(done);
            if let Some(known) = finished.get_mut(id.index()) {
                *known = done;
            }
        }
        if let Some(added) = steps.get_mut(first..) {
            added.sort_by_key(|step| step.earliest);
            ask(stages, added, walk.again);
        }
        end
    }

    fn stage(
        &self,
        id: Id<Stage>,
        stage: &Stage,
        walk: &Walk<'_>,
        start: Span,
        steps: &mut Vec<RolloutStep>,
    ) -> Span {
        let concerns = |region: &Id<Region>| walk.regions.is_empty() || walk.regions.contains(region);
        let plan: Vec<Vec<Id<Region>>> = if stage.region_plan.is_empty() {
            vec![walk.regions.to_vec()]
        } else {
            let within =
                |step: &Vec<Id<Region>>| step.iter().filter(|region| concerns(region)).copied().collect();
            stage.region_plan.iter().map(within).filter(|step: &Vec<_>| !step.is_empty()).collect()
        };
        let shares: Vec<Option<Decimal>> = match &stage.traffic {
            Some(Traffic::Shares(shares)) => shares.iter().copied().map(Some).collect(),
            Some(Traffic::Mirror(_)) => vec![None],
            None => vec![gives_all(stage).then_some(Decimal::ONE)],
        };
        let called =
            stage.calls.iter().filter_map(|(id, _)| self.rollouts.shortest.get(id.index()).copied()).max();
        let length = stage.hold.unwrap_or(Elapsed::ZERO).max(called.unwrap_or(Elapsed::ZERO));
        let first = steps.len();
        let mut at = start;
        for (position, regions) in plan.iter().enumerate() {
            if position > 0 {
                at = at.plus(stage.soak.unwrap_or(Elapsed::ZERO));
            }
            for (share, traffic) in shares.iter().enumerate() {
                steps.push(RolloutStep {
                    stage: id,
                    traffic: *traffic,
                    regions: regions.clone(),
                    asks: None,
                    begins: position > 0 && share == 0,
                    reached: Decimal::ZERO,
                    earliest: at.earliest,
                    latest: at.latest,
                    length,
                });
                at = at.plus(length);
            }
        }
        // A step may begin as late as leaves room for what the stage still does before its time is out.
        let tries = i64::from(stage.retries) + 1;
        let within =
            stage.timeout.map(|(timeout, _)| Elapsed::seconds(timeout.as_seconds().saturating_mul(tries)));
        let latest = start.latest.zip(within).map(|(start, within)| sum(start, within).max(at.earliest));
        for step in steps.iter_mut().skip(first + 1) {
            let rest = at.earliest.as_seconds() - step.earliest.as_seconds();
            step.latest = latest.map(|latest| Elapsed::seconds(latest.as_seconds() - rest));
        }
        Span { earliest: at.earliest, latest }
    }
}

/// Which steps ask the calendar, given all of one walk in order.
fn ask(stages: &Table<Stage>, steps: &mut [RolloutStep], again: bool) {
    let mut put = false;
    let mut reached: Vec<(Option<Id<Region>>, Decimal)> = Vec::new();
    let mut first = true;
    for step in steps {
        let kind = stages[step.stage].kind;
        let own = !stages[step.stage].region_plan.is_empty();
        let places: Vec<Option<Id<Region>>> = if step.regions.is_empty() {
            vec![None]
        } else {
            step.regions.iter().copied().map(Some).collect()
        };
        let share = |place: &Option<Id<Region>>| {
            let here = reached.iter().filter(|(known, _)| known == place || known.is_none());
            here.map(|(_, share)| *share).max()
        };
        // A step that names no region goes where traffic is already.
        let anywhere = reached.iter().filter(|_| step.regions.is_empty()).map(|(_, share)| *share);
        step.reached = places.iter().filter_map(share).chain(anywhere).max().unwrap_or(Decimal::ZERO);
        let raises = step.traffic.is_some_and(|traffic| {
            places.iter().any(|place| share(place).unwrap_or(Decimal::ZERO) < traffic)
        });
        let enters = own && places.iter().any(|place| share(place).is_none());
        let puts = put_action(kind).filter(|_| !put);
        step.asks = match (puts, raises, enters) {
            (Some(action), ..) => Some(action),
            (None, true, _) if step.traffic.is_some_and(|traffic| traffic >= Decimal::ONE) => {
                Some(Action::Promote)
            }
            (None, true, _) => Some(Action::Deploy),
            (None, false, true) => Some(put_action(kind).unwrap_or(Action::Deploy)),
            (None, false, false) => None,
        };
        put |= puts.is_some();
        if step.asks.is_some() {
            step.begins |= first && again;
            first = false;
            for place in places {
                let traffic = step.traffic.unwrap_or(Decimal::ZERO);
                match reached.iter_mut().find(|(known, _)| *known == place) {
                    Some((_, share)) => *share = (*share).max(traffic),
                    None => reached.push((place, traffic)),
                }
            }
        }
    }
}

/// What a stage that puts something in its place asks for.
fn put_action(kind: StageKind) -> Option<Action> {
    match kind {
        StageKind::Migrate | StageKind::Expand | StageKind::Contract => Some(Action::Migrate),
        StageKind::Deploy => Some(Action::Deploy),
        _ => None,
    }
}

/// Whether a stage that names no share gives all traffic all the same.
fn gives_all(stage: &Stage) -> bool {
    stage.kind == StageKind::Promote || stage.switch.is_some()
}

/// Positions in an order in which each stands behind those it comes after; of equals, the first written first. What waits for
/// itself is left out.
fn in_order(after: &[Vec<usize>]) -> Vec<usize> {
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); after.len()];
    let mut waits: Vec<usize> = vec![0; after.len()];
    for (position, before) in after.iter().enumerate() {
        for earlier in before {
            if let (Some(behind), Some(waits)) = (behind.get_mut(*earlier), waits.get_mut(position)) {
                behind.push(position);
                *waits += 1;
            }
        }
    }
    let free = waits.iter().enumerate().filter(|(_, waits)| **waits == 0).map(|(position, _)| position);
    let mut ready: VecDeque<usize> = free.collect();
    let mut order = Vec::with_capacity(after.len());
    while let Some(position) = ready.pop_front() {
        order.push(position);
        for next in behind.get(position).into_iter().flatten() {
            if let Some(waits) = waits.get_mut(*next) {
                *waits -= 1;
                if *waits == 0 {
                    ready.push_back(*next);
                }
            }
        }
    }
    order
}

/// A share of traffic as people write it.
pub fn percent(share: Decimal) -> String {
    format!("{}%", (share * Decimal::ONE_HUNDRED).normalize())
}

fn sum(one: Elapsed, two: Elapsed) -> Elapsed {
    Elapsed::seconds(one.as_seconds().saturating_add(two.as_seconds()))
}
