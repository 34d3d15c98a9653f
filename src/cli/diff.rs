//! `opsc diff`: what a changed policy allows that it did not, and the other way round.

use super::budget::{self, pulse};
use super::{Command, Context, Exit, Failure, Output, policy, revision, zones};
use crate::calendar::{TZDB_VERSION, ZoneDatabase};
use crate::emit::json::changed;
use crate::policy::Policy;
use crate::render::comparison::{Clocks, Compared, Outcome, json, markdown, text};
use crate::verify::clocks::moved;
use crate::verify::diff::{diff, horizon};
use clap::builder::PossibleValuesParser;

/// Say what a changed policy allows that it did not, and what it no longer allows
///
/// Exact for calendar, tiers, approvals and exceptions: every instant of both horizons, every cell, tier and phase, and every
/// combination of evidence and approvals that either policy can tell apart. Facts, classification, emergencies and paths are
/// compared as they are written, and so are pipelines, triggers and levers. Layout, order and words make no difference.
///
/// With `--old-zones` or `--new-zones`, also across two versions of the zone database: `opsc diff . . --new-zones FOLDER` says what
/// the same policy means once clocks are moved, and which clocks are.
#[derive(Debug, clap::Args)]
pub struct Diff {
    /// The old policy: a file, a folder with `main.ops`, or a git revision
    #[arg(value_name = "OLD")]
    old: String,
    /// The new policy: the same
    #[arg(value_name = "NEW", default_value = ".")]
    new: String,
    /// Where the policy lies in a revision: a file, or a folder with `main.ops`
    #[arg(long, value_name = "PATH", default_value = ".", value_parser = super::files::argument)]
    policy: String,
    /// Exit with 0 also where something may land that could not
    #[arg(long)]
    allow_wider: bool,
    /// How to write it: for a terminal, for a pull request's comment, or as one JSON object
    #[arg(long, value_name = "FORMAT", default_value = "human",
          value_parser = PossibleValuesParser::new(["human", "markdown", "json"]))]
    format: String,
    /// Read the old policy's zones from this folder of compiled zones (`zic -d FOLDER`), instead of from the program
    #[arg(long, value_name = "FOLDER")]
    old_zones: Option<String>,
    /// The same for the new policy
    #[arg(long, value_name = "FOLDER")]
    new_zones: Option<String>,
    /// How long to compare at most: what is not decided by then is said to be so
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = budget::seconds)]
    budget: u64,
}

impl Command for Diff {
    const NAME: &'static str = "diff";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "nothing may land that could not, or `--allow-wider` was given"),
        (Exit::Found, "something may land that could not, or it could not be shown that nothing may"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "one of the policies has errors"),
        (Exit::Unreadable, "one of the policies, or git, cannot be read"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let whose = |which: &str, named: &str, failure: Failure| match failure.exit() {
            Exit::InvalidPolicy => failure.saying(format!("the {which} policy, `{named}`, has errors")),
            _ => failure,
        };
        let database = |folder: &Option<String>| {
            folder.as_deref().map(|folder| zones::database(context, folder)).transpose()
        };
        let (before, after) = (database(&self.old_zones)?, database(&self.new_zones)?);
        let old =
            self.load(context, &self.old, before).map_err(|failure| whose("old", &self.old, failure))?;
        let new = self.load(context, &self.new, after).map_err(|failure| whose("new", &self.new, failure))?;
        let within = horizon(&old, &new);
        let mut pulse = pulse("kinds of cell", self.budget);
        let comparison = diff(&old, &new, within, &mut pulse);
        let version = |database: Option<ZoneDatabase>| database.map_or(TZDB_VERSION, ZoneDatabase::version);
        let clocks = (before.is_some() || after.is_some()).then(|| Clocks {
            old: version(before),
            new: version(after),
            moved: moved(&old, &new, within),
        });
        let changed = changed(&old, &new);
        let compared = Compared {
            old: &self.old,
            new: &self.new,
            policy: &new,
            comparison: &comparison,
            changed: &changed,
            clocks: clocks.as_ref(),
        };
        let said = match self.format.as_str() {
            "markdown" => markdown(&compared),
            "json" => format!("{}\n", serde_json::to_string_pretty(&json(&compared)).unwrap_or_default()),
            _ => text(&compared, context.console.out),
        };
        let fails = compared.outcome() == Outcome::Wider && !self.allow_wider;
        Ok(Output::said(said).exit(if fails { Exit::Found } else { Exit::Done }))
    }
}

impl Diff {
    /// A path where there is one, else a revision.
    fn load(
        &self,
        context: &Context<'_>,
        named: &str,
        zones: Option<ZoneDatabase>,
    ) -> Result<Policy, Failure> {
        match zones {
            Some(zones) => zones.while_read_from(|| self.find(context, named)),
            None => self.find(context, named),
        }
    }

    fn find(&self, context: &Context<'_>, named: &str) -> Result<Policy, Failure> {
        let path = super::files::from_here(named);
        let is_there = context.world.is_file(&path)
            || context.world.is_file(&format!("{}/main.ops", path.trim_end_matches('/')));
        if is_there {
            return policy::load(context, &path).map(|valid| valid.policy);
        }
        let world = revision::world(context, named, &self.policy)?;
        let there = Context { world: &world, console: context.console };
        policy::load(&there, &self.policy).map(|valid| valid.policy)
    }
}
