//! `opsc simulate`: a rollout against recorded metrics.

use super::gate::instant;
use super::{Command, Context, Exit, Failure, Output, files, policy};
use crate::calendar::{Elapsed, Instant, Zone};
use crate::decide::{Given, read_value};
use crate::policy::{FactKind, Id, Named, Pipeline, Policy, Table, Tier, Value};
use crate::render::{Paint, simulation};
use crate::schema::suggest::closest;
use crate::simulate::{Assumptions, Outcome, Place, Scenario, Setting, Timeline, Trace, simulate};
use clap::ValueEnum;

/// Carry out a pipeline against recorded metrics: what would have happened, and when
#[derive(Debug, clap::Args)]
pub struct Simulate {
    /// The pipeline
    #[arg(value_name = "PIPELINE")]
    pipeline: String,
    /// The policy: a file, or a folder with `main.ops`
    #[arg(default_value = ".", value_parser = files::argument, value_name = "PATH")]
    path: String,
    /// What was measured: CSV (`time,metric,value,region`), or the JSON that Prometheus answers to a range query; several may be given
    #[arg(long = "trace", value_name = "FILE", required_unless_present = "scenario")]
    traces: Vec<String>,
    /// A rollout that is made up, by docs/schema/scenario.schema.json, as `opsc test` keeps one that breaks a property
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = ["traces", "start", "tier", "took", "fail", "approve", "deny"]
    )]
    scenario: Option<String>,
    /// When the rollout begins, instead of at the trace's first sample
    #[arg(long, value_name = "INSTANT")]
    start: Option<String>,
    /// The tier of the change; without it, the one that `classify` gives to what no rule matches
    #[arg(long)]
    tier: Option<String>,
    /// How long the command of a stage takes, instead of no time: `build=5m`, or `PIPELINE.build=5m` for one that it calls or waits for; several may be given
    #[arg(long, value_name = "STAGE=SPAN")]
    took: Vec<String>,
    /// The command of a stage fails, each time or so many times: `migrate`, `migrate=2`; several may be given
    #[arg(long, value_name = "STAGE[=TIMES]")]
    fail: Vec<String>,
    /// How long the approval of a stage takes, instead of no time: `ramp=30m`, `ramp=never`; several may be given
    #[arg(long, value_name = "STAGE=SPAN")]
    approve: Vec<String>,
    /// A fact, a probe or an approval that says no, where it is taken to say yes, or a vendor's window that nobody read again; several may be given
    #[arg(long, value_name = "NAME")]
    deny: Vec<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write it to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A timeline, the answer first
    Text,
    /// One object, by docs/schema/simulation.schema.json
    Json,
    /// A page that stands alone: no script, no network
    Html,
}

impl Command for Simulate {
    const NAME: &'static str = "simulate";
    const EXITS: &'static [(Exit, &'static str)] = &[
        (Exit::Done, "the rollout finishes"),
        (Exit::Block, "it is rolled back, fails, or is stuck"),
        (Exit::Pending, "it is paused, or the trace ends before that is known"),
        (Exit::Usage, "the command line was not understood, or names what the policy does not have"),
        (Exit::InvalidPolicy, "the policy has errors"),
        (Exit::Unreadable, "something could not be read or written"),
    ];

    fn run(&self, context: &Context<'_>) -> Result<Output, Failure> {
        let valid = policy::load(context, &self.path)?;
        let policy = &valid.policy;
        let pipeline = find("pipeline", &policy.pipelines, &self.pipeline)?;
        let given = self.given(context, policy, pipeline)?;
        let (start, trace, assumed) = (given.start, &given.trace, &given.assumed);
        let timeline = simulate(&Setting { policy, pipeline, start, trace, assumed });
        let paint = if self.output.is_some() { Paint::Plain } else { context.console.out };
        let told = Told { policy, root: &valid.root, timeline: &timeline, assumed };
        let text = told.written(
            match self.format {
                Format::Text => |shown, paint| simulation::terminal(shown, paint),
                Format::Json => |shown, _| simulation::json(shown),
                Format::Html => |shown, _| simulation::html(shown),
            },
            paint,
        );
        let exit = match timeline.outcome {
            Outcome::Finished => Exit::Done,
            Outcome::RolledBack { .. } | Outcome::Failed | Outcome::Stuck { .. } => Exit::Block,
            Outcome::Paused { .. } | Outcome::TraceEnds => Exit::Pending,
        };
        match &self.output {
            Some(path) => {
                files::write_all([(path.as_str(), text.as_bytes())])?;
                Ok(Output::said("").exit(exit))
            }
            None => Ok(Output::said(text).exit(exit)),
        }
    }
}

/// What a rollout is carried out against.
struct GivenRollout {
    start: Instant,
    trace: Trace,
    assumed: Assumptions,
}

/// A rollout that was simulated, and what was taken as given.
pub(super) struct Told<'a> {
    pub policy: &'a Policy,
    pub root: &'a str,
    pub timeline: &'a Timeline,
    pub assumed: &'a Assumptions,
}

