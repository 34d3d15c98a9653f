//! What proptest draws for a made-up rollout: a few things that go wrong in it, and where what the property speaks of is put. Fewer
//! and milder things are simpler, so that is how a rollout shrinks.

use super::reads::Reads;
use proptest::collection::vec;
use proptest::prelude::{BoxedStrategy, Just, Strategy};
use proptest::strategy::{Union, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sha2::{Digest, Sha256};

/// So many things go wrong at most, besides what the property speaks of.
const MOST_MISHAPS: usize = 4;

/// A rollout is made simpler in so many steps at most.
const MOST_STEPS: usize = 2000;

/// Something that goes wrong, or otherwise than usual; numbers are positions in what [`Reads`] lists, times are steps of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mishap {
    /// A command takes time.
    Took { stage: usize, span: usize },
    /// A command fails, once or each time.
    Fails { stage: usize, always: bool },
    /// An approval is late, or never given.
    Approval { stage: usize, never: bool },
    /// A fact or a probe says no.
    Denied { asked: usize },
    /// A freeze begins that no window says.
    Freeze { kind: usize, from: u32, lasts: usize },
    /// The rollout begins so long before a window does.
    Near { edge: usize, before: u32 },
    /// The change has another tier.
    Tier { tier: usize },
    /// A metric is otherwise for a while.
    Level { series: usize, level: usize, from: u32, lasts: u32 },
}

/// How a circumstance is brought about: which of several ways, when, and for how much longer than it must.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Aim {
    pub way: u32,
    pub at: u32,
    pub more: u32,
}

/// A made-up rollout, as it is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawn {
    pub aims: Vec<Aim>,
    pub mishaps: Vec<Mishap>,
}

/// Draws rollouts, the same for the same seed and property.
pub(super) struct Draws {
    strategy: BoxedStrategy<Drawn>,
    runner: TestRunner,
}

/// A rollout that was drawn, and how it can be made simpler.
pub(super) struct Draw(Box<dyn ValueTree<Value = Drawn>>);

impl Draws {
    pub fn new(reads: &Reads, circumstances: usize, seed: u64, title: &str) -> Self {
        let mut hash = Sha256::new();
        hash.update(seed.to_be_bytes());
        hash.update(title.as_bytes());
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, hash.finalize().as_slice());
        let config = Config { failure_persistence: None, ..Config::default() };
        let aim = (0..64_u32, 0..256_u32, 0..8_u32).prop_map(|(way, at, more)| Aim { way, at, more });
        let drawn = (vec(aim, circumstances), vec(mishaps(reads), 0..=MOST_MISHAPS));
        Self {
            strategy: drawn.prop_map(|(aims, mishaps)| Drawn { aims, mishaps }).boxed(),
            runner: TestRunner::new_with_rng(config, rng),
        }
    }

    /// The next rollout; none where nothing can be drawn.
    pub fn next(&mut self) -> Option<Draw> {
        self.strategy.new_tree(&mut self.runner).ok().map(|tree| Draw(Box::new(tree)))
    }
}

impl Draw {
    pub fn current(&self) -> Drawn {
        self.0.current()
    }

    /// The simplest rollout that is found of which something is still so, and in how many steps; of this one it is.
    pub fn shrunk(mut self, still: impl Fn(&Drawn) -> bool) -> (Drawn, usize) {
        let mut best = self.0.current();
        let mut steps = 0;
        let mut goes_on = self.0.simplify();
        while goes_on && steps < MOST_STEPS {
            steps += 1;
            let next = self.0.current();
            goes_on = if still(&next) {
                best = next;
                self.0.simplify()
            } else {
                self.0.complicate()
            };
        }
        (best, steps)
    }
}

/// Every sort of mishap that can be, the more telling ones more often.
fn mishaps(reads: &Reads) -> Union<BoxedStrategy<Mishap>> {
    let plan = reads.units(reads.plan).max(1);
    let index = |length: usize| 0..length.max(1);
    let mut sorts: Vec<(u32, bool, BoxedStrategy<Mishap>)> = Vec::new();
    let long = 1..=plan.clamp(2, 48);
    let series: Vec<BoxedStrategy<Mishap>> = reads
        .series
        .iter()
        .enumerate()
        .filter(|(_, row)| row.levels.len() > 1)
        .map(|(series, row)| {
            let drawn = (1..row.levels.len(), 0..=plan, long.clone());
            drawn.prop_map(move |(level, from, lasts)| Mishap::Level { series, level, from, lasts }).boxed()
        })
        .collect();
    if !series.is_empty() {
        sorts.push((6, true, Union::new(series).boxed()));
    }
    let fails = (index(reads.stages.len()), proptest::bool::ANY)
        .prop_map(|(stage, always)| Mishap::Fails { stage, always });
    sorts.push((3, !reads.stages.is_empty(), fails.boxed()));
    let took = (index(reads.stages.len()), index(reads.spans.len()))
        .prop_map(|(stage, span)| Mishap::Took { stage, span });
    sorts.push((1, !reads.stages.is_empty(), took.boxed()));
    let approval = (index(reads.approved.len()), proptest::bool::ANY)
        .prop_map(|(stage, never)| Mishap::Approval { stage, never });
    sorts.push((1, !reads.approved.is_empty(), approval.boxed()));
    let denied = index(reads.asked.len()).prop_map(|asked| Mishap::Denied { asked });
    sorts.push((1, !reads.asked.is_empty(), denied.boxed()));
    let freeze = (index(reads.kinds.len()), 0..=plan, index(reads.freezes.len()))
        .prop_map(|(kind, from, lasts)| Mishap::Freeze { kind, from, lasts });
    sorts.push((2, !reads.kinds.is_empty(), freeze.boxed()));
    let near = (index(reads.edges.len()), 0..=plan).prop_map(|(edge, before)| Mishap::Near { edge, before });
    sorts.push((2, !reads.edges.is_empty(), near.boxed()));
    let tier = (1..reads.tiers.len().max(2)).prop_map(|tier| Mishap::Tier { tier });
    sorts.push((1, reads.tiers.len() > 1, tier.boxed()));
    let mut found: Vec<(u32, BoxedStrategy<Mishap>)> =
        sorts.into_iter().filter(|(_, can_be, _)| *can_be).map(|(weight, _, sort)| (weight, sort)).collect();
    if found.is_empty() {
        // A pipeline that nothing can happen to: its tier is the usual one.
        found.push((1, Just(Mishap::Tier { tier: 0 }).boxed()));
    }
    Union::new_weighted(found)
}
