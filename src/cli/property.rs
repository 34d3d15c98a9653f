//! Properties for `opsc test`: the rollouts that broke one before are read from `regressions/` and tried first, and a new one is kept
//! there.

use super::budget::{Budget, progress};
use super::policy::Valid;
use super::simulate::Told;
use super::{Context, Failure, files};
use crate::diag::Diagnostic;
use crate::policy::{Policy, Property};
use crate::render::{Paint, Style, count, simulation, testing};
use crate::simulate::{Scenario, TraceError};
use crate::verify::PropertyRun;
use crate::verify::property::{Counterexample, Source, Trying, bad_regression, try_property};
use crate::verify::replay::quoted;

/// The folder beside the policy, in which rollouts are kept.
const FOLDER: &str = "regressions";

/// So many letters of a title name its file.
const LONGEST_NAME: usize = 60;

/// What trying a policy's properties gave.
pub(super) struct Properties<'p> {
    pub runs: Vec<PropertyRun<'p>>,
    /// Kept rollouts that cannot be tried.
    damaged: Vec<Diagnostic>,
    /// For each run, the file of the rollout that broke it: one that was kept, or that would be.
    files: Vec<Option<String>>,
}

impl<'p> Properties<'p> {
    /// Tries properties, one after the other, all within one budget.
    pub fn tried(
        context: &Context<'_>,
        valid: &'p Valid,
        wanted: &[&'p Property],
        trying: Trying,
        budget: Budget,
    ) -> Result<Self, Failure> {
        let mut tried = Self { runs: Vec::new(), damaged: Vec::new(), files: Vec::new() };
        for (done, property) in wanted.iter().enumerate() {
            progress("properties", done, wanted.len());
            let Kept { scenarios, next } = tried.kept(context, valid, property)?;
            let saved: Vec<Scenario> = scenarios.iter().map(|(_, scenario)| scenario.clone()).collect();
            let run = try_property(&valid.policy, property, &saved, trying, &|| budget.is_over());
            let file = run.broken().map(|found| match found.from {
                Source::Saved(position) => {
                    scenarios.get(position).map_or(next.clone(), |(path, _)| path.clone())
                }
                Source::Drawn { .. } => next.clone(),
            });
            tried.runs.push(run);
            tried.files.push(file);
        }
        progress("properties", wanted.len(), wanted.len());
        Ok(tried)
    }

    /// The kept rollouts of a property, and the file in which the next is to be kept.
    fn kept(&mut self, context: &Context<'_>, valid: &Valid, property: &Property) -> Result<Kept, Failure> {
        let mut scenarios = Vec::new();
        let mut number = 1;
        loop {
            let path = valid.beside(&file(property, number));
            let Some(text) = files::text_if_there(context.world, &path)? else {
                return Ok(Kept { scenarios, next: path });
            };
            match read(&valid.policy, property, &text) {
                Ok(scenario) => scenarios.push((path, scenario)),
                Err(error) => self.damaged.push(bad_regression(property, &path, &error)),
            }
            number += 1;
        }
    }

    /// Keeps every rollout that broke a property and was not kept before; their files.
    ///
    /// # Errors
    /// The first that cannot be written.
    pub fn keep(&self, policy: &Policy) -> Result<Vec<String>, Failure> {
        let new = self.runs.iter().zip(&self.files).filter_map(|(run, file)| {
            let found = run.broken().filter(|found| is_drawn(found))?;
            let expected = run.property.expected.get(found.expected).map_or("", |expected| &expected.text);
            let said = format!("expected {expected}: {}", found.found);
            Some((file.clone()?, found.scenario.write(policy, &run.property.name, &said)))
        });
        let new: Vec<(String, String)> = new.collect();
        files::write_all(new.iter().map(|(path, text)| (path.as_str(), text.as_bytes())))?;
        Ok(new.into_iter().map(|(path, _)| path).collect())
    }

    /// Everything that is wrong.
    pub fn findings(&self, policy: &Policy) -> Vec<Diagnostic> {
        let broken = self.runs.iter().filter_map(|run| run.finding(policy));
        self.damaged.iter().cloned().chain(broken).collect()
    }

    /// Whether nothing is wrong.
    pub fn held(&self) -> bool {
        self.damaged.is_empty() && self.runs.iter().all(PropertyRun::passed)
    }

    /// For people: what held and how far it was tried, and of what did not hold what happens, with the command that shows it again.
    pub fn stories(&self, context: &Context<'_>, valid: &Valid, path: &str) -> String {
        let paint = context.console.out;
        let held = self.runs.iter().filter(|run| run.passed()).map(|run| testing::held(run, paint));
        let broken = self
            .runs
            .iter()
            .zip(&self.files)
            .filter_map(|(run, file)| Some(story(valid, path, run.broken()?, file.as_ref()?, paint)));
        held.chain(broken).collect()
    }

    /// In a line how many held.
    pub fn summary(&self, context: &Context<'_>) -> String {
        let failed = self.runs.iter().filter(|run| !run.passed()).count();
        let all = self.runs.len();
        let noun = if all == 1 { "property" } else { "properties" };
        let met = self.runs.iter().map(|run| run.met).sum();
        let tried = format!("tested, not proved: {}, seed {}", count(met, "rollout"), self.seed());
        match failed {
            0 => {
                let word = context.console.err.text(Style::Good, "held");
                format!("{all} {noun} {word}, {tried}\n")
            }
            failed => {
                let word = context.console.err.text(Style::Bad, "not held");
                format!("{failed} of {all} {noun} {word}, {tried}\n")
            }
        }
    }

    fn seed(&self) -> u64 {
        self.runs.first().map_or(0, |run| run.seed)
    }
}

struct Kept {
    scenarios: Vec<(String, Scenario)>,
    next: String,
}

fn is_drawn(found: &Counterexample) -> bool {
    matches!(found.from, Source::Drawn { .. })
}

/// Where the rollout of this number of a property is kept, from the policy's folder.
fn file(property: &Property, number: usize) -> String {
    let mut name = String::new();
    for letter in property.name.chars() {
        match letter {
            letter if letter.is_ascii_alphanumeric() => name.push(letter.to_ascii_lowercase()),
            _ if name.is_empty() || name.ends_with('-') => {}
            _ => name.push('-'),
        }
    }
    name.truncate(LONGEST_NAME);
    let name = match name.trim_end_matches('-') {
        "" => "property",
        name => name,
    };
    match number {
        1 => format!("{FOLDER}/{name}.json"),
        number => format!("{FOLDER}/{name}-{number}.json"),
    }
}

fn read(policy: &Policy, property: &Property, text: &str) -> Result<Scenario, TraceError> {
    let scenario = Scenario::read(policy, text)?;
    if scenario.pipeline == property.pipeline {
        return Ok(scenario);
    }
    let (own, other) = (&policy.pipelines[property.pipeline].name, &policy.pipelines[scenario.pipeline].name);
    Err(TraceError::of_whole(
        format!("it is a rollout of `{other}`, and the property speaks of `{own}`"),
        "name the property's pipeline in it".to_owned(),
    ))
}

/// What happens in a rollout, and the command that shows it again.
fn story(valid: &Valid, path: &str, found: &Counterexample, file: &str, paint: Paint) -> String {
    let told = Told {
        policy: &valid.policy,
        root: &valid.root,
        timeline: &found.timeline,
        assumed: &found.scenario.assumed,
    };
    let text = told.written(simulation::terminal, paint);
    let pipeline = quoted(&found.timeline.pipeline);
    let path = if path == "." { String::new() } else { format!(" {}", quoted(path)) };
    let title = paint.text(Style::Strong, "see it again");
    format!("\n{text}\n{title}\n  opsc simulate {pipeline}{path} --scenario {}\n\n", quoted(file))
}
