//! The earliest legal schedule of a release: each step of its rollout at the first instant at which the calendar lets it be,
//! with holds and soaks between, and never half-way when a freeze begins that sends it back.
//!
//! Every bound here is of one of three forms: a step not before so long after the one before it, a step only at some instants,
//! and two steps never on either side of a freeze that may not be waited through. Of schedules that keep such bounds, the
//! earliest instants of each step make a schedule that keeps them too; so pushing a step only as far as a bound asks finds it.

use super::staff::{Staff, Staffed};
use super::{Rollout, RolloutStep, Route, edges, is_closed};
use crate::calendar::{Elapsed, Instant, Interval};
use crate::decide::{About, Change, Context, Decision, Prepared, Verdict};
use crate::policy::{Action, FreezeKind, Id, Pipeline, Policy, Reaction, Region};
use rust_decimal::Decimal;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// How far ahead a schedule is looked for.
pub(super) const SPAN: Elapsed = Elapsed::days(400);

/// Seconds of a stretch in which edges are looked for together: four days.
const CHUNK: i64 = 4 * 86_400;

/// A question to the calendar that a rollout asks on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The step of the rollout, by its position; none where no pipeline carries the release out.
    pub step: Option<usize>,
    /// Regions; empty means all.
    pub regions: Vec<Id<Region>>,
    /// What for; none means everything.
    pub action: Option<Action>,
    /// How long after the ask before it, or after the start, at least.
    pub after: Elapsed,
    /// Whether the rollout may wait before it as long as it likes: nothing is half-way then.
    pub rests: bool,
    /// The share of traffic that is reached before it.
    pub reached: Decimal,
    /// Regions in which it is the first to give traffic.
    pub enters: Vec<Id<Region>>,
}

/// Whether regions are entered at any hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hours {
    /// Only in those that they call off-peak.
    OffPeak,
    /// At any.
    Any,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When the rollout starts: its first steps may ask nothing.
    pub start: Instant,
    /// When each ask is made.
    pub asks: Vec<Planned>,
    /// The earliest end.
    pub end: Instant,
}

/// An ask with its instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// When.
    pub at: Instant,
    /// What the gate answers then, with evidence as given.
    pub answer: Decision,
}

/// Why there is no schedule: the ask that finds no instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Its position among the asks.
    pub ask: usize,
    /// From when on it was looked for.
    pub from: Instant,
    /// How long holds and soaks alone take up to it.
    pub least: Elapsed,
    /// What the gate answers then.
    pub answer: Decision,
    /// Whether it is a release that comes first for which there is none.
    pub is_behind: bool,
}

impl Missed {
    /// Whether holds and soaks alone take longer than a schedule is looked for: then no calendar is to blame.
    pub fn is_too_long(&self) -> bool {
        self.least >= SPAN
    }
}

/// What a schedule is looked for with.
pub struct Planner<'a> {
    policy: &'a Policy,
    pipeline: Option<&'a Pipeline>,
    prepared: &'a Prepared<'a>,
    turns: RefCell<BTreeMap<i64, Vec<Instant>>>,
    context: Context,
    staff: Option<Staff<'a>>,
    asks: Vec<(Ask, Change)>,
    /// From the last ask to the end.
    tail: Elapsed,
}

impl Ask {
    /// The asks of a rollout, and how long it goes on after the last of them.
    pub fn of(policy: &Policy, rollout: &Rollout) -> (Vec<Self>, Elapsed) {
        let gives = |step: &RolloutStep| step.asks.is_some() && step.traffic.is_some();
        let any_traffic = rollout.steps.iter().any(gives);
        let mut entered: BTreeSet<Id<Region>> = BTreeSet::new();
        let mut last = Elapsed::ZERO;
        let mut asks = Vec::new();
        for (position, step) in rollout.steps.iter().enumerate() {
            if step.asks.is_none() {
                continue;
            }
            let regions = all_or(policy, &step.regions);
            let new = |region: &Id<Region>| (gives(step) || !any_traffic) && entered.insert(*region);
            asks.push(Self {
                step: Some(position),
                regions: step.regions.clone(),
                action: step.asks,
                after: difference(step.earliest, last),
                rests: step.begins,
                reached: step.reached,
                enters: regions.into_iter().filter(new).collect(),
            });
            last = step.earliest;
        }
        (asks, difference(rollout.shortest, last))
    }

