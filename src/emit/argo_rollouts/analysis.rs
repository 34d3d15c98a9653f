//! The AnalysisTemplates of a pipeline: the gate as a web metric, the gates of each stage and the triggers of its rollbacks.
//!
//! How a run of them ends decides what becomes of the Rollout (`rollout/analysis.go` of Argo Rollouts): *Failed* and *Error* abort it,
//! *Inconclusive* pauses it for a hand and looks at no trigger meanwhile, and whoever promotes it then skips the step. So the gate
//! never ends a run but by an allow: while it blocks, or cannot be reached, the Rollout stays where it is.

use super::moves::is_judged;
use super::truth::Asking;
use crate::calendar::Elapsed;
use crate::emit::freeze::Ids;
use crate::emit::kubernetes::object_name;
use crate::emit::prometheus::Sense;
use crate::emit::rollout::Plan;
use crate::emit::{Job, escape, mark};
use crate::fidelity::{Seen, seen, spans, triggers};
use crate::policy::{Bound, NoData, Policy, Stage};
use crate::simulate::DEFAULT_SPAN;
use std::collections::BTreeMap;

/// A limit that is never reached.
const NEVER: i32 = i32::MAX;
/// So many errors in a row (40 seconds of them) count as nothing measured.
const ERRORS: i32 = 4;

/// The gate allows: the record of a decision of now, by the clock.
const ALLOWS: &str =
    "result.verdict == \"allow\" && !result.simulated && now() - date(result.at) < duration(\"5m\")";
const SO: &str = "len(result) == 1 && result[0] > 0.75";
const NOT_SO: &str = "len(result) == 1 && result[0] < 0.25";
const NOT_KNOWN_SO: &str = "len(result) == 1 && result[0] < 0.75";
const NOT_KNOWN: &str = "len(result) != 1 || result[0] > 0.25 && result[0] < 0.75";

/// The templates of a pipeline, by what they are for.
#[derive(Debug)]
pub(super) struct Analyses<'a> {
    job: &'a Job<'a>,
    plan: &'a Plan<'a>,
    /// Asks the gate.
    pub ask: String,
    /// Asks the gates of a stage, by the stage's name.
    pub gates: BTreeMap<&'a str, String>,
    /// Watches the triggers, where queries tell any.
    pub triggers: Option<String>,
    /// Does both behind a switch of colours.
    switched: String,
    after_switch: Option<AfterSwitch<'a>>,
}

/// What is asked once a switch has given all traffic.
#[derive(Debug)]
pub(super) struct AfterSwitch<'a> {
    /// Stages whose gates are asked, with how long behind the switch.
    pub judged: Vec<(&'a Stage, Elapsed)>,
    /// How long triggers are watched.
    pub watched: Elapsed,
}

/// How a metric that asks Prometheus is judged.
#[derive(Debug)]
struct Judging {
    success: &'static str,
    failure: &'static str,
    failure_limit: i32,
    inconclusive_limit: i32,
    error_limit: i32,
    /// Whether the first answer that is so ends it.
    ends_with_success: bool,
}

impl<'a> Analyses<'a> {
    /// The templates of a plan. Their names begin with `base`.
    pub fn new(
        job: &'a Job<'a>,
        plan: &'a Plan<'a>,
        base: &str,
        after_switch: Option<AfterSwitch<'a>>,
    ) -> Self {
        let mut ids = Ids::default();
        let mut name = |part: &str| ids.unique(format!("{base}-{part}"));
        let [ask, triggers, switched] = ["ask", "triggers", "switched"].map(&mut name);
        let stages = plan.pipeline.stages.rows().iter().filter(|stage| is_judged(plan.policy, stage));
        let gates = stages.map(|stage| (stage.name.as_str(), name(&object_name(&stage.name)))).collect();
        let mut found = Self { job, plan, ask, gates, triggers: None, switched, after_switch };
        let watches = !found.trigger_metrics(None).is_empty();
        found.triggers = watches.then_some(triggers);
        found
    }

