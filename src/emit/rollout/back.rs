//! A rollback as steps that an engine runs one after the other: hooks of the repository, commands and levers of the policy.

use super::back;
use super::told::measures;
use crate::policy::{Act, Bound, Gate, Id, Lever, Policy, Region, Rollback, Step, Switch, Wording};
use crate::simulate::asked_of_people;
use serde_json::json;
use std::collections::BTreeSet;

/// A rollback.
#[derive(Debug)]
pub(in crate::emit) struct Way<'a> {
    policy: &'a Policy,
    /// The rollback.
    pub rollback: &'a Rollback,
}

/// One thing that is done.
#[derive(Debug)]
pub(in crate::emit) struct Deed {
    /// As the policy says it.
    pub title: String,
    /// What the program is called with; names alone, so that they are safe on a command line.
    pub words: Vec<String>,
    /// What else it is told.
    pub environment: Vec<(&'static str, String)>,
    /// Whether it is done however the others end.
    pub always: bool,
}

impl Deed {
    /// Whether it asks `opsc` what was measured.
    pub fn judges(&self) -> bool {
        matches!(self.words.first().map(String::as_str), Some("recover" | "verify"))
    }
}

impl<'a> Way<'a> {
    /// A rollback's.
    pub fn new(policy: &'a Policy, rollback: Id<Rollback>) -> Self {
        Self { policy, rollback: &policy.rollbacks[rollback] }
    }

    /// The steps of regions, one after the other; one that is empty means everywhere.
    pub fn places(&self) -> Vec<Vec<Id<Region>>> {
        match self.rollback.region_plan.as_slice() {
            [] => vec![Vec::new()],
            plan => plan.to_vec(),
        }
    }

    /// The names of its jobs, one a step of regions.
    pub fn jobs(&self) -> Vec<String> {
        (1..=self.places().len()).map(|place| back(&self.rollback.name, place)).collect()
    }

    /// What is done in each of them.
    pub fn deeds(&self) -> Vec<Deed> {
        let steps = self.rollback.steps.iter().map(|step| (step, false));
        let finally = self.rollback.finally.iter().map(|step| (step, true));
        steps.chain(finally).flat_map(|(step, always)| self.deed(step, always)).collect()
    }

    /// The hooks that they call.
    pub fn calls(&self) -> BTreeSet<&'static str> {
        let mut calls = BTreeSet::new();
        for step in self.rollback.steps.iter().chain(&self.rollback.finally) {
            calls.extend(hook(&step.act).map(|(name, _)| name));
            match &step.act {
                Act::Pull { levers, .. } => {
                    let by_hook = levers.iter().any(|(lever, _)| self.policy.levers[*lever].run.is_none());
                    calls.extend(by_hook.then_some("pull"));
                }
                Act::Hold { recovered: Some((_, severity)), .. } => {
                    calls.extend(severity.map(|_| "incident"));
                    calls.extend(
                        self.asked_by(self.rollback.recovered.iter().map(|recovered| &recovered.when)),
                    );
                }
                Act::Verify(gates) => {
                    calls.extend(self.asked_by(self.bounds(gates.iter().map(|(gate, _)| *gate))))
                }
                _ => {}
            }
        }
        calls
    }

