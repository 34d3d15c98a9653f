//! The calendar as a page: a lane a region, bars that speak on hover and by keyboard, a table for those who read it so.

use super::{Shown, class, rulings};
use crate::calendar::{Instant, Interval, Repeat, TimeOfDay, Zone};
use crate::emit::escape::html as escape;
use crate::policy::{FreezeKind, Id, Window};
use crate::schedule::{Held, Lane, kinds_by_strictness};
use std::fmt::Write;

const STYLE: &str = include_str!("calendar.css");

pub(super) fn render(shown: &Shown<'_>) -> String {
    let policy = shown.policy;
    let kinds = kinds_by_strictness(policy);
    let name = escape(&policy.name);
    // Either both ends say their year or neither does.
    let year = |at: Instant| Zone::UTC.local(at).format("%Y").to_string();
    let (start, end) = (shown.within.start, shown.within.end);
    let is_of_now = year(start) == year(shown.now) && year(end) == year(shown.now);
    let reference = if is_of_now { shown.now } else { Instant::from_unix(0) };
    let utc = |at: Instant| escape(&Zone::UTC.show(at, reference));
    let (from, to) = (utc(start), utc(end));
    let mut page = String::with_capacity(64 * 1024);
    let _ = write!(
        page,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"generator\" content=\"opsc {}\">\n<title>Release calendar: {name}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>Release calendar: {name}</h1>\n<p>{from} to {to}. Each lane is in its region's own time; the scale at the top is UTC.</p>\n",
        env!("CARGO_PKG_VERSION"),
    );
    legend(shown, &kinds, &mut page);
    page.push_str("<main>\n");
    scale(shown, Zone::UTC, "UTC", &mut page);
    for lane in shown.lanes {
        lane_of(shown, &kinds, lane, &mut page);
    }
    page.push_str("</main>\n");
    table(shown, &mut page);
    let _ = write!(
        page,
        "<footer><p>Policy {name}, sha256 {}, zone database {}, opsc {}.</p></footer>\n</body>\n</html>\n",
        escape(policy.digest.get(..12).unwrap_or("")),
        crate::calendar::TZDB_VERSION,
        env!("CARGO_PKG_VERSION"),
    );
    page
}

fn legend(shown: &Shown<'_>, kinds: &[Id<FreezeKind>], page: &mut String) {
    page.push_str("<ul class=\"legend\" aria-label=\"Kinds of freeze\">\n");
    let is_shown = |kind: &&Id<FreezeKind>| {
        shown.lanes.iter().flat_map(|lane| &lane.held).any(|held| held.kind == **kind)
    };
    for kind in kinds.iter().filter(is_shown) {
        let kind_of = &shown.policy.kinds[*kind];
        let _ = writeln!(
            page,
            "<li><span class=\"swatch k{}\"></span><strong>{}</strong> {}</li>",
            class(kinds, *kind),
            escape(&kind_of.name),
            escape(&rulings(shown, *kind)),
        );
    }
    page.push_str("</ul>\n");
}

/// Where an instant lies in what is shown, in per cent.
fn percent(within: Interval, at: Instant) -> f64 {
    let whole = within.length().as_seconds().max(1) as f64;
    let part = at.since(within.start).as_seconds() as f64;
    (part / whole * 100.0).clamp(0.0, 100.0)
}

/// The midnights of a zone within what is shown.
fn midnights(zone: Zone, within: Interval) -> Vec<Instant> {
    let mut found = Vec::new();
    let mut date = zone.date(within.start);
    loop {
        let at = zone.instant_on(date, TimeOfDay::MIDNIGHT, Repeat::Earlier);
        if at >= within.end {
            return found;
        }
        if at >= within.start {
            found.push(at);
        }
        let Some(next) = date.succ_opt() else { return found };
        date = next;
    }
}

fn scale(shown: &Shown<'_>, zone: Zone, label: &str, page: &mut String) {
    let days = midnights(zone, shown.within);
    let every = days.len().div_ceil(16).max(1);
    let _ = write!(
        page,
        "<div class=\"scale\" aria-hidden=\"true\"><span class=\"name\">{}</span><span class=\"track\">",
        escape(label)
    );
    for at in days.iter().step_by(every) {
        let _ = write!(
            page,
            "<i style=\"left:{:.3}%\">{}</i>",
            percent(shown.within, *at),
            zone.local(*at).format("%a %-d %b")
        );
    }
    page.push_str("</span></div>\n");
}

