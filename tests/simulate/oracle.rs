//! An interpreter that knows nothing of the simulator: it asks everything at every second, by scans, in fractions.

use crate::case::{BASELINES, Bar, COMPONENTS, COUNTER, Case, Check, Limit, Line, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// The regions a step enters, whether it is their first, its share of traffic, and whether it ends their soak.
type OracleStep = (Option<Vec<usize>>, bool, Option<i64>, bool);

/// What happened, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub events: Vec<(i64, String)>,
    pub outcome: String,
    pub writes_frozen: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Wait,
    Approval(Option<i64>),
    Ready,
    Run(i64),
    Begin(usize),
    Hold(usize, i64),
    Gate(usize),
    Soak(usize, i64),
    Done,
}

#[derive(Debug, Clone)]
struct State {
    at: At,
    /// Since when, until when, when it goes back, which windows.
    pause: Option<(i64, Option<i64>, Option<i64>)>,
    deadline: Option<i64>,
    tries: u32,
    waits: bool,
}

const NO: u8 = 0;
const UNKNOWN: u8 = 1;
const YES: u8 = 2;

/// So long after its last sample nothing goes on that will not for good.
const LONGEST: i64 = 1500;

type Fraction = (i128, i128);

/// A run of a pipeline.
struct Run {
    line: usize,
    /// The call that began it.
    call: Option<usize>,
    states: Vec<State>,
    since: BTreeMap<(String, usize), i64>,
    /// Nothing, everywhere, or these regions.
    given: Option<Option<Vec<usize>>>,
    hold: Option<i64>,
    share: i64,
    touched: bool,
    finishing: bool,
    end: Option<String>,
    /// When it was over, and how.
    over: Option<(i64, String)>,
}

/// A lock: who took it, at the end of which stage it is given back, and when that was where its run is over.
struct Taken {
    run: usize,
    stage: usize,
    until: Option<usize>,
    free: Option<i64>,
}

/// A call: by which stage of which run, what, whether a run of it began, and when that was over and whether well.
struct Call {
    run: usize,
    stage: usize,
    line: usize,
    began: bool,
    over: Option<(i64, bool)>,
}

struct Walk<'c> {
    case: &'c Case,
    now: i64,
    limit: i64,
    runs: Vec<Run>,
    members: BTreeSet<usize>,
    locks: BTreeMap<usize, Taken>,
    calls: Vec<Call>,
    started: BTreeSet<(usize, usize)>,
    finished: BTreeSet<(usize, usize)>,
    writes: Vec<(i64, bool)>,
    events: Vec<(i64, String)>,
}

/// Walks through a case.
pub fn walk(case: &Case) -> Told {
    let limit = case.samples.iter().map(|sample| sample.at).max().unwrap();
    let mut walk = Walk {
        case,
        now: 0,
        limit,
        runs: Vec::new(),
        members: BTreeSet::new(),
        locks: BTreeMap::new(),
        calls: Vec::new(),
        started: BTreeSet::new(),
        finished: BTreeSet::new(),
        writes: Vec::new(),
        events: Vec::new(),
    };
    for line in walk.roots() {
        walk.begin(line, None);
    }
    let (at, outcome) = loop {
        walk.second();
        if let Some(over) = walk.runs[0].over.clone() {
            break over;
        }
        for run in 0..walk.runs.len() {
            let is_watched = walk.runs[run].given.is_some() && case.lines[walk.runs[run].line].back.is_some();
            if run > 0 && is_watched && walk.runs[run].over.is_none() && walk.now >= limit {
                walk.runs[run].over = Some((walk.now, "trace-ends".to_owned()));
            }
        }
        if (walk.runs[0].given.is_some() && walk.now >= limit) || walk.now > limit + LONGEST {
            let last = walk.events.iter().map(|(at, _)| *at).max();
            break (last.unwrap_or(0), walk.stalled());
        }
        walk.now += 1;
    };
    let end = if outcome == "trace-ends" { limit.max(at) } else { at };
    let mut events = walk.events;
    events.retain(|(at, _)| *at <= end);
    events.sort_by_key(|(at, _)| *at);
    walk.writes.sort_by_key(|(at, _)| *at);
    let writes_frozen = walk.writes.iter().rfind(|(at, _)| *at <= end).is_some_and(|(_, frozen)| *frozen);
    Told { events, outcome, writes_frozen }
}

