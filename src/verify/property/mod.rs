//! Properties: what must be so of every rollout that meets a condition, tried on rollouts that are made up. A rollout that breaks one
//! is made as simple as it can be. Tested, not proved; the same seed tries the same rollouts.

mod aim;
mod draft;
mod draw;
mod judge;
mod levels;
mod reads;
mod words;

pub use words::{BAD_REGRESSION, PROPERTY_FAILED, PROPERTY_OF_NOTHING, PROPERTY_UNDECIDED, bad_regression};

use crate::calendar::{Elapsed, Instant};
use crate::policy::{Policy, Property};
use crate::simulate::{Scenario, Timeline, What};
use draft::{Draft, Tried};
use draw::{Drawn, Draws};
use reads::Reads;

/// For each rollout that meets a condition so many are drawn at most.
const MOST_DRAWS: usize = 4;

/// So many instants are looked at for one at which nothing holds a rollout.
const MOST_STARTS: i64 = 60;

/// How properties are tried.
#[derive(Debug, Clone, Copy)]
pub struct Trying {
    /// What rollouts follow from, with the title of the property.
    pub seed: u64,
    /// How many rollouts that meet its condition are tried.
    pub cases: usize,
}

/// What trying one property gave.
#[derive(Debug)]
pub struct PropertyRun<'p> {
    /// The property.
    pub property: &'p Property,
    /// What the rollouts followed from.
    pub seed: u64,
    /// How many rollouts of earlier failures were tried first.
    pub saved: usize,
    /// How many were drawn.
    pub drawn: usize,
    /// How many of all met what the property speaks of.
    pub met: usize,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of trying a property.
#[derive(Debug)]
pub enum Verdict {
    /// Every rollout that met its condition went as it says.
    Held,
    /// No rollout met its condition.
    Nothing,
    /// The budget was used up first.
    CutShort,
    /// A rollout went otherwise.
    Broken(Box<Counterexample>),
}

/// A rollout that went otherwise than a property says.
#[derive(Debug)]
pub struct Counterexample {
    /// The rollout.
    pub scenario: Scenario,
    /// What happens in it.
    pub timeline: Timeline,
    /// When all that the property speaks of was so.
    pub since: Instant,
    /// The expectation that it breaks, by position.
    pub expected: usize,
    /// What it came to instead, in words.
    pub found: String,
    /// Where it is from.
    pub from: Source,
}

/// Where a rollout is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It broke the property before, and was kept: its position.
    Saved(usize),
    /// It was drawn, and made simpler.
    Drawn {
        /// Which of those drawn, from 1.
        number: usize,
        /// In how many steps it was made simpler.
        steps: usize,
    },
}

impl PropertyRun<'_> {
    /// Whether it held as far as it was tried.
    pub fn passed(&self) -> bool {
        matches!(self.verdict, Verdict::Held)
    }

    /// The rollout that broke it.
    pub fn broken(&self) -> Option<&Counterexample> {
        match &self.verdict {
            Verdict::Broken(found) => Some(found),
            Verdict::Held | Verdict::Nothing | Verdict::CutShort => None,
        }
    }
}

/// Tries a property: the rollouts that broke it before, then drawn ones until so many met its condition, one breaks it, or
/// `is_over`.
pub fn try_property<'p>(
    policy: &Policy,
    property: &'p Property,
    saved: &[Scenario],
    trying: Trying,
    is_over: &dyn Fn() -> bool,
) -> PropertyRun<'p> {
    let mut run = PropertyRun {
        property,
        seed: trying.seed,
        saved: saved.len(),
        drawn: 0,
        met: 0,
        verdict: Verdict::Held,
    };
    for (position, scenario) in saved.iter().enumerate() {
        let tried = Tried::of(policy, scenario.clone());
        let Some(since) = judge::met(policy, property, &tried) else { continue };
        run.met += 1;
        if let Some(found) = counterexample(policy, property, tried, since, Source::Saved(position)) {
            run.verdict = Verdict::Broken(Box::new(found));
            return run;
        }
    }
    let before = run.met;
    let maker = Maker::new(policy, property);
    let mut draws = Draws::new(&maker.reads, property.circumstances.len(), trying.seed, &property.name);
    while run.met - before < trying.cases && run.drawn < trying.cases.saturating_mul(MOST_DRAWS) {
        if is_over() {
            run.verdict = Verdict::CutShort;
            return run;
        }
        let Some(draw) = draws.next() else { break };
        run.drawn += 1;
        let drawn = draw.current();
        let tried = maker.tried(&drawn);
        let Some(since) = judge::met(policy, property, &tried) else { continue };
        run.met += 1;
        let Some((expected, _)) = judge::broken(policy, property, &tried, since) else { continue };
        let still = |drawn: &Drawn| !is_over() && maker.breaks(drawn) == Some(expected);
        let (simplest, steps) = draw.shrunk(still);
        let tried = maker.tried(&simplest);
        let source = Source::Drawn { number: run.drawn, steps };
        if let Some(since) = judge::met(policy, property, &tried)
            && let Some(found) = counterexample(policy, property, tried, since, source)
        {
            run.verdict = Verdict::Broken(Box::new(found));
        }
        return run;
    }
    if run.met == 0 {
        run.verdict = Verdict::Nothing;
    }
    run
}

fn counterexample(
    policy: &Policy,
    property: &Property,
    tried: Tried,
    since: Instant,
    from: Source,
) -> Option<Counterexample> {
    let (expected, found) = judge::broken(policy, property, &tried, since)?;
    Some(Counterexample { scenario: tried.scenario, timeline: tried.timeline, since, expected, found, from })
}

/// Makes rollouts of a property.
struct Maker<'a> {
    policy: &'a Policy,
    property: &'a Property,
    reads: Reads,
    quiet: Draft,
}

impl<'a> Maker<'a> {
    fn new(policy: &'a Policy, property: &'a Property) -> Self {
        let reads = Reads::of(policy, property);
        let at = |hours: i64| policy.horizon.start.plus(Elapsed::hours(hours));
        let draft = |start: Instant| Draft::quiet(&reads, property.pipeline, start);
        let is_quiet = |draft: &Draft| {
            let events = draft.tried(policy, &reads).timeline.events;
            !events.iter().any(|event| matches!(event.what, What::Froze { .. }))
        };
        let mut starts = (0..MOST_STARTS).map(|number| draft(at(9 + number * 17)));
        let quiet = starts.find(is_quiet).unwrap_or_else(|| draft(at(9)));
        Self { policy, property, reads, quiet }
    }

    /// What was drawn, made up and simulated.
    fn tried(&self, drawn: &Drawn) -> Tried {
        let mut draft = self.quiet.clone().with(&self.reads, &drawn.mishaps);
        for (circumstance, aim) in self.property.circumstances.iter().zip(&drawn.aims) {
            aim::aim(self.policy, &self.reads, &mut draft, circumstance, *aim);
        }
        draft.tried(self.policy, &self.reads)
    }

    /// The expectation that it breaks, where it is a rollout that the property speaks of.
    fn breaks(&self, drawn: &Drawn) -> Option<usize> {
        let tried = self.tried(drawn);
        let since = judge::met(self.policy, self.property, &tried)?;
        judge::broken(self.policy, self.property, &tried, since).map(|(expected, _)| expected)
    }
}
