//! The runs as one JSON object. Its shape is published as `docs/schema/test.schema.json` and only grows.

use super::{Shown, title};
use crate::calendar::Instant;
use crate::verify::property::Source;
use crate::verify::{CaseRun, Coverage, Fate, Mutation, PropertyRun, Sameness, TestRun, Verdict};
use serde::Serialize;

#[derive(Serialize)]
struct Output<'a> {
    schema: &'static str,
    policy: &'a str,
    policy_digest: &'a str,
    tests: Vec<Test<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    properties: Vec<Tried<'a>>,
    summary: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Covered<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutation: Option<Mutated<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
    place: String,
    passed: bool,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    title: &'a str,
    place: String,
    at: Option<Instant>,
    passed: bool,
    verdict: Option<&'static str>,
    answers: Vec<Answer<'a>>,
}

#[derive(Serialize)]
struct Answer<'a> {
    place: String,
    expected: &'a str,
    got: &'a str,
    passed: bool,
}

#[derive(Serialize)]
struct Tried<'a> {
    name: &'a str,
    place: String,
    passed: bool,
    verdict: &'static str,
    seed: u64,
    kept: usize,
    drawn: usize,
    met: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    broken: Option<Broken<'a>>,
}

#[derive(Serialize)]
struct Broken<'a> {
    expected: &'a str,
    found: &'a str,
    place: String,
    is_kept: bool,
    start: Instant,
    since: Instant,
}

#[derive(Serialize)]
struct Counts {
    tests: usize,
    failed: usize,
    answers: usize,
    failed_answers: usize,
    #[serde(skip_serializing_if = "is_none")]
    properties: usize,
    #[serde(skip_serializing_if = "is_none")]
    failed_properties: usize,
}

#[derive(Serialize)]
struct Covered<'a> {
    percent: usize,
    seen: usize,
    all: usize,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    kind: &'static str,
    name: &'a str,
    place: String,
    seen: usize,
}

#[derive(Serialize)]
struct Mutated<'a> {
    score: usize,
    noticed: usize,
    counted: usize,
    mutants: Vec<Mutant<'a>>,
}

#[derive(Serialize)]
struct Mutant<'a> {
    what: &'a str,
    place: String,
    fate: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    looser_seconds: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stricter_seconds: Option<i64>,
}

pub(super) fn render(shown: &Shown<'_>) -> String {
    let runs = shown.runs;
    let output = Output {
        schema: "opsc.test/1",
        policy: &shown.policy.name,
        policy_digest: &shown.policy.digest,
        tests: runs.iter().map(|run| test(shown, run)).collect(),
        properties: shown.properties.iter().map(|run| tried(shown, run)).collect(),
        summary: Counts {
            tests: runs.len(),
            failed: runs.iter().filter(|run| !run.passed()).count(),
            answers: runs.iter().map(TestRun::compared).sum(),
            failed_answers: runs.iter().map(|run| run.failures().count()).sum(),
            properties: shown.properties.len(),
            failed_properties: shown.properties.iter().filter(|run| !run.passed()).count(),
        },
        coverage: shown.coverage.map(|coverage| covered(shown, coverage)),
        mutation: shown.mutation.map(|mutation| mutated(shown, mutation)),
    };
    serde_json::to_string_pretty(&output).map(|text| text + "\n").unwrap_or_default()
}

fn test<'a>(shown: &Shown<'a>, run: &'a TestRun<'a>) -> Test<'a> {
    Test {
        name: &run.test.name,
        place: shown.place(run.test.origin),
        passed: run.passed(),
        cases: run.cases.iter().map(|case| of_case(shown, run, case)).collect(),
    }
}

fn of_case<'a>(shown: &Shown<'a>, run: &'a TestRun<'a>, case: &'a CaseRun<'a>) -> Case<'a> {
    let answers = case.answers.iter().map(|compared| Answer {
        place: shown.place(compared.origin),
        expected: &compared.expected,
        got: &compared.got,
        passed: compared.failure.is_none(),
    });
    Case {
        title: title(run, case),
        place: shown.place(case.case.origin),
        at: case.case.request.at,
        passed: case.failures().next().is_none(),
        verdict: case.decision.as_ref().map(|decision| decision.verdict.name()),
        answers: answers.collect(),
    }
}

fn is_none(number: &usize) -> bool {
    *number == 0
}

fn tried<'a>(shown: &Shown<'a>, run: &'a PropertyRun<'a>) -> Tried<'a> {
    let broken = run.broken().and_then(|found| {
        let expected = run.property.expected.get(found.expected)?;
        Some(Broken {
            expected: &expected.text,
            found: &found.found,
            place: shown.place(expected.origin),
            is_kept: matches!(found.from, Source::Saved(_)),
            start: found.timeline.start,
            since: found.since,
        })
    });
    let verdict = match run.verdict {
        Verdict::Held => "held",
        Verdict::Nothing => "nothing-met",
        Verdict::CutShort => "undecided",
        Verdict::Broken(_) => "broken",
    };
    Tried {
        name: &run.property.name,
        place: shown.place(run.property.origin),
        passed: run.passed(),
        verdict,
        seed: run.seed,
        kept: run.saved,
        drawn: run.drawn,
        met: run.met,
        broken,
    }
}

fn covered<'a>(shown: &Shown<'_>, coverage: &'a Coverage) -> Covered<'a> {
    let rules = coverage.items.iter().map(|item| Rule {
        kind: item.kind,
        name: &item.name,
        place: shown.place(item.origin),
        seen: item.seen,
    });
    Covered {
        percent: coverage.percent(),
        seen: coverage.seen(),
        all: coverage.items.len(),
        rules: rules.collect(),
    }
}

fn mutated<'a>(shown: &Shown<'_>, mutation: &'a Mutation) -> Mutated<'a> {
    let mutants = mutation.tried.iter().map(|tried| {
        let (fate, effect) = match tried.fate {
            Fate::Noticed => ("noticed", None),
            Fate::Missed(effect) => ("missed", Some(effect)),
            Fate::Equivalent(Sameness::SameTimes) => ("same-times", None),
            Fate::Equivalent(Sameness::Sampled(_)) => ("same-answers-sampled", None),
            Fate::Undecided => ("undecided", None),
        };
        Mutant {
            what: &tried.what,
            place: shown.place(tried.origin),
            fate,
            looser_seconds: effect.map(|effect| effect.looser),
            stricter_seconds: effect.map(|effect| effect.stricter),
        }
    });
    Mutated {
        score: mutation.score(),
        noticed: mutation.noticed(),
        counted: mutation.counted(),
        mutants: mutants.collect(),
    }
}
