//! Alerts from triggers: what fires, after how long, and what it tells whoever is paged.

use super::compared::{Compared, Sense, compared};
use super::rule::{Pair, Rule, span};
use super::value::{Asked, Values};
use crate::calendar::Elapsed;
use crate::emit::escape;
use crate::fidelity::{Seen, SeenBar, Trigger, seen, spans, tells_tracks, triggers};
use crate::policy::{Act, Bar, Id, Lever, NoData, Operator, Pipeline, Policy, Rollback};
use std::collections::BTreeSet;

/// An alert of a trigger, for one span of its bars that name none.
#[derive(Debug)]
pub(super) struct Alert<'a> {
    pub trigger: Trigger<'a>,
    /// What fires.
    pub seen: Seen<'a>,
    /// The span of a bar that names none.
    pub hold: Elapsed,
    /// Its name, unique in the file.
    pub name: String,
    /// Its labels.
    pub labels: Vec<Pair>,
}

/// A value in an annotation.
#[derive(Debug, Clone, Copy)]
pub(super) enum Said<'a> {
    /// As a template, for the rule.
    Template,
    /// As Prometheus writes it, for a test.
    Value(&'a str),
}

/// Every alert of a policy's triggers, in their order.
pub(super) fn alerts(policy: &Policy) -> Vec<Alert<'_>> {
    let mut names = BTreeSet::new();
    let mut alerts = Vec::new();
    for trigger in triggers(policy) {
        let alternatives = match seen(policy, &trigger.bound.check) {
            Seen::Any(parts) => parts,
            alone => vec![alone],
        };
        for seen in
            alternatives.into_iter().filter(|seen| seen.missed().is_empty() && !seen.bars().is_empty())
        {
            let needs_span = seen.bars().iter().any(|seen| seen.bar.over.is_none());
            let all = spans(policy, trigger.pipeline);
            let all = if needs_span { all } else { vec![(Elapsed::ZERO, Vec::new())] };
            for (hold, stages) in all {
                let name = unique(&mut names, name(policy, &trigger, &seen, &stages));
                let labels = labels(policy, &trigger, &stages);
                alerts.push(Alert { trigger, seen: seen.clone(), hold, name, labels });
            }
        }
    }
    alerts
}

fn unique(names: &mut BTreeSet<String>, wanted: String) -> String {
    let mut name = wanted.clone();
    let mut count = 1;
    while !names.insert(name.clone()) {
        count += 1;
        name = format!("{wanted}{count}");
    }
    name
}

/// `RollbackBadAnswersErrorRateCanary`.
fn name(policy: &Policy, trigger: &Trigger<'_>, seen: &Seen<'_>, stages: &[&str]) -> String {
    let mut metrics: Vec<&str> = Vec::new();
    for SeenBar { bar, .. } in seen.bars() {
        let metric = policy.metrics[bar.metric].name.as_str();
        if !metrics.contains(&metric) {
            metrics.push(metric);
        }
    }
    let words = [trigger.of, trigger.name].into_iter().chain(metrics).chain(stages.iter().copied());
    words.map(capitals).collect()
}

/// A name in capitals: `bad-answers` is `BadAnswers`.
fn capitals(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let word = |word: &str| {
        let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
        first.to_ascii_uppercase() + rest
    };
    words.map(word).collect()
}

fn labels(policy: &Policy, trigger: &Trigger<'_>, stages: &[&str]) -> Vec<Pair> {
    let mut labels = vec![("ops", trigger.of.to_owned()), ("policy", policy.name.clone())];
    labels.extend(trigger.pipeline.map(|id| ("pipeline", policy.pipelines[id].name.clone())));
    labels.push((trigger.of, trigger.name.to_owned()));
    if !stages.is_empty() {
        labels.push(("stage", stages.join(",")));
    }
    labels.extend(lever(policy, trigger).map(|lever| ("lever", policy.levers[lever].name.clone())));
    labels.extend(severity(policy, trigger).map(|severity| ("severity", severity)));
    labels
}

fn rollback<'a>(policy: &'a Policy, trigger: &Trigger<'_>) -> Option<&'a Rollback> {
    let found = policy.rollbacks.find(trigger.name).filter(|_| trigger.of == "rollback");
    found.map(|id| &policy.rollbacks[id])
}

/// The lever to pull: the first that serves the symptom which the trigger tells, else the one that the steps pull first.
fn lever(policy: &Policy, trigger: &Trigger<'_>) -> Option<Id<Lever>> {
    let rollback = rollback(policy, trigger)?;
    let case = rollback.cases.iter().find(|case| {
        case.when.as_ref().is_some_and(|when| when.text == trigger.bound.text) && !case.pull.is_empty()
    });
    if let Some((lever, _)) = case.and_then(|case| case.pull.first()) {
        return Some(*lever);
    }
    let (levers, fastest) = rollback.steps.iter().find_map(|step| match &step.act {
        Act::Pull { levers, fastest } => Some((levers, *fastest)),
        _ => None,
    })?;
    let levers = levers.iter().map(|(lever, _)| *lever);
    let cost = |lever: &Id<Lever>| {
        let lever = &policy.levers[*lever];
        (lever.within.is_none(), lever.within, lever.step_count())
    };
    if fastest { levers.min_by_key(cost) } else { levers.into_iter().next() }
}

