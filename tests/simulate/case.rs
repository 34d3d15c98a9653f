//! Small pipelines with traces, as numbers that an interpreter can walk and as the text of a policy.

use opsc::calendar::Instant;
use std::fmt::Write;

/// The second that generated seconds count from.
pub const BASE: i64 = 1_763_978_400;

/// Where choices come from: numbers, then zeros.
pub struct Tape<'t> {
    numbers: &'t [u32],
    next: usize,
}

impl<'t> Tape<'t> {
    pub fn new(numbers: &'t [u32]) -> Self {
        Self { numbers, next: 0 }
    }

    pub fn below(&mut self, bound: usize) -> usize {
        let number = self.numbers.get(self.next).copied().unwrap_or(0);
        self.next += 1;
        number as usize % bound
    }

    fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        (self.below(2) == 1).then(|| make(self))
    }
}

#[derive(Debug, Clone)]
pub struct Bar {
    pub metric: usize,
    pub aggregate: &'static str,
    pub operator: &'static str,
    pub limit: Limit,
    pub over: Option<i64>,
    pub sustained: Option<i64>,
}

#[derive(Debug, Clone)]
pub enum Limit {
    Value(i64),
    Baseline { factor: i64, plus: i64 },
}

#[derive(Debug, Clone)]
pub struct Check {
    pub joined_by: &'static str,
    pub bars: Vec<Bar>,
}

#[derive(Debug, Clone, Default)]
pub struct Stage {
    pub name: &'static str,
    pub kind: &'static str,
    pub after: Vec<usize>,
    pub took: i64,
    pub retries: u32,
    pub failing: u32,
    pub mirror: bool,
    pub shares: Vec<i64>,
    pub regions: Vec<Vec<usize>>,
    pub soak: Option<i64>,
    pub hold: Option<i64>,
    pub gates: Vec<usize>,
    /// When it must be approved: how long that takes, none for never.
    pub approve: Option<Option<i64>>,
    pub timeout: Option<i64>,
    pub on_failure: Option<&'static str>,
    /// Stages of other pipelines that it comes after, and the pipelines that it calls.
    pub after_others: Vec<(usize, usize)>,
    pub calls: Vec<usize>,
    /// Locks, each with the stage at whose end it is given back.
    pub holds: Vec<(usize, Option<usize>)>,
    pub needs: Vec<usize>,
    pub starts: Vec<usize>,
}

/// A pipeline; the first is the one that is asked for.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub name: &'static str,
    pub runs: usize,
    pub holds: Vec<usize>,
    pub on_failure: Option<&'static str>,
    /// A kind or none, the least share, what is done.
    pub on_freeze: Vec<(Option<&'static str>, Option<i64>, &'static str)>,
    pub stages: Vec<Stage>,
    pub back: Option<Back>,
}

/// A rollback.
#[derive(Debug, Clone)]
pub struct Back {
    pub triggers: Vec<Check>,
    pub regions: Vec<Vec<usize>>,
    pub soak: Option<i64>,
    pub hold: i64,
    pub until_recovered: Option<i64>,
    /// Whether writes are opened again however it ends.
    pub finally: bool,
    pub recovered: Option<(i64, Check)>,
}

#[derive(Debug, Clone)]
pub struct Window {
    pub kind: &'static str,
    pub from: i64,
    pub to: i64,
}

#[derive(Debug, Clone)]
pub struct Lever {
    pub within: Option<i64>,
    pub until: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub struct Sample {
    pub metric: usize,
    pub baseline: bool,
    pub region: Option<usize>,
    pub at: i64,
    pub value: i64,
}

#[derive(Debug, Clone)]
pub struct Case {
    pub no_data: Vec<&'static str>,
    pub gates: Vec<Check>,
    pub lines: Vec<Line>,
    pub windows: Vec<Window>,
    pub levers: Vec<Lever>,
    pub samples: Vec<Sample>,
}

/// The baselines of the metrics, by their number.
pub const BASELINES: [Option<&str>; 5] =
    [Some("stable"), Some("offset 30s"), None, Some("pinned \"gold\""), None];

/// The metric that counts, and is only ever asked for its rate.
pub const COUNTER: usize = 4;

/// What each component needs.
pub const COMPONENTS: [&[usize]; 3] = [&[], &[0], &[]];

const LOCKS: usize = 2;

/// Gates mostly pass and triggers mostly do not fire, so that a rollout gets far enough to meet both.
const WANTED: [&str; 7] = ["<=", "<=", "<", "<", "<", ">", ">="];
const FEARED: [&str; 5] = ["<", ">", ">", ">=", ">="];

const SPANS: [i64; 4] = [10, 20, 30, 45];

fn bar(tape: &mut Tape<'_>, longest: i64, operators: &[&'static str]) -> Bar {
    let metric = tape.below(5);
    let aggregate = tape.of(&["", "", "p50", "p95", "p99", "mean", "max"]);
    let aggregate = if metric == COUNTER { "rate" } else { aggregate };
    let limit = match (BASELINES[metric], tape.below(3)) {
        (Some(_), 0) => Limit::Baseline { factor: 2, plus: 0 },
        (Some(_), 1) => Limit::Baseline { factor: 1, plus: 2 },
        _ if metric == COUNTER => Limit::Value(tape.of(&[6, 12, 20, 30])),
        _ => Limit::Value(5 + tape.below(7) as i64),
    };
    let operator = operators[tape.below(operators.len())];
    let over = tape.maybe(|tape| tape.of(&SPANS));
    let sustained = tape.maybe(|tape| tape.of(&[5, 10, 15])).filter(|span| *span <= longest);
    Bar { metric, aggregate, operator, limit, over, sustained }
}

