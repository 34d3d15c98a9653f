//! The timeline as a page: lanes as a drawing, and everything once more as a table.

use super::Shown;
use super::terminal::time;
use super::words::{answer, notes, percent, said};
use crate::calendar::{Elapsed, Instant, Zone};
use crate::emit::escape::html as escape;
use crate::simulate::{Truth, What};
use std::fmt::Write;

const STYLE: &str = include_str!("simulation.css");

/// Width of the drawing's lanes, and of the names before them.
const LANES: f64 = 780.0;
const NAMES: f64 = 180.0;
const ROW: f64 = 26.0;

/// A stretch of a lane.
struct Bar {
    from: Instant,
    to: Instant,
    class: &'static str,
}

/// What a stage or a rollback did, by its name.
struct Lane {
    name: String,
    pipeline: String,
    bars: Vec<Bar>,
    marks: Vec<(Instant, &'static str, String)>,
}

pub(super) fn render(shown: &Shown<'_>) -> String {
    let timeline = shown.timeline;
    let (word, rest, _) = answer(shown);
    let title = escape(&format!("Simulated rollout: {}", timeline.pipeline));
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"generator\" content=\"opsc {}\">\n<title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n<p class=\"answer {}\"><strong>{word}</strong> {}</p>\n",
        env!("CARGO_PKG_VERSION"),
        word.to_lowercase().replace(' ', "-"),
        escape(&rest),
    );
    let notes = notes(shown);
    if !notes.is_empty() {
        let items: String = notes.iter().map(|note| format!("<li>{}</li>", escape(note))).collect();
        let _ = writeln!(page, "<ul class=\"notes\">{items}</ul>");
    }
    page.push_str("<main>\n");
    drawing(shown, &mut page);
    table(shown, &mut page);
    page.push_str("</main>\n<h2>Taken as given</h2>\n<ul>\n");
    for assumed in shown.assumed {
        let _ = writeln!(page, "<li>{}</li>", escape(assumed));
    }
    let _ = write!(
        page,
        "</ul>\n<footer><p>Policy {}, sha256 {}, zone database {}, opsc {}.</p></footer>\n</body>\n</html>\n",
        escape(&shown.policy.name),
        escape(shown.policy.digest.get(..12).unwrap_or("")),
        crate::calendar::TZDB_VERSION,
        env!("CARGO_PKG_VERSION"),
    );
    page
}

/// The lanes, in the order in which their names first do something.
fn lanes(shown: &Shown<'_>) -> Vec<Lane> {
    let timeline = shown.timeline;
    let mut lanes: Vec<Lane> = Vec::new();
    for (event, words) in timeline.events.iter().zip(said(shown)) {
        if matches!(event.what, What::WentBack { .. }) {
            let own =
                |lane: &&mut Lane| lane.pipeline == event.pipeline || event.pipeline == timeline.pipeline;
            let open = lanes.iter_mut().filter(own).filter_map(|lane| lane.bars.last_mut());
            open.filter(|bar| bar.to == timeline.end).for_each(|bar| bar.to = event.at);
        }
        let place = lanes.iter().position(|lane| lane.name == words.who).unwrap_or_else(|| {
            let pipeline = event.pipeline.clone();
            lanes.push(Lane { name: words.who, pipeline, bars: Vec::new(), marks: Vec::new() });
            lanes.len() - 1
        });
        let Some(lane) = lanes.get_mut(place) else { continue };
        let mut begins = |class| lane.bars.push(Bar { from: event.at, to: timeline.end, class });
        match &event.what {
            What::Started { .. } => begins("runs"),
            What::WentBack { .. } => begins("back"),
            What::Froze { reaction, .. } if reaction != "finish" => {
                ended(lane, event.at);
                lane.bars.push(Bar { from: event.at, to: timeline.end, class: "paused" });
            }
            What::Resumed { .. } => {
                ended(lane, event.at);
                lane.bars.push(Bar { from: event.at, to: timeline.end, class: "runs" });
            }
            What::Finished { .. } | What::Failed { .. } => ended(lane, event.at),
            _ => {}
        }
        if let Some((class, text)) = mark(&event.what) {
            lane.marks.push((event.at, class, text));
        }
    }
    lanes.retain(|lane| !lane.bars.is_empty() || !lane.marks.is_empty());
    lanes
}

fn ended(lane: &mut Lane, at: Instant) {
    if let Some(bar) = lane.bars.last_mut() {
        bar.to = at;
    }
}

/// What is marked on a lane: a sign that differs in form, not in colour alone.
fn mark(what: &What) -> Option<(&'static str, String)> {
    match what {
        What::Asked { gate, answer: Truth::Yes, .. } => Some(("pass", format!("gate {gate} passes"))),
        What::Asked { gate, answer: Truth::No, .. } => Some(("fail", format!("gate {gate} fails"))),
        What::Fired { trigger, .. } => Some(("fail", format!("fires: {trigger}"))),
        What::Traffic { share, .. } => Some(("share", percent(*share))),
        What::Recovered { .. } => Some(("pass", "recovered".to_owned())),
        What::NotRecovered { .. } | What::NoLever { .. } | What::Incident { .. } => {
            Some(("fail", "not recovered".to_owned()))
        }
        _ => None,
    }
}

