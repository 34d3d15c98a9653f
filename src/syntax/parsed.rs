//! What was read of a file, kept so that the next reading of it reads only the items whose text is new.

use super::layout::{self, Shape};
use super::tree::{Node, Tree};
use super::{MAX_FILE, codes, parse_item, rebase};
use crate::diag::Diagnostic;
use crate::source::{FileId, Sources, Span};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// A file as it was read.
#[derive(Debug)]
pub struct Parsed {
    /// What stands in it.
    pub tree: Arc<Tree>,
    /// What is wrong with it.
    pub found: Vec<Diagnostic>,
    file: FileId,
    source: Arc<str>,
    /// The text as the grammar saw it.
    text: String,
    kept: Vec<Kept>,
}

/// An item that nothing is wrong with: read again, it yields the same nodes, moved to where it stands then.
#[derive(Debug)]
struct Kept {
    text: Range<usize>,
    nodes: Range<usize>,
}

/// Reads a file of `sources`; `before` is an earlier reading of it. The outcome is the same with it as without
/// (`tests/laws_syntax.rs` holds that).
pub fn parse_after(sources: &Sources, file: FileId, before: Option<&Arc<Parsed>>) -> Arc<Parsed> {
    let source = sources.get(file).map(|source| source.text());
    let is_same = |before: &&Arc<Parsed>| before.file == file && Some(&before.source) == source;
    match before.filter(is_same) {
        Some(before) => Arc::clone(before),
        None => Arc::new(read(sources, file, before.map(AsRef::as_ref))),
    }
}

/// Reads a file whose text is new.
pub(super) fn read(sources: &Sources, file: FileId, before: Option<&Parsed>) -> Parsed {
    let source = sources.get(file).map(|source| Arc::clone(source.text())).unwrap_or_default();
    if source.len() > MAX_FILE {
        let tree = Tree { module_doc: Vec::new(), nodes: Vec::new(), comments: Vec::new() };
        let found = vec![codes::too_large(Span::new(file, 0, 0), "file", "16 MiB")];
        let (text, kept) = (String::new(), Vec::new());
        return Parsed { tree: Arc::new(tree), found, file, source, text, kept };
    }
    let layout = layout::read(file, &source);
    let mut earlier = before.map(|parsed| Earlier { parsed, next: 0, by_text: None });
    let mut nodes = Vec::new();
    let mut found = Vec::new();
    let mut kept = Vec::with_capacity(layout.items.len());
    let mut known = layout.found.as_slice();
    for item in &layout.items {
        let here =
            known.partition_point(|diagnostic| (diagnostic.primary.span.start as usize) < item.range.end);
        let (mine, later) = known.split_at(here);
        known = later;
        let is_plain = mine.is_empty() && item.shape == Shape::Sound;
        let first = nodes.len();
        let text = layout.text.get(item.range.clone()).unwrap_or("");
        if let Some(same) = earlier.as_mut().filter(|_| is_plain).and_then(|earlier| earlier.same(text)) {
            let shift = rebase::Shift::new(file, same.from, item.range.start);
            nodes.extend(same.nodes.iter().map(|node| shift.moved(node)));
        } else {
            let (fresh, mut more) = parse_item(&layout.text, file, item, mine);
            nodes.extend(fresh);
            if !more.is_empty() {
                found.append(&mut more);
                continue;
            }
        }
        if is_plain {
            kept.push(Kept { text: item.range.clone(), nodes: first..nodes.len() });
        }
    }
    found.extend(layout.found);
    found.sort_by_key(|diagnostic| (diagnostic.primary.span, diagnostic.code.name));
    let tree = Tree { module_doc: layout.module_doc, nodes, comments: layout.comments };
    Parsed { tree: Arc::new(tree), found, file, source, text: layout.text, kept }
}

/// The items of an earlier reading. Those before an edit stand in their old order, so the next one is nearly always the
/// one that is asked for; the others are found by their text.
struct Earlier<'p> {
    parsed: &'p Parsed,
    next: usize,
    /// Made once the order is left.
    by_text: Option<BTreeMap<&'p str, usize>>,
}

/// An item of an earlier reading.
struct Same<'p> {
    /// Where it began.
    from: usize,
    nodes: &'p [Node],
}

impl<'p> Earlier<'p> {
    fn text(&self, at: usize) -> Option<&'p str> {
        self.parsed.text.get(self.parsed.kept.get(at)?.text.clone())
    }

    /// The item of exactly this text.
    fn same(&mut self, text: &str) -> Option<Same<'p>> {
        if self.text(self.next) != Some(text) {
            self.next = self.find(text)?;
        }
        let kept = self.parsed.kept.get(self.next)?;
        self.next += 1;
        Some(Same { from: kept.text.start, nodes: self.parsed.tree.nodes.get(kept.nodes.clone())? })
    }

    fn find(&mut self, text: &str) -> Option<usize> {
        if self.by_text.is_none() {
            let all = (0..self.parsed.kept.len()).filter_map(|at| Some((self.text(at)?, at)));
            self.by_text = Some(all.collect());
        }
        self.by_text.as_ref()?.get(text).copied()
    }
}