fn check(tape: &mut Tape<'_>, longest: i64, operators: &[&'static str]) -> Check {
    let bars = (0..1 + tape.below(2)).map(|_| bar(tape, longest, operators)).collect();
    Check { joined_by: tape.of(&["and", "or"]), bars }
}

fn stages(tape: &mut Tape<'_>, gates: usize) -> Vec<Stage> {
    let mut stages: Vec<Stage> = Vec::new();
    let names =
        [("build", "test"), ("boot", "deploy"), ("seen", "shadow"), ("canary", "canary"), ("ramp", "ramp")];
    for (name, kind) in names {
        if matches!(name, "build" | "seen") && tape.below(2) == 0 {
            continue;
        }
        let after = stages.len().checked_sub(1).into_iter().collect();
        let mut stage = Stage { name, kind, after, took: tape.of(&[0, 0, 7, 20]), ..Stage::default() };
        stage.retries = tape.of(&[0, 0, 1, 2]);
        stage.failing = if tape.below(12) == 0 { 2 } else { 0 };
        stage.mirror = kind == "shadow";
        stage.shares = match kind {
            "canary" => vec![5],
            "ramp" => tape.of(&[vec![50, 100], vec![25, 50], vec![100]]),
            _ => Vec::new(),
        };
        if kind != "test" {
            stage.hold = tape.maybe(|tape| 20 + tape.below(30) as i64);
            stage.gates =
                (0..gates).filter(|_| tape.below(if kind == "deploy" { 9 } else { 3 }) == 1).collect();
            stage.timeout = tape.maybe(|tape| 60 + tape.below(120) as i64);
            stage.on_failure =
                tape.of(&[None, None, None, Some("stop"), Some("pause"), Some("rollback back")]);
            stage.regions = tape.of(&[vec![], vec![vec![0]], vec![vec![1], vec![0]], vec![vec![0, 1]]]);
            if stage.regions.len() > 1 {
                stage.soak = tape.maybe(|tape| 5 + tape.below(20) as i64);
            }
        }
        if kind == "ramp" {
            stage.approve = tape.maybe(|tape| tape.of(&[Some(0), Some(15), Some(40), None]));
        }
        stages.push(stage);
    }
    let ramp = stages.len() - 1;
    let mut last = vec![ramp];
    if tape.below(3) == 0 {
        let after = vec![stages.iter().position(|stage| stage.name == "boot").unwrap()];
        let hold = tape.maybe(|tape| tape.of(&SPANS));
        let gates = if hold.is_some() && tape.below(2) == 1 { vec![0] } else { Vec::new() };
        let took = tape.of(&[0, 33, 80]);
        stages.push(Stage { name: "side", kind: "verify", after, took, hold, gates, ..Stage::default() });
        last.push(stages.len() - 1);
    }
    stages.push(Stage { name: "promote", kind: "promote", after: last, ..Stage::default() });
    stages
}

