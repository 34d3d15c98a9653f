//! The calendar in a terminal: a strip a region, then every span with its local time.

use super::Shown;
use crate::calendar::{Elapsed, Instant, Interval, Zone};
use crate::policy::{FreezeKind, Id};
use crate::render::guard::visible;
use crate::render::wrap::{cut, pad, wrap};
use crate::render::{Paint, Style, WIDTH};
use crate::schedule::{Held, kinds_by_strictness};

/// Signs of the kinds, the strictest first; a policy with more kinds repeats the last.
const SIGNS: &[(char, Style)] =
    &[('#', Style::Bad), ('~', Style::Waiting), ('.', Style::Faint), (':', Style::Name)];

/// Spans of one window that are listed for a region at the most.
const MOST_LISTED: usize = 3;

pub(super) fn render(shown: &Shown<'_>, paint: Paint) -> String {
    let kinds = kinds_by_strictness(shown.policy);
    let names: Vec<String> = shown.lanes.iter().map(|lane| lane.title(shown.policy)).collect();
    let left = names.iter().map(String::len).max().unwrap_or(0).clamp(8, 24) + 2;
    let days = usize::try_from((shown.within.length().as_seconds() + 86_399) / 86_400).unwrap_or(1).max(1);
    let a_day = ((WIDTH - left) / days).clamp(1, 24);
    let mut text = format!(
        "{}  {}\n",
        paint.text(Style::Strong, "CALENDAR"),
        cut(&visible(&heading(shown)), WIDTH - 10)
    );
    let mut axis = None;
    for (lane, name) in shown.lanes.iter().zip(&names) {
        let zone = shown.policy.place_of(lane.region).zone;
        let start = midnight(zone, shown.within.start);
        let dates = dates(zone, start, days, a_day);
        if axis.as_ref() != Some(&dates) {
            text.push_str(&format!("\n{}{}\n", " ".repeat(left), paint.text(Style::Faint, &dates)));
            axis = Some(dates);
        }
        text.push_str(&pad(&cut(&visible(name), left - 1), left));
        let columns = days * a_day;
        let width = 86_400 / i64::try_from(a_day).unwrap_or(1);
        for column in 0..columns {
            let from = start.plus(Elapsed::seconds(width * i64::try_from(column).unwrap_or(0)));
            let slot = Interval::new(from, from.plus(Elapsed::seconds(width)));
            let sign = lane.strictest(&kinds, slot).map(|kind| sign(&kinds, kind));
            match sign {
                Some((sign, style)) => text.push_str(&paint.text(style, &sign.to_string())),
                None if slot.contains(shown.now) => text.push('|'),
                None if column % a_day == 0 => text.push_str(&paint.text(Style::Faint, "'")),
                None => text.push(' '),
            }
        }
        text.push('\n');
    }
    text.push_str(&legend(shown, &kinds, paint));
    for (lane, name) in shown.lanes.iter().zip(&names) {
        let zone = shown.policy.place_of(lane.region).zone;
        text.push_str(&format!("\n{}  {}\n", paint.text(Style::Strong, &visible(name)), zone.city()));
        if lane.held.is_empty() {
            text.push_str("  open throughout\n");
        }
        for (first, spans) in by_window(&lane.held) {
            let (sign, style) = sign(&kinds, first.kind);
            let kind = &shown.policy.kinds[first.kind].name;
            let mut what = format!("{kind} {}: {}", first.title(shown.policy), first.concerned(shown.policy));
            let why = first.reason(shown.policy);
            if !why.is_empty() {
                what.push_str(&format!("; \"{why}\""));
            }
            let lines = wrap(&visible(&what), WIDTH, 4, "    ");
            text.push_str(&format!("  {} {lines}\n", paint.text(style, &sign.to_string())));
            for span in spans.iter().take(MOST_LISTED) {
                text.push_str(&format!("      {}\n", when(shown, zone, *span)));
            }
            if spans.len() > MOST_LISTED {
                text.push_str(&format!("      and {} more\n", spans.len() - MOST_LISTED));
            }
        }
    }
    text
}

/// The spans of each window together, in the order of their first.
fn by_window(held: &[Held]) -> Vec<(&Held, Vec<Interval>)> {
    let mut found: Vec<(&Held, Vec<Interval>)> = Vec::new();
    for one in held {
        match found
            .iter_mut()
            .find(|(first, _)| (first.window, first.is_outside) == (one.window, one.is_outside))
        {
            Some((_, spans)) => spans.push(one.span),
            None => found.push((one, vec![one.span])),
        }
    }
    found
}

/// From when to when; `...` where it goes on beyond what is shown.
fn when(shown: &Shown<'_>, zone: Zone, span: Interval) -> String {
    let before = if span.start == shown.within.start { "..." } else { "" };
    let behind = if span.end == shown.within.end { "..." } else { "" };
    format!("{before}{} .. {}{behind}", zone.show(span.start, shown.now), zone.show(span.end, shown.now))
}

fn heading(shown: &Shown<'_>) -> String {
    let utc = |at| Zone::UTC.show(at, shown.now);
    format!("{}: {} .. {}", shown.policy.name, utc(shown.within.start), utc(shown.within.end))
}

fn sign(kinds: &[Id<FreezeKind>], kind: Id<FreezeKind>) -> (char, Style) {
    let place = kinds.iter().position(|known| *known == kind).unwrap_or(0);
    SIGNS.get(place).or(SIGNS.last()).copied().unwrap_or(('#', Style::Bad))
}

fn legend(shown: &Shown<'_>, kinds: &[Id<FreezeKind>], paint: Paint) -> String {
    let used = kinds
        .iter()
        .filter(|kind| shown.lanes.iter().any(|lane| lane.held.iter().any(|held| held.kind == **kind)));
    let mut said: Vec<String> = used
        .map(|kind| {
            let (sign, style) = sign(kinds, *kind);
            format!("{} {}", paint.text(style, &sign.to_string()), shown.policy.kinds[*kind].name)
        })
        .collect();
    said.push("blank: open".to_owned());
    said.push("' midnight there".to_owned());
    if shown.within.contains(shown.now) {
        said.push("| now".to_owned());
    }
    format!("\n{}\n", said.join("   "))
}

/// The local midnight at or before an instant.
fn midnight(zone: Zone, at: Instant) -> Instant {
    zone.instant_on(zone.date(at), crate::calendar::TimeOfDay::MIDNIGHT, crate::calendar::Repeat::Earlier)
        .min(at)
}

fn dates(zone: Zone, start: Instant, days: usize, a_day: usize) -> String {
    let mut text = String::new();
    let every = 7_usize.div_ceil(a_day).max(1);
    for day in (0..days).step_by(every) {
        let noon = start.plus(Elapsed::hours(12 + 24 * i64::try_from(day).unwrap_or(0)));
        let local = zone.local(noon);
        let name =
            if a_day * every >= 10 { local.format("%a %-d %b") } else { local.format("%-d %b") }.to_string();
        let room = (a_day * every).min(a_day * (days - day));
        text.push_str(&pad(&cut(&name, room.max(3)), room));
    }
    text.trim_end().to_owned()
}
