//! What the policy promises, in its own tests, and what other documents were held to say of it.

use super::Shown;
use super::markup::{Markup, cell, head, html, list, table};
use super::words::{names, source};
use crate::calendar::{Instant, Zone};
use crate::policy::{Claim, Expectation, Policy, Ruling, TestBlock};
use crate::verify::prove::{ProofRun, Proved, prove};
use std::ops::ControlFlow;

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    let policy = shown.policy;
    html![
        table(
            "Tests: what opsc test asks and expects",
            &["Test", "Expects"],
            policy.tests.rows().iter().map(|row| test(policy, row)),
        ),
        table(
            "Proofs: what opsc prove looked for among all changes there can be",
            &["Proof", "Expects", "Found"],
            prove(policy, |_| true, &mut |_, _| ControlFlow::Continue(()))
                .iter()
                .map(|run| proof(policy, run)),
        ),
        table(
            "Claims: what other documents say, held against the policy",
            &["Document", "Says"],
            policy.claims.rows().iter().map(|row| claim(policy, row)),
        ),
    ]
}

fn test(policy: &Policy, test: &TestBlock) -> Markup {
    let cases = test.cases.iter().map(|case| {
        let title =
            if case.title.is_empty() { Markup::default() } else { html![Markup::said(&case.title), ": "] };
        let expected = case.expectations.iter().map(|(expected, _)| expectation(expected));
        html![title, Markup::join(expected, ", ")]
    });
    html![head(html![Markup::said(&test.name), "<br>", source(policy, test.origin)]), cell(list(cases)),]
}

fn proof(policy: &Policy, run: &ProofRun<'_>) -> Markup {
    let expected: Vec<&str> = run.proof.expected.iter().map(|outcome| outcome.name()).collect();
    let found = match &run.proved {
        Proved::Holds => html![
            "proved in ",
            Markup::said(&run.stretches.to_string()),
            " stretches of time, with ",
            Markup::said(&run.combinations),
            " combinations of evidence and approvals in each"
        ],
        Proved::OfNothing => "it speaks of no change there can be".into(),
        Proved::Undecided(why) => html!["not decided: ", Markup::said(why)],
        Proved::Fails(found) => html![
            "not so: ",
            Markup::said(&found.spot.words()),
            ", ",
            Markup::dated(Zone::UTC, found.spot.at),
            ", ",
            Markup::said(&found.witness.words())
        ],
    };
    html![
        head(html![Markup::said(&run.proof.name), "<br>", source(policy, run.proof.origin)]),
        cell(Markup::said(&expected.join(" or "))),
        cell(found),
    ]
}

fn expectation(expected: &Expectation) -> Markup {
    let utc = |at: Instant| Markup::dated(Zone::UTC, at);
    match expected {
        Expectation::Allowed => "allowed".into(),
        Expectation::Blocked { by, until } => {
            let by = names(by.iter().map(String::as_str));
            let by = if by.is_empty() { by } else { html![" by ", by] };
            let until = until.map_or_else(Markup::default, |until| html![" until ", utc(until)]);
            html!["blocked", by, until]
        }
        Expectation::Pending { on } => {
            let on = names(on.iter().map(String::as_str));
            if on.is_empty() { "pending".into() } else { html!["pending on ", on] }
        }
        Expectation::Next(Some(at)) => html!["next ", utc(*at)],
        Expectation::Next(None) => "never again".into(),
        Expectation::ValidUntil(at) => html!["valid until ", utc(*at)],
        Expectation::Window(windows) => html!["in window ", names(windows.iter().map(String::as_str))],
        Expectation::NoWindow(windows) if windows.is_empty() => "in no window".into(),
        Expectation::NoWindow(windows) => html!["not in window ", names(windows.iter().map(String::as_str))],
        Expectation::Reason(reasons) => html!["for ", names(reasons.iter().map(String::as_str))],
        Expectation::Record { pointer, value } => {
            let value = value.as_ref().map_or("nothing".into(), |value| Markup::code(&value.to_string()));
            html!["the record has ", value, " at ", Markup::code(pointer)]
        }
    }
}

fn claim(policy: &Policy, claim: &Claim) -> Markup {
    let rulings = claim.rulings.iter().map(|ruling| {
        let kind =
            ruling.kind.map_or("Outside every freeze".into(), |kind| Markup::said(&policy.kinds[kind].name));
        let tiers = names(ruling.tiers.iter().map(|tier| policy.tiers[*tier].name.as_str()));
        let says = match &ruling.ruling {
            Ruling::Admit { when } if when.is_true() => " admits ",
            Ruling::Admit { .. } => " admits on a condition ",
            Ruling::Except => " blocks, but for an exception, ",
            Ruling::Block => " blocks ",
        };
        html![kind, says, tiers]
    });
    html![head(html![Markup::said(&claim.name), "<br>", source(policy, claim.origin)]), cell(list(rulings)),]
}
