//! The page about a kind of declaration, written from the schema.

use crate::schema::{Body, ClauseWord, Kind, Meaning, Pattern, Slot, schema};
use std::collections::BTreeSet;

/// The page about each kind of declaration, as Markdown, in the order of the schema.
pub fn reference() -> String {
    let mut text = String::from(
        "# Declarations\n\nWritten from the schema itself: `BLESS=1 cargo test --test cli_reference` brings it up to date. \
         Words in capitals stand for something of that sort; `,` says that there may be several.\n",
    );
    for kind in schema().kinds() {
        text.push_str(&format!("\n#{}", page(kind)));
    }
    text
}

/// The page about the declaration that begins with this word.
pub(super) fn page_of(keyword: &str) -> Option<String> {
    schema().kind(keyword).map(page)
}

fn page(kind: &Kind) -> String {
    let row = kind.row;
    let mut text = format!("# {}\n\n{}{}\n\n", row.keyword, row.doc, later(row.meaning));
    let block = if row.fields.is_empty() { "" } else { " { ... }" };
    let clauses = clauses(row.clauses);
    let heads = with(&forms(row.keyword, &kind.head), &kind.annotation);
    text.push_str("```text\n");
    for head in heads {
        text.push_str(&format!("{head}{clauses}{block}\n"));
    }
    text.push_str("```\n");
    let lines = fields(&kind.body, 0, &BTreeSet::new());
    if !lines.is_empty() {
        text.push_str(&format!("\n{lines}"));
    }
    text
}

/// One item a field, with those of its own block below it. A block that takes nothing beyond what is listed around it
/// already (`outer`) is not written out again.
fn fields(body: &Body, depth: usize, outer: &BTreeSet<&str>) -> String {
    let indent = "  ".repeat(depth);
    let own = body.fields.iter().map(|slot| slot.row.keyword);
    let known: BTreeSet<&str> = outer.iter().copied().chain(own).collect();
    let item = |slot: &Slot| {
        let forms: Vec<String> = with(&forms(slot.row.keyword, &slot.pattern), &slot.annotation)
            .iter()
            .map(|form| format!("`{form}{}`", clauses(slot.row.clauses)))
            .collect();
        let is_same = slot.body.fields.iter().all(|inner| known.contains(inner.row.keyword));
        let (same, inner) = match (slot.body.fields.is_empty(), is_same) {
            (true, _) => ("", String::new()),
            (false, true) => (" Its block takes the same statements.", String::new()),
            (false, false) => ("", fields(&slot.body, depth + 1, &known)),
        };
        format!("{indent}- {}: {}{}{same}\n{inner}", forms.join(" or "), slot.row.doc, about(slot))
    };
    body.fields.iter().map(item).collect()
}

/// What is to be known of a field besides its doc.
fn about(slot: &Slot) -> String {
    let mut parts: Vec<String> = Vec::new();
    if slot.row.arity.required() {
        parts.push("required".to_owned());
    }
    if slot.row.arity.repeats() {
        parts.push("may be repeated".to_owned());
    }
    if !slot.row.default.is_empty() {
        parts.push(format!("without it: {}", slot.row.default));
    }
    let facts = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join("; ")) };
    facts + later(slot.row.meaning)
}

fn later(meaning: Meaning) -> &'static str {
    match meaning {
        Meaning::Now => "",
        Meaning::Later => " It is read, but not yet given a meaning.",
    }
}

fn forms(keyword: &str, pattern: &Pattern) -> Vec<String> {
    pattern.forms().iter().map(|form| format!("{keyword} {form}").trim().to_owned()).collect()
}

fn with(heads: &[String], annotation: &Pattern) -> Vec<String> {
    let behind: Vec<String> = annotation.forms().into_iter().filter(|form| !form.is_empty()).collect();
    if behind.is_empty() {
        return heads.to_vec();
    }
    heads.iter().map(|head| format!("{head} : {}", behind.join(" | "))).collect()
}

fn clauses(words: &[ClauseWord]) -> String {
    let shown = |word: &ClauseWord| match word {
        ClauseWord::When => " [when CONDITION]",
        ClauseWord::Where => " [where CONDITION]",
        ClauseWord::Because => " [because \"...\"]",
    };
    words.iter().map(shown).collect()
}
