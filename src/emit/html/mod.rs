//! `html`: the policy as one page that stands alone: what is frozen where and until when, what each tier needs, how a change goes
//! out and comes back, what is promised. For a screen on the wall, a review and a printer.

mod calendar;
mod decisions;
mod frozen;
mod incidents;
mod maintenance;
mod markup;
mod pipelines;
mod promises;
mod recovery;
mod seal;
mod strip;
#[cfg(test)]
mod tests;
mod windows;
mod words;

use super::{Files, Job, Target, mark, picture};
use crate::calendar::{TZDB_VERSION, Zone};
use crate::policy::{FreezeKind, Id, Policy};
use crate::schedule::{Lane, Scope, kinds_by_strictness, lanes};
use markup::{Markup, html};

/// The target.
pub static HTML: Target = Target {
    name: "html",
    summary: "one page that stands alone: calendar by region, decisions, pipelines, rollbacks, incidents, promises",
    page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/targets/html.md")),
    make,
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What every part of the page is made from.
struct Shown<'a> {
    policy: &'a Policy,
    /// Every freeze with dates, within the horizon.
    lanes: Vec<Lane>,
    /// Kinds of freeze, the strictest first.
    kinds: Vec<Id<FreezeKind>>,
}

/// A part of the page. One that shows nothing is left out.
struct Section {
    id: &'static str,
    title: &'static str,
    body: fn(&Shown<'_>) -> Markup,
}

/// Every part, in the order in which one asks.
static SECTIONS: &[Section] = &[
    Section { id: "frozen", title: "What is frozen", body: frozen::body },
    Section { id: "calendar", title: "Calendar", body: calendar::body },
    Section { id: "windows", title: "Windows", body: windows::body },
    Section { id: "decisions", title: "Decisions", body: decisions::body },
    Section { id: "pipelines", title: "Pipelines", body: pipelines::body },
    Section { id: "rollback", title: "Rollback", body: recovery::body },
    Section { id: "incidents", title: "Incidents", body: incidents::body },
    Section { id: "maintenance", title: "Maintenance", body: maintenance::body },
    Section { id: "promises", title: "Promises", body: promises::body },
];

fn make(job: &Job<'_>) -> Files {
    let text = page(job).into_text();
    job.paths().into_iter().map(|path| (path, text.clone())).collect()
}

fn page(job: &Job<'_>) -> Markup {
    let policy = job.policy;
    let shown = Shown {
        policy,
        lanes: lanes(policy, &Scope::default(), policy.horizon),
        kinds: kinds_by_strictness(policy),
    };
    let sections: Vec<(&Section, Markup)> = SECTIONS
        .iter()
        .map(|section| (section, (section.body)(&shown)))
        .filter(|(_, body)| !body.is_empty())
        .collect();
    let links = sections
        .iter()
        .map(|(section, _)| html!["<li><a href=\"#", section.id, "\">", section.title, "</a></li>\n"]);
    let links = Markup::of(links);
    let parts = sections.into_iter().map(|(section, body)| {
        html![
            "<section id=\"",
            section.id,
            "\" aria-labelledby=\"",
            section.id,
            "-title\">\n<h2 id=\"",
            section.id,
            "-title\">",
            section.title,
            "</h2>\n",
            body,
            "</section>\n",
        ]
    });
    html![
        head(job),
        "<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n<header>\n<h1>Release policy ",
        Markup::said(&policy.name),
        "</h1>\n",
        about(policy),
        "<nav aria-label=\"Parts of this page\">\n<ul>\n",
        links,
        "</ul>\n</nav>\n</header>\n<main id=\"main\" tabindex=\"-1\">\n",
        Markup::of(parts),
        "</main>\n<footer>\n<p>Made by opsc ",
        Markup::plain(env!("CARGO_PKG_VERSION")),
        " from the policy with SHA-256 ",
        Markup::code(policy.digest.get(..12).unwrap_or("")),
        ", by time zone database ",
        Markup::plain(TZDB_VERSION),
        ". This page shows; what decides is the gate.</p>\n</footer>\n<script>",
        SCRIPT,
        "</script>\n</body>\n</html>\n",
    ]
}

/// Nothing is fetched, nothing is sent, and no style or script but those of this program is taken.
fn head(job: &Job<'_>) -> Markup {
    let [made, from] = mark::lines(job);
    let style = style();
    html![
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; style-src '",
        Markup::plain(seal::sha256(&style)),
        "'; script-src '",
        Markup::plain(seal::sha256(SCRIPT)),
        "'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"generator\" content=\"opsc\">\n<meta name=\"description\" content=\"",
        Markup::plain(made),
        "\">\n<meta name=\"policy\" content=\"",
        Markup::plain(from),
        "\">\n<title>",
        Markup::plain(format!("Release policy {}", job.policy.name)),
        "</title>\n<style>",
        Markup::drawn(style),
        "</style>\n</head>\n",
    ]
}

fn style() -> String {
    format!("{STYLE}.picture {{\n{}}}\n", picture::SHAPES)
}

fn about(policy: &Policy) -> Markup {
    let owner = policy
        .owner
        .as_ref()
        .map_or_else(Markup::default, |owner| html!["Answered for by ", words::party(policy, owner), ". "]);
    html![
        "<p>",
        owner,
        "Dates from ",
        Markup::dated(Zone::UTC, policy.horizon.start),
        " to ",
        Markup::dated(Zone::UTC, policy.horizon.end),
        ".</p>\n",
    ]
}
