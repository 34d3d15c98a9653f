//! Every window: what it freezes where, who answers for it and why; and what is planned in spite of them.

use super::Shown;
use super::markup::{Markup, cell, head, html, table};
use super::words::{self, components, regions};
use crate::calendar::{Instant, Zone};
use crate::policy::{Action, Exception, Policy, Release, Reuse, Window};

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    let policy = shown.policy;
    html![
        table(
            "Windows, in the order of the policy",
            &["Window", "Freeze", "Regions", "Components", "Environments and actions", "Owner", "Why"],
            policy.windows.rows().iter().map(|row| window(shown, row)),
        ),
        table(
            "Exceptions: dated permissions to pass a window",
            &["Exception", "Tier", "Lifts", "Where", "From and until", "Owner and ticket", "Asked", "Why"],
            policy.exceptions.rows().iter().map(|row| exception(policy, row)),
        ),
        table(
            "Planned releases",
            &["Release", "Tier", "Components", "Regions", "Pipeline", "Owner", "Start"],
            policy.releases.rows().iter().map(|row| release(policy, row)),
        ),
    ]
}

fn utc(at: Instant) -> Markup {
    Markup::dated(Zone::UTC, at)
}

fn window(shown: &Shown<'_>, window: &Window) -> Markup {
    let policy = shown.policy;
    let environments = window.environments.as_ref();
    let environments = environments.map_or("all environments".into(), |ids| {
        words::names(ids.iter().map(|id| policy.environments[*id].name.as_str()))
    });
    let actions = window.actions.as_ref();
    let actions =
        actions.map_or("every action".into(), |all| words::names(all.iter().copied().map(Action::name)));
    let owner = window.owner.as_ref().map_or_else(Markup::default, |owner| words::party(policy, owner));
    html![
        head(html![Markup::said(&window.name), "<br>", words::source(policy, window.origin)]),
        cell(html![words::kind(shown, window.kind), if window.only { " outside its times" } else { "" }]),
        cell(regions(policy, window.regions.as_ref())),
        cell(components(policy, window.components.as_ref())),
        cell(html![environments, "; ", actions]),
        cell(owner),
        cell(why(policy, window)),
    ]
}

/// Its reason, and what else is to be known of it.
fn why(policy: &Policy, window: &Window) -> Markup {
    let mut said = Vec::new();
    let because = window.because.as_deref().unwrap_or(&window.doc).trim().trim_end_matches('.');
    if !because.is_empty() {
        said.push(Markup::said(because));
    }
    if let Some(follow) = &window.follows {
        let unknown = if follow.unknown_holds { "it holds" } else { "it does not hold" };
        said.push(html!["while ", Markup::code(&follow.text), "; where that is not known, ", unknown]);
    }
    if let Some(vendor) = &window.vendor {
        let checked = vendor.checked.map_or_else(Markup::default, |at| html![", read ", utc(at)]);
        let stale = vendor.checked.zip(vendor.recheck).map_or_else(Markup::default, |(at, length)| {
            html![", to be read again by ", utc(at.plus(length))]
        });
        said.push(html!["given by ", Markup::said(&vendor.name), checked, stale]);
    }
    if let Some(until) = window.warn_until {
        said.push(html!["only warns until ", utc(until)]);
    }
    let after = window.after.iter().map(|(gate, _)| policy.gates[*gate].name.as_str());
    let after = words::names(after);
    if !after.is_empty() {
        said.push(html!["afterwards gate ", after, " is asked"]);
    }
    Markup::join(said, "; ")
}

fn exception(policy: &Policy, exception: &Exception) -> Markup {
    let lifts = exception.lifts.iter().map(|window| policy.windows[*window].name.as_str());
    let starts = exception.starts.map_or_else(Markup::default, |at| html!["from ", utc(at), " "]);
    let reuse = match &exception.reuse {
        Reuse::Any => "any number of times".into(),
        Reuse::Once => "once".into(),
        Reuse::ForChange(change) => html!["for change ", Markup::said(change)],
    };
    let asked = exception
        .approve
        .as_ref()
        .map_or_else(Markup::default, |asked| html![", approved by ", words::seats(policy, asked)]);
    let why = exception.because.as_deref().unwrap_or(exception.doc.trim());
    html![
        head(html![Markup::said(&exception.name), "<br>", words::source(policy, exception.origin)]),
        cell(Markup::said(&policy.tiers[exception.tier].name)),
        cell(words::names(lifts)),
        cell(html![
            regions(policy, exception.regions.as_ref()),
            "; ",
            components(policy, exception.components.as_ref()),
        ]),
        cell(html![starts, "until ", utc(exception.expires)]),
        cell(html![words::party(policy, &exception.owner), ", ", Markup::said(&exception.ticket)]),
        cell(html![reuse, asked]),
        cell(Markup::said(why)),
    ]
}

fn release(policy: &Policy, release: &Release) -> Markup {
    let owner = release.owner.as_ref().map(|owner| policy.party_name(owner));
    html![
        head(html![Markup::said(&release.name), "<br>", words::source(policy, release.origin)]),
        cell(Markup::said(&policy.tiers[release.tier].name)),
        cell(components(policy, release.components.as_ref())),
        cell(words::plan(policy, &release.region_plan, release.soak).or("all at once")),
        cell(release.by.map_or_else(Markup::default, |id| Markup::said(&policy.pipelines[id].name))),
        cell(owner.map_or_else(Markup::default, Markup::said)),
        cell(release.at.map_or("when the calendar admits it".into(), utc)),
    ]
}
