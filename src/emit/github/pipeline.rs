//! A pipeline as a workflow: a job for each leg, which asks the gate itself where the leg raises traffic or enters a region, and
//! the jobs that go back.

use super::super::rollout::{
    HOOKS, Leg, Locks, Plan, Way, active, approval, hooks, people, pushgateway, seats,
};
use super::super::{Job, escape, in_repository, mark, template};
use super::steps::check_out_source;
use crate::policy::{Environment, Id, Policy};
use crate::review::approval_prefix;
use std::fmt::Write;

const PIPELINE: &str = include_str!("pipeline.yml");

/// Minutes that a job takes beyond what its step may: checking out, asking the gate.
const AROUND: i64 = 15;

/// What every job of a target's workflows is made with.
pub(super) struct Making<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) policy: &'a Policy,
    action: String,
    pub(super) program: String,
}

impl<'a> Making<'a> {
    /// For an action at this path, with its program beside it.
    pub fn new(job: &'a Job<'a>, action_path: &str, program_path: &str) -> Self {
        let root = job.option("policy");
        let folder = action_path.strip_suffix("/action.yml").unwrap_or(action_path);
        Self {
            job,
            policy: job.policy,
            action: format!("./ops-policy/{}", in_repository(root, folder)),
            program: format!("ops-policy/{}", in_repository(root, program_path)),
        }
    }

    /// The workflow of a pipeline.
    pub fn pipeline(&self, plan: &Plan<'_>, locks: &Locks) -> String {
        let mut jobs = self.hooks(plan);
        for position in 0..plan.legs.len() {
            jobs.push_str(&self.approvals(plan, position));
            jobs.push_str(&self.leg(plan, locks, position));
        }
        for rollback in plan.ways_back() {
            let way = Way::new(self.policy, rollback);
            let legs = plan.legs.iter().filter(|leg| leg.is_under_way);
            let needs: Vec<&str> = legs.clone().map(|leg| leg.name.as_str()).collect();
            let any: Vec<String> =
                legs.filter(|leg| leg.goes_back_by == Some(rollback)).map(failed).collect();
            let undone = |stage: &str| {
                let first = plan.legs.iter().find(|leg| leg.stage.name == stage);
                first.map_or_else(String::new, |leg| {
                    format!("needs.{}.result == 'success' || {}", leg.name, failed(leg))
                })
            };
            let condition = format!("always() && (\n      {})", any.join("\n      || "));
            jobs.push_str(&self.back(plan, &way, &needs, &condition, &undone));
        }
        jobs.push_str(&self.over(&plan.jobs()));
        self.fill(PIPELINE, plan, &[("jobs", &jobs), ("group", &locks.of_run(self.policy, plan.id))])
    }

    /// A template with what every workflow has, and more.
    pub(super) fn fill(&self, text: &str, plan: &Plan<'_>, holes: &[(&str, &str)]) -> String {
        let policy = escape::yaml(&escape::github(&format!("ops-policy/{}", self.job.option("policy"))));
        let hooks = escape::yaml(&escape::github(&format!("ops-policy/{}", hooks(self.job))));
        let mark = mark::hash_comments(self.job);
        let pipeline = escape::yaml_name(&plan.pipeline.name);
        let pushgateway = pushgateway(self.job).map_or_else(String::new, |address| {
            format!("  OPS_PUSHGATEWAY: {}\n", escape::yaml(&escape::github(address)))
        });
        let common = [
            ("mark", mark.as_str()),
            ("pipeline", &pipeline),
            ("policy", &policy),
            ("hooks", &hooks),
            ("pushgateway", &pushgateway),
        ];
        template::fill(text, &[holes, &common[..]].concat())
    }

    /// The first job: whatever is called later is there.
    fn hooks(&self, plan: &Plan<'_>) -> String {
        let calls: Vec<&str> = plan.calls().into_iter().collect();
        let mut text = self.head(HOOKS, "what is called later is there", &[], "", 10);
        text.push_str("    permissions:\n      contents: read # the policy's branch\n    steps:\n");
        text.push_str(&self.check_out_policy());
        let environment = [("OPS_CALLS", calls.join(" "))];
        text.push_str(&self.run("Look for the repository's hooks", "hooks", &environment, ""));
        text
    }

