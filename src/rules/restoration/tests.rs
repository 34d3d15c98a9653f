//! What the walk says against every outcome of every step, tried one after the other.

use super::walk::{self, Away, End};
use crate::policy::{Act, Origin, Step, Switch};
use crate::source::Span;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn step(act: Act, at: usize) -> Step {
    let mut sources = crate::source::Sources::new();
    let file = sources.add("t", String::new());
    Step { act, text: String::new(), origin: Origin { span: Span::new(file, at, at), line: 0 } }
}

fn acts(most: usize) -> impl Strategy<Value = Vec<Step>> {
    let act = prop_oneof![
        Just(Act::FreezeWrites),
        Just(Act::UnfreezeWrites),
        Just(Act::Pause(None)),
        Just(Act::Resume(None)),
        Just(Act::Throttle(Switch::On)),
        Just(Act::Throttle(Switch::Off)),
        Just(Act::Banner(Switch::On)),
        Just(Act::Banner(Switch::Off)),
        Just(Act::StopJobs),
        Just(Act::StartJobs),
        Just(Act::RotateCache),
        Just(Act::Pull { levers: Vec::new(), fastest: false }),
        Just(Act::Run("x".to_owned())),
        Just(Act::Hold { least: crate::calendar::Elapsed::minutes(1), recovered: None }),
        Just(Act::Hold {
            least: crate::calendar::Elapsed::minutes(1),
            recovered: Some((crate::calendar::Elapsed::minutes(2), None)),
        }),
    ];
    proptest::collection::vec(act, 0..most)
        .prop_map(|acts| acts.into_iter().enumerate().map(|(at, act)| step(act, at)).collect())
}

/// The world as the steps change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct State {
    writes: bool,
    pipeline: bool,
    throttle: bool,
    banner: bool,
    jobs: bool,
    stale: bool,
}

fn done(mut state: State, act: &Act) -> State {
    match act {
        Act::FreezeWrites => state.writes = true,
        Act::UnfreezeWrites => state.writes = false,
        Act::Pause(_) => state.pipeline = true,
        Act::Resume(_) => state.pipeline = false,
        Act::Throttle(to) => state.throttle = *to == Switch::On,
        Act::Banner(to) => state.banner = *to == Switch::On,
        Act::StopJobs => state.jobs = true,
        Act::StartJobs => state.jobs = false,
        Act::RotateCache => state.stale = false,
        Act::Pull { .. } => state.stale = true,
        _ => {}
    }
    state
}

/// Every state in which the steps can end, with whether the keys count: those that a failing pull or rotation leaves do not.
fn outcomes(steps: &[Step], finally: &[Step], state: State, found: &mut BTreeSet<(State, bool)>) {
    let mut leave = |state: State, counts: bool| {
        let last = finally.iter().fold(state, |state, step| done(state, &step.act));
        found.insert((last, counts));
    };
    let Some((first, rest)) = steps.split_first() else {
        leave(state, true);
        return;
    };
    match &first.act {
        Act::RotateCache => leave(state, false),
        Act::Pull { .. } => leave(state, true),
        // It came so far, or it did nothing.
        act => {
            leave(done(state, act), true);
            leave(state, true);
        }
    }
    outcomes(rest, finally, done(state, &first.act), found);
}

proptest! {
    #[test]
    fn the_walk_finds_what_any_outcome_leaves(steps in acts(9), finally in acts(4)) {
        let mut found = BTreeSet::new();
        outcomes(&steps, &finally, State::default(), &mut found);
        let ends = End::all(&steps);
        let away = |away| ends.iter().any(|end| walk::taken(&steps, &finally, *end, away).is_some());
        let any = |of: fn(&State) -> bool| found.iter().any(|(state, _)| of(state));
        prop_assert_eq!(away(Away::Writes), any(|state| state.writes));
        prop_assert_eq!(away(Away::Pipeline(None)), any(|state| state.pipeline));
        prop_assert_eq!(away(Away::Throttle), any(|state| state.throttle));
        prop_assert_eq!(away(Away::Banner), any(|state| state.banner));
        prop_assert_eq!(away(Away::Jobs), any(|state| state.jobs));
        let pulls = |act: &Act| matches!(act, Act::Pull { .. });
        let stale = ends.iter().any(|end| walk::stale(&steps, &finally, *end, pulls).is_some());
        prop_assert_eq!(stale, found.iter().any(|(state, counts)| *counts && state.stale));
    }

    #[test]
    fn a_path_names_a_step_that_takes(steps in acts(9), finally in acts(4)) {
        for end in End::all(&steps) {
            if let Some(taker) = walk::taken(&steps, &finally, end, Away::Writes) {
                let taker = steps.iter().chain(&finally).nth(taker).unwrap();
                prop_assert_eq!(walk::takes(&taker.act), Some(Away::Writes));
            }
        }
    }
}
