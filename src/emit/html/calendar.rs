//! The calendar: a month at a time, each region's bars and, as a table, every freeze that begins in it.

use super::Shown;
use super::frozen::firsts;
use super::markup::{Markup, cell, head, html, list, table};
use super::strip::strip;
use super::words;
use crate::calendar::{Date, Elapsed, Interval, Repeat, TimeOfDay, Zone};
use crate::policy::{Id, Window};
use crate::schedule::{Held, Lane};
use std::collections::BTreeMap;

/// A month, or what of it lies within the horizon.
struct Month {
    /// `November 2026`.
    title: String,
    /// `2026-11`.
    id: String,
    within: Interval,
}

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    if shown.lanes.iter().all(|lane| lane.held.is_empty()) {
        return Markup::default();
    }
    let months = months(shown.policy.horizon).into_iter().map(|month| one(shown, &month));
    html![
        "<p>Each freeze stands in the month in which it begins, by UTC; times are those of clocks in its region, with UTC behind \
         them. It holds from its first second and no longer at its last.</p>\n",
        Markup::of(months),
    ]
}

fn months(horizon: Interval) -> Vec<Month> {
    let firsts = firsts(horizon);
    let start = |at: usize| {
        firsts.get(at).map(|date| Zone::UTC.instant_on(*date, TimeOfDay::MIDNIGHT, Repeat::Earlier))
    };
    let month = |(at, date): (usize, &Date)| Month {
        title: date.format("%B %Y").to_string(),
        id: date.format("%Y-%m").to_string(),
        within: Interval::new(start(at).unwrap_or(horizon.start), start(at + 1).unwrap_or(horizon.end)),
    };
    firsts.iter().enumerate().map(month).collect()
}

fn one(shown: &Shown<'_>, month: &Month) -> Markup {
    let rows: Vec<Markup> =
        (0..).zip(&shown.lanes).flat_map(|(number, lane)| rows(shown, number, lane, month)).collect();
    let caption = format!("Freezes that begin in {}", month.title);
    html![
        "<details id=\"m-",
        Markup::plain(&month.id),
        "\" data-from=\"",
        Markup::plain(month.within.start),
        "\" data-until=\"",
        Markup::plain(month.within.end),
        "\">\n<summary><h3>",
        Markup::plain(&month.title),
        "</h3> <span>",
        counts(shown, month),
        "</span></summary>\n",
        bars(shown, month),
        table(&caption, &["Region", "Freeze", "Window", "Concerns", "From and until"], rows)
            .or("<p>Nothing begins.</p>\n"),
        "</details>\n",
    ]
}

/// The windows that hold in a month, of each kind.
fn counts(shown: &Shown<'_>, month: &Month) -> Markup {
    let said = shown.kinds.iter().filter_map(|kind| {
        let mut titles: Vec<String> = Vec::new();
        let held = shown.lanes.iter().flat_map(|lane| &lane.held);
        for held in held.filter(|held| held.kind == *kind && held.span.overlaps(month.within)) {
            let title = held.title(shown.policy);
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        let names = words::names(titles.iter().map(String::as_str));
        (!titles.is_empty()).then(|| html![words::kind(shown, *kind), " ", names])
    });
    Markup::join(said, " ").or("nothing is frozen")
}

fn bars(shown: &Shown<'_>, month: &Month) -> Markup {
    let days = month.within.length().as_seconds() / Elapsed::days(1).as_seconds();
    let class = match days {
        28 => "days28",
        29 => "days29",
        30 => "days30",
        31 => "days31",
        _ => "days",
    };
    let lanes = shown.lanes.iter().map(|lane| {
        html![
            "<div class=\"lane\"><span class=\"name\">",
            Markup::said(&lane.title(shown.policy)),
            "</span>",
            strip(shown, lane, month.within),
            "</div>\n",
        ]
    });
    html!["<div class=\"bars ", class, "\" aria-hidden=\"true\">\n", Markup::of(lanes), "</div>\n"]
}

/// A row for each window that begins in a month, the strictest kinds first, with every time at which it does.
fn rows(shown: &Shown<'_>, number: usize, lane: &Lane, month: &Month) -> Vec<Markup> {
    let mut windows: BTreeMap<(usize, Id<Window>, bool), Vec<&Held>> = BTreeMap::new();
    for held in lane.held.iter().filter(|held| month.within.contains(held.span.start)) {
        let key = (words::rank(shown, held.kind), held.window, held.is_outside);
        windows.entry(key).or_default().push(held);
    }
    windows.values().filter_map(|held| row(shown, number, lane, held, month)).collect()
}

fn row(shown: &Shown<'_>, number: usize, lane: &Lane, held: &[&Held], month: &Month) -> Option<Markup> {
    let policy = shown.policy;
    let zone = policy.place_of(lane.region).zone;
    let time = |at| Markup::time(zone, at, month.within.start.plus(Elapsed::days(14)));
    let times = held.iter().map(|held| html![time(held.span.start), " – ", time(held.span.end)]);
    let first = held.first()?;
    let region = html![
        "<span data-in=\"",
        Markup::plain(number),
        "\">",
        Markup::said(&lane.title(policy)),
        "</span><br><small>",
        Markup::plain(zone.city()),
        "</small>",
    ];
    Some(html![
        head(region),
        cell(words::kind(shown, first.kind)),
        cell(Markup::said(&first.title(policy))),
        cell(Markup::said(&first.concerned(policy))),
        cell(list(times)),
    ])
}
