//! The calendar as a picture that stands alone, for a README: a block a region, a row a window, text that stays text, legible on light
//! and on dark ground. Nothing in it says when it was drawn, so that it stays as it is. Colour is never the only sign: each kind has its own hatching, and each row its name.

use super::{Shown, class, rulings};
use crate::calendar::{Date, Instant, Interval, Repeat, TimeOfDay, Zone};
use crate::emit::escape::html;
use crate::policy::{FreezeKind, Id, Window};
use crate::render::wrap::cut;
use crate::schedule::{Held, Lane, kinds_by_strictness};
use std::fmt::Write;

const STYLE: &str = include_str!("svg.css");

/// The hatchings of kinds, the strictest first.
const HATCHES: [&str; 4] = [
    "<path d=\"M-2 2L2 -2M0 8L8 0M6 10L10 6\"/>",
    "<path d=\"M2 0V8M6 0V8\"/>",
    "<path d=\"M0 4H8\"/>",
    "<circle cx=\"4\" cy=\"4\" r=\"1.2\"/>",
];

/// Units of the picture: of the whole, of what stands to the left, of a row.
const WIDTH: i64 = 1000;
const LEFT: i64 = 200;
const RIGHT: i64 = 16;
const ROW: i64 = 18;
const BAR: i64 = 12;
/// Above the first region: the title and the scale.
const TOP: i64 = 66;
/// Letters that a name to the left may have, and those of a line over the whole width.
const LETTERS: usize = 27;
const LINE: usize = 140;
/// So many spans are told of a row, for who points at it.
const MOST_TOLD: usize = 4;

pub(super) fn render(shown: &Shown<'_>) -> String {
    let policy = shown.policy;
    let kinds = kinds_by_strictness(policy);
    let used: Vec<Id<FreezeKind>> = kinds
        .iter()
        .copied()
        .filter(|kind| shown.lanes.iter().any(|lane| lane.held.iter().any(|held| held.kind == *kind)))
        .collect();
    let blocks: Vec<(&Lane, Vec<Row<'_>>)> = shown.lanes.iter().map(|lane| (lane, rows(lane))).collect();
    let tall = |rows: &[Row<'_>]| 30 + ROW * i64::try_from(rows.len().max(1)).unwrap_or(1);
    let bottom: i64 = TOP + blocks.iter().map(|(_, rows)| tall(rows)).sum::<i64>();
    let height = bottom + 34 + ROW * i64::try_from(used.len()).unwrap_or(0);
    let title = format!("Release calendar of {}", policy.name);
    let day = |at: Instant| Zone::UTC.local(at).format("%-d %b %Y").to_string();
    let span = format!(
        "{} to {}, each window in its region's own time, the scale in UTC",
        day(shown.within.start),
        day(shown.within.end)
    );
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" height=\"{height}\" \
         role=\"img\" aria-labelledby=\"title about\">\n<title id=\"title\">{}</title>\n<desc id=\"about\">{}</desc>\n\
         <style>\n{STYLE}</style>\n<defs>\n",
        escape(&title),
        escape(&span)
    );
    for (number, hatch) in HATCHES.iter().enumerate() {
        let _ = writeln!(
            out,
            "<pattern id=\"k{number}\" class=\"h{number}\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">\
             <rect width=\"8\" height=\"8\"/>{hatch}</pattern>"
        );
    }
    let _ = write!(
        out,
        "</defs>\n<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n<text class=\"title\" x=\"16\" y=\"26\">{}</text>\n\
         <text class=\"soft\" x=\"16\" y=\"44\">{}</text>\n",
        escape(&cut(&title, LINE)),
        escape(&span)
    );
    scale(shown.within, bottom, &mut out);
    let mut y = TOP;
    for (lane, rows) in &blocks {
        block(shown, &kinds, (lane, rows), y, &mut out);
        y += tall(rows);
    }
    let _ = writeln!(out, "<path class=\"edge\" d=\"M16 {bottom}H{}\"/>", WIDTH - RIGHT);
    for (position, kind) in used.iter().enumerate() {
        let y = bottom + 16 + ROW * i64::try_from(position).unwrap_or(0);
        let text = format!("{}: {}", policy.kinds[*kind].name, rulings(shown, *kind));
        let _ = writeln!(
            out,
            "<rect class=\"bar\" fill=\"url(#k{})\" x=\"16\" y=\"{y}\" width=\"28\" height=\"{BAR}\"/>\n\
             <text x=\"52\" y=\"{}\">{}</text>",
            class(&kinds, *kind),
            y + 10,
            escape(&cut(&text, LINE))
        );
    }
    out.push_str("</svg>\n");
    out
}

/// The spans of one window in a region.
struct Row<'l> {
    first: &'l Held,
    spans: Vec<Interval>,
}

/// A row for each window, in the order of their first spans.
fn rows(lane: &Lane) -> Vec<Row<'_>> {
    let mut found: Vec<Row<'_>> = Vec::new();
    let key = |held: &Held| -> (Id<Window>, bool) { (held.window, held.is_outside) };
    for held in &lane.held {
        match found.iter_mut().find(|row| key(row.first) == key(held)) {
            Some(row) => row.spans.push(held.span),
            None => found.push(Row { first: held, spans: vec![held.span] }),
        }
    }
    found
}

