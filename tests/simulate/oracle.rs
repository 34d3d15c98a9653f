//! An interpreter that knows nothing of the simulator: it asks everything at every second, by scans, in fractions.

use crate::case::{BASELINES, Bar, Case, Check, Limit, Stage};
use std::collections::BTreeMap;

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

type Fraction = (i128, i128);

struct Walk<'c> {
    case: &'c Case,
    now: i64,
    limit: i64,
    states: Vec<State>,
    since: BTreeMap<(String, usize), i64>,
    /// Nothing, everywhere, or these regions.
    given: Option<Option<Vec<usize>>>,
    hold: Option<i64>,
    share: i64,
    touched: bool,
    finishing: bool,
    frozen: bool,
    events: Vec<(i64, String)>,
    end: Option<String>,
}

/// Walks through a case.
pub fn walk(case: &Case) -> Told {
    let start = State { at: At::Wait, pause: None, deadline: None, tries: 0, waits: false };
    let mut walk = Walk {
        case,
        now: 0,
        limit: case.samples.iter().map(|sample| sample.at).max().unwrap(),
        states: vec![start; case.stages.len()],
        since: BTreeMap::new(),
        given: None,
        hold: None,
        share: 0,
        touched: false,
        finishing: false,
        frozen: false,
        events: Vec::new(),
        end: None,
    };
    let outcome = loop {
        walk.second();
        match walk.end.take() {
            Some(end) if end == "back" => break walk.back(),
            Some(end) => break end,
            None => {}
        }
        if walk.states.iter().all(|state| state.at == At::Done) {
            break "finished".to_owned();
        }
        let is_blind = walk.given.is_some() && walk.now >= walk.limit;
        if is_blind || walk.now > walk.limit + 4000 {
            break walk.stalled();
        }
        walk.now += 1;
    };
    Told { events: walk.events, outcome, writes_frozen: walk.frozen }
}

