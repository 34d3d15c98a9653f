//! What tests of features start from: a policy of a few files, with the place that is asked about marked by `|`.

use super::{Analysis, Cursor};
use crate::diag::Habit;
use crate::source::FileId;
use crate::world::MemoryWorld;

/// 2026-11-20T12:00Z, a Friday.
pub(super) const NOW: u64 = 1_795_176_000;

/// The reading of `main.ops` beside other files, and the place in it that `|` marks.
pub(super) fn marked(main: &str, others: &[(&str, &str)]) -> (Analysis, FileId, u32) {
    let offset = u32::try_from(main.find('|').expect("a place is marked")).unwrap();
    let analysis = read(&main.replacen('|', "", 1), others, None);
    let file = analysis.sources.find("main.ops").unwrap();
    (analysis, file, offset)
}

/// The reading of `main.ops` beside other files, behind one before it.
pub(super) fn read(main: &str, others: &[(&str, &str)], before: Option<&Analysis>) -> Analysis {
    let world = MemoryWorld::at(NOW).with_file("main.ops", main);
    let world = others.iter().fold(world, |world, (name, text)| world.with_file(name, *text));
    Analysis::of(&world, "main.ops", Habit::Always, before).unwrap()
}

/// The cursor at a place that [`marked`] gave.
pub(super) fn cursor((analysis, file, offset): &(Analysis, FileId, u32)) -> Cursor<'_> {
    Cursor::at(analysis, *file, *offset).unwrap()
}
