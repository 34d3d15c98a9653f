//! The author's tests: questions, each with what is expected of the answer.

use super::{
    Action, BreakGlass, Component, Environment, Flag, Id, Origin, Phase, Region, Release, Service, Tier,
    Value,
};
use crate::calendar::Instant;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A `test` block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestBlock {
    /// What it shows.
    pub name: String,
    /// Where it is declared.
    pub origin: Origin,
    /// Its cases.
    pub cases: Vec<Case>,
}

/// One question with what is expected of the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// What tells it from the others: `in us-east-1`.
    pub title: String,
    /// Where it is written.
    pub origin: Origin,
    /// The question.
    pub request: Request,
    /// What is expected, each with the line that says so.
    pub expectations: Vec<(Expectation, Origin)>,
}

/// A question as a policy or a command line puts it: what is not given is left to the decision's defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The tier that is stated.
    pub tier: Option<Id<Tier>>,
    /// What is done.
    pub action: Option<Action>,
    /// In which phase.
    pub phase: Option<Phase>,
    /// Where.
    pub environment: Option<Id<Environment>>,
    /// In which regions; none means all.
    pub regions: Vec<Id<Region>>,
    /// To which components; none means all, or the service's.
    pub components: Vec<Id<Component>>,
    /// To which service.
    pub service: Option<Id<Service>>,
    /// As part of which release.
    pub release: Option<Id<Release>>,
    /// When.
    pub at: Option<Instant>,
    /// Paths changed.
    pub paths: Vec<String>,
    /// Facts asserted.
    pub facts: BTreeMap<String, Value>,
    /// Who approved.
    pub approved_by: Vec<String>,
    /// Who wrote it.
    pub authors: Vec<String>,
    /// The lever of a rollback, and the release it goes back to.
    pub rollback: Option<(String, String)>,
    /// The flag that is switched off.
    pub kill: Option<Id<Flag>>,
    /// The glass that is broken, and who breaks it, asking those on call at that instant.
    pub break_glass: Option<(Id<BreakGlass>, String)>,
}

/// What a test expects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Expectation {
    /// `expect allowed`
    Allowed,
    /// `expect blocked by W until I`
    Blocked {
        /// Every one of these is a reason.
        by: Vec<String>,
        /// When everything allows again, with evidence as given.
        until: Option<Instant>,
    },
    /// `expect pending on warmup`
    Pending {
        /// Every one of these is asked for.
        on: Vec<String>,
    },
    /// `expect next INSTANT`; none is `never`
    Next(Option<Instant>),
    /// `expect valid until INSTANT`
    ValidUntil(Instant),
    /// `expect window W`: each of these is active, whatever it says.
    Window(Vec<String>),
    /// `expect no window W`: none of these is active; none named means no window at all.
    NoWindow(Vec<String>),
    /// `expect reason R`: each of these is among the reasons, those that allow included.
    Reason(Vec<String>),
    /// `expect record "/tier/name" = "T2"`
    Record {
        /// An RFC 6901 pointer into the decision's record.
        pointer: String,
        /// What stands there; none means nothing, or `null`.
        value: Option<Value>,
    },
}
