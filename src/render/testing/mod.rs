//! What running a policy's tests gave, as people and programs read it.

mod json;
mod junit;
mod mutation;
mod terminal;

use super::Paint;
use super::place::from_here;
use crate::policy::{Origin, Policy, Property};
use crate::verify::{CaseRun, Coverage, Mutation, PropertyRun, TestRun};

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The policy whose tests ran.
    pub policy: &'a Policy,
    /// What they gave.
    pub runs: &'a [TestRun<'a>],
    /// The properties that are meant, tried or not.
    pub listed: &'a [&'a Property],
    /// What trying them gave.
    pub properties: &'a [PropertyRun<'a>],
    /// What they exercised, where that was asked for.
    pub coverage: Option<&'a Coverage>,
    /// What became of the policy's mutants, where that was asked for.
    pub mutation: Option<&'a Mutation>,
    /// The policy's folder as a reader here opens it, with `/` at its end; empty for the current one.
    pub root: &'a str,
}

impl Shown<'_> {
    /// A line of the policy, as a reader here opens it.
    fn place(&self, origin: Origin) -> String {
        from_here(self.root, &self.policy.place(origin))
    }
}

/// What tells a case from the others of its test; the test's own name where it is its only question.
fn title<'a>(run: &'a TestRun<'_>, case: &'a CaseRun<'_>) -> &'a str {
    if case.case.title.is_empty() { &run.test.name } else { &case.case.title }
}

/// Every case and every property with its line, one a line.
pub fn list(shown: &Shown<'_>) -> String {
    terminal::list(shown)
}

/// A property that held, with how far it was tried, for people.
pub fn held(run: &PropertyRun<'_>, paint: Paint) -> String {
    terminal::held(run, paint)
}

/// What was exercised and what was not, for people.
pub fn coverage(shown: &Shown<'_>, coverage: &Coverage) -> String {
    terminal::coverage(shown, coverage)
}

/// What became of each mutant, for people.
pub fn mutation(shown: &Shown<'_>, mutation: &Mutation) -> String {
    mutation::render(shown, mutation)
}

/// One JSON object, by docs/schema/test.schema.json.
pub fn json(shown: &Shown<'_>) -> String {
    json::render(shown)
}

/// JUnit's XML, one suite a test and one case a question; a property is a suite with one case. It holds no times: the same policy gives the same bytes.
pub fn junit(shown: &Shown<'_>) -> String {
    junit::render(shown)
}