    /// Every template as one file.
    pub fn text(&self) -> String {
        let mut text = format!(
            "{}#\n# pipeline {}\n",
            mark::hash_comments(self.job),
            escape::comment(&self.plan.pipeline.name)
        );
        let mut templates = vec![self.ask_template()];
        match &self.after_switch {
            Some(after) => {
                let gates = after.judged.iter().map(|(stage, delay)| self.gates_metric(stage, *delay));
                let watched = Some(after.watched).filter(|watched| *watched > Elapsed::ZERO);
                let triggers = watched.map(|watched| self.trigger_metrics(Some(watched)));
                let metrics: Vec<String> = gates.chain(triggers.into_iter().flatten()).collect();
                templates.extend(self.switched().map(|name| self.template(name, &[], &metrics)));
            }
            None => {
                for stage in self.plan.pipeline.stages.rows() {
                    let Some(name) = self.gates.get(stage.name.as_str()) else { continue };
                    templates.push(self.template(name, &[], &[self.gates_metric(stage, Elapsed::ZERO)]));
                }
                if let Some(name) = &self.triggers {
                    templates.push(self.template(name, &[], &self.trigger_metrics(None)));
                }
            }
        }
        text.push_str(&templates.join("---\n"));
        text
    }

    /// The template of what is asked after a switch, where anything is.
    pub fn switched(&self) -> Option<&str> {
        let after = self.after_switch.as_ref()?;
        let asks = !after.judged.is_empty() || after.watched > Elapsed::ZERO && self.triggers.is_some();
        asks.then_some(self.switched.as_str())
    }