    fn bounds(&self, gates: impl Iterator<Item = Id<Gate>>) -> Vec<&'a Bound> {
        gates.flat_map(|gate| &self.policy.gates[gate].requires).collect()
    }

    fn asked_by(&self, bounds: impl IntoIterator<Item = &'a Bound>) -> Vec<&'static str> {
        let said = self.judging(bounds);
        let hooks = [("OPS_MEASURES", "measure"), ("OPS_EVIDENCE", "holds")];
        hooks
            .into_iter()
            .filter(|(name, _)| said.iter().any(|(key, _)| key == name))
            .map(|(_, hook)| hook)
            .collect()
    }

    /// What the program is told where it judges.
    fn judging(&self, bounds: impl IntoIterator<Item = &'a Bound>) -> Vec<(&'static str, String)> {
        let bounds: Vec<&Bound> = bounds.into_iter().collect();
        let measured = bounds.iter().any(|bound| measures(self.policy, bound));
        let evidence: Vec<&str> = asked_of_people(self.policy, bounds).into_iter().collect();
        let measured = measured.then(|| ("OPS_MEASURES", "yes".to_owned()));
        let evidence = (!evidence.is_empty()).then(|| ("OPS_EVIDENCE", evidence.join(" ")));
        measured.into_iter().chain(evidence).collect()
    }

    fn deed(&self, step: &Step, always: bool) -> Vec<Deed> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let made = |words: Vec<String>, environment| {
            vec![Deed { title: step.text.clone(), words, environment, always }]
        };
        if let Some((name, word)) = hook(&step.act) {
            let mut words = owned(&["hook", name]);
            words.extend(word.map(str::to_owned));
            return made(words, self.told(&step.act));
        }
        match &step.act {
            Act::Run(command) => made(owned(&["run"]), vec![("OPS_COMMAND", command.clone())]),
            Act::Pull { levers, fastest } => {
                let mut levers: Vec<Id<Lever>> = levers.iter().map(|(lever, _)| *lever).collect();
                let pull =
                    |levers: &[Id<Lever>]| made(owned(&["pull"]), vec![("OPS_LEVERS", self.levers(levers))]);
                if *fastest {
                    let within = |lever: &Id<Lever>| self.policy.levers[*lever].within;
                    levers.sort_by_key(|lever| (within(lever).is_none(), within(lever)));
                    return pull(&levers);
                }
                levers.iter().flat_map(|lever| pull(&[*lever])).collect()
            }
            Act::Hold { least, recovered } => {
                let least = least.as_seconds().to_string();
                match (recovered, &self.rollback.recovered) {
                    (Some((most, severity)), Some(recovered)) => {
                        let severity =
                            severity.map_or("-", |severity| self.policy.severities[severity].name.as_str());
                        let most = most.as_seconds().to_string();
                        let words = owned(&["recover", &self.rollback.name, &least, &most, severity]);
                        made(words, self.judging([&recovered.when]))
                    }
                    _ => made(owned(&["wait", &least]), Vec::new()),
                }
            }
            Act::Verify(gates) => {
                let names = gates.iter().map(|(gate, _)| self.policy.gates[*gate].name.clone());
                let words = owned(&["verify"]).into_iter().chain(names).collect();
                made(words, self.judging(self.bounds(gates.iter().map(|(gate, _)| *gate))))
            }
            _ => Vec::new(),
        }
    }

    /// Names and commands, in order.
    fn levers(&self, levers: &[Id<Lever>]) -> String {
        let levers = levers.iter().map(|lever| &self.policy.levers[*lever]);
        let levers: Vec<_> =
            levers.map(|lever| json!([lever.name, lever.run.as_deref().unwrap_or("")])).collect();
        json!(levers).to_string()
    }

    /// What a hook is told beyond its name: texts, which are never words of a command line.
    fn told(&self, act: &Act) -> Vec<(&'static str, String)> {
        match act {
            Act::Capture(pins) => {
                let versions = pins.iter().flat_map(|pins| &self.policy.pins[*pins].has);
                let versions: Vec<&str> = versions.map(String::as_str).collect();
                vec![("OPS_VERSIONS", versions.join(" "))]
            }
            Act::Alert(who) => vec![("OPS_WHO", self.policy.party_name(who).to_owned())],
            Act::Notice(Wording::Template(name)) => vec![("OPS_TEMPLATE", name.clone())],
            Act::Notice(Wording::Text(text)) => vec![("OPS_TEXT", text.clone())],
            Act::Pause(pipeline) | Act::Resume(pipeline) => {
                let pipeline = pipeline.unwrap_or(self.rollback.pipeline);
                vec![("OPS_PAUSES", self.policy.pipelines[pipeline].name.clone())]
            }
            _ => Vec::new(),
        }
    }
}

/// The hook of a step that says no command of its own, and its word.
fn hook(act: &Act) -> Option<(&'static str, Option<&'static str>)> {
    let word = |switch: &Switch| match switch {
        Switch::On => Some("on"),
        Switch::Off => Some("off"),
    };
    Some(match act {
        Act::Capture(_) => ("capture", None),
        Act::FreezeWrites => ("freeze-writes", None),
        Act::UnfreezeWrites => ("unfreeze-writes", None),
        Act::Pause(_) => ("pause", None),
        Act::Resume(_) => ("resume", None),
        Act::RotateCache => ("rotate-cache", None),
        Act::WarmCache => ("warm-cache", None),
        Act::Throttle(switch) => ("throttle", word(switch)),
        Act::Banner(switch) => ("banner", word(switch)),
        Act::Alert(_) => ("alert", None),
        Act::StopJobs => ("stop-jobs", None),
        Act::StartJobs => ("start-jobs", None),
        Act::Notice(_) => ("notice", None),
        Act::Backfill => ("backfill", None),
        Act::Pull { .. } | Act::Hold { .. } | Act::Verify(_) | Act::Run(_) => return None,
    })
}
