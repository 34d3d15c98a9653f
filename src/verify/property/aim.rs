//! Brings about what a property speaks of: a condition that is rarely met by chance is made to be met, and then looked for.

use super::draft::{Draft, Painted, between};
use super::draw::Aim;
use super::levels::{holds_anybody, meets};
use super::reads::Reads;
use crate::calendar::{Elapsed, Instant, Interval};
use crate::policy::{
    Aggregate, Bar, Check, Circumstance, Condition, FreezeKind, Id, Policy, Ruling, Situation, Stage, Tier,
    Window,
};
use crate::simulate::{Imposed, Shape, Side, What, bars};

/// The rollout with a circumstance put into it, as far as that can be.
pub(super) fn aim(policy: &Policy, reads: &Reads, draft: &mut Draft, circumstance: &Circumstance, aim: Aim) {
    match &circumstance.situation {
        Situation::Tier(tiers) => {
            if !draft.assumed.tier.is_some_and(|tier| tiers.contains(&tier)) {
                draft.assumed.tier = pick(tiers, aim.way);
            }
        }
        Situation::Unapproved(stage) => {
            draft.assumed.approvals.insert((draft.pipeline, *stage), None);
        }
        Situation::Fails(stages) => {
            let all: Vec<Id<Stage>> = policy.pipelines[draft.pipeline].stages.ids().collect();
            if let Some(stage) = pick(if stages.is_empty() { &all } else { stages }, aim.way) {
                draft.assumed.failing.insert((draft.pipeline, stage), u32::MAX);
            }
        }
        Situation::Frozen { kinds, windows } => {
            freeze(policy, reads, draft, circumstance, (kinds, windows), aim)
        }
        Situation::Measured(check) => measured(policy, reads, draft, circumstance, check, aim),
    }
}

fn pick<T: Copy>(from: &[T], way: u32) -> Option<T> {
    let at = (way as usize).checked_rem(from.len())?;
    from.get(at).copied()
}

/// Makes a check so while the circumstance's stages are under way.
fn measured(
    policy: &Policy,
    reads: &Reads,
    draft: &mut Draft,
    circumstance: &Circumstance,
    check: &Check,
    aim: Aim,
) {
    let spans = draft.tried(policy, reads).spans(policy, &circumstance.during);
    let Some(span) = pick(&spans, aim.way) else { return };
    let (mut over, mut lasting) = (Elapsed::ZERO, Elapsed::ZERO);
    bars(policy, check, &mut |bar| {
        over = over.max(bar.over.unwrap_or(Elapsed::ZERO));
        lasting = lasting.max(bar.sustained.unwrap_or(Elapsed::ZERO));
    });
    let (over, lasting) = (reads.units(over), reads.units(lasting));
    let first = reads.units(between(draft.start, span.start));
    let length = reads.units(between(span.start, span.last));
    // What is aggregated may be filled before the stage begins, or from then on.
    let from = first.saturating_add(aim.at % (length + over + 1)).saturating_sub(over);
    let lasts = over + lasting + 1 + aim.more;
    let mut goals = Goals { policy, reads, way: aim.way as usize, levels: Vec::new() };
    goals.seek(check, true, draft);
    let painted = goals.levels.into_iter();
    draft.painted.extend(painted.map(|(series, level)| Painted { series, level, from, lasts }));
}

/// What metrics must be for a check to be so, or not.
struct Goals<'a> {
    policy: &'a Policy,
    reads: &'a Reads,
    way: usize,
    levels: Vec<(usize, usize)>,
}

impl Goals<'_> {
    fn seek(&mut self, check: &Check, so: bool, draft: &mut Draft) {
        match (check, so) {
            (Check::All(parts), true) | (Check::Any(parts), false) => {
                parts.iter().for_each(|part| self.seek(part, so, draft));
            }
            (Check::All(parts), false) | (Check::Any(parts), true) => {
                if let Some(part) = self.way.checked_rem(parts.len()).and_then(|at| parts.get(at)) {
                    self.way /= parts.len();
                    self.seek(part, so, draft);
                }
            }
            (Check::Not(part), _) => self.seek(part, !so, draft),
            (Check::Bar(bar), _) => self.bar(bar, so),
            (Check::Gate(gate, _), _) => {
                let parts =
                    self.policy.gates[*gate].requires.iter().map(|bound| bound.check.clone()).collect();
                self.seek(&Check::All(parts), so, draft);
            }
            (Check::Probe(name, _), _) => deny(draft, name, !so),
            (Check::Evidence(condition), _) => evidence(self.policy, condition, so, draft),
        }
    }

    /// Of the levels that are on the wanted side of a bar, the mildest first.
    fn bar(&mut self, bar: &Bar, so: bool) {
        let series = &self.reads.series;
        let is_own = |side: Side| series.iter().position(|row| row.metric == bar.metric && row.side == side);
        let Some((at, row)) = is_own(Side::Change).and_then(|at| Some((at, series.get(at)?))) else { return };
        let grows = bar.aggregate == Some(Aggregate::Rate);
        if grows != (row.shape == Shape::Growth) {
            return;
        }
        let usual = is_own(Side::Baseline).and_then(|at| series.get(at)?.levels.first().copied().flatten());
        let usual = usual.unwrap_or_default();
        let fitting: Vec<usize> = row
            .levels
            .iter()
            .enumerate()
            .filter(|(_, level)| level.is_some_and(|value| meets(bar, value, usual) == so))
            .map(|(level, _)| level)
            .collect();
        if let Some(level) = self.way.checked_rem(fitting.len()).and_then(|pick| fitting.get(pick)) {
            self.levels.push((at, *level));
        }
    }
}

