//! What is to be known of a name: how it is declared, what its author says of it, and what it means now.

mod calendar;
mod change;
mod people;
mod place;
mod rollout;

pub(super) use calendar::next_of;
pub(super) use people::person;

use super::{Analysis, Cursor, Symbol};
use crate::calendar::Instant;
use crate::policy::{Id, Named, Policy, Table};
use crate::render::card::Card;
use crate::schema::Author;
use crate::source::Span;
use crate::syntax::tree::Entry;

/// Rows of a name and what is to be said of it.
type Rows = Vec<(String, String)>;

/// What is said of a name; nothing where the policy does not have it.
type Says = fn(&Subject<'_>) -> Option<Rows>;

/// A name of the policy that is asked about.
struct Subject<'a> {
    policy: &'a Policy,
    now: Instant,
    name: &'a str,
    /// The name of the declaration round it, for what lives in one.
    inside: &'a str,
}

/// What is said of each kind of declaration; of others their own words are enough.
static ABOUT: &[(&str, Says)] = &[
    ("component", place::component),
    ("environment", place::environment),
    ("exception", change::exception),
    ("fact", change::fact),
    ("freeze", calendar::freeze),
    ("gate", rollout::gate),
    ("holidays", calendar::holidays),
    ("lever", rollout::lever),
    ("lock", rollout::lock),
    ("metric", rollout::metric),
    ("pipeline", rollout::pipeline),
    ("region", place::region),
    ("release", change::release),
    ("role", people::role),
    ("schedule", people::schedule),
    ("service", place::service),
    ("stage", rollout::stage),
    ("team", people::team),
    ("tier", change::tier),
    ("window", calendar::window),
];

/// What is to be known of a name.
pub(super) fn about(analysis: &Analysis, symbol: Symbol<'_>) -> Card {
    let mut card = Card::default();
    let cursor = Cursor::at(analysis, symbol.span.file, symbol.span.start);
    let inside = cursor.as_ref().map_or("", |cursor| outer_name(cursor));
    if let Some(cursor) = &cursor {
        card = card.code(cursor.entry().map_or("", |entry| analysis.sources.text_of(first_line(entry))));
        let lines: Vec<&str> =
            cursor.nodes.last().iter().flat_map(|node| &node.docs).map(|line| line.text.as_str()).collect();
        if !lines.is_empty() {
            card = card.quoted(lines.join("\n"));
        }
    }
    let row = ABOUT.iter().find(|(keyword, _)| *keyword == symbol.keyword);
    let rows = row.zip(analysis.policy()).and_then(|((_, rows), policy)| {
        rows(&Subject { policy, now: analysis.now, name: symbol.name, inside })
    });
    if let Some(rows) = rows {
        card = card.rows(rows);
        if !analysis.is_sound() {
            card = card.said("The policy has errors: this is what it meant before them.");
        }
    }
    let whose = if symbol.author == Author::Library { " of the library" } else { "" };
    card.said(format!("Declared in `{}`{whose}.", place(analysis, symbol.span)))
}

/// `file:line`, the file as a path from the policy's folder.
pub(super) fn place(analysis: &Analysis, span: Span) -> String {
    let place = analysis.sources.place(span);
    place.strip_prefix(&analysis.root).unwrap_or(&place).to_owned()
}

/// A declaration without its block.
fn first_line(entry: &Entry) -> Span {
    let parts = [&entry.head, &entry.annotation];
    parts.into_iter().flatten().fold(entry.word.span, |line, part| line.to(part.span))
}

/// The name of the declaration round a statement.
fn outer_name<'a>(cursor: &Cursor<'a>) -> &'a str {
    let outer = cursor.nodes.first().and_then(|node| match &node.kind {
        crate::syntax::tree::NodeKind::Entry(entry) => entry.head.as_ref(),
        _ => None,
    });
    outer.and_then(|head| head.phrase().first()).and_then(|name| name.word()).unwrap_or("")
}

fn row(name: impl Into<String>, text: impl Into<String>) -> (String, String) {
    (name.into(), text.into())
}

/// The names of these rows of a table.
fn names<T: Named>(table: &Table<T>, ids: impl IntoIterator<Item = Id<T>>) -> String {
    ids.into_iter().map(|id| table[id].name()).collect::<Vec<_>>().join(", ")
}

/// The row of a scope, where it is limited.
fn scope<T: Named>(name: &str, table: &Table<T>, ids: Option<&Vec<Id<T>>>) -> Option<(String, String)> {
    Some(row(name, names(table, ids?.iter().copied())))
}
