//! The page about a kind of declaration, written from the schema.

use crate::schema::{Body, Kind, Slot, schema};
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
    let mut text = format!("# {}\n\n{}\n\n", kind.row.keyword, kind.doc());
    text.push_str("```text\n");
    for form in kind.forms() {
        text.push_str(&format!("{form}\n"));
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
        let forms: Vec<String> = slot.forms().iter().map(|form| format!("`{form}`")).collect();
        let is_same = slot.body.fields.iter().all(|inner| known.contains(inner.row.keyword));
        let (same, inner) = match (slot.body.fields.is_empty(), is_same) {
            (true, _) => ("", String::new()),
            (false, true) => (" Its block takes the same statements.", String::new()),
            (false, false) => ("", fields(&slot.body, depth + 1, &known)),
        };
        format!("{indent}- {}: {}{same}\n{inner}", forms.join(" or "), slot.doc())
    };
    body.fields.iter().map(item).collect()
}
