//! From what was drawn to a rollout that can be simulated.

use super::draw::Mishap;
use super::reads::{LATE, Reads};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{Id, Pipeline, Policy, Stage};
use crate::simulate::{Assumptions, Imposed, Level, Scenario, Series, Timeline, Trace, What, simulate};
use rust_decimal::Decimal;

/// A rollout is measured for longer so often, where it pauses once more.
const MOST_PAUSES: usize = 3;

/// A rollout that pauses for longer is followed no further.
const LONGEST_PAUSE: Elapsed = Elapsed::days(4);

/// A rollout that is being made up.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub pipeline: Id<Pipeline>,
    pub start: Instant,
    pub assumed: Assumptions,
    /// What metrics are for a while; later ones stand above earlier ones.
    pub painted: Vec<Painted>,
}

/// A metric that is otherwise for a while: positions in what [`Reads`] lists, and steps of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Painted {
    pub series: usize,
    pub level: usize,
    pub from: u32,
    pub lasts: u32,
}

impl Draft {
    /// A rollout in which nothing goes wrong.
    pub fn quiet(reads: &Reads, pipeline: Id<Pipeline>, start: Instant) -> Self {
        let tier = reads.tiers.first().copied().flatten();
        let assumed = Assumptions { tier, ..Assumptions::default() };
        Self { pipeline, start, assumed, painted: Vec::new() }
    }

    /// The same, with what goes wrong.
    pub fn with(mut self, reads: &Reads, mishaps: &[Mishap]) -> Self {
        // When it begins is settled first: freezes are told from there.
        for mishap in mishaps {
            if let Mishap::Near { edge, before } = *mishap
                && let Some(edge) = reads.edges.get(edge)
            {
                self.start = edge.minus(reads.span(before));
            }
        }
        for mishap in mishaps {
            self.add(reads, *mishap);
        }
        self
    }

    fn add(&mut self, reads: &Reads, mishap: Mishap) {
        let stage = |stages: &[crate::simulate::Place], at: usize| stages.get(at).copied();
        let assumed = &mut self.assumed;
        match mishap {
            Mishap::Took { stage: at, span } => {
                if let (Some(place), Some(span)) = (stage(&reads.stages, at), reads.spans.get(span)) {
                    assumed.took.insert(place, *span);
                }
            }
            Mishap::Fails { stage: at, always } => {
                if let Some(place) = stage(&reads.stages, at) {
                    assumed.failing.insert(place, if always { u32::MAX } else { 1 });
                }
            }
            Mishap::Approval { stage: at, never } => {
                if let Some(place) = stage(&reads.approved, at) {
                    assumed.approvals.insert(place, (!never).then_some(LATE));
                }
            }
            Mishap::Denied { asked } => {
                assumed.denied.extend(reads.asked.get(asked).cloned());
            }
            Mishap::Freeze { kind, from, lasts } => {
                if let (Some(kind), Some(lasts)) = (reads.kinds.get(kind), reads.freezes.get(lasts)) {
                    let from = self.start.plus(reads.span(from));
                    assumed
                        .freezes
                        .push(Imposed { kind: *kind, during: Interval::new(from, from.plus(*lasts)) });
                }
            }
            Mishap::Tier { tier } => {
                assumed.tier = reads.tiers.get(tier).copied().flatten().or(assumed.tier);
            }
            Mishap::Level { series, level, from, lasts } => {
                self.painted.push(Painted { series, level, from, lasts });
            }
            Mishap::Near { .. } => {}
        }
    }

    /// As a scenario.
    pub fn scenario(&self, reads: &Reads) -> Scenario {
        let all = reads.units(reads.lasts);
        let series = reads.series.iter().enumerate().map(|(at, row)| {
            let value = |unit: u32| -> Option<Decimal> {
                let painted = self.painted.iter().rev().find(|painted| {
                    painted.series == at
                        && (painted.from..painted.from.saturating_add(painted.lasts)).contains(&unit)
                });
                let level = painted.map_or(0, |painted| painted.level);
                row.levels.get(level).copied().flatten()
            };
            let edges = self.painted.iter().filter(|painted| painted.series == at);
            let mut edges: Vec<u32> = edges
                .flat_map(|painted| [painted.from, painted.from.saturating_add(painted.lasts)])
                .filter(|unit| *unit <= all)
                .chain([0])
                .collect();
            edges.sort_unstable();
            let mut levels: Vec<Level> = Vec::new();
            for unit in edges {
                let value = value(unit);
                if levels.last().is_none_or(|last| last.value != value) {
                    levels.push(Level { from: reads.span(unit), value });
                }
            }
            Series { metric: row.metric, side: row.side, shape: row.shape, levels }
        });
        Scenario {
            pipeline: self.pipeline,
            start: self.start,
            assumed: self.assumed.clone(),
            series: series.collect(),
            every: reads.every,
            lasts: reads.lasts,
        }
    }

