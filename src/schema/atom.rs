//! The sorts of part a pattern can ask for: what each accepts and how people call it.

use super::family;
use crate::syntax::tree::{Comparison, Expr, ExprKind, Literal};

/// A sort of part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Atom {
    /// One of the sorts below, by its row.
    Sort(&'static Sort),
    /// A name that a declaration of this keyword gives.
    Reference(&'static str),
}

/// One sort: a row of [`SORTS`].
#[derive(Debug)]
pub struct Sort {
    /// Its name in patterns.
    pub name: &'static str,
    /// With its article, as messages say it.
    pub words: &'static str,
    /// Whether it takes everything that is left of the phrase, `and` and `or` with it.
    pub takes_rest: bool,
    /// Whether a part is one.
    pub accepts: fn(&Expr) -> bool,
}

impl PartialEq for Sort {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Sort {}

/// Weekdays as policies write them, Monday first.
pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/// Months as policies write them.
pub const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Every sort that is not a reference.
pub static SORTS: &[Sort] = &[
    sort("new", "a name", |part| part.word().is_some()),
    sort("title", "a title in quotes", is_text),
    sort("word", "a word", |part| part.word().is_some()),
    sort("text", "a text in quotes", is_text),
    sort("number", "a number", |part| is_literal(part, &[Literal::Number])),
    sort("integer", "a whole number", is_integer),
    sort("ratio", "a ratio such as `5%`", |part| is_literal(part, &[Literal::Ratio])),
    sort("points", "percentage points such as `2pp`", |part| is_literal(part, &[Literal::Points])),
    sort("duration", "a duration such as `15m`", |part| is_literal(part, &[Literal::Duration])),
    sort("rate", "a rate such as `5/s`", |part| is_literal(part, &[Literal::Rate])),
    sort("money", "an amount such as `$0.02`", |part| is_literal(part, &[Literal::Money])),
    sort("date", "a date such as `2025-11-27`", |part| is_literal(part, &[Literal::Date])),
    sort("time", "a time such as `18:00`", |part| is_literal(part, &[Literal::Time])),
    sort("ordinal", "an ordinal such as `3rd`", |part| is_literal(part, &[Literal::Ordinal])),
    sort(
        "instant",
        "an instant such as `2025-11-27T00:00Z` or `2025-11-27T09:00[Europe/Dublin]`",
        is_instant,
    ),
    sort(
        "moment",
        "an instant such as `2025-11-27T00:00Z`, or a local reading such as `2025-11-27T09:00`",
        |part| is_instant(part) || is_literal(part, &[Literal::LocalDateTime]),
    ),
    sort("weekday", "a weekday such as `Fri`", |part| {
        part.word().is_some_and(|word| WEEKDAYS.contains(&word))
    }),
    sort("month", "a month such as `Dec`", |part| part.word().is_some_and(|word| MONTHS.contains(&word))),
    sort("zone", "a zone in quotes such as `\"Europe/Dublin\"`", is_text),
    sort("bool", "`true` or `false`", |part| matches!(part.kind, ExprKind::Bool(_))),
    sort("value", "a value", is_value),
    sort("party", "a role, a team or a person in quotes", |part| part.word().is_some() || is_text(part)),
    sort("wording", "a template or a text in quotes", |part| part.word().is_some() || is_text(part)),
    sort("binding", "a pair such as `LOG = \"debug\"`", is_binding),
    sort("part", "something", |_| true),
    rest("seats", "seats such as `1 of sre-owner`"),
    rest("condition", "a condition"),
    rest("anything", "something"),
];

impl Atom {
    /// The sort of this name: one of [`SORTS`], or a reference to a declaration of this keyword.
    pub fn named(name: &str) -> Option<Self> {
        let sort = SORTS.iter().find(|sort| sort.name == name).map(Self::Sort);
        sort.or_else(|| {
            family::DECLARATIONS
                .iter()
                .find(|declaration| declaration.keyword == name)
                .map(|declaration| Self::Reference(declaration.keyword))
        })
    }

    /// With its article, as messages say it: `a duration such as …`, `a region`.
    pub fn describe(self) -> String {
        match self {
            Self::Sort(sort) => sort.words.to_owned(),
            Self::Reference(keyword) if keyword.starts_with(['a', 'e', 'i', 'o', 'u']) => {
                format!("an {keyword}")
            }
            Self::Reference(keyword) => format!("a {keyword}"),
        }
    }

    /// As documentation writes it: `DURATION`.
    pub fn placeholder(self) -> String {
        match self {
            Self::Sort(sort) => match sort.name {
                "new" => "NAME".to_owned(),
                "title" => "\"TITLE\"".to_owned(),
                "text" => "\"TEXT\"".to_owned(),
                "zone" => "\"ZONE\"".to_owned(),
                "anything" => "...".to_owned(),
                name => name.to_uppercase(),
            },
            Self::Reference(keyword) => keyword.to_uppercase(),
        }
    }

    /// Whether it is written between quotes.
    pub fn is_quoted(self) -> bool {
        matches!(self, Self::Sort(sort) if ["text", "title", "zone"].contains(&sort.name))
    }

    /// Whether it takes everything that is left.
    pub fn takes_rest(self) -> bool {
        matches!(self, Self::Sort(sort) if sort.takes_rest)
    }

    /// Whether a part is one. A part that could not be read passes: its own finding says so.
    pub fn accepts(self, part: &Expr) -> bool {
        matches!(part.kind, ExprKind::Error)
            || match self {
                Self::Sort(sort) => (sort.accepts)(part),
                Self::Reference(_) => part.word().is_some(),
            }
    }
}

const fn sort(name: &'static str, words: &'static str, accepts: fn(&Expr) -> bool) -> Sort {
    Sort { name, words, takes_rest: false, accepts }
}

const fn rest(name: &'static str, words: &'static str) -> Sort {
    Sort { name, words, takes_rest: true, accepts: |_| true }
}

fn is_text(part: &Expr) -> bool {
    matches!(part.kind, ExprKind::Text(_))
}

fn is_literal(part: &Expr, shapes: &[Literal]) -> bool {
    matches!(part.kind, ExprKind::Literal(shape) if shapes.contains(&shape))
}

fn is_integer(part: &Expr) -> bool {
    match &part.kind {
        ExprKind::Negative(inner) => is_literal(inner, &[Literal::Number]),
        _ => is_literal(part, &[Literal::Number]),
    }
}

fn is_instant(part: &Expr) -> bool {
    match &part.kind {
        ExprKind::Compare(left, Comparison::Equal, right) => is_instant(left) && is_instant(right),
        _ => is_literal(part, &[Literal::Instant, Literal::ZonedDateTime]),
    }
}

fn is_value(part: &Expr) -> bool {
    matches!(part.kind, ExprKind::Literal(_) | ExprKind::Word(_) | ExprKind::Bool(_) | ExprKind::Text(_))
}

fn is_binding(part: &Expr) -> bool {
    matches!(&part.kind, ExprKind::Compare(left, Comparison::Equal, right)
        if left.word().is_some() && matches!(right.kind, ExprKind::Text(_)))
}