fn block(
    shown: &Shown<'_>,
    kinds: &[Id<FreezeKind>],
    (lane, rows): (&Lane, &[Row<'_>]),
    y: i64,
    out: &mut String,
) {
    let zone = shown.policy.place_of(lane.region).zone;
    let name = lane.title(shown.policy);
    let city = format!("  {}", zone.city());
    let _ = writeln!(
        out,
        "<path class=\"edge\" d=\"M16 {y}H{}\"/>\n<text x=\"16\" y=\"{}\"><tspan class=\"region\">{}</tspan>\
         <tspan class=\"soft\" xml:space=\"preserve\">{}</tspan></text>",
        WIDTH - RIGHT,
        y + 18,
        escape(&cut(&name, LINE / 2)),
        escape(&city)
    );
    if rows.is_empty() {
        let _ = writeln!(out, "<text class=\"soft\" x=\"{LEFT}\" y=\"{}\">open throughout</text>", y + 38);
    }
    for (position, row) in rows.iter().enumerate() {
        let top = y + 28 + ROW * i64::try_from(position).unwrap_or(0);
        let kind = class(kinds, row.first.kind);
        let path: String = row
            .spans
            .iter()
            .map(|span| {
                let (left, right) = (across(shown.within, span.start), across(shown.within, span.end));
                format!("M{left} {top}h{}v{BAR}h-{}z", width(&left, &right), width(&left, &right))
            })
            .collect();
        let _ = writeln!(
            out,
            "<g><title>{}</title><text class=\"name\" x=\"{}\" y=\"{}\">{}</text>\
             <path class=\"bar\" fill=\"url(#k{kind})\" d=\"{path}\"/></g>",
            escape(&told(shown, zone, row)),
            LEFT - 10,
            top + 10,
            escape(&cut(&row.first.title(shown.policy), LETTERS)),
        );
    }
}

/// What a row says to who points at it.
fn told(shown: &Shown<'_>, zone: Zone, row: &Row<'_>) -> String {
    let policy = shown.policy;
    let kind = &policy.kinds[row.first.kind].name;
    let mut lines = vec![format!("{kind} {}: {}", row.first.title(policy), row.first.concerned(policy))];
    let why = row.first.reason(policy);
    if !why.is_empty() {
        lines.push(why);
    }
    lines.extend(row.spans.iter().take(MOST_TOLD).map(|span| zone.show_interval(*span, shown.within.start)));
    if row.spans.len() > MOST_TOLD {
        lines.push(format!("and {} more", row.spans.len() - MOST_TOLD));
    }
    lines.join("\n")
}

/// Lines and names of months, weeks or days of UTC, by how much is shown.
fn scale(within: Interval, bottom: i64, out: &mut String) {
    let days = within.length().as_seconds() / 86_400;
    let mut last = None;
    let mut date = Zone::UTC.date(within.start);
    loop {
        let at = Zone::UTC.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier);
        if at >= within.end {
            return;
        }
        let is_line = match days {
            ..=21 => true,
            22..=70 => date.format("%u").to_string() == "1",
            _ => date.format("%d").to_string() == "01",
        };
        if at >= within.start && is_line {
            let x = across(within, at);
            let _ = writeln!(out, "<path class=\"line\" d=\"M{x} {}V{bottom}\"/>", TOP - 8);
            let label = label(date, days);
            // Names that would touch are left out; a picture of several years names each month that has room.
            let room = 9 * i64::try_from(label.len()).unwrap_or(0);
            let whole: i64 = x.split('.').next().and_then(|whole| whole.parse().ok()).unwrap_or(0);
            if last.is_none_or(|last| whole >= last) && whole + room <= WIDTH {
                let _ =
                    writeln!(out, "<text class=\"soft\" x=\"{x}\" y=\"{}\" dx=\"3\">{label}</text>", TOP - 2);
                last = Some(whole + room);
            }
        }
        let Some(next) = date.succ_opt() else { return };
        date = next;
    }
}

fn label(date: Date, days: i64) -> String {
    let year = date.format("%m").to_string() == "01" && date.format("%d").to_string() == "01";
    match days {
        _ if year => date.format("%Y").to_string(),
        ..=70 => date.format("%-d %b").to_string(),
        _ => date.format("%b").to_string(),
    }
}

/// Where an instant lies, to a hundredth of a unit.
fn across(within: Interval, at: Instant) -> String {
    let whole = i128::from(within.length().as_seconds().max(1));
    let part = i128::from(at.since(within.start).as_seconds()).clamp(0, whole);
    let hundredths = i128::from(LEFT) * 100 + part * i128::from(WIDTH - LEFT - RIGHT) * 100 / whole;
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// How wide a bar is: never so thin that it is not seen.
fn width(left: &str, right: &str) -> String {
    let number = |text: &str| text.parse::<f64>().unwrap_or(0.0);
    format!("{:.2}", (number(right) - number(left)).max(0.7))
}

fn escape(text: &str) -> String {
    html(text).replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}
