//! The waiting of pipelines as one would play it through with pencil and paper: every order of everything, one move at a time.
//!
//! Written from the definition alone; it shares nothing with what it judges but the draft.

use crate::build::{Draft, Step, started};
use opsc::policy::StageKind;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A lock, or a component that one pipeline has to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thing {
    Lock(usize),
    Component(usize),
}

/// A run of a pipeline.
pub type Run = (usize, usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Move {
    Take(Run, usize),
    Start(Run, usize),
    Finish(Run, usize),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct State {
    pub taken: BTreeMap<(Run, usize), usize>,
    pub started: BTreeSet<(Run, usize)>,
    pub finished: BTreeSet<(Run, usize)>,
    /// Who has what, and at the end of which stage it comes back; none: of the last.
    held: BTreeMap<Thing, (Run, Option<usize>)>,
}

pub struct Game<'d> {
    draft: &'d Draft,
    pub runs: Vec<Run>,
    /// By called run: the stages of runs that call it.
    callers: BTreeMap<Run, Vec<(Run, usize)>>,
    /// By calling stage of a run and pipeline named there: the run it waits for.
    called: BTreeMap<(Run, usize, usize), Run>,
    /// What never changes while it is played, worked out once: what each stage takes, and who starts each component.
    wanted: BTreeMap<(Run, usize), Vec<Wanted>>,
    starters: Vec<Vec<(Run, usize)>>,
}

/// What a stage takes, with the stage at whose end it comes back.
type Wanted = (Thing, Option<usize>);

impl<'d> Game<'d> {
    /// Calls must not go round.
    pub fn new(draft: &'d Draft) -> Self {
        let mut game = Self {
            draft,
            runs: Vec::new(),
            callers: BTreeMap::new(),
            called: BTreeMap::new(),
            wanted: BTreeMap::new(),
            starters: Vec::new(),
        };
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        while counts.len() < draft.pipelines.len() {
            for (pipeline, line) in draft.pipelines.iter().enumerate() {
                let sites = game.sites(pipeline);
                if counts.contains_key(&pipeline) || !sites.iter().all(|site| counts.contains_key(&site.0)) {
                    continue;
                }
                let calls: usize = sites.iter().map(|site| counts[&site.0]).sum();
                let most = line.runs.max(1) as usize;
                let count = if sites.is_empty() { most } else { most.min(calls) };
                counts.insert(pipeline, count);
                game.runs.extend((0..count).map(|number| (pipeline, number)));
                let mut next = 0;
                for (caller, stage, at) in sites {
                    for number in 0..counts[&caller] {
                        let run = (pipeline, next % count);
                        next += 1;
                        game.callers.entry(run).or_default().push(((caller, number), stage));
                        game.called.insert(((caller, number), stage, at), run);
                    }
                }
            }
        }
        game.runs.sort_unstable();
        let stages: Vec<(Run, usize)> = game.stages().collect();
        game.wanted = stages.iter().map(|at| (*at, game.wants(at.0, at.1))).collect();
        let starters = |component: usize| {
            stages.iter().copied().filter(|at| game.starts(at.0, at.1).contains(&component)).collect()
        };
        game.starters = (0..draft.components.len()).map(starters).collect();
        game
    }

    fn sites(&self, called: usize) -> Vec<(usize, usize, usize)> {
        let mut sites = Vec::new();
        for (pipeline, line) in self.draft.pipelines.iter().enumerate() {
            for (stage, step) in line.stages.iter().enumerate() {
                for (at, other) in step.calls.iter().enumerate() {
                    if *other == called {
                        sites.push((pipeline, stage, at));
                    }
                }
            }
        }
        sites
    }

    fn step(&self, run: Run, stage: usize) -> &Step {
        &self.draft.pipelines[run.0].stages[stage]
    }

    fn is_root(&self, pipeline: usize, stage: usize) -> bool {
        self.draft.pipelines[pipeline].stages[stage].after.iter().all(|(other, _)| *other != pipeline)
    }

    fn first(&self, pipeline: usize) -> Option<usize> {
        (0..self.draft.pipelines[pipeline].stages.len()).find(|stage| self.is_root(pipeline, *stage))
    }

    fn all_callers(&self, pipeline: usize) -> BTreeSet<usize> {
        let direct: BTreeSet<usize> = self.sites(pipeline).into_iter().map(|site| site.0).collect();
        direct.iter().flat_map(|caller| self.all_callers(*caller)).chain(direct.iter().copied()).collect()
    }

    /// The components that a pipeline takes for itself, and from which stage.
    fn claims(&self, pipeline: usize) -> Option<(usize, Vec<usize>)> {
        let stages = |pipeline: usize| &self.draft.pipelines[pipeline].stages;
        let of = |pipeline: usize, kind| stages(pipeline).iter().position(|step| step.kind == Some(kind));
        let from = |pipeline| of(pipeline, StageKind::Migrate).or_else(|| of(pipeline, StageKind::Deploy));
        let wants = |pipeline: usize, component: &usize| {
            self.draft.pipelines[pipeline].service.contains(component)
                && from(pipeline).is_some()
                && self
                    .all_callers(pipeline)
                    .iter()
                    .all(|caller| !self.draft.pipelines[*caller].service.contains(component))
        };
        let shared = (0..self.draft.components.len()).filter(|component| {
            wants(pipeline, component)
                && (0..self.draft.pipelines.len()).any(|other| other != pipeline && wants(other, component))
        });
        Some((from(pipeline)?, shared.collect()))
    }

    /// What a stage takes, in order, each with the stage at whose end it comes back.
    fn wants(&self, run: Run, stage: usize) -> Vec<Wanted> {
        let line = &self.draft.pipelines[run.0];
        let mut wanted = Vec::new();
        if self.first(run.0) == Some(stage) {
            wanted.extend(line.holds.iter().map(|lock| (Thing::Lock(*lock), None)));
        }
        if let Some((from, components)) = self.claims(run.0)
            && from == stage
        {
            let promote = line.stages.iter().rposition(|step| step.kind == Some(StageKind::Promote));
            wanted.extend(components.into_iter().map(|component| (Thing::Component(component), promote)));
        }
        let holds = &self.step(run, stage).holds;
        wanted.extend(holds.iter().map(|(lock, until)| (Thing::Lock(*lock), Some(until.unwrap_or(stage)))));
        wanted
    }

    fn is_ready(&self, state: &State, component: usize, above: &mut Vec<usize>) -> bool {
        if above.contains(&component) {
            return false;
        }
        let starters = &self.starters[component];
        above.push(component);
        let ready = (starters.is_empty() || starters.iter().any(|stage| state.started.contains(stage)))
            && self.draft.components[component].iter().all(|below| self.is_ready(state, *below, above));
        above.pop();
        ready
    }

    fn starts(&self, run: Run, stage: usize) -> &[usize] {
        started(&self.draft.pipelines[run.0], self.step(run, stage))
    }

    fn stages(&self) -> impl Iterator<Item = (Run, usize)> + '_ {
        self.runs
            .iter()
            .flat_map(|run| (0..self.draft.pipelines[run.0].stages.len()).map(|stage| (*run, stage)))
    }

    /// Whether all of a run is done; a called one must have been called.
    fn is_done(&self, state: &State, run: Run) -> bool {
        self.is_called(state, run)
            && (0..self.draft.pipelines[run.0].stages.len())
                .all(|stage| state.finished.contains(&(run, stage)))
    }

    fn is_called(&self, state: &State, run: Run) -> bool {
        self.callers
            .get(&run)
            .is_none_or(|callers| callers.iter().any(|caller| state.started.contains(caller)))
    }

    fn may_begin(&self, state: &State, run: Run, stage: usize) -> bool {
        let step = self.step(run, stage);
        let after = step.after.iter().all(|(pipeline, other)| {
            if *pipeline == run.0 {
                state.finished.contains(&(run, *other))
            } else {
                self.runs.iter().any(|run| run.0 == *pipeline && state.finished.contains(&(*run, *other)))
            }
        });
        let needs = step.needs.iter().all(|component| self.is_ready(state, *component, &mut Vec::new()));
        let first = self.first(run.0);
        let own = self.draft.pipelines[run.0].holds.len();
        let locked = !self.is_root(run.0, stage)
            || first == Some(stage)
            || first.is_none_or(|first| state.taken.get(&(run, first)).copied().unwrap_or(0) >= own);
        after && needs && self.is_called(state, run) && locked
    }

    /// Every move there is.
    pub fn moves(&self, state: &State) -> Vec<Move> {
        let mut moves = Vec::new();
        for (run, stage) in self.stages() {
            let wanted = &self.wanted[&(run, stage)];
            let taken = state.taken.get(&(run, stage)).copied().unwrap_or(0);
            if !state.started.contains(&(run, stage)) {
                if !self.may_begin(state, run, stage) {
                } else if taken == wanted.len() {
                    moves.push(Move::Start(run, stage));
                } else if !state.held.contains_key(&wanted[taken].0) {
                    moves.push(Move::Take(run, stage));
                }
            } else if !state.finished.contains(&(run, stage)) {
                let ready = self
                    .starts(run, stage)
                    .iter()
                    .all(|component| self.is_ready(state, *component, &mut Vec::new()));
                let calls = (0..self.step(run, stage).calls.len())
                    .all(|at| self.is_done(state, self.called[&(run, stage, at)]));
                if ready && calls {
                    moves.push(Move::Finish(run, stage));
                }
            }
        }
        moves
    }

    pub fn after(&self, state: &State, what: Move) -> State {
        let mut next = state.clone();
        self.make(&mut next, what);
        next
    }

    fn make(&self, state: &mut State, what: Move) {
        match what {
            Move::Take(run, stage) => {
                let taken = state.taken.entry((run, stage)).or_default();
                let (thing, until) = self.wanted[&(run, stage)][*taken];
                *taken += 1;
                if !until.is_some_and(|until| state.finished.contains(&(run, until))) {
                    state.held.insert(thing, (run, until));
                }
            }
            Move::Start(run, stage) => drop(state.started.insert((run, stage))),
            Move::Finish(run, stage) => {
                state.finished.insert((run, stage));
                let done = self.is_done(state, run);
                state.held.retain(|_, (holder, until)| {
                    *holder != run || if let Some(until) = until { *until != stage } else { !done }
                });
            }
        }
    }

    /// Whether some stage can never start or finish, even if nobody took another lock from anybody. Then no move is in the way of
    /// another, and all there are can be made at once.
    pub fn is_hopeless(&self, state: &State) -> bool {
        let mut state = state.clone();
        loop {
            let moves = self.moves(&state);
            if moves.is_empty() {
                return !self.is_over(&state);
            }
            for what in moves {
                match what {
                    Move::Take(run, stage) => *state.taken.entry((run, stage)).or_default() += 1,
                    Move::Start(..) | Move::Finish(..) => self.make(&mut state, what),
                }
            }
        }
    }

    pub fn is_over(&self, state: &State) -> bool {
        self.stages().all(|stage| state.finished.contains(&stage))
    }

    /// Plays everything through from a state: whether some play ends before all is done, the fewest locks taken on the way to a state that
    /// is without hope, and every stage that starts or finishes in some play. None where there are too many states.
    pub fn play(&self, from: State, most: usize) -> Option<Played> {
        let mut played = Played::default();
        let mut seen = BTreeSet::from([from.clone()]);
        let mut next = VecDeque::from([(from, 0)]);
        while let Some((state, takes)) = next.pop_front() {
            if seen.len() > most {
                return None;
            }
            let moves = self.moves(&state);
            played.gets_stuck |= moves.is_empty() && !self.is_over(&state);
            played.started.extend(state.started.iter().copied());
            played.finished.extend(state.finished.iter().copied());
            if played.fewest.is_none_or(|fewest| takes < fewest) && self.is_hopeless(&state) {
                played.fewest = Some(takes);
            }
            for what in moves {
                let after = self.after(&state, what);
                if seen.insert(after.clone()) {
                    match what {
                        Move::Take(..) => next.push_back((after, takes + 1)),
                        Move::Start(..) | Move::Finish(..) => next.push_front((after, takes)),
                    }
                }
            }
        }
        Some(played)
    }
}

#[derive(Debug, Default)]
pub struct Played {
    pub gets_stuck: bool,
    pub fewest: Option<usize>,
    pub started: BTreeSet<(Run, usize)>,
    pub finished: BTreeSet<(Run, usize)>,
}
