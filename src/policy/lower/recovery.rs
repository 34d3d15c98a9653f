//! Levers: what is flipped to go back.

use super::Lower;
use crate::calendar::Elapsed;
use crate::policy::{Component, Flip, FlipKind, Id, Lever, LeverKind, Origin};
use crate::schema::{Declared, Given};

/// More operations than this are no lever.
const MOST_STEPS: i64 = 1000;

/// Sorts of pointer, by the tag of the form that says them.
const FLIPS: [(&str, FlipKind); 5] = [
    ("flag", FlipKind::Flag),
    ("selector", FlipKind::Selector),
    ("alias", FlipKind::Alias),
    ("pin", FlipKind::Pin),
    ("route", FlipKind::Route),
];

/// What levers do, by the word behind `:`; without one they go back.
const KINDS: [(&str, LeverKind); 3] = [
    ("degrade", LeverKind::Degrade),
    ("sticky", LeverKind::Sticky),
    ("single-flight", LeverKind::SingleFlight),
];

pub(super) fn lever(lower: &mut Lower<'_>, declared: &Declared<'_>) -> Option<Lever> {
    let name = declared.name?;
    let kind = tagged(&KINDS, declared.annotation.tag()).unwrap_or(LeverKind::Back);
    let steps = declared.one("steps").and_then(|given| given.get("integer"));
    let steps = steps.and_then(|written| {
        let count = u32::try_from(lower.integer(written, 1, MOST_STEPS)?).ok()?;
        Some((count, lower.origin(written.span)))
    });
    let until = declared.one("available").and_then(|given| given.get("stage"));
    Some(Lever {
        name: name.text.to_owned(),
        doc: lower.doc(declared.node),
        origin: lower.origin(name.span),
        kind,
        components: lower.references::<Component>(declared, "scope"),
        flips: declared.all("flips").filter_map(|given| flip(lower, given)).collect(),
        steps,
        run: text(lower, declared, "run"),
        inverse: text(lower, declared, "inverse"),
        within: duration(lower, declared, "within"),
        rotates: words(declared, "rotates"),
        available_until: until.and_then(|stage| Some((stage.word()?.to_owned(), lower.origin(stage.span)))),
        keeps: duration(lower, declared, "keeps"),
        cannot_undo: lower.strings(declared.all("cannot"), "text"),
        after: named::<Lever>(lower, declared.all("after")),
    })
}

fn flip(lower: &Lower<'_>, given: &Given<'_>) -> Option<Flip> {
    Some(Flip {
        kind: tagged(&FLIPS, given.captures.tag())?,
        target: given.get("text").and_then(|target| lower.string(target)),
        origin: lower.origin(given.span()),
    })
}

/// The value that a tag stands for.
pub(super) fn tagged<T: Copy>(rows: &[(&str, T)], tag: &str) -> Option<T> {
    rows.iter().find(|(name, _)| *name == tag).map(|(_, value)| *value)
}

/// The text of a field that is said once.
pub(super) fn text(lower: &Lower<'_>, declared: &Declared<'_>, field: &str) -> Option<String> {
    declared.one(field).and_then(|given| lower.string(given.get("text")?))
}

/// The duration of a field that is said once.
pub(super) fn duration(lower: &mut Lower<'_>, declared: &Declared<'_>, field: &str) -> Option<Elapsed> {
    declared.one(field).and_then(|given| lower.duration(given.get("duration")?))
}

/// The words that a field lists in all its statements.
fn words(declared: &Declared<'_>, field: &str) -> Vec<String> {
    let written = declared.all(field).flat_map(|given| given.captures.all("word"));
    written.filter_map(|word| word.word()).map(str::to_owned).collect()
}

/// The rows that statements name, in the order they stand, each with its place.
pub(super) fn named<'t, T: super::Row>(
    lower: &mut Lower<'_>,
    given: impl IntoIterator<Item = &'t Given<'t>>,
) -> Vec<(Id<T>, Origin)> {
    let mut found = Vec::new();
    for written in given.into_iter().flat_map(|given| given.captures.all(T::KEYWORD)) {
        if let Some(id) = lower.id::<T>(written) {
            found.push((id, lower.origin(written.span)));
        }
    }
    found
}