fn lane_of(shown: &Shown<'_>, kinds: &[Id<FreezeKind>], lane: &Lane, page: &mut String) {
    let name = lane.title(shown.policy);
    let zone = shown.policy.place_of(lane.region).zone;
    let rows = rows(&lane.held);
    let height = rows.iter().copied().max().map_or(1, |row| row + 1);
    let label = format!("{} ({})", name, zone.city());
    let _ = write!(
        page,
        "<section aria-label=\"{}\">\n<h2>{}<small>{}, now {}</small></h2>\n<div class=\"track\" style=\"--rows:{height}\">\n",
        escape(&label),
        escape(&name),
        escape(&zone.city()),
        escape(&zone.local(shown.now).format("%a %H:%M").to_string()),
    );
    for at in midnights(zone, shown.within) {
        let _ = write!(page, "<i class=\"day\" style=\"left:{:.3}%\"></i>", percent(shown.within, at));
    }
    if shown.within.contains(shown.now) {
        let _ = write!(
            page,
            "<i class=\"now\" style=\"left:{:.3}%\" title=\"now\"></i>",
            percent(shown.within, shown.now)
        );
    }
    page.push_str("\n<ul>\n");
    for (held, row) in lane.held.iter().zip(rows) {
        let (left, right) = (percent(shown.within, held.span.start), percent(shown.within, held.span.end));
        // What opens near the right edge leans to the left, so that its words stay on the page.
        let side = if left > 55.0 { " far" } else { "" };
        let side = if right - left < 2.5 { format!("{side} thin") } else { side.to_owned() };
        let _ = writeln!(
            page,
            "<li class=\"k{}{side}\" style=\"left:{left:.3}%;width:{:.3}%;--row:{row}\" tabindex=\"0\"><b>{}</b><span>{}</span></li>",
            class(kinds, held.kind),
            (right - left).max(0.2),
            escape(&held.title(shown.policy)),
            words(shown, zone, held),
        );
    }
    if lane.held.is_empty() {
        page.push_str("<li class=\"open\">open throughout</li>\n");
    }
    page.push_str("</ul>\n</div>\n</section>\n");
}

/// What a bar says when it is pointed at or has the focus.
fn words(shown: &Shown<'_>, zone: Zone, held: &Held) -> String {
    let kind = &shown.policy.kinds[held.kind].name;
    let mut said = format!("<strong>{} {}</strong><br>", escape(kind), escape(&held.title(shown.policy)));
    let _ = write!(
        said,
        "from {}<br>until {}<br>",
        escape(&zone.show(held.span.start, shown.now)),
        escape(&zone.show(held.span.end, shown.now))
    );
    let _ = write!(said, "for {}<br>", escape(&held.concerned(shown.policy)));
    let why = held.reason(shown.policy);
    if !why.is_empty() {
        let _ = write!(said, "<q>{}</q><br>", escape(&why));
    }
    let _ = write!(
        said,
        "{}<br><small>{}</small>",
        escape(&rulings(shown, held.kind)),
        escape(&shown.policy.place(shown.policy.windows[held.window].origin))
    );
    said
}

/// The row of each span: one for each window, in the order of their first spans.
fn rows(held: &[Held]) -> Vec<usize> {
    let mut known: Vec<(Id<Window>, bool)> = Vec::new();
    let mut row = |held: &Held| {
        let key = (held.window, held.is_outside);
        known.iter().position(|other| *other == key).unwrap_or_else(|| {
            known.push(key);
            known.len() - 1
        })
    };
    held.iter().map(&mut row).collect()
}

fn table(shown: &Shown<'_>, page: &mut String) {
    page.push_str(
        "<details>\n<summary>The same as a table</summary>\n<table>\n<thead><tr><th scope=\"col\">region</th>\
         <th scope=\"col\">freeze</th><th scope=\"col\">window</th><th scope=\"col\">from</th><th scope=\"col\">until</th>\
         <th scope=\"col\">for</th><th scope=\"col\">why</th></tr></thead>\n<tbody>\n",
    );
    for lane in shown.lanes {
        let zone = shown.policy.place_of(lane.region).zone;
        for held in &lane.held {
            let cells = [
                lane.title(shown.policy),
                shown.policy.kinds[held.kind].name.clone(),
                held.title(shown.policy),
                zone.show(held.span.start, shown.now),
                zone.show(held.span.end, shown.now),
                held.concerned(shown.policy),
                held.reason(shown.policy),
            ];
            page.push_str("<tr>");
            for cell in cells {
                let _ = write!(page, "<td>{}</td>", escape(&cell));
            }
            page.push_str("</tr>\n");
        }
    }
    page.push_str("</tbody>\n</table>\n</details>\n");
}