impl Walk<'_> {
    fn line(&self, run: usize) -> &Line {
        &self.case.lines[self.runs[run].line]
    }

    fn tell(&mut self, run: usize, what: String) {
        let of = if run == 0 { String::new() } else { format!(" @{}", self.line(run).name) };
        self.events.push((self.now, what + &of));
    }

    /// Whoever is called by a pipeline that is carried out is carried out; a pipeline that another waits for begins by itself, unless
    /// somebody calls it: then the caller does.
    fn roots(&mut self) -> Vec<usize> {
        let lines = &self.case.lines;
        let calls = |line: usize| lines[line].stages.iter().flat_map(|stage| stage.calls.iter().copied());
        let mut roots = vec![0];
        loop {
            let mut members = BTreeSet::from_iter(roots.iter().copied());
            for _ in lines {
                members.extend(members.clone().into_iter().flat_map(calls));
            }
            let after = members.iter().flat_map(|line| &lines[*line].stages);
            let after = after.flat_map(|stage| stage.after_others.iter().map(|(line, _)| *line));
            let missing = after.into_iter().find(|line| !members.contains(line));
            let Some(missing) = missing else {
                self.members = members;
                roots[1..].sort_unstable();
                return roots;
            };
            let callers = (0..lines.len()).filter(|line| calls(*line).any(|called| called == missing));
            let callers: Vec<usize> = callers.collect();
            roots.extend(if callers.is_empty() { vec![missing] } else { callers });
        }
    }

    fn begin(&mut self, line: usize, call: Option<usize>) {
        let start = State { at: At::Wait, pause: None, deadline: None, tries: 0, waits: false };
        self.runs.push(Run {
            line,
            call,
            states: vec![start; self.case.lines[line].stages.len()],
            since: BTreeMap::new(),
            given: None,
            hold: None,
            share: 0,
            touched: false,
            finishing: false,
            end: None,
            over: None,
        });
    }

    fn second(&mut self) {
        for run in 0..self.runs.len() {
            for id in 0..self.runs[run].states.len() {
                if self.runs[run].over.is_none() {
                    self.watch(run, id);
                }
            }
        }
        while self.runs[0].over.is_none() && self.anyone_moves() {}
    }

    fn anyone_moves(&mut self) -> bool {
        for run in 0..self.runs.len() {
            if self.runs[run].over.is_some() {
                continue;
            }
            let moved = self.fires(run) || (0..self.runs[run].states.len()).any(|id| self.moves(run, id));
            let is_done = !moved && self.runs[run].states.iter().all(|state| state.at == At::Done);
            let end = if is_done { Some("finished".to_owned()) } else { self.runs[run].end.take() };
            if let Some(end) = end {
                self.ends(run, end);
            } else if !moved {
                continue;
            }
            self.begin_called();
            return true;
        }
        false
    }

    fn ends(&mut self, run: usize, end: String) {
        let now = self.now;
        let outcome = if end == "back" { self.back(run) } else { end };
        // The time it takes to come back is its own.
        let at = self.now;
        if run > 0 {
            self.now = now;
        }
        if !outcome.starts_with("paused") && outcome != "trace-ends" {
            for taken in self.locks.values_mut().filter(|taken| taken.run == run) {
                taken.free = Some(at);
            }
            if let Some(call) = self.runs[run].call {
                self.calls[call].over = Some((at, outcome == "finished"));
            }
        }
        self.runs[run].over = Some((at, outcome));
    }

    fn begin_called(&mut self) {
        for call in 0..self.calls.len() {
            let line = self.calls[call].line;
            let is_under_way = |run: &&Run| {
                run.line == line
                    && run.over.as_ref().is_none_or(|(at, how)| {
                        *at > self.now || how.starts_with("paused") || how == "trace-ends"
                    })
            };
            let count = self.runs.iter().filter(is_under_way).count();
            if !self.calls[call].began && count < self.case.lines[line].runs {
                self.calls[call].began = true;
                self.begin(line, Some(call));
            }
        }
    }

    /// The run that was asked for, and those that it waits for.
    fn concerned(&self) -> Vec<usize> {
        let mut found = vec![0];
        let mut at = 0;
        while at < found.len() {
            let run = found[at];
            for other in 0..self.runs.len() {
                let is_called = self.runs[other].call.is_some_and(|call| self.calls[call].run == run);
                let mut stages = self.line(run).stages.iter().zip(&self.runs[run].states).enumerate();
                let waits = stages.any(|(id, (stage, state))| {
                    let after = stage.after_others.iter().any(|(line, _)| *line == self.runs[other].line);
                    let lock = self.missing_lock(run, id).and_then(|lock| self.locks.get(&lock));
                    state.at != At::Done && after
                        || state.at == At::Ready && lock.is_some_and(|taken| taken.run == other)
                });
                if (is_called || waits) && !found.contains(&other) {
                    found.push(other);
                }
            }
            at += 1;
        }
        found
    }

    fn stalled(&self) -> String {
        let concerned = self.concerned();
        for run in &concerned {
            match &self.runs[*run].over {
                Some((_, how)) if how.starts_with("paused") => return how.clone(),
                Some(_) => continue,
                None => {}
            }
            for state in &self.runs[*run].states {
                match (state.pause, state.at) {
                    (Some((_, until, back)), _) => {
                        return format!("paused {:?}", [until, back].into_iter().flatten().min());
                    }
                    (None, At::Approval(until)) => return format!("paused {until:?}"),
                    _ => {}
                }
            }
        }
        let asks = |run: &usize| match &self.runs[*run].over {
            Some((_, how)) => how == "trace-ends",
            None => self.runs[*run].states.iter().any(|state| matches!(state.at, At::Gate(_))),
        };
        let may_go_on = self.may_move() || concerned.iter().any(asks);
        if may_go_on { "trace-ends" } else { "stuck" }.to_owned()
    }

    /// Whether time alone, or the trace, may still move a stage.
    fn may_move(&self) -> bool {
        let later = |at: &i64| *at > self.now;
        let states = self.runs.iter().filter(|run| run.over.is_none()).flat_map(|run| &run.states);
        let mut states = states.map(|state| match state.at {
            At::Done => false,
            At::Run(_) | At::Hold(..) | At::Soak(..) | At::Gate(_) => true,
            _ => state.deadline.is_some_and(|deadline| later(&deadline)),
        });
        states.any(|moves| moves)
            || self.locks.values().filter_map(|taken| taken.free).any(|free| later(&free))
            || self.calls.iter().filter_map(|call| call.over).any(|(at, _)| later(&at))
    }

    /// The first lock that a stage cannot take.
    fn missing_lock(&self, run: usize, id: usize) -> Option<usize> {
        let wanted = self.wanted(run, id);
        let is_taken = |lock: usize| {
            self.locks.get(&lock).is_some_and(|taken| taken.free.is_none_or(|free| free > self.now))
        };
        let mut locks = wanted.iter().map(|(lock, _)| *lock).enumerate();
        let found = locks.find(|(place, lock)| {
            is_taken(*lock) || wanted.iter().take(*place).any(|(other, _)| other == lock)
        });
        found.map(|(_, lock)| lock)
    }

    fn wanted(&self, run: usize, id: usize) -> Vec<(usize, Option<usize>)> {
        let line = self.line(run);
        let waits = |state: &State| matches!(state.at, At::Wait | At::Approval(_) | At::Ready);
        let is_first = self.runs[run].states.iter().all(waits);
        let own = line.holds.iter().filter(|_| is_first).map(|lock| (*lock, None));
        own.chain(line.stages[id].holds.iter().map(|(lock, until)| (*lock, Some(until.unwrap_or(id)))))
            .collect()
    }

    fn is_ready(&self, component: usize) -> bool {
        let lines = self.members.iter().map(|line| (*line, &self.case.lines[*line].stages));
        let starts = lines.flat_map(|(line, stages)| {
            let stages = stages.iter().enumerate().filter(|(_, stage)| stage.starts.contains(&component));
            stages.map(move |(id, _)| (line, id)).collect::<Vec<_>>()
        });
        let starts: Vec<(usize, usize)> = starts.collect();
        let is_up = starts.is_empty() || starts.iter().any(|at| self.started.contains(at));
        is_up && COMPONENTS[component].iter().all(|needed| self.is_ready(*needed))
    }

    fn fires(&mut self, run: usize) -> bool {
        let Some(reach) = self.runs[run].given.clone() else { return false };
        let case = self.case;
        let Some(back) = &case.lines[self.runs[run].line].back else { return false };
        let mut fired = None;
        for (number, trigger) in back.triggers.iter().enumerate() {
            let hold = self.runs[run].hold;
            let (truth, since) = self.asks(run, &format!("trigger {number}"), trigger, true, &reach, hold);
            if truth == YES && fired.is_none() {
                fired = Some(since);
            }
        }
        if let Some(since) = fired {
            self.tell(run, format!("fires {since}"));
            self.runs[run].end = Some("back".to_owned());
        }
        fired.is_some()
    }

    /// What a check says, and since when.
    fn asks(
        &mut self,
        run: usize,
        owner: &str,
        check: &Check,
        feared: bool,
        reach: &Option<Vec<usize>>,
        hold: Option<i64>,
    ) -> (u8, i64) {
        let mut all = Vec::new();
        for (number, bar) in check.bars.iter().enumerate() {
            let span = bar.over.or(hold).unwrap_or(300);
            let value = self.value(bar, false, Some((self.now - span, self.now)), reach);
            let limit = match bar.limit {
                Limit::Value(value) if bar.metric == COUNTER => Some((i128::from(value), 60)),
                Limit::Value(value) => Some((i128::from(value), 1)),
                Limit::Baseline { factor, plus } => {
                    let base = match BASELINES[bar.metric].unwrap() {
                        "stable" => self.value(bar, true, Some((self.now - span, self.now)), reach),
                        "offset 30s" => {
                            self.value(bar, false, Some((self.now - 30 - span, self.now - 30)), reach)
                        }
                        _ => self.value(bar, true, None, reach),
                    };
                    base.map(|(top, bottom)| (top * i128::from(factor) + i128::from(plus) * bottom, bottom))
                }
            };
            let plain = match (value, limit) {
                (Some(value), Some(limit)) => {
                    let (one, two) = (value.0 * limit.1, limit.0 * value.1);
                    let holds = match bar.operator {
                        "<=" => one <= two,
                        "<" => one < two,
                        ">" => one > two,
                        _ => one >= two,
                    };
                    if holds { YES } else { NO }
                }
                _ => match (self.case.no_data[bar.metric], feared) {
                    ("hold", _) => UNKNOWN,
                    ("fail", true) | ("pass", false) => YES,
                    _ => NO,
                },
            };
            let key = (owner.to_owned(), number);
            if plain == YES {
                let since = *self.runs[run].since.entry(key).or_insert(self.now);
                let is_enough = self.now - since >= bar.sustained.unwrap_or(0);
                all.push((if is_enough { YES } else { UNKNOWN }, since));
            } else {
                self.runs[run].since.remove(&key);
                all.push((plain, self.now));
            }
        }
        if check.joined_by == "and" || all.len() == 1 {
            let truth = all.iter().map(|(truth, _)| *truth).min().unwrap();
            (truth, all.iter().map(|(_, since)| *since).max().unwrap())
        } else {
            let truth = all.iter().map(|(truth, _)| *truth).max().unwrap();
            let since = all.iter().filter(|(other, _)| *other == YES).map(|(_, since)| *since).min();
            (truth, since.unwrap_or(self.now))
        }
    }

    fn value(
        &self,
        bar: &Bar,
        baseline: bool,
        within: Option<(i64, i64)>,
        reach: &Option<Vec<usize>>,
    ) -> Option<Fraction> {
        let mut values: Vec<i128> = Vec::new();
        let mut series: BTreeMap<Option<usize>, Vec<(i64, i64)>> = BTreeMap::new();
        for sample in &self.case.samples {
            let here = match (reach, sample.region) {
                (Some(regions), Some(region)) => regions.contains(&region),
                _ => true,
            };
            let now = within.is_none_or(|(from, to)| from < sample.at && sample.at <= to);
            if sample.metric == bar.metric && sample.baseline == baseline && here && now {
                values.push(i128::from(sample.value));
                series.entry(sample.region).or_default().push((sample.at, sample.value));
            }
        }
        if bar.aggregate == "rate" {
            return increase(series.values());
        }
        values.sort_unstable();
        let count = values.len();
        // Nearest rank: the first value that so many of a hundred are not greater than.
        let rank = |share: usize| {
            (1..=count).find(|rank| rank * 100 >= share * count).map(|rank| (values[rank - 1], 1))
        };
        match bar.aggregate {
            "p50" => rank(50),
            "p95" => rank(95),
            "p99" => rank(99),
            "max" => values.last().map(|value| (*value, 1)),
            _ if count == 0 => None,
            _ => Some((values.iter().sum(), count as i128)),
        }
    }

    fn steps(stage: &Stage) -> Vec<OracleStep> {
        let shares: Vec<Option<i64>> = if stage.shares.is_empty() {
            vec![None]
        } else {
            stage.shares.iter().copied().map(Some).collect()
        };
        let mut steps = Vec::new();
        if stage.regions.is_empty() {
            return shares.into_iter().map(|share| (None, false, share, false)).collect();
        }
        for (place, regions) in stage.regions.iter().enumerate() {
            for (position, share) in shares.iter().enumerate() {
                let is_last = position + 1 == shares.len() && place + 1 < stage.regions.len();
                steps.push((Some(regions.clone()), position == 0, *share, is_last));
            }
        }
        steps
    }

    fn watch(&mut self, run: usize, id: usize) {
        let stage = &self.case.lines[self.runs[run].line].stages[id];
        if let At::Hold(step, _) | At::Gate(step) = self.runs[run].states[id].at {
            let reach = Self::steps(stage)[step].0.clone();
            for gate in &stage.gates {
                let owner = format!("{} {gate}", stage.name);
                self.asks(run, &owner, &self.case.gates[*gate], false, &reach, stage.hold);
            }
        }
    }

    fn active(&self, at: i64) -> Vec<(String, &'static str)> {
        let windows = self.case.windows.iter().enumerate();
        let active = windows.filter(|(_, window)| window.from <= at && at < window.to);
        active.map(|(number, window)| (format!("w{number}"), window.kind)).collect()
    }

    fn is_frozen(&mut self, run: usize, id: usize) -> bool {
        let active = self.active(self.now);
        if self.runs[run].finishing || active.is_empty() {
            return false;
        }
        let until = (self.now..).find(|at| self.active(*at).is_empty());
        let given = self.runs[run].share;
        let fits = |(kind, share, _): &&(Option<&str>, Option<i64>, &str)| {
            kind.is_none_or(|kind| active.iter().any(|(_, other)| *other == kind))
                && share.is_none_or(|share| given >= share)
        };
        let line = self.line(run);
        let reaction = line.on_freeze.iter().find(fits).map_or("pause", |(_, _, done)| *done);
        let reaction = if self.runs[run].touched { reaction } else { "wait" };
        let names: Vec<String> = active.iter().map(|(name, _)| name.clone()).collect();
        let name = line.stages[id].name;
        self.tell(run, format!("freeze {name} {} {reaction} {until:?}", names.join("+")));
        let pause = match reaction {
            "finish" => {
                self.runs[run].finishing = true;
                return false;
            }
            "roll back" => {
                self.runs[run].end = Some("back".to_owned());
                return true;
            }
            "pause 20s then roll back" => Some(self.now + 20),
            _ => None,
        };
        self.runs[run].states[id].pause = Some((self.now, until, pause));
        true
    }

    fn fail(&mut self, run: usize, id: usize, why: &str) {
        let line = self.line(run);
        let stage = &line.stages[id];
        let end = match stage.on_failure.or(line.on_failure) {
            Some("pause") => "paused None".to_owned(),
            Some("stop") | None => "failed".to_owned(),
            Some(_) => "back".to_owned(),
        };
        self.tell(run, format!("failed {} {why}", stage.name));
        self.runs[run].end = Some(end);
    }

    fn moves(&mut self, run: usize, id: usize) -> bool {
        let now = self.now;
        let failed = self.calls.iter().find(|call| {
            (call.run, call.stage) == (run, id) && call.over.is_some_and(|(at, well)| at <= now && !well)
        });
        if let (Some(call), true) = (failed, self.runs[run].states[id].at != At::Done) {
            self.fail(run, id, self.case.lines[call.line].name);
            return true;
        }
        if let Some((since, until, back)) = self.runs[run].states[id].pause {
            if until.is_some_and(|until| until <= now) {
                let state = &mut self.runs[run].states[id];
                state.pause = None;
                state.deadline = state.deadline.map(|deadline| deadline + now - since);
                self.tell(run, format!("resumed {}", self.line(run).stages[id].name));
                return true;
            }
            if back.is_some_and(|back| back <= now) {
                self.runs[run].end = Some("back".to_owned());
                return true;
            }
            return false;
        }
        let moved = self.goes(run, id);
        let state = &self.runs[run].states[id];
        if !moved && state.at != At::Done && state.deadline.is_some_and(|deadline| deadline <= now) {
            self.fail(run, id, "timeout");
            return true;
        }
        moved
    }

    fn goes(&mut self, run: usize, id: usize) -> bool {
        let now = self.now;
        let case = self.case;
        let line = self.runs[run].line;
        let stage = &case.lines[line].stages[id];
        let name = stage.name;
        let steps = Self::steps(stage);
        match self.runs[run].states[id].at {
            At::Done => false,
            At::Wait => {
                let is_due = stage.after.iter().all(|before| self.runs[run].states[*before].at == At::Done)
                    && stage.after_others.iter().all(|at| self.finished.contains(at));
                if is_due {
                    self.runs[run].states[id].at = match stage.approve {
                        Some(given) => At::Approval(given.map(|given| now + given)),
                        None => At::Ready,
                    };
                }
                is_due
            }
            At::Approval(until) => {
                let is_given = until.is_some_and(|until| until <= now);
                if is_given {
                    self.tell(run, format!("approved {name}"));
                    self.runs[run].states[id].at = At::Ready;
                }
                is_given
            }
            At::Ready => {
                let is_ready = stage.needs.iter().all(|component| self.is_ready(*component));
                if !is_ready || self.missing_lock(run, id).is_some() {
                    return false;
                }
                if stage.kind == "deploy" {
                    if !self.runs[run].touched && self.is_frozen(run, id) {
                        return true;
                    }
                    self.runs[run].touched = true;
                }
                for (lock, until) in self.wanted(run, id) {
                    self.locks.insert(lock, Taken { run, stage: id, until, free: None });
                }
                self.started.insert((line, id));
                self.tell(run, format!("started {name}"));
                for called in &stage.calls {
                    self.calls.push(Call { run, stage: id, line: *called, began: false, over: None });
                    self.tell(run, format!("calls {name} {}", case.lines[*called].name));
                }
                self.runs[run].states[id].deadline = stage.timeout.map(|timeout| now + timeout);
                self.runs[run].states[id].at = At::Run(now + stage.took);
                true
            }
            At::Run(until) if now < until => false,
            At::Run(_) => {
                if self.runs[run].states[id].tries >= stage.failing {
                    self.runs[run].states[id].at = At::Begin(0);
                } else if self.runs[run].states[id].tries < stage.retries {
                    self.runs[run].states[id].tries += 1;
                    self.tell(run, format!("retried {name}"));
                    self.runs[run].states[id].at = At::Run(now + stage.took);
                } else {
                    self.fail(run, id, "command");
                }
                true
            }
            At::Begin(step) if step == steps.len() => {
                let mut calls = self.calls.iter().filter(|call| (call.run, call.stage) == (run, id));
                let is_called = calls.any(|call| call.over.is_none_or(|(at, _)| at > now));
                if is_called || !stage.starts.iter().all(|component| self.is_ready(*component)) {
                    return false;
                }
                self.tell(run, format!("finished {name}"));
                self.runs[run].states[id].at = At::Done;
                self.finished.insert((line, id));
                let states = &self.runs[run].states;
                self.locks.retain(|_, taken| {
                    let is_own = taken.run == run
                        && taken.until.is_some_and(|until| {
                            until == id || taken.stage == id && states[until].at == At::Done
                        });
                    !is_own
                });
                true
            }
            At::Begin(step) => {
                let (regions, enters, share, _) = steps[step].clone();
                let is_rest = stage.kind == "promote" && share.is_none();
                let share = if is_rest && self.runs[run].share < 100 { Some(100) } else { share };
                let asks =
                    enters || share.is_some_and(|share| share > self.runs[run].share || regions.is_some());
                if asks && self.is_frozen(run, id) {
                    return true;
                }
                if let (true, Some(regions)) = (enters, &regions) {
                    let names: Vec<String> = regions.iter().map(|region| format!("r{region}")).collect();
                    self.tell(run, format!("enters {name} {}", names.join("+")));
                }
                if let Some(share) = share {
                    self.runs[run].share = self.runs[run].share.max(share);
                    self.tell(run, format!("traffic {name} {share}"));
                }
                if stage.mirror {
                    self.tell(run, format!("mirrors {name}"));
                }
                if share.is_some() || stage.mirror || is_rest {
                    self.runs[run].touched = true;
                    self.runs[run].hold = stage.hold;
                    self.runs[run].given = Some(match (self.runs[run].given.clone(), &regions) {
                        (None, Some(regions)) => Some(regions.clone()),
                        (Some(Some(known)), Some(regions)) => Some([known, regions.clone()].concat()),
                        _ => None,
                    });
                }
                if let Some(hold) = stage.hold {
                    self.tell(run, format!("holds {name} {hold}"));
                }
                self.runs[run].states[id].at = At::Hold(step, now + stage.hold.unwrap_or(0));
                self.runs[run].since.retain(|(owner, _), _| !owner.starts_with(&format!("{name} ")));
                self.watch(run, id);
                true
            }
            At::Hold(step, until) => {
                if until <= now {
                    self.runs[run].states[id].at = At::Gate(step);
                    self.runs[run].states[id].waits = false;
                }
                until <= now
            }
            At::Gate(step) => self.passes(run, id, step, &steps),
            At::Soak(step, until) => {
                if until <= now {
                    self.runs[run].states[id].at = At::Begin(step);
                }
                until <= now
            }
        }
    }

    fn passes(&mut self, run: usize, id: usize, step: usize, steps: &[OracleStep]) -> bool {
        let stage = &self.case.lines[self.runs[run].line].stages[id];
        if self.now > self.limit && !stage.gates.is_empty() {
            self.runs[run].end = Some("trace-ends".to_owned());
            return true;
        }
        let mut answers = Vec::new();
        for gate in &stage.gates {
            let owner = format!("{} {gate}", stage.name);
            let answer = self.asks(run, &owner, &self.case.gates[*gate], false, &steps[step].0, stage.hold).0;
            answers.push((*gate, answer));
        }
        let worst = answers.iter().map(|(_, truth)| *truth).min().unwrap_or(YES);
        if worst == UNKNOWN && self.runs[run].states[id].waits {
            return false;
        }
        self.runs[run].states[id].waits = worst == UNKNOWN;
        for (gate, truth) in &answers {
            self.tell(run, format!("gate {} g{gate} {truth}", stage.name));
        }
        match answers.iter().find(|(_, truth)| *truth == NO) {
            Some((gate, _)) => self.fail(run, id, &format!("g{gate}")),
            None if worst == UNKNOWN => {}
            None => {
                self.runs[run].states[id].at = match (steps[step].3, stage.soak) {
                    (true, Some(soak)) => {
                        self.tell(run, format!("soaks {} {soak}", stage.name));
                        At::Soak(step + 1, self.now + soak)
                    }
                    _ => At::Begin(step + 1),
                };
            }
        }
        true
    }

    fn freezes(&mut self, run: usize, frozen: bool) {
        self.writes.push((self.now, frozen));
        self.tell(run, format!("did {}freeze-writes", if frozen { "" } else { "un" }));
    }

    fn back(&mut self, run: usize) -> String {
        let case = self.case;
        let Some(back) = &case.lines[self.runs[run].line].back else {
            self.tell(run, "goes back".to_owned());
            return "back None".to_owned();
        };
        let start = self.now;
        let mut recovery = Recovery { start, is_armed: false, recovered: false, late: false };
        self.tell(run, "goes back".to_owned());
        let name = if run == 0 { "back".to_owned() } else { format!("back-{}", self.line(run).name) };
        let mut done = "on";
        let everywhere = [Vec::new()];
        let places = if back.regions.is_empty() { &everywhere[..] } else { &back.regions[..] };
        for (place, regions) in places.iter().enumerate() {
            if let (true, Some(soak)) = (place > 0, back.soak) {
                self.tell(run, format!("soaks {name} {soak}"));
                self.lets_pass(run, &mut recovery, self.now + soak);
            }
            if !regions.is_empty() {
                let names: Vec<String> = regions.iter().map(|region| format!("r{region}")).collect();
                self.tell(run, format!("enters {name} {}", names.join("+")));
            }
            done = self.goes_back(run, &mut recovery, &name);
            if done != "on" {
                break;
            }
        }
        if done == "cut" {
            return "back None".to_owned();
        }
        if back.finally {
            self.freezes(run, false);
        }
        if done == "broken" {
            return "stuck".to_owned();
        }
        let Some((within, _)) = &back.recovered else { return "back None".to_owned() };
        let most = (start + within).max(self.now);
        recovery.is_armed = true;
        if self.waits(run, &mut recovery, most) {
            format!("back {:?}", Some(recovery.recovered))
        } else {
            "back None".to_owned()
        }
    }

    /// Does the steps once.
    fn goes_back(&mut self, run: usize, recovery: &mut Recovery, name: &str) -> &'static str {
        let line = &self.case.lines[self.runs[run].line];
        let back = line.back.as_ref().unwrap();
        self.freezes(run, true);
        let has_started = |named: &str| {
            let stage = line.stages.iter().position(|stage| stage.name == named);
            let waits = |at| matches!(at, At::Wait | At::Approval(_) | At::Ready);
            stage.is_some_and(|stage| !waits(self.runs[run].states[stage].at))
        };
        let levers = self.case.levers.iter().enumerate();
        let available = levers.filter(|(_, lever)| !lever.until.is_some_and(has_started));
        let Some((number, lever)) = available.min_by_key(|(_, lever)| lever.within.unwrap_or(i64::MAX))
        else {
            self.tell(run, "no lever".to_owned());
            return "broken";
        };
        self.tell(run, format!("pulls l{number}"));
        self.lets_pass(run, recovery, self.now + lever.within.unwrap_or(0));
        recovery.is_armed = true;
        self.observe(run, recovery);
        self.tell(run, format!("holds {name} {}", back.hold));
        let held = self.now;
        self.lets_pass(run, recovery, held + back.hold);
        if let (Some(most), true) = (back.until_recovered, back.recovered.is_some()) {
            if !self.waits(run, recovery, held + most) {
                return "cut";
            }
            if !recovery.recovered {
                self.tell(run, "incident".to_owned());
                return "incident";
            }
        }
        if !back.finally {
            self.freezes(run, false);
        }
        "on"
    }

    fn observe(&mut self, run: usize, recovery: &mut Recovery) {
        let case = self.case;
        let back = case.lines[self.runs[run].line].back.as_ref().unwrap();
        let Some((within, check)) = &back.recovered else { return };
        if recovery.recovered || self.now > self.limit {
            return;
        }
        let reach = self.runs[run].given.clone().unwrap_or_default();
        if recovery.is_armed
            && self.asks(run, "recovered", check, false, &reach, self.runs[run].hold).0 == YES
        {
            recovery.recovered = true;
            self.tell(run, format!("recovered {}", self.now - recovery.start));
        } else if !recovery.late && self.now >= recovery.start + within {
            recovery.late = true;
            self.tell(run, format!("not recovered {within}"));
        }
    }

    fn lets_pass(&mut self, run: usize, recovery: &mut Recovery, until: i64) {
        self.observe(run, recovery);
        while self.now < until {
            self.now += 1;
            self.observe(run, recovery);
        }
    }

    /// Whether the trace says how it ends.
    fn waits(&mut self, run: usize, recovery: &mut Recovery, most: i64) -> bool {
        loop {
            self.observe(run, recovery);
            if recovery.recovered {
                return true;
            }
            if self.now > self.limit {
                return false;
            }
            if self.now >= most {
                return true;
            }
            if self.now == self.limit {
                return false;
            }
            self.now += 1;
        }
    }
}

struct Recovery {
    start: i64,
    is_armed: bool,
    recovered: bool,
    late: bool,
}

/// The increase a second, region by region, where a fall is a counter that began anew.
fn increase<'s>(series: impl Iterator<Item = &'s Vec<(i64, i64)>>) -> Option<Fraction> {
    let mut sum: Option<Fraction> = None;
    for samples in series {
        let seconds = i128::from(samples[samples.len() - 1].0 - samples[0].0);
        if seconds > 0 {
            let steps = samples.windows(2).map(|pair| match pair[1].1 - pair[0].1 {
                fallen if fallen < 0 => pair[1].1,
                risen => risen,
            });
            let (top, bottom) = sum.unwrap_or((0, 1));
            sum = Some((top * seconds + i128::from(steps.sum::<i64>()) * bottom, bottom * seconds));
        }
    }
    sum
}