fn deny(draft: &mut Draft, name: &str, says_no: bool) {
    if says_no {
        draft.assumed.denied.insert(name.to_owned());
    } else {
        draft.assumed.denied.remove(name);
    }
}

fn evidence(policy: &Policy, condition: &Condition, so: bool, draft: &mut Draft) {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| evidence(policy, part, so, draft));
        }
        Condition::Not(part) => evidence(policy, part, !so, draft),
        Condition::Holds(fact, _)
        | Condition::Compare(fact, ..)
        | Condition::Sustained(fact, ..)
        | Condition::OneOf(fact, ..) => deny(draft, &policy.facts[*fact].name, !so),
        Condition::Approval(rule, _) => deny(draft, &policy.approvals[*rule].name, !so),
        Condition::TierIn(tiers, _) if so => draft.assumed.tier = tiers.first().copied(),
        Condition::TierIn(..) | Condition::Approved(_) => {}
    }
}

/// Lets a freeze begin before one of the steps that ask the calendar: one that is made up, or a window, by when the rollout begins.
fn freeze(
    policy: &Policy,
    reads: &Reads,
    draft: &mut Draft,
    circumstance: &Circumstance,
    (kinds, windows): (&[Id<FreezeKind>], &[Id<Window>]),
    aim: Aim,
) {
    let tried = draft.tried(policy, reads);
    let timeline = &tried.timeline;
    let stages = &policy.pipelines[draft.pipeline].stages;
    let is_meant = |name: &str| {
        let during = &circumstance.during;
        during.is_empty() || during.iter().any(|stage| stages[*stage].name == name)
    };
    let own = timeline.events.iter().filter(|event| event.pipeline == timeline.pipeline);
    let asks = own.filter(|event| match &event.what {
        What::Traffic { stage, .. } | What::Entered { by: stage, .. } | What::Froze { stage, .. } => {
            is_meant(stage)
        }
        _ => false,
    });
    let mut asks: Vec<Instant> = asks.map(|event| event.at).collect();
    asks.dedup();
    let Some(at) = pick(&asks, aim.at) else { return };
    let tier = draft.assumed.tier;
    if !windows.is_empty() {
        let edges: Vec<Instant> = windows.iter().flat_map(|window| edges(policy, *window)).collect();
        if let Some(edge) = pick(&edges, aim.way) {
            let after = between(draft.start, at);
            draft.start = edge.minus(after);
        }
        return;
    }
    let holding: Vec<Id<FreezeKind>> = policy
        .kinds
        .iter()
        .filter(|(id, kind)| (kinds.is_empty() || kinds.contains(id)) && holds(kind, tier))
        .map(|(id, _)| id)
        .collect();
    let lasts = pick(&reads.freezes, aim.more).unwrap_or(Elapsed::hours(1));
    if let Some(kind) = pick(&holding, aim.way) {
        draft.assumed.freezes.push(Imposed { kind, during: Interval::new(at, at.plus(lasts)) });
    }
}

fn holds(kind: &FreezeKind, tier: Option<Id<Tier>>) -> bool {
    match tier.and_then(|tier| kind.ruling(tier)) {
        Some(Ruling::Admit { .. }) => false,
        Some(Ruling::Except | Ruling::Block) => true,
        None => holds_anybody(kind),
    }
}

/// Where a window begins, in the first year of the horizon and in every region.
fn edges(policy: &Policy, window: Id<Window>) -> Vec<Instant> {
    let window = &policy.windows[window];
    let horizon = policy.horizon;
    let year = horizon.intersect(Interval::new(horizon.start, horizon.start.plus(Elapsed::days(366))));
    let covered = policy.regions_or_none().filter(|region| window.covers(*region, None, None, None));
    let spans = covered.flat_map(|region| {
        let read = window.when.read(policy.place_of(region));
        let spans = read.occurrences(year);
        let spans = if spans.is_empty() { read.occurrences(horizon) } else { spans };
        spans.into_iter().take(8).map(|span| span.interval.start).collect::<Vec<_>>()
    });
    let mut found: Vec<Instant> = spans.collect();
    found.sort_unstable();
    found.dedup();
    found
}
