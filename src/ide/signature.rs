//! How the statement that is being written goes on: every form of it, and which part of it stands at the place.

use super::Analysis;
use super::statement::{Inner, Phrase, Side, Spot, Writing};
use crate::policy::Aggregate;
use crate::render::card::Card;
use crate::schema::{Atom, Form, Part, Pattern, schema};
use crate::source::FileId;
use crate::syntax::tree::Expr;
use std::ops::Range;

/// One way to write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// As it reads: ASCII, so that bytes are characters.
    pub label: String,
    /// The bytes of the label that stand for each part.
    pub parts: Vec<Range<usize>>,
    /// The part at the place, if it is one of this form.
    pub active: Option<usize>,
    /// What is to be known of it.
    pub card: Card,
}

/// Every form of what is being written at a place, in order; those that fit what stands there say which part comes next.
pub fn signatures(analysis: &Analysis, file: FileId, offset: u32) -> Vec<Signature> {
    let Some(writing) = Writing::at(analysis, file, offset) else { return Vec::new() };
    let spot = match &writing.spot {
        Spot::Quoted(spot) => spot,
        spot => spot,
    };
    match spot {
        Spot::Attribute(argument) => vec![by_hand(
            "@allow(CODE, \"REASON\")",
            &["CODE", "\"REASON\""],
            *argument,
            "Accepts a finding within what follows, with the reason for it.",
        )],
        Spot::Phrase(phrase) => of_phrase(phrase),
        Spot::Comment | Spot::Nowhere | Spot::Keyword | Spot::Use(_) | Spot::Quoted(_) => Vec::new(),
    }
}

fn of_phrase(phrase: &Phrase) -> Vec<Signature> {
    if let Inner::Argument(name, argument) = &phrase.inner
        && Aggregate::ALL.iter().any(|aggregate| aggregate.name() == name)
    {
        let label = format!("{name}(METRIC)");
        return vec![by_hand(
            &label,
            &["METRIC"],
            *argument,
            "Over the samples of a metric, for the span that `over` names.",
        )];
    }
    let Some(pattern) = phrase.pattern else { return Vec::new() };
    let doc = phrase.slot.map(|slot| slot.doc());
    let doc = doc.or_else(|| schema().kind(&phrase.keyword).map(|kind| kind.doc()));
    let (next, rest) = next(phrase, pattern);
    let seats = rest.filter(|(atom, _)| matches!(atom, Atom::Sort(sort) if sort.name == "seats"));
    let mut found: Vec<Signature> = Vec::new();
    if let Some((_, behind)) = seats {
        let behind = match &phrase.inner {
            Inner::Term(before) => before.len(),
            Inner::Bracket => 2,
            _ => behind.len(),
        };
        // `1 of ROLE`: the word between the two has nothing to be filled in.
        let at = [0, 1, 1, 2].get(behind).copied().unwrap_or(2);
        let label = format!("{} N of ROLE [in region] [and ...]", phrase.keyword);
        found.push(by_hand(&label, &["N", "ROLE", "[in region]"], at, doc.as_deref().unwrap_or_default()));
        return found;
    }
    // What begins with any name has no word of its own.
    let is_named = phrase.slot.is_some_and(|slot| slot.row.keyword.is_empty());
    let lead = match phrase.side {
        Side::Annotation => format!("{} ... : ", phrase.keyword),
        Side::Head | Side::Clause if is_named => String::new(),
        Side::Head | Side::Clause => format!("{} ", phrase.keyword),
    };
    let forms = pattern.signatures();
    found.extend(
        forms
            .iter()
            .filter(|form| !form.text.is_empty())
            .map(|form| signature(&lead, form, &next, doc.as_deref())),
    );
    found
}