impl Walk<'_> {
    fn tell(&mut self, what: String) {
        self.events.push((self.now, what));
    }

    fn second(&mut self) {
        for id in 0..self.states.len() {
            self.watch(id);
        }
        loop {
            if self.end.is_some() || self.fires() {
                return;
            }
            if !(0..self.states.len()).any(|id| self.moves(id)) {
                return;
            }
        }
    }

    fn stalled(&self) -> String {
        for state in &self.states {
            match (state.pause, state.at) {
                (Some((_, until, back)), _) => {
                    return format!("paused {:?}", [until, back].into_iter().flatten().min());
                }
                (None, At::Approval(until)) => return format!("paused {until:?}"),
                _ => {}
            }
        }
        "trace-ends".to_owned()
    }

    fn fires(&mut self) -> bool {
        let Some(reach) = self.given.clone() else { return false };
        let mut fired = None;
        for (number, trigger) in self.case.triggers.iter().enumerate() {
            let (truth, since) = self.asks(&format!("trigger {number}"), trigger, true, &reach, self.hold);
            if truth == YES && fired.is_none() {
                fired = Some(since);
            }
        }
        if let Some(since) = fired {
            self.tell(format!("fires {since}"));
            self.end = Some("back".to_owned());
        }
        fired.is_some()
    }

    /// What a check says, and since when.
    fn asks(
        &mut self,
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
                let since = *self.since.entry(key).or_insert(self.now);
                let is_enough = self.now - since >= bar.sustained.unwrap_or(0);
                all.push((if is_enough { YES } else { UNKNOWN }, since));
            } else {
                self.since.remove(&key);
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
        for sample in &self.case.samples {
            let here = match (reach, sample.region) {
                (Some(regions), Some(region)) => regions.contains(&region),
                _ => true,
            };
            let now = within.is_none_or(|(from, to)| from < sample.at && sample.at <= to);
            if sample.metric == bar.metric && sample.baseline == baseline && here && now {
                values.push(i128::from(sample.value));
            }
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

    fn watch(&mut self, id: usize) {
        let stage = &self.case.stages[id];
        if let At::Hold(step, _) | At::Gate(step) = self.states[id].at {
            let reach = Self::steps(stage)[step].0.clone();
            for gate in &stage.gates {
                let owner = format!("{} {gate}", stage.name);
                self.asks(&owner, &self.case.gates[*gate], false, &reach, stage.hold);
            }
        }
    }

    fn active(&self, at: i64) -> Vec<(String, &'static str)> {
        let windows = self.case.windows.iter().enumerate();
        let active = windows.filter(|(_, window)| window.from <= at && at < window.to);
        active.map(|(number, window)| (format!("w{number}"), window.kind)).collect()
    }

    fn is_frozen(&mut self, id: usize) -> bool {
        let active = self.active(self.now);
        if self.finishing || active.is_empty() {
            return false;
        }
        let until = (self.now..).find(|at| self.active(*at).is_empty());
        let fits = |(kind, share, _): &&(Option<&str>, Option<i64>, &str)| {
            kind.is_none_or(|kind| active.iter().any(|(_, other)| *other == kind))
                && share.is_none_or(|share| self.share >= share)
        };
        let reaction = self.case.on_freeze.iter().find(fits).map_or("pause", |(_, _, done)| *done);
        let reaction = if self.touched { reaction } else { "wait" };
        let names: Vec<String> = active.into_iter().map(|(name, _)| name).collect();
        let name = self.case.stages[id].name;
        self.tell(format!("freeze {name} {} {reaction} {until:?}", names.join("+")));
        match reaction {
            "finish" => {
                self.finishing = true;
                return false;
            }
            "roll back" => self.end = Some("back".to_owned()),
            "pause 20s then roll back" => {
                self.states[id].pause = Some((self.now, until, Some(self.now + 20)))
            }
            _ => self.states[id].pause = Some((self.now, until, None)),
        }
        true
    }

    fn fail(&mut self, id: usize, why: &str) {
        let stage = &self.case.stages[id];
        self.tell(format!("failed {} {why}", stage.name));
        self.end = Some(match stage.on_failure.or(self.case.on_failure) {
            Some("rollback back") => "back".to_owned(),
            Some("pause") => "paused None".to_owned(),
            _ => "failed".to_owned(),
        });
    }

    fn moves(&mut self, id: usize) -> bool {
        let now = self.now;
        if let Some((since, until, back)) = self.states[id].pause {
            if until.is_some_and(|until| until <= now) {
                let state = &mut self.states[id];
                state.pause = None;
                state.deadline = state.deadline.map(|deadline| deadline + now - since);
                self.tell(format!("resumed {}", self.case.stages[id].name));
                return true;
            }
            if back.is_some_and(|back| back <= now) {
                self.end = Some("back".to_owned());
                return true;
            }
            return false;
        }
        let moved = self.goes(id);
        let state = &self.states[id];
        if !moved && state.at != At::Done && state.deadline.is_some_and(|deadline| deadline <= now) {
            self.fail(id, "timeout");
            return true;
        }
        moved
    }

    fn goes(&mut self, id: usize) -> bool {
        let now = self.now;
        let case = self.case;
        let stage = &case.stages[id];
        let name = stage.name;
        let steps = Self::steps(stage);
        match self.states[id].at {
            At::Done => false,
            At::Wait => {
                let is_due = stage.after.iter().all(|before| self.states[*before].at == At::Done);
                if is_due {
                    self.states[id].at = match stage.approve {
                        Some(given) => At::Approval(given.map(|given| now + given)),
                        None => At::Ready,
                    };
                }
                is_due
            }
            At::Approval(until) => {
                let is_given = until.is_some_and(|until| until <= now);
                if is_given {
                    self.tell(format!("approved {name}"));
                    self.states[id].at = At::Ready;
                }
                is_given
            }
            At::Ready => {
                if stage.kind == "deploy" {
                    if !self.touched && self.is_frozen(id) {
                        return true;
                    }
                    self.touched = true;
                }
                self.tell(format!("started {name}"));
                self.states[id].deadline = stage.timeout.map(|timeout| now + timeout);
                self.states[id].at = At::Run(now + stage.took);
                true
            }
            At::Run(until) if now < until => false,
            At::Run(_) => {
                if self.states[id].tries >= stage.failing {
                    self.states[id].at = At::Begin(0);
                } else if self.states[id].tries < stage.retries {
                    self.states[id].tries += 1;
                    self.tell(format!("retried {name}"));
                    self.states[id].at = At::Run(now + stage.took);
                } else {
                    self.fail(id, "command");
                }
                true
            }
            At::Begin(step) if step == steps.len() => {
                self.tell(format!("finished {name}"));
                self.states[id].at = At::Done;
                true
            }
            At::Begin(step) => {
                let (regions, enters, share, _) = steps[step].clone();
                let is_rest = stage.kind == "promote" && share.is_none();
                let share = if is_rest && self.share < 100 { Some(100) } else { share };
                let asks = enters || share.is_some_and(|share| share > self.share || regions.is_some());
                if asks && self.is_frozen(id) {
                    return true;
                }
                if let (true, Some(regions)) = (enters, &regions) {
                    let names: Vec<String> = regions.iter().map(|region| format!("r{region}")).collect();
                    self.tell(format!("enters {name} {}", names.join("+")));
                }
                if let Some(share) = share {
                    self.share = self.share.max(share);
                    self.tell(format!("traffic {name} {share}"));
                }
                if stage.mirror {
                    self.tell(format!("mirrors {name}"));
                }
                if share.is_some() || stage.mirror || is_rest {
                    self.touched = true;
                    self.hold = stage.hold;
                    self.given = Some(match (self.given.clone(), &regions) {
                        (None, Some(regions)) => Some(regions.clone()),
                        (Some(Some(known)), Some(regions)) => Some([known, regions.clone()].concat()),
                        _ => None,
                    });
                }
                if let Some(hold) = stage.hold {
                    self.tell(format!("holds {name} {hold}"));
                }
                self.states[id].at = At::Hold(step, now + stage.hold.unwrap_or(0));
                self.since.retain(|(owner, _), _| !owner.starts_with(&format!("{name} ")));
                self.watch(id);
                true
            }
            At::Hold(step, until) => {
                if until <= now {
                    self.states[id].at = At::Gate(step);
                    self.states[id].waits = false;
                }
                until <= now
            }
            At::Gate(step) => self.passes(id, step, &steps),
            At::Soak(step, until) => {
                if until <= now {
                    self.states[id].at = At::Begin(step);
                }
                until <= now
            }
        }
    }

    fn passes(&mut self, id: usize, step: usize, steps: &[OracleStep]) -> bool {
        let stage = &self.case.stages[id];
        if self.now > self.limit && !stage.gates.is_empty() {
            self.end = Some("trace-ends".to_owned());
            return true;
        }
        let mut answers = Vec::new();
        for gate in &stage.gates {
            let owner = format!("{} {gate}", stage.name);
            let answer = self.asks(&owner, &self.case.gates[*gate], false, &steps[step].0, stage.hold).0;
            answers.push((*gate, answer));
        }
        let worst = answers.iter().map(|(_, truth)| *truth).min().unwrap_or(YES);
        if worst == UNKNOWN && self.states[id].waits {
            return false;
        }
        self.states[id].waits = worst == UNKNOWN;
        for (gate, truth) in &answers {
            self.tell(format!("gate {} g{gate} {truth}", stage.name));
        }
        match answers.iter().find(|(_, truth)| *truth == NO) {
            Some((gate, _)) => self.fail(id, &format!("g{gate}")),
            None if worst == UNKNOWN => {}
            None => {
                self.states[id].at = match (steps[step].3, stage.soak) {
                    (true, Some(soak)) => {
                        self.tell(format!("soaks {} {soak}", stage.name));
                        At::Soak(step + 1, self.now + soak)
                    }
                    _ => At::Begin(step + 1),
                };
            }
        }
        true
    }

    fn back(&mut self) -> String {
        let start = self.now;
        let mut recovery = Recovery { start, is_armed: false, recovered: false, late: false };
        self.tell("goes back".to_owned());
        self.frozen = true;
        self.tell("did freeze-writes".to_owned());
        let ramp = self.case.stages.iter().position(|stage| stage.name == "ramp").unwrap();
        let has_started = !matches!(self.states[ramp].at, At::Wait | At::Approval(_) | At::Ready);
        let levers = self.case.levers.iter().enumerate();
        let available = levers.filter(|(_, lever)| lever.until.is_none() || !has_started);
        let Some((number, lever)) = available.min_by_key(|(_, lever)| lever.within.unwrap_or(i64::MAX))
        else {
            self.tell("no lever".to_owned());
            return "stuck".to_owned();
        };
        self.tell(format!("pulls l{number}"));
        self.lets_pass(&mut recovery, self.now + lever.within.unwrap_or(0));
        recovery.is_armed = true;
        self.observe(&mut recovery);
        self.tell(format!("holds back {}", self.case.hold));
        let held = self.now;
        self.lets_pass(&mut recovery, held + self.case.hold);
        if let (Some(most), true) = (self.case.until_recovered, self.case.recovered.is_some()) {
            if !self.waits(&mut recovery, held + most) {
                return "back None".to_owned();
            }
            if !recovery.recovered {
                self.tell("incident".to_owned());
            }
        }
        self.frozen = false;
        self.tell("did unfreeze-writes".to_owned());
        let Some((within, _)) = &self.case.recovered else { return "back None".to_owned() };
        let most = (start + within).max(self.now);
        if self.waits(&mut recovery, most) {
            format!("back {:?}", Some(recovery.recovered))
        } else {
            "back None".to_owned()
        }
    }

    fn observe(&mut self, recovery: &mut Recovery) {
        let Some((within, check)) = &self.case.recovered else { return };
        if recovery.recovered || self.now > self.limit {
            return;
        }
        let reach = self.given.clone().unwrap_or_default();
        if recovery.is_armed && self.asks("recovered", check, false, &reach, self.hold).0 == YES {
            recovery.recovered = true;
            self.tell(format!("recovered {}", self.now - recovery.start));
        } else if !recovery.late && self.now >= recovery.start + within {
            recovery.late = true;
            self.tell(format!("not recovered {within}"));
        }
    }

    fn lets_pass(&mut self, recovery: &mut Recovery, until: i64) {
        self.observe(recovery);
        while self.now < until {
            self.now += 1;
            self.observe(recovery);
        }
    }

    /// Whether the trace says how it ends.
    fn waits(&mut self, recovery: &mut Recovery, most: i64) -> bool {
        loop {
            self.observe(recovery);
            if recovery.recovered {
                return true;
            }
            if self.now > self.limit {
                return false;
            }
            if self.now >= most {
                return true;
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
