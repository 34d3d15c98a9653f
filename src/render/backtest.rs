//! What a policy would have said of a history, for people, for programs, and for a page.

use super::guard::visible;
use super::{Paint, Style, count};
use crate::calendar::Elapsed;
use crate::decide::Verdict;
use crate::emit::escape;
use crate::policy::Policy;
use crate::verify::backtest::{Backtest, Judged};
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The policy that was asked.
    pub policy: &'a Policy,
    /// What it said.
    pub backtest: &'a Backtest,
    /// How many incidents are known; none where nobody said any.
    pub incidents: Option<usize>,
    /// For how long an incident counts as following.
    pub within: Elapsed,
}

/// How many there are of something, and before how many of them an incident is known to have followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    all: usize,
    followed: usize,
}

impl Tally {
    fn of<'j>(judged: impl Iterator<Item = &'j Judged>) -> Self {
        judged.fold(Self::default(), |tally, one| tally.with(one))
    }

    fn with(self, one: &Judged) -> Self {
        Self { all: self.all + 1, followed: self.followed + usize::from(!one.incidents.is_empty()) }
    }
}

impl<'a> Shown<'a> {
    fn judged(&self) -> std::slice::Iter<'a, Judged> {
        self.backtest.judged.iter()
    }

    fn stopped(&self) -> impl Iterator<Item = &'a Judged> {
        self.judged().filter(|one| one.is_stopped())
    }

    /// Each verdict, the strictest first.
    fn verdicts(&self) -> [(&'static str, Tally); 3] {
        [(Verdict::Block, "blocked"), (Verdict::Pending, "pending"), (Verdict::Allow, "allowed")]
            .map(|(verdict, word)| (word, Tally::of(self.judged().filter(|one| one.verdict == verdict))))
    }

    /// What stopped how many, most first.
    fn causes(&self) -> Vec<(&'a str, Tally)> {
        let mut causes: BTreeMap<&str, Tally> = BTreeMap::new();
        for one in self.stopped() {
            for cause in &one.because {
                let tally = causes.entry(cause).or_default();
                *tally = tally.with(one);
            }
        }
        let mut causes: Vec<_> = causes.into_iter().collect();
        causes.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.all));
        causes
    }

    /// Emergencies: how many, how many of them it stops, and how many of those have a way of its own.
    fn emergencies(&self) -> [usize; 3] {
        let emergencies = || self.judged().filter(|one| one.emergency);
        let stopped = || emergencies().filter(|one| one.is_stopped());
        [emergencies().count(), stopped().count(), stopped().filter(|one| !one.passages.is_empty()).count()]
    }

    /// What must be known to read the numbers, a sentence each.
    fn assumed(&self) -> Vec<String> {
        let mut said = vec![
            "no history holds evidence: what a tier requires is unknown, and counts as pending".to_owned(),
            "the policy is asked as it is now".to_owned(),
        ];
        let backtest = self.backtest;
        if backtest.left > 0 {
            said.push(format!("{} left, for the budget was spent", is_are(backtest.left)));
        }
        if backtest.outside_horizon > 0 {
            said.push(format!(
                "{} outside the policy's horizon, where its dated windows say nothing",
                lie(backtest.outside_horizon)
            ));
        }
        if backtest.without_tier > 0 {
            said.push(format!(
                "{} of no known tier, judged as the riskiest: say it with `--tier`",
                is_are(backtest.without_tier)
            ));
        }
        match self.incidents {
            None => said.push("no incidents were given: `--incidents FILE`".to_owned()),
            Some(_) => said.push(format!(
                "an incident follows a deployment when it starts within {} behind it, in its region and component where both are known; that it follows does not say that it was caused",
                self.within
            )),
        }
        said
    }
}

fn lie(number: usize) -> String {
    format!("{} {}", count(number, "deployment"), if number == 1 { "lies" } else { "lie" })
}

fn is_are(number: usize) -> String {
    format!("{} {}", count(number, "deployment"), if number == 1 { "is" } else { "are" })
}

/// In a terminal: the numbers first, then each deployment that would have been stopped.
pub fn human(shown: &Shown<'_>, paint: Paint) -> String {
    let judged = &shown.backtest.judged;
    let (Some(first), Some(last)) = (judged.first(), judged.last()) else {
        return match shown.backtest.left {
            0 => "the history holds no deployment\n".to_owned(),
            _ => "no deployment was asked about: the budget was spent\n".to_owned(),
        };
    };
    let span = format!("{} to {}", first.deployment.at, last.deployment.at);
    let mut text = format!("{}, {span}\n", paint.text(Style::Strong, &count(judged.len(), "deployment")));
    let followed = |tally: Tally| match shown.incidents {
        Some(_) => format!(", {} followed by an incident", tally.followed),
        None => String::new(),
    };
    for ((word, tally), style) in shown.verdicts().into_iter().zip([Style::Bad, Style::Waiting, Style::Good])
    {
        let _ =
            writeln!(text, "  {} {}{}", paint.text(style, &format!("{word:<8}")), tally.all, followed(tally));
    }
    let causes = shown.causes();
    if !causes.is_empty() {
        text.push_str("blocked by\n");
    }
    for (cause, tally) in causes {
        let _ = writeln!(text, "  {}: {}{}", paint.text(Style::Name, cause), tally.all, followed(tally));
    }
    let [all, stopped, passed] = shown.emergencies();
    if all > 0 {
        let _ = writeln!(
            text,
            "{}: {stopped} blocked as they were, {passed} of those with a way of the policy's own",
            if all == 1 { "1 emergency".to_owned() } else { format!("{all} emergencies") }
        );
    }
    if let (Some(incidents), unpreceded) = (shown.incidents, shown.backtest.unpreceded) {
        let _ = writeln!(
            text,
            "{}: {unpreceded} behind no deployment of this history",
            count(incidents, "incident")
        );
    }
    for said in shown.assumed() {
        let _ = writeln!(text, "{}", paint.text(Style::Faint, &format!("note: {said}")));
    }
    for one in shown.stopped() {
        let _ = writeln!(text, "{}", line(one));
    }
    text
}

