//! Which freeze is held by which target, as a table for people.

use super::wrap::{columns, pad, wrap};
use super::{Paint, Style, WIDTH};
use crate::fidelity::{Carried, Coverage, Fidelity};

/// How well a freeze can be held, best first, with how that looks.
const ORDER: &[(Carried, Style)] = &[
    (Carried::Held(Fidelity::Exact, ""), Style::Good),
    (Carried::Held(Fidelity::Stricter, ""), Style::Good),
    (Carried::Held(Fidelity::Weaker, ""), Style::Waiting),
    (Carried::Shown, Style::Faint),
];

/// A freeze a paragraph: how well it is held, and by which targets; `none` where no target refuses all that it refuses.
pub fn text(rows: &[Coverage<'_>], paint: Paint) -> String {
    let name = rows.iter().map(|row| columns(&row.window.name)).max().unwrap_or(0);
    let word = ORDER.iter().map(|(carried, _)| carried.name().len()).max().unwrap_or(0);
    let mut said = String::new();
    for row in rows {
        let mut lines: Vec<(&str, Style, String)> = Vec::new();
        if !row.is_held() {
            lines.push(("none", Style::Bad, "no declared target refuses all that it refuses".to_owned()));
        }
        for (carried, style) in ORDER {
            let word = carried.name();
            let such = row.targets.iter().filter(|(_, other)| other.name() == word);
            let names: Vec<&str> = such.map(|(target, _)| target.name.as_str()).collect();
            if !names.is_empty() {
                lines.push((word, *style, names.join(", ")));
            }
        }
        let mut title = row.window.name.as_str();
        for (how, style, what) in lines {
            let indent = " ".repeat(name + word + 4);
            let wrapped = wrap(&what, WIDTH, columns(&indent), &indent);
            let title = paint.text(Style::Name, &pad(std::mem::take(&mut title), name));
            said.push_str(&format!("{title}  {}  {wrapped}\n", paint.text(style, &pad(how, word))));
        }
    }
    said
}
