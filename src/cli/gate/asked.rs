//! What a command line says of a change: a file, and flags that add to it.

use super::trust::{self, Reliance};
use super::{evidence, instant};
use crate::calendar::Instant;
use crate::cli::{Context, Failure, files};
use crate::decide::{Approval, BreakGlassUse, Change, Intent, StatedTier};
use crate::policy::{Action, Phase, Policy};
use clap::builder::PossibleValuesParser;
use serde::de::DeserializeOwned;

/// The change, as the command line gives it. What is not given means all.
#[derive(Debug, Clone, Default, clap::Args)]
pub(in crate::cli) struct Asked {
    /// The change as JSON, as `opsc change` writes it; flags add to it
    #[arg(long, value_name = "FILE")]
    change: Option<String>,
    /// The tier that is stated
    #[arg(long)]
    tier: Option<String>,
    /// What is done
    #[arg(long, value_parser = PossibleValuesParser::new(Action::ALL.map(Action::name)))]
    action: Option<String>,
    /// The phase whose requirements are asked; follows from the action
    #[arg(long, value_parser = PossibleValuesParser::new(Phase::ALL.map(Phase::name)))]
    phase: Option<String>,
    /// The environment
    #[arg(long)]
    environment: Option<String>,
    /// A region; several may be given
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// A component; several may be given
    #[arg(long = "component", value_name = "COMPONENT")]
    components: Vec<String>,
    /// A service: all of its components
    #[arg(long)]
    service: Option<String>,
    /// The planned release it belongs to
    #[arg(long)]
    release: Option<String>,
    /// A fact that the operator asserts at the instant that is judged: `warmup=true`, `canary=5%`
    #[arg(long = "fact", value_name = "NAME=VALUE")]
    facts: Vec<String>,
    /// Facts as JSON: an object of values, or a list of assertions with source, actor and time
    #[arg(long = "facts", value_name = "FILE")]
    facts_files: Vec<String>,
    /// Reviews as JSON: a list of `{person, commit, given_at, state}`
    #[arg(long, value_name = "FILE")]
    approvals: Option<String>,
    /// Who wrote it; several may be given
    #[arg(long = "author", value_name = "AUTHOR")]
    authors: Vec<String>,
    /// Its head commit
    #[arg(long)]
    commit: Option<String>,
    /// Go back with this lever; freezes do not hold a rollback to what was allowed before
    #[arg(long, value_name = "LEVER", requires = "to")]
    rollback: Option<String>,
    /// The release or commit a rollback goes back to
    #[arg(long, value_name = "RELEASE", requires = "rollback")]
    to: Option<String>,
    /// Switch this flag off; freezes do not hold the kill of a flag that the policy declares
    #[arg(long, value_name = "FLAG", conflicts_with = "rollback")]
    kill: Option<String>,
    /// Take this way through in an emergency
    #[arg(long, value_name = "NAME", requires = "by")]
    break_glass: Option<String>,
    /// When those on call were asked, for `--break-glass`
    #[arg(long, value_name = "INSTANT", requires = "break_glass")]
    asked_at: Option<String>,
    /// Why the glass is broken
    #[arg(long, value_name = "TEXT", requires = "break_glass")]
    because: Option<String>,
    /// Who says what `--tier`, `--fact` and `--break-glass` say
    #[arg(long, value_name = "PERSON")]
    by: Option<String>,
}

impl Asked {
    /// The change, with the evidence that its flags and files bring; `judged` is when the operator
    /// asserts facts.
    ///
    /// # Errors
    /// A file cannot be read, or is not of its form; a flag is not of its form.
    pub(in crate::cli) fn change(
        &self,
        context: &Context<'_>,
        policy: &Policy,
        judged: Instant,
        reliance: Reliance,
    ) -> Result<Change, Failure> {
        if reliance == Reliance::Enforced {
            self.check_trust(policy)?;
        }
        let mut change: Change = match &self.change {
            Some(path) => json(context, path, "a change, as `opsc change` writes it")?,
            None => Change::default(),
        };
        if reliance == Reliance::Enforced {
            trust::claims_nothing(&change)?;
        }
        if let Some(name) = &self.tier {
            change.tier = Some(StatedTier { name: name.clone(), by: self.by.clone() });
        }
        if let Some(word) = &self.action {
            change.action = Action::ALL.into_iter().find(|action| action.name() == word);
        }
        if let Some(word) = &self.phase {
            change.phase = Phase::ALL.into_iter().find(|phase| phase.name() == word);
        }
        replace(&mut change.environment, &self.environment);
        replace(&mut change.service, &self.service);
        replace(&mut change.release, &self.release);
        replace(&mut change.commit, &self.commit);
        change.regions.extend(self.regions.iter().cloned());
        change.components.extend(self.components.iter().cloned());
        change.authors.extend(self.authors.iter().cloned());
        if let (Some(lever), Some(to)) = (&self.rollback, &self.to) {
            change.intent = Intent::Rollback { lever: lever.clone(), to: to.clone() };
        }
        if let Some(flag) = &self.kill {
            change.intent = Intent::Kill { flag: flag.clone() };
        }
        if let (Some(name), Some(by)) = (&self.break_glass, &self.by) {
            let asked_at = self.asked_at.as_deref().map(|text| instant("--asked-at", text)).transpose()?;
            let (name, by, reason) = (name.clone(), by.clone(), self.because.clone());
            change.break_glass = Some(BreakGlassUse { name, by, asked_at, reason });
        }
        for fact in &self.facts {
            change.evidence.push(evidence::flag(fact, self.by.clone(), judged));
        }
        for path in &self.facts_files {
            let found = evidence::file(context, path)?;
            if reliance == Reliance::Enforced {
                trust::is_vouched_for(path, &found)?;
            }
            change.evidence.extend(found);
        }
        change.evidence.extend(evidence::pointed(context, policy)?);
        if let Some(path) = &self.approvals {
            let approvals: Vec<Approval> = json(context, path, "a list of reviews")?;
            change.approvals.extend(approvals);
        }
        Ok(change)
    }
}

impl Asked {
    /// What must hold of the command line before anything is read that others rely on.
    fn check_trust(&self, policy: &Policy) -> Result<(), Failure> {
        if !self.facts.is_empty() && self.by.is_none() {
            return Err(Failure::usage("nobody is named for what `--fact` says")
                .help("an enforced gate records who says what: add `--by PERSON`"));
        }
        let pointed = evidence::pointed_files(policy);
        let given = self.facts_files.iter().chain(&self.change).chain(&self.approvals).map(String::as_str);
        given.chain(pointed).try_for_each(trust::is_untracked)
    }
}

fn replace(field: &mut Option<String>, flag: &Option<String>) {
    if flag.is_some() {
        field.clone_from(flag);
    }
}

/// Reads a JSON file of a form; an error shows the line.
pub(in crate::cli) fn json<T: DeserializeOwned>(
    context: &Context<'_>,
    path: &str,
    what: &str,
) -> Result<T, Failure> {
    let text = files::text(context.world, path)?;
    serde_json::from_str(&text).map_err(|error| {
        let start: usize =
            text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
        let said = error.to_string();
        let reason = said.split(" at line ").next().unwrap_or(&said);
        Failure::malformed(format!("{path} line {}: this is not {what}: {reason}", error.line())).at(
            path,
            &text,
            start + error.column().saturating_sub(1),
            "here",
        )
    })
}
