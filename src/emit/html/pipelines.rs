//! The pipelines: a picture of all of them, and each stage in words.

use super::Shown;
use super::markup::{Markup, cell, head, html, list, table};
use super::words::{self, names, percent, plan, seats};
use crate::calendar::Elapsed;
use crate::emit::picture;
use crate::policy::{FreezeAnswer, OnFailure, Pipeline, Policy, Reaction, Stage, Traffic};

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    let policy = shown.policy;
    if policy.pipelines.is_empty() {
        return Markup::default();
    }
    let drawn = picture::inline(&picture::pipelines(policy), "pipelines-picture");
    let said = policy.pipelines.rows().iter().map(|pipeline| one(policy, pipeline));
    html![figure("Pipelines as a picture; the same in words below", drawn), Markup::of(said)]
}

/// A picture that scrolls by itself where it is wider than the page.
pub(super) fn figure(caption: &'static str, drawn: String) -> Markup {
    html![
        "<figure>\n<figcaption>",
        caption,
        "</figcaption>\n<div class=\"scroll picture\" role=\"group\" tabindex=\"0\" aria-label=\"",
        caption,
        "\">\n",
        Markup::drawn(drawn),
        "</div>\n</figure>\n",
    ]
}

fn one(policy: &Policy, pipeline: &Pipeline) -> Markup {
    let service = pipeline.service.map(|id| html!["Carries out ", Markup::said(&policy.services[id].name)]);
    let runs = (pipeline.runs > 1).then(|| html![Markup::plain(pipeline.runs), " runs at once"]);
    let locks = names(pipeline.holds.iter().map(|(lock, _)| policy.locks[*lock].name.as_str()));
    let locks = (!locks.is_empty()).then(|| html!["Holds ", locks, " from its first stage to its last"]);
    let failure =
        pipeline.on_failure.map(|(what, _)| html!["When a stage fails: ", on_failure(policy, what)]);
    let frozen = pipeline.on_freeze.iter().enumerate().map(|(at, answer)| on_freeze(policy, at, answer));
    let facts = service.into_iter().chain(runs).chain(locks).chain(failure).chain(frozen);
    let caption = format!("Stages of {}", pipeline.name);
    let stages = pipeline.stages.rows().iter().map(|row| stage(policy, pipeline, row));
    html![
        "<h3>Pipeline ",
        Markup::said(&pipeline.name),
        "</h3>\n",
        words::doc(&pipeline.doc),
        list(facts),
        table(&caption, &["Stage", "After", "Does", "Traffic and hold", "Must pass", "Limits"], stages),
    ]
}

fn on_failure(policy: &Policy, what: OnFailure) -> Markup {
    match what {
        OnFailure::Rollback(id) => html!["rollback ", Markup::said(&policy.rollbacks[id].name)],
        OnFailure::Pause => "it waits for a hand".into(),
        OnFailure::Stop => "it stops, and what was done stays".into(),
    }
}

fn on_freeze(policy: &Policy, before: usize, answer: &FreezeAnswer) -> Markup {
    let rest = if before == 0 { "Any freeze" } else { "Any other freeze" };
    let kind = answer
        .kind
        .map_or(rest.into(), |kind| html!["A ", Markup::said(&policy.kinds[kind].name), " freeze"]);
    let from = answer
        .from_traffic
        .map_or_else(Markup::default, |share| html![", from ", percent(share), " of traffic on"]);
    let then = match answer.reaction {
        Reaction::Finish => "the rollout goes on to its end".into(),
        Reaction::Pause => "it stays where it is until the freeze is over".into(),
        Reaction::PauseThenBack(length) => html!["it stays for ", time(length), ", then goes back"],
        Reaction::Back => "it goes back".into(),
    };
    html![kind, " begins half-way", from, ": ", then]
}

fn time(length: Elapsed) -> Markup {
    Markup::plain(length.show())
}

