//! The rollback tree: from what one sees to the lever that serves it, then the steps, and every lever with its command.

use super::Shown;
use super::markup::{Markup, html, list, steps};
use super::pipelines::figure;
use super::words::{self, bound, names, plan, written};
use crate::emit::picture;
use crate::policy::{Id, Lever, LeverKind, Policy, Rollback, Symptom};

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    let policy = shown.policy;
    if policy.rollbacks.is_empty() && policy.levers.is_empty() {
        return Markup::default();
    }
    let drawn = picture::inline(&picture::levers(policy), "levers-picture");
    let levers = policy.levers.iter().map(|(id, row)| lever(policy, id, row));
    html![
        Markup::of(policy.rollbacks.rows().iter().map(|rollback| one(policy, rollback))),
        "<h3>Levers</h3>\n",
        figure("Who pulls which lever, as a picture; the same in words around it", drawn),
        "<dl class=\"levers\">\n",
        Markup::of(levers),
        "</dl>\n",
    ]
}

fn one(policy: &Policy, rollback: &Rollback) -> Markup {
    let pipeline = &policy.pipelines[rollback.pipeline].name;
    let cases = list(rollback.cases.iter().map(|case| symptom(policy, case)));
    let cases = html!["<h4>From symptom to lever</h4>\n<div class=\"tree\">\n", cases, "</div>\n"];
    let regions = plan(policy, &rollback.region_plan, rollback.soak);
    let regions = if regions.is_empty() { regions } else { html!["<p>All steps in ", regions, ".</p>\n"] };
    let recovered = rollback.recovered.as_ref().map_or_else(Markup::default, |recovered| {
        let within = recovered
            .within
            .map_or_else(Markup::default, |within| html![" within ", Markup::plain(within.show())]);
        html!["<h4>Recovered</h4>\n<p>Once this holds", within, ": ", bound(&recovered.when), "</p>\n"]
    });
    let audit = names(rollback.audit.iter().map(|(what, _)| what.as_str()));
    let audit = if audit.is_empty() { audit } else { html!["<p>Looked at afterwards: ", audit, ".</p>\n"] };
    html![
        "<h3>Rollback ",
        Markup::said(&rollback.name),
        " <small>of pipeline ",
        Markup::said(pipeline),
        "</small></h3>\n",
        words::doc(&rollback.doc),
        part("Begins when any of these holds", list(rollback.triggers.iter().map(bound))),
        if rollback.cases.is_empty() { Markup::default() } else { cases },
        part("Steps", html![regions, steps(written(&rollback.steps))]),
        part("However it ended", steps(written(&rollback.finally))),
        recovered,
        audit,
    ]
}

fn part(title: &'static str, body: Markup) -> Markup {
    if body.is_empty() { body } else { html!["<h4>", title, "</h4>\n", body] }
}

fn symptom(policy: &Policy, case: &Symptom) -> Markup {
    let told = case.when.as_ref().map_or_else(Markup::default, |when| html![" told by ", bound(when)]);
    let pulled = case.pull.iter().map(|(id, _)| {
        let lever = &policy.levers[*id];
        html!["pull ", link(policy, *id), within(lever)]
    });
    let notes = case.notes.iter().map(|note| html!["<i>", Markup::said(note), "</i>"]);
    html!["<b>", Markup::said(&case.title), "</b>", told, "\n", list(pulled.chain(notes))]
}

fn within(lever: &Lever) -> Markup {
    lever.within.map_or_else(Markup::default, |within| html![", works within ", Markup::plain(within.show())])
}

fn link(policy: &Policy, id: Id<Lever>) -> Markup {
    html![
        "<a href=\"#lever-",
        Markup::plain(id.index()),
        "\">",
        Markup::said(&policy.levers[id].name),
        "</a>",
    ]
}

fn lever(policy: &Policy, id: Id<Lever>, lever: &Lever) -> Markup {
    let kind = match lever.kind {
        LeverKind::Back => "goes back to the version before",
        LeverKind::Degrade => "answers with less",
        LeverKind::Sticky => "keeps each user on the arm they have",
        LeverKind::SingleFlight => "does identical work once",
    };
    let flips = lever.flips.iter().map(|flip| {
        let target =
            flip.target.as_deref().map_or_else(Markup::default, |target| html![" ", Markup::code(target)]);
        html!["flips ", flip.kind.word(), target]
    });
    let mut said = vec![html![kind, within(lever), ", ", operations(lever.step_count())]];
    said.extend(flips);
    said.extend(lever.run.iter().map(|command| html!["run ", Markup::code(command)]));
    said.extend(lever.inverse.iter().map(|command| html!["take it back by ", Markup::code(command)]));
    said.extend(
        lever
            .components
            .as_ref()
            .map(|scope| html!["takes back ", words::components(policy, Some(scope)), " alone"]),
    );
    said.extend(lever.after.iter().map(|(before, _)| html!["only behind ", link(policy, *before)]));
    said.extend(
        lever
            .available_until
            .as_ref()
            .map(|(stage, _)| html!["no longer once stage ", Markup::said(stage), " has begun"]),
    );
    said.extend(
        lever.keeps.map(|keeps| html!["what it goes back to is kept for ", Markup::plain(keeps.show())]),
    );
    said.extend(lever.cannot_undo.iter().map(|what| html!["cannot undo: ", Markup::said(what)]));
    let rotated = names(lever.rotates.iter().map(String::as_str));
    said.extend((!rotated.is_empty()).then(|| html!["rotates ", rotated, " by itself"]));
    html![
        "<dt id=\"lever-",
        Markup::plain(id.index()),
        "\">",
        Markup::said(&lever.name),
        " ",
        words::source(policy, lever.origin),
        "</dt>\n<dd>",
        list(said),
        "</dd>\n",
    ]
}

fn operations(count: usize) -> Markup {
    match count {
        1 => "one operation".into(),
        several => html![Markup::plain(several), " operations: answers are mixed between them"],
    }
}
