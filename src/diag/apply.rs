//! Carrying out mends: those that leave the author no choice, and that do not overlap.

use super::{Diagnostic, Edit, Fix};
use crate::source::{FileId, Sources};
use std::collections::BTreeMap;

/// What carrying out mends made of the sources.
#[derive(Debug, Default)]
pub struct Applied<'a> {
    /// New texts of the files that changed.
    pub texts: BTreeMap<FileId, String>,
    /// The mends that were carried out, with the findings they mend, in the order given.
    pub mended: Vec<(&'a Diagnostic, &'a Fix)>,
}

/// Carries out the mend of each finding that has exactly one; among several, the choice is the author's.
/// A mend is carried out whole or not at all: one that overlaps an earlier one waits for the next round, and
/// one that is the same as an earlier one counts as carried out with it. `may_change` says which files are
/// the author's own.
pub fn apply<'a>(
    sources: &Sources,
    found: &'a [Diagnostic],
    may_change: impl Fn(FileId) -> bool,
) -> Applied<'a> {
    let mut chosen: Chosen<'a> = Chosen::new();
    let mut applied = Applied::default();
    for finding in found {
        let [fix] = finding.fixes.as_slice() else { continue };
        let ours = fix.edits.iter().all(|edit| may_change(edit.span.file) && is_possible(sources, edit));
        if !ours || fix.edits.is_empty() {
            continue;
        }
        let is_done = fix.edits.iter().all(|edit| chosen.get(&place(edit)) == Some(&edit));
        let meets_another = fix.edits.iter().any(|edit| meets(&chosen, edit));
        if is_done || !meets_another {
            applied.mended.push((finding, fix));
        }
        if !is_done && !meets_another {
            chosen.extend(fix.edits.iter().map(|edit| (place(edit), edit)));
        }
    }
    applied.texts = edited(sources, &chosen);
    applied
}

/// Edits by the place they start at; none overlaps another.
type Chosen<'a> = BTreeMap<(FileId, u32), &'a Edit>;

fn place(edit: &Edit) -> (FileId, u32) {
    (edit.span.file, edit.span.start)
}

fn is_possible(sources: &Sources, edit: &Edit) -> bool {
    sources.get(edit.span.file).is_some_and(|file| file.text().get(edit.span.range()).is_some())
}

/// Whether one that was chosen has a byte in common with this one, or the same place to insert at: then their order would
/// matter.
fn meets(chosen: &Chosen<'_>, edit: &Edit) -> bool {
    let (file, start) = place(edit);
    let before = chosen.range((file, 0)..=(file, start)).next_back();
    let within = chosen.range((file, start)..(file, edit.span.end.max(start))).next();
    before.is_some_and(|(&(_, at), other)| at == start || other.span.end > start) || within.is_some()
}

fn edited(sources: &Sources, chosen: &Chosen<'_>) -> BTreeMap<FileId, String> {
    let mut texts: BTreeMap<FileId, String> = BTreeMap::new();
    let mut copied: BTreeMap<FileId, usize> = BTreeMap::new();
    for (&(file, start), edit) in chosen {
        let Some(source) = sources.get(file) else { continue };
        let from = copied.insert(file, edit.span.end as usize).unwrap_or(0);
        let text = texts.entry(file).or_default();
        text.push_str(source.text().get(from..start as usize).unwrap_or(""));
        text.push_str(&edit.text);
    }
    for (file, from) in copied {
        let rest = sources.get(file).and_then(|source| source.text().get(from..));
        texts.entry(file).or_default().push_str(rest.unwrap_or(""));
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::{Code, Habit, Level};
    use super::*;
    use crate::source::Span;

    static CODE: Code =
        Code { name: "a-code", summary: "for a test", level: Level::Error, habit: Habit::Always, page: "" };

    #[track_caller]
    fn check(text: &str, fixes: &[&[(usize, usize, &str)]], expected: &str, carried_out: usize) {
        let mut sources = Sources::new();
        let file = sources.add("a.ops", text);
        let found: Vec<Diagnostic> = fixes
            .iter()
            .map(|edits| {
                let edits = edits.iter().map(|(start, end, text)| Edit {
                    span: Span::new(file, *start, *end),
                    text: (*text).to_owned(),
                });
                let mut finding = Diagnostic::new(&CODE, Span::new(file, 0, 0), "x");
                finding.fixes.push(Fix { title: "mend".to_owned(), edits: edits.collect() });
                finding
            })
            .collect();
        let applied = apply(&sources, &found, |_| true);
        let text = applied.texts.get(&file).map_or(text, String::as_str);
        assert_eq!((text, applied.mended.len()), (expected, carried_out));
    }

    #[test]
    fn mends_that_overlap_wait() {
        check("abcdef", &[&[(0, 1, "X")], &[(4, 6, "Y")]], "XbcdY", 2);
        check("abcdef", &[&[(0, 3, "X")], &[(2, 4, "Y")]], "Xdef", 1);
        check("abcdef", &[&[(2, 2, "X")], &[(2, 2, "Y")]], "abXcdef", 1);
        check("abcdef", &[&[(2, 2, "X")], &[(2, 2, "X")]], "abXcdef", 2);
        check("abcdef", &[&[(3, 3, "X")], &[(2, 4, "Y")]], "abcXdef", 1);
        check("abcdef", &[&[(0, 2, "X")], &[(2, 4, "Y")], &[(4, 4, "Z")]], "XYZef", 3);
    }

    #[test]
    fn a_mend_is_whole_or_not_at_all() {
        check("abcdef", &[&[(0, 1, "X")], &[(5, 6, "Y"), (0, 2, "Z")]], "Xbcdef", 1);
        check("abcdef", &[&[(0, 99, "X")]], "abcdef", 0);
    }
}
