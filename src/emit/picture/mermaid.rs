//! A picture as a Mermaid flowchart.

use super::{Line, Picture, Shape};
use std::fmt::Write;

pub(super) fn render(picture: &Picture) -> String {
    let mut out = format!("---\ntitle: {}\n---\nflowchart LR\n", yaml(&picture.title));
    for (number, group) in picture.groups.iter().enumerate() {
        let _ = writeln!(out, "  subgraph g{number}[\"{}\"]\n    direction LR", escape(&group.title));
        for one in &group.boxes {
            let lines: Vec<String> =
                std::iter::once(&one.name).chain(&one.lines).map(|line| escape(line)).collect();
            let (open, close) = match one.shape {
                Shape::Step => ("[", "]"),
                Shape::Thing => ("([", "])"),
                Shape::Lock => ("{{", "}}"),
            };
            let _ = writeln!(out, "    n{}{open}\"{}\"{close}", one.id, lines.join("<br/>"));
        }
        out.push_str("  end\n");
    }
    for arrow in &picture.arrows {
        let line = match arrow.line {
            Line::Solid => "-->",
            Line::Dashed => "-.->",
        };
        let text =
            if arrow.text.is_empty() { String::new() } else { format!("|\"{}\"|", escape(&arrow.text)) };
        let _ = writeln!(out, "  n{} {line}{text} n{}", arrow.from, arrow.to);
    }
    out
}

/// Text between quotes. Mermaid reads entities there, HTML and Markdown: whatever is no letter, digit or harmless sign becomes an entity.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            ' ' | ',' | '.' | '-' | ':' | '%' | '/' | '(' | ')' | '+' | '=' => out.push(letter),
            _ if letter.is_alphanumeric() => out.push(letter),
            _ if letter.is_control() => out.push(' '),
            _ => {
                let _ = write!(out, "#{};", u32::from(letter));
            }
        }
    }
    out
}

/// A title in the front matter: a YAML string in double quotes.
fn yaml(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
