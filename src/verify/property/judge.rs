//! Whether a rollout is one that a property speaks of, and whether it went as the property says.

use super::draft::{Tried, UnderWay};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{
    Aggregate, Check, Circumstance, Device, Expected, Happening, Id, Mode, Policy, Property, Severity,
    Situation, Stage, Switch,
};
use crate::simulate::{Event, Measured, Outcome, Timeline, What, bars};

/// The instant from which on all that a property speaks of was so; none where it was not.
pub(super) fn met(policy: &Policy, property: &Property, tried: &Tried) -> Option<Instant> {
    if tried.is_cut {
        return None;
    }
    let start = tried.timeline.start;
    let mut each = property.circumstances.iter().map(|circumstance| came(policy, circumstance, tried));
    each.try_fold(start, |latest, at| Some(latest.max(at?)))
}

/// When a circumstance came to be so.
fn came(policy: &Policy, circumstance: &Circumstance, tried: &Tried) -> Option<Instant> {
    let timeline = &tried.timeline;
    let spans = || tried.spans(policy, &circumstance.during);
    let stages = &policy.pipelines[tried.scenario.pipeline].stages;
    let named = |stage: &Id<Stage>, name: &str| stages[*stage].name == name;
    match &circumstance.situation {
        Situation::Measured(check) => {
            // A bar that says no span speaks of what is measured then, not of what some stage would make of it.
            let hold = Some(sampled(policy, check, tried.scenario.every));
            let end = tried.trace.end().unwrap_or(timeline.end);
            let so = |span: UnderWay| {
                let measured = Measured {
                    policy,
                    trace: &tried.trace,
                    regions: &[],
                    hold,
                    at: span.start,
                    assumed: &tried.scenario.assumed,
                };
                measured.first_so(check, span.last, end)
            };
            spans().into_iter().filter_map(so).min()
        }
        Situation::Fails(failing) => first(timeline, |what| match what {
            What::Failed { stage, .. } => {
                failing.is_empty() || failing.iter().any(|failing| named(failing, stage))
            }
            _ => false,
        }),
        Situation::Frozen { kinds, windows } => {
            let is_meant = |what: &What| match what {
                What::Froze { windows: met, stage, .. } => {
                    let during = &circumstance.during;
                    let is_during = during.is_empty() || during.iter().any(|during| named(during, stage));
                    let of_kind = |kind: &str| kinds.iter().any(|id| policy.kinds[*id].name == kind);
                    let is_window = |name: &str| windows.iter().any(|id| policy.windows[*id].name == name);
                    let is_any = kinds.is_empty() && windows.is_empty();
                    let is_one = is_any
                        || met
                            .iter()
                            .any(|met| met.kind.as_deref().is_some_and(of_kind) || is_window(&met.window));
                    is_during && is_one
                }
                _ => false,
            };
            first(timeline, is_meant)
        }
        Situation::Unapproved(stage) => {
            let row = &stages[*stage];
            let is_given =
                first(timeline, |what| matches!(what, What::Approved { stage } if *stage == row.name));
            if is_given.is_some() {
                return None;
            }
            let finished = |name: &str| {
                first(timeline, |what| matches!(what, What::Finished { stage } if stage == name))
            };
            let before = row.after.iter().filter(|after| after.pipeline == tried.scenario.pipeline);
            before
                .map(|after| finished(&stages[after.stage].name))
                .try_fold(timeline.start, |latest, at| Some(latest.max(at?)))
        }
        Situation::Tier(tiers) => {
            tried.scenario.assumed.tier.filter(|tier| tiers.contains(tier)).map(|_| timeline.start)
        }
    }
}

/// The span that holds as many samples as a bar without a span of its own needs: one, or two to see how fast something grows.
fn sampled(policy: &Policy, check: &Check, every: Elapsed) -> Elapsed {
    let mut grows = false;
    bars(policy, check, &mut |bar| grows |= bar.aggregate == Some(Aggregate::Rate));
    if grows { Elapsed::seconds(every.as_seconds().saturating_mul(2)) } else { every }
}

/// The first expectation that a rollout does not meet, by position, and what it came to instead.
pub(super) fn broken(
    policy: &Policy,
    property: &Property,
    tried: &Tried,
    since: Instant,
) -> Option<(usize, String)> {
    let all = property.expected.iter().enumerate();
    let mut found = all.filter_map(|(at, expected)| Some((at, instead(policy, expected, tried, since)?)));
    found.next()
}

/// What a rollout came to instead of what is expected; none where it is as expected.
fn instead(policy: &Policy, expected: &Expected, tried: &Tried, since: Instant) -> Option<String> {
    let timeline = &tried.timeline;
    match expected.mode {
        Mode::Comes => {
            let comes = expected.any.iter().filter_map(|happening| comes(policy, happening, tried)).min();
            match (comes, expected.within) {
                (Some(_), None) => None,
                (Some(at), Some(within)) if at <= since.plus(within) => None,
                (Some(at), Some(_)) => Some(format!("that comes {} after that", at.since(since).show())),
                (None, _) => Some(match expected.any.as_slice() {
                    [Happening::Turned(device, Switch::Off)] => left(*device).to_owned(),
                    [Happening::LockFree(lock)] => {
                        format!("lock {} is held at the end: {}", policy.locks[*lock].name, ended(timeline))
                    }
                    _ => ended(timeline),
                }),
            }
        }
        Mode::Never => {
            let happens =
                expected.any.iter().filter_map(|happening| happens(policy, happening, tried, since));
            let at = happens.min()?;
            Some(match at.since(since) {
                Elapsed::ZERO => "it is so at once".to_owned(),
                span => format!("it is so {} after that", span.show()),
            })
        }
    }
}