/// A case out of numbers.
pub fn case(numbers: &[u32]) -> Case {
    let tape = &mut Tape::new(numbers);
    let gates: Vec<Check> = (0..2).map(|_| check(tape, 20, &WANTED)).collect();
    let stages = stages(tape, gates.len());
    let on_failure =
        tape.of(&[None, Some("rollback back"), Some("rollback back"), Some("stop"), Some("pause")]);
    let main = Line { back: Some(back(tape)), on_failure, ..line(tape, "line", stages) };
    let mut lines = vec![main];
    if tape.below(2) == 1 {
        others(tape, &mut lines);
    }
    let end = 100 + tape.below(300) as i64;
    let mut samples = Vec::new();
    for metric in 0..5 {
        for baseline in [false, true] {
            if baseline && !matches!(metric, 0 | 3) {
                continue;
            }
            for region in tape.of(&[vec![None], vec![Some(0), Some(1)], vec![None, Some(1)], vec![]]) {
                let mut at = -(tape.below(60) as i64);
                while at <= end {
                    let value = tape.below(12) as i64;
                    samples.push(Sample { metric, baseline, region, at, value });
                    at += 1 + tape.of(&[7, 9, 14, 30]) + tape.below(6) as i64;
                }
            }
        }
    }
    samples.push(Sample { metric: 2, baseline: true, region: None, at: end, value: 1 });
    let windows: Vec<Window> = (0..tape.below(3))
        .map(|_| {
            let from = tape.below(250) as i64;
            Window { kind: tape.of(&["hard", "soft"]), from, to: from + 5 + tape.below(90) as i64 }
        })
        .collect();
    let no_data = (0..5).map(|_| tape.of(&["hold", "pass", "pass", "fail"])).collect();
    let levers = (0..2)
        .map(|_| Lever {
            within: tape.maybe(|tape| tape.of(&[3, 8, 12])),
            until: tape.of(&[None, Some("ramp"), Some("ramp")]),
        })
        .collect();
    Case { no_data, gates, lines, windows, levers, samples }
}

fn line(tape: &mut Tape<'_>, name: &'static str, stages: Vec<Stage>) -> Line {
    let on_freeze = tape.of(&[
        vec![],
        vec![(Some("hard"), None, "pause 20s then roll back"), (None, None, "pause")],
        vec![(Some("soft"), Some(50), "finish"), (None, None, "roll back")],
        vec![(None, None, "finish")],
    ]);
    Line { name, runs: 1, stages, on_freeze, ..Line::default() }
}

fn back(tape: &mut Tape<'_>) -> Back {
    let regions = tape.of(&[vec![], vec![], vec![vec![0]], vec![vec![1], vec![0]]]);
    Back {
        triggers: (0..1 + tape.below(2)).map(|_| check(tape, 60, &FEARED)).collect(),
        soak: if regions.len() > 1 { tape.maybe(|tape| 5 + tape.below(20) as i64) } else { None },
        regions,
        hold: tape.of(&[5, 20]),
        until_recovered: tape.maybe(|tape| 20 + tape.below(60) as i64),
        finally: tape.below(2) == 0,
        recovered: tape.maybe(|tape| (10 + tape.below(80) as i64, check(tape, 60, &WANTED))),
    }
}

/// Pipelines that the first calls or waits for, with what they share.
fn others(tape: &mut Tape<'_>, lines: &mut Vec<Line>) {
    let (aid, peer) = (1, 2);
    let mut stages = vec![
        Stage { name: "fill", kind: "test", took: tape.of(&[0, 9, 25]), ..Stage::default() },
        Stage { name: "place", kind: "deploy", after: vec![0], took: tape.of(&[0, 6]), ..Stage::default() },
        Stage { name: "send", kind: "canary", after: vec![1], shares: vec![10], ..Stage::default() },
    ];
    stages[0].failing = tape.of(&[0, 0, 0, 0, 0, 1]);
    stages[0].retries = tape.of(&[0, 1]);
    stages[2].hold = tape.maybe(|tape| 10 + tape.below(25) as i64);
    stages[2].gates = tape.of(&[vec![], vec![1]]);
    let mut called = line(tape, "aid", stages);
    called.runs = tape.of(&[1, 1, 2]);
    called.on_failure = tape.of(&[None, Some("stop"), Some("pause")]);
    if tape.below(3) > 0 {
        called.back = Some(back(tape));
        called.on_failure = tape.of(&[called.on_failure, Some("rollback back-aid")]);
    }
    let mut stages = vec![
        Stage { name: "one", kind: "test", took: tape.of(&[0, 12, 60]), ..Stage::default() },
        Stage { name: "two", kind: "verify", after: vec![0], hold: Some(15), ..Stage::default() },
    ];
    stages[1].gates = tape.of(&[vec![], vec![], vec![0]]);
    if tape.below(3) == 0 {
        stages[1].calls = vec![aid];
    }
    let alone = line(tape, "peer", stages);
    lines.extend([called, alone]);
    let main = &mut lines[0].stages;
    for stage in main.iter_mut() {
        if stage.kind != "test" && tape.below(4) == 1 {
            stage.calls = vec![aid];
        }
        if tape.below(5) == 1 {
            stage.after_others = vec![tape.of(&[(peer, 0), (peer, 1), (aid, 0)])];
        }
    }
    if main.iter().all(|stage| stage.calls.is_empty() && stage.after_others.is_empty()) {
        let boot = main.iter().position(|stage| stage.name == "boot").unwrap();
        main[boot].calls = vec![aid];
    }
    for line in lines.iter_mut() {
        line.holds = (0..LOCKS).filter(|_| tape.below(24) == 1).collect();
        let count = line.stages.len();
        for (position, stage) in line.stages.iter_mut().enumerate() {
            for lock in (0..LOCKS).filter(|_| tape.below(18) == 1).collect::<Vec<_>>() {
                let until = tape.maybe(|tape| position + tape.below(count - position));
                stage.holds.push((lock, until));
            }
            stage.needs = (0..COMPONENTS.len()).filter(|_| tape.below(24) == 1).collect();
            stage.starts = (0..COMPONENTS.len()).filter(|_| position < 2 && tape.below(5) == 1).collect();
        }
    }
}

