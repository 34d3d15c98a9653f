//! `opsc backtest`: what the policy would have said of deployments that were made.

use super::budget::{self, pulse};
use super::policy::load;
use super::{Command, Context, Exit, Failure, Output, files};
use crate::calendar::Elapsed;
use crate::render::backtest as render;
use crate::verify::backtest::{self as verify, Asked, HistoryError};
use clap::ValueEnum;
use std::collections::{BTreeMap, BTreeSet};

/// Ask the policy about deployments that were made: which it would have stopped, by what, and whether an incident followed
///
/// No history holds evidence, so what a tier requires is unknown: a deployment that no freeze stops is mostly pending. The policy is
/// asked as it is now; what it says with dates counts only on those dates.
#[derive(Debug, clap::Args)]
pub struct Backtest {
    /// A policy file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument)]
    path: String,
    /// Deployments: the JSON of GitHub's or GitLab's deployment API, or CSV with the column `time`; several may be given
    #[arg(long, value_name = "FILE", required = true)]
    history: Vec<String>,
    /// Incidents: CSV with the column `start`
    #[arg(long, value_name = "FILE")]
    incidents: Option<String>,
    /// For how long an incident counts as following a deployment: `24h`, `90m`, `2d`
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = span)]
    within: Elapsed,
    /// The policy's environment for one of the history; several may be given
    #[arg(long, value_name = "HISTORY=POLICY", value_parser = pair)]
    environment: Vec<(String, String)>,
    /// Leave out the deployments to an environment of the history; several may be given
    #[arg(long, value_name = "HISTORY")]
    skip: Vec<String>,
    /// The tier of deployments for which the history says none, all of them or those to one of its environments
    #[arg(long, value_name = "[HISTORY=]TIER", value_parser = part)]
    tier: Vec<(Option<String>, String)>,
    /// The region of deployments for which the history says none; several may be given
    #[arg(long, value_name = "[HISTORY=]REGION", value_parser = part)]
    region: Vec<(Option<String>, String)>,
    /// The component of deployments for which the history says none; several may be given
    #[arg(long, value_name = "[HISTORY=]COMPONENT", value_parser = part)]
    component: Vec<(Option<String>, String)>,
    /// How long to ask at most: what is not asked about by then is said to be so
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = budget::seconds)]
    budget: u64,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A summary, then each deployment that would have been stopped
    Human,
    /// Every deployment as one object, by docs/schema/backtest.schema.json
    Json,
    /// The summary as tables, for a page or a comment
    Markdown,
}

/// `prod-eu=production`.
fn pair(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, value)| !name.is_empty() && !value.is_empty());
    let (name, value) = parts
        .ok_or_else(|| "write the history's name and the policy's, as in `prod-eu=production`".to_owned())?;
    Ok((name.to_owned(), value.to_owned()))
}

/// `T2`, or `prod-eu=T2`.
fn part(text: &str) -> Result<(Option<String>, String), String> {
    if text.contains('=') {
        return pair(text).map(|(name, value)| (Some(name), value));
    }
    Ok((None, text.to_owned()))
}

fn span(text: &str) -> Result<Elapsed, String> {
    let units = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)];
    let found = units.iter().find_map(|(unit, seconds)| {
        let number: i64 = text.strip_suffix(unit)?.parse().ok()?;
        number.checked_mul(*seconds).filter(|seconds| *seconds > 0)
    });
    found.map(Elapsed::seconds).ok_or_else(|| "write a span of time, as in `24h`, `90m` or `2d`".to_owned())
}

impl Command for Backtest {
    const NAME: &'static str = "backtest";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "the history was asked about, whatever the answers"),
        (Exit::Usage, "the command line was not understood"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (
            Exit::Unreadable,
            "the policy, the history or the incidents cannot be read, or name what the policy does not have",
        ),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let valid = load(context, &self.path)?;
        let policy = &valid.policy;
        let asked = self.asked();
        let skipped: BTreeSet<&str> = self.skip.iter().map(String::as_str).collect();
        let mut history = Vec::new();
        for path in &self.history {
            let text = files::text(context.world, path)?;
            let mut read = verify::read_history(&text).map_err(|error| wrong(path, error))?;
            read.retain(|one| one.environment.as_deref().is_none_or(|name| !skipped.contains(name)));
            verify::known(policy, &read, &asked).map_err(|error| wrong(path, error))?;
            history.append(&mut read);
        }
        history.sort_by_key(|deployment| deployment.at);
        let incidents = match &self.incidents {
            Some(path) => {
                let text = files::text(context.world, path)?;
                Some(verify::read_incidents(&text).map_err(|error| wrong(path, error))?)
            }
            None => None,
        };
        let mut pulse = pulse("deployments", self.budget);
        let incidents_known = incidents.as_deref().unwrap_or_default();
        let found = verify::backtest(policy, &history, incidents_known, &asked, &mut pulse);
        let shown = render::Shown {
            policy,
            backtest: &found,
            incidents: incidents.as_ref().map(Vec::len),
            within: self.within,
        };
        Ok(Output::said(match self.format {
            Format::Human => render::human(&shown, context.console.out),
            Format::Json => render::json(&shown),
            Format::Markdown => render::markdown(&shown),
        }))
    }
}

impl Backtest {
    fn asked(&self) -> Asked {
        let lists = |given: &[(Option<String>, String)]| {
            let mut lists: BTreeMap<Option<String>, Vec<String>> = BTreeMap::new();
            for (environment, name) in given {
                lists.entry(environment.clone()).or_default().push(name.clone());
            }
            lists
        };
        Asked {
            environments: self.environment.iter().cloned().collect(),
            regions: lists(&self.region),
            components: lists(&self.component),
            tiers: self.tier.iter().cloned().collect(),
            within: self.within,
        }
    }
}

fn wrong(path: &str, error: HistoryError) -> Failure {
    Failure::malformed(format!("`{path}`: {error}")).help(error.help)
}
