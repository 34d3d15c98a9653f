//! Policies for the tests of this room: a text with a `|` where the cursor stands.

use super::{Analysis, Cursor};
use crate::diag::Edit;
use crate::diag::Habit;
use crate::source::{FileId, Span};
use crate::world::MemoryWorld;
use std::collections::BTreeMap;

/// 2025-06-01T00:00:00Z.
const NOW: u64 = 1_748_736_000;

/// A reading of files, the first of which is the policy.
pub(super) fn read(files: &[(&str, &str)]) -> Analysis {
    let world = files.iter().fold(MemoryWorld::at(NOW), |world, (name, text)| world.with_file(name, *text));
    Analysis::of(&world, files[0].0, Habit::Always, None).unwrap()
}

/// The same, with the file and the offset of the `|` that one of them holds.
pub(super) fn at_cursor(files: &[(&str, &str)]) -> (Analysis, FileId, u32) {
    let (name, offset) = files.iter().find_map(|(name, text)| Some((*name, text.find('|')?))).unwrap();
    let bare: Vec<(&str, String)> =
        files.iter().map(|(name, text)| (*name, text.replacen('|', "", 1))).collect();
    let bare: Vec<(&str, &str)> = bare.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let analysis = read(&bare);
    let file = analysis.sources.find(name).unwrap();
    (analysis, file, u32::try_from(offset).unwrap())
}

/// The cursor at an offset.
pub(super) fn cursor(analysis: &Analysis, file: FileId, offset: u32) -> Cursor<'_> {
    Cursor::at(analysis, file, offset).unwrap()
}

/// The whole of a file.
pub(super) fn whole(analysis: &Analysis, file: FileId) -> Span {
    Span::new(file, 0, analysis.sources.get(file).unwrap().text().len())
}

/// The author's files with edits carried out, by name.
pub(super) fn edited(analysis: &Analysis, edits: &[Edit]) -> BTreeMap<String, String> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.span);
    let own = analysis.modules.iter().filter(|module| module.author == crate::schema::Author::Policy);
    own.map(|module| {
        let source = analysis.sources.get(module.file).unwrap();
        let mut text = source.text().to_string();
        for edit in edits.iter().rev().filter(|edit| edit.span.file == module.file) {
            text.replace_range(edit.span.range(), &edit.text);
        }
        (source.name().to_owned(), text)
    })
    .collect()
}