fn bar_text(bar: &Bar) -> String {
    let name = format!("m{}", bar.metric);
    let mut text = if bar.aggregate.is_empty() { name } else { format!("{}({name})", bar.aggregate) };
    let limit = match bar.limit {
        Limit::Value(value) if bar.metric == COUNTER => format!("{value}/m"),
        Limit::Value(value) => format!("{value}s"),
        Limit::Baseline { factor: 1, plus } => format!("baseline + {plus}s"),
        Limit::Baseline { factor, .. } => format!("baseline * {factor}"),
    };
    write!(text, " {} {limit}", bar.operator).unwrap();
    if let Some(over) = bar.over {
        write!(text, " over {over}s").unwrap();
    }
    if let Some(sustained) = bar.sustained {
        write!(text, " for {sustained}s").unwrap();
    }
    text
}

fn check_text(check: &Check) -> String {
    let bars: Vec<String> = check.bars.iter().map(bar_text).collect();
    bars.join(&format!(" {} ", check.joined_by))
}

/// The policy of a case.
pub fn policy(case: &Case) -> String {
    let at = |second: i64| Instant::from_unix(BASE + second);
    let mut text = "policy p { language 1 }\nrole boss { members \"ann\" }\ntier T1 \"Only\" {}\n\
        freeze hard { block others }\nfreeze soft { block others }\nseverity S1 \"Down\" { impact \"all\" }\n\
        region r0 { zone \"Europe/Dublin\" }\nregion r1 { zone \"America/New_York\" }\n"
        .to_owned();
    for (number, (baseline, no_data)) in BASELINES.iter().zip(&case.no_data).enumerate() {
        let baseline = baseline.map_or(String::new(), |baseline| format!("; baseline {baseline}"));
        let kind = if number == COUNTER { "count" } else { "duration" };
        writeln!(text, "metric m{number} : {kind} {{ better lower; no-data {no_data}{baseline} }}").unwrap();
    }
    for (number, gate) in case.gates.iter().enumerate() {
        writeln!(text, "gate g{number} {{ require {} }}", check_text(gate)).unwrap();
    }
    for (number, window) in case.windows.iter().enumerate() {
        let (from, to) = (at(window.from), at(window.to));
        writeln!(text, "window w{number} : {} {{ during {from} .. {to} }}", window.kind).unwrap();
    }
    for (number, lever) in case.levers.iter().enumerate() {
        let within = lever.within.map_or(String::new(), |within| format!("; within {within}s"));
        let until = lever.until.map_or(String::new(), |until| format!("; available until {until}"));
        writeln!(text, "lever l{number} {{ flips flag \"f{number}\"{within}{until} }}").unwrap();
    }
    for (number, needs) in COMPONENTS.iter().enumerate() {
        let needs: String = needs.iter().map(|needed| format!("needs c{needed}")).collect();
        writeln!(text, "component c{number} {{ {needs} }}").unwrap();
    }
    for number in 0..LOCKS {
        writeln!(text, "lock k{number} because \"one at a time\"").unwrap();
    }
    for line in &case.lines {
        line_text(&mut text, case, line);
    }
    text
}

