//! A first wording of a field, from its pattern and what the policy declares: something to write over, not to keep.

use crate::calendar::Elapsed;
use crate::ide::Analysis;
use crate::schema::{Atom, Slot};

/// What stands in for a sort of part until the author says what is meant.
static SAMPLES: &[(&str, &str)] = &[
    ("new", "name"),
    ("word", "name"),
    ("part", "name"),
    ("anything", "name"),
    ("value", "name"),
    ("number", "1"),
    ("integer", "1"),
    ("ratio", "5%"),
    ("points", "2pp"),
    ("duration", "1h"),
    ("rate", "5/s"),
    ("money", "$1"),
    ("time", "18:00"),
    ("ordinal", "1st"),
    ("weekday", "Mon"),
    ("month", "Jan"),
    ("zone", "\"UTC\""),
    ("bool", "true"),
    ("binding", "NAME = \"value\""),
    ("condition", "true"),
];

/// How far ahead a drafted instant or date lies, at midnight.
const AHEAD: Elapsed = Elapsed::days(7);

/// A field as it could be written.
pub(super) fn field(analysis: &Analysis, slot: &Slot) -> String {
    if !slot.row.insert.is_empty() {
        return slot.row.insert.to_owned();
    }
    let parts = slot.pattern.shortest().into_iter().filter_map(|step| match step.word() {
        Some(word) => Some(word.to_owned()),
        None => step.atom().map(|(_, atom)| part(analysis, atom)),
    });
    std::iter::once(slot.row.keyword.to_owned()).chain(parts).collect::<Vec<_>>().join(" ")
}

fn part(analysis: &Analysis, atom: Atom) -> String {
    let first = |keyword: &'static str| analysis.names.of(keyword).next().map(str::to_owned);
    match atom {
        Atom::Reference(keyword) => first(keyword).unwrap_or_else(|| "name".to_owned()),
        Atom::Sort(sort) => match sort.name {
            "party" => first("team").or_else(|| first("role")).unwrap_or_else(|| "\"person\"".to_owned()),
            "seats" => format!("1 of {}", first("role").unwrap_or_else(|| "name".to_owned())),
            "instant" | "moment" => format!("{}T00:00Z", date(analysis)),
            "date" => date(analysis),
            name => SAMPLES
                .iter()
                .find(|(sort, _)| *sort == name)
                .map_or_else(|| format!("\"{name}\""), |(_, sample)| (*sample).to_owned()),
        },
    }
}

fn date(analysis: &Analysis) -> String {
    crate::calendar::Zone::UTC.date(analysis.now.plus(AHEAD)).to_string()
}
