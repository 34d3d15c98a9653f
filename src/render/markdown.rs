//! A page of the manual as it reads in a terminal.

use super::wrap::{columns, pad, wrap};
use super::{Paint, Style, WIDTH, highlight};

/// What a line belongs to.
enum Block {
    /// Lines that flow: what the first begins with, and each further one.
    Flowing { text: String, lead: String, indent: String },
    /// Cells of a table, row by row.
    Table(Vec<Vec<String>>),
    /// Lines as they are, of this language.
    Example { text: String, language: String },
}

/// What an example shows, by the second word behind its fence.
const LABELS: &[(&str, &str, Style)] = &[
    ("bad", "this is found", Style::Bad),
    ("good", "this is clean", Style::Good),
    ("fixed", "what `opsc check --fix` makes of it", Style::Faint),
];

/// The page with headings marked, paragraphs and lists on lines of 100 columns, tables aligned, and examples indented, those of the
/// language in its own colours.
pub fn terminal(page: &str, paint: Paint) -> String {
    let mut text = String::new();
    let mut open: Option<Block> = None;
    for line in page.lines() {
        let info = line.strip_prefix("```");
        match (&mut open, info) {
            (Some(Block::Example { .. }), Some(_)) => close(&mut text, &mut open, paint),
            (Some(Block::Example { text: example, .. }), None) => {
                example.push_str(line);
                example.push('\n');
            }
            (_, Some(info)) => {
                close(&mut text, &mut open, paint);
                let mut words = info.split_whitespace();
                let language = words.next().unwrap_or_default().to_owned();
                let label = words.next().and_then(|word| LABELS.iter().find(|(known, ..)| *known == word));
                if let Some((_, label, style)) = label {
                    text.push_str(&format!("{}\n\n", paint.text(*style, label)));
                }
                open = Some(Block::Example { text: String::new(), language });
            }
            (_, None) => match heading(line) {
                Some(title) => {
                    close(&mut text, &mut open, paint);
                    text.push_str(&format!("{}\n\n", paint.text(Style::Strong, &plain(title))));
                }
                None if line.trim().is_empty() => {
                    close(&mut text, &mut open, paint);
                    end_block(&mut text);
                }
                None => take(&mut text, &mut open, line, paint),
            },
        }
    }
    close(&mut text, &mut open, paint);
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn take(text: &mut String, open: &mut Option<Block>, line: &str, paint: Paint) {
    if let Some(row) = line.strip_prefix('|') {
        let cells: Vec<String> =
            row.trim().trim_end_matches('|').split('|').map(|cell| plain(cell.trim())).collect();
        match open {
            Some(Block::Table(rows)) => rows.push(cells),
            _ => {
                close(text, open, paint);
                *open = Some(Block::Table(vec![cells]));
            }
        }
        return;
    }
    let begins_list = !matches!(open, Some(Block::Flowing { indent, .. }) if indent.is_empty());
    match (item(line).filter(|(_, marker)| begins_list || *marker == "- "), open) {
        (None, Some(Block::Flowing { text: paragraph, .. })) => {
            paragraph.push(' ');
            paragraph.push_str(line.trim());
        }
        (found, open) => {
            close(text, open, paint);
            let (lead, marker) = found.unwrap_or_default();
            let indent = " ".repeat(lead.len() + marker.len());
            *open = Some(Block::Flowing { text: line.trim().to_owned(), lead: lead.to_owned(), indent });
        }
    }
}

/// Of an item of a list: the blanks before its marker, and the marker.
fn item(line: &str) -> Option<(&str, &str)> {
    let (lead, rest) = line.split_at(line.len() - line.trim_start_matches(' ').len());
    let digits = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let marker = if rest.starts_with("- ") { 2 } else { digits + 2 };
    let is_item = rest.starts_with("- ") || digits > 0 && rest.get(digits..marker) == Some(". ");
    Some((lead, rest.get(..marker)?)).filter(|_| is_item)
}

fn close(text: &mut String, open: &mut Option<Block>, paint: Paint) {
    match open.take() {
        None => {}
        Some(Block::Flowing { text: paragraph, lead, indent }) => {
            let lines = wrap(&plain(&paragraph), WIDTH, columns(&lead), &indent);
            text.push_str(&format!("{lead}{}\n", inline(&lines, paint)));
            if indent.is_empty() {
                end_block(text);
            }
        }
        Some(Block::Table(rows)) => {
            text.push_str(&inline(&table(&rows), paint));
            end_block(text);
        }
        Some(Block::Example { text: example, language }) => {
            let painted = match language.as_str() {
                "ops" => highlight::ops(&example, paint),
                "console" => commands(&example, paint),
                _ => example,
            };
            for line in painted.lines() {
                text.push_str(&format!("{}{line}\n", if line.is_empty() { "" } else { "    " }));
            }
            end_block(text);
        }
    }
}

/// What is typed, beside what is answered.
fn commands(text: &str, paint: Paint) -> String {
    let line = |line: &str| match line.starts_with("$ ") {
        true => paint.text(Style::Strong, line) + "\n",
        false => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// What stands in backticks, painted where it is on one line; they stay, for whoever sees no colour.
fn inline(text: &str, paint: Paint) -> String {
    let pieces = text.split('`').collect::<Vec<_>>();
    let mut shown = String::with_capacity(text.len());
    for (number, piece) in pieces.iter().enumerate() {
        let is_closed = number % 2 == 1 && number + 1 < pieces.len();
        match is_closed {
            true if piece.contains('\n') => shown.push_str(&format!("`{piece}`")),
            true => shown.push_str(&paint.text(Style::Name, &format!("`{piece}`"))),
            false if number % 2 == 1 => shown.push_str(&format!("`{piece}")),
            false => shown.push_str(piece),
        }
    }
    shown
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

fn heading(line: &str) -> Option<&str> {
    let title = line.trim_start_matches('#');
    (title.len() < line.len()).then(|| title.strip_prefix(' ')).flatten()
}

/// The text without marks of emphasis, and with links written out.
fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("](") {
        let (Some((lead, words)), Some((address, tail))) = (before.rsplit_once('['), behind.split_once(')'))
        else {
            break;
        };
        shown.push_str(&format!("{lead}{}", link(words, address)));
        rest = tail;
    }
    shown.push_str(rest);
    let unmarked = |(number, piece): (usize, &str)| match number % 2 {
        0 => piece.replace("**", ""),
        _ => piece.to_owned(),
    };
    shown.split('`').enumerate().map(unmarked).collect::<Vec<_>>().join("`")
}

/// A link as one reads it in a terminal: where a page is shown by `opsc explain`, that is said.
fn link(words: &str, address: &str) -> String {
    let path = address.split('#').next().unwrap_or_default();
    let shelf = ["../rules/", "../targets/"].iter().find_map(|shelf| path.strip_prefix(shelf));
    let page = shelf.unwrap_or(path).strip_suffix(".md").filter(|name| !name.contains('/'));
    match page {
        _ if address.starts_with('#') => words.to_owned(),
        Some(page) if words.trim_matches('`') == page => words.to_owned(),
        Some(page) => format!("{words} (`opsc explain {page}`)"),
        None => format!("{words} ({})", address.replace("../", "docs/")),
    }
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
    fn lists_keep_their_depth() {
        check(
            "- one\n  more\n  - inner\n    still\n- two\n\n1. first\n2. second\n\nIn\n2. of it.\n",
            "- one more\n  - inner still\n- two\n\n1. first\n2. second\n\nIn 2. of it.\n",
        );
    }

    #[test]
    fn links_say_where_a_terminal_finds_them() {
        check(
            "See [`deadlock`](deadlock.md), [CI](../targets/gitlab-ci.md#x), [the gate](../gate.md#a) and **[this](#b)**.",
            "See `deadlock`, CI (`opsc explain gitlab-ci`), the gate (docs/gate.md#a) and this.\n",
        );
    }

    #[test]
    fn colour_only_adds() {
        let page = "# a\n\nSee `b` and `c\n\n```ops bad\npolicy p { language 1 }\n```\n\n```console\n$ opsc\nyes\n```\n";
        let painted = terminal(page, Paint::Colour);
        let mut plain = String::new();
        let mut rest = painted.as_str();
        while let Some((before, sequence)) = rest.split_once('\u{1b}') {
            plain.push_str(before);
            rest = sequence.split_once('m').unwrap().1;
        }
        assert_eq!(plain + rest, terminal(page, Paint::Plain));
        for painted_piece in ["\u{1b}[36m`b`", "\u{1b}[36mpolicy", "\u{1b}[33m1", "\u{1b}[1m$ opsc"] {
            assert!(painted.contains(painted_piece), "{painted}");
        }
    }

    #[test]
    fn tables_are_aligned() {
        check(
            "| a | held | |\n|---|---|---|\n| long name | no | why |\n\nEnd",
            "a          held\nlong name  no    why\n\nEnd\n",
        );
    }
}
