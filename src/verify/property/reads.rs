//! What a pipeline's rollouts are asked by, and so what can be made up about one: each metric with the levels that its bars can tell
//! apart, the stages whose commands may fail, the approvals that may be late, the freezes that may begin.

use super::levels;
use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{
    Act, FreezeKind, Id, Limit, Metric, Pipeline, Policy, Property, Reaction, Rollback, Situation, Stage,
    Tier, Traffic,
};
use crate::simulate::{Assumptions, Setting, simulate};
use crate::simulate::{DEFAULT_SPAN, Place, Shape, Side, Trace, asked_of_people, bars};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// Steps of time that people use, in seconds: samples are so far apart.
const STEPS: [i64; 9] = [10, 15, 30, 60, 120, 300, 600, 900, 1800];

/// A rollout is measured so often at most.
const MOST_SAMPLES: i64 = 600;

/// A rollout is followed so long at most.
const LONGEST: Elapsed = Elapsed::days(7);

/// What is left beyond everything that is said, so that the end of what is measured is not what decides.
const SLACK: Elapsed = Elapsed::hours(1);

/// Of so many spans of a window a rollout may begin near the edges.
const SPANS: usize = 2;

/// What can be made up of a pipeline's rollouts.
#[derive(Debug)]
pub(super) struct Reads {
    /// Metrics that something asks.
    pub series: Vec<Readable>,
    /// Stages whose commands take time or fail.
    pub stages: Vec<Place>,
    /// How long such a command may take.
    pub spans: Vec<Elapsed>,
    /// Stages that wait for an approval.
    pub approved: Vec<Place>,
    /// Facts and probes that gates ask.
    pub asked: Vec<String>,
    /// Kinds of freeze that hold anything.
    pub kinds: Vec<Id<FreezeKind>>,
    /// How long a freeze may last.
    pub freezes: Vec<Elapsed>,
    /// Tiers, the usual one first.
    pub tiers: Vec<Option<Id<Tier>>>,
    /// Edges of windows.
    pub edges: Vec<Instant>,
    /// How long the rollout takes where nothing goes wrong and no command takes time.
    pub plan: Elapsed,
    /// How far samples are apart.
    pub every: Elapsed,
    /// For how long there are samples.
    pub lasts: Elapsed,
}

/// One side of a metric.
#[derive(Debug)]
pub(super) struct Readable {
    pub metric: Id<Metric>,
    pub side: Side,
    pub shape: Shape,
    /// What it may be, the good one first, then from good to bad; none is no data.
    pub levels: Vec<Option<Decimal>>,
}

impl Reads {
    pub fn of(policy: &Policy, property: &Property) -> Self {
        let members = members(policy, property.pipeline);
        let rollbacks =
            || policy.rollbacks.rows().iter().filter(|rollback| members.contains(&rollback.pipeline));
        let stages: Vec<(Place, &Stage)> = members
            .iter()
            .flat_map(|id| policy.pipelines[*id].stages.iter().map(|(stage, row)| ((*id, stage), row)))
            .collect();
        let checks = Checks::of(policy, property, &stages, rollbacks());
        let plan = sum(stages.iter().map(|(_, stage)| planned(stage)));
        let freezes = freezes(policy, &members);
        let approved: Vec<Place> =
            stages.iter().filter(|(_, stage)| stage.approve.is_some()).map(|(place, _)| *place).collect();
        let timeouts: BTreeSet<Elapsed> =
            stages.iter().filter_map(|(_, stage)| stage.timeout).map(|(span, _)| span).collect();
        let longest = |spans: &mut dyn Iterator<Item = Elapsed>| spans.max().unwrap_or(Elapsed::ZERO);
        let lasts = sum([
            plan,
            longest(&mut timeouts.iter().copied()),
            longest(&mut freezes.iter().copied()),
            if approved.is_empty() { Elapsed::ZERO } else { LATE },
            sum(rollbacks().map(|rollback| going_back(policy, rollback))),
            longest(&mut property.expected.iter().filter_map(|expected| expected.within)),
            longest(&mut checks.bars().map(|bar| sum([bar.over, bar.sustained].into_iter().flatten()))),
            SLACK,
        ])
        .min(LONGEST);
        let every = every(&checks, &stages, lasts);
        let spans = timeouts.first().into_iter().flat_map(|first| [*first, sum([*first, every])]);
        let spans = [Elapsed::minutes(1), Elapsed::minutes(10)].into_iter().chain(spans);
        let asked = asked_of_people(policy, checks.bounds.iter().copied());
        Self {
            series: checks.series(policy),
            stages: stages.iter().filter(|(_, stage)| stage.run.is_some()).map(|(place, _)| *place).collect(),
            spans: spans.collect(),
            approved,
            asked: asked.into_iter().map(str::to_owned).collect(),
            kinds: policy
                .kinds
                .iter()
                .filter(|(_, kind)| levels::holds_anybody(kind))
                .map(|(id, _)| id)
                .collect(),
            freezes,
            tiers: tiers(policy),
            edges: edges(policy),
            plan,
            every,
            lasts,
        }
    }