/// One deployment that would have been stopped.
fn line(one: &Judged) -> String {
    let deployment = &one.deployment;
    let mut parts = vec![format!("{} {}", deployment.at, deployment.id)];
    parts.extend(deployment.environment.clone());
    if one.emergency {
        parts.push("an emergency".to_owned());
    }
    let because: Vec<&str> = one.because.iter().map(String::as_str).collect();
    let until = one.opens_at.map_or(String::new(), |until| format!(" until {until}"));
    parts.push(format!("blocked by {}{until}", because.join(", ")));
    let ways: Vec<&str> = one.passages.iter().map(|passage| passage.by.as_str()).collect();
    if !ways.is_empty() {
        parts.push(format!("could have gone as {}", ways.join(", ")));
    }
    let followed = one.incidents.iter().map(|followed| format!("{} {} later", followed.id, followed.after));
    parts.extend(followed);
    visible(&parts.join("; ").replace(['\n', '\r'], " ")).into_owned()
}

/// As one JSON object, by docs/schema/backtest.schema.json.
pub fn json(shown: &Shown<'_>) -> String {
    let tally = |tally: Tally| json!({ "deployments": tally.all, "followed_by_incident": tally.followed });
    let verdicts = shown.verdicts().map(|(word, of)| (word.to_owned(), tally(of)));
    let causes = shown.causes().into_iter().map(
        |(cause, of)| json!({ "name": cause, "deployments": of.all, "followed_by_incident": of.followed }),
    );
    let [emergencies, stopped, passed] = shown.emergencies();
    let deployments = shown.judged().map(|one| {
        let deployment = &one.deployment;
        json!({
            "id": deployment.id,
            "place": deployment.place,
            "at": deployment.at,
            "environment": deployment.environment,
            "commit": deployment.commit,
            "tier": one.tier,
            "verdict": one.verdict,
            "because": one.because,
            "opens_at": one.opens_at,
            "emergency": one.emergency,
            "passages": one.passages.iter().map(|passage| json!({ "by": passage.by, "verdict": passage.verdict })).collect::<Vec<_>>(),
            "incidents": one.incidents.iter().map(|followed| json!({ "id": followed.id, "after_seconds": followed.after.as_seconds() })).collect::<Vec<_>>(),
        })
    });
    let output = json!({
        "schema": "opsc.backtest/1",
        "policy": shown.policy.name,
        "policy_digest": shown.policy.digest,
        "within_seconds": shown.within.as_seconds(),
        "verdicts": serde_json::Map::from_iter(verdicts),
        "blocked_by": causes.collect::<Vec<_>>(),
        "emergencies": { "all": emergencies, "blocked": stopped, "with_a_way": passed },
        "incidents": shown.incidents.map(|all| json!({ "all": all, "behind_no_deployment": shown.backtest.unpreceded })),
        "assumed": shown.assumed(),
        "deployments": deployments.collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&output).map(|text| text + "\n").unwrap_or_default()
}

/// As tables, for a page or a comment.
pub fn markdown(shown: &Shown<'_>) -> String {
    let mut text = format!("## What {} would have said\n\n", escape::markdown_code(&shown.policy.name));
    text.push_str("| verdict | deployments | followed by an incident |\n|---|---:|---:|\n");
    let followed = |tally: Tally| match shown.incidents {
        Some(_) => tally.followed.to_string(),
        None => "not known".to_owned(),
    };
    for (word, tally) in shown.verdicts() {
        let _ = writeln!(text, "| {word} | {} | {} |", tally.all, followed(tally));
    }
    let causes = shown.causes();
    if !causes.is_empty() {
        text.push_str("\n| blocked by | deployments | followed by an incident |\n|---|---:|---:|\n");
        for (cause, tally) in causes {
            let _ = writeln!(text, "| {} | {} | {} |", escape::markdown(cause), tally.all, followed(tally));
        }
    }
    let [all, stopped, passed] = shown.emergencies();
    let _ = writeln!(
        text,
        "\nEmergencies: {all}, of which {stopped} blocked as they were; {passed} of those had a way of the policy's own.\n"
    );
    for said in shown.assumed() {
        let _ = writeln!(text, "- {}", escape::markdown(&said));
    }
    text
}