impl Told<'_> {
    /// As one of the forms of a simulation.
    pub fn written(&self, form: fn(&simulation::Shown<'_>, Paint) -> String, paint: Paint) -> String {
        let Self { policy, root, timeline, assumed } = *self;
        let said = said(policy, timeline, assumed);
        let pipeline = policy.pipelines.find(&timeline.pipeline);
        let zone = pipeline.map_or(Zone::UTC, |id| zone(policy, &policy.pipelines[id]));
        form(&simulation::Shown { policy, timeline, zone, root, assumed: &said }, paint)
    }
}

impl Simulate {
    fn given(
        &self,
        context: &Context<'_>,
        policy: &Policy,
        pipeline: Id<Pipeline>,
    ) -> Result<GivenRollout, Failure> {
        if let Some(path) = &self.scenario {
            let text = files::text(context.world, path)?;
            let scenario = Scenario::read(policy, &text).map_err(|error| {
                Failure::malformed(format!("`{path}` is no scenario: {error}")).help(error.help)
            })?;
            if scenario.pipeline != pipeline {
                let own = &policy.pipelines[scenario.pipeline].name;
                return Err(Failure::usage(format!(
                    "`{path}` is a rollout of `{own}`, not of `{}`",
                    self.pipeline
                ))
                .help(format!("write `opsc simulate {own} --scenario {path}`")));
            }
            let trace = scenario.trace(policy);
            return Ok(GivenRollout { start: scenario.start, trace, assumed: scenario.assumed });
        }
        let trace = read_traces(context, policy, &self.traces)?;
        let start = match (&self.start, trace.start()) {
            (Some(text), _) => instant("--start", text)?,
            (None, Some(first)) => first,
            (None, None) => return Err(Failure::malformed("the trace has no sample")),
        };
        Ok(GivenRollout { start, trace, assumed: self.assumptions(policy, pipeline)? })
    }

    fn assumptions(&self, policy: &Policy, pipeline: Id<Pipeline>) -> Result<Assumptions, Failure> {
        let find = |name: &str| place(policy, pipeline, name);
        let mut assumed = Assumptions { tier: self.tier(policy)?, ..Assumptions::default() };
        for given in &self.took {
            let (stage, span) = assigned("--took", given)?;
            assumed.took.insert(find(stage)?, elapsed("--took", span)?);
        }
        for given in &self.fail {
            let (name, times) = given.split_once('=').unwrap_or((given, ""));
            let times = match times {
                "" => u32::MAX,
                times => times.parse().map_err(|_| {
                    Failure::usage(format!("`--fail {given}`: `{times}` is no count"))
                        .help("write how often it fails, `--fail migrate=2`, or the stage alone where it always does")
                })?,
            };
            assumed.failing.insert(find(name)?, times);
        }
        for given in &self.approve {
            let (stage, span) = assigned("--approve", given)?;
            let span = if span == "never" { None } else { Some(elapsed("--approve", span)?) };
            assumed.approvals.insert(find(stage)?, span);
        }
        for name in &self.deny {
            is_deniable(policy, name)?;
            assumed.denied.insert(name.clone());
        }
        Ok(assumed)
    }

    fn tier(&self, policy: &Policy) -> Result<Option<Id<Tier>>, Failure> {
        match &self.tier {
            Some(name) => find("tier", &policy.tiers, name).map(Some),
            None => Ok(policy.classify.as_ref().and_then(|classify| classify.otherwise)),
        }
    }
}

/// Traces of different metrics as one.
pub(super) fn read_traces(
    context: &Context<'_>,
    policy: &Policy,
    paths: &[String],
) -> Result<Trace, Failure> {
    let mut all = Trace::default();
    for path in paths {
        let text = files::text(context.world, path)?;
        let read = Trace::read(policy, &text)
            .map_err(|error| Failure::malformed(format!("`{path}` is no trace: {error}")).help(error.help))?;
        all = all.join(read).map_err(|metric| {
            let name = &policy.metrics[metric].name;
            Failure::malformed(format!("`{path}` speaks of `{name}`, and so does a trace before it"))
                .help("give each metric in one file")
        })?;
    }
    Ok(all)
}

/// Where its times are read: in the first region that it enters, else the policy's first.
fn zone(policy: &Policy, pipeline: &Pipeline) -> Zone {
    let entered = pipeline.stages.rows().iter().flat_map(|stage| stage.region_plan.iter().flatten().copied());
    policy.place_of(entered.into_iter().next().or_else(|| policy.regions.ids().next())).zone
}

