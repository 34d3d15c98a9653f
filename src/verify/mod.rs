//! The author's tests: each question put to the decision, and the answers that are not as expected.

mod answer;
mod question;

use crate::code;
use crate::decide::Prepared;
use crate::diag::{Code, Diagnostic};
use crate::policy::{Case, Policy, TestBlock};

code!(pub TEST_FAILED, Error, "test-failed", "a test whose answer is not the expected one");

/// Every code of this room. Only running the tests raises them, never a check.
pub static CODES: &[&Code] = &[&TEST_FAILED];

/// What running one test gave.
#[derive(Debug)]
pub struct TestRun<'p> {
    /// The test.
    pub test: &'p TestBlock,
    /// How many answers were compared.
    pub compared: usize,
    /// One finding for each answer that is not the expected one.
    pub failures: Vec<Diagnostic>,
}

/// Runs every test of a policy, in the order they stand. Evidence that a test gives counts as coming from whoever may
/// assert it, at the instant of the question; approvals as given then, for the change as it is.
pub fn run(policy: &Policy) -> Vec<TestRun<'_>> {
    let prepared = Prepared::new(policy);
    policy.tests.rows().iter().map(|test| run_one(policy, &prepared, test)).collect()
}

fn run_one<'p>(policy: &'p Policy, prepared: &Prepared<'p>, test: &'p TestBlock) -> TestRun<'p> {
    let mut run = TestRun { test, compared: 0, failures: Vec::new() };
    for case in &test.cases {
        run.compared += case.expectations.len();
        match case.request.at {
            None => run.failures.push(without_instant(test, case)),
            Some(at) => {
                let (change, context) = question::of(policy, &case.request, at);
                let decision = prepared.decide(&change, &context);
                let missed = case
                    .expectations
                    .iter()
                    .filter(|(expected, _)| !answer::is_met(expected, &decision))
                    .map(|(expected, origin)| {
                        let said = answer::expected(expected);
                        let got = answer::got(expected, &decision);
                        let message = format!("{}: expected {said}, got {got}", title(test, case));
                        answer::explained(Diagnostic::new(&TEST_FAILED, origin.span, message), &decision)
                    });
                run.failures.extend(missed);
            }
        }
    }
    run
}

fn without_instant(test: &TestBlock, case: &Case) -> Diagnostic {
    let message = format!("{}: the question says no instant", title(test, case));
    Diagnostic::new(&TEST_FAILED, case.origin.span, message)
        .help("say when: `given at 2025-11-27T12:00Z`; a test never reads the clock")
}

fn title(test: &TestBlock, case: &Case) -> String {
    let inner = if case.title.is_empty() { String::new() } else { format!(", {}", case.title) };
    format!("test `{}`{inner}", test.name)
}