    /// The head of a job.
    pub(super) fn head(
        &self,
        name: &str,
        title: &str,
        needs: &[&str],
        condition: &str,
        minutes: i64,
    ) -> String {
        let key = escape::yaml_name(name);
        let mut text = format!("  {key}:\n    name: {}\n", escape::yaml(&escape::github(title)));
        if !needs.is_empty() {
            let needs: Vec<String> = needs.iter().map(|name| escape::yaml_name(name)).collect();
            let _ = writeln!(text, "    needs: [{}]", needs.join(", "));
        }
        if !condition.is_empty() {
            let _ = writeln!(text, "    if: >-\n      {condition}");
        }
        let runner = escape::yaml(&escape::github(self.job.option("runs-on")));
        let _ = writeln!(text, "    runs-on: {runner}\n    timeout-minutes: {minutes}");
        text
    }

    /// One job a person who must approve, each behind an environment of its own; the last one looks at who they are.
    fn approvals(&self, plan: &Plan<'_>, position: usize) -> String {
        let Some((leg, wanted)) = plan.legs.get(position).and_then(|leg| Some((leg, leg.approve?))) else {
            return String::new();
        };
        let people = people(wanted);
        let prefix = approval_prefix(&plan.pipeline.name, &leg.stage.name);
        let mut text = String::new();
        for person in 1..=people {
            let needs: Vec<String> = match person {
                1 => self.before(plan, leg),
                _ => vec![approval(&leg.stage.name, person - 1)],
            };
            let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
            let title = format!("approve {} ({person} of {people})", leg.stage.name);
            text.push_str(&self.head(&approval(&leg.stage.name, person), &title, &needs, "", 10));
            let _ = writeln!(text, "    environment: {{ name: {prefix}{person} }}");
            if person < people {
                text.push_str("    steps:\n      - run: echo approved\n");
                continue;
            }
            text.push_str(concat!(
                "    permissions:\n",
                "      actions: read # who approved this run\n",
                "      contents: read # the policy's branch, and who wrote what rolls out\n",
                "    steps:\n",
            ));
            text.push_str(&self.check_out_policy());
            text.push_str(&check_out_source(0));
            let seats = seats(self.policy, leg, wanted).to_string();
            let _ = write!(
                text,
                concat!(
                    "      - name: Look at who approved\n",
                    "        env:\n",
                    "          GH_TOKEN: ${{{{ github.token }}}}\n",
                    "          REPOSITORY: ${{{{ github.repository }}}}\n",
                    "          RUN: ${{{{ github.run_id }}}}\n",
                    "          ENVIRONMENTS: {}\n",
                    "          OPS_BASE: ${{{{ inputs.base }}}}\n",
                    "          OPS_HEAD: ${{{{ github.sha }}}}\n",
                    "          OPS_STARTED_BY: ${{{{ github.triggering_actor }}}}\n",
                    "          OPS_SEATS: {}\n",
                    "        run: |\n",
                    "          OPS_APPROVED_BY=$(gh api \"repos/$REPOSITORY/actions/runs/$RUN/approvals\" | jq -c --arg name \"$ENVIRONMENTS\" \\\n",
                    "            '[.[] | select(.state == \"approved\" and any(.environments[]; .name | startswith($name))) | .user.login]')\n",
                    "          export OPS_APPROVED_BY\n",
                    "          bash {} approval\n",
                ),
                escape::yaml(&prefix),
                escape::yaml(&escape::github(&seats)),
                self.program,
            );
        }
        text
    }

    /// The jobs that a leg waits for, its approval aside.
    fn before(&self, plan: &Plan<'_>, leg: &Leg<'_>) -> Vec<String> {
        let mut needs = if leg.after.is_empty() { vec![HOOKS.to_owned()] } else { Vec::new() };
        let earlier = leg.after.iter().chain(&leg.expects);
        for name in earlier.filter_map(|position| Some(plan.legs.get(*position)?.name.clone())) {
            if !needs.contains(&name) {
                needs.push(name);
            }
        }
        needs
    }

