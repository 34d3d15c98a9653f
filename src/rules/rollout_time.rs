//! Rollouts and freezes: a freeze that begins half-way, and a rollout that fits between no two of them.

use super::{Rule, Subject};
use crate::calendar::{Elapsed, Instant, Interval, Zone};
use crate::code;
use crate::diag::{Diagnostic, Sink};
use crate::policy::{FreezeKind, Id, Pipeline, Policy, Reaction, Region, Ruling, Tier};
use crate::schedule::{Held, Lane, Rollout, RolloutStep, Rollouts, Route, Scope, Slot, lanes, percent};
use rust_decimal::Decimal;
use std::cell::LazyCell;
use std::collections::BTreeMap;

code!(
    pub ROLLOUT_MEETS_FREEZE,
    Warning,
    "rollout-meets-freeze",
    "a freeze that begins half-way through a rollout that does not say what it then does"
);
code!(
    pub FREEZE_HALF_WAY,
    Note,
    "freeze-half-way",
    "a rollout that waits half-way for a freeze which outlasts its patience",
    Strict
);
code!(
    pub ROLLOUT_NEVER_FITS,
    Warning,
    "rollout-never-fits",
    "a rollout that is longer than every stretch between freezes"
);

/// The rule, as a row of the room's table.
pub static RULE: Rule =
    Rule { codes: &[&ROLLOUT_MEETS_FREEZE, &FREEZE_HALF_WAY, &ROLLOUT_NEVER_FITS], check };

/// How far ahead it is looked: every need that comes once a year comes within.
const SPAN: Elapsed = Elapsed::days(366);

/// How many other regions a finding names.
const MOST_REGIONS: usize = 4;

fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let policy = subject.policy;
    let within = Interval::new(subject.now, subject.now.plus(SPAN)).intersect(policy.horizon);
    if policy.pipelines.is_empty() || within.is_empty() {
        return;
    }
    let rollouts = Rollouts::new(policy);
    let lanes = LazyCell::new(|| lanes(policy, &Scope::default(), within));
    for (id, pipeline) in policy.pipelines.iter() {
        let rollout = rollouts.of(id, &Route::default());
        let run = Run { policy, pipeline, rollout: &rollout, tiers: tiers(policy, id), now: subject.now };
        let stretches = run.stretches();
        if stretches.is_empty() {
            continue;
        }
        if let Some(finding) = run.never_fits(&lanes, within, &stretches) {
            sink.push(finding);
        } else {
            sink.extend(run.meets(&lanes, within, &stretches));
        }
    }
}

/// The tiers of what a pipeline carries out: those of its releases, or every one.
fn tiers(policy: &Policy, pipeline: Id<Pipeline>) -> Vec<Id<Tier>> {
    let own = policy.releases.rows().iter().filter(|release| release.by == Some(pipeline));
    let tiers: Vec<Id<Tier>> = own.map(|release| release.tier).collect();
    if tiers.is_empty() { policy.tiers.ids().collect() } else { tiers }
}

struct Run<'a> {
    policy: &'a Policy,
    pipeline: &'a Pipeline,
    rollout: &'a Rollout,
    tiers: Vec<Id<Tier>>,
    now: Instant,
}

/// Steps that ask, from one before which the rollout may wait to the last before the next such one.
type Stretch<'r> = Vec<(usize, &'r RolloutStep)>;

/// Where a run meets a freeze.
struct Meeting<'l> {
    /// A run that starts now or later, up to the freeze, meets it.
    from: Instant,
    region: Option<Id<Region>>,
    held: &'l Held,
    /// The number of the step, from 1, and what it is.
    number: usize,
    step: RolloutStep,
}

