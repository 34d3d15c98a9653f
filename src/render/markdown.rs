//! A page of the manual as it reads in a terminal.

use super::wrap::{columns, pad, wrap};
use super::{Paint, Style, WIDTH};

/// What a line belongs to.
enum Block {
    /// Lines that flow, the first and further ones begun so.
    Flowing { text: String, indent: &'static str },
    /// Cells of a table, row by row.
    Table(Vec<Vec<String>>),
}

/// The page with headings marked, paragraphs on lines of 100 columns, tables aligned, and examples indented.
pub fn terminal(page: &str, paint: Paint) -> String {
    let mut text = String::new();
    let mut open: Option<Block> = None;
    let mut is_example = false;
    for line in page.lines() {
        if let Some(info) = line.strip_prefix("```") {
            close(&mut text, &mut open);
            is_example = !is_example;
            match label(info).filter(|_| is_example) {
                Some(label) => text.push_str(&format!("{}\n\n", paint.text(Style::Faint, label))),
                None if is_example => {}
                None => text.push('\n'),
            }
        } else if is_example {
            let indent = if line.is_empty() { "" } else { "    " };
            text.push_str(&format!("{indent}{line}\n"));
        } else if let Some(title) = heading(line) {
            close(&mut text, &mut open);
            text.push_str(&format!("{}\n\n", paint.text(Style::Strong, &plain(title))));
        } else if line.trim().is_empty() {
            close(&mut text, &mut open);
            end_block(&mut text);
        } else {
            take(&mut text, &mut open, line);
        }
    }
    close(&mut text, &mut open);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn take(text: &mut String, open: &mut Option<Block>, line: &str) {
    if let Some(row) = line.strip_prefix('|') {
        let cells: Vec<String> =
            row.trim().trim_end_matches('|').split('|').map(|cell| plain(cell.trim())).collect();
        match open {
            Some(Block::Table(rows)) => rows.push(cells),
            _ => {
                close(text, open);
                *open = Some(Block::Table(vec![cells]));
            }
        }
        return;
    }
    match open {
        Some(Block::Flowing { text: paragraph, .. }) if !line.starts_with("- ") => {
            paragraph.push(' ');
            paragraph.push_str(line.trim());
        }
        _ => {
            close(text, open);
            let indent = if line.starts_with("- ") { "  " } else { "" };
            *open = Some(Block::Flowing { text: line.trim().to_owned(), indent });
        }
    }
}

fn close(text: &mut String, open: &mut Option<Block>) {
    match open.take() {
        None => {}
        Some(Block::Flowing { text: paragraph, indent }) => {
            text.push_str(&format!("{}\n", wrap(&plain(&paragraph), WIDTH, 0, indent)));
            if indent.is_empty() {
                end_block(text);
            }
        }
        Some(Block::Table(rows)) => {
            text.push_str(&table(&rows));
            end_block(text);
        }
    }
}

/// One empty line, however often it is asked for.
fn end_block(text: &mut String) {
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
}

/// Rows aligned, the last column wrapped; the rule below the head and an empty head are left out.
fn table(rows: &[Vec<String>]) -> String {
    let is_rule =
        |row: &[String]| row.iter().all(|cell| !cell.is_empty() && cell.trim_matches(['-', ':']).is_empty());
    let rows: Vec<&Vec<String>> = rows.iter().filter(|row| !is_rule(row)).collect();
    let count = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| columns(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count.saturating_sub(1)).map(width).collect();
    let before: usize = widths.iter().map(|width| width + 2).sum();
    let indent = " ".repeat(before.min(WIDTH / 2));
    let line = |row: &Vec<String>| {
        let head: String = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width) + "  ").collect();
        let last = row.get(widths.len()).map_or("", String::as_str);
        let text = format!("{head}{}", wrap(last, WIDTH, before, &indent));
        format!("{}\n", text.trim_end())
    };
    rows.into_iter().map(line).collect()
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

/// `[text](address)` as `text (address)`.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("](") {
        let (Some((lead, words)), Some((address, tail))) = (before.rsplit_once('['), behind.split_once(')'))
        else {
            break;
        };
        shown.push_str(&format!("{lead}{words} ({address})"));
        rest = tail;
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(page: &str, expected: &str) {
        let shown = terminal(page, Paint::Plain);
        assert_eq!(shown, expected, "\n{shown}");
    }

    #[test]
    fn a_page_reads_without_marks() {
        check(
            "# a-name\n\nWhy it\nhurts, [here](https://a.example).\n\n- one\n  more\n- two\n\n```ops bad\npolicy p\n\nteam x\n```\n\nEnd.\n",
            "a-name\n\nWhy it hurts, here (https://a.example).\n\n- one more\n- two\n\nthis is found\n\n    policy p\n\n    team x\n\nEnd.\n",
        );
    }

    #[test]
    fn tables_are_aligned() {
        check(
            "| a | held | |\n|---|---|---|\n| long name | no | why |\n\nEnd",
            "a          held\nlong name  no    why\n\nEnd\n",
        );
    }
}