    /// How many steps of time a span is, rounded up.
    pub fn units(&self, span: Elapsed) -> u32 {
        let every = self.every.as_seconds().max(1);
        u32::try_from((span.as_seconds() + every - 1) / every).unwrap_or(0)
    }

    /// So many steps of time.
    pub fn span(&self, units: u32) -> Elapsed {
        Elapsed::seconds(self.every.as_seconds().saturating_mul(i64::from(units)))
    }
}

/// How long an approval may take.
pub(super) const LATE: Elapsed = Elapsed::hours(4);

/// What asks of metrics.
struct Checks<'p> {
    bounds: Vec<&'p crate::policy::Bound>,
    /// Each bar with whether it is wanted; none is neither: a property speaks of it.
    asked: Vec<(&'p crate::policy::Bar, Option<bool>)>,
}

impl<'p> Checks<'p> {
    fn of(
        policy: &'p Policy,
        property: &'p Property,
        stages: &[(Place, &'p Stage)],
        rollbacks: impl Iterator<Item = &'p Rollback>,
    ) -> Self {
        let (mut bounds, mut asked) = (Vec::new(), Vec::new());
        let mut gates: BTreeSet<_> =
            stages.iter().flat_map(|(_, stage)| &stage.gates).map(|(gate, _)| *gate).collect();
        let mut wanted = Vec::new();
        for rollback in rollbacks {
            bounds.extend(&rollback.triggers);
            let mut visit = |bar| asked.push((bar, Some(false)));
            rollback.triggers.iter().for_each(|bound| bars(policy, &bound.check, &mut visit));
            wanted.extend(rollback.recovered.as_ref().map(|recovered| &recovered.when));
            for step in rollback.steps.iter().chain(&rollback.finally) {
                if let Act::Verify(verified) = &step.act {
                    gates.extend(verified.iter().map(|(gate, _)| *gate));
                }
            }
        }
        wanted.extend(gates.into_iter().flat_map(|gate| &policy.gates[gate].requires));
        for bound in &wanted {
            bars(policy, &bound.check, &mut |bar| asked.push((bar, Some(true))));
        }
        for circumstance in &property.circumstances {
            if let Situation::Measured(check) = &circumstance.situation {
                bars(policy, check, &mut |bar| asked.push((bar, None)));
            }
        }
        bounds.extend(wanted);
        Self { bounds, asked }
    }

    fn bars(&self) -> impl Iterator<Item = &'p crate::policy::Bar> {
        self.asked.iter().map(|(bar, _)| *bar)
    }

    /// Both sides of every metric that a bar reads.
    fn series(&self, policy: &Policy) -> Vec<Readable> {
        let mut of: BTreeMap<Id<Metric>, Vec<_>> = BTreeMap::new();
        for (bar, wanted) in &self.asked {
            of.entry(bar.metric).or_default().push((*bar, *wanted));
        }
        let mut found = Vec::new();
        for (metric, asked) in of {
            let row = &policy.metrics[metric];
            let shape = levels::shape(row, asked.iter().map(|(bar, _)| *bar));
            let usual = levels::usual(row, asked.iter().map(|(bar, _)| *bar));
            let levels = levels::levels(row, shape, usual, &asked);
            found.push(Readable { metric, side: Side::Change, shape, levels });
            let is_compared = asked.iter().any(|(bar, _)| matches!(bar.limit, Limit::Baseline { .. }));
            if is_compared && row.baseline.is_some() {
                let levels = levels::baseline(row, usual);
                found.push(Readable { metric, side: Side::Baseline, shape, levels });
            }
        }
        found
    }
}

/// The pipelines that are carried out with one, itself among them.
fn members(policy: &Policy, pipeline: Id<Pipeline>) -> BTreeSet<Id<Pipeline>> {
    let (trace, assumed) = (Trace::default(), Assumptions::default());
    let start = policy.horizon.start;
    let timeline = simulate(&Setting { policy, pipeline, start, trace: &trace, assumed: &assumed });
    timeline.carried_out.into_iter().collect()
}

fn sum(spans: impl IntoIterator<Item = Elapsed>) -> Elapsed {
    Elapsed::seconds(spans.into_iter().map(Elapsed::as_seconds).fold(0, i64::saturating_add))
}

/// How long a stage holds and soaks in all.
fn planned(stage: &Stage) -> Elapsed {
    let places = i64::try_from(stage.region_plan.len().max(1)).unwrap_or(1);
    let shares = match &stage.traffic {
        Some(Traffic::Shares(shares)) => i64::try_from(shares.len().max(1)).unwrap_or(1),
        _ => 1,
    };
    let times = |span: Option<Elapsed>, times: i64| span.map_or(0, Elapsed::as_seconds).saturating_mul(times);
    Elapsed::seconds(times(stage.hold, places * shares).saturating_add(times(stage.soak, places - 1)))
}

/// How long a rollback takes at most, as far as it says.
fn going_back(policy: &Policy, rollback: &Rollback) -> Elapsed {
    let steps = || rollback.steps.iter().chain(&rollback.finally);
    let holds = steps().map(|step| match &step.act {
        Act::Hold { least, recovered } => recovered.map_or(*least, |(most, _)| most.max(*least)),
        Act::Pull { levers, .. } => sum(levers.iter().filter_map(|(lever, _)| policy.levers[*lever].within)),
        _ => Elapsed::ZERO,
    });
    let once = sum(holds.chain(rollback.soak));
    let places = i64::try_from(rollback.region_plan.len().max(1)).unwrap_or(1);
    let within = rollback.recovered.as_ref().and_then(|recovered| recovered.within);
    Elapsed::seconds(
        once.as_seconds().saturating_mul(places).saturating_add(within.map_or(0, Elapsed::as_seconds)),
    )
}

/// How far samples are apart: so that every span that is asked holds one, and every hold several.
fn every(checks: &Checks<'_>, stages: &[(Place, &Stage)], lasts: Elapsed) -> Elapsed {
    let holds = stages.iter().filter_map(|(_, stage)| stage.hold).filter(|hold| *hold > Elapsed::ZERO);
    let thirds = holds.map(|hold| hold.as_seconds() / 3);
    let spans = checks.bars().flat_map(|bar| [bar.over, bar.sustained]).flatten().map(Elapsed::as_seconds);
    let finest = spans.chain(thirds).chain([DEFAULT_SPAN.as_seconds()]).min().unwrap_or(60);
    let coarsest = lasts.as_seconds() / MOST_SAMPLES;
    let fits = STEPS.iter().copied().filter(|step| *step <= finest).max().unwrap_or(10);
    let least = STEPS.iter().copied().find(|step| *step >= coarsest).unwrap_or(coarsest);
    Elapsed::seconds(fits.max(least))
}

/// How long freezes may last: on either side of each pause that an answer bounds, and an hour.
fn freezes(policy: &Policy, members: &BTreeSet<Id<Pipeline>>) -> Vec<Elapsed> {
    let hour = Elapsed::hours(1);
    let answers = members.iter().flat_map(|id| &policy.pipelines[*id].on_freeze);
    let bounds = answers.filter_map(|answer| match answer.reaction {
        Reaction::PauseThenBack(span) => Some(span),
        Reaction::Finish | Reaction::Pause | Reaction::Back => None,
    });
    let beyond = bounds.map(|span| sum([span, hour])).filter(|span| *span < Elapsed::days(2));
    let spans: BTreeSet<Elapsed> = beyond.chain([hour]).collect();
    spans.into_iter().collect()
}

fn tiers(policy: &Policy) -> Vec<Option<Id<Tier>>> {
    let usual = policy.classify.as_ref().and_then(|classify| classify.otherwise);
    let usual = usual.or_else(|| policy.tiers.ids().last());
    let others = policy.tiers.ids().filter(|tier| Some(*tier) != usual).map(Some);
    [usual].into_iter().chain(others).collect()
}

/// Where the first spans of each window begin and end, region by region.
fn edges(policy: &Policy) -> Vec<Instant> {
    let horizon = policy.horizon;
    let mut found = BTreeSet::new();
    for window in policy.windows.rows() {
        for region in policy.regions_or_none() {
            if window.covers(region, None, None, None) {
                let year = Interval::new(horizon.start, horizon.start.plus(Elapsed::days(366)));
                let read = window.when.read(policy.place_of(region));
                let spans = read.occurrences(horizon.intersect(year)).into_iter().take(SPANS);
                found.extend(spans.map(|span| span.interval.start));
            }
        }
    }
    found.retain(|at| horizon.contains(*at));
    found.into_iter().collect()
}
