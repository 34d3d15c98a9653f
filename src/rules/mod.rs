//! Analyses and lints over the checked policy: one file each, one row of [`RULES`]; and the table of every code there is.

mod approvals;
mod approvals_time;
mod artifacts;
mod claims;
mod comms;
mod contract;
mod coverage;
mod deadlock;
mod environments;
mod feasts;
mod first;
mod flags;
mod kind_names_a_scope;
mod locks;
mod maintenance;
mod measure;
mod never_deployed;
mod next_year;
mod off_calendar;
mod on_call;
mod order_cycles;
mod release_time;
mod restoration;
mod rollback;
mod rollout;
mod rollout_time;
mod stage_order;
mod stages;
mod timeouts;
mod utc_days;
mod window_hole;

use crate::calendar::Instant;
use crate::diag::{Code, Diagnostic, Habit, Sink};
use crate::fidelity;
use crate::policy::{self, Loaded, Policy, Reference};
use crate::resolve::{self, Allow, Module, Names, Unreadable};
use crate::source::Sources;
use crate::world::World;
use std::sync::LazyLock;

pub use window_hole::WINDOW_HOLE;

/// An analysis: the codes it raises, and what it does.
#[derive(Debug)]
pub struct Rule {
    /// What it can find.
    pub codes: &'static [&'static Code],
    /// Looks for it.
    pub check: fn(&Subject<'_>, &mut Sink),
}

/// What an analysis looks at.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The policy, free of errors.
    pub policy: &'a Policy,
    /// Its files, for wording and fixes.
    pub sources: &'a Sources,
    /// The same as trees, for what is written beside a declaration.
    pub modules: &'a [Module],
    /// The clock's reading: some findings speak of what is past.
    pub now: Instant,
}

/// Every analysis, in the order of their files' names.
pub static RULES: &[&Rule] = &[
    &approvals::RULE,
    &approvals_time::RULE,
    &artifacts::RULE,
    &claims::RULE,
    &comms::CADENCE,
    &comms::LADDER,
    &comms::TEXT,
    &contract::RULE,
    &coverage::RULE,
    &deadlock::RULE,
    &environments::RULE,
    &feasts::RULE,
    &flags::RULE,
    &kind_names_a_scope::RULE,
    &locks::RULE,
    &maintenance::RULE,
    &measure::conditions::RULE,
    &measure::contradiction::RULE,
    &measure::holds::RULE,
    &measure::sources::RULE,
    &measure::stops::RULE,
    &never_deployed::RULE,
    &next_year::RULE,
    &off_calendar::RULE,
    &on_call::RULE,
    &order_cycles::RULE,
    &release_time::RULE,
    &restoration::RULE,
    &rollback::RULE,
    &rollout::RULE,
    &rollout_time::RULE,
    &stage_order::RULE,
    &timeouts::RULE,
    &utc_days::RULE,
    &window_hole::RULE,
];

/// The codes of the rooms before this one.
static EARLIER: &[&[&Code]] = &[
    crate::syntax::CODES,
    crate::schema::CODES,
    crate::resolve::CODES,
    crate::types::CODES,
    policy::CODES,
    crate::fidelity::CODES,
];

/// Every code there is, by name.
pub fn codes() -> &'static [&'static Code] {
    static ALL: LazyLock<Vec<&'static Code>> = LazyLock::new(|| {
        let rules = RULES.iter().flat_map(|rule| rule.codes);
        let mut codes: Vec<&'static Code> = EARLIER.iter().copied().flatten().chain(rules).copied().collect();
        codes.sort_by_key(|code| code.name);
        codes
    });
    &ALL
}

/// What a whole check came to.
#[derive(Debug)]
pub struct Checked {
    /// Every file that was read.
    pub sources: Sources,
    /// The policy; none where an error was found.
    pub policy: Option<Policy>,
    /// Everything found, in order, less what the authors accept.
    pub diagnostics: Vec<Diagnostic>,
    /// What the authors accept.
    pub allows: Vec<Allow>,
    /// Every name that is declared.
    pub names: Names,
    /// Every use of a name that could be followed, in order of place.
    pub references: Vec<Reference>,
    /// The policy's folder, with `/` at its end; empty for the current one.
    pub root: String,
    /// The files as trees; those that a file uses come before it.
    pub modules: Vec<Module>,
}

/// Loads the policy at `path` and runs every analysis; `habit` says whether those that only speak when asked do.
///
/// # Errors
/// Where its first file cannot be read. Everything else that is wrong is a finding.
pub fn check(world: &dyn World, path: &str, habit: Habit) -> Result<Checked, Unreadable> {
    Ok(analyse(policy::load(world, path)?, Instant::from_system(world.now()), habit))
}

/// Runs every analysis over a policy that was read, at `now`.
pub fn analyse(loaded: Loaded, now: Instant, habit: Habit) -> Checked {
    let Loaded { sources, policy, diagnostics, allows, names, references, root, modules } = loaded;
    let mut sink = Sink::new();
    sink.extend(diagnostics);
    if let Some(policy) = &policy {
        let subject = Subject { policy, sources: &sources, modules: &modules, now };
        for rule in RULES {
            (rule.check)(&subject, &mut sink);
        }
        sink.extend(fidelity::check(policy));
    }
    let policy = policy.filter(|_| !sink.has_errors());
    // What is accepted is taken away first: an `@allow` of what only speaks when asked is not unused where nobody asks.
    let mut diagnostics = resolve::accept(&allows, sink.into_sorted(), codes());
    diagnostics.retain(|finding| speaks(finding.code, habit));
    Checked { sources, policy, diagnostics, allows, names, references, root, modules }
}

fn speaks(code: &Code, habit: Habit) -> bool {
    code.habit == Habit::Always || habit == Habit::Strict
}