/// The parts of the pattern that may stand at the place; and the one that takes all that is left, with what it took.
fn next<'p>(phrase: &'p Phrase, pattern: &'p Pattern) -> (Vec<Part<'p>>, Option<(Atom, &'p [Expr])>) {
    let rest_behind = |count: usize| {
        let before = phrase.parts.get(..count)?;
        let parts = pattern.goes_on(before);
        let rest = parts.iter().filter_map(|part| part.atom()).map(|(_, atom)| atom);
        let atom = rest.into_iter().find(|atom| atom.takes_rest())?;
        Some((parts, (atom, phrase.parts.get(count..)?)))
    };
    let direct = match phrase.inner {
        Inner::Part => pattern.goes_on(&phrase.parts),
        _ => Vec::new(),
    };
    let is_direct = direct.iter().any(|part| part.atom().is_none_or(|(_, atom)| !atom.takes_rest()));
    if is_direct {
        return (direct, None);
    }
    match (0..=phrase.parts.len()).rev().find_map(rest_behind) {
        Some((parts, rest)) => (parts, Some(rest)),
        None => (direct, None),
    }
}

fn signature(lead: &str, form: &Form<'_>, next: &[Part<'_>], doc: Option<&str>) -> Signature {
    let shift = |range: &Range<usize>| range.start + lead.len()..range.end + lead.len();
    Signature {
        label: format!("{lead}{}", form.text),
        parts: form.parts.iter().map(|(range, _)| shift(range)).collect(),
        active: form.parts.iter().position(|(_, part)| next.contains(part)),
        card: Card::default().said(doc.unwrap_or_default()),
    }
}

/// A form that no pattern says.
fn by_hand(label: &str, parts: &[&str], active: usize, doc: &str) -> Signature {
    let ranges = parts.iter().filter_map(|part| label.find(part).map(|at| at..at + part.len()));
    let parts: Vec<Range<usize>> = ranges.collect();
    let active = Some(active).filter(|active| *active < parts.len());
    Signature { label: label.to_owned(), parts, active, card: Card::default().said(doc) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::testing::marked;

    /// The forms that go on at the `|`, each with the part that comes next in `<>`.
    #[track_caller]
    fn check(main: &str, expected: &[&str]) {
        let (analysis, file, offset) = marked(main, &[]);
        let shown: Vec<String> = signatures(&analysis, file, offset)
            .into_iter()
            .filter_map(|one| {
                let at = one.parts.get(one.active?)?.clone();
                Some(format!(
                    "{}<{}>{}",
                    &one.label[..at.start],
                    &one.label[at.clone()],
                    &one.label[at.end..]
                ))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_part_that_comes_next_is_known() {
        check("window w : hard {\n  every week Fri |\n}\n", &["every week WEEKDAY <TIME> .. WEEKDAY TIME"]);
        check(
            "window w : hard {\n  every month 3rd |",
            &[
                "every month (ORDINAL | last) <WEEKDAY> TIME for DURATION",
                "every month (ORDINAL | last day) [<TIME>] for DURATION",
            ],
        );
        check("window w : |", &["window ... : <FREEZE>"]);
        check("lock l { lease 1|5m }\n", &["lease <DURATION>"]);
    }

    #[test]
    fn seats_calls_and_attributes_have_their_own() {
        check("tier t { approve | }\n", &["approve <N> of ROLE [in region] [and ...]"]);
        check("tier t { approve 1 of | }\n", &["approve N of <ROLE> [in region] [and ...]"]);
        check("tier t { approve 1 of a and 2 of | }\n", &["approve N of <ROLE> [in region] [and ...]"]);
        check("gate g { require p95(|", &["p95(<METRIC>)"]);
        check("@allow(|", &["@allow(<CODE>, \"REASON\")"]);
        check("@allow(closed-end, \"be|", &["@allow(CODE, <\"REASON\">)"]);
    }

    #[test]
    fn nothing_is_said_between_statements_and_in_comments() {
        check("window w : hard {\n  |\n}\n", &[]);
        check("// lease |\n", &[]);
    }
}