/// What was taken as given, in sentences.
fn said(policy: &Policy, timeline: &Timeline, assumed: &Assumptions) -> Vec<String> {
    let name = |(of, stage): &Place| {
        let of = &policy.pipelines[*of];
        let stage = &of.stages[*stage].name;
        if of.name == timeline.pipeline { stage.clone() } else { format!("{}.{stage}", of.name) }
    };
    let mut said = vec![match assumed.tier {
        Some(tier) => format!("freezes are judged for tier {} (--tier)", policy.tiers[tier].name),
        None => "no tier is known, so no freeze admits the change (--tier)".to_owned(),
    }];
    let took = assumed.took.iter().map(|(stage, span)| format!("{} takes {}", name(stage), span.show()));
    said.extend(took);
    said.push("other commands take no time (--took)".to_owned());
    said.extend(assumed.failing.iter().map(|(stage, times)| match *times {
        u32::MAX => format!("the command of {} fails", name(stage)),
        1 => format!("the command of {} fails once", name(stage)),
        times => format!("the command of {} fails {times} times", name(stage)),
    }));
    let mut stages = timeline.carried_out.iter().flat_map(|id| policy.pipelines[*id].stages.rows());
    let is_approved = stages.any(|stage| stage.approve.is_some());
    said.extend(assumed.approvals.iter().map(|(stage, given)| match given {
        Some(span) => format!("{} is approved after {}", name(stage), span.show()),
        None => format!("{} is never approved", name(stage)),
    }));
    if is_approved {
        said.push("other approvals are given at once (--approve)".to_owned());
    }
    let denied: Vec<&str> = assumed.denied.iter().map(String::as_str).collect();
    if !denied.is_empty() {
        said.push(format!("{} says no (--deny)", denied.join(", ")));
    }
    said.extend(assumed.freezes.iter().map(|freeze| {
        let (start, end) = (freeze.during.start, freeze.during.end);
        format!("a {} freeze that no window says holds from {start} to {end}", policy.kinds[freeze.kind].name)
    }));
    said.push("what no trace measures says yes: facts and probes (--deny)".to_owned());
    let is_vendors =
        |name: &&str| policy.windows.find(name).is_some_and(|id| policy.windows[id].vendor.is_some());
    if policy.windows.rows().iter().any(|window| window.vendor.is_some()) && !denied.iter().any(is_vendors) {
        said.push("vendors' windows were read again (--deny)".to_owned());
    }
    if timeline.carried_out.len() < policy.pipelines.len() {
        said.push("pipelines that it neither calls nor waits for stand still".to_owned());
    }
    said
}

fn is_deniable(policy: &Policy, name: &str) -> Result<(), Failure> {
    let is_known = policy.facts.find(name).is_some()
        || policy.approvals.find(name).is_some()
        || policy.probes.find(name).is_some()
        || policy.windows.find(name).is_some_and(|window| policy.windows[window].vendor.is_some())
        || policy
            .gates
            .rows()
            .iter()
            .any(|gate| gate.requires.iter().any(|bound| probes(&bound.check, name)));
    if is_known {
        return Ok(());
    }
    let known = policy.facts.rows().iter().map(|fact| fact.name.as_str());
    let known = known.chain(policy.probes.rows().iter().map(|probe| probe.name.as_str()));
    let failure = Failure::usage(format!("the policy has no fact, probe or approval `{name}`"));
    Err(match closest(name, known) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure,
    })
}

/// Whether a check asks a probe of this name.
fn probes(check: &crate::policy::Check, name: &str) -> bool {
    use crate::policy::Check;
    match check {
        Check::All(parts) | Check::Any(parts) => parts.iter().any(|part| probes(part, name)),
        Check::Not(part) => probes(part, name),
        Check::Probe(probe, _) => probe == name,
        Check::Bar(_) | Check::Evidence(_) | Check::Gate(..) => false,
    }
}

fn assigned<'t>(flag: &str, given: &'t str) -> Result<(&'t str, &'t str), Failure> {
    given.split_once('=').ok_or_else(|| {
        Failure::usage(format!("`{flag} {given}` does not say how long"))
            .help(format!("write the stage and a span: `{flag} {given}=5m`"))
    })
}

/// A stage of the pipeline that is asked for, or, with its name and a dot before it, of another.
fn place(policy: &Policy, asked: Id<Pipeline>, name: &str) -> Result<Place, Failure> {
    let (pipeline, name) = match name.split_once('.') {
        Some((pipeline, stage)) => (find("pipeline", &policy.pipelines, pipeline)?, stage),
        None => (asked, name),
    };
    Ok((pipeline, find("stage", &policy.pipelines[pipeline].stages, name)?))
}

fn elapsed(flag: &str, text: &str) -> Result<Elapsed, Failure> {
    match read_value(&FactKind::Duration, &Given::Text(text.to_owned())) {
        Some(Value::Duration(span)) if span >= Elapsed::ZERO => Ok(span),
        _ => Err(Failure::usage(format!("`{flag}`: `{text}` is no span of time"))
            .help("write it like 5m or 1h30m")),
    }
}

pub(super) fn find<T: Named>(what: &str, table: &Table<T>, name: &str) -> Result<Id<T>, Failure> {
    table.find(name).ok_or_else(|| {
        let known = table.rows().iter().map(Named::name);
        let failure = Failure::usage(format!("there is no {what} `{name}`"));
        match closest(name, known.clone()) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => match known.collect::<Vec<_>>() {
                known if known.is_empty() => failure.help(format!("the policy declares no {what}")),
                known => failure.help(format!("there is {}", known.join(", "))),
            },
        }
    })
}
