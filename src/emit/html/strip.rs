//! A region's freezes as bars over a stretch of time: a row a kind, the strictest on top, so that no colour need be seen. What
//! concerns some components alone is a thin bar.

use super::Shown;
use super::markup::{Markup, html};
use super::words::{class, rank};
use crate::calendar::{Instant, Interval};
use crate::policy::{FreezeKind, Id};
use crate::schedule::{Held, Lane};

/// How many units a stretch of time is wide, and how many the narrowest bar is.
const WIDTH: i64 = 10_000;
const NARROWEST: i64 = 8;

/// The height of a kind's row.
const ROW: usize = 10;

/// What is drawn alike.
struct Look {
    is_so: fn(&Held) -> bool,
    /// The height of its bars.
    height: usize,
}

/// What concerns everything, then what concerns some components.
const LOOKS: [Look; 2] = [
    Look { is_so: |held| held.components.is_none(), height: 8 },
    Look { is_so: |held| held.components.is_some(), height: 3 },
];

/// The bars of a lane within a stretch of time.
pub(super) fn strip(shown: &Shown<'_>, lane: &Lane, within: Interval) -> Markup {
    let height = Markup::plain(shown.kinds.len().clamp(1, 4) * ROW);
    let bars = shown.kinds.iter().flat_map(|kind| {
        LOOKS.map(|look| {
            let held = lane.held.iter().filter(|held| held.kind == *kind && (look.is_so)(held));
            bars(shown, *kind, look.height, spans(held, within))
        })
    });
    html![
        "<svg class=\"strip\" viewBox=\"0 0 ",
        Markup::plain(WIDTH),
        " ",
        height.clone(),
        "\" preserveAspectRatio=\"none\" width=\"100%\" height=\"",
        height,
        "\" aria-hidden=\"true\" focusable=\"false\">",
        Markup::of(bars),
        "</svg>",
    ]
}

/// From where to where bars reach, those that touch as one.
fn spans<'a>(held: impl Iterator<Item = &'a Held>, within: Interval) -> Vec<(i64, i64)> {
    let mut found: Vec<(i64, i64)> = Vec::new();
    for held in held.filter(|held| held.span.overlaps(within)) {
        let span = held.span.intersect(within);
        let left = place(within, span.start).min(WIDTH - NARROWEST);
        let right = place(within, span.end).max(left + NARROWEST);
        match found.last_mut() {
            Some(last) if left <= last.1 => last.1 = last.1.max(right),
            _ => found.push((left, right)),
        }
    }
    found
}

fn bars(shown: &Shown<'_>, kind: Id<FreezeKind>, height: usize, spans: Vec<(i64, i64)>) -> Markup {
    if spans.is_empty() {
        return Markup::default();
    }
    let foot = rank(shown, kind) * ROW + 9;
    let path =
        spans.into_iter().map(|(left, right)| format!("M{left} {foot}h{}v-{height}H{left}z", right - left));
    html!["<path class=\"", class(shown, kind), "\" d=\"", Markup::plain(path.collect::<String>()), "\"/>",]
}

/// Where an instant lies in a stretch of time.
pub(super) fn place(within: Interval, at: Instant) -> i64 {
    let whole = i128::from(within.length().as_seconds().max(1));
    let part = i128::from(at.since(within.start).as_seconds());
    i64::try_from(part * i128::from(WIDTH) / whole).unwrap_or(0).clamp(0, WIDTH)
}