impl<'a> Run<'a> {
    /// Stretches in which something is half-way.
    fn stretches(&self) -> Vec<Stretch<'a>> {
        let mut found: Vec<Stretch<'a>> = Vec::new();
        for (position, step) in self.rollout.steps.iter().enumerate().filter(|(_, step)| step.asks.is_some())
        {
            match found.last_mut().filter(|_| !step.begins) {
                Some(stretch) => stretch.push((position + 1, step)),
                None => found.push(vec![(position + 1, step)]),
            }
        }
        let lasts = |stretch: &Stretch<'_>| length(stretch) > Elapsed::ZERO;
        found.into_iter().filter(lasts).collect()
    }

    /// Whether a span holds a step in a region.
    fn concerns(&self, held: &Held, region: Option<Id<Region>>, step: &RolloutStep) -> bool {
        let window = &self.policy.windows[held.window];
        let environment = self.pipeline.stages[step.stage].environment;
        let components = self.pipeline.service.map(|service| &self.policy.services[service].components);
        let shares = |scope: &Vec<_>| components.is_none_or(|own| own.iter().any(|one| scope.contains(one)));
        let here = step.regions.is_empty() || region.is_none_or(|region| step.regions.contains(&region));
        here && window.warn_until.is_none_or(|until| until <= held.span.start)
            && window.covers(None, None, environment, step.asks)
            && held.components.as_ref().is_none_or(shares)
            && self.blocks(held.kind)
    }

    fn blocks(&self, kind: Id<FreezeKind>) -> bool {
        let kind = &self.policy.kinds[kind];
        self.tiers.iter().any(|tier| matches!(kind.ruling(*tier), Some(Ruling::Block | Ruling::Except)))
    }

    fn meets(&self, lanes: &[Lane], within: Interval, stretches: &[Stretch<'_>]) -> Vec<Diagnostic> {
        let mut silent = Meetings::new();
        let mut answered = Meetings::new();
        for lane in lanes {
            for stretch in stretches {
                self.meet(lane, within, stretch, &mut silent, &mut answered);
            }
        }
        let mut found: Vec<Diagnostic> =
            silent.values().filter_map(|meetings| self.unanswered(meetings)).collect();
        answered.retain(|kind, _| !silent.contains_key(kind));
        found.extend(answered.values().filter_map(|meetings| self.answer(meetings)));
        found
    }

    /// The first freeze of each kind that a stretch runs into in a lane.
    fn meet<'l>(
        &self,
        lane: &'l Lane,
        within: Interval,
        stretch: &Stretch<'_>,
        silent: &mut Meetings<'l>,
        answered: &mut Meetings<'l>,
    ) {
        let Some((_, first)) = stretch.first() else { return };
        let mut seen: Vec<Id<FreezeKind>> = Vec::new();
        let concerned = |held: &Held| stretch.iter().any(|(_, step)| self.concerns(held, lane.region, step));
        let kinds: usize = self.policy.kinds.ids().filter(|kind| self.blocks(*kind)).count();
        for slot in lane.slots(within, concerned) {
            let Some(held) = slot.ahead.filter(|held| !seen.contains(&held.kind)) else { continue };
            let met = stretch
                .iter()
                .rev()
                .filter(|(_, step)| step.earliest > first.earliest && self.concerns(held, lane.region, step));
            let met: Vec<&(usize, &RolloutStep)> = met.collect();
            let says = |step: &RolloutStep| self.pipeline.answer_to(held.kind, step.reached).is_some();
            let unanswered = met.iter().find(|(_, step)| !says(step));
            let Some((number, step)) = unanswered.or(met.first()) else { continue };
            seen.push(held.kind);
            let opens = slot.span.start.minus(first.earliest);
            let from = slot.span.end.minus(step.earliest).max(opens);
            let meeting = Meeting { from, region: lane.region, held, number: *number, step: (*step).clone() };
            let list = if unanswered.is_some() { &mut *silent } else { &mut *answered };
            list.entry(held.kind).or_default().push(meeting);
            if seen.len() == kinds {
                break;
            }
        }
    }

    fn unanswered(&self, meetings: &[Meeting<'_>]) -> Option<Diagnostic> {
        let first = meetings.iter().min_by_key(|meeting| meeting.from)?;
        let kind = &self.policy.kinds[first.held.kind].name;
        let what = if self.pipeline.on_freeze.is_empty() {
            "does not say what it does then".to_owned()
        } else {
            format!("its `on freeze` has no answer to `{kind}` there")
        };
        let message = format!("{}, and {what}", self.meeting(first));
        let stays = format!("without an answer it pauses: {}", self.pauses(first));
        let finding = Diagnostic::new(&ROLLOUT_MEETS_FREEZE, self.pipeline.origin.span, message).note(stays);
        let help = format!(
            "say it, as in `on freeze {{ {kind}: pause 4h then roll back; otherwise pause }}`, or start earlier"
        );
        Some(self.involved(finding, first, meetings).help(help))
    }

    /// Of what is answered only patience that every such freeze outlasts is worth a word: the rest comes as it is written.
    fn answer(&self, meetings: &[Meeting<'_>]) -> Option<Diagnostic> {
        let first = meetings.iter().min_by_key(|meeting| meeting.from)?;
        let answer = self.pipeline.answer_to(first.held.kind, first.step.reached)?;
        let Reaction::PauseThenBack(wait) = answer.reaction else { return None };
        let lasts = first.held.span.length();
        if lasts <= wait {
            return None;
        }
        let does = format!(
            "it pauses for {} and then rolls back, since the freeze lasts {}",
            wait.show(),
            lasts.show()
        );
        let message = format!("{}: {does}", self.meeting(first));
        let finding = Diagnostic::new(&FREEZE_HALF_WAY, self.pipeline.origin.span, message);
        let finding = finding.also(answer.origin.span, "as is said here");
        Some(
            self.involved(finding, first, meetings)
                .help("wait for longer, say `roll back`, or start earlier"),
        )
    }

    fn meeting(&self, meeting: &Meeting<'_>) -> String {
        format!(
            "started at {} or later, `{}` meets {} at step {} of {}, {}",
            self.zone(meeting.region).show(meeting.from, self.now),
            self.pipeline.name,
            self.freeze(meeting.held),
            meeting.number,
            self.rollout.steps.len(),
            self.step(&meeting.step),
        )
    }

    fn pauses(&self, meeting: &Meeting<'_>) -> String {
        let until = self.zone(meeting.region).show(meeting.held.span.end, self.now);
        let traffic = if meeting.step.reached > Decimal::ZERO {
            format!("with {} of the traffic ", percent(meeting.step.reached))
        } else {
            String::new()
        };
        format!("it stays as it is {traffic}for {}, until {until}", meeting.held.span.length().show())
    }

    /// A finding with the window, the stage, and what holds of other regions.
    fn involved(&self, finding: Diagnostic, first: &Meeting<'_>, meetings: &[Meeting<'_>]) -> Diagnostic {
        let window = &self.policy.windows[first.held.window];
        let start = self.zone(first.region).show(first.held.span.start, self.now);
        let begins = if first.held.is_outside {
            format!("its hours end {start}")
        } else {
            format!("it begins {start}")
        };
        let stage = &self.pipeline.stages[first.step.stage];
        let mut finding = finding
            .also(stage.origin.span, "this stage asks the calendar then")
            .also(window.origin.span, begins);
        let mut regions: BTreeMap<Option<Id<Region>>, &Meeting<'_>> = BTreeMap::new();
        for meeting in meetings.iter().filter(|meeting| meeting.region != first.region) {
            let known = regions.entry(meeting.region).or_insert(meeting);
            if meeting.from < known.from {
                *known = meeting;
            }
        }
        let elsewhere: Vec<String> = regions
            .values()
            .filter_map(|meeting| {
                let region = &self.policy.regions[meeting.region?].name;
                let from = self.zone(meeting.region).show(meeting.from, self.now);
                Some(format!("`{region}`: from {from} on, {}", self.freeze(meeting.held)))
            })
            .collect();
        for line in elsewhere.iter().take(MOST_REGIONS) {
            finding = finding.note(line.clone());
        }
        match elsewhere.len().saturating_sub(MOST_REGIONS) {
            0 => finding,
            more => finding.note(format!("and {more} more regions")),
        }
    }

    fn never_fits(&self, lanes: &[Lane], within: Interval, stretches: &[Stretch<'_>]) -> Option<Diagnostic> {
        let (stretch, lane, slot) = stretches.iter().find_map(|stretch| {
            let unfit = |lane: &'_ Lane| {
                let slot = self.longest_unfit(lane, within, stretch)?;
                Some((slot.span, slot.behind.cloned(), slot.ahead.cloned()))
            };
            lanes.iter().find_map(|lane| unfit(lane).map(|slot| (stretch, lane, slot)))
        })?;
        let (span, behind, ahead) = slot;
        let ahead = ahead?;
        let place =
            lane.region.map_or(String::new(), |region| format!(" in `{}`", self.policy.regions[region].name));
        let needs = length(stretch);
        let message = format!(
            "`{}` takes at least {} from its first step that asks the calendar to its last, and{place} no stretch between freezes is longer than {}",
            self.pipeline.name,
            needs.show(),
            span.length().show(),
        );
        let mut finding = Diagnostic::new(&ROLLOUT_NEVER_FITS, self.pipeline.origin.span, message);
        if let Some(behind) = behind.filter(|behind| behind.window != ahead.window) {
            let end = if behind.is_outside {
                "the longest begins with these hours"
            } else {
                "the longest begins where this ends"
            };
            finding = finding.also(self.policy.windows[behind.window].origin.span, end);
        }
        let begin = if ahead.is_outside {
            "the longest ends with these hours"
        } else {
            "the longest ends where this begins"
        };
        finding = finding.also(self.policy.windows[ahead.window].origin.span, begin);
        let zone = self.zone(lane.region);
        Some(
            finding
                .note(format!("the longest is {}", zone.show_interval(span, self.now)))
                .help("hold for shorter, take fewer steps, or let `on freeze` pause it on purpose"),
        )
    }

    /// The longest stretch between freezes of a lane, where each is too short and what ends it may not be waited through.
    fn longest_unfit<'l>(&self, lane: &'l Lane, within: Interval, stretch: &Stretch<'_>) -> Option<Slot<'l>> {
        let concerned = |held: &Held| stretch.iter().any(|(_, step)| self.concerns(held, lane.region, step));
        let needs = length(stretch);
        let mut longest: Option<Slot<'l>> = None;
        for slot in lane.slots(within, concerned) {
            if slot.span.length() > needs {
                return None;
            }
            // What the bounds cut is longer than can be told.
            let Some(ahead) = slot.ahead.filter(|_| slot.behind.is_some()) else { continue };
            let waits = stretch.iter().skip(1).all(|(_, step)| {
                match self.pipeline.answer_to(ahead.kind, step.reached).map(|answer| answer.reaction) {
                    Some(Reaction::Pause | Reaction::Finish) => true,
                    Some(Reaction::PauseThenBack(wait)) => ahead.span.length() <= wait,
                    Some(Reaction::Back) | None => false,
                }
            });
            if waits {
                return None;
            }
            if longest.is_none_or(|known| known.span.length() < slot.span.length()) {
                longest = Some(slot);
            }
        }
        longest
    }

    fn freeze(&self, held: &Held) -> String {
        let name = &self.policy.windows[held.window].name;
        if held.is_outside { format!("the end of `{name}`") } else { format!("`{name}`") }
    }

    fn step(&self, step: &RolloutStep) -> String {
        let name = &self.pipeline.stages[step.stage].name;
        step.traffic.map_or(format!("`{name}`"), |traffic| format!("`{name}` {}", percent(traffic)))
    }

    fn zone(&self, region: Option<Id<Region>>) -> Zone {
        self.policy.place_of(region).zone
    }
}

type Meetings<'l> = BTreeMap<Id<FreezeKind>, Vec<Meeting<'l>>>;

/// From the first ask of a stretch to its last.
fn length(stretch: &Stretch<'_>) -> Elapsed {
    let offset =
        |step: Option<&(usize, &RolloutStep)>| step.map_or(0, |(_, step)| step.earliest.as_seconds());
    Elapsed::seconds(offset(stretch.last()) - offset(stretch.first()))
}
