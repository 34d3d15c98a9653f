//! `opsc judge`: a rollout under way, by what was measured up to now. Pipelines that `opsc build` writes ask it while a step holds.

use super::gate::instant;
use super::simulate::{find, read_traces};
use super::{Command, Context, Exit, Failure, Output, files, policy};
use crate::calendar::{Elapsed, Instant};
use crate::policy::{Bound, Check, Id, Named, Origin, Pipeline, Policy, Stage};
use crate::simulate::{Assumptions, Measured, Seen, Trace, Truth, asked_of_people};
use std::collections::BTreeSet;

/// Judge a rollout that is under way by what was measured: whether gates pass, and whether it must go back
///
/// With `--stage`, what sends the pipeline's change back is asked too. Facts, probes and approvals say no unless `--holds` names
/// them.
#[derive(Debug, clap::Args)]
pub struct Judge {
    /// The pipeline
    #[arg(value_name = "PIPELINE")]
    pipeline: String,
    /// The policy: a file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument, value_name = "PATH")]
    path: String,
    /// What was measured: CSV (`time,metric,value,region`), or the JSON that Prometheus answers to a range query; several may be given
    #[arg(long = "trace", value_name = "FILE")]
    traces: Vec<String>,
    /// The stage under way: its gates must pass, and its hold is the span of bars that say none
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// While the stage holds: its gates are not asked yet
    #[arg(long, requires = "stage")]
    holding: bool,
    /// A gate that must pass; several may be given
    #[arg(long = "gate", value_name = "GATE")]
    gates: Vec<String>,
    /// The rollback that must count as recovered
    #[arg(long, value_name = "ROLLBACK", conflicts_with_all = ["stage"])]
    recovered: Option<String>,
    /// A region where the change has traffic; without one, everywhere; several may be given
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// A fact, a probe or an approval that says yes; several may be given
    #[arg(long, value_name = "NAME")]
    holds: Vec<String>,
    /// The instant that is judged, instead of now
    #[arg(long, value_name = "INSTANT")]
    at: Option<String>,
}

impl Command for Judge {
    const NAME: &'static str = "judge";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "every gate passes, and nothing sends the change back"),
        (Exit::Block, "a gate fails, or the change must go back, or it has not recovered"),
        (Exit::Pending, "that is not known yet"),
        (Exit::Usage, "the command line was not understood, or names what the policy does not have"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "something could not be read"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let valid = policy::load(context, &self.path)?;
        let policy = &valid.policy;
        let pipeline = find("pipeline", &policy.pipelines, &self.pipeline)?;
        let stage = match &self.stage {
            Some(name) => Some(find("stage", &policy.pipelines[pipeline].stages, name)?),
            None => None,
        };
        let trace = match self.traces.as_slice() {
            [] => Trace::default(),
            traces => read_traces(context, policy, traces)?,
        };
        let regions = self.regions.iter().map(|name| find("region", &policy.regions, name));
        let regions = regions.collect::<Result<Vec<_>, _>>()?;
        let at = match &self.at {
            Some(text) => instant("--at", text)?,
            None => Instant::from_system(context.world.now()),
        };
        let assumed = self.assumed(policy);
        let measured = Measured {
            policy,
            trace: &trace,
            regions: &regions,
            hold: stage.and_then(|stage| hold(&policy.pipelines[pipeline], stage)),
            at,
            assumed: &assumed,
        };
        let mut report = Report { text: String::new(), truth: Truth::Yes };
        if let Some(name) = &self.recovered {
            let rollback = find("rollback", &policy.rollbacks, name)?;
            let Some(recovered) = &policy.rollbacks[rollback].recovered else {
                return Err(Failure::usage(format!("rollback `{name}` does not say when it has recovered")));
            };
            let (truth, seen) = measured.wanted(&recovered.when.check);
            report.add(&format!("{name} recovered"), truth, &seen);
        }
        if stage.is_some() {
            report.triggers(&measured, pipeline);
        }
        for (gate, origin) in self.asked_gates(policy, pipeline, stage)? {
            let (truth, seen) = measured.wanted(&Check::Gate(gate, origin));
            report.add(&format!("gate {}", policy.gates[gate].name), truth, &seen);
        }
        let exit = match report.truth {
            Truth::Yes => Exit::Done,
            Truth::No => Exit::Block,
            Truth::Unknown => Exit::Pending,
        };
        Ok(Output::said(report.text).exit(exit))
    }
}

impl Judge {
    /// The gates of the stage, and those that are named.
    fn asked_gates(
        &self,
        policy: &Policy,
        pipeline: Id<Pipeline>,
        stage: Option<Id<Stage>>,
    ) -> Result<Vec<(Id<crate::policy::Gate>, Origin)>, Failure> {
        let mut asked = Vec::new();
        if let Some(stage) = stage.filter(|_| !self.holding) {
            asked.extend(policy.pipelines[pipeline].stages[stage].gates.iter().copied());
        }
        for name in &self.gates {
            let gate = find("gate", &policy.gates, name)?;
            asked.push((gate, policy.gates[gate].origin));
        }
        Ok(asked)
    }

    /// Everything that evidence could say says no, but for what is named.
    fn assumed(&self, policy: &Policy) -> Assumptions {
        let bounds: Vec<&Bound> = policy.gates.rows().iter().flat_map(|gate| &gate.requires).collect();
        let triggers = policy.rollbacks.rows().iter().flat_map(|rollback| {
            rollback.triggers.iter().chain(rollback.recovered.iter().map(|recovered| &recovered.when))
        });
        let mut denied: BTreeSet<String> = asked_of_people(policy, bounds.into_iter().chain(triggers))
            .into_iter()
            .map(str::to_owned)
            .collect();
        denied.retain(|name| !self.holds.contains(name));
        Assumptions { denied, ..Assumptions::default() }
    }
}

fn hold(pipeline: &Pipeline, stage: Id<Stage>) -> Option<Elapsed> {
    pipeline.stages[stage].hold
}

/// What was found, a line a check and below it what was seen.
struct Report {
    text: String,
    truth: Truth,
}

impl Report {
    fn triggers(&mut self, measured: &Measured<'_>, pipeline: Id<Pipeline>) {
        for rollback in
            measured.policy.rollbacks.rows().iter().filter(|rollback| rollback.pipeline == pipeline)
        {
            for trigger in &rollback.triggers {
                let (truth, seen) = measured.feared(&trigger.check);
                // What is feared and not known has not come: a trigger with no data says in the policy what it counts as.
                if truth == Truth::Yes {
                    self.add(&format!("go back by {}: {}", rollback.name(), trigger.text), Truth::No, &seen);
                }
            }
        }
    }

    fn add(&mut self, what: &str, truth: Truth, seen: &[Seen]) {
        let word = |truth| match truth {
            Truth::Yes => "yes",
            Truth::No => "NO",
            Truth::Unknown => "not known",
        };
        self.truth = self.truth.min(truth);
        self.text.push_str(&format!("{}: {what}\n", word(truth)));
        for seen in seen {
            let value = seen.value.as_deref().unwrap_or("no data");
            let limit = seen.limit.as_ref().map_or_else(String::new, |limit| format!(", against {limit}"));
            let answer = word(seen.answer);
            self.text.push_str(&format!("  {answer}: {}: {value}{limit}\n", seen.text));
        }
    }
}
