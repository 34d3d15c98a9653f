//! The decision matrix: what each kind of freeze does to each tier, what a tier requires before each phase, who may say yes, and
//! the way through in an emergency.

use super::Shown;
use super::markup::{Markup, cell, head, html, list, table};
use super::words::{self, names, seats};
use crate::policy::{BreakGlass, Phase, Policy, Role, Ruling, Tier};

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    let policy = shown.policy;
    let asked = ["Tier", "Before it is merged", "Before it is deployed", "Before it gets all traffic"];
    html![
        matrix(shown),
        table(
            "What a tier requires, frozen or not; what an earlier phase asked still holds",
            &asked,
            policy.tiers.rows().iter().map(|tier| requirements(policy, tier)),
        ),
        table(
            "Who may approve",
            &["Role", "People"],
            policy.roles.rows().iter().map(|role| people(policy, role)),
        ),
        Markup::of(policy.break_glass.rows().iter().map(|glass| break_glass(policy, glass))),
    ]
}

/// A row a tier, a column a kind. The least risky tier is on top, the strictest kind on the left.
fn matrix(shown: &Shown<'_>) -> Markup {
    let policy = shown.policy;
    if policy.tiers.is_empty() || policy.kinds.is_empty() {
        return Markup::default();
    }
    let kinds =
        shown.kinds.iter().map(|kind| html!["<th scope=\"col\">", words::kind(shown, *kind), "</th>"]);
    let rows = policy.tiers.iter().map(|(tier, row)| {
        let rulings = shown.kinds.iter().map(|kind| cell(ruling(policy, policy.kinds[*kind].ruling(tier))));
        html!["<tr>", head(title(row)), Markup::of(rulings), "</tr>\n"]
    });
    html![
        "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"Decision matrix\">\n<table class=\"matrix\">\n\
         <caption>What a freeze does to each tier. Outside every freeze the calendar admits all of them.</caption>\n\
         <thead><tr><th scope=\"col\">Tier</th>",
        Markup::of(kinds),
        "</tr></thead>\n<tbody>\n",
        Markup::of(rows),
        "</tbody>\n</table>\n</div>\n",
    ]
}

fn title(tier: &Tier) -> Markup {
    let title = if tier.title.is_empty() { Markup::default() } else { html![" ", Markup::said(&tier.title)] };
    html![Markup::said(&tier.name), title]
}

fn ruling(policy: &Policy, ruling: Option<&Ruling>) -> Markup {
    match ruling {
        Some(Ruling::Admit { when }) if when.is_true() => {
            "<span class=\"admit\"><span aria-hidden=\"true\">✓</span> admits</span>".into()
        }
        Some(Ruling::Admit { when }) => html![
            "<span class=\"ask\"><span aria-hidden=\"true\">?</span> admits when</span> ",
            Markup::code(&when.show(policy)),
        ],
        Some(Ruling::Except) => {
            "<span class=\"block\"><span aria-hidden=\"true\">✕</span> blocks</span>, unless an exception lifts it".into()
        }
        Some(Ruling::Block) | None => {
            "<span class=\"block\"><span aria-hidden=\"true\">✕</span> blocks</span>".into()
        }
    }
}

fn requirements(policy: &Policy, tier: &Tier) -> Markup {
    let of = |phase: Phase| {
        let asked = tier.requirements.iter().filter(move |asked| asked.phase == phase);
        list(asked.map(|asked| match asked.seats() {
            Some(needed) => html!["approval by ", seats(policy, needed)],
            None => Markup::code(&asked.text),
        }))
    };
    let cells = Phase::ALL.into_iter().map(|phase| cell(of(phase).or("nothing more")));
    let examples = names(tier.examples.iter().map(String::as_str));
    let examples = if examples.is_empty() { examples } else { html!["<br><small>", examples, "</small>"] };
    html![head(html![title(tier), examples]), Markup::of(cells)]
}

fn people(policy: &Policy, role: &Role) -> Markup {
    let teams = role.teams.iter().map(|team| &policy.teams[*team]);
    let teams = teams.map(|team| {
        html!["team ", Markup::said(&team.name), ": ", names(team.members.iter().map(String::as_str))]
    });
    let on_call = role
        .schedules
        .iter()
        .map(|schedule| html!["whoever is on call by ", Markup::said(&policy.schedules[*schedule].name)]);
    let members = names(role.members.iter().map(String::as_str));
    let members = Some(members).filter(|members| !members.is_empty());
    let people = Markup::join(members.into_iter().chain(teams).chain(on_call), "; ");
    html![head(Markup::said(&role.name)), cell(people.or("nobody"))]
}

fn break_glass(policy: &Policy, glass: &BreakGlass) -> Markup {
    let tiers = glass.tiers.as_ref().map_or("every tier".into(), |tiers| {
        names(tiers.iter().map(|tier| policy.tiers[*tier].name.as_str()))
    });
    let required = glass.requires.iter().map(|(_, text, _)| html!["It needs ", Markup::code(text)]);
    let asked = glass.escalation.iter().map(|step| {
        let within = step
            .within
            .map_or_else(Markup::default, |within| html![" within ", Markup::plain(within.show())]);
        html!["Asked: ", seats(policy, &step.seats), within]
    });
    let owed = glass.owes.iter().map(|(what, within)| {
        let within =
            within.map_or_else(Markup::default, |within| html![" within ", Markup::plain(within.show())]);
        html!["Owed afterwards: ", Markup::said(what), within]
    });
    let broken = html!["Broken by ", seats(policy, &glass.by), ", for ", tiers];
    html![
        "<h3>In an emergency: ",
        Markup::said(&glass.name),
        "</h3>\n",
        words::doc(&glass.doc),
        list(std::iter::once(broken).chain(required).chain(asked).chain(owed)),
    ]
}