/// How bad it is: what the incident says that a lever opens, or that the trigger does, or the last severity that shows the status. Of a
/// rollback that no incident speaks of the gravest, and `critical` where the policy has none.
fn severity(policy: &Policy, trigger: &Trigger<'_>) -> Option<String> {
    let name = |id| policy.severities[id].name.clone();
    match trigger.of {
        "incident" => {
            policy.incidents.find(trigger.name).and_then(|id| policy.incidents[id].severity).map(name)
        }
        "status" => {
            let shown = policy.statuses.find(trigger.name);
            let mut found = policy.severities.iter().rev();
            found
                .find(|(_, severity)| severity.status.is_some_and(|(status, _)| Some(status) == shown))
                .map(|(_, severity)| severity.name.clone())
        }
        _ => {
            let opened = policy.incidents.rows().iter().filter(|incident| incident.on_lever);
            let gravest = policy.severities.ids().next();
            let found = opened.filter_map(|incident| incident.severity).min().or(gravest);
            Some(found.map_or_else(|| "critical".to_owned(), name))
        }
    }
}

/// Whether a rollout gives traffic now, for one pipeline or for any.
pub(super) fn signal(policy: &Policy, pipeline: Option<Id<Pipeline>>) -> String {
    match pipeline {
        Some(id) => {
            format!("max(ops_rollout_active{{pipeline={}}} == 1)", escape::promql(&policy.pipelines[id].name))
        }
        None => "max(ops_rollout_active == 1)".to_owned(),
    }
}

impl Alert<'_> {
    /// What a bar asks.
    pub fn asked(&self, bar: &Bar) -> Asked {
        let span = bar.over.filter(|span| *span > Elapsed::ZERO).unwrap_or(self.hold);
        Asked { metric: bar.metric, aggregate: bar.aggregate, span }
    }

    /// The sides that are looked at: the change of a pipeline, or whatever users meet.
    pub fn tracks(&self, policy: &Policy, bar: &Bar) -> &'static str {
        let any = self.trigger.pipeline.is_none() && tells_tracks(&policy.metrics[bar.metric]);
        if any { "canary|stable" } else { "canary" }
    }

    /// The rule.
    pub fn rule(&self, policy: &Policy, values: &Values<'_>, runbooks: &str) -> Rule {
        let text = &self.trigger.bound.text;
        Rule {
            comment: format!("{}: {text}", policy.place(self.trigger.bound.origin)),
            key: "alert",
            name: self.name.clone(),
            expression: self.expression(policy, values, &self.seen),
            sustained: self.seen.sustained(),
            labels: self.labels.clone(),
            annotations: self.annotations(policy, runbooks, Said::Template),
        }
    }

    /// What it tells.
    pub fn annotations(&self, policy: &Policy, runbooks: &str, said: Said<'_>) -> Vec<Pair> {
        let Trigger { of, name, bound, .. } = self.trigger;
        let escaped = |text: &str| match said {
            Said::Template => escape::go_template(text),
            Said::Value(_) => text.to_owned(),
        };
        let value = match said {
            Said::Template => "{{ $value }}",
            Said::Value(value) => value,
        };
        let head = match self.trigger.pipeline {
            Some(id) => format!("Roll back {}", policy.pipelines[id].name),
            None => format!("{} {name}", capitals(of)),
        };
        let nothing = if self.may_be_absent(policy) { " (NaN: nothing was measured)" } else { "" };
        let place = escaped(&policy.place(bound.origin));
        let mut annotations = vec![
            ("summary", format!("{head}: {}", escaped(&bound.text))),
            ("description", format!("Measured {value}{nothing}. Written in {place}.")),
        ];
        let case = rollback(policy, &self.trigger).and_then(|rollback| {
            rollback.cases.iter().find(|case| case.when.as_ref().is_some_and(|when| when.text == bound.text))
        });
        annotations.extend(case.map(|case| ("symptom", escaped(&case.title))));
        let (page, anchor) = match of {
            "rollback" => ("rollback.md", format!("rollback-{name}")),
            "incident" => ("incident.md", format!("incident-{name}")),
            _ => ("incident.md", "what-the-status-page-shows".to_owned()),
        };
        annotations.push(("runbook_url", format!("{}{page}#{anchor}", escaped(runbooks))));
        annotations
    }

    fn may_be_absent(&self, policy: &Policy) -> bool {
        self.seen.bars().iter().any(|seen| policy.metrics[seen.bar.metric].no_data == NoData::Fail)
    }

    /// PromQL that has one element without labels where the trigger is so, and none where it is not.
    fn expression(&self, policy: &Policy, values: &Values<'_>, seen: &Seen<'_>) -> String {
        let parts = |parts: &[Seen<'_>], word: &str| {
            let seen = parts.iter().filter(|part| part.missed().is_empty());
            let texts: Vec<String> =
                seen.map(|part| format!("(\n{}\n)", self.expression(policy, values, part))).collect();
            texts.join(word)
        };
        match seen {
            Seen::All(all) => parts(all, "\nand\n"),
            Seen::Any(any) => parts(any, "\nor\n"),
            Seen::Blind(_) => String::new(),
            Seen::Bar(SeenBar { bar, operator, .. }) => self.bar(policy, values, bar, *operator),
        }
    }

    fn bar(&self, policy: &Policy, values: &Values<'_>, bar: &Bar, operator: Operator) -> String {
        let asked = self.asked(bar);
        let series = values.series(asked, self.tracks(policy, bar));
        let (track, offset) = values.baseline(asked);
        let offset = offset.map_or_else(String::new, |by| format!(" offset {}", span(by)));
        let baseline = format!("{}{offset}", values.series(asked, track));
        let Compared { is_so, known } = compared(bar, operator, Sense::Feared, &series, &baseline);
        if policy.metrics[bar.metric].no_data != NoData::Fail {
            return is_so;
        }
        let signal = signal(policy, self.trigger.pipeline);
        format!("{is_so}\nor\n({signal} * NaN unless {known})")
    }
}
