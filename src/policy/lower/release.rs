//! `release`: a planned release, with the steps in which it reaches the regions.

use super::Lower;
use crate::code;
use crate::diag::Diagnostic;
use crate::policy::{Component, Environment, Id, Pipeline, Region, Release, Tier};
use crate::schema::{Declared, Given};

code!(pub RELEASE_WITHOUT_COMPONENTS, Error, "release-without-components", "a release that does not say what it changes");
code!(pub REGION_TWICE, Error, "region-twice", "a plan that reaches one region twice");

pub(super) fn release(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Release> {
    let name = declared.name?;
    let tier = declared.annotation.get("tier").and_then(|tier| lower.id::<Tier>(tier));
    let components = lower.references::<Component>(declared, "components");
    let scoped = lower.policy.windows.rows().iter().find(|window| window.components.is_some());
    if let (None, Some(window), false) = (&components, scoped, lower.said_badly(declared, &["components"])) {
        let message = format!("release `{}` does not say which components it changes", name.text);
        let why = format!(
            "window `{}` holds for some components: whether it stops this release cannot be told",
            window.name
        );
        let line = window.origin.span;
        let known: Vec<&str> = lower.policy.components.rows().iter().map(|row| row.name.as_str()).collect();
        let help = format!("say `components` with those it changes, of {}", known.join(", "));
        lower.report(
            Diagnostic::new(&RELEASE_WITHOUT_COMPONENTS, name.span, message).also(line, why).help(help),
        );
    }
    let plan = declared.one("regions");
    let owner = declared.one("owner").and_then(|given| lower.party(given.get("party")?));
    Some(Release {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        tier: tier?,
        owner,
        components,
        region_plan: plan.map(|given| steps(lower, given)).unwrap_or_default(),
        soak: plan.and_then(|given| lower.duration(given.get("soak")?)),
        by: lower.references::<Pipeline>(declared, "by").and_then(|all| all.first().copied()),
        environment: lower
            .references::<Environment>(declared, "environment")
            .and_then(|all| all.first().copied()),
        at: declared.one("at").and_then(|given| lower.instant(given.get("instant")?)),
        after: lower.references::<Release>(declared, "after").unwrap_or_default(),
    })
}

/// `a, b then c`: each part of the phrase that is no `then` is a step.
pub(super) fn steps(lower: &mut Lower<'_>, given: &Given<'_>) -> Vec<Vec<Id<Region>>> {
    let mut seen: Vec<(Id<Region>, crate::source::Span)> = Vec::new();
    let mut steps = Vec::new();
    let parts = given.entry.head.as_ref().map_or(&[][..], |head| head.phrase());
    for part in
        parts.iter().take_while(|part| part.word() != Some("soak")).filter(|part| part.word() != Some("then"))
    {
        let mut step = Vec::new();
        for written in part.list() {
            let Some(region) = lower.id::<Region>(written) else { continue };
            if let Some((_, first)) = seen.iter().find(|(earlier, _)| *earlier == region) {
                let message = format!("the plan reaches `{}` twice", lower.policy.regions[region].name);
                let finding = Diagnostic::new(&REGION_TWICE, written.span, message);
                lower.report(finding.also(*first, "it was reached here").help("take one of the two away"));
                continue;
            }
            seen.push((region, written.span));
            step.push(region);
        }
        if !step.is_empty() {
            steps.push(step);
        }
    }
    steps
}
