//! Runs tests: each question put to the decision, each answer held against what was expected.

use super::answer::{self, Answer};
use super::{TEST_FAILED, question};
use crate::decide::{Decision, Prepared};
use crate::diag::Diagnostic;
use crate::policy::{Case, Expectation, Origin, Policy, TestBlock};

/// What running one test gave.
#[derive(Debug)]
pub struct TestRun<'p> {
    /// The test.
    pub test: &'p TestBlock,
    /// Its cases, in the order they stand.
    pub cases: Vec<CaseRun<'p>>,
}

/// What one question gave.
#[derive(Debug)]
pub struct CaseRun<'p> {
    /// The question.
    pub case: &'p Case,
    /// The decision; none where the question says no instant.
    pub decision: Option<Decision>,
    /// Each expectation with what was answered.
    pub answers: Vec<Compared>,
}

/// An expectation and what came of it.
#[derive(Debug)]
pub struct Compared {
    /// Where it is written.
    pub origin: Origin,
    /// What was expected, in words.
    pub expected: String,
    /// What was answered, in words.
    pub got: String,
    /// The finding, where the two are not the same.
    pub failure: Option<Diagnostic>,
}

impl TestRun<'_> {
    /// How many answers were compared.
    pub fn compared(&self) -> usize {
        self.cases.iter().map(|case| case.answers.len()).sum()
    }

    /// One finding for each answer that is not the expected one.
    pub fn failures(&self) -> impl Iterator<Item = &Diagnostic> {
        self.cases.iter().flat_map(CaseRun::failures)
    }

    /// Whether every answer is as expected.
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }
}

impl CaseRun<'_> {
    /// One finding for each answer that is not the expected one.
    pub fn failures(&self) -> impl Iterator<Item = &Diagnostic> {
        self.answers.iter().filter_map(|compared| compared.failure.as_ref())
    }
}

/// Runs every test of a policy, in the order they stand. Evidence that a test gives counts as coming from whoever may
/// assert it, at the instant of the question; approvals as given then, for the change as it is.
pub fn run(policy: &Policy) -> Vec<TestRun<'_>> {
    let prepared = Prepared::new(policy);
    let tests = policy.tests.rows().iter();
    tests
        .map(|test| {
            let cases = test.cases.iter().map(|case| run_case(policy, &prepared, test, case));
            TestRun { test, cases: cases.collect() }
        })
        .collect()
}

fn run_case<'p>(
    policy: &'p Policy,
    prepared: &Prepared<'p>,
    test: &TestBlock,
    case: &'p Case,
) -> CaseRun<'p> {
    let Some(at) = case.request.at else {
        let answers = case.expectations.iter().map(|expectation| without_instant(test, case, expectation));
        return CaseRun { case, decision: None, answers: answers.collect() };
    };
    let (change, context) = question::of(policy, &case.request, at);
    let decision = prepared.decide(&change, &context);
    let answer = Answer { policy, change: &change, context: &context, decision: &decision };
    let compare = |(expected, origin): &(Expectation, Origin)| {
        let (said, got) = (answer::expected(expected), answer::got(expected, &answer));
        let failure = (!answer::is_met(expected, &answer)).then(|| {
            let message = format!("{}: expected {said}, got {got}", title(test, case));
            answer::explained(Diagnostic::new(&TEST_FAILED, origin.span, message), &decision)
        });
        Compared { origin: *origin, expected: said, got, failure }
    };
    let answers = case.expectations.iter().map(compare).collect();
    CaseRun { case, decision: Some(decision), answers }
}

fn without_instant(test: &TestBlock, case: &Case, (expected, origin): &(Expectation, Origin)) -> Compared {
    let message = format!("{}: the question says no instant", title(test, case));
    let finding = Diagnostic::new(&TEST_FAILED, case.origin.span, message)
        .help("say when: `given at 2025-11-27T12:00Z`; a test never reads the clock");
    Compared {
        origin: *origin,
        expected: answer::expected(expected),
        got: "no answer: the question says no instant".to_owned(),
        failure: Some(finding),
    }
}

fn title(test: &TestBlock, case: &Case) -> String {
    let inner = if case.title.is_empty() { String::new() } else { format!(", {}", case.title) };
    format!("test `{}`{inner}", test.name)
}

/// Whether every answer of every test is the expected one: no more is found out than that needs.
pub(super) fn all_pass(policy: &Policy, prepared: &Prepared<'_>) -> bool {
    policy.tests.rows().iter().flat_map(|test| &test.cases).all(|case| {
        let Some(at) = case.request.at else { return false };
        let (change, context) = question::of(policy, &case.request, at);
        let decision = prepared.decide(&change, &context);
        let answer = Answer { policy, change: &change, context: &context, decision: &decision };
        case.expectations.iter().all(|(expected, _)| answer::is_met(expected, &answer))
    })
}