    /// What would happen in it as it is so far. It is measured for longer where it pauses for a freeze: not the end of what is
    /// measured must decide.
    pub fn tried(&self, policy: &Policy, reads: &Reads) -> Tried {
        let mut tried = Tried::of(policy, self.scenario(reads));
        for _ in 0..MOST_PAUSES {
            let paused = paused(&tried.timeline);
            let lasts = Elapsed::seconds(reads.lasts.as_seconds().saturating_add(paused.as_seconds()));
            let is_cut = tried.trace.end().is_some_and(|end| tried.timeline.end >= end);
            if !is_cut || lasts <= tried.scenario.lasts {
                break;
            }
            if paused > LONGEST_PAUSE {
                tried.is_cut = true;
                break;
            }
            tried = Tried::of(policy, Scenario { lasts, ..tried.scenario });
        }
        tried
    }
}

/// How long a rollout paused for freezes that were over within what is measured.
fn paused(timeline: &Timeline) -> Elapsed {
    let mut since = None;
    let mut sum = 0_i64;
    for event in &timeline.events {
        match event.what {
            What::Froze { .. } => since = since.or(Some(event.at)),
            What::Resumed { .. } | What::WentBack { .. } => {
                let paused = since.take().map_or(0, |since| event.at.since(since).as_seconds());
                sum = sum.saturating_add(paused);
            }
            _ => {}
        }
    }
    Elapsed::seconds(sum)
}

/// A scenario that was simulated.
#[derive(Debug, Clone)]
pub(super) struct Tried {
    pub scenario: Scenario,
    pub trace: Trace,
    pub timeline: Timeline,
    /// Whether it pauses for longer than it is followed, so that nobody knows how it ends.
    pub is_cut: bool,
}

impl Tried {
    pub fn of(policy: &Policy, scenario: Scenario) -> Self {
        let trace = scenario.trace(policy);
        let timeline = simulate(&scenario.setting(policy, &trace));
        Self { scenario, trace, timeline, is_cut: false }
    }

    /// When some stages are under way, each from its start to the last instant of it; the whole rollout for none.
    pub fn spans(&self, policy: &Policy, stages: &[Id<Stage>]) -> Vec<UnderWay> {
        let timeline = &self.timeline;
        if stages.is_empty() {
            return vec![UnderWay { start: timeline.start, last: timeline.end }];
        }
        let rows = &policy.pipelines[self.scenario.pipeline].stages;
        let names = stages.iter().map(|stage| rows[*stage].name.as_str());
        names.filter_map(|name| self.span(name)).collect()
    }

    fn span(&self, name: &str) -> Option<UnderWay> {
        let timeline = &self.timeline;
        let mut own = timeline.events.iter().filter(|event| event.pipeline == timeline.pipeline);
        let start = own.find(|event| matches!(&event.what, What::Started { stage } if stage == name))?.at;
        let last = own.find_map(|event| match &event.what {
            // At the instant at which it finishes it is over; what makes it fail is still of it.
            What::Finished { stage } if stage == name => Some(event.at.minus(Elapsed::seconds(1))),
            What::Failed { stage, .. } if stage == name => Some(event.at),
            What::WentBack { .. } => Some(event.at),
            _ => None,
        });
        Some(UnderWay { start, last: last.unwrap_or(timeline.end).max(start) })
    }
}

/// When something is under way: both instants are of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct UnderWay {
    pub start: Instant,
    pub last: Instant,
}

/// A span of time from nothing to itself, for who counts in seconds.
pub(super) fn between(start: Instant, at: Instant) -> Elapsed {
    at.since(start).max(Elapsed::ZERO)
}