    /// The asks of a release that no pipeline carries out: one for each step of regions, with the soak between.
    pub fn of_route(policy: &Policy, route: &Route) -> Vec<Self> {
        let everywhere = [Vec::new()];
        let plan = if route.regions.is_empty() { &everywhere[..] } else { &route.regions[..] };
        let soak = route.soak.unwrap_or(Elapsed::ZERO);
        let ask = |(position, regions): (usize, &Vec<Id<Region>>)| Self {
            step: None,
            regions: regions.clone(),
            action: None,
            after: if position == 0 { Elapsed::ZERO } else { soak },
            rests: true,
            reached: Decimal::ZERO,
            enters: all_or(policy, regions),
        };
        plan.iter().enumerate().map(ask).collect()
    }
}

impl<'a> Planner<'a> {
    /// `change` is what all steps have in common; each ask adds its regions and what it asks for.
    pub fn new(
        policy: &'a Policy,
        prepared: &'a Prepared<'a>,
        pipeline: Option<Id<Pipeline>>,
        (asks, tail): (Vec<Ask>, Elapsed),
        change: &Change,
        context: &Context,
    ) -> Self {
        let with = |ask: Ask| {
            let mut change = change.clone();
            if !ask.regions.is_empty() {
                change.regions = ask.regions.iter().map(|id| policy.regions[*id].name.clone()).collect();
            }
            if ask.action.is_some() {
                change.action = ask.action;
            }
            (ask, change)
        };
        Self {
            policy,
            pipeline: pipeline.map(|id| &policy.pipelines[id]),
            prepared,
            turns: RefCell::default(),
            context: context.clone(),
            staff: None,
            asks: asks.into_iter().map(with).collect(),
            tail,
        }
    }

    /// Lets each step wait until those are at work whose approval it misses.
    #[must_use]
    pub fn staffed(self, staff: Staff<'a>) -> Self {
        Self { staff: Some(staff), ..self }
    }

    /// The asks, in order.
    pub fn asks(&self) -> impl ExactSizeIterator<Item = &Ask> {
        self.asks.iter().map(|(ask, _)| ask)
    }

    /// The earliest schedule from the context's instant on.
    ///
    /// # Errors
    /// Where there is none within 400 days.
    pub fn earliest(&self, hours: Hours) -> Result<Plan, Box<Missed>> {
        let limit = self.context.at.plus(SPAN);
        let mut floor: Vec<Instant> = vec![self.context.at; self.asks.len()];
        let mut times: Vec<Instant> = Vec::with_capacity(self.asks.len());
        while let Some((ask, change)) = self.asks.get(times.len()) {
            let position = times.len();
            let before = times.last().copied();
            let soonest = before.unwrap_or(self.context.at).plus(ask.after);
            let soonest = floor.get(position).map_or(soonest, |floor| soonest.max(*floor));
            let found = self.opens(ask, change, soonest, limit, hours);
            let Some(at) = found else {
                let answer = self.ask(change, soonest);
                let before = self.asks.iter().take(position + 1).map(|(ask, _)| ask.after.as_seconds());
                let least = Elapsed::seconds(before.fold(0, i64::saturating_add));
                return Err(Box::new(Missed {
                    ask: position,
                    from: soonest,
                    least,
                    answer,
                    is_behind: false,
                }));
            };
            let back =
                before.filter(|_| !ask.rests).and_then(|before| self.sent_back(ask, change, before, at));
            if let (Some(back), Some(earlier)) =
                (back, position.checked_sub(1).and_then(|at| floor.get_mut(at)))
            {
                *earlier = back;
                times.pop();
                continue;
            }
            times.push(at);
        }
        let first = self.asks.first().map_or(Elapsed::ZERO, |(ask, _)| ask.after);
        let start = times.first().map_or(self.context.at, |at| at.minus(first));
        let end = times.last().copied().unwrap_or(start).plus(self.tail);
        let planned =
            |((_, change), at): (&(Ask, Change), Instant)| Planned { at, answer: self.ask(change, at) };
        Ok(Plan { start, asks: self.asks.iter().zip(times).map(planned).collect(), end })
    }

    /// That there is no schedule, since one that comes first has none.
    pub(super) fn behind_nothing(&self) -> Missed {
        let first = self.asks.first().map(|(_, change)| change.clone()).unwrap_or_default();
        let from = self.context.at;
        Missed { ask: 0, from, least: Elapsed::ZERO, answer: self.ask(&first, from), is_behind: true }
    }

    fn ask(&self, change: &Change, at: Instant) -> Decision {
        self.prepared.decide(change, &Context { at, ..self.context.clone() })
    }

