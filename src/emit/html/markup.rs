//! Markup as data: what is written by hand and what a policy says are told apart by type, so that no text of a policy can
//! become an element, an attribute or a script.

use crate::calendar::{Elapsed, Instant, Zone};
use crate::emit::escape;

/// A piece of a page. A literal of this program is taken as it is; everything else is escaped.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Markup(String);

impl From<&'static str> for Markup {
    fn from(literal: &'static str) -> Self {
        Self(literal.to_owned())
    }
}

impl Markup {
    /// Prose of the policy. It runs in its own direction and turns nothing round it.
    pub(super) fn said(text: &str) -> Self {
        Self(format!("<bdi>{}</bdi>", escape::html(text)))
    }

    /// A name, a condition or a command, as it is written.
    pub(super) fn code(text: &str) -> Self {
        Self(format!("<code dir=\"auto\">{}</code>", escape::html(text)))
    }

    /// A number, a span of time, or words that stand where no element may: in an attribute, in a title.
    pub(super) fn plain(text: impl ToString) -> Self {
        Self(escape::html(&text.to_string()))
    }

    /// An instant as a clock of the zone shows it, with UTC, and as a program reads it. The year is said where it is not that of
    /// `reference`.
    pub(super) fn time(zone: Zone, at: Instant, reference: Instant) -> Self {
        let shown = zone.show(at, reference);
        match at {
            Instant::MIN | Instant::MAX => Self::plain(shown),
            at => Self(format!("<time datetime=\"{at}\">{}</time>", escape::html(&shown))),
        }
    }

    /// The same, always with its year.
    pub(super) fn dated(zone: Zone, at: Instant) -> Self {
        Self::time(zone, at, at.minus(Elapsed::days(400)))
    }

    /// What another part of this program wrote as markup, with every text in it escaped.
    pub(super) fn drawn(svg: String) -> Self {
        Self(svg)
    }

    /// One behind the other.
    pub(super) fn of(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = String::new();
        parts.into_iter().for_each(|part| all.push_str(&part.0));
        Self(all)
    }

    /// With the same words between any two.
    pub(super) fn join(parts: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let parts: Vec<String> = parts.into_iter().map(|part| part.0).collect();
        Self(parts.join(between))
    }

    /// Whether it shows nothing.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// This where it shows something, else other words.
    pub(super) fn or(self, other: &'static str) -> Self {
        if self.is_empty() { Self::from(other) } else { self }
    }

    /// Its text.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

/// Markup one behind the other: literals as they are, and pieces.
macro_rules! html {
    ($($part:expr),* $(,)?) => {
        $crate::emit::html::markup::Markup::of([$($crate::emit::html::markup::Markup::from($part)),*])
    };
}
pub(super) use html;

/// Items of a list, one below the other; nothing where there is none.
pub(super) fn list(items: impl IntoIterator<Item = Markup>) -> Markup {
    let items = Markup::of(items.into_iter().map(|item| html!["<li>", item, "</li>\n"]));
    if items.is_empty() { items } else { html!["<ul>\n", items, "</ul>\n"] }
}

/// Steps in order; nothing where there is none.
pub(super) fn steps(items: impl IntoIterator<Item = Markup>) -> Markup {
    let items = Markup::of(items.into_iter().map(|item| html!["<li>", item, "</li>\n"]));
    if items.is_empty() { items } else { html!["<ol>\n", items, "</ol>\n"] }
}

/// A table that scrolls by itself where it is wider than the page; each row is its cells. Nothing where there is no row.
pub(super) fn table(caption: &str, head: &[&'static str], rows: impl IntoIterator<Item = Markup>) -> Markup {
    let rows = Markup::of(rows.into_iter().map(|cells| html!["<tr>", cells, "</tr>\n"]));
    if rows.is_empty() {
        return rows;
    }
    let head = head.iter().map(|title| html!["<th scope=\"col\">", *title, "</th>"]);
    html![
        "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"",
        Markup::plain(caption),
        "\">\n<table>\n<caption>",
        Markup::said(caption),
        "</caption>\n<thead><tr>",
        Markup::of(head),
        "</tr></thead>\n<tbody>\n",
        rows,
        "</tbody>\n</table>\n</div>\n",
    ]
}

/// The first cell of a row: what the row is about.
pub(super) fn head(cell: Markup) -> Markup {
    html!["<th scope=\"row\">", cell, "</th>"]
}

/// Another cell of a row.
pub(super) fn cell(cell: Markup) -> Markup {
    html!["<td>", cell, "</td>"]
}