    fn leg(&self, plan: &Plan<'_>, locks: &Locks, position: usize) -> String {
        let Some(leg) = plan.legs.get(position) else { return String::new() };
        let mut needs = self.before(plan, leg);
        if let Some(seats) = leg.approve {
            needs.push(approval(&leg.stage.name, people(seats)));
        }
        let needs: Vec<&str> = needs.iter().map(String::as_str).collect();
        let waits = leg.on_freeze.values().max().copied().unwrap_or(0);
        let waits = if leg.asks.is_some() { waits } else { 0 };
        let minutes = (leg.limit.as_seconds() + waits) / 60 + AROUND;
        let mut text = self.head(&leg.name, &leg.title, &needs, "", minutes);
        text.push_str(&self.environment(leg.stage.environment));
        if let Some(lock) = locks.of_leg(plan, position) {
            let _ =
                writeln!(text, "    concurrency: {{ group: {lock}, cancel-in-progress: false, queue: max }}");
        }
        text.push_str("    permissions:\n      contents: read # the policy's branch, and what rolls out\n");
        let mut outputs = String::new();
        if leg.asks.is_some() {
            text.push_str("      pull-requests: read # the pull request, its labels and its reviews\n");
            outputs.push_str("      refused: ${{ steps.ask.outputs.refused }}\n");
        }
        let environment = plan.environment(leg);
        if environment.iter().any(|(name, _)| *name == "OPS_PRODUCES") {
            outputs.push_str("      made: ${{ steps.act.outputs.made }}\n");
        }
        if !outputs.is_empty() {
            let _ = write!(text, "    outputs:\n{outputs}");
        }
        text.push_str("    steps:\n");
        text.push_str(&self.check_out_policy());
        if let Some(action) = leg.asks {
            text.push_str(&self.ask(plan, leg, action.name()));
        }
        text.push_str(&check_out_source(1));
        if leg.asks.is_none() && plan.judges(leg) {
            text.push_str(&self.install());
        }
        let mut told = environment;
        told.extend(active(self.job, leg));
        if !leg.expects.is_empty() {
            let made: Vec<String> = leg
                .expects
                .iter()
                .filter_map(|position| Some(format!("needs.{}.outputs.made", plan.legs.get(*position)?.name)))
                .collect();
            told.push(("OPS_MADE_BEFORE", made.join(" ")));
        }
        text.push_str(&self.run("Carry it out", "step", &told, ""));
        text
    }

    fn ask(&self, plan: &Plan<'_>, leg: &Leg<'_>, action: &str) -> String {
        let name = |id: Option<Id<Environment>>| id.map(|id| self.policy.environments[id].name.clone());
        let service = plan.pipeline.service.map(|id| self.policy.services[id].name.clone());
        let on_freeze = (!leg.on_freeze.is_empty()).then(|| serde_json::json!(leg.on_freeze).to_string());
        let regions = plan.regions(&leg.regions);
        let mut text = self.run("Gather the facts", "facts ops-facts.json", &[], "");
        let _ = write!(
            text,
            concat!(
                "      - name: Ask the gate\n",
                "        id: ask\n",
                "        uses: {} # zizmor: ignore[self-repository] the protected branch's copy, not the change's\n",
                "        with:\n          action: {}\n",
            ),
            escape::yaml(&escape::github(&self.action)),
            action,
        );
        for (key, value) in [
            ("environment", name(leg.stage.environment)),
            ("regions", Some(regions)),
            ("service", service),
            ("on-freeze", on_freeze),
        ] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let _ = writeln!(text, "          {key}: {}", escape::yaml(&escape::github(&value)));
            }
        }
        text.push_str(concat!(
            "          release: ${{ inputs.release }}\n",
            "          pull-request: ${{ inputs.pull-request }}\n",
            "          base: ${{ inputs.base }}\n",
            "          facts: ops-facts.json\n",
        ));
        text
    }
}

/// Whether a leg failed, rather than was refused.
fn failed(leg: &Leg<'_>) -> String {
    let refused = match leg.asks {
        Some(_) => format!(" && needs.{}.outputs.refused != 'yes'", leg.name),
        None => String::new(),
    };
    format!("needs.{}.result == 'failure'{refused}", leg.name)
}
