//! A pipeline as a child pipeline: a job for each leg in a stage of its own, manual jobs for approvals, and jobs that go back.

use super::super::rollout::{
    HOOKS, Leg, Locks, OVER, Plan, Way, active, approval, back, hooks, people, pushgateway, seats,
};
use super::super::{Job, escape, in_repository, mark, template};
use crate::policy::{Environment, Id, Policy, Region, Rollback};
use serde_json::{Value, json};
use std::fmt::Write;

const PIPELINE: &str = include_str!("pipeline.yml");
const AFTERWARDS: &str = include_str!("over.yml");
const STARTS: &str = include_str!("starts.yml");

/// What every file of a target is made with.
pub(super) struct Making<'a> {
    job: &'a Job<'a>,
    policy: &'a Policy,
    gate: String,
    program: String,
}

impl<'a> Making<'a> {
    /// For the gate's file at this path, and the program at that one.
    pub fn new(job: &'a Job<'a>, gate_path: &str, program_path: &str) -> Self {
        let root = job.option("policy");
        Self {
            job,
            policy: job.policy,
            gate: format!("/{}", in_repository(root, gate_path)),
            program: in_repository(root, program_path),
        }
    }

    /// The jobs that start pipelines and rollbacks: `paths` are theirs.
    pub fn starts(&self, plans: &[Plan<'_>], locks: &Locks, paths: &[String]) -> String {
        let mut jobs = String::new();
        let mut paths = paths.iter();
        let child = |path: &String| format!("/{}", in_repository(self.job.option("policy"), path));
        for (plan, path) in plans.iter().zip(paths.by_ref()) {
            let group = format!("  resource_group: {}\n", locks.of_run(self.policy, plan.id));
            jobs.push_str(&start(&plan.pipeline.name, "carry", &group, &child(path)));
        }
        for (rollback, path) in self.policy.rollbacks.rows().iter().zip(paths) {
            jobs.push_str(&start(&rollback.name, "go-back", "", &child(path)));
        }
        template::fill(STARTS, &[("mark", &mark::hash_comments(self.job)), ("jobs", jobs.trim_end())])
    }

    /// The child pipeline that carries a pipeline out.
    pub fn pipeline(&self, plan: &Plan<'_>, locks: &Locks) -> String {
        let calls: Vec<&str> = plan.calls().into_iter().collect();
        let mut jobs = Jobs::default();
        let told = [("OPS_CALLS", calls.join(" ")), ("OPS_LEG", "000-hooks".to_owned())];
        jobs.add(HOOKS, ".ops-hooks", "", &told);
        for position in 0..plan.legs.len() {
            self.approvals(plan, position, &mut jobs);
            self.leg(plan, locks, position, &mut jobs);
        }
        for rollback in plan.ways_back() {
            self.back(plan, rollback, "  rules: [{ when: on_failure }]\n", &mut jobs);
        }
        self.over(&mut jobs);
        self.fill(plan, &jobs)
    }

    /// The child pipeline that goes back by hand.
    pub fn back_by_hand(&self, plan: &Plan<'_>, rollback: Id<Rollback>) -> String {
        let mut jobs = Jobs::default();
        self.back(plan, rollback, "  rules: [{ when: always }]\n", &mut jobs);
        self.over(&mut jobs);
        self.fill(plan, &jobs)
    }

    fn fill(&self, plan: &Plan<'_>, jobs: &Jobs) -> String {
        let install = match self.job.option("install") {
            "" => String::new(),
            commands => format!("    - {}", escape::yaml_script(commands, 6)),
        };
        let (pushgateway, over) = pushgateway(self.job).map_or_else(Default::default, |address| {
            (format!("  OPS_PUSHGATEWAY: {}\n", escape::yaml(&escape::gitlab(address))), AFTERWARDS)
        });
        let stages: Vec<String> = jobs.stages.iter().map(|name| escape::yaml_name(name)).collect();
        template::fill(
            PIPELINE,
            &[
                ("mark", &mark::hash_comments(self.job)),
                ("pipeline", &escape::yaml_name(&plan.pipeline.name)),
                ("gate", &escape::yaml(&self.gate)),
                ("hooks", &escape::yaml(&escape::gitlab(hooks(self.job)))),
                ("program", &escape::yaml(&escape::gitlab(&self.program))),
                ("install", &install),
                ("pushgateway", &pushgateway),
                ("over", over),
                ("stages", &stages.join(", ")),
                ("jobs", jobs.text.trim_end()),
            ],
        )
    }

    /// One manual job a person who must approve; the last one looks at who they are.
    fn approvals(&self, plan: &Plan<'_>, position: usize, jobs: &mut Jobs) {
        let Some((leg, wanted)) = plan.legs.get(position).and_then(|leg| Some((leg, leg.approve?))) else {
            return;
        };
        let all = people(wanted);
        for person in 1..=all {
            let name = approval(&leg.stage.name, person);
            let mut told = vec![
                ("OPS_LEG", format!("{:03}-{name}", 2 * position + 1)),
                ("OPS_APPROVES", leg.stage.name.clone()),
            ];
            if person == all {
                told.push(("OPS_SEATS", seats(self.policy, leg, wanted).to_string()));
            }
            // Manual, and not allowed to fail: nothing behind it begins, and the pipeline is not green before.
            let rules = "  rules: [{ when: manual, allow_failure: false }]\n";
            jobs.add(&name, ".ops-approval", rules, &told);
        }
    }

    fn leg(&self, plan: &Plan<'_>, locks: &Locks, position: usize, jobs: &mut Jobs) {
        let Some(leg) = plan.legs.get(position) else { return };
        let mut fields = self.environment(leg.stage.environment);
        if let Some(lock) = locks.of_leg(plan, position) {
            let _ = writeln!(fields, "  resource_group: {lock}");
        }
        let waits = if leg.asks.is_some() { leg.on_freeze.values().max().copied().unwrap_or(0) } else { 0 };
        let minutes = (leg.limit.as_seconds() + waits) / 60 + 15;
        let _ = writeln!(fields, "  timeout: {minutes} minutes");
        let mut told = plan.environment(leg);
        told.extend(active(self.job, leg));
        let is_last = position + 1 == plan.legs.len() && pushgateway(self.job).is_some();
        told.extend(is_last.then(|| ("OPS_IS_LAST", "yes".to_owned())));
        told.push(("OPS_LEG", state(plan, position)));
        let goes_back =
            leg.goes_back_by.filter(|_| leg.is_under_way).map(|id| self.policy.rollbacks[id].name.clone());
        told.extend(goes_back.map(|name| ("OPS_BACK", name)));
        if !leg.expects.is_empty() {
            let makers: Vec<String> =
                leg.expects.iter().map(|maker| format!("made-{}", state(plan, *maker))).collect();
            told.push(("OPS_MADE_BY", makers.join(" ")));
        }
        told.extend(leg.approve.map(|_| ("OPS_APPROVED_BEFORE", leg.stage.name.clone())));
        told.extend(self.asked(plan, leg));
        told.extend(self.vars(leg.stage.environment));
        let asks = if leg.asks.is_some() { ".ops-asking-step" } else { ".ops-step" };
        jobs.add(&leg.name, asks, &fields, &told);
    }

    fn asked(&self, plan: &Plan<'_>, leg: &Leg<'_>) -> Vec<(&'a str, String)> {
        let Some(action) = leg.asks else { return Vec::new() };
        let mut told = vec![("OPS_ACTION", action.name().to_owned())];
        let place = leg.stage.environment.map(|id| self.policy.environments[id].name.clone());
        told.extend(place.map(|name| ("OPS_ENVIRONMENT", name)));
        told.extend(plan.pipeline.service.map(|id| ("OPS_SERVICE", self.policy.services[id].name.clone())));
        if !leg.on_freeze.is_empty() {
            told.push(("OPS_ON_FREEZE", json!(leg.on_freeze).to_string()));
        }
        told
    }

    fn environment(&self, environment: Option<Id<Environment>>) -> String {
        let environment = environment.map(|id| &self.policy.environments[id]);
        environment.map_or_else(String::new, |place| {
            format!("  environment: {{ name: {} }}\n", escape::yaml(&escape::gitlab(&place.name)))
        })
    }

    /// The variables of an environment; its secrets are GitLab's, scoped to it.
    fn vars(&self, environment: Option<Id<Environment>>) -> Vec<(&'a str, String)> {
        let vars = environment.into_iter().flat_map(|id| &self.policy.environments[id].vars);
        vars.filter(|(name, _)| !name.starts_with("OPS_"))
            .map(|(name, value)| (name.as_str(), value.clone()))
            .collect()
    }

    /// The jobs of a rollback, one a step of regions.
    fn back(&self, plan: &Plan<'_>, rollback: Id<Rollback>, rules: &str, jobs: &mut Jobs) {
        let way = Way::new(self.policy, rollback);
        let places = way.places();
        let last = places.len().saturating_sub(1);
        let environment = plan.legs.iter().rev().find_map(|leg| leg.stage.environment);
        for (place, regions) in places.iter().enumerate() {
            let mut deeds: Vec<Value> = way
                .deeds()
                .into_iter()
                .map(|deed| {
                    let told: serde_json::Map<String, Value> = deed
                        .environment
                        .into_iter()
                        .map(|(name, value)| (name.to_owned(), json!(value)))
                        .collect();
                    json!({ "title": deed.title, "words": deed.words, "told": told, "always": deed.always })
                })
                .collect();
            if place == last {
                let stages = plan.legs.iter().enumerate().rev().filter(|(_, leg)| leg.is_last);
                deeds.extend(stages.filter_map(|(position, leg)| {
                    let undo = leg.stage.undo.as_ref()?;
                    let first =
                        plan.legs.iter().position(|first| first.stage_id == leg.stage_id).unwrap_or(position);
                    let title = format!("undo {}", leg.stage.name);
                    Some(json!({
                        "title": title, "words": ["run"], "told": { "OPS_COMMAND": undo }, "always": false,
                        "begun": state(plan, first), "stage": leg.stage.name,
                    }))
                }));
            } else if let Some(soak) = way.rollback.soak {
                deeds.push(json!({ "title": "soak", "words": ["wait", soak.as_seconds().to_string()], "told": {}, "always": false }));
            }
            let fields = format!("{}{rules}", self.environment(environment));
            let mut told = vec![
                ("OPS_LEG", format!("999-{}", back(&way.rollback.name, place + 1))),
                ("OPS_ROLLBACK", way.rollback.name.clone()),
                ("OPS_DEEDS", Value::Array(deeds).to_string()),
            ];
            told.extend(self.regions(regions));
            told.extend(self.vars(environment));
            jobs.add(&back(&way.rollback.name, place + 1), ".ops-back", &fields, &told);
        }
    }

    /// The job that says that a rollout is over, however the others end; none where nobody listens.
    fn over(&self, jobs: &mut Jobs) {
        if pushgateway(self.job).is_some() {
            let fields = concat!(
                "  rules: [{ when: always }]\n",
                "  script:\n    - !reference [.ops-prepare, script]\n    - ops over\n",
            );
            jobs.add(OVER, ".ops-job", fields, &[("OPS_LEG", format!("999-{OVER}"))]);
        }
    }

    fn regions(&self, regions: &[Id<Region>]) -> Option<(&'a str, String)> {
        let names: Vec<&str> = regions.iter().map(|id| self.policy.regions[*id].name.as_str()).collect();
        (!names.is_empty()).then(|| ("OPS_REGIONS", names.join(" ")))
    }
}

/// Jobs that are written, each in a stage of its own.
#[derive(Default)]
struct Jobs {
    stages: Vec<String>,
    text: String,
}

impl Jobs {
    fn add(&mut self, name: &str, extends: &str, fields: &str, told: &[(&str, String)]) {
        let key = escape::yaml_name(name);
        let _ = write!(self.text, "{key}:\n  extends: {extends}\n  stage: {key}\n{fields}");
        if !told.is_empty() {
            self.text.push_str("  variables:\n");
        }
        for (name, value) in told {
            let _ = writeln!(self.text, "    {name}: {}", escape::yaml(&escape::gitlab(value)));
        }
        self.text.push('\n');
        self.stages.push(name.to_owned());
    }
}

/// The file in which a leg says how it stands: of two, the later one's name is greater.
fn state(plan: &Plan<'_>, position: usize) -> String {
    let name = plan.legs.get(position).map_or("", |leg| leg.name.as_str());
    format!("{:03}-{name}", 2 * position + 2)
}

fn start(name: &str, verb: &str, group: &str, path: &str) -> String {
    format!(
        "{verb}-{name}:\n  extends: .ops-start\n{group}  trigger:\n    include: [{{ local: {} }}]\n    strategy: depend\n\n",
        escape::yaml(path),
    )
}
