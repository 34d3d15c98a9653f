//! The search for deadlocks against playing every order through: thousands of small systems, no miss and no false alarm, and every
//! trace is a run, ends where nobody gets on, and takes no more locks than it must.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails loudly")]

mod build;
mod generate;
mod oracle;
mod size;
#[path = "../support/mod.rs"]
mod support;

use build::{Draft, policy};
use opsc::graph::{Answer, Deadlock, What, deadlocks};
use oracle::{Game, Move, State};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::cell::RefCell;
use support::law;

/// More states than this are not played through.
const MOST: usize = 2_500;

fn move_of(what: What) -> Option<Move> {
    let run = |run: opsc::graph::Run| (run.pipeline.index(), run.number as usize);
    match what {
        What::Takes(at, stage) => Some(Move::Take(run(at), stage.index())),
        What::Starts(at, stage) => Some(Move::Start(run(at), stage.index())),
        What::Finishes(at, stage) => Some(Move::Finish(run(at), stage.index())),
        What::Begins(_) | What::Ends(_) | What::Ready(_) => None,
    }
}

/// Plays a trace: the state at its end and how many locks it took.
fn replay(game: &Game<'_>, found: &Deadlock) -> Result<(State, usize), TestCaseError> {
    let mut state = State::default();
    let mut takes = 0;
    for step in &found.steps {
        let Some(what) = move_of(step.what) else { continue };
        let (run, stage) = match what {
            Move::Take(run, stage) | Move::Start(run, stage) | Move::Finish(run, stage) => (run, stage),
        };
        let mut moves = Vec::new();
        if step.takes.is_some() {
            takes += 1;
            moves.push(Move::Take(run, stage));
        }
        if !matches!(what, Move::Take(..)) {
            moves.push(what);
        }
        for what in moves {
            prop_assert!(game.moves(&state).contains(&what), "{what:?} cannot happen in {state:?}");
            state = game.after(&state, what);
        }
    }
    Ok((state, takes))
}

/// Whether a system gets stuck; none where there is too much to play through.
fn judge(draft: &Draft) -> Result<Option<bool>, TestCaseError> {
    let game = Game::new(draft);
    let Some(played) = game.play(State::default(), MOST) else { return Ok(None) };
    let answers = deadlocks(&policy(draft));
    let mut fewest = None;
    for answer in &answers {
        let Answer::Deadlock(found) = answer else {
            return Err(TestCaseError::fail(format!("not decided: {answer:?}")));
        };
        let (state, takes) = replay(&game, found)?;
        fewest = Some(fewest.map_or(takes, |fewest: usize| fewest.min(takes)));
        let Some(rest) = game.play(state, MOST) else { continue };
        prop_assert!(!found.circle.is_empty());
        for (at, wait) in found.circle.iter().enumerate() {
            prop_assert_eq!(wait.of, found.circle[(at + 1) % found.circle.len()].who);
        }
        for wait in found.circle.iter().chain(&found.beside) {
            let happens = match move_of(wait.who) {
                Some(Move::Start(run, stage)) => rest.started.contains(&(run, stage)),
                Some(Move::Finish(run, stage)) => rest.finished.contains(&(run, stage)),
                Some(Move::Take(run, stage)) => rest.started.contains(&(run, stage)),
                None => false,
            };
            prop_assert!(!happens, "{:?} goes on after all: {found:#?}", wait.who);
        }
    }
    prop_assert_eq!(played.gets_stuck, !answers.is_empty(), "{:#?}", answers);
    prop_assert_eq!(played.fewest, fewest, "{:#?}", answers);
    Ok(Some(played.gets_stuck))
}

#[test]
fn what_gets_stuck_is_found_and_nothing_else() {
    let judged = RefCell::new(Vec::new());
    let settings = law(80);
    let cases = settings.cases as usize;
    let tried = TestRunner::new(settings).run(&generate::draft(), |draft| {
        let stuck = judge(&draft)?;
        judged.borrow_mut().extend(stuck);
        Ok(())
    });
    tried.unwrap_or_else(|error| panic!("{error}"));
    // Systems that are worth trying: most can be played through, and some get stuck and some do not.
    let judged = judged.into_inner();
    let stuck = judged.iter().filter(|stuck| **stuck).count();
    assert!(judged.len() * 4 > cases * 3, "only {} of {cases} can be played through", judged.len());
    assert!((cases / 5..cases * 4 / 5).contains(&stuck), "{stuck} of {cases} get stuck");
}
