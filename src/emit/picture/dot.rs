//! A picture in DOT, for Graphviz.

use super::{Line, Picture, Shape};
use std::fmt::Write;

pub(super) fn render(picture: &Picture) -> String {
    let mut out = format!(
        "digraph {{\n  label=\"{}\"; labelloc=t; rankdir=LR; compound=true; newrank=true;\n  \
         graph [fontname=\"sans-serif\"]; node [fontname=\"sans-serif\", fontsize=11, shape=box, style=rounded]; \
         edge [fontname=\"sans-serif\", fontsize=9];\n",
        escape(&picture.title)
    );
    for (number, group) in picture.groups.iter().enumerate() {
        let _ = writeln!(
            out,
            "  subgraph cluster_{number} {{\n    label=\"{}\"; style=rounded; color=gray60;",
            escape(&group.title)
        );
        for one in &group.boxes {
            let lines: Vec<String> =
                std::iter::once(&one.name).chain(&one.lines).map(|line| escape(line)).collect();
            let shape = match one.shape {
                Shape::Step => "",
                Shape::Thing => ", shape=oval",
                Shape::Lock => ", shape=hexagon, style=solid",
            };
            let _ = writeln!(out, "    n{} [label=\"{}\"{shape}];", one.id, lines.join("\\n"));
        }
        out.push_str("  }\n");
    }
    for arrow in &picture.arrows {
        let text =
            if arrow.text.is_empty() { String::new() } else { format!("label=\"{}\"", escape(&arrow.text)) };
        let line = match arrow.line {
            Line::Solid => "",
            Line::Dashed => "style=dashed, constraint=false",
        };
        let between = if text.is_empty() || line.is_empty() { "" } else { ", " };
        let _ = writeln!(out, "  n{} -> n{} [{line}{between}{text}];", arrow.from, arrow.to);
    }
    out.push_str("}\n");
    out
}

/// Text between quotes: a quote ends it, a backslash begins an escape.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            // Graphviz reads entities of HTML in any text.
            '&' => out.push_str("&amp;"),
            _ if letter.is_control() => out.push(' '),
            _ => out.push(letter),
        }
    }
    out
}
