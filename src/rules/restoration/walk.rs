//! Every way in which a list of steps can end, and what is away then.
//!
//! A step that fails leaves the rest undone, and nobody knows how far it came: what it takes may be away, what it gives back may
//! not be there. So does a `hold` that ends in its incident, only that the hold itself takes nothing. What stands in `finally` is done
//! then, each step whether or not another fails; a step there that fails itself is for a hand to repeat, and is not held against
//! the policy. The ways are as many as there are steps, so that this is linear in them for each thing that can be away.

use crate::policy::{Act, Id, Pipeline, Step, Switch};

/// What a step can take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Away {
    /// Writes are refused
    Writes,
    /// A pipeline takes no further step
    Pipeline(Option<Id<Pipeline>>),
    /// Less is taken on than could be
    Throttle,
    /// A banner is up
    Banner,
    /// Jobs do not run
    Jobs,
}

/// How the steps end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    /// Each was done
    Done,
    /// The hold at this place ends in its incident
    Incident(usize),
    /// The step at this place fails
    Fails(usize),
}

impl End {
    /// Every way in which these steps can end: the best first, then incidents, then failures.
    pub(super) fn all(steps: &[Step]) -> Vec<Self> {
        let is_incident = |step: &Step| matches!(&step.act, Act::Hold { recovered: Some(_), .. });
        let incidents = (0..steps.len()).filter(|at| steps.get(*at).is_some_and(is_incident));
        let mut ends = vec![Self::Done];
        ends.extend(incidents.map(Self::Incident));
        ends.extend((0..steps.len()).map(Self::Fails));
        ends
    }

    /// How many steps are done before it.
    pub(super) fn done(self, steps: &[Step]) -> usize {
        match self {
            Self::Done => steps.len(),
            Self::Incident(at) | Self::Fails(at) => at,
        }
    }
}

/// What a step takes away.
pub(super) fn takes(act: &Act) -> Option<Away> {
    Some(match act {
        Act::FreezeWrites => Away::Writes,
        Act::Pause(pipeline) => Away::Pipeline(*pipeline),
        Act::Throttle(Switch::On) => Away::Throttle,
        Act::Banner(Switch::On) => Away::Banner,
        Act::StopJobs => Away::Jobs,
        _ => return None,
    })
}

/// What a step gives back.
pub(super) fn gives(act: &Act) -> Option<Away> {
    Some(match act {
        Act::UnfreezeWrites => Away::Writes,
        Act::Resume(pipeline) => Away::Pipeline(*pipeline),
        Act::Throttle(Switch::Off) => Away::Throttle,
        Act::Banner(Switch::Off) => Away::Banner,
        Act::StartJobs => Away::Jobs,
        _ => return None,
    })
}

/// The last step that took `away` before this end, where it is away still when `finally` is done: its place in both lists,
/// one behind the other.
pub(super) fn taken(steps: &[Step], finally: &[Step], end: End, away: Away) -> Option<usize> {
    let done = end.done(steps);
    let mut taker = None;
    for (at, step) in steps.iter().enumerate().take(done) {
        follow(&mut taker, at, step, away);
    }
    if let End::Fails(at) = end
        && let Some(step) = steps.get(at)
        && takes(&step.act) == Some(away)
    {
        taker = Some(at);
    }
    for (at, step) in finally.iter().enumerate() {
        follow(&mut taker, steps.len() + at, step, away);
    }
    taker
}

fn follow(taker: &mut Option<usize>, at: usize, step: &Step, away: Away) {
    if takes(&step.act) == Some(away) {
        *taker = Some(at);
    } else if gives(&step.act) == Some(away) {
        *taker = None;
    }
}

/// The pull before this end after which keys were not rotated, where they are not when `finally` is done either. A pull or a
/// rotation that fails itself is left out: nothing in the policy could do better.
pub(super) fn stale(
    steps: &[Step],
    finally: &[Step],
    end: End,
    needs: impl Fn(&Act) -> bool,
) -> Option<usize> {
    if let End::Fails(at) = end
        && steps.get(at).is_some_and(|step| matches!(step.act, Act::RotateCache))
    {
        return None;
    }
    let mut pull = None;
    let done = steps.iter().enumerate().take(end.done(steps));
    let behind = finally.iter().enumerate().map(|(at, step)| (steps.len() + at, step));
    for (at, step) in done.chain(behind) {
        if needs(&step.act) {
            pull = Some(at);
        } else if matches!(step.act, Act::RotateCache) {
            pull = None;
        }
    }
    pull
}
