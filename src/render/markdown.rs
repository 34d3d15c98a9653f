//! A page of the manual as it reads in a terminal.

use super::{Paint, Style, WIDTH, wrap::wrap};

/// The page with headings marked, paragraphs on lines of 100 columns, and examples indented.
pub fn terminal(page: &str, paint: Paint) -> String {
    let mut text = String::new();
    let mut paragraph = String::new();
    let mut fence = false;
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            flush(&mut text, &mut paragraph);
            fence = !fence;
            if let Some(label) = label(info).filter(|_| fence) {
                text.push_str(&format!("{}\n\n", paint.text(Style::Faint, label)));
            }
            if !fence {
                text.push('\n');
            }
        } else if fence {
            let indent = if line.is_empty() { "" } else { "    " };
            text.push_str(&format!("{indent}{line}\n"));
        } else if let Some(title) = heading(line) {
            flush(&mut text, &mut paragraph);
            text.push_str(&format!("{}\n\n", paint.text(Style::Strong, title)));
        } else if line.trim().is_empty() {
            flush(&mut text, &mut paragraph);
        } else {
            if line.starts_with("- ") && !paragraph.is_empty() {
                let item = std::mem::take(&mut paragraph);
                text.push_str(&format!("{}\n", flowed(&item)));
            }
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    flush(&mut text, &mut paragraph);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// What an example shows, by the second word behind its fence.
fn label(info: &str) -> Option<&'static str> {
    match info.split_whitespace().nth(1)? {
        "bad" => Some("this is found"),
        "good" => Some("this is clean"),
        "fixed" => Some("what `opsc check --fix` makes of it"),
        _ => None,
    }
}

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    (title.len() < line.len()).then(|| title.strip_prefix(' ')).flatten()
}

fn flowed(paragraph: &str) -> String {
    wrap(paragraph, WIDTH, 0, if paragraph.starts_with("- ") { "  " } else { "" })
}

fn flush(text: &mut String, paragraph: &mut String) {
    if !paragraph.is_empty() {
        text.push_str(&format!("{}\n\n", flowed(&std::mem::take(paragraph))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_without_marks() {
        let page = "# a-name\n\nWhy it\nhurts.\n\n- one\n- two\n\n```ops bad\npolicy p\n```\n\nEnd.\n";
        let shown = "a-name\n\nWhy it hurts.\n\n- one\n- two\n\nthis is found\n\n    policy p\n\nEnd.\n";
        assert_eq!(terminal(page, Paint::Plain), shown);
    }
}
