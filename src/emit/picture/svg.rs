//! A picture as SVG that stands alone: text stays text, and it is legible on light and on dark ground.

use super::layout::{LINE, Layout, Place, layout};
use super::{Arrow, Line, Picture, Shape};
use std::fmt::Write;

const COLOURS: &str = include_str!("colours.css");

/// How boxes, arrows and texts look, in colours that whoever shows them names: `--ink`, `--soft`, `--ground`, `--group`, `--edge`,
/// `--step`, `--thing` and `--lock`.
pub const SHAPES: &str = include_str!("shapes.css");

/// The height of the title, which a picture inside a page leaves to the page.
const TITLE: usize = 40;

pub(super) fn render(picture: &Picture) -> String {
    let layout = layout(picture);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" \
         role=\"img\" aria-labelledby=\"title about\">\n<title id=\"title\">{2}</title>\n<desc id=\"about\">{3}</desc>\n\
         <style>\n{COLOURS}{SHAPES}</style>\n",
        layout.width,
        layout.height,
        escape(&picture.title),
        escape(&picture.about)
    );
    tip("tip", &mut out);
    let _ = write!(
        out,
        "<rect class=\"ground\" width=\"100%\" height=\"100%\"/>\n<text class=\"title\" x=\"16\" y=\"30\">{}</text>\n",
        escape(&picture.title)
    );
    body(picture, &layout, "tip", &mut out);
    out
}

/// A picture inside a page, which brings [`SHAPES`] and the title; `id` is one that nothing else on the page begins with.
pub fn inline(picture: &Picture, id: &'static str) -> String {
    let layout = layout(picture);
    let tips = format!("{id}-tip");
    let height = layout.height.saturating_sub(TITLE);
    let mut out = format!(
        "<svg viewBox=\"0 {TITLE} {0} {height}\" width=\"{0}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"{id}-title {id}-about\">\n<title id=\"{id}-title\">{1}</title>\n<desc id=\"{id}-about\">{2}</desc>\n",
        layout.width,
        escape(&picture.title),
        escape(&picture.about)
    );
    tip(&tips, &mut out);
    body(picture, &layout, &tips, &mut out);
    out
}

/// The head of an arrow.
fn tip(id: &str, out: &mut String) {
    let _ = writeln!(
        out,
        "<defs><marker id=\"{id}\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" \
         markerHeight=\"8\" orient=\"auto\"><path class=\"tip\" d=\"M0 0L8 4L0 8Z\"/></marker></defs>"
    );
}

fn body(picture: &Picture, layout: &Layout, tip: &str, out: &mut String) {
    for (group, place) in picture.groups.iter().zip(&layout.groups) {
        let Place { x, y, width, height } = *place;
        let _ = writeln!(
            out,
            "<rect class=\"group\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"8\"/>\n\
             <text class=\"heading\" x=\"{}\" y=\"{}\">{}</text>",
            x + 12,
            y + 20,
            escape(&group.title)
        );
    }
    // Words of arrows stand above the boxes that their arrows pass.
    let mut said = String::new();
    for arrow in &picture.arrows {
        draw(arrow, layout, tip, out, &mut said);
    }
    for one in picture.groups.iter().flat_map(|group| &group.boxes) {
        let Some(Place { x, y, width, height }) = layout.boxes.get(&one.id).copied() else { continue };
        let (class, radius) = match one.shape {
            Shape::Step => ("step", 4),
            Shape::Thing => ("thing", height / 2),
            Shape::Lock => ("lock", 0),
        };
        let _ = writeln!(
            out,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>"
        );
        for (number, line) in std::iter::once(&one.name).chain(&one.lines).enumerate() {
            let class = if number == 0 { "name" } else { "line" };
            let _ = writeln!(
                out,
                "<text class=\"{class}\" x=\"{}\" y=\"{}\">{}</text>",
                x + width / 2,
                y + LINE * (number + 1) + 3,
                escape(line)
            );
        }
    }
    out.push_str(&said);
    out.push_str("</svg>\n");
}

/// From the right edge of a box to the left edge of another; where that lies behind it, from below to below.
fn draw(arrow: &Arrow, layout: &Layout, tip: &str, out: &mut String, said: &mut String) {
    let (Some(from), Some(to)) = (layout.boxes.get(&arrow.from), layout.boxes.get(&arrow.to)) else { return };
    let class = match arrow.line {
        Line::Solid => "arrow",
        Line::Dashed => "arrow dashed",
    };
    let (path, middle) = if to.x > from.x + from.width {
        let (x, y) = (from.x + from.width, from.y + from.height / 2);
        let (end, below) = (to.x, to.y + to.height / 2);
        let half = (x + end) / 2;
        // Three eighths of the way along: texts of arrows that meet in one box stand apart there.
        let words = ((125 * x + 360 * half + 27 * end) / 512, (350 * y + 162 * below) / 512);
        (format!("M{x} {y}C{half} {y} {half} {below} {end} {below}"), words)
    } else if to.y > from.y + from.height {
        let (x, y) = (from.x + from.width / 2, from.y + from.height);
        let (end, above) = (to.x + to.width / 2, to.y);
        let half = (y + above) / 2;
        (format!("M{x} {y}C{x} {half} {end} {half} {end} {above}"), ((x + end) / 2, half))
    } else {
        let (x, y) = (from.x + from.width / 2, from.y);
        let (end, below) = (to.x + to.width / 2, to.y + to.height);
        let half = (y + below) / 2;
        (format!("M{x} {y}C{x} {half} {end} {half} {end} {below}"), ((x + end) / 2, half))
    };
    let _ = writeln!(out, "<path class=\"{class}\" d=\"{path}\" marker-end=\"url(#{tip})\"/>");
    if !arrow.text.is_empty() {
        let _ = writeln!(
            said,
            "<text class=\"said\" x=\"{}\" y=\"{}\">{}</text>",
            middle.0,
            middle.1.saturating_sub(4),
            escape(&arrow.text)
        );
    }
}

/// Text of an element. What XML does not take at all becomes a blank.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}