    fn template(&self, name: &str, args: &[&str], metrics: &[String]) -> String {
        let metrics: String = metrics.concat();
        let mut text = format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata:\n  name: {}\n  namespace: {}\nspec:\n",
            escape::yaml(name),
            escape::yaml(self.job.option("namespace")),
        );
        let braces = metrics.contains("{{args.braces}}");
        if braces || !args.is_empty() {
            text.push_str("  args:\n");
        }
        args.iter().for_each(|arg| text.push_str(&format!("    - name: {arg}\n")));
        if braces {
            text.push_str("    - name: braces\n      value: \"{{\"\n");
        }
        text + "  metrics:\n" + &metrics
    }

    fn ask_template(&self) -> String {
        let job = self.job;
        let body = |key: &str, value: &str| format!("            {key}: {}\n", escape::yaml(value));
        let fixed = [("policy", self.plan.policy.name.as_str()), ("pipeline", &self.plan.pipeline.name)];
        let fixed = fixed.map(|(key, value)| body(key, value)).concat();
        let told: String = ASKED.iter().map(|key| body(key, &format!("{{{{args.{key}}}}}"))).collect();
        let metric = format!(
            "    - name: gate\n      interval: {interval}\n      consecutiveSuccessLimit: 1\n      failureLimit: 0\n      \
             inconclusiveLimit: {NEVER}\n      consecutiveErrorLimit: {NEVER}\n      successCondition: {}\n      \
             failureCondition: \"false\"\n      provider:\n        web:\n          method: POST\n          url: {}\n          \
             timeoutSeconds: 10\n          jsonPath: \"{{$}}\"\n          jsonBody:\n{fixed}{told}",
            escape::yaml(ALLOWS),
            escape::yaml(job.option("gate-url")),
            interval = job.option("interval"),
        );
        self.template(&self.ask, ASKED, &[metric])
    }

    /// All gates of a stage as one metric, so that they pass together. A failure goes back where the stage does, and is left to a
    /// hand where it does not.
    fn gates_metric(&self, stage: &Stage, delay: Elapsed) -> String {
        let policy = self.plan.policy;
        let bounds: Vec<&Bound> =
            stage.gates.iter().flat_map(|(gate, _)| &policy.gates[*gate].requires).collect();
        let parts = bounds.iter().map(|bound| seen(policy, &bound.check)).collect();
        let seen = Seen::All(parts);
        let hold = stage.hold.filter(|hold| *hold > Elapsed::ZERO).unwrap_or(DEFAULT_SPAN);
        let asking = Asking { policy, sense: Sense::Wanted, hold, step: self.interval() };
        let goes_back =
            self.plan.legs.iter().any(|leg| leg.stage.name == stage.name && leg.goes_back_by.is_some());
        let judging = match goes_back {
            true => Judging {
                success: SO,
                failure: NOT_SO,
                failure_limit: 0,
                inconclusive_limit: NEVER,
                error_limit: error_limit(policy, &seen),
                ends_with_success: true,
            },
            // What is not known yet is asked again, what is not so ends in "inconclusive".
            false => Judging {
                success: SO,
                failure: NOT_KNOWN,
                failure_limit: -1,
                inconclusive_limit: 0,
                error_limit: NEVER,
                ends_with_success: true,
            },
        };
        let comment = format!("{}: gates of stage {}", policy.place(stage.origin), stage.name);
        let query = asking.truth(&seen).unwrap_or_default();
        self.metric(&format!("{}-gates", object_name(&stage.name)), &comment, &judging, delay, None, &query)
    }

    /// A metric for each trigger that sends the pipeline back, for each span of those that name none; watched so long.
    fn trigger_metrics(&self, watched: Option<Elapsed>) -> Vec<String> {
        let policy = self.plan.policy;
        let mut ids = Ids::default();
        let mut metrics = Vec::new();
        let own = triggers(policy).into_iter();
        for trigger in
            own.filter(|trigger| trigger.of == "rollback" && trigger.pipeline == Some(self.plan.id))
        {
            let seen = seen(policy, &trigger.bound.check);
            let needs_span = seen.bars().iter().any(|seen| seen.bar.over.is_none());
            let all = match needs_span {
                true => spans(policy, trigger.pipeline).into_iter().map(|(span, _)| span).collect(),
                false => vec![DEFAULT_SPAN],
            };
            for hold in all {
                let asking = Asking { policy, sense: Sense::Feared, hold, step: self.interval() };
                let Some(query) = asking.truth(&seen) else { continue };
                let judging = Judging {
                    success: NOT_KNOWN_SO,
                    failure: SO,
                    failure_limit: 0,
                    inconclusive_limit: NEVER,
                    error_limit: error_limit(policy, &seen),
                    ends_with_success: false,
                };
                let name = ids.unique(object_name(trigger.name));
                let comment = format!("{}: {}", policy.place(trigger.bound.origin), trigger.bound.text);
                let delay = self.delay(&seen);
                metrics.push(self.metric(&name, &comment, &judging, delay, watched, &query));
            }
        }
        metrics
    }

    /// Before it, nothing can have been measured for long enough.
    fn delay(&self, seen: &Seen<'_>) -> Elapsed {
        let sustained = seen.bars().iter().filter_map(|seen| seen.bar.sustained).max();
        let sustained = sustained.filter(|sustained| *sustained > Elapsed::ZERO);
        let whole = sustained.map_or(0, |span| span.as_seconds() + self.interval().as_seconds());
        Elapsed::seconds(whole.max(seconds(self.job.option("settle"))))
    }

    fn interval(&self) -> Elapsed {
        Elapsed::seconds(seconds(self.job.option("interval")))
    }

    fn metric(
        &self,
        name: &str,
        comment: &str,
        judging: &Judging,
        delay: Elapsed,
        watched: Option<Elapsed>,
        query: &str,
    ) -> String {
        let interval = self.interval().as_seconds();
        let mut text = format!("    # {}\n    - name: {}\n", escape::comment(comment), escape::yaml(name));
        let mut line = |key: &str, value: String| text.push_str(&format!("      {key}: {value}\n"));
        line("interval", self.job.option("interval").to_owned());
        if delay > Elapsed::ZERO {
            line("initialDelay", format!("{}s", delay.as_seconds()));
        }
        if let Some(watched) = watched {
            let left = (watched.as_seconds() - delay.as_seconds()).max(0);
            line("count", (left / interval.max(1) + 1).to_string());
        }
        if judging.ends_with_success {
            line("consecutiveSuccessLimit", "1".to_owned());
        }
        line("failureLimit", judging.failure_limit.to_string());
        // A limit above the count is refused.
        if watched.is_none() {
            line("inconclusiveLimit", judging.inconclusive_limit.to_string());
        }
        line("consecutiveErrorLimit", judging.error_limit.to_string());
        line("successCondition", escape::yaml(judging.success));
        line("failureCondition", escape::yaml(judging.failure));
        let query = query.replace("{{", "{{args.braces}}");
        text.push_str(&format!(
            "      provider:\n        prometheus:\n          address: {}\n          query: {}",
            escape::yaml(self.job.option("prometheus")),
            escape::yaml_script(&query, 12),
        ));
        text
    }
}

/// What the gate is told of each step, beside policy and pipeline.
pub(super) const ASKED: &[&str] = &["stage", "action", "traffic", "region", "environment", "revision"];

/// How many errors in a row end it: where nothing measured is bad, errors are.
fn error_limit(policy: &Policy, seen: &Seen<'_>) -> i32 {
    let fails = seen.bars().iter().any(|seen| policy.metrics[seen.bar.metric].no_data == NoData::Fail);
    if fails { ERRORS } else { NEVER }
}

/// The seconds of a span that the table of targets has found sound.
fn seconds(span: &str) -> i64 {
    let number: i64 = span.trim_end_matches(['s', 'm', 'h']).parse().unwrap_or(60);
    match span.chars().next_back() {
        Some('h') => number * 3600,
        Some('m') => number * 60,
        _ => number,
    }
}