    /// The first instant from `from` on at which neither the calendar nor the hour stands in the way, and everybody was at work
    /// who must approve; where they never are, they are not waited for.
    fn opens(
        &self,
        ask: &Ask,
        change: &Change,
        from: Instant,
        limit: Instant,
        hours: Hours,
    ) -> Option<Instant> {
        let mut unstaffed = None;
        let mut at = from;
        while at < limit {
            let answer = self.ask(change, at);
            let open = answer.opens_at.and_then(|open| match hours {
                Hours::Any => Some(open),
                Hours::OffPeak => self.quiet(ask, open),
            });
            let Some(open) = open else { break };
            if open > at {
                at = open;
                continue;
            }
            match self.staff.as_ref().map_or(Staffed::Yes, |staff| staff.by(&answer, at)) {
                Staffed::Yes => return Some(at),
                Staffed::Never => return unstaffed.or(Some(at)),
                Staffed::NotBefore(later) => {
                    unstaffed = unstaffed.or(Some(at));
                    at = later;
                }
            }
        }
        unstaffed
    }

    /// The first instant from `from` on that may be off-peak in every region that is entered; `from` itself where it is.
    fn quiet(&self, ask: &Ask, from: Instant) -> Option<Instant> {
        let mut at = from;
        for region in ask.enters.iter().map(|id| &self.policy.regions[*id]) {
            let Some(off_peak) = &region.off_peak else { continue };
            if off_peak.at(&region.place, from).is_none() {
                at = at.max(off_peak.next_change_after(&region.place, from)?);
            }
        }
        Some(at)
    }

    /// Where a freeze that begins between two asks sends the rollout back: how late the first of them must be instead.
    fn sent_back(&self, ask: &Ask, change: &Change, before: Instant, at: Instant) -> Option<Instant> {
        let mut turns: Vec<Instant> = vec![before];
        turns.extend(self.turns(before, at));
        let mut closed: Option<(Instant, BTreeSet<Id<FreezeKind>>)> = None;
        let mut back = None;
        for turn in turns.into_iter().chain([at]) {
            let answer = (turn < at).then(|| self.ask(change, turn)).filter(is_closed);
            match answer {
                Some(answer) => {
                    let (_, kinds) = closed.get_or_insert_with(|| (turn, BTreeSet::new()));
                    kinds.extend(blocking(self.policy, &answer));
                }
                None => {
                    if let Some((start, kinds)) = closed.take() {
                        let span = Interval::new(start, turn);
                        back =
                            back.max(kinds.iter().filter_map(|kind| self.must_start(*kind, ask, span)).max());
                    }
                }
            }
        }
        back.filter(|back| *back > before)
    }

    /// Every instant between two at which a window starts or ends: looked for once in each stretch of days, and kept.
    fn turns(&self, before: Instant, at: Instant) -> Vec<Instant> {
        let mut known = self.turns.borrow_mut();
        let chunks = before.unix().div_euclid(CHUNK)..=at.unix().div_euclid(CHUNK);
        let mut found = Vec::new();
        for chunk in chunks {
            let turns = known.entry(chunk).or_insert_with(|| {
                let start = Instant::from_unix(chunk.saturating_mul(CHUNK));
                // A second more in front: what starts at the very bound is an edge too.
                let within =
                    Interval::new(start.minus(Elapsed::seconds(1)), start.plus(Elapsed::seconds(CHUNK)));
                edges(self.policy, within).into_iter().collect()
            });
            found.extend(turns.iter().copied().filter(|turn| before < *turn && *turn < at));
        }
        found
    }

    /// How late the ask before a freeze must be, where it may not be waited through.
    fn must_start(&self, kind: Id<FreezeKind>, ask: &Ask, frozen: Interval) -> Option<Instant> {
        let answer = self.pipeline.and_then(|pipeline| pipeline.answer_to(kind, ask.reached));
        match answer.map_or(Reaction::Pause, |answer| answer.reaction) {
            Reaction::Pause => None,
            Reaction::PauseThenBack(wait) if frozen.length() <= wait => None,
            Reaction::PauseThenBack(wait) => Some(frozen.end.minus(wait)),
            // What finishes in a freeze was not planned to.
            Reaction::Finish | Reaction::Back => Some(frozen.end),
        }
    }
}

/// The kinds of freeze that block.
fn blocking(policy: &Policy, answer: &Decision) -> BTreeSet<Id<FreezeKind>> {
    let blocks = answer.reasons.iter().filter(|reason| {
        reason.verdict == Verdict::Block && matches!(reason.about, About::Window | About::OutsideOnly)
    });
    blocks.filter_map(|reason| policy.kinds.find(reason.kind.as_deref()?)).collect()
}

fn all_or(policy: &Policy, regions: &[Id<Region>]) -> Vec<Id<Region>> {
    if regions.is_empty() { policy.regions.ids().collect() } else { regions.to_vec() }
}

fn difference(one: Elapsed, two: Elapsed) -> Elapsed {
    Elapsed::seconds(one.as_seconds() - two.as_seconds())
}