fn drawing(shown: &Shown<'_>, page: &mut String) {
    let timeline = shown.timeline;
    let lanes = lanes(shown);
    let whole = timeline.end.since(timeline.start).as_seconds().max(1) as f64;
    let x = |at: Instant| NAMES + at.since(timeline.start).as_seconds() as f64 / whole * LANES;
    let height = ROW * (lanes.len() as f64 + 1.0) + 8.0;
    let (width, label) = (
        NAMES + LANES + 24.0,
        escape(&format!("Stages of {} over time; the table below says the same", timeline.pipeline)),
    );
    let _ = writeln!(
        page,
        "<div class=\"drawing\"><svg role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {width} {height}\" xmlns=\"http://www.w3.org/2000/svg\">"
    );
    for part in 0..=4_i64 {
        let seconds = timeline.end.since(timeline.start).as_seconds() * part / 4;
        let at = timeline.start.plus(Elapsed::seconds(seconds));
        let anchor = if part == 4 {
            "end"
        } else if part == 0 {
            "start"
        } else {
            "middle"
        };
        let local = shown.zone.local(at).format("%a %H:%M").to_string();
        let _ = writeln!(
            page,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"20\" y2=\"{height}\"/><text class=\"scale\" x=\"{x:.1}\" y=\"14\" text-anchor=\"{anchor}\">{}</text>",
            escape(&local),
            x = x(at),
        );
    }
    for (row, lane) in lanes.iter().enumerate() {
        let y = ROW * (row as f64 + 1.0);
        let _ = writeln!(
            page,
            "<text x=\"0\" y=\"{:.1}\">{}</text>",
            y + 16.0,
            escape(&crate::render::wrap::cut(&lane.name, 24))
        );
        for bar in &lane.bars {
            let (from, to) = (x(bar.from), x(bar.to));
            let _ = writeln!(
                page,
                "<rect class=\"{}\" x=\"{from:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" rx=\"2\"/>",
                bar.class,
                y + 3.0,
                (to - from).max(2.0),
                ROW - 6.0,
            );
        }
        for (at, class, text) in &lane.marks {
            let (x, middle) = (x(*at), y + ROW / 2.0);
            let form = match *class {
                "pass" => format!(
                    "<circle class=\"pass\" cx=\"{x:.1}\" cy=\"{middle:.1}\" r=\"4\"><title>{}</title></circle>",
                    escape(text)
                ),
                "fail" => format!(
                    "<path class=\"fail\" d=\"M{:.1} {:.1}l8 8m0 -8l-8 8\"><title>{}</title></path>",
                    x - 4.0,
                    middle - 4.0,
                    escape(text)
                ),
                _ => format!(
                    "<path class=\"share\" d=\"M{x:.1} {:.1}v{:.1}\"><title>{}</title></path>",
                    y + 3.0,
                    ROW - 6.0,
                    escape(text)
                ),
            };
            let _ = writeln!(page, "{form}");
        }
    }
    page.push_str("</svg></div>\n<p class=\"legend\"><span class=\"key runs\"></span> runs <span class=\"key paused\"></span> held by a freeze <span class=\"key back\"></span> goes back &middot; &#9679; passes, recovers &middot; &#215; fails, fires &middot; | traffic is raised</p>\n");
}

fn table(shown: &Shown<'_>, page: &mut String) {
    let timeline = shown.timeline;
    let city = if shown.zone == Zone::UTC {
        "UTC".to_owned()
    } else {
        format!("{}, UTC in brackets", shown.zone.city())
    };
    let _ = writeln!(
        page,
        "<h2>What happened</h2>\n<table>\n<thead><tr><th scope=\"col\">when ({})</th><th scope=\"col\">since start</th>\
         <th scope=\"col\">who</th><th scope=\"col\">what</th><th scope=\"col\">line</th></tr></thead>\n<tbody>",
        escape(&city)
    );
    for (event, words) in timeline.events.iter().zip(said(shown)) {
        let when =
            format!("{} {}", shown.zone.local(event.at).format("%a %-d %b"), time(shown.zone, event.at));
        let details: String =
            words.details.iter().map(|detail| format!("<br><small>{}</small>", escape(detail))).collect();
        let place = shown.place(event.origin);
        let _ = writeln!(
            page,
            "<tr><td><time datetime=\"{}\">{}</time></td><td>{}</td><td>{}</td><td>{}{details}</td><td><code>{}</code></td></tr>",
            event.at,
            escape(&when),
            escape(&event.at.since(timeline.start).show()),
            escape(&words.who),
            escape(&words.what),
            escape(&place),
        );
    }
    page.push_str("</tbody>\n</table>\n");
}
