//! What the program of steps is told of a leg, and the repository's hooks that it calls.

use super::{Leg, Plan, Way};
use crate::calendar::Elapsed;
use crate::policy::{Bound, Check, Component, Id, Origin, Policy, Stage, StageKind};
use crate::simulate::asked_of_people;
use std::collections::BTreeSet;

impl<'a> Plan<'a> {
    /// The hooks that its legs and its ways back call.
    pub fn calls(&self) -> BTreeSet<&'static str> {
        let mut calls = BTreeSet::new();
        for leg in &self.legs {
            let env = self.environment(leg);
            let is_said = |name: &str| env.iter().any(|(key, value)| *key == name && !value.is_empty());
            calls.extend(leg.hook().map(|(hook, _)| hook));
            for (variable, hook) in [
                ("OPS_NEEDS_READY", "ready"),
                ("OPS_STARTS", "ready"),
                ("OPS_MEASURES", "measure"),
                ("OPS_EVIDENCE", "holds"),
            ] {
                calls.extend(is_said(variable).then_some(hook));
            }
        }
        for rollback in self.ways_back() {
            calls.extend(Way::new(self.policy, rollback).calls());
        }
        calls
    }

    /// What the program is told of a leg. Empty values are left out.
    pub fn environment(&self, leg: &Leg<'a>) -> Vec<(&'static str, String)> {
        let policy = self.policy;
        let stage = leg.stage;
        let names = |names: Vec<&str>| names.join(" ");
        let components = |list: &[(Id<Component>, Origin)]| {
            names(list.iter().map(|(id, _)| policy.components[*id].name.as_str()).collect())
        };
        let asked = self.watched(stage);
        let hook = leg.hook().map(|(name, word)| format!("{name} {word}").trim_end().to_owned());
        let (artifacts, produced) = self.made(stage);
        let measures = asked.iter().any(|bound| measures(policy, bound));
        let watched = policy
            .rollbacks
            .rows()
            .iter()
            .any(|rollback| rollback.pipeline == self.id && !rollback.triggers.is_empty());
        let evidence = asked_of_people(policy, asked).into_iter().collect();
        let number = |number: i64| if number > 0 { number.to_string() } else { String::new() };
        let seconds = |span: Option<Elapsed>| number(span.map_or(0, Elapsed::as_seconds));
        let flag = |yes: bool| if yes { "yes".to_owned() } else { String::new() };
        let all = vec![
            ("OPS_STAGE", stage.name.clone()),
            ("OPS_COMMAND", stage.run.clone().unwrap_or_default()),
            ("OPS_HOOK", hook.unwrap_or_default()),
            ("OPS_REGIONS", self.regions(&leg.regions)),
            ("OPS_TRAFFIC", leg.traffic.clone().unwrap_or_default()),
            ("OPS_RETRIES", number(i64::from(stage.retries))),
            ("OPS_TIMEOUT", leg.limit.as_seconds().to_string()),
            ("OPS_NEEDS_READY", components(&stage.needs)),
            ("OPS_STARTS", components(&stage.starts)),
            ("OPS_PRODUCES", if leg.is_last { names(produced) } else { String::new() }),
            ("OPS_ARTIFACTS", if leg.is_last { names(artifacts) } else { String::new() }),
            ("OPS_EXPECTS", names(self.expected(stage))),
            ("OPS_HOLD", seconds(stage.hold)),
            ("OPS_SOAK", seconds(leg.soak)),
            ("OPS_GATES", flag(!stage.gates.is_empty())),
            ("OPS_WATCHED", flag(watched && leg.is_under_way)),
            ("OPS_MEASURES", flag(measures)),
            ("OPS_EVIDENCE", names(evidence)),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Whether a leg asks `opsc` what was measured.
    pub fn judges(&self, leg: &Leg<'a>) -> bool {
        let env = self.environment(leg);
        let is_said = |name: &str| env.iter().any(|(key, _)| *key == name);
        let waits = leg.stage.hold.is_some() || leg.soak.is_some();
        is_said("OPS_GATES") || is_said("OPS_WATCHED") && waits
    }

    /// What is asked while a stage holds: its gates, and what sends the pipeline back.
    fn watched(&self, stage: &'a Stage) -> Vec<&'a Bound> {
        let policy = self.policy;
        let gates = stage.gates.iter().flat_map(|(gate, _)| &policy.gates[*gate].requires);
        let rollbacks = policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == self.id);
        let holds = stage.hold.is_some() || stage.soak.is_some() || !stage.gates.is_empty();
        gates.chain(rollbacks.filter(|_| holds).flat_map(|rollback| &rollback.triggers)).collect()
    }

    /// The artifacts that a stage makes, and all names of values it makes: artifacts, and the versions of pins.
    fn made(&self, stage: &'a Stage) -> (Vec<&'a str>, Vec<&'a str>) {
        let (pins, artifacts): (Vec<_>, Vec<_>) = stage
            .produces
            .iter()
            .map(|(name, _)| name.as_str())
            .partition(|name| self.policy.pins.find(name).is_some());
        let produced = artifacts.iter().copied().chain(pins.into_iter().flat_map(|pins| self.versions(pins)));
        let produced = produced.collect();
        (artifacts, produced)
    }

    fn expected(&self, stage: &'a Stage) -> Vec<&'a str> {
        stage.expects.iter().flat_map(|(name, _)| self.versions(name)).collect()
    }

    /// The versions of pins; an artifact is its own.
    fn versions(&self, name: &'a str) -> Vec<&'a str> {
        match self.policy.pins.find(name) {
            Some(pins) => self.policy.pins[pins].has.iter().map(String::as_str).collect(),
            None => vec![name],
        }
    }
}

impl Leg<'_> {
    /// The hook that does the work of a stage that says no command, and its word.
    fn hook(&self) -> Option<(&'static str, String)> {
        let stage = self.stage;
        if stage.run.is_some() {
            return None;
        }
        if let Some((from, to)) = &stage.switch {
            return Some(("switch", format!("{from} {to}")));
        }
        if let Some(traffic) = &self.traffic {
            return Some(("traffic", traffic.clone()));
        }
        let does_nothing = stage.kind == StageKind::Verify || !stage.calls.is_empty();
        match (does_nothing, stage.expects.is_empty()) {
            (false, _) => Some((stage.kind.name(), String::new())),
            (true, false) => Some(("found", String::new())),
            (true, true) => None,
        }
    }
}

/// Whether a bound asks what was measured.
pub(super) fn measures(policy: &Policy, bound: &Bound) -> bool {
    fn below(policy: &Policy, check: &Check, depth: usize) -> bool {
        match check {
            Check::All(parts) | Check::Any(parts) => parts.iter().any(|part| below(policy, part, depth)),
            Check::Not(part) => below(policy, part, depth),
            Check::Bar(_) => true,
            // A policy has no cycle of gates.
            Check::Gate(gate, _) if depth < 64 => {
                policy.gates[*gate].requires.iter().any(|bound| below(policy, &bound.check, depth + 1))
            }
            Check::Gate(..) | Check::Evidence(_) | Check::Probe(..) => false,
        }
    }
    below(policy, &bound.check, 0)
}