fn left(device: Device) -> &'static str {
    match device {
        Device::FrozenWrites => "writes are frozen at the end",
        Device::Throttle => "the throttle is on at the end",
        Device::Banner => "the banner is up at the end",
    }
}

/// How a rollout ended, in words.
fn ended(timeline: &Timeline) -> String {
    let stage = timeline.stage.as_ref().map_or(String::new(), |stage| format!(" at {stage}"));
    let after = |at: Instant| at.since(timeline.start).show();
    match &timeline.outcome {
        Outcome::Finished => format!("it finishes {} after it began", after(timeline.end)),
        Outcome::RolledBack { .. } => {
            let at = went_back(timeline).map_or(timeline.end, |event| event.at);
            format!("it goes back{stage}, {} after it began", after(at))
        }
        Outcome::Paused { because, .. } => format!("it is paused{stage}: {because}"),
        Outcome::Failed => format!("it fails{stage}, and what was done stays"),
        Outcome::Stuck { because } => format!("it is stuck{stage}: {because}"),
        Outcome::TraceEnds => format!("it still goes on{stage}, {} after it began", after(timeline.end)),
    }
}

/// When a rollout comes to something that then stays so; none where it does not.
fn comes(policy: &Policy, happening: &Happening, tried: &Tried) -> Option<Instant> {
    let timeline = &tried.timeline;
    let ends = |is_so: bool| is_so.then_some(timeline.end);
    let stages = &policy.pipelines[tried.scenario.pipeline].stages;
    match happening {
        Happening::Finished => ends(timeline.outcome == Outcome::Finished),
        Happening::Failed => ends(timeline.outcome == Outcome::Failed),
        Happening::Stuck => ends(matches!(timeline.outcome, Outcome::Stuck { .. })),
        Happening::Paused => matches!(timeline.outcome, Outcome::Paused { .. })
            .then(|| timeline.events.last().map_or(timeline.start, |event| event.at)),
        Happening::RolledBack => {
            matches!(timeline.outcome, Outcome::RolledBack { .. }).then(|| is_back(timeline)).flatten()
        }
        Happening::Recovered => first(timeline, |what| matches!(what, What::Recovered { .. })),
        Happening::Incident(severity) => first(timeline, |what| is_incident(policy, *severity, what)),
        Happening::Started(of) => {
            first(timeline, |what| matches!(what, What::Started { stage } if *stage == stages[*of].name))
        }
        Happening::TrafficAbove(limit) => {
            first(timeline, |what| matches!(what, What::Traffic { share, .. } if share > limit))
        }
        Happening::Turned(device, to) => {
            let last = timeline.turned.iter().rfind(|turned| turned.what == *device);
            match last {
                Some(turned) => (turned.to == *to).then_some(turned.at),
                None => (*to == Switch::Off).then_some(timeline.start),
            }
        }
        Happening::LockFree(lock) => ends(!timeline.held.contains(lock)),
    }
}

/// When something is so that must not be, from an instant on.
fn happens(policy: &Policy, happening: &Happening, tried: &Tried, since: Instant) -> Option<Instant> {
    let timeline = &tried.timeline;
    let stages = &policy.pipelines[tried.scenario.pipeline].stages;
    let later = |is_so: &dyn Fn(&What) -> bool| {
        own(timeline).find(|event| event.at >= since && is_so(&event.what)).map(|event| event.at)
    };
    match happening {
        Happening::Recovered => later(&|what| matches!(what, What::Recovered { .. })),
        Happening::Incident(severity) => later(&|what| is_incident(policy, *severity, what)),
        Happening::Started(of) => {
            later(&|what| matches!(what, What::Started { stage } if *stage == stages[*of].name))
        }
        Happening::TrafficAbove(limit) => {
            later(&|what| matches!(what, What::Traffic { share, .. } if share > limit))
        }
        Happening::Turned(device, to) => {
            let turned = || timeline.turned.iter().filter(|turned| turned.what == *device);
            let before = turned().rfind(|turned| turned.at <= since).map_or(Switch::Off, |turned| turned.to);
            let after = turned().find(|turned| turned.at > since && turned.to == *to).map(|turned| turned.at);
            if before == *to { Some(since) } else { after }
        }
        Happening::Finished
        | Happening::RolledBack
        | Happening::Paused
        | Happening::Failed
        | Happening::Stuck
        | Happening::LockFree(_) => comes(policy, happening, tried).map(|at| at.max(since)),
    }
}

fn own(timeline: &Timeline) -> impl Iterator<Item = &Event> {
    timeline.events.iter().filter(|event| event.pipeline == timeline.pipeline)
}

fn first(timeline: &Timeline, is_so: impl Fn(&What) -> bool) -> Option<Instant> {
    own(timeline).find(|event| is_so(&event.what)).map(|event| event.at)
}

fn is_incident(policy: &Policy, wanted: Option<Id<Severity>>, what: &What) -> bool {
    let wanted = wanted.map(|severity| policy.severities[severity].name.as_str());
    matches!(what, What::Incident { severity } if wanted.is_none() || severity.as_deref() == wanted)
}

fn went_back(timeline: &Timeline) -> Option<&Event> {
    own(timeline).find(|event| matches!(event.what, What::WentBack { .. }))
}

/// When a rollout is back: once the last lever that its rollback pulls has worked.
fn is_back(timeline: &Timeline) -> Option<Instant> {
    let pulled = own(timeline).filter_map(|event| match &event.what {
        What::Pulled { within, .. } => Some(event.at.plus(within.unwrap_or(Elapsed::ZERO))),
        _ => None,
    });
    pulled.max().or(went_back(timeline).map(|event| event.at))
}
