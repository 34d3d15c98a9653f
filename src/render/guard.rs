//! Keeps foreign sources from steering a terminal: controls and direction marks are shown, not sent.

pub use crate::emit::escape::visible;

use crate::source::{FileId, Sources};
use codespan_reporting::files;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// Sources as they may be shown.
pub(super) struct Shown<'a> {
    sources: &'a Sources,
    changed: BTreeMap<FileId, String>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        let changed = sources
            .iter()
            .filter_map(|(id, file)| match visible(file.text()) {
                Cow::Owned(text) => Some((id, text)),
                Cow::Borrowed(_) => None,
            })
            .collect();
        Self { sources, changed }
    }
}

impl<'a> files::Files<'a> for Shown<'_> {
    type FileId = FileId;
    type Name = Cow<'a, str>;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<Self::Name, files::Error> {
        self.sources.get(id).map(|file| visible(file.name())).ok_or(files::Error::FileMissing)
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, files::Error> {
        match self.changed.get(&id) {
            Some(text) => Ok(text),
            None => files::Files::source(self.sources, id),
        }
    }

    fn line_index(&'a self, id: FileId, byte_index: usize) -> Result<usize, files::Error> {
        files::Files::line_index(self.sources, id, byte_index)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, files::Error> {
        files::Files::line_range(self.sources, id, line)
    }
}