fn stage(policy: &Policy, pipeline: &Pipeline, stage: &Stage) -> Markup {
    let after = stage.after.iter().map(|after| {
        let of = &policy.pipelines[after.pipeline];
        let whose =
            if of.name == pipeline.name { Markup::default() } else { html![" of ", Markup::said(&of.name)] };
        html![Markup::said(&of.stages[after.stage].name), whose]
    });
    html![
        head(html![
            Markup::said(&stage.name),
            " <small>",
            Markup::plain(stage.kind.name()),
            "</small><br>",
            words::source(policy, stage.origin),
        ]),
        cell(Markup::join(after, ", ").or("begins")),
        cell(does(policy, stage)),
        cell(traffic(policy, stage)),
        cell(passes(policy, stage)),
        cell(limits(policy, pipeline, stage)),
    ]
}

fn does(policy: &Policy, stage: &Stage) -> Markup {
    let mut said = Vec::new();
    said.extend(stage.run.iter().map(|command| Markup::code(command)));
    said.extend(stage.environment.map(|id| html!["in ", Markup::said(&policy.environments[id].name)]));
    let calls = names(stage.calls.iter().map(|(id, _)| policy.pipelines[*id].name.as_str()));
    said.extend((!calls.is_empty()).then(|| html!["runs ", calls]));
    let made = names(stage.produces.iter().map(|(name, _)| name.as_str()));
    said.extend((!made.is_empty()).then(|| html!["makes ", made]));
    let expected = names(stage.expects.iter().map(|(name, _)| name.as_str()));
    said.extend((!expected.is_empty()).then(|| html!["expects ", expected]));
    let warmed = names(stage.warms.iter().map(String::as_str));
    said.extend((!warmed.is_empty()).then(|| html!["warms ", warmed]));
    said.extend(
        stage.switch.as_ref().map(|(from, to)| html!["from ", Markup::said(from), " to ", Markup::said(to)]),
    );
    Markup::join(said, "; ")
}

fn traffic(policy: &Policy, stage: &Stage) -> Markup {
    let mut said = Vec::new();
    said.extend(stage.traffic.as_ref().map(|traffic| match traffic {
        Traffic::Mirror(share) => html!["mirrors ", percent(*share)],
        Traffic::Shares(shares) => Markup::join(shares.iter().map(|share| percent(*share)), ", then "),
    }));
    said.extend(stage.hold.map(|hold| html!["held for ", time(hold)]));
    let regions = plan(policy, &stage.region_plan, stage.soak);
    said.extend((!regions.is_empty()).then_some(regions));
    Markup::join(said, "; ")
}

fn passes(policy: &Policy, stage: &Stage) -> Markup {
    let asked = stage.gates.iter().map(|(gate, _)| {
        let gate = &policy.gates[*gate];
        let asked = gate.requires.iter().map(words::bound);
        html!["gate <b>", Markup::said(&gate.name), "</b>: ", Markup::join(asked, ", ")]
    });
    let approval = stage.approve.as_ref().map(|asked| html!["approval by ", seats(policy, asked)]);
    list(approval.into_iter().chain(asked))
}

fn limits(policy: &Policy, pipeline: &Pipeline, stage: &Stage) -> Markup {
    let mut said = Vec::new();
    said.extend(stage.timeout.map(|(length, _)| html!["at most ", time(length)]));
    said.extend((stage.retries > 0).then(|| html!["tried again ", Markup::plain(stage.retries), " times"]));
    said.extend(stage.holds.iter().map(|held| {
        let until = held.until.map_or_else(Markup::default, |until| {
            html![" until ", Markup::said(&pipeline.stages[until].name)]
        });
        html!["holds ", Markup::said(&policy.locks[held.lock].name), until]
    }));
    said.extend(stage.on_failure.map(|(what, _)| html!["failed: ", on_failure(policy, what)]));
    Markup::join(said, "; ")
}
