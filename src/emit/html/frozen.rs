//! The first screen: for each region what is frozen and what comes next, by the reader's clock or an instant they ask about; and
//! every freeze of the horizon at a glance. Without a script it says what each region's windows are.

use super::Shown;
use super::markup::{Markup, html, list};
use super::strip::{place, strip};
use super::words;
use crate::calendar::{Date, Instant, Interval, Repeat, TimeOfDay, Zone};
use crate::policy::{Id, Window};
use crate::schedule::{Held, Lane};

/// As many labels fit above the bars.
const LABELS: usize = 9;

pub(super) fn body(shown: &Shown<'_>) -> Markup {
    if shown.policy.windows.is_empty() {
        return "<p>This policy has no window: no date stands in a change’s way.</p>\n".into();
    }
    let cards = (0..).zip(&shown.lanes).map(|(number, lane)| card(shown, number, lane));
    html![
        "<p id=\"summary\" role=\"status\">What holds when, by region. With a script, this says what holds now.</p>\n\
         <form id=\"ask\" hidden>\n<label for=\"at\">At (UTC)</label>\n\
         <input id=\"at\" type=\"datetime-local\" step=\"1\">\n<button type=\"reset\">Now</button>\n</form>\n<ul class=\"cards\">\n",
        Markup::of(cards),
        "</ul>\n",
        follows(shown),
        overview(shown),
    ]
}

fn card(shown: &Shown<'_>, number: usize, lane: &Lane) -> Markup {
    let zone = shown.policy.place_of(lane.region).zone;
    html![
        "<li class=\"card\" data-region=\"",
        Markup::plain(number),
        "\" data-zone=\"",
        Markup::plain(zone.name()),
        "\">\n<h3>",
        Markup::said(&lane.title(shown.policy)),
        " <small>",
        Markup::plain(zone.city()),
        " <span class=\"clock\"></span></small></h3>\n<div class=\"state\">",
        list(standing(shown, lane, zone)).or("<p>Open throughout.</p>"),
        "</div>\n</li>\n",
    ]
}

/// Each window that holds in a region at all: how often, and when first and last.
fn standing(shown: &Shown<'_>, lane: &Lane, zone: Zone) -> Vec<Markup> {
    let mut windows: Vec<(Id<Window>, bool)> = Vec::new();
    for held in &lane.held {
        if !windows.contains(&(held.window, held.is_outside)) {
            windows.push((held.window, held.is_outside));
        }
    }
    windows.sort_by_key(|(window, _)| words::rank(shown, shown.policy.windows[*window].kind));
    let said = windows.into_iter().filter_map(|(window, is_outside)| {
        let of = |held: &&Held| held.window == window && held.is_outside == is_outside;
        let spans: Vec<&Held> = lane.held.iter().filter(of).collect();
        let (first, last) = (spans.first()?, spans.last()?);
        let dated = |at: Instant| Markup::dated(zone, at);
        let times = match spans.len() {
            1 => html!["from ", dated(first.span.start), " until ", dated(first.span.end)],
            several => html![
                Markup::plain(several),
                " times, first from ",
                dated(first.span.start),
                ", last until ",
                dated(last.span.end),
            ],
        };
        let title = Markup::said(&first.title(shown.policy));
        Some(html![words::kind(shown, first.kind), " <b>", title, "</b> ", times])
    });
    said.collect()
}

/// What no date tells.
fn follows(shown: &Shown<'_>) -> Markup {
    let windows = shown.policy.windows.rows().iter();
    let said = windows.filter_map(|window| {
        let follow = window.follows.as_ref()?;
        Some(html![
            words::kind(shown, window.kind),
            " <b>",
            Markup::said(&window.name),
            "</b> while ",
            Markup::code(&follow.text),
        ])
    });
    let said: Vec<Markup> = said.collect();
    if said.is_empty() {
        return Markup::default();
    }
    html!["<p class=\"follows\">Whatever the date, as facts decide: ", Markup::join(said, "; "), ".</p>\n"]
}

fn overview(shown: &Shown<'_>) -> Markup {
    let horizon = shown.policy.horizon;
    let lanes = shown.lanes.iter().map(|lane| {
        html![
            "<div class=\"lane\"><span class=\"name\">",
            Markup::said(&lane.title(shown.policy)),
            "</span>",
            strip(shown, lane, horizon),
            "</div>\n",
        ]
    });
    let kinds = shown.kinds.iter().map(|kind| words::kind(shown, *kind));
    html![
        "<figure class=\"overview\" data-from=\"",
        Markup::plain(horizon.start),
        "\" data-until=\"",
        Markup::plain(horizon.end),
        "\">\n<figcaption>Every freeze of the horizon, in UTC. Rows from top to bottom: ",
        Markup::join(kinds, " "),
        ". Thin bars concern some components alone.</figcaption>\n<div class=\"lane\"><span class=\"name\"></span>",
        scale(horizon),
        "</div>\n",
        Markup::of(lanes),
        "</figure>\n",
    ]
}

/// Firsts of months, as many as fit.
fn scale(within: Interval) -> Markup {
    let months: Vec<Date> = firsts(within);
    let every = [1, 2, 3, 6, 12, 24, 60, 120, 1200].into_iter().find(|every| months.len() / every < LABELS);
    let labels = months.iter().step_by(every.unwrap_or(1200)).map(|date| {
        let at = Zone::UTC.instant_on(*date, TimeOfDay::MIDNIGHT, Repeat::Earlier);
        html![
            "<text x=\"",
            Markup::plain(format!("{:.2}%", place(within, at) as f64 / 100.0)),
            "\" y=\"12\">",
            Markup::plain(date.format("%b %Y")),
            "</text>",
        ]
    });
    html![
        "<svg class=\"scale\" width=\"100%\" height=\"16\" aria-hidden=\"true\" focusable=\"false\">",
        Markup::of(labels),
        "</svg>",
    ]
}

/// The first of each month within a stretch of time, and the day it begins on.
pub(super) fn firsts(within: Interval) -> Vec<Date> {
    let mut found = Vec::new();
    let mut month = String::new();
    let mut next = Some(Zone::UTC.date(within.start));
    while let Some(date) = next {
        if Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier) >= within.end {
            break;
        }
        let this = date.format("%Y-%m").to_string();
        if this != month {
            found.push(date);
            month = this;
        }
        next = date.succ_opt();
    }
    found
}
