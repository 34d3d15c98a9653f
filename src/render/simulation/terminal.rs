//! The timeline in a terminal.

use super::Shown;
use super::words::{answer, notes, said};
use crate::calendar::Zone;
use crate::render::guard::visible;
use crate::render::wrap::{columns, cut, pad, wrap};
use crate::render::{Paint, Style, WIDTH};

pub(super) fn render(shown: &Shown<'_>, paint: Paint) -> String {
    let (word, rest, style) = answer(shown);
    let indent = " ".repeat(word.len() + 2);
    let mut text =
        format!("{}  {}\n", paint.text(style, word), wrap(&visible(&rest), WIDTH, indent.len(), &indent));
    for note in notes(shown) {
        text.push_str(&format!("{indent}{}\n", wrap(&visible(&note), WIDTH, indent.len(), &indent)));
    }
    text.push_str(&events(shown, paint));
    text.push_str(&format!("\n{}\n", paint.text(Style::Strong, "taken as given")));
    for assumed in shown.assumed {
        text.push_str(&format!("  {}\n", wrap(&visible(assumed), WIDTH, 2, "    ")));
    }
    text
}

fn events(shown: &Shown<'_>, paint: Paint) -> String {
    let timeline = shown.timeline;
    let rows: Vec<_> = timeline.events.iter().zip(said(shown)).collect();
    let who = rows.iter().map(|(_, said)| columns(&said.who)).max().unwrap_or(0).min(24) + 2;
    let times: Vec<String> = rows.iter().map(|(event, _)| time(shown.zone, event.at)).collect();
    let width = times.iter().map(|time| columns(time)).max().unwrap_or(0) + 2;
    let mut text = String::new();
    let (mut date, mut before, mut last) = (None, "", "");
    for ((event, said), time) in rows.iter().zip(&times) {
        let today = shown.zone.date(event.at);
        if date != Some(today) {
            let heading = today.format("%a %-d %b %Y").to_string();
            let city = if shown.zone == Zone::UTC { "UTC".to_owned() } else { shown.zone.city() };
            text.push_str(&format!("\n{}\n", paint.text(Style::Strong, &format!("{heading}, {city}"))));
            (date, before, last) = (Some(today), "", "");
        }
        let shown_time = if before == time { "" } else { time.as_str() };
        let shown_who = if last == said.who { "" } else { said.who.as_str() };
        (before, last) = (time, &said.who);
        let lead = format!("  {}{}", pad(shown_time, width), pad(&cut(&visible(shown_who), who - 2), who));
        let indent = " ".repeat(2 + width + who);
        let place = shown.place(event.origin);
        let what = visible(&said.what).into_owned();
        let room = WIDTH.saturating_sub(columns(&lead) + columns(&what) + columns(&place) + 1);
        let (tail, width) = if room > 0 && !place.is_empty() {
            (format!("{}{}", " ".repeat(room + 1), paint.text(Style::Faint, &visible(&place))), WIDTH)
        } else {
            (String::new(), WIDTH)
        };
        let what = wrap(&what, width, columns(&lead), &indent);
        text.push_str(&format!("{lead}{}{tail}\n", paint.text(said.style, &what)));
        for detail in &said.details {
            let further = format!("{indent}  ");
            text.push_str(&format!("{further}{}\n", wrap(&visible(detail), WIDTH, further.len(), &further)));
        }
    }
    text
}

/// The local time, with UTC beside it.
pub(super) fn time(zone: Zone, at: crate::calendar::Instant) -> String {
    let form = |zone: Zone| {
        let local = zone.local(at);
        let seconds = at.unix().rem_euclid(60) != 0;
        local.format(if seconds { "%H:%M:%S" } else { "%H:%M" }).to_string()
    };
    if zone == Zone::UTC { form(zone) } else { format!("{} ({}Z)", form(zone), form(Zone::UTC)) }
}
