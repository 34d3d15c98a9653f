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
    pub stages: Vec<Stage>,
    pub on_failure: Option<&'static str>,
    /// A kind or none, the least share, what is done.
    pub on_freeze: Vec<(Option<&'static str>, Option<i64>, &'static str)>,
    pub windows: Vec<Window>,
    pub triggers: Vec<Check>,
    pub levers: Vec<Lever>,
    pub hold: i64,
    pub until_recovered: Option<i64>,
    pub recovered: Option<(i64, Check)>,
    pub samples: Vec<Sample>,
}

/// The baselines of the metrics, by their number.
pub const BASELINES: [Option<&str>; 4] = [Some("stable"), Some("offset 30s"), None, Some("pinned \"gold\"")];

/// Gates mostly pass and triggers mostly do not fire, so that a rollout gets far enough to meet both.
const WANTED: [&str; 7] = ["<=", "<=", "<", "<", "<", ">", ">="];
const FEARED: [&str; 5] = ["<", ">", ">", ">=", ">="];

const SPANS: [i64; 4] = [10, 20, 30, 45];

fn bar(tape: &mut Tape<'_>, longest: i64, operators: &[&'static str]) -> Bar {
    let metric = tape.below(4);
    let aggregate = tape.of(&["", "", "p50", "p95", "p99", "mean", "max"]);
    let limit = match (BASELINES[metric], tape.below(3)) {
        (Some(_), 0) => Limit::Baseline { factor: 2, plus: 0 },
        (Some(_), 1) => Limit::Baseline { factor: 1, plus: 2 },
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
    let end = 100 + tape.below(300) as i64;
    let mut samples = Vec::new();
    for metric in 0..4 {
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
    Case {
        no_data: (0..4).map(|_| tape.of(&["hold", "pass", "pass", "fail"])).collect(),
        gates,
        stages,
        windows,
        on_failure: tape.of(&[
            None,
            Some("rollback back"),
            Some("rollback back"),
            Some("stop"),
            Some("pause"),
        ]),
        on_freeze: tape.of(&[
            vec![],
            vec![(Some("hard"), None, "pause 20s then roll back"), (None, None, "pause")],
            vec![(Some("soft"), Some(50), "finish"), (None, None, "roll back")],
            vec![(None, None, "finish")],
        ]),
        triggers: (0..1 + tape.below(2)).map(|_| check(tape, 60, &FEARED)).collect(),
        levers: (0..2)
            .map(|_| Lever {
                within: tape.maybe(|tape| tape.of(&[3, 8, 12])),
                until: tape.of(&[None, Some("ramp")]),
            })
            .collect(),
        hold: tape.of(&[5, 20]),
        until_recovered: tape.maybe(|tape| 20 + tape.below(60) as i64),
        recovered: tape.maybe(|tape| (10 + tape.below(80) as i64, check(tape, 60, &WANTED))),
        samples,
    }
}

fn bar_text(bar: &Bar) -> String {
    let name = format!("m{}", bar.metric);
    let mut text = if bar.aggregate.is_empty() { name } else { format!("{}({name})", bar.aggregate) };
    let limit = match bar.limit {
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
        writeln!(text, "metric m{number} : duration {{ better lower; no-data {no_data}{baseline} }}")
            .unwrap();
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
    text.push_str("pipeline line {\n");
    if let Some(on_failure) = case.on_failure {
        writeln!(text, "  on failure {on_failure}").unwrap();
    }
    if !case.on_freeze.is_empty() {
        let answers = case.on_freeze.iter().map(|(kind, share, done)| {
            let share = share.map_or(String::new(), |share| format!(" when traffic >= {share}%"));
            kind.map_or_else(|| format!("otherwise {done}"), |kind| format!("{kind}: {done}{share}"))
        });
        writeln!(text, "  on freeze {{ {} }}", answers.collect::<Vec<_>>().join("; ")).unwrap();
    }
    for stage in &case.stages {
        stage_text(&mut text, case, stage);
    }
    text.push_str("}\nrollback back for line {\n");
    for trigger in &case.triggers {
        writeln!(text, "  when {}", check_text(trigger)).unwrap();
    }
    let until = case
        .until_recovered
        .map_or(String::new(), |most| format!(" until recovered at most {most}s else incident S1"));
    let hold = case.hold;
    writeln!(text, "  do {{ freeze-writes; pull fastest of l0, l1; hold {hold}s{until}; unfreeze-writes }}")
        .unwrap();
    if let Some((within, when)) = &case.recovered {
        writeln!(text, "  recovered within {within}s when {}", check_text(when)).unwrap();
    }
    text.push_str("}\n");
    text
}

fn stage_text(text: &mut String, case: &Case, stage: &Stage) {
    let mut fields = Vec::new();
    let names = |ids: &[usize]| ids.iter().map(|id| format!("r{id}")).collect::<Vec<_>>().join(", ");
    if !stage.after.is_empty() {
        let after: Vec<&str> = stage.after.iter().map(|id| case.stages[*id].name).collect();
        fields.push(format!("after {}", after.join(", ")));
    }
    if stage.mirror {
        fields.push("traffic mirror 1%".to_owned());
    } else if !stage.shares.is_empty() {
        let shares: Vec<String> = stage.shares.iter().map(|share| format!("{share}%")).collect();
        fields.push(format!("traffic {}", shares.join(", ")));
    }
    fields.extend(stage.hold.map(|hold| format!("hold {hold}s")));
    if !stage.regions.is_empty() {
        let steps: Vec<String> = stage.regions.iter().map(|step| names(step)).collect();
        let soak = stage.soak.map_or(String::new(), |soak| format!(" soak {soak}s"));
        fields.push(format!("regions {}{soak}", steps.join(" then ")));
    }
    if !stage.gates.is_empty() {
        let gates: Vec<String> = stage.gates.iter().map(|gate| format!("g{gate}")).collect();
        fields.push(format!("gate {}", gates.join(", ")));
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