fn line_text(text: &mut String, case: &Case, line: &Line) {
    writeln!(text, "pipeline {} {{\n  runs {}", line.name, line.runs).unwrap();
    for lock in &line.holds {
        writeln!(text, "  holds k{lock}").unwrap();
    }
    if let Some(on_failure) = line.on_failure {
        writeln!(text, "  on failure {on_failure}").unwrap();
    }
    if !line.on_freeze.is_empty() {
        let answers = line.on_freeze.iter().map(|(kind, share, done)| {
            let share = share.map_or(String::new(), |share| format!(" when traffic >= {share}%"));
            kind.map_or_else(|| format!("otherwise {done}"), |kind| format!("{kind}: {done}{share}"))
        });
        writeln!(text, "  on freeze {{ {} }}", answers.collect::<Vec<_>>().join("; ")).unwrap();
    }
    for stage in &line.stages {
        stage_text(text, case, line, stage);
    }
    text.push_str("}\n");
    let Some(back) = &line.back else { return };
    let name = if line.name == "line" { "back".to_owned() } else { format!("back-{}", line.name) };
    writeln!(text, "rollback {name} for {} {{", line.name).unwrap();
    for trigger in &back.triggers {
        writeln!(text, "  when {}", check_text(trigger)).unwrap();
    }
    if !back.regions.is_empty() {
        writeln!(text, "  {}", regions_text(&back.regions, back.soak)).unwrap();
    }
    let until = back
        .until_recovered
        .map_or(String::new(), |most| format!(" until recovered at most {most}s else incident S1"));
    let hold = back.hold;
    let (opens, finally) =
        if back.finally { ("", "\n  finally { unfreeze-writes }") } else { ("; unfreeze-writes", "") };
    writeln!(text, "  do {{ freeze-writes; pull fastest of l0, l1; hold {hold}s{until}{opens} }}{finally}")
        .unwrap();
    if let Some((within, when)) = &back.recovered {
        writeln!(text, "  recovered within {within}s when {}", check_text(when)).unwrap();
    }
    text.push_str("}\n");
}

fn regions_text(regions: &[Vec<usize>], soak: Option<i64>) -> String {
    let names = |ids: &Vec<usize>| ids.iter().map(|id| format!("r{id}")).collect::<Vec<_>>().join(", ");
    let steps: Vec<String> = regions.iter().map(names).collect();
    format!("regions {}{}", steps.join(" then "), soak.map_or(String::new(), |soak| format!(" soak {soak}s")))
}

fn stage_text(text: &mut String, case: &Case, line: &Line, stage: &Stage) {
    let mut fields = Vec::new();
    let numbered = |letter: &str, ids: &[usize]| {
        ids.iter().map(|id| format!("{letter}{id}")).collect::<Vec<_>>().join(", ")
    };
    if !stage.after.is_empty() {
        let after: Vec<&str> = stage.after.iter().map(|id| line.stages[*id].name).collect();
        fields.push(format!("after {}", after.join(", ")));
    }
    for (other, id) in &stage.after_others {
        let other = &case.lines[*other];
        fields.push(format!("after {} of {}", other.stages[*id].name, other.name));
    }
    for called in &stage.calls {
        fields.push(format!("calls {}", case.lines[*called].name));
    }
    for (lock, until) in &stage.holds {
        let until = until.map_or(String::new(), |until| format!(" until {}", line.stages[until].name));
        fields.push(format!("holds k{lock}{until}"));
    }
    for (word, components) in [("needs", &stage.needs), ("starts", &stage.starts)] {
        if !components.is_empty() {
            fields.push(format!("{word} {}", numbered("c", components)));
        }
    }
    if stage.mirror {
        fields.push("traffic mirror 1%".to_owned());
    } else if !stage.shares.is_empty() {
        let shares: Vec<String> = stage.shares.iter().map(|share| format!("{share}%")).collect();
        fields.push(format!("traffic {}", shares.join(", ")));
    }
    fields.extend(stage.hold.map(|hold| format!("hold {hold}s")));
    if !stage.regions.is_empty() {
        fields.push(regions_text(&stage.regions, stage.soak));
    }
    if !stage.gates.is_empty() {
        fields.push(format!("gate {}", numbered("g", &stage.gates)));
    }
    fields.extend(stage.approve.map(|_| "approve 1 of boss".to_owned()));
    fields.extend(stage.timeout.map(|timeout| format!("timeout {timeout}s")));
    fields.extend((stage.retries > 0).then(|| format!("retry {}", stage.retries)));
    fields.extend(stage.on_failure.map(|done| format!("on failure {done}")));
    writeln!(text, "  stage {} : {} {{ {} }}", stage.name, stage.kind, fields.join("; ")).unwrap();
}

/// The trace of a case.
pub fn trace(case: &Case) -> String {
    let mut text = "time,metric,value,region\n".to_owned();
    for sample in &case.samples {
        let side = if sample.baseline { "@baseline" } else { "" };
        let region = sample.region.map_or(String::new(), |region| format!("r{region}"));
        writeln!(text, "{},m{}{side},{},{region}", BASE + sample.at, sample.metric, sample.value).unwrap();
    }
    text
}
